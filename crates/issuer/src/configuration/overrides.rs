//! What command-line flags change.

use std::net::SocketAddr;
use std::path::PathBuf;

use url::Url;

use super::{IssuerConfiguration, TlsEndpoint};

/// Flags; each overrides the configuration where it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--database`.
    pub database: Option<Url>,
    /// `--scep-address`.
    pub scep_address: Option<SocketAddr>,
    /// `--scep-tls-address`.
    pub scep_tls_address: Option<SocketAddr>,
    /// `--api-address`.
    pub api_address: Option<SocketAddr>,
    /// `--ops-address`.
    pub ops_address: Option<SocketAddr>,
}

impl IssuerConfiguration {
    /// This configuration with the flags that were given.
    #[must_use]
    pub fn with(mut self, overrides: Overrides) -> Self {
        let Overrides { data, database, scep_address, scep_tls_address, api_address, ops_address } =
            overrides;
        let listeners = &mut self.listeners;
        if let Some(address) = scep_address {
            listeners.scep.address = address;
        }
        if let Some(address) = scep_tls_address {
            let tls = listeners.scep_tls.take().and_then(|listener| listener.tls);
            listeners.scep_tls = Some(TlsEndpoint { address, tls });
        }
        if let Some(address) = api_address {
            listeners.api.address = address;
        }
        if let Some(address) = ops_address {
            listeners.ops.address = address;
        }
        self.data = data.unwrap_or(self.data);
        self.database = database.or(self.database);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_overrides_the_file_and_leaves_the_rest() {
        let address: SocketAddr = ([127, 0, 0, 1], 0).into();
        let before = IssuerConfiguration::laboratory().unwrap();
        let after = before.clone().with(Overrides { scep_address: Some(address), ..Overrides::default() });
        assert_eq!(after.listeners.scep.address, address);
        assert_eq!(after.listeners.api, before.listeners.api);
        assert_eq!(after.data, before.data);
    }
}
