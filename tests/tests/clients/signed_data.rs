//! A pkiMessage's `SignedData` (RFC 5652 §5, RFC 8894 §3.2), written in DER or in the BER of devices that write as they go.

use aws_lc_rs::digest::{SHA256, digest};
use scepter_tests::tlv::{CONTEXT_0, OCTET_STRING, PRINTABLE_STRING, SEQUENCE, SET, tlv};

/// How values that hold others are encoded, and long strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Definite length; strings whole: DER.
    Definite,
    /// Indefinite length; strings in segments.
    Indefinite,
}

/// Who signs.
pub(crate) struct Signer<'a> {
    /// The issuer's name in DER.
    pub(crate) issuer: &'a [u8],
    /// The serial number, an INTEGER in DER.
    pub(crate) serial_number: &'a [u8],
    /// The certificate in DER.
    pub(crate) certificate: &'a [u8],
}

const VERSION_1: &[u8] = b"\x02\x01\x01";
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const CONTENT_TYPE: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03";
const MESSAGE_DIGEST: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04";
const SHA_256: &[u8] = b"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00";
const RSA_ENCRYPTION: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
/// The OIDs of RFC 8894 §3.2.1 but for the last octet.
const SCEP_ATTRIBUTE: &[u8] = b"\x06\x0a\x60\x86\x48\x01\x86\xf8\x45\x01\x09";

/// The type of a message (RFC 8894 §3.2.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageType {
    /// PKCSReq.
    Enroll,
    /// CertPoll.
    Poll,
}

/// A message around an envelope. `sign` makes the RSA signature over bytes with SHA-256.
pub(crate) fn pki_message(
    form: Form,
    message_type: MessageType,
    signer: &Signer<'_>,
    envelope: &[u8],
    sign: impl FnOnce(&[u8]) -> Vec<u8>,
) -> Vec<u8> {
    // Attributes are signed, and so sent, as DER, whatever the form of the rest (RFC 5652 §5.4).
    let attributes = signed_attributes(message_type, envelope);
    let signature = sign(&tlv(SET, &attributes));
    let sid = form.constructed(SEQUENCE, &[signer.issuer, signer.serial_number]);
    let signer_info = form.constructed(
        SEQUENCE,
        &[
            VERSION_1,
            &sid,
            SHA_256,
            &tlv(CONTEXT_0, &attributes),
            RSA_ENCRYPTION,
            &tlv(OCTET_STRING, &signature),
        ],
    );
    let content = form.constructed(CONTEXT_0, &[&form.octets(envelope)]);
    let signed_data = form.constructed(
        SEQUENCE,
        &[
            VERSION_1,
            &form.constructed(SET, &[SHA_256]),
            &form.constructed(SEQUENCE, &[DATA, &content]),
            &form.constructed(CONTEXT_0, &[signer.certificate]),
            &form.constructed(SET, &[&signer_info]),
        ],
    );
    form.constructed(SEQUENCE, &[SIGNED_DATA, &form.constructed(CONTEXT_0, &[&signed_data])])
}

/// The attributes, sorted as DER has a SET OF.
fn signed_attributes(message_type: MessageType, envelope: &[u8]) -> Vec<u8> {
    let number = match message_type {
        MessageType::Enroll => b"19",
        MessageType::Poll => b"20",
    };
    let scep = |last: u8| [SCEP_ATTRIBUTE, &[last]].concat();
    let mut attributes = [
        attribute(CONTENT_TYPE, DATA),
        attribute(MESSAGE_DIGEST, &tlv(OCTET_STRING, digest(&SHA256, envelope).as_ref())),
        attribute(&scep(2), &tlv(PRINTABLE_STRING, number)),
        attribute(&scep(5), &tlv(OCTET_STRING, &[0x5a; 16])),
        attribute(&scep(7), &tlv(PRINTABLE_STRING, b"imitation/1+1=")),
    ];
    attributes.sort();
    attributes.concat()
}

fn attribute(oid: &[u8], value: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[oid, &tlv(SET, value)].concat())
}

impl Form {
    fn constructed(self, tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Definite => tlv(tag, &parts.concat()),
            Self::Indefinite => [&[tag, 0x80], &*parts.concat(), &[0, 0]].concat(),
        }
    }

    /// An OCTET STRING.
    fn octets(self, content: &[u8]) -> Vec<u8> {
        match self {
            Self::Definite => tlv(OCTET_STRING, content),
            Self::Indefinite => {
                let segments: Vec<_> = content.chunks(1000).map(|part| tlv(OCTET_STRING, part)).collect();
                self.constructed(0x20 | OCTET_STRING, &[&segments.concat()])
            }
        }
    }
}
