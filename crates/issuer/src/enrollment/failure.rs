//! Every way in which a message ends without a certificate, and what its sender is told. failInfo is all that an
//! unproven sender learns (scep.md §5, 7).

use scepter_pki::SigningError;
use scepter_pki::issue::IssueError;
use scepter_pki::key::KeyError;
use scepter_pki::name_constraints::NameConstraintViolation;
use scepter_policy::identity::AssignmentKey;
use scepter_policy::issuance::{Refusal, RefusalReason};
use scepter_policy::text::inert;
use scepter_scep::{FailInfo, Malformed, Unreadable, Untrusted, Unwritable};
use scepter_store::{IssuanceError, StoreError};

use crate::limits::Limited;

/// A signed answer.
pub(super) enum Answer {
    /// CertRep SUCCESS.
    Success(Vec<u8>),
    /// CertRep PENDING.
    Pending(Vec<u8>),
    /// CertRep FAILURE.
    Refused {
        /// The message.
        reply: Vec<u8>,
        /// Why, as a metric's label.
        reason: &'static str,
    },
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Not a SCEP message: HTTP 400.
    #[error("{0}")]
    Malformed(Malformed),
    /// Refused: CertRep FAILURE.
    #[error("{}: {}", .0.reason, .0.message)]
    Refused(Refused),
    /// Not heard, since somebody asks too much: HTTP 429 or 503, with Retry-After.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// We cannot decide, sign or record just now: HTTP 503 with Retry-After.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours, which trying again does not mend: HTTP 500.
    #[error("fault: {0}")]
    Fault(String),
}

/// A refusal, as it is told, counted and noted.
#[derive(Debug)]
pub(super) struct Refused {
    /// Why: a metric's label, and through [`fail_info`] what the sender is told.
    pub(super) reason: RefusalReason,
    /// One sentence for the log.
    pub(super) message: String,
    /// Whose row it is noted on; nobody's where the sender proved nothing.
    pub(super) row: Option<Box<(AssignmentKey, Refusal)>>,
}

impl Failure {
    /// A refusal of a request with a genuine challenge. One that lost a race is no refusal: the same request may succeed
    /// in a moment, so it is told to come again, and no row says that its device failed.
    pub(super) fn refused_for(key: &AssignmentKey, refusal: Refusal) -> Self {
        if refusal.reason == RefusalReason::Outdated {
            return Self::Unavailable(refusal.message);
        }
        Self::Refused(Refused {
            row: Some(Box::new((key.clone(), refusal.clone()))),
            ..Refused::anonymous(refusal.reason, refusal.message)
        })
    }

    /// A name that policy permits and the CA's certificate does not: policy, or the configuration, has a fault (TH-48).
    pub(super) fn constrained(key: &AssignmentKey, violation: &NameConstraintViolation) -> Self {
        let refusal = Refusal::new(RefusalReason::NameConstraintViolation, violation.to_string());
        Self::refused_for(key, refusal.with_detail(inert(&violation.name)))
    }

    /// An order that was not carried out.
    pub(super) fn of_issuing(key: &AssignmentKey, error: IssueError) -> Self {
        match error {
            IssueError::Signing(SigningError::Names(violation)) => Self::constrained(key, &violation),
            IssueError::Signing(SigningError::Key(error)) => error.into(),
            IssueError::Signing(SigningError::WrongSignature | SigningError::Encoding(_))
            | IssueError::Name(_)
            | IssueError::ForeignAuthority { .. }
            | IssueError::OutlivesAuthority
            | IssueError::Mismatch(_) => Self::Fault(error.to_string()),
        }
    }

    /// A metric's label.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "Malformed",
            Self::Refused(refused) => refused.reason.as_str(),
            Self::Limited(limited) => limited.by.reason(),
            Self::Unavailable(_) => "Unavailable",
            Self::Fault(_) => "Fault",
        }
    }
}

impl Refused {
    /// A refusal that is nobody's.
    pub(super) fn anonymous(reason: RefusalReason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), row: None }
    }

    /// An algorithm that is not accepted.
    pub(super) fn algorithm(message: impl Into<String>) -> Self {
        Self::anonymous(RefusalReason::AlgorithmNotAccepted, message)
    }
}

