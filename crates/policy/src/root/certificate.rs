//! The certificate of a trusted root profile, read from PEM or DER. Its signature is not checked here: policy does no
//! cryptography.

use der::asn1::OctetString;
use der::{Decode, Encode, pem};
use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, SubjectKeyIdentifier};
use x509_cert::time::Time;

use crate::name::Oid;

/// Signature algorithms that iOS does not accept in a root (ROOT-06), with the name that people know.
const UNLOVED_SIGNATURES: [(Oid, &str); 5] = [
    (Oid::new_unwrap("1.2.840.113549.1.1.4"), "MD5 with RSA"),
    (Oid::new_unwrap("1.2.840.113549.1.1.5"), "SHA-1 with RSA"),
    (Oid::new_unwrap("1.2.840.10040.4.3"), "SHA-1 with DSA"),
    (Oid::new_unwrap("1.2.840.10045.4.1"), "SHA-1 with ECDSA"),
    (Oid::new_unwrap("1.2.840.113549.1.1.10"), "RSASSA-PSS"),
];

/// Why bytes are no certificate that a root profile can hold (ROOT-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACertificate {
    /// A private key stands in the text.
    #[error("a private key stands beside the certificate; whoever could read this profile may have it")]
    PrivateKey,
    /// No PEM block says CERTIFICATE.
    #[error("there is no CERTIFICATE block")]
    NoBlock,
    /// More than one PEM block.
    #[error("there are {0} PEM blocks instead of one")]
    ManyBlocks(usize),
    /// The PEM block is no base64 of a certificate.
    #[error("the CERTIFICATE block cannot be decoded")]
    Pem,
    /// The bytes are no DER certificate.
    #[error("the bytes are no X.509 certificate")]
    Der,
}

/// What the rules ask of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RootFacts {
    /// The subject, for people.
    pub(crate) subject: String,
    /// The issuer, for people.
    pub(crate) issuer: String,
    /// Whether subject and issuer, and the key identifiers where there are any, are the same.
    pub(crate) self_signed: bool,
    /// Whether the basic constraints say that it is a CA.
    pub(crate) is_ca: bool,
    /// When it begins.
    pub(crate) not_before: Timestamp,
    /// When it ends.
    pub(crate) not_after: Timestamp,
    /// The name of the signature algorithm, where devices may refuse it.
    pub(crate) unloved_signature: Option<&'static str>,
}

/// Takes the DER out of a text with exactly one CERTIFICATE block; texts before and after it are comments.
pub(crate) fn from_pem(text: &str) -> Result<Vec<u8>, NotACertificate> {
    const BEGIN: &str = "-----BEGIN ";
    if text.contains("PRIVATE KEY-----") {
        return Err(NotACertificate::PrivateKey);
    }
    let blocks = text.matches(BEGIN).count();
    if blocks > 1 {
        return Err(NotACertificate::ManyBlocks(blocks));
    }
    let body = text
        .split_once("-----BEGIN CERTIFICATE-----")
        .and_then(|(_, rest)| rest.split_once("-----END CERTIFICATE-----"))
        .map(|(body, _)| body)
        .ok_or(NotACertificate::NoBlock)?;
    decode_body(body).ok_or(NotACertificate::Pem)
}

/// Decodes base64 of any line width; the decoder itself knows lines of 64 alone.
fn decode_body(body: &str) -> Option<Vec<u8>> {
    let base64: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let mut strict = b"-----BEGIN CERTIFICATE-----\n".to_vec();
    for line in base64.chunks(64) {
        strict.extend_from_slice(line);
        strict.push(b'\n');
    }
    strict.extend_from_slice(b"-----END CERTIFICATE-----\n");
    pem::decode_vec(&strict).ok().map(|(_, der)| der)
}

/// Takes the DER out of a file: DER itself, or PEM.
pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Vec<u8>, NotACertificate> {
    const SEQUENCE: u8 = 0x30;
    match (bytes.first(), std::str::from_utf8(bytes)) {
        (Some(&SEQUENCE), _) => Ok(bytes.to_vec()),
        (_, Ok(text)) => from_pem(text),
        (_, Err(_)) => Err(NotACertificate::Der),
    }
}

