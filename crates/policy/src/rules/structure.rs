//! Which rule speaks of a field whose value does not even have the right shape (policy-rules §0), and of an object that
//! is declared twice (SCH-01).

use super::RuleId;
use crate::diagnostics::{Diagnostic, FieldPath};

/// Fields with a rule of their own, which speaks of everything below them as well.
const SPEAKERS: [(&str, RuleId); 20] = [
    ("metadata.name", RuleId::Plt09),
    ("spec.platform", RuleId::Plt01),
    ("spec.subjectNameFormat", RuleId::Sub02),
    ("spec.subjectAlternativeNames.type", RuleId::San01),
    ("spec.subjectAlternativeNames.value", RuleId::San03),
    ("spec.validityPeriod", RuleId::Val01),
    ("spec.keyStorageProvider", RuleId::Ksp01),
    ("spec.keyUsages", RuleId::Ku01),
    ("spec.keySize", RuleId::Key01),
    ("spec.extendedKeyUsages", RuleId::Eku01),
    ("spec.renewalThresholdPercent", RuleId::Rnw01),
    ("spec.scepServerURLs", RuleId::Url01),
    ("spec.certificateAccess", RuleId::Acc01),
    ("spec.rootCertificateRef", RuleId::Root07),
    ("spec.destinationStore", RuleId::Root02),
    ("spec.certificate", RuleId::Root01),
    ("spec.assignments.include.filter", RuleId::Asg13),
    ("spec.assignments.include", RuleId::Asg01),
    ("spec.applicabilityRules.osVersion", RuleId::App02),
    ("spec.applicabilityRules.osEdition", RuleId::App04),
];

/// The rule to name when the field at that path has a wrong type, an unknown word, or is missing: the one that speaks of
/// the field, else SCH-01.
pub fn speaker(path: &str) -> RuleId {
    let plain = without_indices(path);
    let fits =
        |field: &str| plain.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    SPEAKERS.iter().find(|(field, _)| fits(field)).map_or(RuleId::Sch01, |(_, rule)| *rule)
}

/// SCH-01: files declare the same object here and `elsewhere`; whichever is applied last would count.
pub fn repeated(elsewhere: &str) -> Diagnostic {
    let message = format!("this object is declared at {elsewhere} as well");
    let finding = Diagnostic::new(RuleId::Sch01, FieldPath::from("metadata").field("name"), message);
    finding.help("remove one of them, or give it another name")
}

/// `spec.list[3].value` as `spec.list.value`.
fn without_indices(path: &str) -> String {
    let mut kept = String::with_capacity(path.len());
    let mut inside = false;
    for character in path.chars() {
        match character {
            '[' => inside = true,
            ']' => inside = false,
            other if !inside => kept.push(other),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_of_the_field_speaks_else_the_schema() {
        for (path, rule) in [
            ("spec.platform", RuleId::Plt01),
            ("spec.subjectAlternativeNames[12].type", RuleId::San01),
            ("spec.validityPeriod.unit", RuleId::Val01),
            ("spec.assignments.include[0].group", RuleId::Asg01),
            ("spec.assignments.include[0].filter.mode", RuleId::Asg13),
            ("spec.certificate.pem", RuleId::Root01),
            ("spec.certificateAccess.apps[0]", RuleId::Acc01),
            ("spec.certificateType", RuleId::Sch01),
            ("spec.hashAlgorithms[0]", RuleId::Sch01),
            ("spec", RuleId::Sch01),
            ("", RuleId::Sch01),
        ] {
            assert_eq!(speaker(path), rule, "{path}");
        }
    }

    #[test]
    fn an_object_that_is_declared_twice_is_an_error_that_names_the_other_place() {
        let finding = repeated("b.yaml:7");
        assert_eq!((finding.rule, finding.field.as_str()), (RuleId::Sch01, "metadata.name"));
        assert!(finding.message.contains("b.yaml:7"));
    }
}
