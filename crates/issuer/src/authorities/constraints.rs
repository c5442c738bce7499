//! What an authority permits, held against what its CA's certificates allow.

use scepter_pki::authority::Authority;
use scepter_policy::authority::Permitted;
use scepter_policy::name::DistinguishedName;
use scepter_policy::san::GeneralName;

/// Says of each permitted domain, suffix and prefix that certificates with such a name will be refused. Nothing is decided here: it is
/// when a certificate is made.
pub(super) fn warn(authority: &Authority, permitted: &[Permitted]) {
    for (field, text, name) in permitted.iter().flat_map(examples) {
        if let Err(violation) = authority.check_names(&DistinguishedName::default(), &[name]) {
            let authority = authority.name();
            tracing::warn!(%authority, "permitted.{field} lists {text}, but {violation}");
        }
    }
}

/// A name for each entry that stands for names.
fn examples(permitted: &Permitted) -> impl Iterator<Item = (&'static str, &str, GeneralName)> {
    let Permitted { dns_domains, email_domains, upn_suffixes, uri_prefixes, .. } = permitted;
    let address = |domain: &str| format!("name@{domain}");
    let dns = dns_domains.iter().map(|domain| ("dnsDomains", domain, GeneralName::Dns(domain.clone())));
    let email =
        email_domains.iter().map(move |domain| ("emailDomains", domain, GeneralName::Email(address(domain))));
    let upn =
        upn_suffixes.iter().map(move |suffix| ("upnSuffixes", suffix, GeneralName::Upn(address(suffix))));
    let uri = uri_prefixes.iter().map(|prefix| ("uriPrefixes", prefix, GeneralName::Uri(prefix.clone())));
    dns.chain(email).chain(upn).chain(uri).map(|(field, text, name)| (field, text.as_str(), name))
}
