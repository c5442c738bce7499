//! Key usages and extended key usages (KU, EKU).

use std::collections::BTreeSet;

use super::RuleId;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath, quoted};
use crate::name::{Oid, parse_oid};
use crate::profile::{ExtendedKeyUsage, fields};
use crate::vocabulary::KeyUsage;

/// Client Authentication (RFC 5280 §4.2.1.12).
pub(crate) const CLIENT_AUTHENTICATION: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.3.2");
/// anyExtendedKeyUsage.
const ANY_PURPOSE: Oid = Oid::new_unwrap("2.5.29.37.0");
/// The most entries (EKU-04).
const MAX_ENTRIES: usize = 500;

/// KU-01.
pub(crate) fn parse_usages(usages: &[KeyUsage], findings: &mut Diagnostics) -> BTreeSet<KeyUsage> {
    if usages.is_empty() {
        let message = "keyUsages is empty";
        findings.push(Diagnostic::new(RuleId::Ku01, FieldPath::spec().field("keyUsages"), message));
    }
    usages.iter().copied().collect()
}

/// EKU-01, EKU-03, EKU-04.
pub(crate) fn parse_extended(
    entries: &[fields::ExtendedKeyUsage<'_>],
    findings: &mut Diagnostics,
) -> Vec<ExtendedKeyUsage> {
    let path = FieldPath::spec().field("extendedKeyUsages");
    if entries.is_empty() {
        findings.push(Diagnostic::new(RuleId::Eku01, path, "extendedKeyUsages is empty"));
        return Vec::new();
    }
    if entries.len() > MAX_ENTRIES {
        let message = format!("there are {} extended key usages; {MAX_ENTRIES} are allowed", entries.len());
        findings.push(Diagnostic::new(RuleId::Eku04, path, message));
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut usages = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        match parse_entry(*entry, &path.index(index), &mut seen) {
            Ok(usage) => usages.push(usage),
            Err(finding) => findings.push(finding),
        }
    }
    if usages.len() == entries.len() && !seen.contains(&CLIENT_AUTHENTICATION) && !seen.contains(&ANY_PURPOSE)
    {
        let message = "none of the extended key usages is Client Authentication or Any Purpose";
        findings.push(Diagnostic::new(RuleId::Eku03, path, message));
    }
    usages
}

fn parse_entry(
    entry: fields::ExtendedKeyUsage<'_>,
    path: &FieldPath,
    seen: &mut BTreeSet<Oid>,
) -> Result<ExtendedKeyUsage, Diagnostic> {
    if entry.name.trim().is_empty() {
        let message = format!("the usage {} has no name", quoted(entry.oid));
        return Err(
            Diagnostic::new(RuleId::Eku01, path.field("name"), message).help("name it as people know it")
        );
    }
    let oid = parse_oid(entry.oid).ok_or_else(|| {
        Diagnostic::new(RuleId::Eku01, path.field("oid"), format!("{} is no OID", quoted(entry.oid)))
    })?;
    if !seen.insert(oid) {
        let message = format!("{oid} stands in the list more than once");
        return Err(Diagnostic::new(RuleId::Eku04, path.field("oid"), message));
    }
    Ok(ExtendedKeyUsage { name: entry.name.to_owned(), oid })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(oids: &[&str]) -> Vec<(RuleId, String)> {
        let entries: Vec<_> =
            oids.iter().map(|oid| fields::ExtendedKeyUsage { name: "usage", oid }).collect();
        let mut findings = Diagnostics::none();
        parse_extended(&entries, &mut findings);
        findings.iter().map(|finding| (finding.rule, finding.field.to_string())).collect()
    }

    #[test]
    fn the_field_of_a_bad_oid_is_named() {
        let found = judged(&["1.3.6.1.5.5.7.3.2", "7.01.4"]);
        assert_eq!(found, [(RuleId::Eku01, "spec.extendedKeyUsages[1].oid".to_owned())]);
    }

    #[test]
    fn a_repeated_oid_is_refused_where_it_repeats() {
        let found = judged(&["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.2"]);
        assert_eq!(found, [(RuleId::Eku04, "spec.extendedKeyUsages[1].oid".to_owned())]);
    }

    #[test]
    fn at_most_five_hundred_usages_are_taken() {
        let oids: Vec<String> = (0..501).map(|n| format!("1.3.6.1.5.5.7.3.{n}")).collect();
        let oids: Vec<&str> = oids.iter().map(String::as_str).collect();
        assert_eq!(judged(&oids[..500]), []);
        assert_eq!(judged(&oids), [(RuleId::Eku04, "spec.extendedKeyUsages".to_owned())]);
    }

    #[test]
    fn a_profile_without_client_authentication_is_warned_about() {
        let warning = vec![(RuleId::Eku03, "spec.extendedKeyUsages".to_owned())];
        assert_eq!(judged(&["1.3.6.1.5.5.7.3.4"]), warning);
        assert_eq!(judged(&["1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.2"]), []);
        assert_eq!(judged(&["2.5.29.37.0"]), []);
    }

    #[test]
    fn no_usage_at_all_is_refused() {
        assert_eq!(judged(&[]), [(RuleId::Eku01, "spec.extendedKeyUsages".to_owned())]);
        let mut findings = Diagnostics::none();
        parse_usages(&[], &mut findings);
        assert_eq!(findings.iter().next().map(|finding| finding.rule), Some(RuleId::Ku01));
    }
}
