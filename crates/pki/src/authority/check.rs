//! Whether the parts of an authority fit together.

use std::cmp::Reverse;
use std::fmt;

use jiff::Timestamp;
use scepter_policy::identity::AuthorityName;
use x509_cert::ext::pkix::KeyUsage;

use super::registration::{BestFirst, RaKeys};
use super::{AuthorityParts, Chain, Duty, RegistrationAuthorities, RegistrationAuthority};
use crate::certificate::Certificate;
use crate::key::SigningKey;

/// An authority that does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("authority {authority}: {problem}")]
pub struct AuthorityError {
    /// Its name.
    pub authority: AuthorityName,
    /// What does not fit.
    pub problem: AuthorityProblem,
}

/// What each of an authority's keys is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRole {
    /// Signs certificates and CRLs.
    Ca,
    /// Signs SCEP replies.
    RaSigning,
    /// Opens SCEP envelopes.
    RaDecryption,
}

impl fmt::Display for KeyRole {
    /// The key's name in the configuration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ca => "signingKey",
            Self::RaSigning => "ra.signingKey",
            Self::RaDecryption => "ra.decryptionKey",
        })
    }
}

/// What does not fit. Positions in the chain count from 0, the CA's own certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityProblem {
    /// No certificate at all.
    #[error("certificateChain is empty; put the CA's certificate first and the root's last")]
    EmptyChain,
    /// Not a certificate.
    #[error("certificate {position} of {list} cannot be read: {source}")]
    Unreadable {
        /// `certificateChain` or `ra.certificates`.
        list: &'static str,
        /// Its place in that list, from 0.
        position: usize,
        /// What is wrong with it.
        source: der::Error,
    },
    /// Out of its time.
    #[error(
        "a certificate of {list} is valid from {not_before} to {not_after} only; renew it, or set the clock"
    )]
    NotInForce {
        /// `certificateChain` or `ra.certificates`.
        list: &'static str,
        /// When it begins.
        not_before: Timestamp,
        /// When it ends.
        not_after: Timestamp,
    },
    /// The next certificate did not issue this one.
    #[error(
        "certificate {position} of certificateChain is not issued by the next one; order the chain from the CA to the root"
    )]
    BrokenChain {
        /// Its place, from 0.
        position: usize,
    },
    /// The chain does not end at a root.
    #[error("certificateChain does not end with a self-signed root; append the root's certificate")]
    NoRoot,
    /// A certificate that may not issue what stands below it.
    #[error(
        "certificate {position} of certificateChain may not issue certificates here: it needs CA:TRUE, keyCertSign and a sufficient path length"
    )]
    NotAnIssuer {
        /// Its place, from 0.
        position: usize,
    },
    /// The CA's key cannot sign CRLs.
    #[error("the CA's certificate lacks the key usage cRLSign; nothing could be revoked")]
    NoCrlSigning,
    /// Key and certificate are strangers.
    #[error("signingKey is not the key of the first certificate of certificateChain")]
    ForeignKey,
    /// One key with two jobs.
    #[error(
        "{first} and {second} are the same key; each needs its own, or one can be used to attack the other"
    )]
    SharedKey {
        /// One job.
        first: KeyRole,
        /// The other.
        second: KeyRole,
    },
    /// An RA key without a certificate.
    #[error(
        "ra.certificates has none for {role} that this CA issued with the key usage {usage} and without CA:TRUE"
    )]
    NoRaCertificate {
        /// The key.
        role: KeyRole,
        /// What the certificate must allow.
        usage: &'static str,
    },
}

type Checked = (Chain, Box<dyn SigningKey>, RegistrationAuthorities);

/// The parts, fitted together.
pub(super) fn checked(
    parts: AuthorityParts,
    duty: Duty,
    now: Timestamp,
) -> Result<Checked, AuthorityProblem> {
    let chain = check_chain(&parts.certificate_chain, now)?;
    if parts.signing_key.spki() != chain.ca.spki {
        return Err(AuthorityProblem::ForeignKey);
    }
    check_keys_differ(&parts)?;
    let keys = RaKeys { reply: parts.reply_key, decryption: parts.decryption_key };
    let ras = registration_authorities(&parts.ra_certificates, &chain.ca, &keys, now)?;
    if duty == Duty::Issues {
        let RegistrationAuthority { signing_certificate, decryption_certificate, .. } = ras.current();
        for certificate in [signing_certificate, decryption_certificate] {
            check_in_force("ra.certificates", certificate, now)?;
        }
    }
    Ok((chain, parts.signing_key, ras))
}

