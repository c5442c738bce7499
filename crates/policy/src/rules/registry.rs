//! The registry itself.

use super::{Rule, Scope};
use crate::vocabulary::Severity::{self, Error, Warning};

/// Defines [`RuleId`] and [`RULES`] from one table.
macro_rules! rules {
    ($($variant:ident $id:literal $scope:ident $severity:ident $source:literal $title:literal $help:literal;)+) => {
        /// The id of a rule, such as `VAR-05`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum RuleId { $(#[doc = $title] #[serde(rename = $id)] $variant),+ }

        /// Every rule, in the order of the specification's groups.
        pub const RULES: &[Rule] = &[$(Rule {
            id: RuleId::$variant,
            scope: Scope::$scope,
            severity: $severity,
            source: $source,
            title: $title,
            help: $help,
        }),+];

        impl RuleId {
            /// The id as it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }
        }
    };
}

impl RuleId {
    /// The rule's entry in the table.
    pub const fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    /// The rule's usual severity.
    pub const fn severity(self) -> Severity {
        self.rule().severity
    }
}

impl std::fmt::Display for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for RuleId {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        RULES
            .iter()
            .map(|rule| rule.id)
            .find(|id| id.as_str() == text)
            .ok_or_else(|| UnknownRule(text.to_owned()))
    }
}

/// An id that no rule has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rule id; docs/rules.md lists them")]
pub struct UnknownRule(pub String);

