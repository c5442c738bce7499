//! The names of Kubernetes: what may name an object, a namespace, a label.

/// The longest name of an object.
pub(super) const MAX_SUBDOMAIN: usize = 253;

/// The longest name of a namespace, of a label, and the longest value of a label.
pub(super) const MAX_LABEL: usize = 63;

/// An RFC 1123 label: lower-case letters, digits and `-`, neither first nor last a `-`.
pub(super) fn is_label(text: &str) -> bool {
    text.len() <= MAX_LABEL && is_part(text)
}

/// An RFC 1123 subdomain as Kubernetes takes it: parts between dots, which together have a limit, alone have none.
pub(super) fn is_subdomain(text: &str) -> bool {
    text.len() <= MAX_SUBDOMAIN && text.split('.').all(is_part)
}

fn is_part(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(allowed) && !text.starts_with('-') && !text.ends_with('-')
}

/// The key of a label or annotation: a name, or a subdomain, `/` and a name.
pub(super) fn is_qualified(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name(name),
        None => is_name(text),
    }
}

/// The value of a label: a name, or nothing.
pub(super) fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_name(text)
}

fn is_name(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= MAX_LABEL && edge(bytes.first()) && edge(bytes.last()) && text.bytes().all(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_kubernetes_takes() {
        let long = "a".repeat(64);
        for (text, label, subdomain, qualified, value) in [
            ("corp-wifi", true, true, true, true),
            ("a.b", false, true, true, true),
            ("Corp", false, false, true, true),
            ("a_b", false, false, true, true),
            ("-a", false, false, false, false),
            ("a-", false, false, false, false),
            ("a..b", false, false, true, true),
            ("", false, false, false, true),
            ("scepter.dev/team", false, false, true, false),
            ("a/b/c", false, false, false, false),
            ("/a", false, false, false, false),
            (long.as_str(), false, true, false, false),
        ] {
            assert_eq!(is_label(text), label, "label {text:?}");
            assert_eq!(is_subdomain(text), subdomain, "subdomain {text:?}");
            assert_eq!(is_qualified(text), qualified, "qualified {text:?}");
            assert_eq!(is_label_value(text), value, "value {text:?}");
        }
        assert!(!is_subdomain(&"a".repeat(254)));
    }
}
