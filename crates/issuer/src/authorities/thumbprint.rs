//! Thumbprints as people write them.

/// A thumbprint with or without separators, in either case, as ours are written.
pub(super) fn plain_thumbprint(text: &str) -> String {
    text.chars().filter(char::is_ascii_hexdigit).map(|digit| digit.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_read_however_people_separate_it() {
        for text in ["AB:CD:01", "ab cd 01", "abcd01"] {
            assert_eq!(plain_thumbprint(text), "ABCD01");
        }
    }
}
