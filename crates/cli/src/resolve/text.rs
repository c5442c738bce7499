//! The answer of `scepter resolve` for people.

use anstyle::Style;
use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::explain::{Outcome, Step};
use scepter_policy::profile::{CertificateAccess, ExtendedKeyUsage, Profile};
use scepter_policy::resolve::ResolvedRequest;

use super::Resolved;
use crate::print::{BAD, GOOD, WAITING, inert};

/// How wide the left column is.
const MARGIN: usize = 16;

/// What became of the device in one sentence, then perhaps the way there, then what it is asked for or what helps.
pub(super) fn of(resolved: &Resolved, explain: bool) -> String {
    let mut text = headline(resolved);
    if explain {
        text.push('\n');
        resolved.story.steps.iter().enumerate().for_each(|(index, step)| text.push_str(&told(index, step)));
    }
    let rest = match &resolved.story.outcome {
        Outcome::Ok(request) => asked(&resolved.profile, request),
        Outcome::Fail(finding) | Outcome::Pending(finding) => help(finding),
        Outcome::NotApplicable(_) | Outcome::NotTargeted(_) => String::new(),
    };
    let gap = if explain && !rest.is_empty() { "\n" } else { "" };
    format!("{text}{gap}{rest}")
}

/// The verdict without its colour or its help: what is said where something else was asked for.
pub(super) fn headline(resolved: &Resolved) -> String {
    let Resolved { profile, device, .. } = resolved;
    let name = &profile.name;
    let (style, sentence) = match &resolved.story.outcome {
        Outcome::Ok(_) => (GOOD, format!("{device} is asked for a certificate by {name}.")),
        Outcome::Fail(finding) => {
            (BAD, format!("{device} gets no certificate from {name}: {}.", with_rule(finding)))
        }
        Outcome::Pending(finding) => {
            (WAITING, format!("{device} waits for a certificate from {name}: {}.", with_rule(finding)))
        }
        Outcome::NotApplicable(reason) => (WAITING, format!("{name} is not for {device}: {reason}.")),
        Outcome::NotTargeted(reason) => (WAITING, format!("{name} does not reach {device}: {reason}.")),
    };
    format!("{style}{}{style:#}\n", inert(&sentence))
}

fn with_rule(finding: &Diagnostic) -> String {
    format!("{} ({})", finding.message, finding.rule)
}

fn help(finding: &Diagnostic) -> String {
    if finding.help.is_empty() { String::new() } else { format!("What helps: {}.\n", inert(&finding.help)) }
}

/// A numbered step: its topic in the margin, a sentence a line.
fn told(index: usize, step: &Step) -> String {
    let style = if step.passed { Style::new() } else { BAD };
    let margin = format!("{}. {}", index + 1, step.topic);
    let sentences: Vec<String> = step.sentences.iter().map(|sentence| inert(sentence)).collect();
    row(&margin, style, &sentences)
}

/// A name in the margin with its values, one a line.
fn row(margin: &str, style: Style, values: &[String]) -> String {
    let margins = std::iter::once(margin).chain(std::iter::repeat(""));
    values
        .iter()
        .zip(margins)
        .map(|(value, margin)| format!("{style}{margin:MARGIN$}{style:#}  {value}\n"))
        .collect()
}

/// What the device is asked for.
fn asked(profile: &Profile, request: &ResolvedRequest) -> String {
    let plain = |margin: &str, values: Vec<String>| row(margin, Style::new(), &values);
    let inert_all = |values: Vec<String>| values.iter().map(|value| inert(value)).collect();
    let names = request.subject_alternative_names.iter().map(ToString::to_string).collect();
    [
        plain("subject", vec![inert(&request.subject.to_string())]),
        plain("san", inert_all(names)),
        plain("key", vec![key(request)]),
        plain("usage", usages(profile, request)),
        plain("validity", vec![format!("{} {}", request.validity.value, request.validity.unit)]),
        plain("access", access(&profile.certificate_access)),
        plain("url", inert_all(profile.scep_server_urls.clone())),
    ]
    .concat()
}

fn key(request: &ResolvedRequest) -> String {
    let mut key = format!("RSA {} bits", request.key_size.bits());
    let hashes: Vec<&str> = request.hash_algorithms.iter().map(|hash| hash.as_str()).collect();
    if !hashes.is_empty() {
        key.push_str(&format!(", signs with {}", hashes.join(" or ")));
    }
    if let Some(provider) = request.key_storage_provider {
        key.push_str(&format!(", kept by {provider}"));
    }
    key
}

fn usages(profile: &Profile, request: &ResolvedRequest) -> Vec<String> {
    let usages: Vec<&str> = request.key_usages.iter().map(|usage| usage.as_str()).collect();
    let extended = profile.extended_key_usages.iter();
    let extended = extended.map(|ExtendedKeyUsage { name, oid }| format!("{} ({oid})", inert(name)));
    std::iter::once(usages.join(", ")).chain(extended).collect()
}

fn access(access: &CertificateAccess) -> Vec<String> {
    match access {
        CertificateAccess::UserApproval => Vec::new(),
        CertificateAccess::GrantSilently(apps) => {
            let apps: Vec<&str> = apps.iter().map(String::as_str).collect();
            vec![format!("without asking for {}", apps.join(", "))]
        }
    }
}
