//! Reading a PKCS #10 request (RFC 2986), and the extensions that it asks for.

use std::collections::BTreeMap;

use const_oid::AssociatedOid;
use der::{Decode, Encode};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAltName};
use x509_cert::request::{CertReq, CertReqInfo};

use super::{PublicKey, RequestFacts};
use crate::issuance::{Refusal, RefusalReason};
use crate::name::{DistinguishedName, Oid, UnreadableName};
use crate::san::AlternativeNames;

/// The largest request that is read, in bytes: 500 alternative names of 100 bytes and a 4096-bit key fit.
pub const MAX_REQUEST_SIZE: usize = 64 * 1024;

/// The most extensions that a request may ask for.
const MAX_EXTENSIONS: usize = 32;

/// The attribute that asks for extensions (PKCS #9), and Microsoft's older twin of it.
const EXTENSION_REQUESTS: [Oid; 2] =
    [Oid::new_unwrap("1.2.840.113549.1.9.14"), Oid::new_unwrap("1.3.6.1.4.1.311.2.1.14")];

/// A request that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It is larger than [`MAX_REQUEST_SIZE`].
    #[error("the request has {0} bytes; at most {MAX_REQUEST_SIZE} are read")]
    TooLarge(usize),
    /// It is no DER of a certification request.
    #[error("the request is not a PKCS #10 request in DER: {0}")]
    NotPkcs10(der::Error),
    /// Its subject cannot be read.
    #[error("the request's subject cannot be read: {0}")]
    Subject(#[from] UnreadableName),
    /// It asks for too many extensions.
    #[error("the request asks for {0} extensions; at most {MAX_EXTENSIONS} are read")]
    TooManyExtensions(usize),
    /// It asks for the same extension twice.
    #[error("the request asks twice for the extension {0}")]
    RepeatedExtension(Oid),
    /// An extension's value cannot be read.
    #[error("the request's extension {oid} cannot be read: {problem}")]
    Extension {
        /// The extension.
        oid: Oid,
        /// What is wrong with it.
        problem: der::Error,
    },
    /// The public key cannot be read.
    #[error("the request's public key cannot be read: {0}")]
    PublicKey(der::Error),
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        Self::new(RefusalReason::CertificateRequestDecodingFailed, error.to_string())
    }
}

impl RequestFacts {
    /// Reads a request from DER, nothing after it. Attributes other than requests for extensions are left to `scep`.
    pub fn from_der(csr: &[u8]) -> Result<Self, RequestError> {
        if csr.len() > MAX_REQUEST_SIZE {
            return Err(RequestError::TooLarge(csr.len()));
        }
        let CertReq { info, .. } = CertReq::from_der(csr).map_err(RequestError::NotPkcs10)?;
        let mut extensions = requested_extensions(&info)?;
        let names: Option<SubjectAltName> = take(&mut extensions)?;
        let names = names.map(|names| AlternativeNames::from(names.0)).unwrap_or_default();
        let usages: Option<ExtendedKeyUsage> = take(&mut extensions)?;
        let constraints: Option<BasicConstraints> = take(&mut extensions)?;
        let key_usage: Option<KeyUsage> = take(&mut extensions)?;
        Ok(Self {
            subject: DistinguishedName::from_x509(&info.subject)?,
            subject_alternative_names: names.known,
            has_foreign_names: names.has_foreign,
            key_usage: key_usage.map(|usage| usage.0.bits()),
            extended_key_usages: usages.map(|usages| usages.0.into_iter().collect()),
            wants_ca: constraints.is_some_and(|constraints| constraints.ca),
            public_key: PublicKey::read(&info.public_key).map_err(RequestError::PublicKey)?,
            spki: info.public_key.to_der().map_err(RequestError::PublicKey)?,
            other_extensions: extensions.into_keys().collect(),
        })
    }
}

/// The values of all requested extensions, whichever attribute asks for them.
fn requested_extensions(info: &CertReqInfo) -> Result<BTreeMap<Oid, Vec<u8>>, RequestError> {
    let mut requested = BTreeMap::new();
    for attribute in info.attributes.iter().filter(|attribute| EXTENSION_REQUESTS.contains(&attribute.oid)) {
        for value in attribute.values.iter() {
            let unreadable = |problem| RequestError::Extension { oid: attribute.oid, problem };
            let extensions: Vec<Extension> = value.decode_as().map_err(unreadable)?;
            if requested.len() + extensions.len() > MAX_EXTENSIONS {
                return Err(RequestError::TooManyExtensions(requested.len() + extensions.len()));
            }
            for extension in extensions {
                let value = extension.extn_value.as_bytes().to_vec();
                if requested.insert(extension.extn_id, value).is_some() {
                    return Err(RequestError::RepeatedExtension(extension.extn_id));
                }
            }
        }
    }
    Ok(requested)
}

/// Takes an extension out of the map and reads its value.
fn take<T>(extensions: &mut BTreeMap<Oid, Vec<u8>>) -> Result<Option<T>, RequestError>
where
    T: AssociatedOid + for<'a> Decode<'a, Error = der::Error>,
{
    let value = extensions.remove(&T::OID).map(|value| T::from_der(&value)).transpose();
    value.map_err(|problem| RequestError::Extension { oid: T::OID, problem })
}
