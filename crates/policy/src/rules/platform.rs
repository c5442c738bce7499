//! Platforms and names (PLT-01, PLT-03, PLT-04, PLT-09).

use super::RuleId;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::identity::{InvalidName, ObjectName};
use crate::vocabulary::Platform;

/// PLT-01: what is declared keeps its platform. An object that was deleted and declared again is another one.
pub fn judge_change(stored: Platform, wanted: Platform) -> Option<Diagnostic> {
    let message = format!("the platform is {stored} and cannot be changed to {wanted}");
    let finding = || {
        Diagnostic::new(RuleId::Plt01, FieldPath::spec().field("platform"), message)
            .help("create another profile for another platform")
    };
    (stored != wanted).then(finding)
}

/// PLT-03, PLT-04: platforms whose support has ended.
pub(crate) fn judge(platform: Platform) -> Diagnostics {
    let rule = match platform {
        Platform::AndroidDeviceAdministrator => RuleId::Plt03,
        Platform::Windows81 => RuleId::Plt04,
        Platform::AndroidEnterpriseCorporate
        | Platform::AndroidEnterprisePersonal
        | Platform::AndroidAosp
        | Platform::Ios
        | Platform::Macos
        | Platform::Windows10AndLater => return Diagnostics::none(),
    };
    let message = format!("support for {platform} has ended");
    Diagnostic::new(rule, FieldPath::spec().field("platform"), message).into()
}

/// PLT-09: the object's name.
pub(crate) fn parse_name(name: &str, findings: &mut Diagnostics) -> Option<ObjectName> {
    let parsed = ObjectName::new(name);
    let refused = |problem: &InvalidName| {
        Diagnostic::new(RuleId::Plt09, FieldPath::from("metadata.name"), problem.to_string())
    };
    findings.extend(parsed.as_ref().err().map(refused).into_iter().collect());
    parsed.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_ended_platforms_are_warned_about() {
        let warned: Vec<_> = Platform::ALL
            .iter()
            .flat_map(|&platform| judge(platform))
            .map(|finding| (finding.rule, finding.field.to_string()))
            .collect();
        let field = "spec.platform".to_owned();
        assert_eq!(warned, [(RuleId::Plt03, field.clone()), (RuleId::Plt04, field)]);
    }

    #[test]
    fn only_another_platform_is_a_change() {
        assert_eq!(judge_change(Platform::Ios, Platform::Ios), None);
        let finding = judge_change(Platform::Ios, Platform::Macos).unwrap();
        assert_eq!(
            finding.to_string(),
            "PLT-01: spec.platform: the platform is iOS and cannot be changed to macOS; create another profile for \
             another platform"
        );
    }

    #[test]
    fn a_profile_has_a_name() {
        let mut findings = Diagnostics::none();
        assert!(parse_name("wifi", &mut findings).is_some() && findings.is_empty());
        assert!(parse_name("", &mut findings).is_none());
        assert_eq!(findings.iter().next().map(|finding| finding.rule), Some(RuleId::Plt09));
    }
}
