//! What a client makes of GetCACert: whom to encrypt to, and who may answer.

use der::Decode;
use x509_cert::{
    Certificate,
    ext::pkix::{BasicConstraints, KeyUsage},
};

use crate::{
    CertsOnly, KeyAlgorithm, Limits, Malformed, SignerCertificate,
    transport::{CA_CERTIFICATE, CA_RA_CERTIFICATES},
};

/// The certificates of an authority. They are only as trustworthy as the channel or the fingerprint that vouches for them.
#[derive(Debug, Clone)]
pub struct Authority {
    encrypt_to: SignerCertificate,
    certificates: Vec<Vec<u8>>,
}

/// Why an answer to GetCACert cannot be used. Terminal until the authority is configured otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// A Content-Type that RFC 8894 §4.2.1 does not know.
    #[error("the Content-Type is {0:?}, not that of CA certificates")]
    ContentType(String),
    /// The body cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// No certificate has a key to which a request can be encrypted.
    #[error(
        "no certificate of the authority can receive an encrypted request; it needs an RSA key and keyEncipherment"
    )]
    NoRecipient,
}

impl Authority {
    /// Reads the answer to GetCACert. The recipient is the first RA that may encipher keys, else the first CA that may.
    pub fn from_body(content_type: &str, body: &[u8], limits: &Limits) -> Result<Self, Unusable> {
        let certificates = match content_type {
            CA_CERTIFICATE => vec![body.to_vec()],
            CA_RA_CERTIFICATES => CertsOnly::from_ber(body, limits)?.certificates,
            other => return Err(Unusable::ContentType(other.to_owned())),
        };
        let mut candidates = Vec::new();
        for der in &certificates {
            candidates.push(Candidate::read(der)?);
        }
        candidates.sort_by_key(|candidate| candidate.is_ca);
        let recipient =
            candidates.into_iter().find(|candidate| candidate.may_decrypt).ok_or(Unusable::NoRecipient)?;
        Ok(Self { encrypt_to: recipient.certificate, certificates })
    }

    /// The certificate that requests are sealed to.
    pub fn encrypt_to(&self) -> &SignerCertificate {
        &self.encrypt_to
    }

    /// All certificates, in the order in which they came; any of their holders may answer.
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }
}

struct Candidate {
    certificate: SignerCertificate,
    is_ca: bool,
    may_decrypt: bool,
}

impl Candidate {
    fn read(der: &[u8]) -> Result<Self, Malformed> {
        let asn1 = |error| Malformed::asn1("certificate of the authority", error);
        let certificate = SignerCertificate::from_der(der)?;
        let parsed = Certificate::from_der(der).map_err(asn1)?;
        let constraints = parsed.tbs_certificate().get_extension::<BasicConstraints>().map_err(asn1)?;
        let key_usage = parsed.tbs_certificate().get_extension::<KeyUsage>().map_err(asn1)?;
        let is_rsa = matches!(certificate.public_key().algorithm(), KeyAlgorithm::Rsa { .. });
        Ok(Self {
            certificate,
            is_ca: constraints.is_some_and(|(_critical, constraints)| constraints.ca),
            may_decrypt: is_rsa && key_usage.is_none_or(|(_critical, usage)| usage.key_encipherment()),
        })
    }
}
