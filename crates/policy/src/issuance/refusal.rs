//! Why a request was refused (policy-rules §10, design §5).

use crate::diagnostics::Diagnostic;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// The reason of a refusal: metric label, event and status reason. The names are Intune's where they mean the same.
    RefusalReason {
        /// The certification request could not be read.
        CertificateRequestDecodingFailed = "CertificateRequestDecodingFailed",
        /// No challenge password in the request.
        ChallengePasswordMissing = "ChallengePasswordMissing",
        /// The challenge does not have the form of ours.
        ChallengeDecodingError = "ChallengeDecodingError",
        /// No such challenge, or its secret is wrong.
        ChallengeUnknown = "ChallengeUnknown",
        /// Used before, by another request.
        ChallengeUsed = "ChallengeUsed",
        /// Handed out too long ago.
        ChallengeExpired = "ChallengeExpired",
        /// The request has no subject.
        SubjectNameMissing = "SubjectNameMissing",
        /// The subject is not the profile's.
        SubjectNameMismatch = "SubjectNameMismatch",
        /// The request lacks the subject alternative names.
        SubjectAltNameMissing = "SubjectAltNameMissing",
        /// The subject alternative names are not the profile's.
        SubjectAltNameMismatch = "SubjectAltNameMismatch",
        /// The key usage is not the profile's.
        KeyUsageMismatch = "KeyUsageMismatch",
        /// The key's kind or size is not the profile's.
        KeyLengthMismatch = "KeyLengthMismatch",
        /// The request lacks the extended key usages.
        EnhancedKeyUsageMissing = "EnhancedKeyUsageMissing",
        /// The extended key usages are not the profile's.
        EnhancedKeyUsageMismatch = "EnhancedKeyUsageMismatch",
        /// The request asks for an extension that no profile gives, such as being a CA.
        ExtensionRefused = "ExtensionRefused",
        /// The device is gone, or the profile does not reach it any more.
        ScepProfileNoLongerTargetedToTheClient = "ScepProfileNoLongerTargetedToTheClient",
        /// The profile is suspended.
        ProfileSuspended = "ProfileSuspended",
        /// The profile cannot be resolved for this device any more; the rule says why.
        ResolutionFailed = "ResolutionFailed",
        /// The authority may not certify such a name (AUT-*).
        NameNotPermitted = "NameNotPermitted",
        /// The CA's certificate, or one above it, forbids a name that policy permits (RFC 5280 §4.2.1.10).
        NameConstraintViolation = "NameConstraintViolation",
        /// The certificate would outlive its authority (VAL-05).
        ValidityNotPossible = "ValidityNotPossible",
        /// A certificate was issued for this key before.
        KeyReused = "KeyReused",
        /// The key is too weak to certify.
        WeakKey = "WeakKey",
        /// A signature of the message or the request does not verify.
        SignatureValidationFailed = "SignatureValidationFailed",
        /// The challenge belongs to another authority than the one that was asked.
        AuthorityMismatch = "AuthorityMismatch",
        /// The message is signed with a certificate that is not one of this authority's, and brings no challenge.
        SignerUnknown = "SignerUnknown",
        /// The certificate that signed the message was revoked.
        SignerRevoked = "SignerRevoked",
        /// The certificate that signed the message is not valid any more, or not yet.
        SignerExpired = "SignerExpired",
        /// The certificate that signed the message was replaced by another one of its device, or renewed already.
        SignerSuperseded = "SignerSuperseded",
        /// The message is signed with another device's certificate than the challenge is for.
        SigningCertThumbprintMismatch = "SigningCertThumbprintMismatch",
        /// The certificate is not to be renewed yet.
        RenewalNotDue = "RenewalNotDue",
        /// Somebody looked at the request and denied it.
        ApprovalDenied = "ApprovalDenied",
        /// A poll for a request that this signer did not make.
        TransactionUnknown = "TransactionUnknown",
        /// No such certificate, or not one of the signer's own.
        CertificateNotFound = "CertificateNotFound",
        /// The CRL does not fit into a message.
        RevocationListTooLong = "RevocationListTooLong",
        /// An algorithm, or a kind of key, that the authority does not accept.
        AlgorithmNotAccepted = "AlgorithmNotAccepted",
        /// The envelope of the message does not open.
        EnvelopeUnreadable = "EnvelopeUnreadable",
        /// The device asks too often; it may come again later.
        RateLimited = "RateLimited",
        /// Something moved between judging and reserving; the device may try again.
        Outdated = "Outdated",
    }
}

/// A refusal: the reason, and a sentence for the status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {message}")]
pub struct Refusal {
    /// The reason.
    pub reason: RefusalReason,
    /// The rule that speaks, where one does.
    pub rule: Option<crate::rules::RuleId>,
    /// One sentence for whoever may read a status or a log; never a challenge or a key, and no value of the inventory or
    /// of a request, which may be personal (decision 0106).
    pub message: String,
    /// What was expected and what came, with values: for the audit, which stays in the store.
    pub detail: Option<String>,
}

impl Refusal {
    /// A refusal without a rule.
    pub fn new(reason: RefusalReason, message: impl Into<String>) -> Self {
        Self { reason, rule: None, message: message.into(), detail: None }
    }

    /// A refusal because of a rule: its sentence, and what to do.
    pub fn broken(reason: RefusalReason, finding: &Diagnostic) -> Self {
        let Diagnostic { rule, message, help, .. } = finding;
        Self { reason, rule: Some(*rule), message: format!("{message}; {help}"), detail: None }
    }

    /// The same refusal with what the audit shall know besides.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}
