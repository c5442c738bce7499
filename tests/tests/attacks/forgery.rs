//! Messages that our client does not write: any attributes around any envelope, well signed all the same.

use aws_lc_rs::cipher::{AES_128, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use der::Encode as _;
use scepter_scep::{DigestAlgorithm, SignerCertificate};
use scepter_tests::tlv::{CONTEXT_0, INTEGER, OCTET_STRING, PRINTABLE_STRING, SEQUENCE, SET, tlv};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::sender::{NONCE, Sender, TRANSACTION};

const DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const ENVELOPED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";
const CONTENT_TYPE: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03";
const MESSAGE_DIGEST: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04";
/// The OIDs of RFC 8894 §3.2.1 but for their last octet.
const SCEP_ATTRIBUTE: &[u8] = b"\x06\x0a\x60\x86\x48\x01\x86\xf8\x45\x01\x09";
const MESSAGE_TYPE: u8 = 2;
const SENDER_NONCE: u8 = 5;
const TRANSACTION_ID: u8 = 7;
/// Algorithm identifiers, their parameters included.
const RSA_ENCRYPTION: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
const SHA_256: &[u8] = b"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00";
/// The OID of AES-128 in CBC mode.
const AES_128_CBC: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x02";

/// A message whose parts are its forger's to choose. Its signatures hold, where its digest is said to be what it is.
#[derive(Clone)]
pub(crate) struct Forgery<'a> {
    pub(crate) sender: &'a Sender,
    /// An attribute for each; none leaves it out.
    pub(crate) message_types: &'a [&'a str],
    /// What is said to be the digest: an algorithm identifier.
    pub(crate) digest: &'a [u8],
    /// What it is.
    pub(crate) hash: DigestAlgorithm,
    /// Who signs the same beside the sender.
    pub(crate) more_signers: &'a [&'a Sender],
    /// Certificates of nobody who signs.
    pub(crate) more_certificates: &'a [Vec<u8>],
    /// Attributes, in DER, beside those that a message has.
    pub(crate) more_attributes: &'a [Vec<u8>],
    pub(crate) envelope: &'a Envelope,
}

impl<'a> Forgery<'a> {
    /// A PKCSReq with nothing wrong but, perhaps, its envelope.
    pub(crate) fn honest(sender: &'a Sender, envelope: &'a Envelope) -> Self {
        Self {
            sender,
            message_types: &["19"],
            digest: SHA_256,
            hash: DigestAlgorithm::Sha256,
            more_signers: &[],
            more_certificates: &[],
            more_attributes: &[],
            envelope,
        }
    }

    /// The message in DER.
    pub(crate) fn write(&self) -> Vec<u8> {
        let content = self.envelope.to_der();
        let attributes = self.attributes(&content);
        let signers = std::iter::once(&self.sender).chain(self.more_signers);
        let signer_infos: Vec<u8> =
            signers.flat_map(|signer| self.signer_info(signer, &attributes)).collect();
        let own = &self.sender.certificate;
        let others = self.more_signers.iter().map(|signer| &signer.certificate).filter(|other| *other != own);
        let certificates = std::iter::once(own).chain(others).chain(self.more_certificates);
        let certificates: Vec<u8> = certificates.flatten().copied().collect();
        let encapsulated = [DATA, &tlv(CONTEXT_0, &tlv(OCTET_STRING, &content))].concat();
        let signed_data = [
            version(1),
            tlv(SET, self.digest),
            tlv(SEQUENCE, &encapsulated),
            tlv(CONTEXT_0, &certificates),
            tlv(SET, &signer_infos),
        ];
        content_info(SIGNED_DATA, &signed_data.concat())
    }

    fn signer_info(&self, signer: &Sender, attributes: &[u8]) -> Vec<u8> {
        let signature = signer.key.sign(self.hash, &tlv(SET, attributes));
        let parts = [
            version(1),
            issuer_and_serial(&signer.certificate),
            self.digest.to_vec(),
            tlv(CONTEXT_0, attributes),
            RSA_ENCRYPTION.to_vec(),
            tlv(OCTET_STRING, &signature),
        ];
        tlv(SEQUENCE, &parts.concat())
    }

    fn attributes(&self, content: &[u8]) -> Vec<u8> {
        let scep = |last: u8| [SCEP_ATTRIBUTE, &[last]].concat();
        let mut attributes = vec![
            attribute(CONTENT_TYPE, DATA),
            attribute(MESSAGE_DIGEST, &tlv(OCTET_STRING, &hashed(self.hash, content))),
            attribute(&scep(SENDER_NONCE), &tlv(OCTET_STRING, &NONCE)),
            attribute(&scep(TRANSACTION_ID), &tlv(PRINTABLE_STRING, TRANSACTION.as_bytes())),
        ];
        let types = self.message_types.iter();
        attributes.extend(
            types.map(|text| attribute(&scep(MESSAGE_TYPE), &tlv(PRINTABLE_STRING, text.as_bytes()))),
        );
        attributes.extend_from_slice(self.more_attributes);
        attributes.sort();
        attributes.concat()
    }
}

