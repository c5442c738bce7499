//! URIs, compared by their parsed parts (TH-08).

use url::Url;

/// Whether a URI begins with a permitted prefix: the same scheme, host and port, no user, and a path below the
/// prefix's path, ending at a boundary. What two readers could understand differently is never permitted.
pub(super) fn begins_with(text: &str, prefix: &str) -> bool {
    let (Some(uri), Ok(prefix)) = (read(text), Url::parse(prefix)) else { return false };
    let same_place =
        uri.scheme() == prefix.scheme() && uri.port_or_known_default() == prefix.port_or_known_default();
    let host_is_open = !prefix.cannot_be_a_base() && prefix.host_str().unwrap_or_default().is_empty();
    let same_host = host_is_open || uri.host_str() == prefix.host_str();
    same_place && same_host && is_below(uri.path(), prefix.path())
}

/// Reads a URI that says the same to everybody: printable ASCII, no backslash, no user, no needless escape.
fn read(text: &str) -> Option<Url> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let uri = Url::parse(text)
        .ok()
        .filter(|uri| plain && escapes_are_needed(text) && has_two_slashes(text, uri))?;
    let anonymous = uri.username().is_empty() && uri.password().is_none();
    let dotted = text.split(['/', '?', '#']).any(|segment| matches!(segment, "." | ".."));
    (anonymous && !dotted).then_some(uri)
}

/// Whether the host, if there is one, stands after two slashes. Browsers take any number of them; by RFC 3986 other
/// numbers say that there is no host.
fn has_two_slashes(text: &str, uri: &Url) -> bool {
    let after_scheme = text.get(uri.scheme().len() + 1..).unwrap_or_default();
    let is_plain = after_scheme.strip_prefix("//").is_some_and(|rest| !rest.starts_with('/'));
    is_plain || uri.host_str().unwrap_or_default().is_empty()
}

/// Whether every `%` escapes a byte that could not stand there itself: escaped letters, dots and separators serve to
/// slip past a comparison.
fn escapes_are_needed(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        let escaped = after.get(..2).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        byte.is_some_and(|byte| byte == b' ' || !byte.is_ascii())
    })
}

fn is_below(path: &str, prefix: &str) -> bool {
    const BOUNDARIES: [char; 2] = ['/', ':'];
    path.strip_prefix(prefix).is_some_and(|rest| {
        rest.is_empty() || prefix.is_empty() || prefix.ends_with(BOUNDARIES) || rest.starts_with(BOUNDARIES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_begins_with_a_prefix_part_by_part() {
        for (uri, prefix) in [
            ("https://id.corp.example/devices/1", "https://id.corp.example/devices/"),
            ("https://ID.corp.example:443/devices/1", "https://id.corp.example/devices"),
            ("https://id.corp.example/devices", "https://id.corp.example/devices"),
            ("https://id.corp.example/a%20b", "https://id.corp.example/"),
            ("IntuneDeviceId://0815", "IntuneDeviceId://"),
            ("urn:acme:device:1", "urn:acme"),
            ("urn:acme:device:1", "urn:acme:"),
        ] {
            assert!(begins_with(uri, prefix), "{uri} {prefix}");
        }
    }

    #[test]
    fn a_uri_that_only_reads_like_a_prefix_does_not_begin_with_it() {
        for uri in [
            "https://id.corp.example@evil.example/devices/1",
            "https://id.corp.example.evil.example/devices/1",
            "https://user@id.corp.example/devices/1",
            "https://id.corp.example:8443/devices/1",
            "http://id.corp.example/devices/1",
            "https://id.corp.example/devices/../admin",
            "https://id.corp.example/devices/%2e%2e/admin",
            "https://id.corp.example/devices%2fadmin",
            "https://id.corp.example/devices-of-evil",
            "https://id.corp.example/devices/%",
            "https://id.corp.example\\@evil.example/devices/1",
            "https://id.corp.example/devices/\0",
            "https://id.corp.example/devices/ü",
            "https:///id.corp.example/devices/1",
            "https:/id.corp.example/devices/1",
            "https:id.corp.example/devices/1",
            "id.corp.example/devices/1",
            "",
        ] {
            assert!(!begins_with(uri, "https://id.corp.example/devices"), "{uri:?}");
        }
        assert!(!begins_with("urn:acmeevil:1", "urn:acme"));
        assert!(!begins_with("https://evil.example/", "https://"), "a prefix without a host names no place");
    }
}
