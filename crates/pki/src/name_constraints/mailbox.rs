//! E-mail addresses.

use super::Relation;
use super::domain::{Domain, Domains};

/// A set of mailboxes, as constraints write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mailboxes {
    One(Address),
    At(Domains),
}

/// An address of one local part and one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    local_part: String,
    domain: Domain,
}

impl Address {
    /// Reads an address with one `@`. A local part that quotes another is for nobody to guess at.
    fn read(text: &str) -> Option<Self> {
        let (local_part, domain) = text.split_once('@')?;
        let is_sound = !local_part.is_empty() && local_part.bytes().all(|byte| byte.is_ascii_graphic());
        let domain = Domain::read(domain).filter(|_| is_sound)?;
        Some(Self { local_part: local_part.to_owned(), domain })
    }
}

impl Mailboxes {
    pub(super) fn read(text: &str) -> Option<Self> {
        if text.contains('@') {
            Address::read(text).map(Self::One)
        } else {
            Domains::of_hosts(text).map(Self::At)
        }
    }

    pub(super) fn relation_to(&self, text: &str) -> Relation {
        let Some(address) = Address::read(text) else { return Relation::Undecidable };
        match self {
            Self::At(hosts) => hosts.relation_to(Some(&address.domain)),
            Self::One(one) if one.domain != address.domain => Relation::Outside,
            Self::One(one) if one.local_part == address.local_part => Relation::Within,
            // Two mailboxes by RFC 5280 §7.5, and one to most hosts.
            Self::One(one) if one.local_part.eq_ignore_ascii_case(&address.local_part) => {
                Relation::Undecidable
            }
            Self::One(_) => Relation::Outside,
        }
    }
}
