//! An authority whose keys live in a token serves real clients as any other.

use std::fs;
use std::path::Path;

use scepter_tests::{Failure, Issued, OcspStatus, SoftHsm, Up, Verdict, Verification};

use crate::world::{enroll, manifests, quickstart};

/// The files of the authority that `scepter up` makes, and the labels that its keys get in the token.
const KEYS: [(&str, &str); 3] =
    [("ca.key", "ca"), ("ra-signing.key", "ra-signing"), ("ra-decryption.key", "ra-decryption")];

#[test]
fn strongswan_enrolls_with_an_authority_whose_three_keys_are_in_a_token() -> Result<(), Failure> {
    let token = SoftHsm::new()?;
    let made = quickstart()?;
    let files = made.data().join("authorities/default");
    for (file, label) in KEYS {
        token.import(&files.join(file), label)?;
        fs::remove_file(files.join(file)).unwrap();
    }
    let configuration = token.write("issuer.yaml", &configuration(&token, &files))?;
    let up = Up::configured(&manifests(), &configuration, &token.environment())?;

    let certificate = Issued::new(enroll(&up.admin(), "laptop-01")?);

    let roots = up.admin().roots()?;
    assert_eq!(certificate.verify(&roots, Verification::ChainAndRevocation)?, Verdict::Good);
    assert_eq!(certificate.ocsp(&roots, &[])?, OcspStatus::Good);
    Ok(())
}

fn configuration(token: &SoftHsm, files: &Path) -> String {
    let key = |label| format!("{{pkcs11: '{}'}}", token.key(label));
    let file = |name| format!("{{file: '{}'}}", files.join(name).display());
    format!(
        "apiVersion: config.scepter.dev/v1alpha1
kind: IssuerConfiguration
authorities:
- name: default
  certificateChain: {}
  signingKey: {}
  ra: {{signingKey: {}, decryptionKey: {}, certificates: {}}}
  maxValidity: {{value: 29, unit: Days}}
  permitted: [{{any: true}}]
",
        file("ca.pem"),
        key("ca"),
        key("ra-signing"),
        key("ra-decryption"),
        file("ra.pem"),
    )
}
