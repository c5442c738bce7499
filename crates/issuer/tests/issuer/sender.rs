//! Whoever sends pkiMessages: with a certificate of their own making or of ours, of every type, by POST.

use std::time::{Duration, SystemTime};

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use scepter_device::{DeviceKey, Ticket};
use scepter_scep::client::{
    Answer, Authority, Expected, Inquiry, PkiRequest, RequestDraft, SelfSignedDraft, UnsignedStructure,
    read_answer,
};
use scepter_scep::{
    Algorithms, CertsOnly, ContentCipher, DigestAlgorithm, EnvelopeSecrets, FailInfo, IssuerAndSerial,
    KeyTransport, Limits, Nonce, Secret, TransactionId,
};

use crate::world::{World, new_key};

/// A key that signs messages.
pub(crate) enum Key {
    Rsa(DeviceKey),
    /// One that cannot decrypt.
    Curve(EcdsaKeyPair, Vec<u8>),
}

impl Key {
    pub(crate) fn rsa() -> Self {
        Self::Rsa(new_key())
    }

    pub(crate) fn curve() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let spki = spki.as_ref().to_vec();
        Self::Curve(pair, spki)
    }

    pub(crate) fn spki(&self) -> &[u8] {
        match self {
            Self::Rsa(key) => key.spki(),
            Self::Curve(_, spki) => spki,
        }
    }

    pub(crate) fn sign(&self, digest: DigestAlgorithm, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => key.sign(digest, message).unwrap(),
            Self::Curve(pair, _) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
        }
    }

    fn sign_structure(&self, unsigned: UnsignedStructure) -> Vec<u8> {
        let signature = self.sign(unsigned.digest(), unsigned.bytes());
        unsigned.assemble(&signature).unwrap()
    }
}

/// A key, and the certificate that its messages are signed with.
pub(crate) struct Sender {
    pub(crate) key: Key,
    pub(crate) certificate: Vec<u8>,
}

/// How a message travels; each test changes what it is about.
#[derive(Clone)]
pub(crate) struct Travel {
    pub(crate) transaction: &'static str,
    pub(crate) cipher: ContentCipher,
    pub(crate) digest: DigestAlgorithm,
    pub(crate) key_transport: KeyTransport,
}

impl Default for Travel {
    fn default() -> Self {
        Self {
            transaction: "transaction-1",
            cipher: ContentCipher::Aes128Cbc,
            digest: DigestAlgorithm::Sha256,
            key_transport: KeyTransport::RsaPkcs1,
        }
    }
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Granted(CertsOnly),
    Refused(FailInfo),
    Pending,
}

impl Reply {
    pub(crate) fn certificate(self) -> Vec<u8> {
        match self {
            Self::Granted(granted) => granted.certificates.into_iter().next().unwrap(),
            other => panic!("not granted: {other:?}"),
        }
    }
}

impl Sender {
    /// Somebody with a certificate that they made themselves, for a device's name.
    pub(crate) fn self_made(subject_der: &[u8], key: Key) -> Self {
        let now = SystemTime::now();
        let draft = SelfSignedDraft {
            subject_der,
            spki_der: key.spki(),
            serial_number: &[7],
            not_before: now,
            not_after: now + Duration::from_hours(1),
        };
        let certificate = key.sign_structure(draft.prepare().unwrap());
        Self { key, certificate }
    }

    pub(crate) fn name(&self) -> IssuerAndSerial {
        IssuerAndSerial::of_certificate(&self.certificate).unwrap()
    }

    /// A whole message, encrypted to the issuer and signed.
    pub(crate) async fn message(&self, world: &World, inquiry: Inquiry<'_>, travel: &Travel) -> Vec<u8> {
        let authority = world.scep().authority().await.unwrap();
        self.message_to(&authority, inquiry, travel)
    }

