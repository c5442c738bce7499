//! The answer of `scepter resolve`, as design §4 fixes its JSON.

use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::profile::{CertificateAccess, Profile, Validity};
use scepter_policy::resolve::ResolvedRequest;
use scepter_policy::rules::RuleId;
use scepter_policy::vocabulary::{HashAlgorithm, KeyStorageProvider, KeyUsage};
use serde::Serialize;

use crate::print;

/// What one device would be asked for, or why nothing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
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
    certificate_access: Option<Vec<String>>,
    #[serde(rename = "scepServerURLs")]
    scep_server_urls: Vec<String>,
}

impl Answer {
    /// It would be asked for this.
    pub(super) fn ok(profile: &Profile, resolved: &ResolvedRequest) -> Self {
        Self {
            result: Verdict::Ok,
            subject: Some(resolved.subject.to_string()),
            san: resolved.subject_alternative_names.iter().map(ToString::to_string).collect(),
            request: Some(Request {
                key_size: resolved.key_size.bits(),
                hash_algorithms: resolved.hash_algorithms.iter().copied().collect(),
                key_usages: resolved.key_usages.iter().copied().collect(),
                extended_key_usages: resolved.extended_key_usages.iter().map(ToString::to_string).collect(),
                validity_period: resolved.validity,
                key_storage_provider: resolved.key_storage_provider,
                certificate_access: apps(&profile.certificate_access),
                scep_server_urls: profile.scep_server_urls.clone(),
            }),
            rule: None,
            message: None,
        }
    }

    /// A rule fails on this device.
    pub(super) fn fail(finding: &Diagnostic) -> Self {
        let help = if finding.help.is_empty() { String::new() } else { format!("; {}", finding.help) };
        let message = Some(format!("{}{help}", finding.message));
        Self { rule: Some(finding.rule), message, ..Self::nothing(Verdict::Fail, String::new()) }
    }

    /// Platform or applicability leaves it out.
    pub(super) fn not_applicable(reason: String) -> Self {
        Self::nothing(Verdict::NotApplicable, reason)
    }

    /// No target holds it.
    pub(super) fn not_targeted(reason: String) -> Self {
        Self::nothing(Verdict::NotTargeted, reason)
    }

    /// Its root does not reach it (ROOT-10).
    pub(super) fn pending(profile: &Profile) -> Self {
        let message =
            format!("the root {} does not reach this device; assign it to the same groups", profile.root);
        Self { rule: Some(RuleId::Root10), ..Self::nothing(Verdict::Pending, message) }
    }

    fn nothing(result: Verdict, message: String) -> Self {
        Self { result, subject: None, san: Vec::new(), request: None, rule: None, message: Some(message) }
    }

    /// The last step of an explanation.
    pub(super) fn conclusion(&self) -> String {
        let rule = self.rule.map(|rule| format!("{rule}: ")).unwrap_or_default();
        let message = self.message.as_deref().unwrap_or("the device is asked for the certificate below");
        match self.result {
            Verdict::Ok => message.to_owned(),
            Verdict::Fail => format!("it fails: {rule}{message}"),
            Verdict::NotApplicable => format!("not applicable: {message}"),
            Verdict::NotTargeted => format!("not targeted: {message}"),
            Verdict::Pending => format!("it waits: {rule}{message}"),
        }
    }

    /// The answer for people; with `steps` the way to it.
    pub(super) fn text(&self, steps: Option<&Vec<String>>) -> String {
        let mut text: String = match steps {
            Some(steps) => steps
                .iter()
                .enumerate()
                .map(|(n, step)| format!("{}. {}\n", n + 1, print::inert(step)))
                .collect(),
            None => format!("{}\n", print::inert(&self.conclusion())),
        };
        if let Some(subject) = &self.subject {
            text.push_str(&format!("subject   {}\n", print::inert(subject)));
        }
        self.san.iter().for_each(|san| text.push_str(&format!("san       {}\n", print::inert(san))));
        if let Some(request) = &self.request {
            text.push_str(&request.text());
        }
        text
    }
}

impl Request {
    fn text(&self) -> String {
        let usages: Vec<&str> = self.key_usages.iter().map(|usage| usage.as_str()).collect();
        format!(
            "key       RSA {} bits, {}\nusage     {}\nvalidity  {} {}\nurl       {}\n",
            self.key_size,
            usages.join(", "),
            self.extended_key_usages.join(", "),
            self.validity_period.value,
            self.validity_period.unit,
            self.scep_server_urls.join(" ")
        )
    }
}

fn apps(access: &CertificateAccess) -> Option<Vec<String>> {
    match access {
        CertificateAccess::UserApproval => None,
        CertificateAccess::GrantSilently(apps) => Some(apps.iter().cloned().collect()),
    }
}
