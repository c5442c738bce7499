//! Which field a platform needs, may have, and does not have (policy-rules §1.2). FLD-01 and the documentation read it.

use super::RuleId;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::profile::fields::Fields;
use crate::vocabulary::{Platform, vocabulary};

vocabulary! {
    /// The fields of a SCEP profile that say something about the certificate or its way to the device.
    Field {
        /// Whether the certificate names a user or a device.
        CertificateType = "certificateType",
        /// The subject.
        SubjectNameFormat = "subjectNameFormat",
        /// The subject alternative names.
        SubjectAlternativeNames = "subjectAlternativeNames",
        /// The validity period.
        ValidityPeriod = "validityPeriod",
        /// Where Windows keeps the key.
        KeyStorageProvider = "keyStorageProvider",
        /// The key usages.
        KeyUsages = "keyUsages",
        /// The key size.
        KeySize = "keySize",
        /// The hashes.
        HashAlgorithms = "hashAlgorithms",
        /// The root.
        RootCertificateRef = "rootCertificateRef",
        /// The extended key usages.
        ExtendedKeyUsages = "extendedKeyUsages",
        /// When renewal begins.
        RenewalThresholdPercent = "renewalThresholdPercent",
        /// Where SCEP is reached.
        ScepServerUrls = "scepServerURLs",
        /// How apps get at the certificate.
        CertificateAccess = "certificateAccess",
        /// Rules about the operating system.
        ApplicabilityRules = "applicabilityRules",
    }
}

vocabulary! {
    /// What a platform makes of a field.
    Requirement {
        /// It must be set.
        Required = "required",
        /// It may be set.
        Optional = "optional",
        /// It must not be set.
        Forbidden = "forbidden",
    }
}

/// One row: a field, what each platform makes of it, and the rule that speaks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The field.
    pub field: Field,
    /// The requirement of each platform, in the order of [`Platform::ALL`].
    pub platforms: [Requirement; Platform::ALL.len()],
    /// The rule that is named when the field is set and must not be.
    pub forbidden: RuleId,
    /// The rule that is named when the field is missing.
    pub missing: RuleId,
}

use Requirement::{Forbidden as F, Optional as O, Required as R};

/// The table. Columns: Android device administrator, Enterprise corporate, Enterprise personal, AOSP, iOS, macOS,
/// Windows 10 and later, Windows 8.1.
pub const MATRIX: [Row; Field::ALL.len()] = [
    everywhere(Field::CertificateType, R, RuleId::Sch01),
    everywhere(Field::SubjectNameFormat, R, RuleId::Sch01),
    everywhere(Field::SubjectAlternativeNames, O, RuleId::Sch01),
    everywhere(Field::ValidityPeriod, R, RuleId::Val01),
    row(Field::KeyStorageProvider, [F, F, F, F, F, F, R, R], RuleId::Fld01, RuleId::Ksp01),
    everywhere(Field::KeyUsages, R, RuleId::Ku01),
    everywhere(Field::KeySize, O, RuleId::Key01),
    row(Field::HashAlgorithms, [O, O, O, O, F, F, R, R], RuleId::Hsh01, RuleId::Fld01),
    everywhere(Field::RootCertificateRef, R, RuleId::Root07),
    everywhere(Field::ExtendedKeyUsages, R, RuleId::Eku01),
    everywhere(Field::RenewalThresholdPercent, O, RuleId::Rnw01),
    everywhere(Field::ScepServerUrls, R, RuleId::Url01),
    row(Field::CertificateAccess, [F, O, F, F, F, F, F, F], RuleId::Acc01, RuleId::Acc01),
    row(Field::ApplicabilityRules, [F, F, F, F, F, F, O, F], RuleId::App01, RuleId::App01),
];

const fn row(
    field: Field,
    platforms: [Requirement; Platform::ALL.len()],
    forbidden: RuleId,
    missing: RuleId,
) -> Row {
    Row { field, platforms, forbidden, missing }
}

const fn everywhere(field: Field, requirement: Requirement, rule: RuleId) -> Row {
    row(field, [requirement; Platform::ALL.len()], rule, rule)
}

impl Field {
    /// What a platform makes of this field.
    pub const fn on(self, platform: Platform) -> Requirement {
        MATRIX[self as usize].platforms[platform as usize]
    }

    fn is_set(self, fields: &Fields<'_>) -> bool {
        match self {
            Self::CertificateType | Self::ValidityPeriod => true,
            Self::SubjectNameFormat => !fields.subject_name_format.is_empty(),
            Self::SubjectAlternativeNames => !fields.subject_alternative_names.is_empty(),
            Self::KeyStorageProvider => fields.key_storage_provider.is_some(),
            Self::KeyUsages => !fields.key_usages.is_empty(),
            Self::KeySize => fields.key_size.is_some(),
            Self::HashAlgorithms => fields.hash_algorithms.is_some(),
            Self::RootCertificateRef => !fields.root_certificate_ref.is_empty(),
            Self::ExtendedKeyUsages => !fields.extended_key_usages.is_empty(),
            Self::RenewalThresholdPercent => fields.renewal_threshold_percent.is_some(),
            Self::ScepServerUrls => !fields.scep_server_urls.is_empty(),
            Self::CertificateAccess => fields.certificate_access.is_some(),
            Self::ApplicabilityRules => fields.applicability_rules.is_some(),
        }
    }
}

