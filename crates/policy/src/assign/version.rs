//! Versions of operating systems, compared number by number (APP-03).

use std::fmt;

/// Up to four numbers; missing ones are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OsVersion(pub(crate) [u32; 4]);

impl OsVersion {
    /// Reads a version as inventories write it: one to four numbers with dots between them, which on a Mac may be
    /// followed by the build, as in `10.15.3 (19D2064)`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = match text.split_once(" (") {
            Some((version, build)) if build.ends_with(')') => version,
            Some(_) | None => text,
        };
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

    /// The version as people write it: without zeros past the second number, such as `17.4`.
    pub(crate) const fn short(self) -> Short {
        Short(self)
    }

    /// The first number.
    pub(crate) const fn major(self) -> u32 {
        self.0[0]
    }
}

/// Prints a version with as few numbers as say it, but two at least.
pub(crate) struct Short(OsVersion);

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, build, revision] = self.0;
        write!(f, "{major}.{minor}.{build}.{revision}")
    }
}

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.0.0;
        let last = numbers.iter().rposition(|number| *number != 0).unwrap_or(0).max(1);
        let shown: Vec<String> = numbers.iter().take(last + 1).map(ToString::to_string).collect();
        f.write_str(&shown.join("."))
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
        assert_eq!(read("10.15.3 (19D2064)"), OsVersion([10, 15, 3, 0]));
    }

    #[test]
    fn a_version_is_shown_with_as_few_numbers_as_say_it() {
        let shown = |text| OsVersion::read(text).unwrap().short().to_string();
        assert_eq!(shown("17"), "17.0");
        assert_eq!(shown("17.4.0"), "17.4");
        assert_eq!(shown("10.0.22631.0"), "10.0.22631");
        assert_eq!(shown("10.0.0.1"), "10.0.0.1");
        assert_eq!(shown("0"), "0.0");
    }

    #[test]
    fn what_is_no_version_is_not_read() {
        for text in ["", "10.", "10.x", "1.2.3.4.5", "+1.0", "10.0.4294967296", "10.0 (", "10.0 beta"] {
            assert_eq!(OsVersion::read(text), None, "{text}");
        }
        assert_eq!(OsVersion::read_full("10.0.16299"), None);
    }
}
