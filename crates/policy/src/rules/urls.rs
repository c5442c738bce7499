//! The SCEP servers of a profile (URL-01 … URL-04, URL-09, URL-13).

use std::collections::BTreeSet;

use url::Url;

use super::RuleId;
use crate::authority::AuthorityFacts;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath, quoted};
use crate::vocabulary::Platform;

/// Judges every URL; gives back those that can be used, as written.
pub(crate) fn parse(urls: &[String], platform: Platform, findings: &mut Diagnostics) -> Vec<String> {
    if urls.is_empty() {
        findings.push(Diagnostic::new(RuleId::Url01, path(), "scepServerURLs is empty"));
    }
    let mut seen = BTreeSet::new();
    for (index, text) in urls.iter().enumerate() {
        let path = path().index(index);
        match parse_one(text, &path) {
            Ok(url) => {
                if !seen.insert(url.as_str().to_owned()) {
                    let message = format!("{} stands in the list more than once", quoted(text));
                    findings.push(Diagnostic::new(RuleId::Url09, path.clone(), message));
                }
                if url.scheme() == "http" {
                    findings.push(judge_plain(text, platform, path));
                }
            }
            Err(finding) => findings.push(finding),
        }
    }
    urls.to_vec()
}

/// URL-13: devices find the authority under at least one of the profile's URLs. Silent where nobody says under which.
pub(crate) fn judge_authority(urls: &[String], facts: &AuthorityFacts) -> Option<Diagnostic> {
    let place =
        |text: &String| Url::parse(text).ok().map(|url| url.as_str().trim_end_matches('/').to_owned());
    let public: BTreeSet<_> = facts.public_urls.iter().filter_map(place).collect();
    if facts.public_urls.is_empty() {
        return None;
    }
    let reached = urls.iter().filter_map(place).any(|url| public.contains(&url));
    (!reached).then(|| {
        let known = facts.public_urls.join(", ");
        let message =
            format!("authority {} is not reached under any of these URLs, but under {known}", facts.name);
        Diagnostic::new(RuleId::Url13, path(), message)
    })
}

/// URL-01 and the semicolon of URL-09: an absolute http or https URL to which a device can append its question.
fn parse_one(text: &str, path: &FieldPath) -> Result<Url, Diagnostic> {
    if text.contains(';') {
        let message = format!("{} holds a semicolon, which separates URLs on Windows", quoted(text));
        return Err(Diagnostic::new(RuleId::Url09, path.clone(), message));
    }
    let refuse = |problem: &str| {
        let message = format!("{} {problem}", quoted(text));
        Err(Diagnostic::new(RuleId::Url01, path.clone(), message))
    };
    // The parser of browsers forgives more than devices do: blanks, backslashes, missing slashes.
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let Some(url) = Url::parse(text).ok().filter(|_| plain && has_authority(text)) else {
        return refuse("is no absolute http or https URL");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("is neither http nor https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("holds credentials, which every reader of the profile would see");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("has a query or a fragment, after which a device cannot put its own");
    }
    Ok(url)
}

fn has_authority(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with('/'))
}

/// URL-02, URL-03, URL-04: what plain http means on each platform.
fn judge_plain(text: &str, platform: Platform, path: FieldPath) -> Diagnostic {
    let url = quoted(text);
    match platform {
        Platform::AndroidDeviceAdministrator
        | Platform::AndroidEnterpriseCorporate
        | Platform::AndroidEnterprisePersonal => Diagnostic::new(
            RuleId::Url02,
            path,
            format!("{url} is plain http, which {platform} does not use"),
        ),
        Platform::AndroidAosp => {
            Diagnostic::new(RuleId::Url03, path, format!("{url} is plain http, which {platform} may refuse"))
        }
        Platform::Ios | Platform::Macos | Platform::Windows10AndLater | Platform::Windows81 => {
            Diagnostic::new(RuleId::Url04, path, format!("{url} is plain http"))
        }
    }
}

fn path() -> FieldPath {
    FieldPath::spec().field("scepServerURLs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::sample::facts;

    fn judged(platform: Platform, urls: &[&str]) -> Vec<RuleId> {
        let urls: Vec<String> = urls.iter().map(|&url| url.to_owned()).collect();
        let mut findings = Diagnostics::none();
        parse(&urls, platform, &mut findings);
        findings.iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_server_is_an_absolute_http_or_https_url() {
        for url in
            ["https://ndes.contoso.com/certsrv/mscep/mscep.dll", "HTTPS://h:8443/", "https://[::1]/scep"]
        {
            assert_eq!(judged(Platform::Ios, &[url]), [], "{url}");
        }
        for url in [
            "",
            "ndes.contoso.com",
            "/scep",
            "ftp://h/",
            "https:h/scep",
            "https:///scep",
            "https://",
            "https://h /scep",
            "https:\\\\h\\scep",
            "https://h/s\ncep",
            "https://user:secret@h/scep",
            "https://h/scep?operation=x",
            "https://h/scep#x",
        ] {
            assert_eq!(judged(Platform::Ios, &[url]), [RuleId::Url01], "{url:?}");
        }
        assert_eq!(judged(Platform::Ios, &[]), [RuleId::Url01]);
    }

    #[test]
    fn a_semicolon_or_a_repetition_would_spoil_the_list_that_windows_gets() {
        assert_eq!(judged(Platform::Windows10AndLater, &["https://h/a;b"]), [RuleId::Url09]);
        assert_eq!(judged(Platform::Windows10AndLater, &["https://h/a", "https://H/a"]), [RuleId::Url09]);
        assert_eq!(judged(Platform::Windows10AndLater, &["https://h/a", "https://h/b"]), []);
    }

    #[test]
    fn plain_http_is_refused_or_warned_about_by_platform() {
        let expected = [
            (Platform::AndroidDeviceAdministrator, RuleId::Url02),
            (Platform::AndroidEnterpriseCorporate, RuleId::Url02),
            (Platform::AndroidEnterprisePersonal, RuleId::Url02),
            (Platform::AndroidAosp, RuleId::Url03),
            (Platform::Ios, RuleId::Url04),
            (Platform::Macos, RuleId::Url04),
            (Platform::Windows10AndLater, RuleId::Url04),
            (Platform::Windows81, RuleId::Url04),
        ];
        for (platform, rule) in expected {
            assert_eq!(judged(platform, &["http://h/scep"]), [rule], "{platform}");
        }
    }

    #[test]
    fn a_profile_without_any_public_url_of_its_authority_is_warned_about() {
        let urls = |url: &str| vec!["https://other.example/scep".to_owned(), url.to_owned()];
        let known = facts().public_urls[0].clone();
        assert_eq!(judge_authority(&urls(&known), &facts()), None);
        assert_eq!(judge_authority(&urls(&format!("{known}/")), &facts()), None);
        let found = judge_authority(&urls("https://scep.example.com/scep/another"), &facts());
        assert_eq!(found.map(|finding| finding.rule), Some(RuleId::Url13));
        let unknown = AuthorityFacts { public_urls: Vec::new(), ..facts() };
        assert_eq!(judge_authority(&urls("https://scep.example.com/scep/another"), &unknown), None);
    }
}
