//! Typed names: one type for each kind of thing that can be named, so that they cannot be exchanged.

use std::fmt;

use jiff::Timestamp;

/// A text that cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {}: {problem}", words(.kind))]
pub struct InvalidName {
    /// The kind of name, such as `DeviceId`.
    pub kind: &'static str,
    /// What was given, cut to 64 characters.
    pub text: String,
    /// What is wrong, and what would be right.
    pub problem: &'static str,
}

/// The longest name accepted, in bytes: Kubernetes' own bound for object names.
pub const MAX_NAME_LENGTH: usize = 253;

/// `DeviceId` as people say it: `device id`.
fn words(kind: &str) -> String {
    let mut words = String::with_capacity(kind.len() + 2);
    for letter in kind.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

fn check(kind: &'static str, text: &str) -> Result<(), InvalidName> {
    let problem = if text.is_empty() {
        "it is empty"
    } else if text.len() > MAX_NAME_LENGTH {
        "it is longer than 253 bytes"
    } else if text.chars().any(char::is_control) {
        "it contains a control character"
    } else if text.trim() != text {
        "it begins or ends with a blank"
    } else {
        return Ok(());
    };
    Err(InvalidName { kind, text: text.chars().take(64).collect(), problem })
}

macro_rules! names {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub struct $name(String);

        impl $name {
            /// Checks and takes a text: 1 to 253 bytes, no control characters, no blanks at the ends.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidName> {
                let text = text.into();
                check(stringify!($name), &text)?;
                Ok(Self(text))
            }

            /// The name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }
    )+};
}

names! {
    /// Who declares: the name of the admin token that a cluster, or `scepter up`, uses.
    Owner;
    /// A Kubernetes namespace, which is a tenant.
    Namespace;
    /// The name of a declared object in its namespace.
    ObjectName;
    /// A device's inventory id, unique in its tenant.
    DeviceId;
    /// A user's inventory id, unique in its tenant.
    UserId;
    /// A group's inventory id, unique in its tenant.
    GroupId;
    /// The name of a certification authority in the issuer's configuration.
    AuthorityName;
}

/// A tenant: one owner's namespace. Nothing crosses from one tenant to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Tenant {
    /// The owner.
    pub owner: Owner,
    /// The namespace.
    pub namespace: Namespace,
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.namespace)
    }
}

crate::vocabulary::vocabulary! {
    /// The kinds of declared object.
    ObjectKind {
        /// A `ScepProfile`.
        ScepProfile = "ScepProfile",
        /// A `TrustedRootProfile`.
        TrustedRootProfile = "TrustedRootProfile",
        /// An `InventorySource`.
        InventorySource = "InventorySource",
    }
}

impl ObjectKind {
    /// The resource name, as in `kubectl get` and in the issuer's paths.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::ScepProfile => "scepprofiles",
            Self::TrustedRootProfile => "trustedrootprofiles",
            Self::InventorySource => "inventorysources",
        }
    }

    /// The kind with that resource name.
    pub fn from_plural(plural: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.plural() == plural)
    }
}

/// A declared object of one owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct ObjectKey {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its namespace.
    pub namespace: Namespace,
    /// Its name.
    pub name: ObjectName,
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}

/// Which of a profile's certificates on one device: its own, or one more for a Wi-Fi or VPN profile (LIF-04).
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub enum Association {
    /// The profile's own certificate.
    #[default]
    Own,
    /// One more for the named Wi-Fi profile.
    WiFi(String),
    /// One more for the named VPN profile.
    Vpn(String),
}

impl fmt::Display for Association {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => Ok(()),
            Self::WiFi(name) => write!(f, "WiFi/{name}"),
            Self::Vpn(name) => write!(f, "VPN/{name}"),
        }
    }
}

impl From<Association> for String {
    fn from(association: Association) -> Self {
        association.to_string()
    }
}

impl TryFrom<String> for Association {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        match text.split_once('/') {
            None if text.is_empty() => Ok(Self::Own),
            Some(("WiFi", name)) if !name.is_empty() => Ok(Self::WiFi(name.to_owned())),
            Some(("VPN", name)) if !name.is_empty() => Ok(Self::Vpn(name.to_owned())),
            _ => Err(InvalidName {
                kind: "Association",
                text: text.chars().take(64).collect(),
                problem: "write nothing, WiFi/NAME or VPN/NAME",
            }),
        }
    }
}

