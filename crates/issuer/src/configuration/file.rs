//! The configuration file as a whole.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use super::{AuthorityConfiguration, ConfigurationError, FileRef, Limits};

/// `apiVersion` of the configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum ApiVersion {
    /// The first version.
    #[serde(rename = "config.scepter.dev/v1alpha1")]
    V1Alpha1,
}

/// `kind` of the configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Kind {
    /// The configuration of an issuer.
    IssuerConfiguration,
}

/// What an issuer is told before it starts. Unknown keys are refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IssuerConfiguration {
    /// `config.scepter.dev/v1alpha1`.
    pub api_version: ApiVersion,
    /// `IssuerConfiguration`.
    pub kind: Kind,
    /// Where it listens.
    #[serde(default)]
    pub listeners: Listeners,
    /// The directory of its keys, its tokens and, without `database`, its store.
    #[serde(default = "default_data")]
    pub data: PathBuf,
    /// A PostgreSQL URL; absent means a SQLite file in the data directory.
    #[serde(default)]
    pub database: Option<Url>,
    /// Its authorities; the first serves the bare SCEP paths.
    pub authorities: Vec<AuthorityConfiguration>,
    /// How much anyone may ask for, and how long they may take.
    #[serde(default)]
    pub limits: Limits,
    /// Whether this is `scepter up`'s own configuration, which binds loopback only. Never read from a file.
    #[serde(skip)]
    pub laboratory: bool,
}

/// The three listeners, one for each level of trust, and SCEP's second one with TLS.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Listeners {
    /// SCEP over plain HTTP, for anyone.
    pub scep: Endpoint,
    /// SCEP over TLS.
    #[serde(rename = "scepTLS")]
    pub scep_tls: Option<TlsEndpoint>,
    /// The issuer's API, for bearers of tokens.
    pub api: ApiListener,
    /// Probes and metrics.
    pub ops: Endpoint,
}

/// An address to listen on; port 0 takes a free one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Endpoint {
    /// IP address and port.
    pub address: SocketAddr,
}

/// An address to listen on with TLS.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsEndpoint {
    /// IP address and port.
    pub address: SocketAddr,
    /// The certificate and its key, used for TLS alone. Absent: a self-signed one in the data directory, for
    /// laboratories.
    #[serde(default)]
    pub tls: Option<TlsFiles>,
}

/// Where the API listens.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApiListener {
    /// IP address and port.
    pub address: SocketAddr,
    /// The certificate and its key; required unless the address is a loopback address.
    #[serde(default)]
    pub tls: Option<TlsFiles>,
}

/// A TLS certificate with its key, both PEM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsFiles {
    /// The certificate chain, leaf first.
    pub certificate_chain: FileRef,
    /// The key, PKCS #8.
    pub key: FileRef,
}

impl Default for Listeners {
    fn default() -> Self {
        Self {
            scep: Endpoint { address: (Ipv4Addr::UNSPECIFIED, 8080).into() },
            scep_tls: None,
            api: ApiListener { address: (Ipv4Addr::LOCALHOST, 8081).into(), tls: None },
            ops: Endpoint { address: (Ipv4Addr::UNSPECIFIED, 8082).into() },
        }
    }
}

fn default_data() -> PathBuf {
    PathBuf::from("scepter-data")
}

