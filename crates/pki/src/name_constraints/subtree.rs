//! One subtree of names: as it is encoded, and what it means.

use der::Decode;
use der::asn1::Ia5String;
use scepter_policy::name::DistinguishedName;
use x509_cert::ext::pkix::constraints::name::GeneralSubtree;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

use super::domain::{Domain, Domains};
use super::mailbox::Mailboxes;
use super::name::{CertifiedName, NameForm};
use super::{Relation, directory, uri};

/// A subtree of the names of one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtree {
    encoded: GeneralSubtree,
    /// `None` where no meaning is known: a form without one, a base that cannot be read, a minimum or maximum.
    meaning: Option<Meaning>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Meaning {
    Dns(Domains),
    Email(Mailboxes),
    Uri(Domains),
    Directory(DistinguishedName),
}

/// A text that is no constraint of its form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} constrains no {form}; write {remedy}")]
pub struct MalformedSubtree {
    /// The form of names.
    pub form: NameForm,
    /// What was written.
    pub text: String,
    /// What to write instead.
    pub remedy: &'static str,
}

impl Subtree {
    /// A domain and all below it, `example.com`; every host, the empty text.
    pub fn dns(text: &str) -> Result<Self, MalformedSubtree> {
        Self::written(text, GeneralName::DnsName).ok_or_else(|| MalformedSubtree {
            form: NameForm::DnsName,
            text: text.to_owned(),
            remedy: "a domain such as example.com, which stands for itself and all below it",
        })
    }

    /// All addresses at a host, `example.com`; at the hosts below a domain, `.example.com`; or one address,
    /// `jane@example.com`.
    pub fn email(text: &str) -> Result<Self, MalformedSubtree> {
        Self::written(text, GeneralName::Rfc822Name).ok_or_else(|| MalformedSubtree {
            form: NameForm::Rfc822Name,
            text: text.to_owned(),
            remedy: "a host such as example.com, the hosts below a domain as .example.com, or an address",
        })
    }

    /// All URIs of a host, `host.example.com`, or of the hosts below a domain, `.example.com`.
    pub fn uri(text: &str) -> Result<Self, MalformedSubtree> {
        Self::written(text, GeneralName::UniformResourceIdentifier).ok_or_else(|| MalformedSubtree {
            form: NameForm::UniformResourceIdentifier,
            text: text.to_owned(),
            remedy: "a host such as id.example.com, or the hosts below a domain as .example.com",
        })
    }

    /// All names that begin with the relative names of this one, in encoded order.
    pub fn directory(name: &DistinguishedName) -> Result<Self, MalformedSubtree> {
        let encoded = name.to_der().ok().and_then(|der| Name::from_der(&der).ok());
        encoded.map(GeneralName::DirectoryName).and_then(Self::understood).ok_or_else(|| MalformedSubtree {
            form: NameForm::DirectoryName,
            text: name.to_string(),
            remedy: "the first parts of a subject, such as C=DE,O=Example",
        })
    }

    fn written(text: &str, base: fn(Ia5String) -> GeneralName) -> Option<Self> {
        Ia5String::new(text).ok().map(base).and_then(Self::understood)
    }

    fn understood(base: GeneralName) -> Option<Self> {
        let subtree = Self::from(GeneralSubtree { base, minimum: 0, maximum: None });
        subtree.meaning.is_some().then_some(subtree)
    }

    /// How a name stands to it; `None` for a name of another form.
    pub(super) fn relation_to(&self, name: &CertifiedName) -> Option<Relation> {
        let is_of_its_form = NameForm::of(&self.encoded.base) == name.form();
        is_of_its_form
            .then(|| self.meaning.as_ref().map_or(Relation::Undecidable, |meaning| meaning.relation_to(name)))
    }

    pub(super) fn encoded(&self) -> &GeneralSubtree {
        &self.encoded
    }
}

impl From<GeneralSubtree> for Subtree {
    fn from(encoded: GeneralSubtree) -> Self {
        Self { meaning: Meaning::of(&encoded), encoded }
    }
}

impl Meaning {
    fn of(subtree: &GeneralSubtree) -> Option<Self> {
        // RFC 5280 knows no other distances; whoever meets some may refuse.
        if subtree.minimum != 0 || subtree.maximum.is_some() {
            return None;
        }
        match &subtree.base {
            GeneralName::DnsName(base) => Domains::of_dns(base.as_str()).map(Self::Dns),
            GeneralName::Rfc822Name(base) => Mailboxes::read(base.as_str()).map(Self::Email),
            GeneralName::UniformResourceIdentifier(base) => Domains::of_hosts(base.as_str()).map(Self::Uri),
            GeneralName::DirectoryName(base) => DistinguishedName::from_x509(base).ok().map(Self::Directory),
            // RFC 5280 gives constraints of these no meaning, but for addresses, of which we certify none.
            GeneralName::OtherName(_)
            | GeneralName::EdiPartyName(_)
            | GeneralName::RegisteredId(_)
            | GeneralName::IpAddress(_) => None,
        }
    }

    fn relation_to(&self, name: &CertifiedName) -> Relation {
        match (self, name) {
            (Self::Dns(domains), CertifiedName::Dns(name)) => {
                domains.relation_to(Domain::read(name).as_ref())
            }
            (Self::Email(mailboxes), CertifiedName::Email(name)) => mailboxes.relation_to(name),
            (Self::Uri(hosts), CertifiedName::Uri(name)) => hosts.relation_to(uri::host(name).as_ref()),
            (Self::Directory(base), CertifiedName::Directory(name)) => directory::relation(base, name),
            (Self::Dns(_) | Self::Email(_) | Self::Uri(_) | Self::Directory(_), _) => Relation::Undecidable,
        }
    }
}
