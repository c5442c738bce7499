//! The words of properties whose values are a closed set, as Intune spells them.

use super::error::FilterProblem;
use super::property::{Property, TextProperty};
use crate::spelling;
use crate::vocabulary::{JoinType, Ownership};

/// Who owns a device; `Unknown` is a device of which the inventory does not say.
const OWNERSHIPS: [(&str, Option<Ownership>); 3] =
    [("Corporate", Some(Ownership::Corporate)), ("Personal", Some(Ownership::Personal)), ("Unknown", None)];

/// How a device is joined. `None` is the inventory's own word; Intune has none for it.
const JOIN_TYPES: [(&str, Option<JoinType>); 4] = [
    ("Azure AD joined", Some(JoinType::Entra)),
    ("Hybrid Azure AD joined", Some(JoinType::Hybrid)),
    ("None", Some(JoinType::None)),
    ("Unknown", None),
];

/// Intune's word for devices that the inventory cannot tell from others.
const REGISTERED: &str = "Azure AD registered";

/// The names of Windows SKUs.
const SKUS: [&str; 30] = [
    "BusinessN",
    "CloudEdition",
    "CloudEditionN",
    "Core",
    "CoreCountrySpecific",
    "CoreN",
    "CoreSingleLanguage",
    "Education",
    "EducationN",
    "Enterprise",
    "EnterpriseEval",
    "EnterpriseG",
    "EnterpriseGN",
    "EnterpriseN",
    "EnterpriseNEval",
    "EnterpriseS",
    "EnterpriseSEval",
    "EnterpriseSN",
    "Holographic",
    "IoTEnterprise",
    "IoTUAP",
    "IoTUAPCommercial",
    "PPIPro",
    "Professional",
    "ProfessionalEducation",
    "ProfessionalEducationN",
    "ProfessionalN",
    "ProfessionalSingleLanguage",
    "ProfessionalWorkstation",
    "ServerRdsh",
];

/// Editions (APP-04) that have another name as a SKU.
const RENAMED: [(&str, &str); 7] = [
    ("Home", "Core"),
    ("HomeN", "CoreN"),
    ("HomeChina", "CoreCountrySpecific"),
    ("HomeSingleLanguage", "CoreSingleLanguage"),
    ("HolographicEnterprise", "Holographic"),
    ("IoTCore", "IoTUAP"),
    ("IoTCoreCommercial", "IoTUAPCommercial"),
];

pub(super) fn ownership(word: &str) -> Result<Option<Ownership>, FilterProblem> {
    find(&OWNERSHIPS, word).ok_or_else(|| FilterProblem::UnknownWord {
        property: Property::DeviceOwnership,
        word: cut(word),
        known: known(OWNERSHIPS.map(|(known, _)| known)),
    })
}

pub(super) fn join_type(word: &str) -> Result<Option<JoinType>, FilterProblem> {
    if word.eq_ignore_ascii_case(REGISTERED) {
        return Err(FilterProblem::UnrecordedWord { property: Property::DeviceTrustType, word: REGISTERED });
    }
    find(&JOIN_TYPES, word).ok_or_else(|| FilterProblem::UnknownWord {
        property: Property::DeviceTrustType,
        word: cut(word),
        known: known(JOIN_TYPES.map(|(known, _)| known)),
    })
}

/// A text that is to equal a whole SKU must be one; anything else could match no device.
pub(super) fn check_sku(word: &str) -> Result<(), FilterProblem> {
    if SKUS.iter().any(|sku| sku.eq_ignore_ascii_case(word)) {
        return Ok(());
    }
    let renamed = RENAMED.iter().find(|(edition, _)| edition.eq_ignore_ascii_case(word)).map(|(_, sku)| *sku);
    let nearest = renamed.or_else(|| spelling::nearest(word, SKUS.map(|sku| (sku, sku))));
    Err(FilterProblem::UnknownWord {
        property: Property::Text(TextProperty::OperatingSystemSku),
        word: cut(word),
        known: nearest.map_or_else(|| known(SKUS), |sku| known([sku])),
    })
}

/// The SKU's name of an edition of the inventory.
pub(super) fn sku_of_edition(edition: &str) -> &str {
    RENAMED.iter().find(|(renamed, _)| renamed.eq_ignore_ascii_case(edition)).map_or(edition, |(_, sku)| sku)
}

pub(super) fn of_ownership(ownership: Option<Ownership>) -> &'static str {
    match ownership {
        Some(Ownership::Corporate) => "Corporate",
        Some(Ownership::Personal) => "Personal",
        None => "Unknown",
    }
}

pub(super) fn of_join_type(joined: Option<JoinType>) -> &'static str {
    match joined {
        Some(JoinType::Entra) => "Azure AD joined",
        Some(JoinType::Hybrid) => "Hybrid Azure AD joined",
        Some(JoinType::None) => "None",
        None => "Unknown",
    }
}

fn find<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, meant)| *meant)
}

fn known<const N: usize>(words: [&str; N]) -> String {
    words.map(|word| format!("{word:?}")).join(", ")
}

/// As much of a word as a message shows.
pub(super) fn cut(word: &str) -> String {
    word.chars().take(64).collect()
}
