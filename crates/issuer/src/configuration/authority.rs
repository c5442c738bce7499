//! One authority in the configuration.

use std::collections::BTreeSet;
use std::path::PathBuf;

use scepter_policy::authority::{Approval, Permitted};
use scepter_policy::identity::AuthorityName;
use scepter_policy::profile::Validity;
use scepter_policy::vocabulary::ValidityUnit;
use scepter_scep::Algorithms;
use serde::Deserialize;

use super::{ConfigurationError, NameConstraints, NextCa};

/// A certification authority: where its keys are, and what it may ever certify.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthorityConfiguration {
    /// Its name, which profiles refer to and SCEP paths end in.
    pub name: AuthorityName,
    /// The namespaces that may use it; `*` stands for any run of characters.
    #[serde(default = "every_namespace")]
    pub namespaces: Vec<String>,
    /// Where devices reach it, such as `https://scep.example.com/scep/default`. Absent: this issuer's own address.
    #[serde(default, rename = "publicURLs")]
    pub public_urls: Vec<String>,
    /// What its certificates are recorded and published under, where that is not its own name: after a roll-over, the
    /// `caName` that the CA had under `next`.
    #[serde(default)]
    pub ca_name: Option<AuthorityName>,
    /// How to make it on the first start, when its files are absent.
    #[serde(default)]
    pub create: Option<Creation>,
    /// Its certificate chain, PEM, CA first and root last.
    #[serde(default)]
    pub certificate_chain: Option<FileRef>,
    /// Its key, which signs certificates and revocation lists only.
    #[serde(default)]
    pub signing_key: Option<KeyRef>,
    /// The registration authority that speaks SCEP for it.
    #[serde(default)]
    pub ra: Option<RegistrationAuthority>,
    /// The longest validity that it grants (VAL-04).
    #[serde(default = "a_year")]
    pub max_validity: Validity,
    /// Whether X.520 length limits are enforced (SUB-13).
    #[serde(default = "yes")]
    pub enforce_name_lengths: bool,
    /// What it may certify; nothing unless it says so.
    #[serde(default)]
    pub permitted: Vec<Permitted>,
    /// SHA-256 thumbprints of further roots that `TrustedRootProfile`s may deliver (GAP-7).
    #[serde(default)]
    pub trusted_roots: BTreeSet<String>,
    /// Whether somebody has to approve each of its certificates.
    #[serde(default)]
    pub approval: Approval,
    /// Weak algorithms that it accepts from devices which have nothing better. DES and MD5 are none of them.
    #[serde(default)]
    pub legacy_algorithms: BTreeSet<LegacyAlgorithm>,
    /// What GetCACert answers.
    #[serde(default)]
    pub ca_certificates: CaCertificatesShape,
    /// The CA that follows.
    #[serde(default)]
    pub next: Option<NextCa>,
}

/// A weak algorithm that an authority may accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum LegacyAlgorithm {
    /// SHA-1 in the signatures of messages and requests.
    #[serde(rename = "SHA1")]
    Sha1,
    /// 3DES in CBC mode as content cipher.
    #[serde(rename = "TripleDES")]
    TripleDes,
}

/// What GetCACert answers (RFC 8894 §4.2.1). The CA's key never speaks SCEP itself, so that requests are encrypted to the
/// RA's certificate in every case (decision 0174).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum CaCertificatesShape {
    /// The RA's two certificates, then the chain from the CA to the root: what clients that know nothing else need.
    #[default]
    #[serde(rename = "RAPair")]
    RaPair,
    /// The chain from the CA to the root, for clients that were given the RA's certificates otherwise.
    Chain,
    /// The CA's certificate alone, for such clients that read nothing else.
    Single,
}

/// How an authority is made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Creation {
    /// The kind of its key.
    pub algorithm: KeyKind,
    /// Its subject, such as `CN=Corp Device CA,O=Acme`.
    pub subject: String,
    /// How long its certificate lives.
    #[serde(default = "ten_years")]
    pub validity: Validity,
    /// Which names its certificate allows below it, whatever policy says (TH-48).
    #[serde(default)]
    pub name_constraints: Option<NameConstraints>,
}

/// The kinds of key that an authority can be made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum KeyKind {
    /// ECDSA on P-256.
    P256,
    /// RSA with 2048 bits.
    #[serde(rename = "RSA2048")]
    Rsa2048,
    /// RSA with 3072 bits.
    #[serde(rename = "RSA3072")]
    Rsa3072,
    /// RSA with 4096 bits.
    #[serde(rename = "RSA4096")]
    Rsa4096,
}

/// The keys that speak SCEP: one signs replies, the other opens envelopes (GAP-10).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistrationAuthority {
    /// The RSA key that signs replies.
    pub signing_key: KeyRef,
    /// The RSA key that opens envelopes.
    pub decryption_key: KeyRef,
    /// Their certificates, PEM: the signing one, then the decrypting one.
    pub certificates: FileRef,
}

/// A private key: `{file: PATH}`, or `{pkcs11: URI}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyRef {
    /// The path of a PKCS #8 file in PEM.
    File(PathBuf),
    /// A key in a token: `pkcs11:token=TOKEN;object=LABEL?module-path=/lib/module.so&pin-source=file:/run/secrets/pin`
    /// (RFC 7512).
    Pkcs11(String),
}

/// A file by its path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileRef {
    /// The path.
    pub file: PathBuf,
}

impl AuthorityConfiguration {
    /// What it accepts from its devices.
    pub(crate) fn algorithms(&self) -> Algorithms {
        self.legacy_algorithms.iter().fold(Algorithms::default(), |accepted, legacy| match legacy {
            LegacyAlgorithm::Sha1 => accepted.with_sha1(),
            LegacyAlgorithm::TripleDes => accepted.with_triple_des(),
        })
    }

    pub(super) fn check(&self) -> Result<(), ConfigurationError> {
        if !is_usable(&self.name) {
            return Err(ConfigurationError::UnusableAuthorityName(self.name.clone()));
        }
        self.ca().check()?;
        self.next.as_ref().map_or(Ok(()), |next| next.ca().check())
    }

    /// Every name that it takes: its own, and those of its CAs.
    pub(super) fn names(&self) -> Vec<&AuthorityName> {
        let mut names = vec![&self.name];
        names.extend(self.ca_name.as_ref().filter(|name| **name != self.name));
        names.extend(self.next.as_ref().map(|next| &next.ca_name));
        names
    }
}

/// Whether a name can stand in a URL's path and in a file's.
pub(super) fn is_usable(name: &AuthorityName) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.as_str().bytes().all(plain)
}

fn every_namespace() -> Vec<String> {
    vec!["*".to_owned()]
}

fn a_year() -> Validity {
    Validity { value: 1, unit: ValidityUnit::Years }
}

fn ten_years() -> Validity {
    Validity { value: 10, unit: ValidityUnit::Years }
}

fn yes() -> bool {
    true
}