/// The two keys under every pair of certificates that they have.
pub(super) fn registration_authorities(
    certificates: &[Vec<u8>],
    ca: &Certificate,
    keys: &RaKeys,
    now: Timestamp,
) -> Result<RegistrationAuthorities, AuthorityProblem> {
    let certificates = read("ra.certificates", certificates)?;
    let find = |role, spki| ra_certificates(&certificates, ca, role, spki, now);
    let signing = find(RaRole::Signing, keys.reply.spki())?;
    let decryption = find(RaRole::Decryption, keys.decryption.spki())?;
    Ok(RegistrationAuthorities::paired(keys, &signing, &decryption))
}

fn check_chain(certificates: &[Vec<u8>], now: Timestamp) -> Result<Chain, AuthorityProblem> {
    let mut certificates = read("certificateChain", certificates)?;
    for (position, certificate) in certificates.iter().enumerate() {
        check_in_force("certificateChain", certificate, now)?;
        if !certificate.may_issue_at_depth(position) {
            return Err(AuthorityProblem::NotAnIssuer { position });
        }
        let issuer = certificates.get(position + 1);
        if issuer.is_some_and(|issuer| !certificate.is_issued_by(issuer)) {
            return Err(AuthorityProblem::BrokenChain { position });
        }
    }
    if !certificates.last().is_some_and(Certificate::is_self_signed) {
        let is_empty = certificates.is_empty();
        return Err(if is_empty { AuthorityProblem::EmptyChain } else { AuthorityProblem::NoRoot });
    }
    let above = certificates.split_off(1);
    let ca = certificates.pop().ok_or(AuthorityProblem::EmptyChain)?;
    if ca.key_usage.is_some_and(|usage| !usage.crl_sign()) {
        return Err(AuthorityProblem::NoCrlSigning);
    }
    Ok(Chain { ca, above })
}

fn check_keys_differ(parts: &AuthorityParts) -> Result<(), AuthorityProblem> {
    let ca = (KeyRole::Ca, parts.signing_key.spki());
    let signing = (KeyRole::RaSigning, parts.reply_key.spki());
    let decryption = (KeyRole::RaDecryption, parts.decryption_key.spki());
    for ((first, one), (second, other)) in [(ca, signing), (ca, decryption), (signing, decryption)] {
        if one == other {
            return Err(AuthorityProblem::SharedKey { first, second });
        }
    }
    Ok(())
}

/// The two jobs of a registration authority.
#[derive(Clone, Copy)]
enum RaRole {
    Signing,
    Decryption,
}

/// An RA key's certificates, issued by the CA itself so that clients find their way up: those in force first, and of these
/// the one that ends last.
fn ra_certificates(
    certificates: &[Certificate],
    ca: &Certificate,
    role: RaRole,
    spki: &[u8],
    now: Timestamp,
) -> Result<BestFirst, AuthorityProblem> {
    let (key_role, usage, allows): (_, _, fn(&KeyUsage) -> bool) = match role {
        RaRole::Signing => (KeyRole::RaSigning, "digitalSignature", KeyUsage::digital_signature),
        RaRole::Decryption => (KeyRole::RaDecryption, "keyEncipherment", KeyUsage::key_encipherment),
    };
    let is_fit = |certificate: &&Certificate| {
        certificate.spki == spki
            && certificate.key_usage.as_ref().is_some_and(allows)
            && !certificate.basic_constraints.as_ref().is_some_and(|constraints| constraints.ca)
            && certificate.is_issued_by(ca)
    };
    let mut fit: Vec<Certificate> = certificates.iter().filter(is_fit).cloned().collect();
    fit.sort_by_key(|certificate| (!certificate.is_valid_at(now), Reverse(certificate.not_after)));
    let mut fit = fit.into_iter();
    let best = fit.next().ok_or(AuthorityProblem::NoRaCertificate { role: key_role, usage })?;
    Ok(BestFirst { best, others: fit.collect() })
}

fn check_in_force(
    list: &'static str,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), AuthorityProblem> {
    if certificate.is_valid_at(now) {
        return Ok(());
    }
    let Certificate { not_before, not_after, .. } = *certificate;
    Err(AuthorityProblem::NotInForce { list, not_before, not_after })
}

fn read(list: &'static str, certificates: &[Vec<u8>]) -> Result<Vec<Certificate>, AuthorityProblem> {
    certificates
        .iter()
        .enumerate()
        .map(|(position, der)| {
            Certificate::from_der(der).map_err(|source| AuthorityProblem::Unreadable {
                list,
                position,
                source,
            })
        })
        .collect()
}
