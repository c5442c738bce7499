//! What a value of each kind usually looks like (SAN-06). Intune does not look; so this only warns.

use crate::vocabulary::SanType;

/// Whether a value looks like its kind: an address, `name@domain`, a host name, or a URI with a scheme.
pub(crate) fn looks_like(kind: SanType, value: &str) -> bool {
    match kind {
        SanType::Email => value.is_ascii() && is_address(value),
        SanType::Upn => is_address(value),
        SanType::Dns => is_host_name(value),
        SanType::Uri => is_uri(value),
    }
}

/// One `@` between a name without blanks and a host name.
fn is_address(value: &str) -> bool {
    let Some((name, domain)) = value.split_once('@') else { return false };
    !name.is_empty() && !name.contains(char::is_whitespace) && is_host_name(domain)
}

/// Labels of letters, digits and inner hyphens, 1 to 63 each, 253 bytes in all (RFC 1123 §2.1).
fn is_host_name(value: &str) -> bool {
    value.len() <= 253 && value.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A scheme, a colon and printable ASCII (RFC 3986 §3).
fn is_uri(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once(':') else { return false };
    let scheme_is_sound = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    scheme_is_sound && !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_knows_its_own() {
        for (kind, value, expected) in [
            (SanType::Email, "jane@contoso.com", true),
            (SanType::Email, "domain.com", false),
            (SanType::Email, "a@b@contoso.com", false),
            (SanType::Email, "jäne@contoso.com", false),
            (SanType::Upn, "jäne@contoso.com", true),
            (SanType::Upn, "some-upn", false),
            (SanType::Dns, "laptop-1.contoso.com", true),
            (SanType::Dns, "a..b", false),
            (SanType::Dns, "-a.b", false),
            (SanType::Dns, "*.contoso.com", false),
            (SanType::Uri, "IntuneDeviceId://0815", true),
            (SanType::Uri, "some-uri", false),
            (SanType::Uri, "1http://x", false),
        ] {
            assert_eq!(looks_like(kind, value), expected, "{kind} {value}");
        }
    }
}
