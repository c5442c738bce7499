//! The variables (policy-rules §2.1). Names are matched without regard to case (D-13).

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
