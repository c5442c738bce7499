//! An authority for tests.

use super::{Approval, AuthorityFacts, Permitted};
use crate::identity::AuthorityName;
use crate::profile::Validity;
use crate::root::sample::{ROOT, der};
use crate::vocabulary::ValidityUnit;

/// An authority that permits what Acme's own devices and people need, to every namespace.
pub(crate) fn facts() -> AuthorityFacts {
    AuthorityFacts {
        name: AuthorityName::new("default").unwrap(),
        ca: AuthorityName::new("default").unwrap(),
        not_before: "2020-01-31T00:00:00Z".parse().unwrap(),
        not_after: "2030-01-31T00:00:00Z".parse().unwrap(),
        max_validity: Validity { value: 1, unit: ValidityUnit::Years },
        enforce_name_lengths: true,
        root: der(ROOT),
        other_roots: Vec::new(),
        public_urls: vec!["https://scep.example.com/scep/default".to_owned()],
        permitted: vec![permitted()],
        approval: Approval::Automatic,
    }
}

/// What that authority permits.
pub(crate) fn permitted() -> Permitted {
    let json = serde_json::json!({
        "subject": {"O": ["Acme"], "OU": ["Mobile"], "C": ["DE"]},
        "emailDomains": ["corp.example"],
        "upnSuffixes": ["corp.example"],
        "dnsDomains": ["corp.example"],
        "uriPrefixes": ["https://id.corp.example/devices/"],
        "securityIdentifierDomains": ["S-1-5-21-1-2-3"],
        "extendedKeyUsages": ["1.3.6.1.5.5.7.3.2"],
    });
    serde_json::from_value(json).unwrap()
}
