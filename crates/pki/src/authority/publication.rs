//! Where an authority's CRL and certificate can be fetched and its OCSP responder asked, as its certificates say it.

use scepter_policy::identity::AuthorityName;
use url::Url;

/// The URLs that go into certificates. None by default: then certificates do not say where to look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publication {
    pub(crate) crl: Vec<String>,
    pub(crate) ocsp: Vec<String>,
    pub(crate) issuer: Vec<String>,
}

/// A URL that nothing can be published under.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} cannot be published in certificates; write an http or https URL, best http: a CRL is signed itself"
)]
pub struct NotABase(pub Url);

impl Publication {
    /// Adds a place: `{base}/crl/{authority}.crl`, `{base}/ocsp/{authority}` and `{base}/ca/{authority}.cer`. Further
    /// places hold the same content.
    pub fn and_at(mut self, base: &Url, authority: &AuthorityName) -> Result<Self, NotABase> {
        self.crl.push(file_below(base, "crl", &format!("{authority}.crl"))?);
        self.ocsp.push(file_below(base, "ocsp", authority.as_str())?);
        self.issuer.push(file_below(base, "ca", &format!("{authority}.cer"))?);
        Ok(self)
    }
}

fn file_below(base: &Url, directory: &str, file: &str) -> Result<String, NotABase> {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    match url.path_segments_mut() {
        Ok(mut path) if matches!(base.scheme(), "http" | "https") => {
            path.pop_if_empty().push(directory).push(file);
        }
        Ok(_) | Err(()) => return Err(NotABase(base.clone())),
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(base: &str, authority: &str) -> Result<Publication, NotABase> {
        let authority = AuthorityName::new(authority).unwrap();
        Publication::default().and_at(&base.parse().unwrap(), &authority)
    }

    #[test]
    fn files_lie_below_the_base_with_or_without_a_slash_and_a_path() {
        for (base, crl) in [
            ("http://scep.example.com", "http://scep.example.com/crl/lab.crl"),
            ("http://scep.example.com/", "http://scep.example.com/crl/lab.crl"),
            ("https://example.com:8443/pki", "https://example.com:8443/pki/crl/lab.crl"),
            ("http://example.com/pki/?x=1#y", "http://example.com/pki/crl/lab.crl"),
        ] {
            assert_eq!(published(base, "lab").unwrap().crl, [crl]);
        }
        assert_eq!(published("http://a.example", "lab").unwrap().issuer, ["http://a.example/ca/lab.cer"]);
    }

    #[test]
    fn a_name_cannot_change_the_path() {
        let published = published("http://a.example", "../ä b?").unwrap();
        assert_eq!(published.crl, ["http://a.example/crl/..%2F%C3%A4%20b%3F.crl"]);
    }

    #[test]
    fn only_http_and_https_are_published() {
        for base in ["ldap://a.example", "mailto:a@example.com", "file:///srv"] {
            assert!(published(base, "lab").is_err(), "{base}");
        }
    }
}
