//! Findings in the words that `kubectl` shows: errors in the refusal, warnings as admission warnings.

use kube::core::Status;
use kube::core::admission::AdmissionResponse;
use scepter_policy::diagnostics::{Diagnostic, Diagnostics};
use scepter_policy::text::{bounded, inert};
use scepter_policy::vocabulary::Severity;

/// Characters of one warning; the API server cuts a longer one.
const MAX_WARNING: usize = 256;

/// Characters of all warnings together; the API server drops what goes beyond 4096, whoever it comes from.
const MAX_WARNINGS: usize = 3072;

/// HTTP 422: what was sent is understood, and breaks a rule.
const UNPROCESSABLE: u16 = 422;

/// Refuses when there is an error, and warns in any case.
pub(super) fn answer(mut response: AdmissionResponse, findings: &Diagnostics) -> AdmissionResponse {
    let warnings = warnings(findings);
    response.warnings = (!warnings.is_empty()).then_some(warnings);
    if findings.has_errors() {
        response.allowed = false;
        response.result = Status::failure(&refusal(findings), "Invalid").with_code(UNPROCESSABLE);
    }
    response
}

/// A line for each error, as `scepter lint` words it: rule, field, message, help.
fn refusal(findings: &Diagnostics) -> String {
    findings.errors().map(|finding| inert(&finding.to_string())).collect::<Vec<_>>().join("\n")
}

/// As many as the API server passes on, and how many more there are.
fn warnings(findings: &Diagnostics) -> Vec<String> {
    let all: Vec<String> =
        findings.iter().filter(|finding| finding.severity == Severity::Warning).map(warning).collect();
    let lengths = all.iter().scan(0, |sum, warning| {
        *sum += warning.chars().count();
        Some(*sum)
    });
    let fitting = lengths.take_while(|sum| *sum <= MAX_WARNINGS).count();
    let left_out = all.len() - fitting;
    let rest = (left_out > 0).then(|| format!("and {left_out} more: run scepter lint"));
    all.into_iter().take(fitting).chain(rest).collect()
}

/// The remedy is left out where it would not fit whole.
fn warning(finding: &Diagnostic) -> String {
    let whole = inert(&finding.to_string());
    if whole.chars().count() <= MAX_WARNING {
        return whole;
    }
    let Diagnostic { rule, field, message, .. } = finding;
    bounded(&inert(&format!("{rule}: {field}: {message}")), MAX_WARNING)
}

#[cfg(test)]
mod tests {
    use kube::core::DynamicObject;
    use kube::core::admission::AdmissionRequest;
    use scepter_policy::diagnostics::FieldPath;
    use scepter_policy::rules::RuleId;
    use serde_json::json;

    use super::*;

    fn error(message: &str) -> Diagnostic {
        Diagnostic::new(RuleId::Var01, FieldPath::from("spec.subjectNameFormat"), message).help("mend it")
    }

    fn doubt(message: &str) -> Diagnostic {
        Diagnostic::new(RuleId::Url04, FieldPath::from("spec.scepServerURLs[0]"), message).help("use https")
    }

    fn given(findings: impl IntoIterator<Item = Diagnostic>) -> AdmissionResponse {
        let gvk = json!({"group": "g", "version": "v", "kind": "K"});
        let gvr = json!({"group": "g", "version": "v", "resource": "k"});
        let request = json!({
            "uid": "705ab4f5", "kind": gvk, "resource": gvr, "operation": "CREATE", "userInfo": {},
            "object": null, "oldObject": null,
        });
        let request: AdmissionRequest<DynamicObject> = serde_json::from_value(request).unwrap();
        answer((&request).into(), &findings.into_iter().collect())
    }

    #[test]
    fn every_error_is_a_line_of_the_refusal() {
        let answer = given([error("one"), doubt("a doubt"), error("two")]);
        assert!(!answer.allowed);
        assert_eq!((answer.result.code, answer.result.reason.as_str()), (422, "Invalid"));
        assert_eq!(
            answer.result.message,
            "VAR-01: spec.subjectNameFormat: one; mend it\nVAR-01: spec.subjectNameFormat: two; mend it"
        );
        assert_eq!(answer.warnings.unwrap(), ["URL-04: spec.scepServerURLs[0]: a doubt; use https"]);
    }

    #[test]
    fn warnings_alone_let_the_object_through() {
        let answer = given([doubt("a doubt")]);
        assert!(answer.allowed);
        assert_eq!(answer.warnings.map(|warnings| warnings.len()), Some(1));
        assert_eq!(given([]).warnings, None);
    }

    #[test]
    fn a_long_warning_loses_its_remedy_first_and_then_its_end() {
        let fits = "ü".repeat(MAX_WARNING - "URL-04: spec.scepServerURLs[0]: ".len());
        let answer = given([doubt(&fits), doubt(&format!("{fits}ü"))]);
        let [whole, cut] = <[String; 2]>::try_from(answer.warnings.unwrap()).unwrap();
        assert!(whole.ends_with('ü') && whole.chars().count() == MAX_WARNING, "{whole}");
        assert!(cut.ends_with("ü…") && cut.chars().count() == MAX_WARNING, "{cut}");
    }

    #[test]
    fn more_warnings_than_the_api_server_passes_on_are_counted() {
        let answer = given((0..64).map(|n| doubt(&format!("{n} {}", "x".repeat(150)))));
        let warnings = answer.warnings.unwrap();
        let last = warnings.last().unwrap();
        assert_eq!(*last, format!("and {} more: run scepter lint", 64 - (warnings.len() - 1)));
        assert!(warnings.iter().map(|warning| warning.chars().count()).sum::<usize>() <= 4096);
    }

    #[test]
    fn no_control_character_reaches_the_reader() {
        let answer = given([doubt("a\u{1b}[31m"), error("b\u{202e}\n")]);
        let shown = format!("{}{}", answer.warnings.unwrap().concat(), answer.result.message);
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\n']), "{shown:?}");
    }
}
