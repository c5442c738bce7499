//! Applicability rules (APP-02 … APP-04). That only Windows 10 and later has them is said by the matrix (APP-01).

use std::collections::BTreeSet;

use super::RuleId;
use crate::assign::OsVersion;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath, quoted};
use crate::profile::{Applicability, EditionRule, VersionRule, fields};
use crate::root;
use crate::vocabulary::Platform;

/// The editions of Windows that a rule can name (APP-04).
pub const EDITIONS: [&str; 20] = [
    "Enterprise",
    "EnterpriseN",
    "Education",
    "EducationN",
    "MobileEnterprise",
    "HolographicEnterprise",
    "Professional",
    "ProfessionalN",
    "ProfessionalEducation",
    "ProfessionalEducationN",
    "ProfessionalWorkstation",
    "ProfessionalWorkstationN",
    "notConfigured",
    "Home",
    "HomeChina",
    "HomeN",
    "HomeSingleLanguage",
    "Mobile",
    "IoTCore",
    "IoTCoreCommercial",
];

/// APP-02, APP-03, APP-04.
pub(crate) fn parse(
    rules: Option<fields::ApplicabilityRules<'_>>,
    findings: &mut Diagnostics,
) -> Applicability {
    let Some(rules) = rules else { return Applicability::default() };
    Applicability {
        os_edition: rules.os_edition.map(|rule| parse_editions(rule, findings)),
        os_version: rules.os_version.and_then(|rule| parse_versions(rule, findings)),
    }
}

/// APP-01 for trusted root profiles, whose matrix has this one row (ROOT-16).
pub(crate) fn judge_root_platform(fields: &root::Fields<'_>) -> Option<Diagnostic> {
    let platform = fields.platform;
    let misplaced = fields.applicability_rules.is_some() && platform != Platform::Windows10AndLater;
    misplaced.then(|| {
        let message = format!("applicabilityRules is set, but {platform} has no such setting");
        Diagnostic::new(RuleId::App01, path(), message)
    })
}

fn parse_editions(rule: fields::EditionRule<'_>, findings: &mut Diagnostics) -> EditionRule {
    let path = path().field("osEdition").field("editions");
    if rule.editions.is_empty() {
        findings.push(Diagnostic::new(RuleId::App04, path.clone(), "the rule lists no edition"));
    }
    for (index, edition) in rule.editions.iter().enumerate() {
        if !EDITIONS.contains(&edition.as_str()) {
            let message =
                format!("{} is no edition; the editions are {}", quoted(edition), EDITIONS.join(", "));
            findings.push(Diagnostic::new(RuleId::App04, path.index(index), message));
        }
    }
    EditionRule { mode: rule.mode, editions: rule.editions.iter().cloned().collect::<BTreeSet<_>>() }
}

fn parse_versions(rule: fields::VersionRule<'_>, findings: &mut Diagnostics) -> Option<VersionRule> {
    let path = path().field("osVersion");
    let mut read = |text: &str, field: &str| {
        if text.is_empty() {
            let message = format!("the rule has no {field}");
            findings.push(Diagnostic::new(RuleId::App02, path.field(field), message));
            return None;
        }
        let version = OsVersion::read_full(text);
        if version.is_none() {
            let message = format!("{} is no version of four numbers", quoted(text));
            findings.push(Diagnostic::new(RuleId::App03, path.field(field), message));
        }
        version
    };
    let (min, max) = (read(rule.min, "min"), read(rule.max, "max"));
    let (min, max) = (min?, max?);
    if min > max {
        let message = format!("the lowest version {min} is above the highest {max}");
        findings.push(Diagnostic::new(RuleId::App03, path, message));
    }
    Some(VersionRule { mode: rule.mode, min: min.0, max: max.0 })
}

fn path() -> FieldPath {
    FieldPath::spec().field("applicabilityRules")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::FilterMode::Include;

    fn versions(min: &str, max: &str) -> Vec<String> {
        let rule = fields::VersionRule { mode: Include, min, max };
        judged(fields::ApplicabilityRules { os_edition: None, os_version: Some(rule) })
    }

    fn editions(names: &[&str]) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let rule = fields::EditionRule { mode: Include, editions: &names };
        judged(fields::ApplicabilityRules { os_edition: Some(rule), os_version: None })
    }

    fn judged(rules: fields::ApplicabilityRules<'_>) -> Vec<String> {
        let mut findings = Diagnostics::none();
        parse(Some(rules), &mut findings);
        findings.iter().map(|finding| format!("{} {}", finding.rule, finding.field)).collect()
    }

    #[test]
    fn a_version_rule_has_two_versions_of_four_numbers_in_order() {
        let silent: [&str; 0] = [];
        assert_eq!(versions("10.0.16299.0", "10.0.22631.001"), silent);
        assert_eq!(versions("10.0.1.0", "10.0.1.0"), silent);
        assert_eq!(versions("", "10.0.1.0"), ["APP-02 spec.applicabilityRules.osVersion.min"]);
        assert_eq!(versions("10.0.1.0", ""), ["APP-02 spec.applicabilityRules.osVersion.max"]);
        assert_eq!(versions("10.0", "10.0.1.0"), ["APP-03 spec.applicabilityRules.osVersion.min"]);
        assert_eq!(versions("10.0.9.0", "10.0.10.0"), silent);
        assert_eq!(versions("10.0.10.0", "10.0.9.0"), ["APP-03 spec.applicabilityRules.osVersion"]);
    }

    #[test]
    fn an_edition_rule_lists_editions_that_exist() {
        assert_eq!(editions(&EDITIONS), [] as [&str; 0]);
        assert_eq!(editions(&["Home", "Ultimate"]), ["APP-04 spec.applicabilityRules.osEdition.editions[1]"]);
        assert_eq!(editions(&[]), ["APP-04 spec.applicabilityRules.osEdition.editions"]);
    }
}