impl IssuerConfiguration {
    /// Reads a configuration file. Relative paths in it start at the process's working directory.
    pub fn read(path: &Path) -> Result<Self, ConfigurationError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigurationError::Unreadable {
            path: path.to_owned(),
            problem: error.to_string(),
        })?;
        Self::parse(&text).map_err(|problem| ConfigurationError::Malformed { path: path.to_owned(), problem })
    }

    /// What `scepter up` and a bare `scepter issuer` serve: one laboratory authority on loopback.
    pub fn laboratory() -> Result<Self, ConfigurationError> {
        let text = include_str!("laboratory.yaml");
        let problem =
            |problem| ConfigurationError::Malformed { path: PathBuf::from("laboratory.yaml"), problem };
        Ok(Self { laboratory: true, ..Self::parse(text).map_err(problem)? })
    }

    /// The configuration in a text, or what is wrong with it in one line.
    fn parse(text: &str) -> Result<Self, String> {
        serde_saphyr::from_str(text).map_err(|error| one_line(&error))
    }

    /// Checks what the shape of the file cannot say.
    pub(crate) fn check(&self) -> Result<(), ConfigurationError> {
        self.check_authorities()?;
        self.limits.check()?;
        let Listeners { scep, scep_tls, api, ops } = &self.listeners;
        if self.laboratory {
            let all = [Some(scep.address), scep_tls.as_ref().map(|tls| tls.address), Some(ops.address)];
            if let Some(exposed) = all.into_iter().flatten().find(|address| !address.ip().is_loopback()) {
                return Err(ConfigurationError::LaboratoryExposed(exposed));
            }
        }
        if api.tls.is_none() && !api.address.ip().is_loopback() {
            return Err(ConfigurationError::ApiInClearText(api.address));
        }
        Ok(())
    }

    fn check_authorities(&self) -> Result<(), ConfigurationError> {
        if self.authorities.is_empty() {
            return Err(ConfigurationError::NoAuthority);
        }
        let mut names = BTreeSet::new();
        for authority in &self.authorities {
            for name in authority.names() {
                if !names.insert(name) {
                    return Err(ConfigurationError::DuplicateAuthority(name.clone()));
                }
            }
            authority.check()?;
        }
        Ok(())
    }
}