rules! {
    Sch01 "SCH-01" Object Error "[I]" "The object has the shape that the API describes" "compare the field with `kubectl explain`";
    Var01 "VAR-01" Object Error "S:93-124,127 [I]" "Every variable is one that Scepter knows" "write one of the names that the message lists";
    Var02 "VAR-02" Object Error "S:127,157" "A variable stands in double curly brackets, without blanks" "write {{Name}}; single or unbalanced curly brackets have no meaning";
    Var03 "VAR-03" Object Error "S:65,152" "A device certificate contains device variables only" "use a device variable, or make the profile's certificateType User";
    Var05 "VAR-05" Device Error "S:129,160" "Every variable has a value on the device" "fill in the attribute in the inventory, or leave the variable out of the profile";
    Var06 "VAR-06" Device Error "S:111" "A user variable needs a device that has a user" "give the device a userId in the inventory, or assign a profile without user variables to it";
    Var08 "VAR-08" Object Error "S:132-133" "{{UserName}} is not available in the alternative names of Android Enterprise corporate devices" "use {{UserPrincipalName}}, or move {{UserName}} to the subject";
    Var09 "VAR-09" Object Error "S:45-48" "Three on-premises variables are not available on Android AOSP" "use {{UserName}} or {{UserPrincipalName}}";
    Var10 "VAR-10" Device Error "S:83-88,140-145" "Personally owned Android devices enrolled with version 12 or later reveal no hardware identifiers" "identify the device by {{DeviceId}} or {{AAD_Device_ID}}";
    Var11 "VAR-11" Object Warning "S:83-88,140-145 [I]" "Hardware identifiers fail on personally owned devices enrolled with Android 12 or later" "identify the device by {{DeviceId}} or {{AAD_Device_ID}}";
    Var12 "VAR-12" Object Error "S:123" "{{FullyQualifiedDomainName}} exists on Windows only" "use {{DeviceName}} followed by the domain";
    Var13 "VAR-13" Device Error "S:123,129" "{{FullyQualifiedDomainName}} needs a domain-joined device" "join the device to a domain, or assign a profile without this variable to it";
    Var14 "VAR-14" Object Warning "S:98-99" "{{DeviceId}} in the subject can make a Windows device's sync fail" "use {{AAD_Device_ID}} in the subject, or move {{DeviceId}} to an alternative name";
    Var18 "VAR-18" Object Error "S:158" "Text after a variable contains no curly bracket, pipe or semicolon" "leave the character out; each alternative name is an entry of its own";
    Var19 "VAR-19" Device Error "[I]" "A value from the inventory contains no control character" "correct the attribute in the inventory";
    Var22 "VAR-22" Device Error "D-10" "A MAC address is twelve hex digits" "correct wifiMacAddress in the inventory";
    Sub01 "SUB-01" Object Error "S:110" "The subject follows the grammar of CertStrToName" "write KEY=value pairs separated by commas, such as CN={{UserName}},OU=Mobile";
    Sub02 "SUB-02" Object Error "[I]" "The subject and each of its values say something" "give the attribute a value, or leave it out";
    Sub03 "SUB-03" Object Error "D-11" "Every attribute key is a keyword of CertStrToName or an OID" "use CN, E, OU, O, L, ST, C, STREET, T, G, I, SN, DC or a dotted OID";
    Sub04 "SUB-04" Object Error "S:77-82,229-249" "No character is escaped with a backslash" "put the whole value in double quotes, or leave the character out";
    Sub06 "SUB-06" Object Error "S:110" "An equals sign inside a value stands in quotes" "put the whole value in double quotes";
    Sub07 "SUB-07" Object Warning "S:110" "Relative names have one attribute each" "separate attributes by commas; devices disagree on the order of attributes joined by +";
    Sub08 "SUB-08" Object Error "S:110 [I]" "No value is written as #hex" "write the text itself; quote it when it begins with #";
    Sub09 "SUB-09" Object Warning "S:91" "Variables of a user certificate's subject stand in CN and E" "move the variable to CN or E, or to an alternative name";
    Sub10 "SUB-10" Device Error "S:105" "A value with special characters needs quotes in the profile" "put the attribute's value in double quotes in subjectNameFormat, such as CN=\"{{OnPrem_Distinguished_Name}}\"";
    Sub11 "SUB-11" Object Warning "S:105" "{{OnPrem_Distinguished_Name}} stands in quotes" "write CN=\"{{OnPrem_Distinguished_Name}}\"; a distinguished name contains commas";
    Sub12 "SUB-12" Device Error "S:77-82,230-231" "No resolved value contains an escaped special character" "take the backslash or the character after it out of the attribute, or use another variable";
    Sub13 "SUB-13" Object Warning "S:76" "A subject attribute keeps within its X.520 length" "shorten the value, or turn enforceNameLengths off at the authority";
    Sub14 "SUB-14" Object Error "RFC 5280 A.1 [I]" "C is a two-letter code; E and DC are ASCII" "write a two-letter country code, and ASCII in E and DC";
    Sub17 "SUB-17" Object Warning "D-04" "Attributes are separated by commas" "write a comma for the semicolon";
    San01 "SAN-01" Object Error "S:134-138" "An alternative name is an Email, UPN, DNS or URI" "use one of the four types";
    San02 "SAN-02" Object Error "S:131" "A profile has at most 500 alternative names" "remove entries";
    San03 "SAN-03" Object Error "S:131,153-154" "An alternative name has a value" "write a text, a variable or both, or remove the entry";
    San05 "SAN-05" Object Error "S:158" "An alternative name contains no curly bracket, pipe, semicolon or control character" "leave the character out; each alternative name is an entry of its own";
    San06 "SAN-06" Object Warning "S:134-138 [I]" "An alternative name looks like its type" "write an address for Email, name@domain for UPN, a host name for DNS, scheme:… for URI, in ASCII";
    San08 "SAN-08" Device Error "S:158 [I]" "A resolved alternative name contains no curly bracket, pipe or semicolon" "correct the attribute in the inventory, or use another variable";
    Sid02 "SID-02" Object Error "S:25,150,155" "{{OnPremisesSecurityIdentifier}} stands in a URI alternative name only" "move it to an entry of the type URI";
    Sid03 "SID-03" Object Error "S:26 [I]" "A security identifier comes from the variable alone" "make {{OnPremisesSecurityIdentifier}} the entry's whole value; the tag before it is added";
    Sid04 "SID-04" Object Error "S:17-20,150" "User certificates carry a security identifier on iOS, macOS and Windows 10 and later" "remove the entry from this platform's profile";
    Sid05 "SID-05" Object Error "S:22,155" "Device certificates carry a security identifier on Entra hybrid-joined Windows devices only" "remove the entry, or assign the profile to hybrid-joined devices";
    Sid06 "SID-06" Device Error "S:28,160" "The security identifier was synchronised" "synchronise onPremisesSecurityIdentifier from Active Directory to the inventory";
    Sid07 "SID-07" Device Error "[K]" "A security identifier reads S-1-5-21-a-b-c-rid" "correct onPremisesSecurityIdentifier in the inventory";
}
