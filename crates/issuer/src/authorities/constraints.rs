//! What an authority permits, held against what its CA's certificates allow.

use scepter_pki::authority::Authority;
use scepter_policy::authority::Permitted;
use scepter_policy::name::DistinguishedName;
use scepter_policy::san::GeneralName;

/// Warns of each permitted domain, suffix and prefix that the name constraints forbid. Nothing is decided here: an entry may
/// be wider than the constraints on purpose, and what lies outside is refused when it is asked for.
pub(super) fn warn(authority: &Authority, permitted: &[Permitted]) {
    for contradiction in contradictions(authority, permitted) {
        tracing::warn!(authority = %authority.name(), "{contradiction}");
    }
}

fn contradictions(authority: &Authority, permitted: &[Permitted]) -> Vec<String> {
    let forbidden = permitted.iter().flat_map(examples).filter_map(|(entry, name)| {
        let violation = authority.check_names(&DistinguishedName::default(), &[name]).err()?;
        Some(format!("permitted lists {entry}, but {violation}"))
    });
    forbidden.collect()
}

/// Each entry that stands for names, with one of them.
fn examples(permitted: &Permitted) -> Vec<(String, GeneralName)> {
    let Permitted { dns_domains, email_domains, upn_suffixes, uri_prefixes, .. } = permitted;
    let at = |domain: &str| format!("name@{domain}");
    let dns = dns_domains.iter().map(|domain| (domain, GeneralName::Dns(domain.clone())));
    let email = email_domains.iter().map(|domain| (domain, GeneralName::Email(at(domain))));
    let upn = upn_suffixes.iter().map(|suffix| (suffix, GeneralName::Upn(at(suffix))));
    let uri = uri_prefixes.iter().map(|prefix| (prefix, GeneralName::Uri(prefix.clone())));
    let all = dns.chain(email).chain(upn).chain(uri);
    all.map(|(text, name)| (format!("{} {text}", name.kind()), name)).collect()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use jiff::{SignedDuration, Timestamp};
    use scepter_pki::authority::{AuthorityFiles, CreateAuthority, Publication, create_authority};
    use scepter_pki::key::{KeyAlgorithm, RsaPool};
    use scepter_pki::name_constraints::{NameConstraints, Subtree};

    use super::*;
    use crate::configuration::static_name;

    async fn authority_for(domain: &str) -> Authority {
        let directory = tempfile::tempdir().unwrap();
        let files = AuthorityFiles::within(directory.path());
        let request = CreateAuthority {
            algorithm: KeyAlgorithm::P256,
            subject: static_name("CN=Test CA").unwrap(),
            name_constraints: NameConstraints::new(vec![Subtree::dns(domain).unwrap()], Vec::new()),
            lifetime: SignedDuration::from_hours(24),
        };
        let (pool, now) = (RsaPool::new(NonZeroUsize::MIN, 8), Timestamp::now());
        create_authority(&files, &request, &pool, now).await.unwrap();
        files.load("default".parse().unwrap(), Publication::default(), &pool, now).unwrap()
    }

    #[tokio::test]
    async fn a_permitted_domain_that_the_ca_forbids_is_named_and_others_are_not() {
        let permitted = Permitted {
            dns_domains: ["corp.example", "lab.corp.example", "evil.example"].map(str::to_owned).into(),
            email_domains: ["evil.example".to_owned()].into(),
            ..Permitted::default()
        };
        let said = contradictions(&authority_for("corp.example").await, &[permitted]);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("DNS evil.example") && said[0].contains("CN=Test CA"), "{said:?}");
    }
}
