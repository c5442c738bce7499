//! What an authority permits to one namespace: every entry whose pattern matches, together.

use std::collections::BTreeSet;

use super::domain::Domain;
use super::{DottedOid, Permitted, uri};
use crate::identity::Namespace;
use crate::name::{AttributeType, Oid};

/// The permissions of one namespace. Without a matching entry nothing is permitted.
pub(super) struct Scope<'a>(Vec<&'a Permitted>);

impl<'a> Scope<'a> {
    /// The entries that match a namespace.
    pub(super) fn of(permitted: &'a [Permitted], namespace: &Namespace) -> Self {
        let matches = |entry: &&Permitted| match &entry.namespaces {
            None => true,
            Some(patterns) => patterns.iter().any(|pattern| matches(pattern, namespace.as_str())),
        };
        Self(permitted.iter().filter(matches).collect())
    }

    /// Whether this is a laboratory, where names are not looked at.
    pub(super) fn is_laboratory(&self) -> bool {
        self.0.iter().any(|entry| entry.any)
    }

    /// Whether names of other users may be used (AUT-09).
    pub(super) fn permits_foreign_user_names(&self) -> bool {
        self.0.iter().any(|entry| entry.foreign_user_names)
    }

    /// The values that an attribute may have; `None` where the attribute is not listed.
    pub(super) fn values(&self, kind: AttributeType) -> Option<BTreeSet<&'a str>> {
        let is_kind = |key: &str| AttributeType::from_key(key) == Ok(kind);
        let listed = self.0.iter().flat_map(|entry| &entry.subject).filter(|(key, _)| is_kind(key));
        let mut values = listed.map(|(_, values)| values).peekable();
        values.peek()?;
        Some(values.flatten().map(String::as_str).collect())
    }

    pub(super) fn permits_email_domain(&self, domain: &Domain) -> bool {
        is_one_of(domain, self.0.iter().flat_map(|entry| &entry.email_domains))
    }

    pub(super) fn permits_upn_suffix(&self, suffix: &Domain) -> bool {
        is_one_of(suffix, self.0.iter().flat_map(|entry| &entry.upn_suffixes))
    }

    pub(super) fn permits_dns_name(&self, name: &Domain) -> bool {
        let domains = self.0.iter().flat_map(|entry| &entry.dns_domains);
        domains.filter_map(|text| Domain::read(text)).any(|domain| name.is_within(&domain))
    }

    pub(super) fn permits_uri(&self, text: &str) -> bool {
        self.0.iter().flat_map(|entry| &entry.uri_prefixes).any(|prefix| uri::begins_with(text, prefix))
    }

    pub(super) fn permits_sid_domain(&self, domain: &str) -> bool {
        self.0.iter().any(|entry| entry.security_identifier_domains.contains(domain))
    }

    pub(super) fn permits_usage(&self, oid: Oid) -> bool {
        self.0.iter().any(|entry| entry.extended_key_usages.contains(&DottedOid(oid)))
    }
}

/// Configuration may write `@corp.example` for `corp.example`.
fn is_one_of<'t>(domain: &Domain, mut permitted: impl Iterator<Item = &'t String>) -> bool {
    permitted.any(|text| Domain::read(text.strip_prefix('@').unwrap_or(text)).as_ref() == Some(domain))
}

/// Whether a pattern matches, `*` standing for any run of characters.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(head) else { return false };
    let Some((middle, tail)) = rest.rsplit_once('*') else {
        return left.ends_with(rest);
    };
    for part in middle.split('*') {
        match left.split_once(part) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text) in
            [("*", "wifi"), ("wifi-*", "wifi-"), ("*-prod", "a-prod"), ("a*b*c", "a-b-b-c"), ("a**b", "ab")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("wifi-*", "wifi"), ("wifi", "wifi-1"), ("a*b*c", "acb"), ("ab*ba", "aba"), ("", "x")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn only_entries_of_the_namespace_permit_anything() {
        let entry = |pattern: &str, value: &str| Permitted {
            namespaces: Some(vec![pattern.to_owned()]),
            subject: [("O".to_owned(), BTreeSet::from([value.to_owned()]))].into(),
            ..Permitted::default()
        };
        let permitted = [entry("wifi-*", "Acme"), entry("*", "Example"), entry("vpn", "Other")];
        let values = |namespace: &str| {
            let scope = Scope::of(&permitted, &Namespace::new(namespace).unwrap());
            scope.values(AttributeType::Organization).map(|values| values.into_iter().collect::<Vec<_>>())
        };
        assert_eq!(values("wifi-1"), Some(vec!["Acme", "Example"]));
        assert_eq!(values("shop"), Some(vec!["Example"]));
        let none = Scope::of(&permitted[..1], &Namespace::new("shop").unwrap());
        assert_eq!(none.values(AttributeType::Organization), None);
    }
}
