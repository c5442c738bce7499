//! Distinguished names.

use scepter_policy::name::{AttributeType, DistinguishedName, RelativeDistinguishedName};

use super::Relation;

/// How a name stands to the subtree below another: within, when it begins with the other's relative names (RFC 5280 §7.1).
pub(super) fn relation(base: &DistinguishedName, name: &DistinguishedName) -> Relation {
    if name.rdns.len() < base.rdns.len() {
        return Relation::Outside;
    }
    let relations: Vec<_> =
        base.rdns.iter().zip(&name.rdns).map(|(base, relative)| compare(base, relative)).collect();
    let first = |wanted| relations.contains(&wanted).then_some(wanted);
    first(Relation::Outside).or_else(|| first(Relation::Undecidable)).unwrap_or(Relation::Within)
}

/// Compares without regard to case and to how many blanks there are. Beyond ASCII, readers disagree on what is the same.
fn compare(base: &RelativeDistinguishedName, relative: &RelativeDistinguishedName) -> Relation {
    let (base, relative) = (folded(base), folded(relative));
    if base == relative {
        return Relation::Within;
    }
    let kinds =
        |folded: &[(AttributeType, String)]| -> Vec<_> { folded.iter().map(|(kind, _)| *kind).collect() };
    let is_ascii = base.iter().chain(&relative).all(|(_, value)| value.is_ascii());
    if is_ascii || kinds(&base) != kinds(&relative) { Relation::Outside } else { Relation::Undecidable }
}

fn folded(relative: &RelativeDistinguishedName) -> Vec<(AttributeType, String)> {
    let fold = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let mut attributes: Vec<_> =
        relative.attributes.iter().map(|attribute| (attribute.kind, fold(&attribute.value))).collect();
    attributes.sort();
    attributes
}