/// FLD-01, and the more specific rule where a field has one: nothing forbidden is set, nothing required is missing.
///
/// An empty text or list of a field that every platform requires is left to that field's own rule.
pub(crate) fn judge(fields: &Fields<'_>) -> Diagnostics {
    MATRIX.iter().filter_map(|row| judge_row(row, fields)).collect()
}

fn judge_row(row: &Row, fields: &Fields<'_>) -> Option<Diagnostic> {
    let (field, platform) = (row.field, fields.platform);
    let (rule, message) = match (field.on(platform), field.is_set(fields)) {
        (Requirement::Forbidden, true) => {
            (row.forbidden, format!("{field} is set, but {platform} has no such setting"))
        }
        (Requirement::Required, false) if row.is_particular() => {
            (row.missing, format!("{field} is missing, but {platform} needs it"))
        }
        (Requirement::Required | Requirement::Optional, _) | (Requirement::Forbidden, false) => return None,
    };
    let finding = Diagnostic::new(rule, FieldPath::spec().field(field.as_str()), message);
    Some(if rule == RuleId::Fld01 { finding.help(remedy(field.on(platform), field)) } else { finding })
}

fn remedy(requirement: Requirement, field: Field) -> String {
    match requirement {
        Requirement::Forbidden => format!("remove {field}"),
        Requirement::Required | Requirement::Optional => format!("set {field}"),
    }
}

impl Row {
    /// Whether platforms differ on this field.
    pub fn is_particular(&self) -> bool {
        self.platforms.iter().any(|requirement| *requirement != self.platforms[0])
    }

    /// What the platforms make of the field, such as `Required on Windows81; refused elsewhere.`; what most of them do
    /// comes last. `None` where they agree.
    pub fn sentence(&self) -> Option<String> {
        let mut groups: Vec<(Requirement, Vec<&str>)> = Requirement::ALL
            .iter()
            .map(|&requirement| (requirement, self.platforms_that(requirement)))
            .collect();
        groups.retain(|(_, platforms)| !platforms.is_empty());
        groups.sort_by_key(|(_, platforms)| platforms.len());
        let (elsewhere, _) = groups.pop()?;
        groups.sort_by_key(|(requirement, _)| *requirement);
        let first = groups.first().map(|(requirement, _)| *requirement)?;
        let parts = groups.iter().map(|(requirement, platforms)| {
            let word = if *requirement == first { requirement.capitalised() } else { requirement.word() };
            format!("{word} on {}", platforms.join(" and "))
        });
        let parts: Vec<_> = parts.chain([format!("{} elsewhere", elsewhere.word())]).collect();
        Some(format!("{}.", parts.join("; ")))
    }

    fn platforms_that(&self, requirement: Requirement) -> Vec<&'static str> {
        let columns = Platform::ALL.iter().zip(self.platforms);
        columns.filter(|(_, found)| *found == requirement).map(|(platform, _)| platform.as_str()).collect()
    }
}

impl Requirement {
    /// What an admin reads.
    const fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Forbidden => "refused",
        }
    }

    const fn capitalised(self) -> &'static str {
        match self {
            Self::Required => "Required",
            Self::Optional => "Optional",
            Self::Forbidden => "Refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::sample;

    #[test]
    fn the_rows_stand_in_the_order_of_the_fields() {
        assert!(MATRIX.iter().zip(Field::ALL).all(|(row, field)| row.field == *field));
    }

    #[test]
    fn a_field_is_refused_on_exactly_the_platforms_that_do_not_have_it() {
        for row in MATRIX.iter().filter(|row| row.is_particular()) {
            for &platform in Platform::ALL {
                let mut fields = sample::fields(platform);
                sample::set(&mut fields, row.field);
                let refused = judge(&fields).iter().any(|finding| finding.rule == row.forbidden);
                assert_eq!(
                    refused,
                    row.field.on(platform) == Requirement::Forbidden,
                    "{} on {platform}",
                    row.field
                );
            }
        }
    }

    #[test]
    fn a_field_is_missed_on_exactly_the_platforms_that_need_it() {
        for row in MATRIX.iter().filter(|row| row.is_particular()) {
            for &platform in Platform::ALL {
                let mut fields = sample::fields(platform);
                sample::unset(&mut fields, row.field);
                let missed = judge(&fields).iter().any(|finding| finding.rule == row.missing);
                assert_eq!(
                    missed,
                    row.field.on(platform) == Requirement::Required,
                    "{} on {platform}",
                    row.field
                );
            }
        }
    }

    #[test]
    fn a_profile_that_has_what_its_platform_has_is_silent() {
        for &platform in Platform::ALL {
            assert_eq!(judge(&sample::fields(platform)), Diagnostics::none(), "{platform}");
        }
    }
}
