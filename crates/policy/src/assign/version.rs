//! Versions of operating systems, compared number by number (APP-03).

use std::fmt;

/// Up to four numbers; missing ones are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OsVersion(pub(crate) [u32; 4]);

impl OsVersion {
    /// Reads a version as inventories write it: one to four numbers with dots between them.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut numbers = [0; 4];
        for (index, part) in text.split('.').enumerate() {
            *numbers.get_mut(index)? = number(part)?;
        }
        Some(Self(numbers))
    }

    /// Reads a version as rules write it: exactly four numbers.
    pub(crate) fn read_full(text: &str) -> Option<Self> {
        (text.split('.').count() == 4).then(|| Self::read(text)).flatten()
    }

    /// The first number.
    pub(crate) const fn major(self) -> u32 {
        self.0[0]
    }
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, build, revision] = self.0;
        write!(f, "{major}.{minor}.{build}.{revision}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers_and_not_as_text() {
        let read = |text| OsVersion::read(text).unwrap();
        assert!(read("9.0") < read("10.0"));
        assert!(read("10.0.9999.1") < read("10.0.22631"));
        assert_eq!(read("10.0.16299.001"), read("10.0.16299.1"));
        assert_eq!(read("17.4"), OsVersion([17, 4, 0, 0]));
    }

    #[test]
    fn what_is_no_version_is_not_read() {
        for text in ["", "10.", "10.x", "1.2.3.4.5", "+1.0", "10.0.4294967296"] {
            assert_eq!(OsVersion::read(text), None, "{text}");
        }
        assert_eq!(OsVersion::read_full("10.0.16299"), None);
    }
}
