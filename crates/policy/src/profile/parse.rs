//! From fields to a profile: every rule of the object scope, every default.

use super::{DisruptionBudget, Fields, Profile, fields};
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath, quoted};
use crate::identity::{AuthorityName, ObjectName};
use crate::rules::{
    RuleId, access, applicability, assignment, keys, matrix, platform, renewal, san, subject, urls, usages,
    validity, variables,
};
use crate::vocabulary::DeletionPolicy;

/// The authority of a profile that names none.
const DEFAULT_AUTHORITY: &str = "default";

impl Profile {
    /// Judges a profile as written by the rules of the object scope.
    ///
    /// `Ok` carries the warnings; `Err` carries every finding, errors and warnings.
    pub fn parse(fields: &Fields<'_>) -> Result<(Self, Diagnostics), Diagnostics> {
        let mut findings = platform::judge(fields.platform);
        findings.extend(matrix::judge(fields));
        let found = &mut findings;
        let setting = variables::Setting { platform: fields.platform, certificate: fields.certificate_type };
        let name = platform::parse_name(fields.name, found);
        let subject = subject::parse(fields.subject_name_format, setting, found);
        let subject_alternative_names = san::parse(&fields.subject_alternative_names, setting, found);
        let validity = validity::parse(fields.validity_period, found);
        let key_size = keys::parse_size(fields.key_size, found);
        found.extend(keys::judge_provider(fields).into_iter().collect());
        let hash_algorithms = keys::parse_hashes(fields, found);
        let key_usages = usages::parse_usages(fields.key_usages, found);
        let extended_key_usages = usages::parse_extended(&fields.extended_key_usages, found);
        let root = parse_root(fields.root_certificate_ref, found);
        let renewal_threshold_percent = renewal::parse(fields.renewal_threshold_percent, found);
        let scep_server_urls = urls::parse(fields.scep_server_urls, fields.platform, found);
        let certificate_access = access::parse(fields, found);
        let associated_profiles =
            access::parse_associations(&fields.associated_profiles, fields.platform, found);
        let applicability = applicability::parse(fields.applicability_rules, found);
        let assignments = assignment::parse(fields.assignments.as_ref(), fields.platform, found);
        let authority = parse_authority(fields.authority_name, found);
        let max_disruption = parse_disruption(fields.max_disruption, found);
        if findings.has_errors() {
            return Err(findings);
        }
        let parsed = (name, subject, validity, root, renewal_threshold_percent, authority, max_disruption);
        let (
            Some(name),
            Some(subject),
            Some(validity),
            Some(root),
            Some(renewal_threshold_percent),
            Some(authority),
            Some(max_disruption),
        ) = parsed
        else {
            return Err(findings);
        };
        let profile = Self {
            display_name: fields.display_name.unwrap_or(name.as_str()).to_owned(),
            name,
            platform: fields.platform,
            certificate_type: fields.certificate_type,
            subject,
            subject_alternative_names,
            validity,
            key_storage_provider: fields.key_storage_provider,
            key_usages,
            key_size,
            hash_algorithms,
            root,
            extended_key_usages,
            renewal_threshold_percent,
            scep_server_urls,
            certificate_access,
            associated_profiles,
            applicability,
            assignments,
            authority,
            reissue_expired: fields.reissue_expired.unwrap_or(true),
            suspend: fields.suspend.unwrap_or(false),
            deletion_policy: fields.deletion_policy.unwrap_or(DeletionPolicy::Revoke),
            max_disruption,
        };
        Ok((profile, findings))
    }
}

/// ROOT-07: the profile names a root.
fn parse_root(name: &str, findings: &mut Diagnostics) -> Option<ObjectName> {
    let path = FieldPath::spec().field("rootCertificateRef").field("name");
    named(ObjectName::new(name), RuleId::Root07, path, findings)
}

fn parse_authority(name: Option<&str>, findings: &mut Diagnostics) -> Option<AuthorityName> {
    let path = FieldPath::spec().field("authorityName");
    named(AuthorityName::new(name.unwrap_or(DEFAULT_AUTHORITY)), RuleId::Sch01, path, findings)
}

fn named<T>(
    name: Result<T, crate::identity::InvalidName>,
    rule: RuleId,
    path: FieldPath,
    findings: &mut Diagnostics,
) -> Option<T> {
    match name {
        Ok(name) => Some(name),
        Err(invalid) => {
            findings.push(Diagnostic::new(rule, path, invalid.to_string()));
            None
        }
    }
}

