//! Domains and addresses, compared label by label and never as texts (TH-08).

/// A domain of ASCII labels in lower case; no wildcard, no trailing dot, no address of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Domain(Vec<String>);

impl Domain {
    /// Reads a domain: labels of letters, digits and inner hyphens, 1 to 63 each, 253 bytes in all (RFC 1123 §2.1).
    pub(super) fn read(text: &str) -> Option<Self> {
        let labels: Vec<String> = text.split('.').map(str::to_ascii_lowercase).collect();
        let numeric = labels.last().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
        (text.len() <= 253 && !numeric && labels.iter().all(|label| is_label(label))).then_some(Self(labels))
    }

    /// Whether this is the other domain or stands below it.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.0.ends_with(&other.0)
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Splits an address at its one `@` into a name that says something and a domain.
pub(super) fn split_address(text: &str) -> Option<(&str, Domain)> {
    let (name, domain) = text.split_once('@')?;
    let sound = !name.is_empty() && !name.chars().any(|c| c.is_control() || c.is_whitespace());
    Domain::read(domain).filter(|_| sound).map(|domain| (name, domain))
}

/// The dots that separate labels, those of other scripts included (RFC 3490 §3.1).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// Whether a text holds a dot that could separate labels.
pub(super) fn has_dot(text: &str) -> bool {
    text.contains(DOTS)
}

/// Whether a common name would pass for a host: two labels or more, or an IP address. Wildcards, dots of other scripts
/// and a trailing dot are seen through.
pub(super) fn looks_like_host(text: &str) -> bool {
    if text.parse::<std::net::IpAddr>().is_ok() {
        return true;
    }
    let text = text.trim().trim_end_matches(DOTS);
    let is_label = |label: &str| {
        label == "*"
            || (!label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')))
    };
    text.contains(DOTS) && text.split(DOTS).all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_within_itself_and_above_its_children_alone() {
        let corp = Domain::read("corp.example").unwrap();
        let within = |text: &str| Domain::read(text).is_some_and(|domain| domain.is_within(&corp));
        assert!(within("corp.example") && within("CORP.Example") && within("a.b.corp.example"));
        for outside in [
            "evilcorp.example",
            "example",
            "corp.example.evil",
            "corp.example.",
            ".corp.example",
            "*.corp.example",
            "a..corp.example",
            "a\0.corp.example",
            "cörp.example",
            "evil/.corp.example",
            "",
        ] {
            assert!(!within(outside), "{outside:?}");
        }
    }

    #[test]
    fn an_address_has_one_at_sign_and_a_domain() {
        let corp = Domain::read("corp.example").unwrap();
        assert_eq!(split_address("jane@corp.example"), Some(("jane", corp)));
        for bad in
            ["@corp.example", "jane", "a@b@corp.example", "jane@", "ja\0ne@corp.example", "j d@corp.example"]
        {
            assert_eq!(split_address(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn what_a_reader_could_take_for_a_host_looks_like_one() {
        for host in [
            "dc01.corp.example",
            "*.corp.example",
            "dc01。corp。example",
            "10.0.0.1",
            "::1",
            "dc01.corp.example.",
        ] {
            assert!(looks_like_host(host), "{host}");
        }
        for name in ["laptop-1", "Jane Doe", "janedoe@corp.example", "Test User (Acme, Inc.)", "CORP\\jane"] {
            assert!(!looks_like_host(name), "{name}");
        }
    }
}