/// One certificate's place in the world: this profile's certificate on this device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct AssignmentKey {
    /// The tenant that everything below belongs to.
    pub tenant: Tenant,
    /// The `ScepProfile`.
    pub profile: ObjectName,
    /// The device.
    pub device: DeviceId,
    /// Which of the profile's certificates on that device.
    pub association: Association,
}

/// A certificate's serial number: 16 bytes that are positive (RFC 5280 §4.1.2.2), written as lower-case hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SerialNumber([u8; 16]);

impl SerialNumber {
    /// Makes a serial from 16 random bytes: the top bit is cleared (positive) and the next set (fixed length), which
    /// leaves 126 random bits.
    pub fn from_random(mut bytes: [u8; 16]) -> Self {
        bytes[0] = (bytes[0] & 0x7f) | 0x40;
        Self(bytes)
    }

    /// Makes a serial from a time and 10 random bytes. Serials that are made one after the other follow each other, to the
    /// millisecond, so that they stand together in an index (decision 0262).
    pub fn made_at(time: Timestamp, random: [u8; 10]) -> Self {
        let milliseconds = time.as_millisecond().to_be_bytes();
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&milliseconds[2..]);
        bytes[6..].copy_from_slice(&random);
        Self::from_random(bytes)
    }

    /// The serial's big-endian bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl From<SerialNumber> for String {
    fn from(serial: SerialNumber) -> Self {
        serial.to_string()
    }
}

impl TryFrom<String> for SerialNumber {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl std::str::FromStr for SerialNumber {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName {
            kind: "SerialNumber",
            text: text.chars().take(64).collect(),
            problem: "write 32 hex digits",
        };
        let value =
            (text.len() == 32).then(|| u128::from_str_radix(text, 16).ok()).flatten().ok_or_else(invalid)?;
        Ok(Self(value.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_is_positive_and_sixteen_bytes_long_whatever_the_random_bytes_were() {
        for byte in [0x00, 0x7f, 0x80, 0xff] {
            let first = SerialNumber::from_random([byte; 16]).as_bytes()[0];
            assert!(first & 0x80 == 0 && first & 0x40 != 0, "{first:#x}");
        }
    }

    #[test]
    fn serials_follow_each_other_as_they_are_made_whatever_their_random_bytes() {
        let made = |time: &str, byte| SerialNumber::made_at(time.parse().unwrap(), [byte; 10]);
        let serials = [
            made("2026-01-01T00:00:00Z", 0xff),
            made("2026-11-30T12:00:00.000Z", 0xff),
            made("2026-11-30T12:00:00.001Z", 0x00),
            made("2038-01-19T03:14:08Z", 0xff),
            made("2999-01-01T00:00:00Z", 0x00),
        ];
        assert!(serials.is_sorted(), "{serials:?}");
        assert!(serials.iter().all(|serial| serial.as_bytes()[0] & 0xc0 == 0x40), "{serials:?}");
        assert_eq!(serials[0].as_bytes()[6..], [0xff; 10]);
    }

    #[test]
    fn a_serial_is_read_back_from_its_text() {
        let serial = SerialNumber::from_random(*b"0123456789abcdef");
        assert_eq!(serial.to_string().parse(), Ok(serial));
        assert!("12".parse::<SerialNumber>().is_err());
    }

    #[test]
    fn an_association_is_read_back_from_its_text() {
        for association in
            [Association::Own, Association::WiFi("corp".into()), Association::Vpn("a/b".into())]
        {
            assert_eq!(Association::try_from(association.to_string()), Ok(association));
        }
        assert!(Association::try_from("Mail/x".to_owned()).is_err());
    }

    #[test]
    fn a_refused_name_says_what_it_was_to_be_and_what_is_wrong() {
        assert_eq!(ObjectName::new("").unwrap_err().to_string(), "\"\" is no object name: it is empty");
    }

    #[test]
    fn a_name_with_a_control_character_is_refused() {
        assert!(DeviceId::new("lap\u{7}top").is_err());
        assert!(DeviceId::new("").is_err());
        assert!(DeviceId::new("laptop-1").is_ok());
    }
}