/// A parser's complaint with its place, without the excerpt of the file that it would print over several lines.
fn one_line(error: &serde_saphyr::Error) -> String {
    let text = error.without_snippet().to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::KeyRef;

    const MINIMAL: &str = "
apiVersion: config.scepter.dev/v1alpha1
kind: IssuerConfiguration
authorities:
- name: default
  create: {algorithm: P256, subject: 'CN=Test CA'}
";

    #[test]
    fn a_file_needs_only_an_authority() {
        let configuration = IssuerConfiguration::parse(MINIMAL).unwrap();
        assert_eq!(configuration.check(), Ok(()));
        assert_eq!(configuration.listeners, Listeners::default());
        assert!(!configuration.laboratory);
    }

    #[test]
    fn every_field_of_the_design_is_read() {
        let configuration = IssuerConfiguration::parse(
            r#"
apiVersion: config.scepter.dev/v1alpha1
kind: IssuerConfiguration
authorities:
- name: default
  namespaces: ["*"]
  publicURLs: [https://scep.example.com/scep/default]
  create: {algorithm: RSA3072, subject: "CN=Corp CA,O=Acme"}
  certificateChain: {file: chain.pem}
  signingKey: {file: ca.key}
  ra: {signingKey: {file: sign.key}, decryptionKey: {file: decrypt.key}, certificates: {file: ra.pem}}
  maxValidity: {value: 1, unit: Years}
  enforceNameLengths: true
  permitted: [{namespaces: ["wifi-*"], subject: {O: [Acme]}, emailDomains: [acme.example], upnSuffixes: [acme.example],
    dnsDomains: [acme.example], uriPrefixes: ["https://acme.example/"], securityIdentifierDomains: ["S-1-5-21-1-2-3"],
    extendedKeyUsages: [1.3.6.1.5.5.7.3.2]}]
  trustedRoots: ["00:11"]
"#,
        )
        .unwrap();
        assert_eq!(configuration.check(), Ok(()));
        assert_eq!(configuration.authorities[0].permitted.len(), 1);
    }

    fn creating_with(name_constraints: &str) -> Result<IssuerConfiguration, String> {
        let creation = format!("'CN=Test CA', nameConstraints: {name_constraints}}}");
        IssuerConfiguration::parse(&MINIMAL.replace("'CN=Test CA'}", &creation))
    }

    #[test]
    fn a_ca_is_made_with_constraints_of_every_form() {
        let forms = "{dns: [example.com, ''], email: [.example.com, a@b.example], uri: [id.example.com], directory: ['C=DE,O=Acme']}";
        let configuration = creating_with(&format!("{{permitted: {forms}, excluded: {forms}}}")).unwrap();
        assert_eq!(configuration.check(), Ok(()));
        let creation = configuration.authorities[0].create.as_ref().unwrap();
        let constraints = creation.name_constraints.as_ref().unwrap();
        assert_eq!((constraints.permitted.dns.len(), constraints.excluded.email.len()), (2, 2));
    }

    #[test]
    fn a_name_constraint_that_says_nothing_is_refused_with_its_line_and_what_to_write() {
        for (constraints, says) in [
            ("{permitted: {dns: ['*.example.com']}}", "example.com"),
            ("{permitted: {email: [jane]}, excluded: {email: ['@example.com']}}", ".example.com"),
            ("{permitted: {uri: ['https://example.com/']}}", "id.example.com"),
            ("{permitted: {directory: ['O={{UserName}}']}}", "variable"),
            ("{permitted: {dns: []}}", "leave it out"),
            ("{permitted: {upn: [example.com]}}", "upn"),
        ] {
            let problem = creating_with(constraints).unwrap_err();
            assert!(problem.contains(says) && problem.contains("line 6"), "{constraints}: {problem}");
        }
        let nothing = creating_with("{permitted: {}}").unwrap().check();
        assert!(matches!(nothing, Err(ConfigurationError::NoNameConstraint(_))), "{nothing:?}");
    }

    #[test]
    fn a_key_is_in_a_file_or_in_a_token() {
        let uri = "pkcs11:token=hsm;object=ca?module-path=/lib/p11.so&pin-source=file:/run/pin";
        let keys = format!(
            "  certificateChain: {{file: chain.pem}}\n  signingKey: {{pkcs11: '{uri}'}}\n  ra: {{signingKey: {{file: \
             sign.key}}, decryptionKey: {{file: decrypt.key}}, certificates: {{file: ra.pem}}}}\n"
        );
        let configuration = IssuerConfiguration::parse(&format!("{MINIMAL}{keys}")).unwrap();
        let authority = &configuration.authorities[0];
        assert_eq!(authority.signing_key, Some(KeyRef::Pkcs11(uri.to_owned())));
        assert_eq!(authority.ra.as_ref().unwrap().signing_key, KeyRef::File("sign.key".into()));
        let both = keys.replace("{file: sign.key}", "{file: sign.key, pkcs11: x}");
        assert!(IssuerConfiguration::parse(&format!("{MINIMAL}{both}")).is_err());
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place_in_one_line() {
        let text = MINIMAL.replace("create:", "creat:");
        let problem = IssuerConfiguration::parse(&text).unwrap_err();
        assert!(problem.contains("creat") && problem.contains("line 6"), "{problem}");
        assert!(!problem.contains('\n'), "{problem}");
    }

    #[test]
    fn two_authorities_of_one_name_are_refused() {
        let mut configuration = IssuerConfiguration::laboratory().unwrap();
        configuration.authorities.push(configuration.authorities[0].clone());
        assert!(matches!(configuration.check(), Err(ConfigurationError::DuplicateAuthority(_))));
    }

    #[test]
    fn a_next_ca_has_a_name_and_a_time_of_its_own() {
        let next = |name: &str| {
            let ca = "create: {algorithm: P256, subject: 'CN=Next CA'}";
            let text = format!("{MINIMAL}  next: {{caName: {name}, from: '2030-01-01T00:00:00Z', {ca}}}\n");
            IssuerConfiguration::parse(&text).unwrap().check()
        };
        assert_eq!(next("default-2030"), Ok(()));
        assert!(matches!(next("default"), Err(ConfigurationError::DuplicateAuthority(_))));
        assert!(matches!(next("Default/2030"), Err(ConfigurationError::UnusableAuthorityName(_))));
    }

    #[test]
    fn a_laboratory_never_listens_beyond_loopback() {
        let mut configuration = IssuerConfiguration::laboratory().unwrap();
        assert_eq!(configuration.check(), Ok(()));
        configuration.listeners.scep.address = (Ipv4Addr::UNSPECIFIED, 0).into();
        assert!(matches!(configuration.check(), Err(ConfigurationError::LaboratoryExposed(_))));
    }

    #[test]
    fn tokens_never_travel_in_clear_text_beyond_loopback() {
        let mut configuration = IssuerConfiguration::parse(MINIMAL).unwrap();
        configuration.listeners.api.address = (Ipv4Addr::UNSPECIFIED, 0).into();
        assert!(matches!(configuration.check(), Err(ConfigurationError::ApiInClearText(_))));
    }
}
