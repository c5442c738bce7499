//! The issuer's authorities: each with its keys, what it may certify, and what it publishes.

mod constraints;
mod creation;
mod error;
mod key_roles;
mod places;
mod published;
mod registration;
mod served;
mod standing;
mod succession;
mod thumbprint;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use scepter_pki::key::RsaPool;
use scepter_policy::identity::{AuthorityName, Namespace};
use scepter_store::Store;
use url::Url;

pub use error::OpenAuthorityError;
pub(crate) use places::{certificate_chain_file, directory};
pub(crate) use registration::{Ra, Upkept};
pub(crate) use served::Served;
pub(crate) use standing::{Standing, not_deliverable, not_served};

use crate::configuration::AuthorityConfiguration;
use succession::Succession;

/// Every authority, by name; the first of the configuration serves the bare paths.
#[derive(Debug)]
pub(crate) struct Authorities {
    by_name: BTreeMap<AuthorityName, Succession>,
    default: Option<AuthorityName>,
    pool: RsaPool,
    directory: PathBuf,
}

impl Authorities {
    /// Opens every configured authority, making those that are to be made. Files that the configuration does not name
    /// stand below `directory`; `base` is where SCEP is reached when no public URL is configured; `store` knows who has
    /// issued.
    pub(crate) async fn open(
        configured: &[AuthorityConfiguration],
        directory: &Path,
        base: &Url,
        pool: &RsaPool,
        store: &Store,
        now: Timestamp,
    ) -> Result<Self, OpenAuthorityError> {
        creation::directory(directory)?;
        let mut by_name = BTreeMap::new();
        for configuration in configured {
            let opening = served::Opening { configuration, directory, base, pool, store, now };
            by_name.insert(configuration.name.clone(), Succession::open(opening).await?);
        }
        let default = configured.first().map(|first| first.name.clone());
        Ok(Self { by_name, default, pool: pool.clone(), directory: directory.to_owned() })
    }

    /// What issues for the authority with that name.
    pub(crate) fn issuing(&self, name: &str, now: Timestamp) -> Option<&Arc<Served>> {
        let found = self.by_name.iter().find(|(known, _)| known.as_str() == name);
        found.map(|(_, succession)| succession.issuing(now))
    }

    /// What issues for the authority of the bare SCEP paths.
    pub(crate) fn default(&self, now: Timestamp) -> Option<&Arc<Served>> {
        self.default.as_ref().and_then(|name| self.issuing(name.as_str(), now))
    }

    /// What is to issue for an authority from that later time on.
    pub(crate) fn next(&self, name: &AuthorityName, now: Timestamp) -> Option<(Timestamp, &Arc<Served>)> {
        self.by_name.get(name)?.next(now)
    }

    /// Since when an authority's root is another one than before, as far as the configuration tells.
    pub(crate) fn root_changed(&self, name: &AuthorityName, now: Timestamp) -> Option<Timestamp> {
        self.by_name.get(name)?.root_changed(now)
    }

    /// What is published under that name, whether it issues or not.
    pub(crate) fn published(&self, ca: &str) -> Option<&Arc<Served>> {
        self.iter().find(|served| served.facts.ca.as_str() == ca)
    }

    /// Everything that issues, by the authority's name.
    pub(crate) fn all_issuing(&self, now: Timestamp) -> impl Iterator<Item = &Arc<Served>> {
        self.by_name.values().map(move |succession| succession.issuing(now))
    }

    /// Everything that issues now or later.
    pub(crate) fn active(&self, now: Timestamp) -> impl Iterator<Item = &Arc<Served>> {
        self.by_name.values().flat_map(move |succession| {
            std::iter::once(succession.issuing(now)).chain(succession.next(now).map(|(_, next)| next))
        })
    }

    /// Everything that has not ended: what it publishes is kept current.
    pub(crate) fn standing(&self, now: Timestamp) -> impl Iterator<Item = &Arc<Served>> {
        self.iter().filter(move |served| now < served.facts.not_after)
    }

    /// Everything: what issues, what is to issue, and what did.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Served>> {
        self.by_name.values().flat_map(Succession::all)
    }

    /// Where RSA work is done.
    pub(crate) fn pool(&self) -> &RsaPool {
        &self.pool
    }

    /// Where their files are.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether a namespace's devices may be given this certificate to trust: one of an authority that serves the
    /// namespace, or one that such an authority lists (GAP-7, TH-49).
    pub(crate) fn may_deliver(&self, namespace: &Namespace, certificate: &[u8]) -> bool {
        self.iter().any(|served| served.serves(namespace) && served.may_deliver(certificate))
    }
}
