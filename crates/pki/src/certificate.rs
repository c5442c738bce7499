//! Certificates as they are encoded and read (RFC 5280 §4).

mod description;
pub(crate) mod extensions;
mod new;
mod time;

use const_oid::AssociatedOid;
use der::asn1::{AnyRef, BitStringRef, IntRef};
use der::{Decode, Encode, Sequence};
use jiff::Timestamp;
use scepter_policy::name::DistinguishedName;
use spki::AlgorithmIdentifierRef;
use x509_cert::Version;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{self, BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use x509_cert::time::Validity;

pub use self::description::{Thumbprint, Thumbprints, UnreadableCertificate, describe_certificate};
pub(crate) use self::new::{NewCertificate, random_serial};
pub(crate) use self::time::{to_generalized_time, to_time, to_timestamp};
use crate::name_constraints::NameConstraints;
use crate::signed::{Signed, is_signed_by, is_signed_by_itself};

/// `TBSCertificate` (RFC 5280 §4.1). Names and keys are the bytes they are, so that a name in one certificate equals the
/// name in another byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct TbsCertificate<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", default = "Default::default")]
    pub(crate) version: Version,
    pub(crate) serial_number: IntRef<'a>,
    pub(crate) signature: AlgorithmIdentifierRef<'a>,
    pub(crate) issuer: AnyRef<'a>,
    pub(crate) validity: Validity,
    pub(crate) subject: AnyRef<'a>,
    pub(crate) subject_public_key_info: AnyRef<'a>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) issuer_unique_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) subject_unique_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) extensions: Option<Vec<Extension>>,
}

/// The public key of a certificate, a DER `SubjectPublicKeyInfo`.
pub fn public_key(certificate: &[u8]) -> Result<Vec<u8>, der::Error> {
    Ok(Certificate::from_der(certificate)?.spki)
}

/// A certificate of an authority, read once when the authority starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub(crate) der: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) spki: Vec<u8>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) name_constraints: NameConstraints,
    pub(crate) key_identifier: Vec<u8>,
}

impl Certificate {
    /// Reads the DER of a certificate.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, der::Error> {
        let signed = Signed::from_der(der)?;
        let tbs: TbsCertificate<'_> = signed.content.decode_as()?;
        let spki = tbs.subject_public_key_info.to_der()?;
        let key_identifier = match extension::<SubjectKeyIdentifier>(&tbs)? {
            Some(SubjectKeyIdentifier(identifier)) => identifier.into_bytes().into_vec(),
            None => extensions::key_identifier(&spki)?,
        };
        Ok(Self {
            der: der.to_vec(),
            subject: tbs.subject.to_der()?,
            issuer: tbs.issuer.to_der()?,
            not_before: to_timestamp(tbs.validity.not_before)?,
            not_after: to_timestamp(tbs.validity.not_after)?,
            basic_constraints: extension(&tbs)?,
            key_usage: extension(&tbs)?,
            name_constraints: extension::<pkix::NameConstraints>(&tbs)?.map(Into::into).unwrap_or_default(),
            key_identifier,
            spki,
        })
    }

    /// Its subject for people.
    pub(crate) fn subject_text(&self) -> String {
        DistinguishedName::from_der(&self.subject)
            .map_or_else(|error| error.to_string(), |name| name.to_string())
    }

    /// Whether it is in force at that time.
    pub(crate) fn is_valid_at(&self, time: Timestamp) -> bool {
        self.not_before <= time && time <= self.not_after
    }

    /// Whether another certificate's holder issued it.
    pub(crate) fn is_issued_by(&self, issuer: &Self) -> bool {
        Signed::from_der(&self.der).is_ok_and(|signed| issuer.has_issued(&signed, &self.issuer))
    }

    /// Whether its holder issued something that names an issuer: by that name and by signature.
    pub(crate) fn has_issued(&self, signed: &Signed<'_>, issuer: &[u8]) -> bool {
        issuer == self.subject && is_signed_by(signed, &self.spki)
    }

    /// Whether it is a root: issued by itself.
    pub(crate) fn is_self_signed(&self) -> bool {
        self.issuer == self.subject
            && Signed::from_der(&self.der).is_ok_and(|signed| is_signed_by_itself(&signed, &self.spki))
    }

    /// Whether it may sign certificates that have `depth` further CA certificates below them.
    pub(crate) fn may_issue_at_depth(&self, depth: usize) -> bool {
        let is_ca = self.basic_constraints.as_ref().is_some_and(|constraints| {
            constraints.ca && constraints.path_len_constraint.is_none_or(|limit| usize::from(limit) >= depth)
        });
        is_ca && self.key_usage.is_none_or(|usage| usage.key_cert_sign())
    }
}

fn extension<'a, T: AssociatedOid + Decode<'a, Error = der::Error>>(
    tbs: &'a TbsCertificate<'_>,
) -> Result<Option<T>, der::Error> {
    let extensions = tbs.extensions.as_deref().unwrap_or_default();
    extensions
        .iter()
        .find(|extension| extension.extn_id == T::OID)
        .map(|extension| T::from_der(extension.extn_value.as_bytes()))
        .transpose()
}
