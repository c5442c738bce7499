//! OIDs as people write them.

use super::Oid;

/// Longer than any OID that can be encoded in 39 bytes. The parser of OIDs recurses for every character, so that a text
/// from outside must not be longer.
const MAX_LENGTH: usize = 160;

/// Reads a dotted OID: the first arc 0 to 2, the second under 40, and no leading zeros. The OID type has no second arc
/// of 40 or more, which X.660 allows under 2; no attribute or usage stands there.
pub(crate) fn parse_oid(text: &str) -> Option<Oid> {
    if text.len() > MAX_LENGTH || !text.split('.').all(is_arc) {
        return None;
    }
    Oid::new(text).ok()
}

fn is_arc(text: &str) -> bool {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && (text == "0" || !text.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oid_is_dotted_numbers_of_the_right_arcs() {
        for oid in ["1.3.6.1.5.5.7.3.2", "2.5.29.37.0", "0.9.2342.19200300.100.1.25", "1.39.1"] {
            assert!(parse_oid(oid).is_some(), "{oid}");
        }
        for oid in ["7.01.4", "1.40.1", "3.1.1", "1.3.6.01", "1", "", "1..3", "1.3.", ".1.3", "1.3.x"] {
            assert!(parse_oid(oid).is_none(), "{oid}");
        }
        assert!(parse_oid("1.3.6.1.4294967296").is_none());
        assert!(parse_oid("2.999.1").is_none(), "the arc of examples cannot be encoded");
    }

    #[test]
    fn a_text_of_a_million_digits_is_no_oid_and_does_no_harm() {
        assert!(parse_oid(&"0".repeat(1_000_000)).is_none());
    }
}
