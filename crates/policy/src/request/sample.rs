//! Certification requests for tests: built from what a device was asked for, so that a test changes one thing.

use const_oid::AssociatedOid;
use der::asn1::{Any, BitString, OctetString, SetOfVec, UintRef};
use der::flagset::FlagSet;
use der::{Decode, Encode};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::attr::Attribute;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName as X509GeneralName;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName};
use x509_cert::name::Name;
use x509_cert::request::{CertReq, CertReqInfo, Version};

use super::{RequestFacts, key_usage_bits};
use crate::name::Oid;
use crate::resolve::ResolvedRequest;

/// A request that a test may change before it is encoded. Its signature is none: policy does not look at it.
#[derive(Clone)]
pub(crate) struct Csr {
    pub(crate) subject: Name,
    pub(crate) key: SubjectPublicKeyInfoOwned,
    pub(crate) extensions: Vec<Extension>,
    /// The attribute that carries the extensions.
    pub(crate) attribute: Oid,
}

impl Csr {
    /// What a device sends that does exactly as it was asked.
    pub(crate) fn asked(resolved: &ResolvedRequest) -> Self {
        let mut extensions = vec![
            extension(&key_usage(key_usage_bits(&resolved.key_usages))),
            extension(&ExtendedKeyUsage(resolved.extended_key_usages.clone())),
        ];
        if !resolved.subject_alternative_names.is_empty() {
            let names = resolved.subject_alternative_names.iter().map(|name| name.to_x509().unwrap());
            extensions.push(extension(&SubjectAltName(names.collect())));
        }
        Self {
            subject: Name::from_der(&resolved.subject.to_der().unwrap()).unwrap(),
            key: rsa_key(resolved.key_size.bits(), &[1, 0, 1]),
            extensions,
            attribute: Oid::new_unwrap("1.2.840.113549.1.9.14"),
        }
    }

    /// Puts an extension in the place of the one of its kind, or adds it.
    #[must_use]
    pub(crate) fn with(mut self, extension: Extension) -> Self {
        self.extensions.retain(|other| other.extn_id != extension.extn_id);
        self.extensions.push(extension);
        self
    }

    #[must_use]
    pub(crate) fn without(mut self, oid: Oid) -> Self {
        self.extensions.retain(|other| other.extn_id != oid);
        self
    }

    #[must_use]
    pub(crate) fn named(mut self, subject: Name) -> Self {
        self.subject = subject;
        self
    }

    #[must_use]
    pub(crate) fn keyed(mut self, key: SubjectPublicKeyInfoOwned) -> Self {
        self.key = key;
        self
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let mut attributes = SetOfVec::new();
        if !self.extensions.is_empty() {
            let mut values = SetOfVec::new();
            values.insert(Any::encode_from(&self.extensions).unwrap()).unwrap();
            attributes.insert(Attribute { oid: self.attribute, values }).unwrap();
        }
        let info = CertReqInfo {
            version: Version::V1,
            subject: self.subject.clone(),
            public_key: self.key.clone(),
            attributes,
        };
        let request = CertReq {
            info,
            algorithm: sha256_with_rsa(),
            signature: BitString::from_bytes(b"nobody signed this").unwrap(),
        };
        request.to_der().unwrap()
    }

    pub(crate) fn facts(&self) -> RequestFacts {
        RequestFacts::from_der(&self.der()).unwrap()
    }
}

pub(crate) fn sha256_with_rsa() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: Oid::new_unwrap("1.2.840.113549.1.1.11"), parameters: Some(Any::null()) }
}

/// A non-critical extension of a typed value.
pub(crate) fn extension<T: AssociatedOid + Encode>(value: &T) -> Extension {
    raw_extension(T::OID, &value.to_der().unwrap())
}

pub(crate) fn raw_extension(oid: Oid, der: &[u8]) -> Extension {
    Extension { extn_id: oid, critical: false, extn_value: OctetString::new(der).unwrap() }
}

pub(crate) fn alternative_names(names: Vec<X509GeneralName>) -> Extension {
    extension(&SubjectAltName(names))
}

/// The key usage extension of bits as [`RequestFacts::key_usage`] counts them.
pub(crate) fn key_usage(bits: u16) -> KeyUsage {
    KeyUsage(FlagSet::<KeyUsages>::new(bits).unwrap())
}

/// An RSA key whose modulus has that many bits, is odd, and was made by nobody.
pub(crate) fn rsa_key(bits: u32, exponent: &[u8]) -> SubjectPublicKeyInfoOwned {
    rsa_key_of(&vec![0xa5; bits as usize / 8], exponent)
}

pub(crate) fn rsa_key_of(modulus: &[u8], exponent: &[u8]) -> SubjectPublicKeyInfoOwned {
    let numbers = vec![UintRef::new(modulus).unwrap(), UintRef::new(exponent).unwrap()];
    let algorithm = AlgorithmIdentifierOwned {
        oid: Oid::new_unwrap("1.2.840.113549.1.1.1"),
        parameters: Some(Any::null()),
    };
    let key = BitString::from_bytes(&numbers.to_der().unwrap()).unwrap();
    SubjectPublicKeyInfoOwned { algorithm, subject_public_key: key }
}
