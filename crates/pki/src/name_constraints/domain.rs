//! Domains, compared label by label.

use std::fmt;

use super::Relation;

/// A domain that says the same to everybody: ASCII labels in lower case, no wildcard, no trailing dot, no IP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Domain(String);

/// A set of domains, as constraints write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Domains {
    All,
    At(Domain),
    AtOrBelow(Domain),
    Below(Domain),
}

impl Domain {
    /// Reads labels of letters, digits and inner hyphens, 1 to 63 each, 253 bytes in all (RFC 1123 §2.1).
    pub(super) fn read(text: &str) -> Option<Self> {
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let last = text.rsplit('.').next().unwrap_or_default();
        let is_address = last.bytes().all(|byte| byte.is_ascii_digit());
        let is_sound = text.len() <= 253 && !is_address && text.split('.').all(is_label);
        is_sound.then(|| Self(text.to_ascii_lowercase()))
    }

    /// Whether it has more than one label.
    pub(super) fn is_fully_qualified(&self) -> bool {
        self.0.contains('.')
    }

    fn is_below(&self, other: &Self) -> bool {
        self.0.strip_suffix(&other.0).is_some_and(|labels| labels.ends_with('.'))
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Domains {
    /// A dNSName constraint: a domain and all below it; no text means every domain. With a leading period, which RFC 5280
    /// does not write here and others do, the domain itself is not meant.
    pub(super) fn of_dns(text: &str) -> Option<Self> {
        match text.strip_prefix('.') {
            Some(domain) => Domain::read(domain).map(Self::Below),
            None if text.is_empty() => Some(Self::All),
            None => Domain::read(text).map(Self::AtOrBelow),
        }
    }

    /// A constraint of hosts, in URIs and addresses: one host, or with a leading period all below a domain.
    pub(super) fn of_hosts(text: &str) -> Option<Self> {
        match text.strip_prefix('.') {
            Some(domain) => Domain::read(domain).map(Self::Below),
            None => Domain::read(text).map(Self::At),
        }
    }

    /// How a domain stands to them; one that cannot be read is undecidable.
    pub(super) fn relation_to(&self, domain: Option<&Domain>) -> Relation {
        match domain {
            None => Relation::Undecidable,
            Some(domain) if self.contain(domain) => Relation::Within,
            Some(_) => Relation::Outside,
        }
    }

    fn contain(&self, domain: &Domain) -> bool {
        match self {
            Self::All => true,
            Self::At(host) => domain == host,
            Self::AtOrBelow(base) => domain == base || domain.is_below(base),
            Self::Below(base) => domain.is_below(base),
        }
    }
}