/// A count of certificates, or a percentage of 0 to 100; without one everything may be taken away.
fn parse_disruption(
    budget: Option<fields::MaxDisruption<'_>>,
    findings: &mut Diagnostics,
) -> Option<DisruptionBudget> {
    let (parsed, shown) = match budget {
        None => return Some(DisruptionBudget::Percent(100)),
        Some(fields::MaxDisruption::Count(count)) => {
            (u32::try_from(count).ok().map(DisruptionBudget::Count), count.to_string())
        }
        Some(fields::MaxDisruption::Text(text)) => (parse_percent(text), quoted(text)),
    };
    if parsed.is_none() {
        let message = format!("{shown} is no budget");
        let finding = Diagnostic::new(RuleId::Sch01, FieldPath::spec().field("maxDisruption"), message);
        findings.push(finding.help("write a number of certificates, or a percentage from 0% to 100%"));
    }
    parsed
}

fn parse_percent(text: &str) -> Option<DisruptionBudget> {
    let digits = text.strip_suffix('%').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok().filter(|percent| *percent <= 100).map(DisruptionBudget::Percent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::fields::MaxDisruption::{Count, Text};
    use crate::profile::{CertificateAccess, sample};
    use crate::vocabulary::{HashAlgorithm, KeySize, Platform};

    fn judged(fields: &Fields<'_>) -> Vec<String> {
        let findings = match Profile::parse(fields) {
            Ok((_, warnings)) => warnings,
            Err(findings) => findings,
        };
        findings.iter().map(|finding| format!("{} {}", finding.rule, finding.field)).collect()
    }

    #[test]
    fn a_profile_that_breaks_nothing_is_accepted_on_every_platform() {
        for &platform in Platform::ALL {
            let (profile, findings) = Profile::parse(&sample::fields(platform)).unwrap();
            assert_eq!(profile.platform, platform);
            assert!(!findings.has_errors(), "{platform}: {findings:?}");
        }
    }

    #[test]
    fn what_is_not_written_has_its_default() {
        let profile = sample::profile(Platform::Ios, |_| {});
        assert_eq!(profile.display_name, "wifi");
        assert_eq!(profile.effective_key_size(), KeySize::Bits2048);
        assert_eq!(profile.renewal_threshold_percent, 20);
        assert_eq!(profile.authority.as_str(), "default");
        assert_eq!(profile.certificate_access, CertificateAccess::UserApproval);
        assert_eq!(profile.max_disruption, DisruptionBudget::Percent(100));
        assert_eq!(profile.deletion_policy, DeletionPolicy::Revoke);
        assert!(profile.reissue_expired && !profile.suspend);
        assert!(profile.hash_algorithms.is_empty());
    }

    #[test]
    fn every_finding_is_given_back_and_not_only_the_first() {
        let mut fields = sample::fields(Platform::Ios);
        fields.validity_period.value = 0;
        fields.key_size = Some(3072);
        fields.hash_algorithms = Some(&[HashAlgorithm::Sha2]);
        fields.renewal_threshold_percent = Some(60);
        fields.root_certificate_ref = "";
        assert_eq!(
            judged(&fields),
            [
                "HSH-01 spec.hashAlgorithms",
                "VAL-01 spec.validityPeriod.value",
                "KEY-01 spec.keySize",
                "ROOT-07 spec.rootCertificateRef.name",
                "RNW-05 spec.renewalThresholdPercent",
            ]
        );
    }

    #[test]
    fn a_disruption_budget_is_a_count_or_a_percentage() {
        let with = |budget| {
            let fields = Fields { max_disruption: Some(budget), ..sample::fields(Platform::Ios) };
            Profile::parse(&fields).ok().map(|(profile, _)| profile.max_disruption)
        };
        assert_eq!(with(Count(3)), Some(DisruptionBudget::Count(3)));
        assert_eq!(with(Text("25%")), Some(DisruptionBudget::Percent(25)));
        for bad in [Count(-1), Text("25"), Text("101%"), Text("%"), Text("+5%"), Text("")] {
            assert_eq!(with(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn warnings_never_push_an_error_out() {
        let urls: Vec<String> =
            (0..100).map(|n| format!("http://h{n}/scep")).chain(["no url".to_owned()]).collect();
        let fields = Fields { scep_server_urls: &urls, ..sample::fields(Platform::Ios) };
        assert!(Profile::parse(&fields).is_err());
    }
}
