//! A device, an RA and what they send to each other.
#![allow(dead_code, reason = "each test binary uses its part")]

pub(crate) mod ber;
pub(crate) mod keys;

use std::time::{Duration, SystemTime};

use keys::RsaKey;
use scepter_scep::{
    Algorithms, CertRep, CertificationRequest, CertsOnly, ContentCipher, ContentKey, DigestAlgorithm,
    EnvelopeSecrets, IssuerAndSerial, KeyTransport, Limits, Nonce, ReplyTo, SealedRequest, Secret,
    SignerCertificate, ToBeSigned, TransactionId, Verified, WrappedKey,
    client::{
        self, Answer, Expected, Inquiry, PkiRequest, RequestDraft, SelfSignedDraft, Unexpected,
        UnsignedStructure,
    },
    parse,
};

pub(crate) const CHALLENGE: &str = "correct horse";

/// Whoever has a key and a certificate.
pub(crate) struct Party {
    pub(crate) key: RsaKey,
    pub(crate) certificate: Vec<u8>,
    pub(crate) subject: Vec<u8>,
}

impl Party {
    pub(crate) fn new(common_name: &str) -> Self {
        let key = RsaKey::generate();
        let subject = name(common_name);
        let certificate = self_signed(&subject, &key.spki_der, |bytes| key.sign(32, bytes));
        Self { key, certificate, subject }
    }

    pub(crate) fn issuer_and_serial(&self) -> IssuerAndSerial {
        IssuerAndSerial::of_certificate(&self.certificate).unwrap()
    }

    /// A certification request for this party's key.
    pub(crate) fn csr(&self, extensions_der: Option<&[u8]>) -> Vec<u8> {
        let challenge = Secret::new(CHALLENGE.to_owned());
        let draft = RequestDraft {
            subject_der: &self.subject,
            spki_der: &self.key.spki_der,
            challenge_password: Some(&challenge),
            extensions_der,
        };
        sign_structure(&self.key, draft.prepare().unwrap())
    }

    pub(crate) fn sign(&self, message: ToBeSigned) -> Vec<u8> {
        let signature = self.key.sign(digest_length(message.digest()), &message.bytes().unwrap());
        message.assemble(&signature).unwrap()
    }

    pub(crate) fn unwrap(&self, key: WrappedKey<'_>) -> ContentKey {
        ContentKey::new(match key.transport {
            KeyTransport::RsaPkcs1 => self.key.unwrap(key.encrypted_key, key.key_length),
            KeyTransport::RsaOaep { hash, .. } => {
                self.key.unwrap_oaep(key.encrypted_key, digest_length(hash))
            }
        })
    }

    /// The content key of a request that is for this party.
    pub(crate) fn content_key<Data>(&self, request: &SealedRequest<Data>) -> ContentKey {
        self.unwrap(request.wrapped_key(&self.issuer_and_serial()).unwrap())
    }
}

/// A certificate of one's own. Its serial number is the length of its subject, after a byte that makes it negative.
pub(crate) fn self_signed(subject: &[u8], spki_der: &[u8], sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let draft = SelfSignedDraft {
        subject_der: subject,
        spki_der,
        serial_number: &[0x80, subject.len().try_into().unwrap()],
        not_before: now(),
        not_after: now() + Duration::from_hours(24),
    };
    let draft = draft.prepare().unwrap();
    let signature = sign(draft.bytes());
    draft.assemble(&signature).unwrap()
}

/// A message that is whole.
pub(crate) fn verified(message: &[u8]) -> Verified {
    parse(message, &Limits::default()).unwrap().verify(&Algorithms::default()).unwrap()
}

/// A message that is whole, and a PKCSReq or RenewalReq.
pub(crate) fn sealed(message: &[u8]) -> SealedRequest<CertificationRequest> {
    match verified(message) {
        Verified::Enrollment(sealed) | Verified::Renewal(sealed) => sealed,
        Verified::CertPoll(_) | Verified::GetCert(_) | Verified::GetCrl(_) => {
            panic!("not a certification request")
        }
    }
}

/// What a PKCSReq or RenewalReq asks `ra`, and whom an answer goes to.
pub(crate) fn opened(ra: &Party, message: &[u8]) -> (ReplyTo, CertificationRequest) {
    let sealed = sealed(message);
    let to = sealed.reply_to().clone();
    let key = ra.content_key(&sealed);
    (to, sealed.open(&key).unwrap())
}