/// An envelope whose parts can be exchanged: the key for another, the ciphertext for anything.
#[derive(Clone)]
pub(crate) struct Envelope {
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) cipher: &'static [u8],
    pub(crate) iv: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
}

impl Envelope {
    /// `plaintext`, well sealed with AES-128.
    pub(crate) fn sealed(to: &SignerCertificate, plaintext: &[u8]) -> Self {
        let (key, iv) = ([3; 16], [4; 16]);
        let cipher = UnboundCipherKey::new(&AES_128, &key).unwrap();
        let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(cipher).unwrap();
        let mut ciphertext = plaintext.to_vec();
        cipher.less_safe_encrypt(&mut ciphertext, EncryptionContext::Iv128(FixedLength::from(iv))).unwrap();
        Self {
            recipients: vec![Recipient::of_key(to, &key)],
            cipher: AES_128_CBC,
            iv: iv.to_vec(),
            ciphertext,
        }
    }

    fn to_der(&self) -> Vec<u8> {
        let recipient_infos: Vec<u8> = self.recipients.iter().flat_map(Recipient::to_der).collect();
        let algorithm = tlv(SEQUENCE, &[self.cipher, &tlv(OCTET_STRING, &self.iv)].concat());
        let encrypted = [DATA, &algorithm, &tlv(0x80, &self.ciphertext)].concat();
        let enveloped = [version(0), tlv(SET, &recipient_infos), tlv(SEQUENCE, &encrypted)];
        content_info(ENVELOPED_DATA, &enveloped.concat())
    }
}

/// Somebody's name, and what is said to be the content key encrypted to them.
#[derive(Clone)]
pub(crate) struct Recipient {
    pub(crate) name: Vec<u8>,
    pub(crate) encrypted_key: Vec<u8>,
}

impl Recipient {
    /// `key`, well encrypted to the holder of a certificate.
    pub(crate) fn of_key(to: &SignerCertificate, key: &[u8]) -> Self {
        Self::of(to, &wrap(to, key))
    }

    /// Anything in the place of an encrypted key.
    pub(crate) fn of(to: &SignerCertificate, encrypted_key: &[u8]) -> Self {
        Self { name: issuer_and_serial(to.der()), encrypted_key: encrypted_key.to_vec() }
    }

    fn to_der(&self) -> Vec<u8> {
        let encrypted_key = tlv(OCTET_STRING, &self.encrypted_key);
        tlv(SEQUENCE, &[version(0), self.name.clone(), RSA_ENCRYPTION.to_vec(), encrypted_key].concat())
    }
}

/// RSAES-PKCS1-v1_5 of any bytes, of the length of a key or not.
pub(crate) fn wrap(to: &SignerCertificate, key: &[u8]) -> Vec<u8> {
    let recipient = PublicEncryptingKey::from_der(to.public_key().spki_der()).unwrap();
    let mut encrypted = vec![0; recipient.key_size_bytes()];
    let recipient = Pkcs1PublicEncryptingKey::new(recipient).unwrap();
    recipient.encrypt(key, &mut encrypted).unwrap().to_vec()
}

fn content_info(content_type: &[u8], content: &[u8]) -> Vec<u8> {
    let content = tlv(CONTEXT_0, &tlv(SEQUENCE, content));
    tlv(SEQUENCE, &[content_type, &content].concat())
}

/// One attribute with one value.
pub(crate) fn attribute(oid: &[u8], value: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[oid, &tlv(SET, value)].concat())
}

fn hashed(hash: DigestAlgorithm, bytes: &[u8]) -> Vec<u8> {
    let algorithm = match hash {
        DigestAlgorithm::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
        DigestAlgorithm::Sha256 => &SHA256,
        DigestAlgorithm::Sha384 => &SHA384,
        DigestAlgorithm::Sha512 => &SHA512,
    };
    digest(algorithm, bytes).as_ref().to_vec()
}

fn version(number: u8) -> Vec<u8> {
    tlv(INTEGER, &[number])
}

/// The `IssuerAndSerialNumber` that names a certificate.
fn issuer_and_serial(certificate: &[u8]) -> Vec<u8> {
    let parsed = Certificate::from_der(certificate).unwrap();
    let tbs = parsed.tbs_certificate();
    let name = [tbs.issuer().to_der().unwrap(), tbs.serial_number().to_der().unwrap()];
    tlv(SEQUENCE, &name.concat())
}
