//! The names of a certificate, by their forms.

use std::fmt;

use const_oid::db::rfc5280::ID_CE_SUBJECT_ALT_NAME;
use der::Decode;
use scepter_policy::name::{Attribute, AttributeType, DistinguishedName};
use scepter_policy::san::GeneralName;
use x509_cert::ext::pkix::name as x509;

use super::domain::Domain;
use crate::certificate::NewCertificate;

/// The forms of names, as RFC 5280 §4.2.1.6 calls them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameForm {
    /// Such as a user principal name.
    OtherName,
    /// An e-mail address.
    Rfc822Name,
    /// A host's name.
    DnsName,
    /// A distinguished name: the subject is one.
    DirectoryName,
    /// A party of EDI.
    EdiPartyName,
    /// A URI.
    UniformResourceIdentifier,
    /// An IP address.
    IpAddress,
    /// An object identifier.
    RegisteredId,
}

/// A name that stands in a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CertifiedName {
    Email(String),
    Dns(String),
    Uri(String),
    Directory(DistinguishedName),
    /// A name of a form for which no constraint is understood, or one that cannot be read.
    Unprocessed(NameForm),
}

impl CertifiedName {
    /// The names of a certificate as policy has them.
    pub(crate) fn listed(subject: &DistinguishedName, alternative_names: &[GeneralName]) -> Vec<Self> {
        let alternative_names = alternative_names.iter().map(|name| match name {
            GeneralName::Email(value) => Self::Email(value.clone()),
            GeneralName::Dns(value) => Self::Dns(value.clone()),
            GeneralName::Uri(value) => Self::Uri(value.clone()),
            GeneralName::Upn(_) => Self::Unprocessed(NameForm::OtherName),
        });
        Self::with_subject(subject, alternative_names.collect())
    }

    /// The names of a certificate as its bytes have them.
    pub(crate) fn encoded(certificate: &NewCertificate<'_>) -> Result<Vec<Self>, der::Error> {
        let mut names = Vec::new();
        for extension in certificate.extensions.iter().filter(|one| one.extn_id == ID_CE_SUBJECT_ALT_NAME) {
            let alternative_names = x509::GeneralNames::from_der(extension.extn_value.as_bytes())?;
            names.extend(alternative_names.iter().map(Self::from));
        }
        let Ok(subject) = DistinguishedName::from_der(certificate.subject) else {
            let hidden = [NameForm::DirectoryName, NameForm::Rfc822Name, NameForm::DnsName];
            return Ok(names.into_iter().chain(hidden.map(Self::Unprocessed)).collect());
        };
        Ok(Self::with_subject(&subject, names))
    }

    /// Adds what stands in the subject: the whole of it, and what readers take from it. Those are its addresses, and, where no
    /// dNSName stands beside it, common names that read as hosts. RFC 5280 asks for the former only where there are no
    /// alternative names, and not for the latter; OpenSSL does both, and would refuse what we had signed.
    fn with_subject(subject: &DistinguishedName, mut names: Vec<Self>) -> Vec<Self> {
        let takes_hosts = !names.iter().any(|name| name.form() == NameForm::DnsName);
        let is_host = |text: &str| Domain::read(text).is_some_and(|domain| domain.is_fully_qualified());
        for Attribute { kind, value } in subject.attributes() {
            if *kind == AttributeType::Email {
                names.push(Self::Email(value.clone()));
            } else if *kind == AttributeType::CommonName && takes_hosts && is_host(value) {
                names.push(Self::Dns(value.clone()));
            }
        }
        names.extend((!subject.is_empty()).then(|| Self::Directory(subject.clone())));
        names
    }

    /// Its form.
    pub(crate) fn form(&self) -> NameForm {
        match self {
            Self::Email(_) => NameForm::Rfc822Name,
            Self::Dns(_) => NameForm::DnsName,
            Self::Uri(_) => NameForm::UniformResourceIdentifier,
            Self::Directory(_) => NameForm::DirectoryName,
            Self::Unprocessed(form) => *form,
        }
    }
}

impl From<&x509::GeneralName> for CertifiedName {
    fn from(name: &x509::GeneralName) -> Self {
        let unprocessed = Self::Unprocessed(NameForm::of(name));
        match name {
            x509::GeneralName::Rfc822Name(value) => Self::Email(value.to_string()),
            x509::GeneralName::DnsName(value) => Self::Dns(value.to_string()),
            x509::GeneralName::UniformResourceIdentifier(value) => Self::Uri(value.to_string()),
            x509::GeneralName::DirectoryName(value) => {
                DistinguishedName::from_x509(value).map_or(unprocessed, Self::Directory)
            }
            x509::GeneralName::OtherName(_)
            | x509::GeneralName::EdiPartyName(_)
            | x509::GeneralName::IpAddress(_)
            | x509::GeneralName::RegisteredId(_) => unprocessed,
        }
    }
}

impl fmt::Display for CertifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(value) | Self::Dns(value) | Self::Uri(value) => f.write_str(value),
            Self::Directory(name) => name.fmt(f),
            Self::Unprocessed(form) => write!(f, "a name of the form {form}"),
        }
    }
}

impl NameForm {
    /// The form of an encoded name.
    pub(super) fn of(name: &x509::GeneralName) -> Self {
        match name {
            x509::GeneralName::OtherName(_) => Self::OtherName,
            x509::GeneralName::Rfc822Name(_) => Self::Rfc822Name,
            x509::GeneralName::DnsName(_) => Self::DnsName,
            x509::GeneralName::DirectoryName(_) => Self::DirectoryName,
            x509::GeneralName::EdiPartyName(_) => Self::EdiPartyName,
            x509::GeneralName::UniformResourceIdentifier(_) => Self::UniformResourceIdentifier,
            x509::GeneralName::IpAddress(_) => Self::IpAddress,
            x509::GeneralName::RegisteredId(_) => Self::RegisteredId,
        }
    }
}

impl fmt::Display for NameForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherName => "otherName",
            Self::Rfc822Name => "rfc822Name",
            Self::DnsName => "dNSName",
            Self::DirectoryName => "directoryName",
            Self::EdiPartyName => "ediPartyName",
            Self::UniformResourceIdentifier => "uniformResourceIdentifier",
            Self::IpAddress => "iPAddress",
            Self::RegisteredId => "registeredID",
        })
    }
}