/// A request of `device` to `ra`.
pub(crate) fn request(device: &Party, ra: &Party, inquiry: Inquiry<'_>) -> Vec<u8> {
    request_with(device, ra, inquiry, ContentCipher::Aes128Cbc, DigestAlgorithm::Sha256)
}

pub(crate) fn request_with(
    device: &Party,
    ra: &Party,
    inquiry: Inquiry<'_>,
    cipher: ContentCipher,
    digest: DigestAlgorithm,
) -> Vec<u8> {
    request_by(device, ra, inquiry, cipher, digest, KeyTransport::RsaPkcs1)
}

pub(crate) fn request_by(
    device: &Party,
    ra: &Party,
    inquiry: Inquiry<'_>,
    cipher: ContentCipher,
    digest: DigestAlgorithm,
    key_transport: KeyTransport,
) -> Vec<u8> {
    let recipient = SignerCertificate::from_der(&ra.certificate).unwrap();
    let request = PkiRequest {
        inquiry,
        transaction_id: &transaction_id(),
        sender_nonce: &device_nonce(),
        recipient: &recipient,
        key_transport,
        cipher,
        digest,
    };
    device.sign(request.prepare(&device.certificate, &secrets(1), now()).unwrap())
}

/// The RA's answer, signed.
pub(crate) fn answer(ra: &Party, cert_rep: CertRep) -> Vec<u8> {
    let signer = SignerCertificate::from_der(&ra.certificate).unwrap();
    ra.sign(cert_rep.prepare(&signer, &Nonce::new([2; 16]), now()).unwrap())
}

/// An answer of `ra`, as the device that asked reads it.
pub(crate) fn read(ra: &Party, reply: &[u8]) -> Result<Answer, Unexpected> {
    let expected = Expected {
        transaction_id: &transaction_id(),
        sender_nonce: &device_nonce(),
        signers: std::slice::from_ref(&ra.certificate),
    };
    client::read_answer(reply, &Limits::default()).unwrap().verify(&expected, &Algorithms::default())
}

/// What an answer grants.
pub(crate) fn granted(device: &Party, ra: &Party, reply: &[u8]) -> CertsOnly {
    let Answer::Granted(sealed) = read(ra, reply).unwrap() else { panic!("not granted") };
    let key = device.unwrap(sealed.wrapped_key(&device.issuer_and_serial()).unwrap());
    sealed.open(&key).unwrap()
}

pub(crate) fn grant(certificate: &[u8]) -> CertsOnly {
    CertsOnly { certificates: vec![certificate.to_vec()], crls: Vec::new() }
}

pub(crate) fn transaction_id() -> TransactionId {
    TransactionId::new("4f+A/=").unwrap()
}

pub(crate) fn device_nonce() -> Nonce {
    Nonce::new([1; 16])
}

pub(crate) fn secrets(seed: u8) -> EnvelopeSecrets {
    EnvelopeSecrets::from_random(std::array::from_fn(|index| seed.wrapping_add(u8::try_from(index).unwrap())))
}

/// Noon on 23 November 2026.
pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(498_732)
}

/// `CN=common_name` in DER.
pub(crate) fn name(common_name: &str) -> Vec<u8> {
    let value = tlv(0x0c, common_name.as_bytes());
    let attribute = tlv(0x30, &[&[0x06, 0x03, 0x55, 0x04, 0x03][..], &value].concat());
    tlv(0x30, &tlv(0x31, &attribute))
}

/// A value of less than 128 bytes.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    assert!(length < 0x80);
    [&[tag, length][..], content].concat()
}

/// Where `needle` begins in `haystack`; it must be there once.
pub(crate) fn position(haystack: &[u8], needle: &[u8]) -> usize {
    let mut found = haystack.windows(needle.len()).enumerate().filter(|(_, window)| *window == needle);
    let (position, _) = found.next().unwrap();
    assert!(found.next().is_none());
    position
}

fn sign_structure(key: &RsaKey, structure: UnsignedStructure) -> Vec<u8> {
    let signature = key.sign(digest_length(structure.digest()), structure.bytes());
    structure.assemble(&signature).unwrap()
}

fn digest_length(digest: DigestAlgorithm) -> usize {
    match digest {
        DigestAlgorithm::Sha1 => 20,
        DigestAlgorithm::Sha256 => 32,
        DigestAlgorithm::Sha384 => 48,
        DigestAlgorithm::Sha512 => 64,
    }
}
