//! Who answers: a key of its own, with a certificate for OCSP alone.

use const_oid::db::rfc5280::ID_KP_OCSP_SIGNING;
use jiff::{SignedDuration, Timestamp};
use scepter_policy::name::{DistinguishedName, NotEncodable};
use x509_cert::ext::pkix::KeyUsages;

use crate::authority::Authority;
use crate::certificate::{NewCertificate, extensions, random_serial};
use crate::key::{
    KeyAlgorithm, KeyGenerationFailed, PrivateKey, RsaPool, SigningKey, SoftwareSigningKey, UnusableKey,
};
use crate::signed::SigningError;

/// How long a responder's certificate lives. Nobody can revoke it (`id-pkix-ocsp-nocheck`), so it is short.
const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How far back it begins, for relying parties whose clocks are behind.
const BACKDATED: SignedDuration = SignedDuration::from_mins(5);

/// A delegated OCSP responder of one CA (RFC 6960 §4.2.2.2).
#[derive(Debug)]
pub struct OcspResponder {
    certificate: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
    key: Box<dyn SigningKey>,
}

/// Why there is no responder.
#[derive(Debug, thiserror::Error)]
pub enum OcspResponderError {
    /// No key could be made.
    #[error(transparent)]
    Generation(#[from] KeyGenerationFailed),
    /// A key that was just made is refused.
    #[error("a new key is refused: {0}")]
    Key(#[from] UnusableKey),
    /// Its subject has no DER form.
    #[error("the subject of the OCSP responder: {0}")]
    Subject(#[from] NotEncodable),
    /// The CA did not sign its certificate.
    #[error("the OCSP responder's certificate could not be made: {0}")]
    Certificate(#[from] SigningError),
    /// Its certificate would end at no time there is, or begin after the CA's end.
    #[error(
        "the OCSP responder's certificate would end outside the CA's own time; renew the CA, or set the clock"
    )]
    Lifetime,
}

impl Authority {
    /// Makes a responder with a new P-256 key that is never written anywhere (decision 0180), certified for a week or
    /// until the CA ends.
    pub async fn new_ocsp_responder(
        &self,
        pool: &RsaPool,
        now: Timestamp,
    ) -> Result<OcspResponder, OcspResponderError> {
        let key = SoftwareSigningKey::new(&PrivateKey::generate(KeyAlgorithm::P256)?, pool)?;
        self.certify_ocsp_responder(Box::new(key), now).await
    }

    async fn certify_ocsp_responder(
        &self,
        key: Box<dyn SigningKey>,
        now: Timestamp,
    ) -> Result<OcspResponder, OcspResponderError> {
        let outside = |_| OcspResponderError::Lifetime;
        let not_before = now.checked_sub(BACKDATED).map_err(outside)?.max(self.not_before());
        let not_after = now.checked_add(LIFETIME).map_err(outside)?.min(self.not_after());
        if not_after <= now {
            return Err(OcspResponderError::Lifetime);
        }
        let ca = self.ca_certificate();
        let identifier = extensions::key_identifier(key.spki()).map_err(SigningError::from)?;
        // Named after its CA, whose own name is where constraints of directory names most likely are.
        let subject = DistinguishedName::from_der(&ca.subject).unwrap_or_default();
        let subject = subject.with_common_name("OCSP responder");
        let list = [
            extensions::key_usage(KeyUsages::DigitalSignature),
            extensions::extended_key_usage(&[ID_KP_OCSP_SIGNING]),
            extensions::ocsp_no_check(),
            extensions::not_a_ca(),
            extensions::subject_key_identifier(identifier),
            extensions::authority_key_identifier(&ca.key_identifier),
        ];
        let certificate = NewCertificate {
            serial: random_serial().map_err(SigningError::from)?,
            issuer: &ca.subject,
            not_before,
            not_after,
            subject: &subject.to_der()?,
            spki: key.spki(),
            extensions: list.into_iter().collect::<Result<_, _>>().map_err(SigningError::from)?,
        };
        let certificate = self.certify(certificate).await?;
        Ok(OcspResponder { certificate, not_before, not_after, key })
    }
}

impl OcspResponder {
    /// Its certificate, DER; every answer carries it.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// When its certificate ends. No answer may be good for longer.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether two thirds of its certificate's life are over, or its time has not come: make another.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let life = self.not_after.duration_since(self.not_before);
        now < self.not_before || self.not_after.duration_since(now) < life / 3
    }

    pub(super) fn key(&self) -> &dyn SigningKey {
        self.key.as_ref()
    }
}
