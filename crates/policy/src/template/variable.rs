//! The variables (policy-rules §2.1). Names are matched without regard to case (D-13).

use std::fmt;

use crate::vocabulary::CertificateType;

/// What a `{{Variable}}` stands for; aliases fall together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// The user's name, such as `janedoe`.
    UserName,
    /// The user's principal name.
    UserPrincipalName,
    /// The user's mail address.
    EmailAddress,
    /// The user's distinguished name on premises.
    OnPremDistinguishedName,
    /// The user's SAM account name on premises.
    OnPremisesSamAccountName,
    /// The user's department.
    Department,
    /// The security identifier of the user, or in device certificates of the device (SID-01).
    OnPremisesSecurityIdentifier,
    /// The device's Entra id; also `AzureADDeviceId`.
    AadDeviceId,
    /// The device's MDM id.
    DeviceId,
    /// The hardware's serial number; also `Device_Serial`.
    SerialNumber,
    /// The IMEI; also `IMEINumber` and `Device_IMEI`.
    Imei,
    /// The MEID.
    Meid,
    /// The Wi-Fi MAC address.
    WifiMacAddress,
    /// The device's name.
    DeviceName,
    /// The device's fully qualified domain name (Windows).
    FullyQualifiedDomainName,
}

/// Whose attribute a variable reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The device's user.
    User,
    /// The device.
    Device,
}

impl Variable {
    /// Every variable, in the order of the specification's lists.
    pub const ALL: [Self; 15] = [
        Self::UserName,
        Self::UserPrincipalName,
        Self::EmailAddress,
        Self::OnPremDistinguishedName,
        Self::OnPremisesSamAccountName,
        Self::Department,
        Self::OnPremisesSecurityIdentifier,
        Self::AadDeviceId,
        Self::DeviceId,
        Self::SerialNumber,
        Self::Imei,
        Self::Meid,
        Self::WifiMacAddress,
        Self::DeviceName,
        Self::FullyQualifiedDomainName,
    ];

    /// The variable of that name or alias, whatever its case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variable| variable.names().any(|known| known.eq_ignore_ascii_case(name)))
    }

    /// The canonical name, without brackets.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserName => "UserName",
            Self::UserPrincipalName => "UserPrincipalName",
            Self::EmailAddress => "EmailAddress",
            Self::OnPremDistinguishedName => "OnPrem_Distinguished_Name",
            Self::OnPremisesSamAccountName => "OnPremisesSamAccountName",
            Self::Department => "Department",
            Self::OnPremisesSecurityIdentifier => "OnPremisesSecurityIdentifier",
            Self::AadDeviceId => "AAD_Device_ID",
            Self::DeviceId => "DeviceId",
            Self::SerialNumber => "SerialNumber",
            Self::Imei => "IMEI",
            Self::Meid => "MEID",
            Self::WifiMacAddress => "WiFiMacAddress",
            Self::DeviceName => "DeviceName",
            Self::FullyQualifiedDomainName => "FullyQualifiedDomainName",
        }
    }

    /// Other names for the same thing.
    const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::AadDeviceId => &["AzureADDeviceId"],
            Self::SerialNumber => &["Device_Serial"],
            Self::Imei => &["IMEINumber", "Device_IMEI"],
            Self::UserName
            | Self::UserPrincipalName
            | Self::EmailAddress
            | Self::OnPremDistinguishedName
            | Self::OnPremisesSamAccountName
            | Self::Department
            | Self::OnPremisesSecurityIdentifier
            | Self::DeviceId
            | Self::Meid
            | Self::WifiMacAddress
            | Self::DeviceName
            | Self::FullyQualifiedDomainName => &[],
        }
    }

    /// The canonical name, then the aliases.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name()).chain(self.aliases().iter().copied())
    }

    /// Whose attribute this is in a certificate of that type; the type matters for the security identifier alone.
    pub const fn holder(self, certificate: CertificateType) -> Holder {
        match self {
            Self::UserName
            | Self::UserPrincipalName
            | Self::EmailAddress
            | Self::OnPremDistinguishedName
            | Self::OnPremisesSamAccountName
            | Self::Department => Holder::User,
            Self::OnPremisesSecurityIdentifier => match certificate {
                CertificateType::User => Holder::User,
                CertificateType::Device => Holder::Device,
            },
            Self::AadDeviceId
            | Self::DeviceId
            | Self::SerialNumber
            | Self::Imei
            | Self::Meid
            | Self::WifiMacAddress
            | Self::DeviceName
            | Self::FullyQualifiedDomainName => Holder::Device,
        }
    }

    /// Whether it identifies the hardware, which personally owned Android devices hide (VAR-10).
    pub const fn is_hardware_identifier(self) -> bool {
        matches!(self, Self::SerialNumber | Self::Imei | Self::Meid)
    }

    /// The attribute of the inventory record that it reads, as manifests spell it.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::UserName => "userName",
            Self::UserPrincipalName => "userPrincipalName",
            Self::EmailAddress => "emailAddress",
            Self::OnPremDistinguishedName => "onPremisesDistinguishedName",
            Self::OnPremisesSamAccountName => "onPremisesSamAccountName",
            Self::Department => "department",
            Self::OnPremisesSecurityIdentifier => "onPremisesSecurityIdentifier",
            Self::AadDeviceId => "entraDeviceId",
            Self::DeviceId => "deviceId",
            Self::SerialNumber => "serialNumber",
            Self::Imei => "imei",
            Self::Meid => "meid",
            Self::WifiMacAddress => "wifiMacAddress",
            Self::DeviceName => "deviceName",
            Self::FullyQualifiedDomainName => "fullyQualifiedDomainName",
        }
    }
}

impl fmt::Display for Variable {
    /// As it stands in a template: `{{UserName}}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{{}}}}}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_any_case_and_by_its_aliases() {
        for (name, variable) in [
            ("SERIALNUMBER", Variable::SerialNumber),
            ("serialnumber", Variable::SerialNumber),
            ("Device_Serial", Variable::SerialNumber),
            ("IMEINumber", Variable::Imei),
            ("device_imei", Variable::Imei),
            ("AzureADDeviceId", Variable::AadDeviceId),
            ("AAD_Device_ID", Variable::AadDeviceId),
            ("onPremisesSamAccountName", Variable::OnPremisesSamAccountName),
            ("OnpremisesSecurityIdentifier", Variable::OnPremisesSecurityIdentifier),
        ] {
            assert_eq!(Variable::from_name(name), Some(variable), "{name}");
        }
    }

    #[test]
    fn no_two_variables_share_a_name() {
        let mut names: Vec<_> =
            Variable::ALL.into_iter().flat_map(Variable::names).map(str::to_ascii_lowercase).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn the_on_premises_user_principal_name_is_unknown() {
        assert_eq!(Variable::from_name("OnPremisesUserPrincipalName"), None);
    }

    #[test]
    fn a_security_identifier_is_the_users_in_user_certificates_and_the_devices_in_device_certificates() {
        let sid = Variable::OnPremisesSecurityIdentifier;
        assert_eq!(sid.holder(CertificateType::User), Holder::User);
        assert_eq!(sid.holder(CertificateType::Device), Holder::Device);
    }
}