impl RootFacts {
    /// Reads a DER certificate; nothing may follow it.
    pub(crate) fn read(der: &[u8]) -> Result<Self, NotACertificate> {
        let certificate = Certificate::from_der(der).map_err(|_| NotACertificate::Der)?;
        let tbs = certificate.tbs_certificate();
        let signature = certificate.signature_algorithm().oid;
        Ok(Self {
            subject: tbs.subject().to_string(),
            issuer: tbs.issuer().to_string(),
            self_signed: is_self_signed(&certificate).ok_or(NotACertificate::Der)?,
            is_ca: extension::<BasicConstraints>(&certificate)
                .map_err(|()| NotACertificate::Der)?
                .is_some_and(|constraints| constraints.ca),
            not_before: timestamp(tbs.validity().not_before).ok_or(NotACertificate::Der)?,
            not_after: timestamp(tbs.validity().not_after).ok_or(NotACertificate::Der)?,
            unloved_signature: UNLOVED_SIGNATURES
                .iter()
                .find(|(oid, _)| *oid == signature)
                .map(|(_, name)| *name),
        })
    }
}

/// By its names and key identifiers; `None` where those cannot be read.
fn is_self_signed(certificate: &Certificate) -> Option<bool> {
    let tbs = certificate.tbs_certificate();
    let same_name = tbs.issuer().to_der().ok()? == tbs.subject().to_der().ok()?;
    let authority: Option<OctetString> = extension::<AuthorityKeyIdentifier>(certificate)
        .ok()?
        .and_then(|identifier| identifier.key_identifier);
    let own: Option<OctetString> =
        extension::<SubjectKeyIdentifier>(certificate).ok()?.map(|identifier| identifier.0);
    let same_key = match (authority, own) {
        (Some(authority), Some(own)) => authority == own,
        (None, _) | (_, None) => true,
    };
    Some(same_name && same_key)
}

/// An extension, if the certificate has it; an error if it cannot be read.
fn extension<T>(certificate: &Certificate) -> Result<Option<T>, ()>
where
    T: for<'a> Decode<'a> + const_oid::AssociatedOid,
{
    let found = certificate.tbs_certificate().get_extension::<T>().map_err(|_| ())?;
    Ok(found.map(|(_critical, value)| value))
}

fn timestamp(time: Time) -> Option<Timestamp> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
    Timestamp::from_second(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::sample::{INTERMEDIATE, LEAF, PSS, ROOT, SHA1, der};

    #[test]
    fn one_block_is_read_whatever_stands_around_it_and_however_its_lines_break() {
        let plain = from_pem(ROOT).unwrap();
        assert_eq!(from_pem(&format!("subject=Acme\n{ROOT}\nthe end")).unwrap(), plain);
        assert_eq!(from_pem(&ROOT.replace('\n', "\r\n")).unwrap(), plain);
        let (head, body) = ROOT.split_at(ROOT.find('\n').unwrap() + 1);
        let (body, tail) = body.split_at(body.find("-----END").unwrap());
        assert_eq!(from_pem(&format!("{head}{}\n{tail}", body.replace('\n', ""))).unwrap(), plain);
    }

    #[test]
    fn anything_but_one_certificate_is_refused() {
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert_eq!(from_pem(&format!("{ROOT}{key}")), Err(NotACertificate::PrivateKey));
        assert_eq!(from_pem(&format!("{ROOT}{INTERMEDIATE}")), Err(NotACertificate::ManyBlocks(2)));
        assert_eq!(from_pem("hello"), Err(NotACertificate::NoBlock));
        assert_eq!(from_pem(&ROOT.replace("CERTIFICATE", "X509 CRL")), Err(NotACertificate::NoBlock));
        let broken = "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
        assert_eq!(from_pem(broken), Err(NotACertificate::Pem));
        assert_eq!(from_bytes(&[0xff, 0xfe]), Err(NotACertificate::Der));
    }

    #[test]
    fn a_file_holds_der_or_pem() {
        assert_eq!(from_bytes(&der(ROOT)), Ok(der(ROOT)));
        assert_eq!(from_bytes(ROOT.as_bytes()), Ok(der(ROOT)));
    }

    #[test]
    fn trailing_bytes_are_no_part_of_a_certificate() {
        let mut bytes = der(ROOT);
        bytes.push(0);
        assert_eq!(RootFacts::read(&bytes), Err(NotACertificate::Der));
    }

    #[test]
    fn a_root_an_intermediate_and_a_leaf_are_told_apart() {
        let facts = |pem| RootFacts::read(&der(pem)).unwrap();
        assert!(facts(ROOT).self_signed && facts(ROOT).is_ca);
        assert!(!facts(INTERMEDIATE).self_signed && facts(INTERMEDIATE).is_ca);
        assert!(!facts(LEAF).self_signed && !facts(LEAF).is_ca);
        assert_eq!(facts(ROOT).unloved_signature, None);
        assert_eq!(facts(SHA1).unloved_signature, Some("SHA-1 with RSA"));
        assert_eq!(facts(PSS).unloved_signature, Some("RSASSA-PSS"));
    }
}
