//! A device whose signature is good over whatever the fuzzer makes, so that the fuzzer gets behind it.

use std::sync::LazyLock;
use std::time::SystemTime;

use aws_lc_rs::cipher::{AES_128, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use scepter_scep::client::SelfSignedDraft;
use scepter_scep::{Algorithms, ContentKey, IssuerAndSerial, Limits, MessageType, Verified, parse};

/// `CN=fuzz` in DER.
const SUBJECT: &[u8] = b"\x30\x0f\x31\x0d\x30\x0b\x06\x03\x55\x04\x03\x0c\x04fuzz";
const CONTENT_KEY: [u8; 16] = [7; 16];
const IV: [u8; 16] = [9; 16];

// Object identifiers in DER: RFC 5652, RFC 5758, NIST, RFC 8894 §3.2.1.
const ID_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const ID_SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const ID_ENVELOPED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";
const CONTENT_TYPE: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03";
const MESSAGE_DIGEST: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04";
const SHA_256: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
const AES_128_CBC: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x02";
const ECDSA_WITH_SHA_256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const MESSAGE_TYPE: &[u8] = b"\x06\x0a\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x02";
const SENDER_NONCE: &[u8] = b"\x06\x0a\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x05";
const TRANSACTION_ID: &[u8] = b"\x06\x0a\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x07";

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OCTET_STRING: u8 = 0x04;
const PRINTABLE_STRING: u8 = 0x13;
/// `[0]`, constructed.
const CONTEXT_0: u8 = 0xa0;
/// `[0] IMPLICIT OCTET STRING`.
const ENCRYPTED_CONTENT: u8 = 0x80;

struct Device {
    key: EcdsaKeyPair,
    certificate: Vec<u8>,
}

static DEVICE: LazyLock<Device> = LazyLock::new(|| {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let spki: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    let at = SystemTime::UNIX_EPOCH;
    let draft = SelfSignedDraft {
        subject_der: SUBJECT,
        spki_der: spki.as_ref(),
        serial_number: &[1],
        not_before: at,
        not_after: at,
    };
    // Nobody looks at the signature of a certificate that a device made itself.
    let certificate = draft.prepare().unwrap().assemble(&[]).unwrap();
    Device { key, certificate }
});

/// The key of every envelope here, in the length of any cipher.
pub fn content_key(length: usize) -> ContentKey {
    ContentKey::new(vec![CONTENT_KEY[0]; length])
}

/// An envelope that holds `plaintext` under [`content_key`], for nobody in particular.
pub fn envelope(plaintext: &[u8]) -> Vec<u8> {
    let key = UnboundCipherKey::new(&AES_128, &CONTENT_KEY).unwrap();
    let mut ciphertext = plaintext.to_vec();
    let context = EncryptionContext::Iv128((&IV).into());
    PaddedBlockEncryptingKey::cbc_pkcs7(key).unwrap().less_safe_encrypt(&mut ciphertext, context).unwrap();
    let cipher = tlv(SEQUENCE, &[AES_128_CBC, &tlv(OCTET_STRING, &[&IV])]);
    let encrypted = tlv(SEQUENCE, &[ID_DATA, &cipher, &tlv(ENCRYPTED_CONTENT, &[&ciphertext])]);
    content_info(ID_ENVELOPED_DATA, &[b"\x02\x01\x00", &tlv(SET, &[]), &encrypted])
}

/// A message of any content, well signed, as far as the server gets with it without a key. `None` where it is malformed,
/// or names algorithms that are refused.
pub fn verified(message_type: MessageType, content: &[u8]) -> Option<Verified> {
    let message = signed(message_type, content);
    parse(&message, &Limits::default()).ok()?.verify(&Algorithms::default().with_triple_des()).ok()
}

/// The `SignedData` of RFC 8894 §3.
fn signed(message_type: MessageType, content: &[u8]) -> Vec<u8> {
    let device = &*DEVICE;
    let attributes = [
        attribute(CONTENT_TYPE, ID_DATA),
        attribute(MESSAGE_DIGEST, &tlv(OCTET_STRING, &[digest(&SHA256, content).as_ref()])),
        attribute(MESSAGE_TYPE, &tlv(PRINTABLE_STRING, &[message_type.as_str().as_bytes()])),
        attribute(SENDER_NONCE, &tlv(OCTET_STRING, &[&[1; 16]])),
        attribute(TRANSACTION_ID, &tlv(PRINTABLE_STRING, &[b"fuzz"])),
    ]
    .concat();
    let signature = device.key.sign(&SystemRandom::new(), &tlv(SET, &[&attributes])).unwrap();
    let signer = IssuerAndSerial::of_certificate(&device.certificate).unwrap();
    let version = b"\x02\x01\x01";
    let digest_algorithm = tlv(SEQUENCE, &[SHA_256]);
    let signer_info = tlv(
        SEQUENCE,
        &[
            version,
            &tlv(SEQUENCE, &[signer.issuer_der(), &tlv(0x02, &[signer.serial_number()])]),
            &digest_algorithm,
            &tlv(CONTEXT_0, &[&attributes]),
            &tlv(SEQUENCE, &[ECDSA_WITH_SHA_256]),
            &tlv(OCTET_STRING, &[signature.as_ref()]),
        ],
    );
    let encapsulated = tlv(SEQUENCE, &[ID_DATA, &tlv(CONTEXT_0, &[&tlv(OCTET_STRING, &[content])])]);
    let certificates = tlv(CONTEXT_0, &[&device.certificate]);
    let parts =
        [version, &*tlv(SET, &[&digest_algorithm]), &encapsulated, &certificates, &tlv(SET, &[&signer_info])];
    content_info(ID_SIGNED_DATA, &parts)
}

fn content_info(content_type: &[u8], content: &[&[u8]]) -> Vec<u8> {
    tlv(SEQUENCE, &[content_type, &tlv(CONTEXT_0, &[&tlv(SEQUENCE, content)])])
}

fn attribute(oid: &[u8], value: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[oid, &tlv(SET, &[value])])
}

/// A value in DER. `parts` is its content.
fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|octet| **octet == 0).count()..];
    match significant {
        [] => vec![tag, 0],
        [short @ 0..0x80] => [&[tag, *short], &*content].concat(),
        long => [&[tag, 0x80 | u8::try_from(long.len()).unwrap()], long, &content].concat(),
    }
}
