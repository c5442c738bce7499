//! The comparison of a request with what the device was asked for. Nothing of a request but its key reaches a
//! certificate; the comparison stops a stolen challenge from being used for another request (TH-01, decision 0030).

use std::collections::{BTreeMap, BTreeSet};

use super::{PublicKey, RequestFacts, key_usage_bits, public_key};
use crate::issuance::{Refusal, RefusalReason};
use crate::name::{Attribute, DistinguishedName, Oid};
use crate::resolve::ResolvedRequest;
use crate::san::GeneralName;

/// Extensions that devices add by themselves and that change nothing: Microsoft's template name and template
/// information, S/MIME capabilities, and the subject key identifier.
const HARMLESS: [Oid; 4] = [
    Oid::new_unwrap("1.3.6.1.4.1.311.20.2"),
    Oid::new_unwrap("1.3.6.1.4.1.311.21.7"),
    Oid::new_unwrap("1.2.840.113549.1.9.15"),
    Oid::new_unwrap("2.5.29.14"),
];

/// The smallest public exponent that is certified.
const SMALLEST_EXPONENT: u64 = 65537;

/// Whether a request is the one that the device was asked for.
///
/// An absent key usage or extended key usage is no difference: the certificate has them from the profile, and Apple
/// devices (CHL-11), strongSwan and certmonger cannot send them. A present one must be the profile's.
pub fn compare(resolved: &ResolvedRequest, facts: &RequestFacts) -> Result<(), Refusal> {
    compare_extensions(facts)?;
    compare_subject(resolved, facts)?;
    compare_alternative_names(resolved, facts)?;
    compare_key_usage(resolved, facts)?;
    compare_extended_key_usages(resolved, facts)?;
    compare_key(resolved, facts)
}

fn compare_extensions(facts: &RequestFacts) -> Result<(), Refusal> {
    if facts.wants_ca {
        return Err(Refusal::new(RefusalReason::ExtensionRefused, "the request asks to be a CA"));
    }
    match facts.other_extensions.iter().find(|oid| !HARMLESS.contains(oid)) {
        None => Ok(()),
        Some(oid) => {
            let message = format!("the request asks for the extension {oid}, which no profile gives");
            Err(Refusal::new(RefusalReason::ExtensionRefused, message))
        }
    }
}

fn compare_subject(resolved: &ResolvedRequest, facts: &RequestFacts) -> Result<(), Refusal> {
    let (expected, requested) = (&resolved.subject, &facts.subject);
    if requested.is_empty() {
        return Err(Refusal::new(RefusalReason::SubjectNameMissing, "the request has no subject")
            .with_detail(printable(&format!("expected {expected}"))));
    }
    if requested.says_the_same_as(expected) {
        return Ok(());
    }
    let message = match differing_attributes(expected, requested) {
        kinds if kinds.is_empty() => {
            "the request's subject has the attributes that were asked for, but in another order or grouping"
                .to_owned()
        }
        kinds => {
            format!("the request's subject differs from the one that was asked for in {}", joined(&kinds))
        }
    };
    let detail = format!("requested {requested}, expected {expected}");
    Err(Refusal::new(RefusalReason::SubjectNameMismatch, message).with_detail(printable(&detail)))
}

/// The attributes that only one of two names has.
fn differing_attributes(one: &DistinguishedName, other: &DistinguishedName) -> BTreeSet<String> {
    let attributes = |name: &DistinguishedName| {
        name.rdns.iter().flat_map(|rdn| rdn.attributes.clone()).collect::<Vec<_>>()
    };
    let (one, other) = (attributes(one), attributes(other));
    let lacks = |name: &[Attribute], attribute: &&Attribute| !name.contains(attribute);
    let only_in_one = one.iter().filter(|attribute| lacks(&other, attribute));
    let only_in_other = other.iter().filter(|attribute| lacks(&one, attribute));
    only_in_one.chain(only_in_other).map(|attribute| attribute.kind.to_string()).collect()
}

