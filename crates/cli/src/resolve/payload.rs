//! `scepter resolve -o payload`: what the device would receive.

use scepter_payload::{Delivery, Root, ServerUrls, render};
use scepter_policy::explain::Outcome;
use scepter_policy::identity::{AssignmentKey, Association, DeviceId, Namespace, Owner, Tenant};
use scepter_policy::profile::Profile;
use scepter_policy::root::{RootCertificate, TrustedRoot};

use super::{Resolved, text};
use crate::print;

/// Stands where the challenge goes, in characters that every platform takes.
const CHALLENGE: &str = "CHALLENGE-FROM-CHECK-IN";
/// The owner that the issuer's first token makes: identifiers are named by it, too.
const OWNER: &str = "admin";

/// Prints the document of the profile itself; where the device gets none, why is said on standard error.
pub(super) fn print(resolved: &Resolved) -> anyhow::Result<()> {
    let (Outcome::Ok(request), Some(root)) = (&resolved.story.outcome, &resolved.root) else {
        print::note(text::headline(resolved).trim_end());
        return Ok(());
    };
    let profile = &resolved.profile;
    let certificate = certificate(root);
    let payload = render(&Delivery {
        key: &key(resolved)?,
        profile,
        request,
        root: Root { profile: root, certificate: &certificate },
        urls: &ServerUrls::as_written(profile),
        challenge: CHALLENGE,
    })?;
    print::text(&payload.body)?;
    note_others(profile);
    Ok(())
}

/// A device has a document for each association. They differ in their identifiers, name and challenge alone.
fn note_others(profile: &Profile) {
    let others: Vec<String> = profile.associations().skip(1).map(|other| other.to_string()).collect();
    if !others.is_empty() {
        let others = print::inert(&others.join(", "));
        print::note(&format!(
            "the device receives such a document, and asks for a certificate, for each of {others} too"
        ));
    }
}

fn key(resolved: &Resolved) -> anyhow::Result<AssignmentKey> {
    Ok(AssignmentKey {
        tenant: Tenant { owner: Owner::new(OWNER)?, namespace: Namespace::new(&*resolved.namespace)? },
        profile: resolved.profile.name.clone(),
        device: DeviceId::new(&*resolved.device)?,
        association: Association::Own,
    })
}

/// The root's certificate, or a placeholder where only the issuer knows it.
fn certificate(root: &TrustedRoot) -> Vec<u8> {
    let placeholder = match &root.certificate {
        RootCertificate::Der(der) => return der.clone(),
        RootCertificate::Authority(name) => format!("the root certificate of authority {name}"),
        RootCertificate::Unread { config_map, key } => {
            format!("the certificate in ConfigMap {config_map}, key {key}")
        }
    };
    print::note(&format!(
        "{placeholder} is not in these files: a placeholder and its thumbprint stand for it"
    ));
    placeholder.into_bytes()
}
