//! Who bears the certificate, and the values of variables for them (VAR-05 … VAR-22, SID-05 … SID-07).

use crate::assign::OsVersion;
use crate::diagnostics::{Diagnostic, FieldPath};
use crate::inventory::{Device, User};
use crate::rules::RuleId;
use crate::template::{Holder, Variable};
use crate::vocabulary::{CertificateType, JoinType, ManagementMode, Platform};

/// The Android version from which personally owned devices hide their hardware identifiers (VAR-10).
const IDENTIFIERS_HIDDEN_FROM: u32 = 12;

/// A device, its user, and what kind of certificate they are to get.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bearer<'a> {
    pub(super) platform: Platform,
    pub(super) certificate: CertificateType,
    pub(super) device: &'a Device,
    pub(super) user: Option<&'a User>,
}

impl Bearer<'_> {
    /// The value that stands for a variable: never blank, without control characters, in its canonical form.
    ///
    /// A failure is about `field` and names no value of the inventory: it is shown to everyone who may read a status.
    pub(super) fn value(self, variable: Variable, field: &FieldPath) -> Result<String, Diagnostic> {
        let fail = |rule, message| Diagnostic::new(rule, field.clone(), message);
        self.may_have(variable).map_err(|(rule, message)| fail(rule, message))?;
        let Some(value) = self.attribute(variable).filter(|value| !value.trim().is_empty()) else {
            return Err(self.missing(variable, field));
        };
        if value.contains(char::is_control) {
            return Err(fail(
                RuleId::Var19,
                format!("{variable} contains a control character for {}", self.name(variable)),
            ));
        }
        let canonical = match variable {
            Variable::WifiMacAddress => mac_address(value).ok_or((RuleId::Var22, "twelve hex digits")),
            Variable::OnPremisesSecurityIdentifier => is_security_identifier(value)
                .then(|| value.to_owned())
                .ok_or((RuleId::Sid07, "of the form S-1-5-21-a-b-c-rid")),
            _ => Ok(value.to_owned()),
        };
        canonical.map_err(|(rule, form)| {
            fail(rule, format!("{variable} is not {form} for {}", self.name(variable)))
        })
    }

    /// Whether the bearer is one that can have a value for the variable at all. What the inventory does not say about
    /// a device is not held against it, except that a device must be known to be hybrid-joined (SID-05).
    fn may_have(self, variable: Variable) -> Result<(), (RuleId, String)> {
        let device = &self.device.id;
        if variable.holder(self.certificate) == Holder::User && self.user().is_none() {
            return Err((RuleId::Var06, format!("{variable} needs a user, and device {device} has none")));
        }
        if variable.is_hardware_identifier() && self.hides_identifiers() {
            let message =
                format!("{variable} is hidden: device {device} was enrolled with Android 12 or later");
            return Err((RuleId::Var10, message));
        }
        if variable == Variable::FullyQualifiedDomainName && self.is_domain_joined() == Some(false) {
            return Err((RuleId::Var13, format!("{variable}: device {device} is not joined to a domain")));
        }
        let hybrid = self.device.join_type == Some(JoinType::Hybrid);
        if variable == Variable::OnPremisesSecurityIdentifier
            && self.certificate == CertificateType::Device
            && !hybrid
        {
            return Err((RuleId::Sid05, format!("{variable}: device {device} is not Entra hybrid-joined")));
        }
        Ok(())
    }

    /// The device's user, unless the device is managed as nobody's.
    fn user(&self) -> Option<&User> {
        match self.device.management_mode {
            Some(ManagementMode::Dedicated | ManagementMode::Userless) => None,
            Some(
                ManagementMode::FullyManaged
                | ManagementMode::CorporateOwnedWorkProfile
                | ManagementMode::PersonallyOwnedWorkProfile
                | ManagementMode::UserAffinity,
            )
            | None => self.user,
        }
    }

    fn hides_identifiers(self) -> bool {
        let version = self.device.enrolled_os_version.as_ref().or(self.device.os_version.as_ref());
        let version = version.and_then(|version| OsVersion::read(version));
        self.platform == Platform::AndroidEnterprisePersonal
            && version.is_some_and(|version| version.major() >= IDENTIFIERS_HIDDEN_FROM)
    }

    /// As the inventory says, or as the way of joining Entra implies; `None` when neither tells.
    fn is_domain_joined(self) -> Option<bool> {
        let implied = match self.device.join_type {
            Some(JoinType::Hybrid) => Some(true),
            Some(JoinType::Entra) => Some(false),
            Some(JoinType::None) | None => None,
        };
        self.device.domain_joined.or(implied)
    }

    fn attribute(&self, variable: Variable) -> Option<&str> {
        let device = self.device;
        let user = self.user();
        match variable {
            Variable::UserName => user?.user_name.as_deref(),
            Variable::UserPrincipalName => user?.user_principal_name.as_deref(),
            Variable::EmailAddress => user?.email_address.as_deref(),
            Variable::OnPremDistinguishedName => user?.on_premises_distinguished_name.as_deref(),
            Variable::OnPremisesSamAccountName => user?.on_premises_sam_account_name.as_deref(),
            Variable::Department => user?.department.as_deref(),
            Variable::OnPremisesSecurityIdentifier => match variable.holder(self.certificate) {
                Holder::User => user?.on_premises_security_identifier.as_deref(),
                Holder::Device => device.on_premises_security_identifier.as_deref(),
            },
            Variable::AadDeviceId => device.entra_device_id.as_deref(),
            Variable::DeviceId => device.device_id.as_deref(),
            Variable::SerialNumber => device.serial_number.as_deref(),
            Variable::Imei => device.imei.as_deref(),
            Variable::Meid => device.meid.as_deref(),
            Variable::WifiMacAddress => device.wifi_mac_address.as_deref(),
            Variable::DeviceName => device.device_name.as_deref(),
            Variable::FullyQualifiedDomainName => device.fully_qualified_domain_name.as_deref(),
        }
    }

    /// VAR-05, or for a security identifier SID-06.
    fn missing(self, variable: Variable, field: &FieldPath) -> Diagnostic {
        let rule = match variable {
            Variable::OnPremisesSecurityIdentifier => RuleId::Sid06,
            _ => RuleId::Var05,
        };
        let message = format!("{variable} is empty for {}", self.name(variable));
        let attribute = variable.attribute();
        let article = if attribute.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
        let help = format!("give {} {article} {attribute} in the inventory", self.id(variable));
        Diagnostic::new(rule, field.clone(), message).help(help)
    }

    /// Whose attribute it is, for people: `user jdoe` or `device laptop-1`.
    pub(super) fn name(self, variable: Variable) -> String {
        match variable.holder(self.certificate) {
            Holder::User => format!("user {}", self.id(variable)),
            Holder::Device => format!("device {}", self.id(variable)),
        }
    }

    fn id(&self, variable: Variable) -> &str {
        match (variable.holder(self.certificate), self.user) {
            (Holder::User, Some(user)) => user.id.as_str(),
            (Holder::User, None) | (Holder::Device, _) => self.device.id.as_str(),
        }
    }
}