/// The one table from a reason to what RFC 8894 §3.2.1.4 can say of it.
pub(super) fn fail_info(reason: RefusalReason) -> FailInfo {
    match reason {
        RefusalReason::SignatureValidationFailed | RefusalReason::EnvelopeUnreadable => {
            FailInfo::BadMessageCheck
        }
        RefusalReason::WeakKey | RefusalReason::AlgorithmNotAccepted => FailInfo::BadAlg,
        RefusalReason::CertificateNotFound | RefusalReason::TransactionUnknown => FailInfo::BadCertId,
        RefusalReason::CertificateRequestDecodingFailed
        | RefusalReason::ChallengePasswordMissing
        | RefusalReason::ChallengeDecodingError
        | RefusalReason::ChallengeUnknown
        | RefusalReason::ChallengeUsed
        | RefusalReason::ChallengeExpired
        | RefusalReason::SubjectNameMissing
        | RefusalReason::SubjectNameMismatch
        | RefusalReason::SubjectAltNameMissing
        | RefusalReason::SubjectAltNameMismatch
        | RefusalReason::KeyUsageMismatch
        | RefusalReason::KeyLengthMismatch
        | RefusalReason::EnhancedKeyUsageMissing
        | RefusalReason::EnhancedKeyUsageMismatch
        | RefusalReason::ExtensionRefused
        | RefusalReason::ScepProfileNoLongerTargetedToTheClient
        | RefusalReason::ProfileSuspended
        | RefusalReason::ResolutionFailed
        | RefusalReason::NameNotPermitted
        | RefusalReason::NameConstraintViolation
        | RefusalReason::ValidityNotPossible
        | RefusalReason::KeyReused
        | RefusalReason::AuthorityMismatch
        | RefusalReason::SignerUnknown
        | RefusalReason::SignerRevoked
        | RefusalReason::SignerExpired
        | RefusalReason::SignerSuperseded
        | RefusalReason::SigningCertThumbprintMismatch
        | RefusalReason::RenewalNotDue
        | RefusalReason::ApprovalDenied
        | RefusalReason::RevocationListTooLong
        | RefusalReason::RateLimited
        | RefusalReason::Outdated => FailInfo::BadRequest,
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Untrusted> for Failure {
    fn from(untrusted: Untrusted) -> Self {
        let message = untrusted.to_string();
        match untrusted {
            Untrusted::Algorithm { .. } => Refused::algorithm(message).into(),
            Untrusted::WeakKey { .. } => Refused::anonymous(RefusalReason::WeakKey, message).into(),
            Untrusted::Unverifiable { .. }
            | Untrusted::SignerMissing
            | Untrusted::SignerUnreadable(_)
            | Untrusted::Digest
            | Untrusted::Signature => {
                Refused::anonymous(RefusalReason::SignatureValidationFailed, message).into()
            }
        }
    }
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Self {
        Refused::anonymous(RefusalReason::EnvelopeUnreadable, unreadable.to_string()).into()
    }
}

impl From<IssuanceError> for Failure {
    fn from(error: IssuanceError) -> Self {
        match error {
            IssuanceError::Store(error) => error.into(),
            IssuanceError::Refused { refusal, key: Some(key) } => Self::refused_for(&key, refusal),
            IssuanceError::Refused { refusal, key: None } => {
                Refused::anonymous(refusal.reason, refusal.message).into()
            }
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_retryable() {
            Self::Unavailable(error.to_string())
        } else {
            Self::Fault(error.to_string())
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Busy => Limited::BUSY.into(),
            KeyError::Unavailable(_) => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<Unwritable> for Failure {
    fn from(error: Unwritable) -> Self {
        Self::Fault(error.to_string())
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::Unavailable(format!("no random bytes: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use scepter_pki::name_constraints::{Breach, NameForm};
    use scepter_policy::identity::{Association, Tenant};

    use super::*;

    #[test]
    fn a_store_outage_is_worth_another_try_and_an_unreadable_row_is_not() {
        let unreadable = StoreError::Unreadable { what: "profile", problem: "x".into() };
        assert!(matches!(Failure::from(unreadable), Failure::Fault(_)));
        assert!(matches!(Failure::from(KeyError::Unavailable("x".into())), Failure::Unavailable(_)));
    }

    #[test]
    fn a_full_queue_is_a_limit_that_was_reached_and_no_outage_to_log() {
        assert!(matches!(Failure::from(KeyError::Busy), Failure::Limited(Limited::BUSY)));
        assert_eq!(Failure::from(KeyError::Busy).reason(), "Busy");
    }

    fn key() -> AssignmentKey {
        AssignmentKey {
            tenant: Tenant { owner: "admin".parse().unwrap(), namespace: "acme".parse().unwrap() },
            profile: "wifi".parse().unwrap(),
            device: "laptop-1".parse().unwrap(),
            association: Association::Own,
        }
    }

    #[test]
    fn a_name_that_the_ca_must_not_certify_is_a_refusal_on_the_row_even_when_signing_finds_it() {
        let violation = NameConstraintViolation {
            form: NameForm::Rfc822Name,
            name: "jane@evil.example".to_owned(),
            ca: "CN=Corp CA".to_owned(),
            breach: Breach::NotPermitted,
        };
        let error = IssueError::Signing(SigningError::Names(violation));
        let Failure::Refused(refused) = Failure::of_issuing(&key(), error) else { panic!() };
        assert_eq!(fail_info(refused.reason), FailInfo::BadRequest);
        let (row, refusal) = *refused.row.unwrap();
        assert_eq!((row, refusal.reason), (key(), RefusalReason::NameConstraintViolation));
        assert!(refusal.message.contains("CN=Corp CA") && !refusal.message.contains("jane"), "{refusal}");
        assert_eq!(refusal.detail.as_deref(), Some("jane@evil.example"));
    }

    #[test]
    fn a_request_that_lost_a_race_may_come_again_and_no_device_failed() {
        let refused = |reason| Failure::refused_for(&key(), Refusal::new(reason, "x"));
        assert!(matches!(refused(RefusalReason::Outdated), Failure::Unavailable(_)));
        assert!(matches!(refused(RefusalReason::ChallengeUsed), Failure::Refused(_)));
    }

    #[test]
    fn a_refusal_without_a_genuine_challenge_is_noted_on_nobodys_row() {
        let refusal = Refusal::new(RefusalReason::ChallengeUnknown, "x");
        let Failure::Refused(refused) = IssuanceError::Refused { refusal, key: None }.into() else {
            panic!()
        };
        assert!(refused.row.is_none());
        assert_eq!(fail_info(refused.reason), FailInfo::BadRequest);
    }
}
