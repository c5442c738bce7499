//! The answer of `scepter resolve` as JSON, as design §4 fixes it.

use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::explain::{Outcome, Step};
use scepter_policy::profile::{AccessMode, CertificateAccess, Profile, Validity};
use scepter_policy::resolve::ResolvedRequest;
use scepter_policy::rules::RuleId;
use scepter_policy::rules::matrix::{Field, Requirement};
use scepter_policy::vocabulary::{HashAlgorithm, KeyStorageProvider, KeyUsage};
use serde::Serialize;

use super::Resolved;

/// What one device would be asked for, or why nothing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer<'a> {
    result: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    san: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<RuleId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// With `--explain` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<&'a [Step]>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
enum Verdict {
    Ok,
    Fail,
    NotApplicable,
    NotTargeted,
    Pending,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    key_size: u32,
    hash_algorithms: Vec<HashAlgorithm>,
    key_usages: Vec<KeyUsage>,
    extended_key_usages: Vec<String>,
    validity_period: Validity,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_storage_provider: Option<KeyStorageProvider>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_access: Option<Access>,
    /// The profile's whole list, also where a device is sent one of them.
    #[serde(rename = "scepServerURLs")]
    scep_server_urls: Vec<String>,
}

/// As in the manifest.
#[derive(Debug, Serialize)]
struct Access {
    mode: AccessMode,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    apps: Vec<String>,
}

impl<'a> Answer<'a> {
    pub(super) fn of(resolved: &'a Resolved, explain: bool) -> Self {
        let steps = explain.then_some(resolved.story.steps.as_slice());
        let answer = match &resolved.story.outcome {
            Outcome::Ok(request) => Self::asked(&resolved.profile, request),
            Outcome::Fail(finding) => Self::refused(Verdict::Fail, finding),
            Outcome::Pending(finding) => Self::refused(Verdict::Pending, finding),
            Outcome::NotApplicable(reason) => Self::nothing(Verdict::NotApplicable, reason.clone()),
            Outcome::NotTargeted(reason) => Self::nothing(Verdict::NotTargeted, reason.clone()),
        };
        Self { steps, ..answer }
    }

    fn asked(profile: &Profile, request: &ResolvedRequest) -> Self {
        Self {
            result: Verdict::Ok,
            subject: Some(request.subject.to_string()),
            san: request.subject_alternative_names.iter().map(ToString::to_string).collect(),
            request: Some(Request::new(profile, request)),
            rule: None,
            message: None,
            steps: None,
        }
    }

    fn refused(result: Verdict, finding: &Diagnostic) -> Self {
        let help = if finding.help.is_empty() { String::new() } else { format!("; {}", finding.help) };
        let message = format!("{}{help}", finding.message);
        Self { rule: Some(finding.rule), ..Self::nothing(result, message) }
    }

    fn nothing(result: Verdict, message: String) -> Self {
        Self {
            result,
            subject: None,
            san: Vec::new(),
            request: None,
            rule: None,
            message: Some(message),
            steps: None,
        }
    }
}

impl Request {
    fn new(profile: &Profile, request: &ResolvedRequest) -> Self {
        Self {
            key_size: request.key_size.bits(),
            hash_algorithms: request.hash_algorithms.iter().copied().collect(),
            key_usages: request.key_usages.iter().copied().collect(),
            extended_key_usages: request.extended_key_usages.iter().map(ToString::to_string).collect(),
            validity_period: request.validity,
            key_storage_provider: request.key_storage_provider,
            certificate_access: Access::new(profile),
            scep_server_urls: profile.scep_server_urls.clone(),
        }
    }
}

impl Access {
    /// `None` where the platform has no such thing.
    fn new(profile: &Profile) -> Option<Self> {
        if Field::CertificateAccess.on(profile.platform) == Requirement::Forbidden {
            return None;
        }
        Some(match &profile.certificate_access {
            CertificateAccess::UserApproval => Self { mode: AccessMode::UserApproval, apps: Vec::new() },
            CertificateAccess::GrantSilently(apps) => {
                Self { mode: AccessMode::GrantSilently, apps: apps.iter().cloned().collect() }
            }
        })
    }
}