/// Twelve hex digits with any separators, as `AA:BB:CC:DD:EE:FF` (D-10).
fn mac_address(text: &str) -> Option<String> {
    let is_separator = |c: char| c.is_ascii_punctuation() || c == ' ';
    let digits: Vec<char> = text.chars().filter(|&c| !is_separator(c)).collect();
    if digits.len() != 12 || !digits.iter().all(char::is_ascii_hexdigit) {
        return None;
    }
    let pairs = digits.chunks(2).map(|pair| pair.iter().map(char::to_ascii_uppercase).collect::<String>());
    Some(pairs.collect::<Vec<_>>().join(":"))
}

/// `S-1-5-21-a-b-c-rid`, each a decimal number of 32 bits as Windows prints it (SID-07).
fn is_security_identifier(text: &str) -> bool {
    let is_number = |part: &str| part.parse::<u32>().is_ok_and(|number| number.to_string() == part);
    text.strip_prefix("S-1-5-21-")
        .is_some_and(|rest| rest.split('-').count() == 4 && rest.split('-').all(is_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_address_is_written_in_one_form_whatever_its_separators() {
        for text in
            ["aa:bb:cc:dd:ee:0f", "AA-BB-CC-DD-EE-0F", "aabb.ccdd.ee0f", "aabbccddee0f", "aa bb cc dd ee 0f"]
        {
            assert_eq!(mac_address(text).as_deref(), Some("AA:BB:CC:DD:EE:0F"), "{text}");
        }
        for text in ["", "aa:bb:cc:dd:ee", "aa:bb:cc:dd:ee:0f:11", "aa:bb:cc:dd:ee:0g", "äa:bb:cc:dd:ee:0f"]
        {
            assert_eq!(mac_address(text), None, "{text}");
        }
    }

    #[test]
    fn a_security_identifier_is_that_of_a_domain_account() {
        assert!(is_security_identifier("S-1-5-21-1004336348-1177238915-682003330-1105"));
        for text in [
            "S-1-5-32-544",
            "S-1-5-21-1-2-3",
            "S-1-5-21-1-2-3-4-5",
            "s-1-5-21-1-2-3-4",
            "S-1-5-21-1-2-3-04",
            "S-1-5-21-1-2-3-4294967296",
            "S-1-5-21-1-2-3-4 ",
            "S-1-5-21-1-2--4",
        ] {
            assert!(!is_security_identifier(text), "{text}");
        }
    }
}
