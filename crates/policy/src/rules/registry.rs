//! The registry itself.

use super::Activation::{Always, OnRequest};
use super::{Rule, Scope};
use crate::vocabulary::Severity::{self, Error, Warning};

/// Defines [`RuleId`] and [`RULES`] from one table. A row: variant, id, scope, severity, activation, source; title; help.
macro_rules! rules {
    ($(
        $variant:ident $id:literal $scope:ident $severity:ident $activation:ident $source:literal
        $title:literal
        $help:literal;
    )+) => {
        /// The id of a rule, such as `VAR-05`.
        #[allow(clippy::doc_markdown, reason = "titles are printed as they stand, so that they hold no markup")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum RuleId { $(#[doc = $title] #[serde(rename = $id)] $variant),+ }

        /// Every rule, in the order of the specification's groups.
        pub const RULES: &[Rule] = &[$(Rule {
            id: RuleId::$variant,
            scope: Scope::$scope,
            severity: $severity,
            activation: $activation,
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
    Sch01 "SCH-01" Object Error Always "[I]"
        "The object has the shape that the API describes"
        "compare the field with `kubectl explain`";
    Plt01 "PLT-01" Object Error Always "S:34"
        "A profile is for one platform that exists"
        "write one of the platforms that `kubectl explain scepprofile.spec.platform` lists, and a profile for each platform";
    Plt03 "PLT-03" Object Warning Always "S:6"
        "Android device administrator is no longer supported"
        "move the devices to Android Enterprise and write a profile for it";
    Plt04 "PLT-04" Object Warning Always "S:11-12"
        "Windows 8.1 is no longer supported"
        "move the devices to Windows 10 or 11";
    Plt06 "PLT-06" Namespace Warning Always "S:40"
        "Certificates of dedicated Android devices are not for apps"
        "leave certificateAccess out, or assign the profile to devices that are not dedicated";
    Plt07 "PLT-07" Object Error Always "S:44"
        "Android AOSP certificates serve Wi-Fi only"
        "remove the VPN association, or write the profile for Android Enterprise";
    Plt09 "PLT-09" Object Error Always "S:57-58"
        "A profile has a name"
        "give the object a metadata.name";
    Fld01 "FLD-01" Object Error Always "S:61-226"
        "A field is set where the platform needs it, and left out where the platform has no such setting"
        "see the table of fields and platforms in docs/rules.md";
    Var01 "VAR-01" Object Error Always "S:93-124,127 [I]"
        "Every variable is one that Scepter knows"
        "write one of the names that the message lists";
    Var02 "VAR-02" Object Error Always "S:127,157"
        "A variable stands in double curly brackets, without blanks"
        "write {{Name}}; single or unbalanced curly brackets have no meaning";
    Var03 "VAR-03" Object Error Always "S:65,152"
        "A device certificate contains device variables only"
        "use a device variable, or make the profile's certificateType User";
    Var05 "VAR-05" Device Error Always "S:129,160"
        "Every variable has a value on the device"
        "fill in the attribute in the inventory, or leave the variable out of the profile";
    Var06 "VAR-06" Device Error Always "S:111"
        "A user variable needs a device that has a user"
        "give the device a userId in the inventory, or assign a profile without user variables to it";
    Var08 "VAR-08" Object Error Always "S:132-133"
        "{{UserName}} is not available in the alternative names of Android Enterprise corporate devices"
        "use {{UserPrincipalName}}, or move {{UserName}} to the subject";
    Var09 "VAR-09" Object Error Always "S:45-48"
        "Three on-premises variables are not available on Android AOSP"
        "use {{UserName}} or {{UserPrincipalName}}";
    Var10 "VAR-10" Device Error Always "S:83-88,140-145"
        "Personally owned Android devices enrolled with version 12 or later reveal no hardware identifiers"
        "identify the device by {{DeviceId}} or {{AAD_Device_ID}}";
    Var11 "VAR-11" Object Warning Always "S:83-88,140-145 [I]"
        "Hardware identifiers fail on personally owned devices enrolled with Android 12 or later"
        "identify the device by {{DeviceId}} or {{AAD_Device_ID}}";
    Var12 "VAR-12" Object Error Always "S:123"
        "{{FullyQualifiedDomainName}} exists on Windows only"
        "use {{DeviceName}} followed by the domain";
    Var13 "VAR-13" Device Error Always "S:123,129"
        "{{FullyQualifiedDomainName}} needs a domain-joined device"
        "join the device to a domain, or assign a profile without this variable to it";
    Var14 "VAR-14" Object Warning Always "S:98-99"
        "{{DeviceId}} in the subject can make a Windows device's sync fail"
        "use {{AAD_Device_ID}} in the subject, or move {{DeviceId}} to an alternative name";
    Var18 "VAR-18" Object Error Always "S:158"
        "Text after a variable contains no curly bracket, pipe or semicolon"
        "leave the character out; each alternative name is an entry of its own";
    Var19 "VAR-19" Device Error Always "[I]"
        "A value from the inventory contains no control character"
        "correct the attribute in the inventory";
    Var22 "VAR-22" Device Error Always "D-10"
        "A MAC address is twelve hex digits"
        "correct wifiMacAddress in the inventory";
    Var23 "VAR-23" Object Warning OnRequest "D-13"
        "A variable is written as the list of variables has it"
        "write the name as docs/rules.md lists it; `scepter lint --fix` does";
    Sub01 "SUB-01" Object Error Always "S:110"
        "The subject follows the grammar of CertStrToName"
        "write KEY=value pairs separated by commas, such as CN={{UserName}},OU=Mobile";
    Sub02 "SUB-02" Object Error Always "[I]"
        "The subject and each of its values say something"
        "give the attribute a value, or leave it out";
    Sub03 "SUB-03" Object Error Always "D-11"
        "Every attribute key is a keyword of CertStrToName or an OID"
        "use CN, E, OU, O, L, ST, C, STREET, T, G, I, SN, DC or a dotted OID";
    Sub04 "SUB-04" Object Error Always "S:77-82,229-249"
        "No character is escaped with a backslash"
        "put the whole value in double quotes, or leave the character out";
    Sub06 "SUB-06" Object Error Always "S:110"
        "An equals sign inside a value stands in quotes"
        "put the whole value in double quotes";
    Sub07 "SUB-07" Object Warning Always "S:110"
        "Relative names have one attribute each"
        "separate attributes by commas; devices disagree on the order of attributes joined by +";
    Sub08 "SUB-08" Object Error Always "S:110 [I]"
        "No value is written as #hex"
        "write the text itself; quote it when it begins with #";
    Sub09 "SUB-09" Object Warning Always "S:91"
        "Variables of a user certificate's subject stand in CN and E"
        "move the variable to CN or E, or to an alternative name";
    Sub10 "SUB-10" Device Error Always "S:105"
        "A value with special characters needs quotes in the profile"
        "put the attribute's value in double quotes in subjectNameFormat, such as CN=\"{{OnPrem_Distinguished_Name}}\"";
    Sub11 "SUB-11" Object Warning Always "S:105"
        "{{OnPrem_Distinguished_Name}} stands in quotes"
        "write CN=\"{{OnPrem_Distinguished_Name}}\"; a distinguished name contains commas";
    Sub12 "SUB-12" Device Error Always "S:77-82,230-231"
        "No resolved value contains an escaped special character"
        "take the backslash or the character after it out of the attribute, or use another variable";
    Sub13 "SUB-13" Object Warning Always "S:76"
        "A subject attribute keeps within its X.520 length"
        "shorten the value, or turn enforceNameLengths off at the authority";
    Sub14 "SUB-14" Object Error Always "RFC 5280 A.1 [I]"
        "C is a two-letter code; E and DC are ASCII"
        "write a two-letter country code, and ASCII in E and DC";
    Sub17 "SUB-17" Object Warning Always "D-04"
        "Attributes are separated by commas"
        "write a comma for the semicolon";
    San01 "SAN-01" Object Error Always "S:134-138"
        "An alternative name is an Email, UPN, DNS or URI"
        "use one of the four types";
    San02 "SAN-02" Object Error Always "S:131"
        "A profile has at most 500 alternative names"
        "remove entries";
    San03 "SAN-03" Object Error Always "S:131,153-154"
        "An alternative name has a value"
        "write a text, a variable or both, or remove the entry";
    San05 "SAN-05" Object Error Always "S:158"
        "An alternative name contains no curly bracket, pipe, semicolon or control character"
        "leave the character out; each alternative name is an entry of its own";
    San06 "SAN-06" Object Warning Always "S:134-138 [I]"
        "An alternative name looks like its type"
        "write an address for Email, name@domain for UPN, a host name for DNS, scheme:… for URI, in ASCII";
    San08 "SAN-08" Device Error Always "S:158 [I]"
        "A resolved alternative name contains no curly bracket, pipe or semicolon"
        "correct the attribute in the inventory, or use another variable";
    Sid02 "SID-02" Object Error Always "S:25,150,155"
        "{{OnPremisesSecurityIdentifier}} stands in a URI alternative name only"
        "move it to an entry of the type URI";
    Sid03 "SID-03" Object Error Always "S:26 [I]"
        "A security identifier comes from the variable alone"
        "make {{OnPremisesSecurityIdentifier}} the entry's whole value; the tag before it is added";
    Sid04 "SID-04" Object Error Always "S:17-20,150"
        "User certificates carry a security identifier on iOS, macOS and Windows 10 and later"
        "remove the entry from this platform's profile";
    Sid05 "SID-05" Object Error Always "S:22,155"
        "Device certificates carry a security identifier on Entra hybrid-joined Windows devices only"
        "remove the entry, or assign the profile to hybrid-joined devices";
    Sid06 "SID-06" Device Error Always "S:28,160"
        "The security identifier was synchronised"
        "synchronise onPremisesSecurityIdentifier from Active Directory to the inventory";
    Sid07 "SID-07" Device Error Always "[K]"
        "A security identifier reads S-1-5-21-a-b-c-rid"
        "correct onPremisesSecurityIdentifier in the inventory";
    Sid08 "SID-08" Object Warning OnRequest "S:21-22"
        "A Windows user certificate with which people sign in carries their security identifier"
        "add {type: URI, value: \"{{OnPremisesSecurityIdentifier}}\"} to subjectAlternativeNames if a domain controller is to accept the certificate";
    Val01 "VAL-01" Object Error Always "S:161-165"
        "A validity period is at least one day, month or year"
        "write a value of 1 or more";
    Val02 "VAL-02" Object Error Always "S:163"
        "A certificate is valid for at most 24 months"
        "write at most 2 Years, 24 Months or 731 Days";
    Val03 "VAL-03" Object Warning Always "S:165"
        "A validity of less than five days leaves devices with certificates near their end"
        "write at least 5 Days";
    Val04 "VAL-04" Authority Error Always "S:162,164"
        "A certificate is not valid for longer than its authority grants"
        "shorten validityPeriod, or raise the authority's maxValidity";
    Val05 "VAL-05" Authority Error Always "S:164"
        "A certificate ends before its authority does"
        "shorten validityPeriod, or renew the authority's certificate";
    Ksp01 "KSP-01" Object Error Always "S:168-172"
        "A Windows profile says where the key is kept"
        "set keyStorageProvider to TPMOrSoftware, TPMOrFail, WindowsHelloOrFail or Software";
    Ksp02 "KSP-02" Object Error Always "S:171"
        "Windows Hello for Business needs Windows 10 or later"
        "choose another keyStorageProvider, or the platform Windows10AndLater";
    Ksp03 "KSP-03" Object Error Always "S:188-189"
        "A TPM does not keep keys of 4096 bits"
        "use the Software key storage provider, or keySize 2048";
    Ksp04 "KSP-04" Object Error Always "S:190"
        "Windows Hello for Business does not keep keys of 4096 bits"
        "use keySize 2048";
    Ksp05 "KSP-05" Object Warning Always "S:169,188-189"
        "A key of 4096 bits fails on devices that have a TPM when the TPM is preferred"
        "use the Software key storage provider, or keySize 2048";
    Ksp06 "KSP-06" Object Error Always "W:csp"
        "Windows Hello for Business keeps keys of 2048 bits and signs with SHA-2"
        "use keySize 2048 and SHA2";
    Ksp07 "KSP-07" Device Error Always "S:170"
        "A profile that demands a TPM needs a device with one"
        "use TPMOrSoftware, or leave devices without a TPM out of the assignment";
    Key01 "KEY-01" Object Error Always "S:179-182"
        "A key has 1024, 2048 or 4096 bits"
        "write 1024, 2048 or 4096, or leave keySize out";
    Key02 "KEY-02" Device Error Always "S:184-185"
        "Keys of 4096 bits need iOS 14 or macOS 11"
        "update the device, or use keySize 2048";
    Key04 "KEY-04" Object Warning Always "S:180"
        "Keys of 1024 bits are weak"
        "use keySize 2048 or 4096";
    Hsh01 "HSH-01" Object Error Always "S:192"
        "Apple platforms have no hash setting"
        "remove hashAlgorithms";
    Hsh02 "HSH-02" Object Warning Always "S:194"
        "Android Enterprise and AOSP devices ignore SHA-1 and sign with SHA-2"
        "write SHA2";
    Hsh03 "HSH-03" Object Warning Always "S:192-194"
        "SHA-1 alone is weak"
        "write SHA2";
    Ku01 "KU-01" Object Error Always "S:173-176"
        "A certificate has at least one key usage"
        "add DigitalSignature, KeyEncipherment or both";
    Eku01 "EKU-01" Object Error Always "S:199-200"
        "An extended key usage has a name and an OID, and there is at least one"
        "write an OID in dotted form such as 1.3.6.1.5.5.7.3.2";
    Eku03 "EKU-03" Object Warning Always "S:200"
        "Most certificates are for client authentication"
        "add Client Authentication, 1.3.6.1.5.5.7.3.2";
    Eku04 "EKU-04" Object Error Always "S:199-200"
        "There are at most 500 extended key usages, each once"
        "remove the repetition";
    Url01 "URL-01" Object Error Always "S:206-209"
        "A profile has at least one SCEP server, an absolute http or https URL"
        "write a URL such as https://scep.example.com/scep/default";
    Url02 "URL-02" Object Error Always "S:209-212"
        "Android device administrator and Android Enterprise devices reach SCEP by https only"
        "write an https URL";
    Url03 "URL-03" Object Warning Always "S:209-212"
        "Android AOSP devices may be refused without https"
        "write an https URL";
    Url04 "URL-04" Object Warning Always "S:209"
        "Plain http shows the request to the network"
        "write an https URL where the server has one";
    Url09 "URL-09" Object Error Always "S:217"
        "A SCEP server is listed once, without a semicolon"
        "remove the repetition or the semicolon";
    Url13 "URL-13" Authority Warning Always "S:206"
        "Devices reach the authority under one of its public URLs"
        "add one of the authority's publicURLs to scepServerURLs";
    Acc01 "ACC-01" Object Error Always "S:219-222"
        "Apps use the certificate silently on Android Enterprise corporate devices alone, and are named: 1 to 50, each once"
        "list package ids under GrantSilently, none under UserApproval, and leave certificateAccess out on other platforms";
    Rnw01 "RNW-01" Object Error Always "S:202"
        "Renewal begins when 1 to 99 per cent of the lifetime remain"
        "write a number from 1 to 99; 20 is usual";
    Rnw05 "RNW-05" Object Warning Always "S:202"
        "A high threshold renews certificates early"
        "write 50 or less; 20 is usual";
    Root01 "ROOT-01" Object Error Always "S:195-198"
        "A trusted root profile has one certificate"
        "set exactly one of pem, configMapKeyRef and authorityName";
    Root02 "ROOT-02" Object Error Always "S:195-198"
        "A trusted root profile for Windows names the store, any other does not"
        "set destinationStore to ComputerRoot, ComputerIntermediate or UserIntermediate on Windows; remove it elsewhere";
    Root03 "ROOT-03" Object Error Always "S:195-198"
        "The certificate is one X.509 certificate without its private key"
        "give exactly one CERTIFICATE block and nothing else";
    Root04 "ROOT-04" Object Error Always "S:198"
        "The certificate is that of a certification authority"
        "export the certificate of the root, whose basic constraints say CA:TRUE";
    Root05 "ROOT-05" Object Warning Always "S:198"
        "Roots go to the root store, intermediates to an intermediate store"
        "set destinationStore to ComputerRoot for a root, to ComputerIntermediate or UserIntermediate for an intermediate";
    Root06 "ROOT-06" Object Error Always "S:198"
        "The certificate is current, and signed in a way that devices understand"
        "give a certificate that is current and signed with SHA-2, by ECDSA or by RSA as PKCS #1 v1.5 has it";
    Root07 "ROOT-07" Object Error Always "S:196,253"
        "A SCEP profile names a trusted root profile of its own platform"
        "point rootCertificateRef at a TrustedRootProfile of the same platform in this namespace";
    Root08 "ROOT-08" Namespace Error Always "S:198"
        "The root is the self-signed one that anchors the authority"
        "give the trusted root profile the top-level root of the authority that issues";
    Root09 "ROOT-09" Namespace Warning Always "S:3,253"
        "Whoever gets the SCEP profile gets its root"
        "assign the trusted root profile to the same groups";
    Root10 "ROOT-10" Device Warning Always "S:253-255"
        "A device gets its challenge once it has the root"
        "wait for the device to report the root, or assign the trusted root profile to it";
    Root11 "ROOT-11" Device Error Always "S:8"
        "Android 11 and later refuse roots from a device administrator, except on Samsung Knox"
        "let the user install the certificate by hand and report the root as installed, or move the device to Android Enterprise";
    Asg01 "ASG-01" Object Error Always "S:224"
        "An assignment names exactly one of a group, all users and all devices"
        "set one of group, allUsers: true and allDevices: true";
    Asg04 "ASG-04" Namespace Warning Always "M:assign"
        "An exclusion takes effect within its own kind only: users from users, devices from devices"
        "exclude a group of the same kind as the one that is included";
    Asg06 "ASG-06" Object Error Always "M:assign"
        "All users and all devices together need no further groups"
        "remove the groups from include";
    Asg07 "ASG-07" Object Error Always "M:filtrep"
        "A target stands in an assignment once"
        "remove the repetition, or the group from one of include and exclude";
    Asg09 "ASG-09" Namespace Warning OnRequest "M:assign"
        "User certificates go to users, device certificates to devices"
        "assign user certificates to users or groups of users, device certificates to devices or groups of devices";
    Asg13 "ASG-13" Object Error Always "M:filtprop"
        "A filter can be read"
        "write the filter as `(device.property -operator \"value\")`";
    App01 "APP-01" Object Error Always "S:226"
        "Applicability rules are for Windows 10 and later"
        "remove applicabilityRules";
    App02 "APP-02" Object Error Always "M:create"
        "A version rule has a lowest and a highest version"
        "set both min and max";
    App03 "APP-03" Object Error Always "M:create"
        "A version has four numbers, and the lowest is not above the highest"
        "write versions such as 10.0.22631.0";
    App04 "APP-04" Object Error Always "M:create"
        "An edition rule lists editions of Windows"
        "write editions such as Enterprise or Professional";
    Aut01 "AUT-01" Authority Error Always "TH-05"
        "A subject attribute has a value that the authority permits"
        "change subjectNameFormat, or permit the value in the authority's configuration";
    Aut02 "AUT-02" Authority Error Always "TH-05"
        "A common name that looks like a host is in a permitted DNS domain"
        "change the common name, or permit its domain";
    Aut03 "AUT-03" Authority Error Always "TH-05"
        "An e-mail address is in a permitted domain"
        "change the address, or permit its domain";
    Aut04 "AUT-04" Authority Error Always "TH-05"
        "A user principal name has a permitted suffix"
        "change the name, or permit its suffix";
    Aut05 "AUT-05" Authority Error Always "TH-05"
        "A DNS name is in a permitted domain"
        "change the name, or permit its domain";
    Aut06 "AUT-06" Authority Error Always "TH-05"
        "A URI begins with a permitted prefix"
        "change the URI, or permit its prefix";
    Aut07 "AUT-07" Authority Error Always "TH-05"
        "A security identifier comes from the variable and is of a permitted domain"
        "use {{OnPremisesSecurityIdentifier}}, and permit its domain";
    Aut08 "AUT-08" Authority Error Always "TH-07"
        "An extended key usage is permitted; OCSPSigning never is"
        "remove the usage, or permit it";
    Aut09 "AUT-09" Authority Error Always "TH-06"
        "An e-mail address or user principal name is the assigned user's own"
        "use the user's variables, or let the authority opt out with foreignUserNames";
    Aut10 "AUT-10" Authority Error Always "TH-47"
        "The named authority is there and serves the namespace"
        "write the name of an authority that the issuer's configuration lets this namespace use";
    Aut11 "AUT-11" Authority Error Always "TH-49"
        "Devices are given roots of authorities only, or certificates that the configuration lists"
        "use authorityName or that authority's root, or list the certificate's SHA-256 thumbprint under trustedRoots";
}
