//! One comparison: a property, a test that the property has, and a literal of the property's type.

use std::fmt;

use super::operator::Operator;
use super::property::{Property, TextProperty};
use super::text::Text;
use super::words;
use crate::assign::OsVersion;
use crate::inventory::Device;
use crate::vocabulary::{JoinType, Ownership};

/// A property and its test. `None` as a literal is `$null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Text(TextProperty, TextTest),
    Version(VersionTest),
    Ownership(Sense, Option<Ownership>),
    TrustType(TrustTest),
}

/// Whether a test wants the thing or its contrary: `-eq` or `-ne`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    Is,
    IsNot,
}

/// A test of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    Equal(Sense, Option<Text>),
    Among(Sense, Vec<Text>),
    StartsWith(Text),
    Contains(Sense, Text),
}

/// A test of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum VersionTest {
    Equal(Sense, Option<OsVersion>),
    Ordered(Order, OsVersion),
}

/// On which side of a version another stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// A test of how a device is joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TrustTest {
    Equal(Sense, Option<JoinType>),
    Among(Sense, Vec<Option<JoinType>>),
}

/// Why a comparison of versions has no answer on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoVersion {
    /// The inventory has no `osVersion` for it.
    #[error("has no osVersion")]
    Absent,
    /// Its `osVersion` is something else than numbers with dots between them.
    #[error("has an osVersion that is no version")]
    Unreadable,
}

impl Sense {
    pub(super) const fn of(self, answer: bool) -> bool {
        match self {
            Self::Is => answer,
            Self::IsNot => !answer,
        }
    }

    const fn choose(self, is: Operator, is_not: Operator) -> Operator {
        match self {
            Self::Is => is,
            Self::IsNot => is_not,
        }
    }
}

impl Comparison {
    pub(super) fn holds(&self, device: &Device) -> Result<bool, NoVersion> {
        match self {
            Self::Text(property, test) => Ok(test.holds(property.value(device))),
            Self::Version(test) => test.holds(TextProperty::OsVersion.value(device)),
            Self::Ownership(sense, wanted) => Ok(sense.of(device.ownership == *wanted)),
            Self::TrustType(TrustTest::Equal(sense, wanted)) => Ok(sense.of(device.join_type == *wanted)),
            Self::TrustType(TrustTest::Among(sense, wanted)) => {
                Ok(sense.of(wanted.contains(&device.join_type)))
            }
        }
    }

    pub(super) const fn property(&self) -> Property {
        match self {
            Self::Text(property, _) => Property::Text(*property),
            Self::Version(_) => Property::OperatingSystemVersion,
            Self::Ownership(..) => Property::DeviceOwnership,
            Self::TrustType(_) => Property::DeviceTrustType,
        }
    }

    pub(super) const fn operator(&self) -> Operator {
        match self {
            Self::Text(_, TextTest::Equal(sense, _))
            | Self::Version(VersionTest::Equal(sense, _))
            | Self::Ownership(sense, _)
            | Self::TrustType(TrustTest::Equal(sense, _)) => sense.choose(Operator::Eq, Operator::Ne),
            Self::Text(_, TextTest::Among(sense, _)) | Self::TrustType(TrustTest::Among(sense, _)) => {
                sense.choose(Operator::In, Operator::NotIn)
            }
            Self::Text(_, TextTest::StartsWith(_)) => Operator::StartsWith,
            Self::Text(_, TextTest::Contains(sense, _)) => {
                sense.choose(Operator::Contains, Operator::NotContains)
            }
            Self::Version(VersionTest::Ordered(order, _)) => order.operator(),
        }
    }

    /// Whether the literal is `$null`.
    pub(super) const fn is_with_null(&self) -> bool {
        matches!(
            self,
            Self::Text(_, TextTest::Equal(_, None))
                | Self::Version(VersionTest::Equal(_, None))
                | Self::Ownership(_, None)
                | Self::TrustType(TrustTest::Equal(_, None))
        )
    }

    /// The literal as it is written in a filter.
    pub(super) fn fmt_literal(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_, TextTest::Equal(_, None))
            | Self::Version(VersionTest::Equal(_, None))
            | Self::Ownership(_, None)
            | Self::TrustType(TrustTest::Equal(_, None)) => f.write_str("$null"),
            Self::Text(
                _,
                TextTest::Equal(_, Some(text)) | TextTest::StartsWith(text) | TextTest::Contains(_, text),
            ) => write!(f, "{text}"),
            Self::Text(_, TextTest::Among(_, texts)) => fmt_list(f, texts),
            Self::Version(VersionTest::Equal(_, Some(version)) | VersionTest::Ordered(_, version)) => {
                write!(f, "{}", version.short())
            }
            Self::Ownership(_, owner @ Some(_)) => write!(f, "\"{}\"", words::of_ownership(*owner)),
            Self::TrustType(TrustTest::Equal(_, joined @ Some(_))) => {
                write!(f, "\"{}\"", words::of_join_type(*joined))
            }
            Self::TrustType(TrustTest::Among(_, ways)) => {
                fmt_list(f, ways.iter().map(|joined| format!("\"{}\"", words::of_join_type(*joined))))
            }
        }
    }
}

impl TextTest {
    /// An absent value equals `$null`, is in no list, and neither starts with nor contains anything.
    fn holds(&self, value: Option<&str>) -> bool {
        match self {
            Self::Equal(sense, None) => sense.of(value.is_none()),
            Self::Equal(sense, Some(text)) => sense.of(value.is_some_and(|value| text.equals(value))),
            Self::Among(sense, texts) => {
                sense.of(value.is_some_and(|value| texts.iter().any(|text| text.equals(value))))
            }
            Self::StartsWith(text) => value.is_some_and(|value| text.begins(value)),
            Self::Contains(sense, text) => sense.of(value.is_some_and(|value| text.is_in(value))),
        }
    }
}

impl VersionTest {
    fn holds(&self, value: Option<&str>) -> Result<bool, NoVersion> {
        let read = |value| OsVersion::read(value).ok_or(NoVersion::Unreadable);
        match (self, value) {
            (Self::Equal(sense, None), value) => Ok(sense.of(value.is_none())),
            (Self::Equal(sense, Some(_)), None) => Ok(sense.of(false)),
            (Self::Equal(sense, Some(wanted)), Some(value)) => Ok(sense.of(read(value)? == *wanted)),
            (Self::Ordered(..), None) => Err(NoVersion::Absent),
            (Self::Ordered(order, wanted), Some(value)) => Ok(order.holds(read(value)?, *wanted)),
        }
    }
}

impl Order {
    fn holds(self, version: OsVersion, wanted: OsVersion) -> bool {
        match self {
            Self::Above => version > wanted,
            Self::AtLeast => version >= wanted,
            Self::Below => version < wanted,
            Self::AtMost => version <= wanted,
        }
    }

    const fn operator(self) -> Operator {
        match self {
            Self::Above => Operator::Gt,
            Self::AtLeast => Operator::Ge,
            Self::Below => Operator::Lt,
            Self::AtMost => Operator::Le,
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(device.{} {} ", self.property(), self.operator())?;
        self.fmt_literal(f)?;
        f.write_str(")")
    }
}

fn fmt_list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: impl IntoIterator<Item = T>) -> fmt::Result {
    f.write_str("[")?;
    for (n, item) in items.into_iter().enumerate() {
        let comma = if n > 0 { ", " } else { "" };
        write!(f, "{comma}{item}")?;
    }
    f.write_str("]")
}
