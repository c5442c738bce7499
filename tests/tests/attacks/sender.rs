//! Whoever sends requests: with any key, a certificate of any origin, and any message in between.

use std::time::{Duration, SystemTime};

use der::Encode as _;
use scepter_device::Ticket;
use scepter_scep::client::{
    Answer, Authority, Expected, Inquiry, PkiRequest, RequestDraft, SelfSignedDraft, UnsignedStructure,
    read_answer,
};
use scepter_scep::{
    Algorithms, ContentCipher, DigestAlgorithm, EnvelopeSecrets, FailInfo, IssuerAndSerial, KeyTransport,
    Limits, Nonce, Secret, TransactionId,
};
use x509_cert::ext::Extension;

use crate::key::Key;
use crate::names::alternative_names;
use crate::range::{HttpAnswer, Range};

/// The transaction of every message here, but where a test is about it.
pub(crate) const TRANSACTION: &str = "attack-1";
/// The nonce of every message here.
pub(crate) const NONCE: [u8; 16] = [1; 16];

/// A certification request before it is signed.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) subject_der: Vec<u8>,
    pub(crate) extensions: Vec<Extension>,
    pub(crate) challenge: Option<Secret>,
}

impl Request {
    /// What an honest device asks for with its ticket.
    pub(crate) fn honest(ticket: &Ticket) -> Self {
        Self {
            subject_der: ticket.subject_der.clone(),
            extensions: vec![alternative_names(&ticket.san_der)],
            challenge: Some(ticket.challenge.clone()),
        }
    }

    /// The same without a challenge, as a certificate renews itself.
    pub(crate) fn bare(ticket: &Ticket) -> Self {
        Self { challenge: None, ..Self::honest(ticket) }
    }

    /// The request in DER, for that key.
    pub(crate) fn for_key(&self, key: &Key) -> Vec<u8> {
        let extensions = self.extensions.to_der().unwrap();
        let draft = RequestDraft {
            subject_der: &self.subject_der,
            spki_der: key.spki(),
            challenge_password: self.challenge.as_ref(),
            extensions_der: Some(&extensions),
        };
        finish(draft.prepare().unwrap(), key)
    }
}

fn finish(unsigned: UnsignedStructure, key: &Key) -> Vec<u8> {
    let signature = key.sign(unsigned.digest(), unsigned.bytes());
    unsigned.assemble(&signature).unwrap()
}

/// A key, and the certificate that its messages are signed with.
pub(crate) struct Sender {
    pub(crate) key: Key,
    pub(crate) certificate: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// SUCCESS with this certificate.
    Granted(Vec<u8>),
    /// FAILURE.
    Refused(FailInfo),
    Pending,
    /// No pkiMessage, but an HTTP status.
    Http(u16),
}

impl Reply {
    pub(crate) fn certificate(self) -> Vec<u8> {
        match self {
            Self::Granted(certificate) => certificate,
            Self::Refused(_) | Self::Pending | Self::Http(_) => panic!("not granted: {self:?}"),
        }
    }
}

impl Sender {
    /// Somebody with a certificate that they made themselves.
    pub(crate) fn self_made(subject_der: &[u8]) -> Self {
        Self::holding(Key::new(), subject_der)
    }

    /// The same with a key that is there already.
    pub(crate) fn holding(key: Key, subject_der: &[u8]) -> Self {
        let certificate = self_signed(subject_der, &[7], &key);
        Self { key, certificate }
    }

    /// Enrolls honestly, and returns the holder of the certificate.
    pub(crate) async fn enrolled(range: &Range, ticket: &Ticket) -> Self {
        let sender = Self::self_made(&ticket.subject_der);
        let request = Request::honest(ticket).for_key(&sender.key);
        let certificate = sender.ask(range, Inquiry::Enroll(&request)).await.certificate();
        Self { certificate, ..sender }
    }

    pub(crate) fn name(&self) -> IssuerAndSerial {
        IssuerAndSerial::of_certificate(&self.certificate).unwrap()
    }

    /// A whole message, encrypted to the authority and signed.
    pub(crate) fn message(&self, authority: &Authority, inquiry: Inquiry<'_>) -> Vec<u8> {
        self.message_in(TRANSACTION, authority, inquiry)
    }

    pub(crate) fn message_in(
        &self,
        transaction: &str,
        authority: &Authority,
        inquiry: Inquiry<'_>,
    ) -> Vec<u8> {
        let request = PkiRequest {
            inquiry,
            transaction_id: &TransactionId::new(transaction).unwrap(),
            sender_nonce: &Nonce::new(NONCE),
            recipient: authority.encrypt_to(),
            key_transport: KeyTransport::RsaPkcs1,
            cipher: ContentCipher::Aes128Cbc,
            digest: DigestAlgorithm::Sha256,
        };
        let secrets = EnvelopeSecrets::from_random([9; EnvelopeSecrets::LENGTH]);
        let unsigned = request.prepare(&self.certificate, &secrets, SystemTime::now()).unwrap();
        let signature = self.key.sign(unsigned.digest(), &unsigned.bytes().unwrap());
        unsigned.assemble(&signature).unwrap()
    }

    /// Sends an inquiry and reads what comes back.
    pub(crate) async fn ask(&self, range: &Range, inquiry: Inquiry<'_>) -> Reply {
        let answer = range.post(self.message(&range.authority, inquiry)).await;
        self.read(range, &answer)
    }

    /// Reads an answer, which must be one to the message of this sender.
    pub(crate) fn read(&self, range: &Range, answer: &HttpAnswer) -> Reply {
        self.read_from(&range.authority, answer)
    }

    pub(crate) fn read_from(&self, authority: &Authority, answer: &HttpAnswer) -> Reply {
        self.read_in(TRANSACTION, authority, answer)
    }

    pub(crate) fn read_in(&self, transaction: &str, authority: &Authority, answer: &HttpAnswer) -> Reply {
        if answer.status != 200 {
            return Reply::Http(answer.status);
        }
        let expected = Expected {
            transaction_id: &TransactionId::new(transaction).unwrap(),
            sender_nonce: &Nonce::new(NONCE),
            signers: authority.certificates(),
        };
        let parsed = read_answer(&answer.body, &Limits::default()).unwrap();
        match parsed.verify(&expected, &Algorithms::default()).unwrap() {
            Answer::Pending => Reply::Pending,
            Answer::Refused { fail_info, text } => {
                assert_eq!(text, None, "failInfo is all that is told");
                Reply::Refused(fail_info)
            }
            Answer::Granted(sealed) => {
                let key = self.key.unwrap(&sealed.wrapped_key(&self.name()).unwrap());
                let mut granted = sealed.open(&key).unwrap();
                Reply::Granted(granted.certificates.remove(0))
            }
        }
    }
}

/// A certificate of one's own making.
pub(crate) fn self_signed(subject_der: &[u8], serial_number: &[u8], key: &Key) -> Vec<u8> {
    let now = SystemTime::now();
    let draft = SelfSignedDraft {
        subject_der,
        spki_der: key.spki(),
        serial_number,
        not_before: now,
        not_after: now + Duration::from_hours(1),
    };
    finish(draft.prepare().unwrap(), key)
}
