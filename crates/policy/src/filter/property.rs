//! The properties of a device that filters can ask for (M:filtprop).

use std::fmt;

use super::operator::Operator;
use super::words;
use crate::inventory::Device;
use crate::spelling;
use crate::vocabulary::{Platform, vocabulary};

vocabulary! {
    /// A property whose value is a text.
    TextProperty {
        /// `deviceName` of the inventory.
        DeviceName = "deviceName",
        /// `manufacturer`.
        Manufacturer = "manufacturer",
        /// `model`.
        Model = "model",
        /// `category`.
        DeviceCategory = "deviceCategory",
        /// `osVersion`, compared as text.
        OsVersion = "osVersion",
        /// `osEdition`, under the name of the Windows SKU.
        OperatingSystemSku = "operatingSystemSKU",
    }
}

vocabulary! {
    /// A property of Intune that the inventory does not have; a filter that asks for it is refused.
    UnrecordedProperty {
        /// The enrollment profile.
        EnrollmentProfileName = "enrollmentProfileName",
        /// The processor.
        CpuArchitecture = "cpuArchitecture",
        /// Rooted or jailbroken.
        IsRooted = "isRooted",
    }
}

/// A property of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// One that is a text.
    Text(TextProperty),
    /// `osVersion` of the inventory, compared number by number.
    OperatingSystemVersion,
    /// `ownership`.
    DeviceOwnership,
    /// `joinType`.
    DeviceTrustType,
}

impl Property {
    /// Every property, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Text(TextProperty::DeviceName),
        Self::Text(TextProperty::Manufacturer),
        Self::Text(TextProperty::Model),
        Self::Text(TextProperty::DeviceCategory),
        Self::DeviceOwnership,
        Self::OperatingSystemVersion,
        Self::Text(TextProperty::OsVersion),
        Self::Text(TextProperty::OperatingSystemSku),
        Self::DeviceTrustType,
    ];

    /// The name as it is printed after `device.`; it is read in any case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text(text) => text.as_str(),
            Self::OperatingSystemVersion => "operatingSystemVersion",
            Self::DeviceOwnership => "deviceOwnership",
            Self::DeviceTrustType => "deviceTrustType",
        }
    }

    /// The operators that compare it.
    pub const fn operators(self) -> &'static [Operator] {
        use Operator::{Contains, Eq, Ge, Gt, In, Le, Lt, Ne, NotContains, NotIn, StartsWith};
        match self {
            Self::Text(_) => &[Eq, Ne, In, NotIn, StartsWith, Contains, NotContains],
            Self::OperatingSystemVersion => &[Eq, Ne, Gt, Ge, Lt, Le],
            Self::DeviceOwnership => &[Eq, Ne],
            Self::DeviceTrustType => &[Eq, Ne, In, NotIn],
        }
    }

    /// Whether devices of the platform have it.
    pub const fn is_of(self, platform: Platform) -> bool {
        match self {
            Self::Text(TextProperty::OperatingSystemSku) | Self::DeviceTrustType => {
                matches!(platform, Platform::Windows10AndLater)
            }
            Self::Text(_) | Self::OperatingSystemVersion | Self::DeviceOwnership => true,
        }
    }

    /// The attribute of an inventory record that holds it.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Text(TextProperty::DeviceName) => "deviceName",
            Self::Text(TextProperty::Manufacturer) => "manufacturer",
            Self::Text(TextProperty::Model) => "model",
            Self::Text(TextProperty::DeviceCategory) => "category",
            Self::Text(TextProperty::OsVersion) | Self::OperatingSystemVersion => "osVersion",
            Self::Text(TextProperty::OperatingSystemSku) => "osEdition",
            Self::DeviceOwnership => "ownership",
            Self::DeviceTrustType => "joinType",
        }
    }

    pub(super) fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|property| property.as_str().eq_ignore_ascii_case(name))
    }

    /// The property that a misspelt name probably means. An attribute of the inventory is one way to misspell.
    pub(super) fn nearest(name: &str) -> Option<Self> {
        let names = Self::ALL.into_iter().map(|property| (property.as_str(), property));
        let attributes = Self::ALL.into_iter().map(|property| (property.attribute(), property));
        spelling::nearest(name, names.chain(attributes))
    }

    /// What a device has, for people.
    pub(super) fn shown(self, device: &Device) -> Option<&str> {
        match self {
            Self::Text(text) => text.value(device),
            Self::OperatingSystemVersion => TextProperty::OsVersion.value(device),
            Self::DeviceOwnership => device.ownership.map(|owner| words::of_ownership(Some(owner))),
            Self::DeviceTrustType => device.join_type.map(|joined| words::of_join_type(Some(joined))),
        }
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl TextProperty {
    /// What a device has; a blank value is none.
    pub(super) fn value(self, device: &Device) -> Option<&str> {
        let value = match self {
            Self::DeviceName => &device.device_name,
            Self::Manufacturer => &device.manufacturer,
            Self::Model => &device.model,
            Self::DeviceCategory => &device.category,
            Self::OsVersion => &device.os_version,
            Self::OperatingSystemSku => &device.os_edition,
        };
        let value = value.as_deref().filter(|value| !value.trim().is_empty())?;
        match self {
            Self::OperatingSystemSku => Some(words::sku_of_edition(value)),
            Self::DeviceName | Self::Manufacturer | Self::Model | Self::DeviceCategory | Self::OsVersion => {
                Some(value)
            }
        }
    }
}

impl UnrecordedProperty {
    pub(super) fn read(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|property| property.as_str().eq_ignore_ascii_case(name))
    }
}