/// As multisets: the order in which a device writes its names says nothing.
fn compare_alternative_names(resolved: &ResolvedRequest, facts: &RequestFacts) -> Result<(), Refusal> {
    let sorted = |names: &[GeneralName]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    let expected = sorted(&resolved.subject_alternative_names);
    let requested = sorted(&facts.subject_alternative_names);
    if requested == expected && !facts.has_foreign_names {
        return Ok(());
    }
    let foreign = if facts.has_foreign_names { " and names of other kinds" } else { "" };
    let detail = format!("requested {}{foreign}, expected {}", listed(&requested), listed(&expected));
    let refusal = if requested.is_empty() && !facts.has_foreign_names {
        let message = format!("the request has no alternative names; {} expected", kinds(&expected));
        Refusal::new(RefusalReason::SubjectAltNameMissing, message)
    } else {
        let message = format!(
            "the request's alternative names ({}{foreign}) are not those that were asked for ({})",
            kinds(&requested),
            kinds(&expected)
        );
        Refusal::new(RefusalReason::SubjectAltNameMismatch, message)
    };
    Err(refusal.with_detail(printable(&detail)))
}

/// How many names there are of each kind.
fn kinds(names: &[GeneralName]) -> String {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name.kind().as_str()).or_insert(0_u32) += 1;
    }
    let counted: Vec<_> = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    if counted.is_empty() { "none".to_owned() } else { counted.join(", ") }
}

fn compare_key_usage(resolved: &ResolvedRequest, facts: &RequestFacts) -> Result<(), Refusal> {
    let expected = key_usage_bits(&resolved.key_usages);
    match facts.key_usage {
        None => Ok(()),
        Some(requested) if requested == expected => Ok(()),
        Some(requested) => {
            let message = format!(
                "the request's key usage bits are {requested:#05x}; {expected:#05x} ({}) was expected",
                joined(&resolved.key_usages)
            );
            Err(Refusal::new(RefusalReason::KeyUsageMismatch, message))
        }
    }
}

fn compare_extended_key_usages(resolved: &ResolvedRequest, facts: &RequestFacts) -> Result<(), Refusal> {
    let expected: BTreeSet<Oid> = resolved.extended_key_usages.iter().copied().collect();
    match &facts.extended_key_usages {
        None => Ok(()),
        Some(requested) if *requested == expected => Ok(()),
        Some(requested) => {
            let message = format!(
                "the request's extended key usages are {}; {} expected",
                joined(requested),
                joined(&expected)
            );
            Err(Refusal::new(RefusalReason::EnhancedKeyUsageMismatch, message))
        }
    }
}

fn compare_key(resolved: &ResolvedRequest, facts: &RequestFacts) -> Result<(), Refusal> {
    let expected = resolved.key_size.bits();
    let exponent = match facts.public_key {
        PublicKey::Rsa { bits, exponent } if bits == expected => exponent,
        PublicKey::Rsa { bits, .. } => return Err(wrong_key(&format!("RSA with {bits} bits"), expected)),
        PublicKey::Ec { curve } => return Err(wrong_key(&format!("on the curve {curve}"), expected)),
        PublicKey::Other(algorithm) => {
            return Err(wrong_key(&format!("of the algorithm {algorithm}"), expected));
        }
    };
    if !exponent.is_some_and(|exponent| exponent >= SMALLEST_EXPONENT && exponent % 2 == 1) {
        let message = "the key's public exponent is even, below 65537 or above 64 bits";
        return Err(Refusal::new(RefusalReason::WeakKey, message));
    }
    match public_key::weakness(&facts.spki) {
        None => Ok(()),
        Some(weakness) => Err(Refusal::new(RefusalReason::WeakKey, format!("the key is weak: {weakness}"))),
    }
}

fn wrong_key(found: &str, expected: u32) -> Refusal {
    let message = format!("the request's key is {found}; RSA with {expected} bits was expected");
    Refusal::new(RefusalReason::KeyLengthMismatch, message)
}

/// A text that is safe to print: what a request says is hostile, so it is cut, and what a terminal would obey is escaped.
fn printable(text: &str) -> String {
    let escaped =
        |c: char| if obeyed_by_terminals(c) { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().take(MAX_DETAIL_LENGTH).map(escaped).collect()
}

/// The most characters of a detail.
const MAX_DETAIL_LENGTH: usize = 1024;

/// Control characters, and those that turn the direction of the text.
fn obeyed_by_terminals(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Names for people, at most eight of them.
fn listed(names: &[GeneralName]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let shown: Vec<_> = names.iter().take(8).map(ToString::to_string).collect();
    let rest = names.len() - shown.len();
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}

fn joined<T: ToString>(words: &BTreeSet<T>) -> String {
    let words: Vec<_> = words.iter().take(8).map(ToString::to_string).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
