//! The registration authority: two keys that speak SCEP for a CA (RFC 8894 §2.1.2), and the certificates that say so.
//!
//! Renewal gives the same keys new certificates (decision 0191). Clients that know the old ones are answered under them.

use std::sync::Arc;

use der::flagset::FlagSet;
use jiff::{SignedDuration, Timestamp};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::KeyUsages;

use super::{Authority, AuthorityError, check};
use crate::certificate::{Certificate, NewCertificate, extensions, random_serial};
use crate::key::{DecryptionKey, ReplyKey};
use crate::signed::SigningError;

/// How long an RA's certificates live, unless its CA ends sooner.
pub(super) const LIFETIME: SignedDuration = SignedDuration::from_hours(365 * 24);

/// How far back they begin, for devices whose clocks are behind.
const BACKDATED: SignedDuration = SignedDuration::from_mins(5);

/// The two keys.
#[derive(Clone, Debug)]
pub(super) struct RaKeys {
    pub(super) reply: Arc<dyn ReplyKey>,
    pub(super) decryption: Arc<dyn DecryptionKey>,
}

/// The two keys under one pair of certificates.
#[derive(Clone, Debug)]
pub struct RegistrationAuthority {
    keys: RaKeys,
    pub(super) signing_certificate: Certificate,
    pub(super) decryption_certificate: Certificate,
}

/// The same two keys under every pair of certificates that they have.
#[derive(Clone, Debug)]
pub struct RegistrationAuthorities {
    current: RegistrationAuthority,
    earlier: Vec<RegistrationAuthority>,
}

/// A key's certificates.
pub(super) struct BestFirst {
    pub(super) best: Certificate,
    pub(super) others: Vec<Certificate>,
}

impl RegistrationAuthority {
    /// The certificate whose key signs SCEP replies, as DER.
    pub fn signing_certificate(&self) -> &[u8] {
        &self.signing_certificate.der
    }

    /// The certificate that clients encrypt to, as DER.
    pub fn decryption_certificate(&self) -> &[u8] {
        &self.decryption_certificate.der
    }

    /// The key that signs SCEP replies.
    pub fn reply_key(&self) -> &dyn ReplyKey {
        self.keys.reply.as_ref()
    }

    /// The key that opens SCEP envelopes.
    pub fn decryption_key(&self) -> &dyn DecryptionKey {
        self.keys.decryption.as_ref()
    }

    /// When the first of its certificates ends.
    pub fn not_after(&self) -> Timestamp {
        self.signing_certificate.not_after.min(self.decryption_certificate.not_after)
    }

    /// Whether two thirds of the life of one of its certificates are over.
    pub fn is_due(&self, now: Timestamp) -> bool {
        [&self.signing_certificate, &self.decryption_certificate].into_iter().any(|certificate| {
            let life = certificate.not_after.duration_since(certificate.not_before);
            certificate.not_after.duration_since(now) < life / 3
        })
    }
}

impl RegistrationAuthorities {
    /// Puts certificates together by their order. Every one that opens envelopes has one that signs.
    pub(super) fn paired(keys: &RaKeys, signing: &BestFirst, decryption: &BestFirst) -> Self {
        let pair = |signing: &Certificate, decryption: &Certificate| RegistrationAuthority {
            keys: keys.clone(),
            signing_certificate: signing.clone(),
            decryption_certificate: decryption.clone(),
        };
        let last = signing.others.last().unwrap_or(&signing.best);
        let earlier = decryption.others.iter().enumerate();
        let earlier = earlier
            .map(|(position, decryption)| pair(signing.others.get(position).unwrap_or(last), decryption));
        Self { current: pair(&signing.best, &decryption.best), earlier: earlier.collect() }
    }

    /// The one that clients are told of.
    pub fn current(&self) -> &RegistrationAuthority {
        &self.current
    }

    /// The current one, then those that clients were told of before.
    pub fn iter(&self) -> impl Iterator<Item = &RegistrationAuthority> {
        std::iter::once(&self.current).chain(&self.earlier)
    }

    /// A new one in the place of the current one. Those that have ended are forgotten.
    #[must_use]
    pub fn renewed(&self, current: RegistrationAuthority, now: Timestamp) -> Self {
        let earlier = self.iter().filter(|earlier| now <= earlier.not_after()).cloned().collect();
        Self { current, earlier }
    }
}

impl Authority {
    /// Certifies the RA's keys again: for a year, or until the CA ends.
    pub async fn renew_registration_authority(
        &self,
        old: &RegistrationAuthority,
        now: Timestamp,
    ) -> Result<RegistrationAuthority, SigningError> {
        let signing = self.renew_ra_certificate(&old.signing_certificate, KeyUsages::DigitalSignature, now);
        let signing_certificate = signing.await?;
        let decryption =
            self.renew_ra_certificate(&old.decryption_certificate, KeyUsages::KeyEncipherment, now);
        let decryption_certificate = decryption.await?;
        Ok(RegistrationAuthority { keys: old.keys.clone(), signing_certificate, decryption_certificate })
    }

    async fn renew_ra_certificate(
        &self,
        old: &Certificate,
        usage: KeyUsages,
        now: Timestamp,
    ) -> Result<Certificate, SigningError> {
        let ca = self.ca_certificate();
        let not_before = now.saturating_sub(BACKDATED).unwrap_or(now).max(self.not_before());
        let not_after = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX).min(self.not_after());
        let certificate = NewCertificate {
            serial: random_serial()?,
            issuer: &ca.subject,
            not_before,
            not_after,
            subject: &old.subject,
            spki: &old.spki,
            extensions: extensions(&old.spki, usage, &ca.key_identifier)?,
        };
        Ok(Certificate::from_der(&self.certify(certificate).await?)?)
    }

    /// The RA's keys under the certificates of a list, as when the authority was loaded: somebody may have renewed them.
    pub fn read_registration_authorities(
        &self,
        certificates: &[Vec<u8>],
        now: Timestamp,
    ) -> Result<RegistrationAuthorities, AuthorityError> {
        let keys = &self.registration_authorities().current().keys;
        check::registration_authorities(certificates, self.ca_certificate(), keys, now)
            .map_err(|problem| AuthorityError { authority: self.name().clone(), problem })
    }
}

/// What an RA's certificate says beside its name and its key.
pub(super) fn extensions(
    spki: &[u8],
    usage: impl Into<FlagSet<KeyUsages>>,
    ca_key_identifier: &[u8],
) -> Result<Vec<Extension>, der::Error> {
    Ok(vec![
        extensions::key_usage(usage)?,
        extensions::not_a_ca()?,
        extensions::subject_key_identifier(extensions::key_identifier(spki)?)?,
        extensions::authority_key_identifier(ca_key_identifier)?,
    ])
}
