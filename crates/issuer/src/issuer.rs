//! What every request and every job works with.

use scepter_store::Store;

use crate::authorities::Authorities;
use crate::clock::Clock;
use crate::limits::{Limits, Proxies};
use crate::metrics::Metrics;
use crate::precedence::Precedence;

/// The issuer's parts, shared by its listeners and jobs.
#[derive(Debug)]
pub(crate) struct Issuer {
    /// The truth.
    pub(crate) store: Store,
    /// The keys.
    pub(crate) authorities: Authorities,
    /// The time.
    pub(crate) clock: Clock,
    /// The counters.
    pub(crate) metrics: Metrics,
    /// What everybody may still ask for.
    pub(crate) limits: Limits,
    /// Who may name somebody else as the sender.
    pub(crate) proxies: Proxies,
    /// Who gives way to whom.
    pub(crate) precedence: Precedence,
}

#[cfg(test)]
impl Issuer {
    /// A laboratory's, with its files in a directory.
    pub(crate) async fn in_directory(
        directory: &std::path::Path,
        limits: &crate::configuration::Limits,
    ) -> Self {
        use scepter_store::{Config, Location, MacKey};

        let location = Location::Sqlite(directory.join("store.sqlite"));
        let config = Config { location, mac_key: MacKey::new(&[7; 32]) };
        let configured = crate::IssuerConfiguration::laboratory().unwrap().authorities;
        let (base, now) = ("http://127.0.0.1:1".parse().unwrap(), jiff::Timestamp::now());
        let pool = crate::server::rsa_pool(limits);
        let store = Store::open(config, std::sync::Arc::new(crate::declared::Declared)).await.unwrap();
        Self {
            authorities: Authorities::open(&configured, directory, &base, &pool, &store, now).await.unwrap(),
            store,
            clock: Clock::system(),
            metrics: Metrics::new(),
            limits: Limits::new(limits),
            proxies: Proxies::new(limits),
            precedence: Precedence::default(),
        }
    }
}
