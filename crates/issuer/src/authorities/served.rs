//! One CA of an authority at work.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use scepter_pki::authority::{Authority, Duty};
use scepter_pki::key::RsaPool;
use scepter_policy::authority::AuthorityFacts;
use scepter_policy::identity::Namespace;
use scepter_policy::profile::Profile;
use scepter_scep::{Algorithms, Parsed};
use scepter_store::Store;
use url::Url;

use super::registration::{Front, Ra, Registration, Upkeep, UpkeepError, Upkept};
use super::{OpenAuthorityError, Standing, constraints, creation, places};
use crate::configuration::{AuthorityConfiguration, CaConfiguration};
use crate::ocsp::Responder;
use crate::revocation_list::RevocationList;

/// What an authority's CA is opened with.
#[derive(Clone, Copy)]
pub(super) struct Opening<'a> {
    /// The authority.
    pub(super) configuration: &'a AuthorityConfiguration,
    /// Where files stand that it does not name.
    pub(super) directory: &'a Path,
    /// Where SCEP is reached when it names no public URL.
    pub(super) base: &'a Url,
    /// Where RSA work is done.
    pub(super) pool: &'a RsaPool,
    /// What was issued.
    pub(super) store: &'a Store,
    /// The time.
    pub(super) now: Timestamp,
}

/// A CA that serves.
#[derive(Debug)]
pub(crate) struct Served {
    /// Its keys and certificates.
    pub(crate) authority: Authority,
    /// What policy judges by.
    pub(crate) facts: AuthorityFacts,
    /// What is accepted from its devices.
    pub(crate) algorithms: Algorithms,
    /// Its current CRL.
    pub(crate) revocation_list: RevocationList,
    /// Its OCSP responder.
    pub(crate) ocsp: Responder,
    /// The CA before it, while that still counts.
    pub(super) predecessor: Option<Arc<Served>>,
    registration: Registration,
    standing: Standing,
}

impl Opening<'_> {
    /// Opens one CA of the authority, making it where it is to be made. Under a name that has issued nothing else opens than the
    /// CA that has.
    pub(super) async fn open(
        self,
        ca: CaConfiguration<'_>,
        duty: Duty,
    ) -> Result<Served, OpenAuthorityError> {
        let Self { configuration, directory, base, pool, store, now } = self;
        let files = places::files(ca, directory)?;
        let issued = store.some_certificate(ca.name).await?;
        creation::ensure(ca, &files, issued.is_some(), pool, now).await?;
        let public_urls = places::public_urls(configuration, base);
        let publication = places::publication(ca.name, &public_urls, base)?;
        let authority = files.load_for(duty, ca.name.clone(), publication, pool, now)?;
        if issued.is_some_and(|issued| !authority.has_signed(&issued.der)) {
            return Err(OpenAuthorityError::Exchanged(ca.name.clone()));
        }
        constraints::warn(&authority, &configuration.permitted);
        let ocsp = authority
            .new_ocsp_responder(pool, now)
            .await
            .map_err(|source| OpenAuthorityError::Ocsp { authority: ca.name.clone(), source })?;
        let upkeep = if ca.ra.is_none() { Upkeep::Ours } else { Upkeep::Operators };
        let registration = Registration::new(&authority, files, upkeep, configuration.ca_certificates);
        let registration = registration.map_err(|problem| OpenAuthorityError::Certificates {
            authority: ca.name.clone(),
            problem: problem.to_string(),
        })?;
        Ok(Served {
            algorithms: configuration.algorithms(),
            registration,
            revocation_list: RevocationList::default(),
            standing: Standing::new(configuration, authority.certificate_chain()),
            ocsp: Responder::new(ocsp),
            predecessor: None,
            facts: facts(configuration, &authority, public_urls),
            authority,
        })
    }
}

impl Served {
    /// Notes that another CA serves the same authority before or after it.
    pub(super) fn stand_beside(&mut self, other: &Self) {
        if self.facts.root != other.facts.root {
            self.facts.other_roots.push(other.facts.root.clone());
        }
    }

    /// Itself, and the CA before it, whose devices it goes on serving.
    pub(crate) fn and_predecessor(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.predecessor.as_deref())
    }

    /// What clients see of it now.
    pub(crate) fn front(&self) -> Arc<Front> {
        self.registration.front()
    }

    /// The RA that a message is sealed to: its own, or that of the CA before it, under any of the certificates that clients
    /// may still hold.
    pub(crate) fn addressed(&self, message: &Parsed, now: Timestamp) -> Option<Arc<Ra>> {
        self.and_predecessor().find_map(|ca| {
            let front = ca.front();
            front.known(now).find(|ra| message.is_sealed_to(&ra.recipient)).cloned()
        })
    }

    /// Renews the RA's certificates where it is time.
    pub(crate) async fn keep_up_registration(&self, now: Timestamp) -> Result<Upkept, UpkeepError> {
        self.registration.keep_up(&self.authority, now).await
    }

    /// Whether a namespace may use it.
    pub(crate) fn serves(&self, namespace: &Namespace) -> bool {
        self.standing.serves(namespace)
    }

    /// Whether devices of the namespaces that it serves may be given this certificate to trust.
    pub(super) fn may_deliver(&self, certificate: &[u8]) -> bool {
        self.standing.may_deliver(certificate)
    }

    /// Where a device of a profile enrolls: the first of the profile's URLs that is one of this authority's, else the
    /// authority's own (URL-13).
    pub(crate) fn url_for<'a>(&'a self, profile: &'a Profile) -> &'a str {
        let place = |url: &str| Url::parse(url).ok().map(|url| url.as_str().trim_end_matches('/').to_owned());
        let public: BTreeSet<_> = self.facts.public_urls.iter().filter_map(|url| place(url)).collect();
        let listed = profile.scep_server_urls.iter();
        let first = listed.clone().find(|url| place(url).is_some_and(|url| public.contains(&url)));
        first.or(self.facts.public_urls.first()).map_or("", String::as_str)
    }
}

fn facts(
    configuration: &AuthorityConfiguration,
    authority: &Authority,
    public_urls: Vec<String>,
) -> AuthorityFacts {
    AuthorityFacts {
        name: configuration.name.clone(),
        ca: authority.name().clone(),
        not_before: authority.not_before(),
        not_after: authority.not_after(),
        max_validity: configuration.max_validity,
        enforce_name_lengths: configuration.enforce_name_lengths,
        root: authority.root().to_vec(),
        other_roots: Vec::new(),
        public_urls,
        permitted: configuration.permitted.clone(),
        approval: configuration.approval,
    }
}
