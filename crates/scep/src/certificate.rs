//! Certificates as SCEP uses them: whose key it is, and how a message names it.

use der::{
    Decode, Encode, Tag,
    asn1::{AnyRef, Uint},
};

use crate::{
    Malformed, PublicKey,
    asn1::{
        certificate::{self, Certificate, IssuerAndSerialNumber},
        raw::tagged,
    },
};

/// `IssuerAndSerialNumber` (RFC 5652 §10.2.4): how CMS names a certificate. Equal when issuer and serial are the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IssuerAndSerial {
    issuer_der: Vec<u8>,
    serial_number: Vec<u8>,
}

impl IssuerAndSerial {
    /// The name of a certificate.
    pub fn of_certificate(der: &[u8]) -> Result<Self, Malformed> {
        Ok(SignerCertificate::from_der(der)?.issuer_and_serial)
    }

    /// A name from its parts: the issuer's `Name` in DER, and the serial number, unsigned and big-endian.
    pub fn new(issuer_der: &[u8], serial_number: &[u8]) -> Result<Self, Malformed> {
        let asn1 = |error| Malformed::asn1("issuer and serial number", error);
        let issuer = AnyRef::from_der(issuer_der).map_err(asn1)?;
        let serial = Uint::new(serial_number).and_then(|serial| serial.to_der()).map_err(asn1)?;
        Self::from_parts(issuer, AnyRef::from_der(&serial).map_err(asn1)?)
    }

    /// The issuer's `Name` in DER.
    pub fn issuer_der(&self) -> &[u8] {
        &self.issuer_der
    }

    /// The content of the INTEGER: two's complement, big-endian.
    pub fn serial_number(&self) -> &[u8] {
        &self.serial_number
    }

    pub(crate) fn read(value: AnyRef<'_>) -> Result<Self, Malformed> {
        let name = value
            .decode_as::<IssuerAndSerialNumber<'_>>()
            .map_err(|error| Malformed::asn1("issuer and serial number", error))?;
        Self::from_parts(name.issuer, name.serial_number)
    }

    pub(crate) fn to_der(&self) -> der::Result<Vec<u8>> {
        let serial_number = AnyRef::new(Tag::Integer, &self.serial_number)?;
        IssuerAndSerialNumber { issuer: AnyRef::from_der(&self.issuer_der)?, serial_number }.to_der()
    }

    fn from_parts(issuer: AnyRef<'_>, serial_number: AnyRef<'_>) -> Result<Self, Malformed> {
        tagged(issuer, "issuer", &[Tag::Sequence])?;
        let serial_number = tagged(serial_number, "serial number", &[Tag::Integer])?.to_vec();
        let issuer_der = issuer.to_der().map_err(|error| Malformed::asn1("issuer", error))?;
        Ok(Self { issuer_der, serial_number })
    }
}

/// `IssuerAndSubject` (RFC 8894 §3.3.3): how a poll names the certificate that it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerAndSubject {
    issuer_der: Vec<u8>,
    subject_der: Vec<u8>,
}

impl IssuerAndSubject {
    /// The CA's `Name` in DER.
    pub fn issuer_der(&self) -> &[u8] {
        &self.issuer_der
    }

    /// The requested subject's `Name` in DER.
    pub fn subject_der(&self) -> &[u8] {
        &self.subject_der
    }

    pub(crate) fn from_der(der: &[u8]) -> Result<Self, Malformed> {
        const PART: &str = "issuer and subject";
        let asn1 = |error| Malformed::asn1(PART, error);
        let names = certificate::IssuerAndSubject::from_der(der).map_err(asn1)?;
        tagged(names.issuer, PART, &[Tag::Sequence])?;
        tagged(names.subject, PART, &[Tag::Sequence])?;
        Ok(Self {
            issuer_der: names.issuer.to_der().map_err(asn1)?,
            subject_der: names.subject.to_der().map_err(asn1)?,
        })
    }
}

/// The certificate that signed a message: self-made by a device that enrolls, or issued by a CA.
///
/// Only its names and its key are read. That it is in a message proves nothing: whoever trusts it compares
/// [`SignerCertificate::der`] with what a CA has issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerCertificate {
    der: Vec<u8>,
    issuer_and_serial: IssuerAndSerial,
    subject_der: Vec<u8>,
    public_key: PublicKey,
}

impl SignerCertificate {
    /// Reads names and key of a certificate; extensions and validity are not looked at.
    pub fn from_der(der: &[u8]) -> Result<Self, Malformed> {
        let asn1 = |error| Malformed::asn1("certificate", error);
        let tbs = Certificate::from_der(der).map_err(asn1)?.tbs;
        tagged(tbs.subject, "subject", &[Tag::Sequence])?;
        Ok(Self {
            der: der.to_vec(),
            issuer_and_serial: IssuerAndSerial::from_parts(tbs.issuer, tbs.serial_number)?,
            subject_der: tbs.subject.to_der().map_err(asn1)?,
            public_key: PublicKey::read(tbs.public_key)?,
        })
    }

    /// The whole certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its issuer and serial number.
    pub fn issuer_and_serial(&self) -> &IssuerAndSerial {
        &self.issuer_and_serial
    }

    /// Its subject's `Name` in DER.
    pub fn subject_der(&self) -> &[u8] {
        &self.subject_der
    }

    /// Its key.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }
}
