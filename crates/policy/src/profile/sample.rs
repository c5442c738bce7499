//! Profiles and devices for tests: right on every platform, so that a test changes the one thing it is about.

use std::sync::LazyLock;

use super::fields::{
    ApplicabilityRules, Assignments, CertificateAccess, ExtendedKeyUsage, Fields, Include, ValidityPeriod,
};
use super::{AccessMode, Profile};
use crate::identity::DeviceId;
use crate::inventory::Device;
use crate::rules::matrix::{Field, Requirement};
use crate::vocabulary::{
    CertificateType, HashAlgorithm, KeyStorageProvider, KeyUsage, Platform, ValidityUnit,
};

static URLS: LazyLock<Vec<String>> =
    LazyLock::new(|| vec!["https://scep.example.com/scep/default".to_owned()]);

/// A profile of the platform for all devices that breaks no rule.
pub(crate) fn fields(platform: Platform) -> Fields<'static> {
    let mut fields = Fields {
        name: "wifi",
        display_name: None,
        platform,
        certificate_type: CertificateType::Device,
        subject_name_format: "CN={{AAD_Device_ID}},O=Acme",
        subject_alternative_names: vec![],
        validity_period: ValidityPeriod { value: 1, unit: ValidityUnit::Years },
        key_storage_provider: None,
        key_usages: &[KeyUsage::DigitalSignature],
        key_size: None,
        hash_algorithms: None,
        root_certificate_ref: "acme-root",
        extended_key_usages: vec![ExtendedKeyUsage {
            name: "Client Authentication",
            oid: "1.3.6.1.5.5.7.3.2",
        }],
        renewal_threshold_percent: None,
        scep_server_urls: &URLS,
        certificate_access: None,
        associated_profiles: vec![],
        applicability_rules: None,
        assignments: Some(Assignments {
            include: vec![Include { all_devices: Some(true), ..Include::default() }],
            exclude: vec![],
        }),
        authority_name: None,
        reissue_expired: None,
        suspend: None,
        deletion_policy: None,
        max_disruption: None,
    };
    for &field in Field::ALL {
        if field.on(platform) == Requirement::Required {
            set(&mut fields, field);
        }
    }
    fields
}

/// Sets a field that some platforms do not have; the others are set already, or may stay as they are.
pub(crate) fn set(fields: &mut Fields<'static>, field: Field) {
    match field {
        Field::KeyStorageProvider => fields.key_storage_provider = Some(KeyStorageProvider::Software),
        Field::HashAlgorithms => fields.hash_algorithms = Some(&[HashAlgorithm::Sha2]),
        Field::CertificateAccess => {
            fields.certificate_access = Some(CertificateAccess { mode: AccessMode::UserApproval, apps: &[] });
        }
        Field::ApplicabilityRules => {
            fields.applicability_rules = Some(ApplicabilityRules { os_edition: None, os_version: None });
        }
        Field::CertificateType
        | Field::SubjectNameFormat
        | Field::SubjectAlternativeNames
        | Field::ValidityPeriod
        | Field::KeyUsages
        | Field::KeySize
        | Field::RootCertificateRef
        | Field::ExtendedKeyUsages
        | Field::RenewalThresholdPercent
        | Field::ScepServerUrls => {}
    }
}

/// Takes away a field that some platforms do not have.
pub(crate) fn unset(fields: &mut Fields<'static>, field: Field) {
    match field {
        Field::KeyStorageProvider => fields.key_storage_provider = None,
        Field::HashAlgorithms => fields.hash_algorithms = None,
        Field::CertificateAccess => fields.certificate_access = None,
        Field::ApplicabilityRules => fields.applicability_rules = None,
        Field::CertificateType
        | Field::SubjectNameFormat
        | Field::SubjectAlternativeNames
        | Field::ValidityPeriod
        | Field::KeyUsages
        | Field::KeySize
        | Field::RootCertificateRef
        | Field::ExtendedKeyUsages
        | Field::RenewalThresholdPercent
        | Field::ScepServerUrls => {}
    }
}

/// The parsed profile of fields that `change` may alter without breaking a rule.
pub(crate) fn profile(platform: Platform, change: impl FnOnce(&mut Fields<'static>)) -> Profile {
    let mut fields = fields(platform);
    change(&mut fields);
    match Profile::parse(&fields) {
        Ok((profile, _)) => profile,
        Err(findings) => panic!("the sample breaks a rule: {findings:?}"),
    }
}

/// A device of which nothing else is known.
pub(crate) fn device(id: &str, platform: Platform) -> Device {
    let json = serde_json::json!({"id": DeviceId::new(id).unwrap(), "platform": platform});
    serde_json::from_value(json).unwrap()
}
