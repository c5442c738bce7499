//! A certification authority: its certificates and its three keys, proven to fit together before anything is signed.
//!
//! The CA key signs certificates and CRLs, the RA signing key signs SCEP replies, the RA decryption key opens SCEP
//! envelopes. They are three keys, or a reply could be made to decrypt and a decryption to sign (TH-13, TH-14).

mod certificate_file;
mod certify;
mod check;
mod create;
mod files;
mod publication;
mod registration;
mod signatory;

use std::sync::Arc;

use jiff::Timestamp;
use scepter_policy::identity::AuthorityName;

use crate::certificate::Certificate;
use crate::key::{DecryptionKey, ReplyKey, SigningKey};

pub use self::check::{AuthorityError, AuthorityProblem, KeyRole};
pub use self::create::{CreateAuthority, CreateAuthorityError, create_authority};
pub use self::files::{AuthorityFiles, KeyPlace, LoadAuthorityError, Presence, RegistrationAuthorityFiles};
pub use self::publication::{NotABase, Publication};
pub use self::registration::{RegistrationAuthorities, RegistrationAuthority};

/// What an authority is made of; [`Authority::new`] proves that it fits together.
#[derive(Debug)]
pub struct AuthorityParts {
    /// DER certificates: the CA's first, its issuer's next, the root's last.
    pub certificate_chain: Vec<Vec<u8>>,
    /// The CA's key.
    pub signing_key: Box<dyn SigningKey>,
    /// DER certificates of the two RA keys, in either order.
    pub ra_certificates: Vec<Vec<u8>>,
    /// The key that signs SCEP replies.
    pub reply_key: Arc<dyn ReplyKey>,
    /// The key that opens SCEP envelopes.
    pub decryption_key: Arc<dyn DecryptionKey>,
}

/// Whether an authority goes on issuing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// It issues, now or later: certificates of its RA must be in force.
    Issues,
    /// It only says what became of its certificates: those of its RA may have ended.
    Retired,
}

/// An authority that can issue.
#[derive(Debug)]
pub struct Authority {
    name: AuthorityName,
    publication: Publication,
    chain: Chain,
    signing_key: Box<dyn SigningKey>,
    ras: RegistrationAuthorities,
}

/// The CA's certificate and those above it.
#[derive(Debug)]
struct Chain {
    ca: Certificate,
    /// The CA's issuer first, the root last; empty when the CA is the root.
    above: Vec<Certificate>,
}

impl Chain {
    /// The CA's certificate first, the root's last.
    fn all(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.ca).chain(&self.above)
    }
}

impl Authority {
    /// Takes an authority into use once everything about it is in order at `now`: the chain's order, signatures and
    /// validity, that keys and certificates belong together, and that the three keys differ.
    pub fn new(
        name: AuthorityName,
        parts: AuthorityParts,
        publication: Publication,
        duty: Duty,
        now: Timestamp,
    ) -> Result<Self, AuthorityError> {
        match check::checked(parts, duty, now) {
            Ok((chain, signing_key, ras)) => Ok(Self { name, publication, chain, signing_key, ras }),
            Err(problem) => Err(AuthorityError { authority: name, problem }),
        }
    }

    /// Its name.
    pub fn name(&self) -> &AuthorityName {
        &self.name
    }

    /// When its issuing certificate begins, or one above it if that is later. No certificate of it begins earlier.
    pub fn not_before(&self) -> Timestamp {
        self.chain.above.iter().map(|above| above.not_before).fold(self.chain.ca.not_before, Timestamp::max)
    }

    /// When its issuing certificate ends, or one above it if that is sooner (VAL-05).
    pub fn not_after(&self) -> Timestamp {
        self.chain.above.iter().map(|above| above.not_after).fold(self.chain.ca.not_after, Timestamp::min)
    }

    /// The issuing CA's certificate as DER: `/ca/{authority}.cer`, and first of what GetCACert answers.
    pub fn issuing_certificate(&self) -> &[u8] {
        &self.chain.ca.der
    }

    /// The certificates from the issuing CA's to the root's as DER.
    pub fn certificate_chain(&self) -> impl Iterator<Item = &[u8]> {
        self.chain.all().map(|certificate| certificate.der.as_slice())
    }

    /// The root that devices must trust, as DER; the issuing certificate itself when it is self-signed.
    pub fn root(&self) -> &[u8] {
        self.chain.above.last().map_or(&self.chain.ca.der, |root| &root.der)
    }

    /// The registration authority as it was loaded: under each pair of certificates that the two keys have, the one that
    /// lasts longest first.
    pub fn registration_authorities(&self) -> &RegistrationAuthorities {
        &self.ras
    }

    /// The public halves of its keys, `SubjectPublicKeyInfo`, by what each is for.
    pub fn keys(&self) -> [(KeyRole, &[u8]); 3] {
        [
            (KeyRole::Ca, self.signing_key.spki()),
            (KeyRole::RaSigning, self.ras.current().reply_key().spki()),
            (KeyRole::RaDecryption, self.ras.current().decryption_key().spki()),
        ]
    }

    /// Whether the CA's key signed this certificate, DER.
    pub fn has_signed(&self, certificate: &[u8]) -> bool {
        Certificate::from_der(certificate).is_ok_and(|certificate| certificate.is_issued_by(&self.chain.ca))
    }

    pub(crate) fn ca_certificate(&self) -> &Certificate {
        &self.chain.ca
    }

    pub(crate) fn ca_key(&self) -> &dyn SigningKey {
        self.signing_key.as_ref()
    }

    pub(crate) fn publication(&self) -> &Publication {
        &self.publication
    }
}