    pub(crate) fn message_to(&self, authority: &Authority, inquiry: Inquiry<'_>, travel: &Travel) -> Vec<u8> {
        let request = PkiRequest {
            inquiry,
            transaction_id: &TransactionId::new(travel.transaction).unwrap(),
            sender_nonce: &nonce(),
            recipient: authority.encrypt_to(),
            key_transport: travel.key_transport,
            cipher: travel.cipher,
            digest: travel.digest,
        };
        let secrets = EnvelopeSecrets::from_random(std::array::from_fn(|byte| u8::try_from(byte).unwrap()));
        let unsigned = request.prepare(&self.certificate, &secrets, SystemTime::now()).unwrap();
        let signature = self.key.sign(unsigned.digest(), &unsigned.bytes().unwrap());
        unsigned.assemble(&signature).unwrap()
    }

    /// Sends a message and reads what comes back.
    pub(crate) async fn ask(&self, world: &World, inquiry: Inquiry<'_>) -> Reply {
        self.ask_as(world, inquiry, &Travel::default()).await
    }

    pub(crate) async fn ask_as(&self, world: &World, inquiry: Inquiry<'_>, travel: &Travel) -> Reply {
        let message = self.message(world, inquiry, travel).await;
        let body = world.scep().pki_operation(message).await.unwrap();
        self.read(world, &body, travel, None).await
    }

    /// Reads an answer; `challenge` opens what was sealed under it.
    pub(crate) async fn read(
        &self,
        world: &World,
        body: &[u8],
        travel: &Travel,
        challenge: Option<&Secret>,
    ) -> Reply {
        let authority = world.scep().authority().await.unwrap();
        self.read_from(&authority, body, travel, challenge)
    }

    /// The same, where the answer has to come from an authority that is known already.
    pub(crate) fn read_from(
        &self,
        authority: &Authority,
        body: &[u8],
        travel: &Travel,
        challenge: Option<&Secret>,
    ) -> Reply {
        let expected = Expected {
            transaction_id: &TransactionId::new(travel.transaction).unwrap(),
            sender_nonce: &nonce(),
            signers: authority.certificates(),
        };
        let answer = read_answer(body, &Limits::default()).unwrap();
        match answer.verify(&expected, &Algorithms::default()).unwrap() {
            Answer::Pending => Reply::Pending,
            Answer::Refused { fail_info, text } => {
                assert_eq!(text, None, "failInfo is all that is told");
                Reply::Refused(fail_info)
            }
            Answer::Granted(sealed) => Reply::Granted(match (&self.key, challenge) {
                (Key::Rsa(key), _) => {
                    let content_key = key.unwrap(&sealed.wrapped_key(&self.name()).unwrap()).unwrap();
                    sealed.open(&content_key).unwrap()
                }
                (Key::Curve(..), Some(challenge)) => sealed.open_with_password(challenge).unwrap(),
                (Key::Curve(..), None) => panic!("nothing opens the answer"),
            }),
        }
    }
}

/// The nonce of every message here.
fn nonce() -> Nonce {
    Nonce::new([1; 16])
}

/// A certification request that asks for what a ticket says, with its challenge or without.
pub(crate) fn certification_request(ticket: &Ticket, key: &Key, challenge: Option<&Secret>) -> Vec<u8> {
    let extensions = alternative_names(&ticket.san_der);
    let draft = RequestDraft {
        subject_der: &ticket.subject_der,
        spki_der: key.spki(),
        challenge_password: challenge,
        extensions_der: Some(&extensions),
    };
    key.sign_structure(draft.prepare().unwrap())
}

/// `Extensions` with subjectAltName alone.
fn alternative_names(san_der: &[u8]) -> Vec<u8> {
    let extension = [&[0x06, 0x03, 0x55, 0x1d, 0x11][..], &tlv(0x04, san_der)].concat();
    tlv(0x30, &tlv(0x30, &extension))
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    assert!(length < 0x80);
    [&[tag, length][..], content].concat()
}
