//! A request as a device writes it, and how its answer is read.

use std::time::{Duration, SystemTime};

use scepter_scep::client::{
    Answer, Authority, Expected, Inquiry, PkiRequest, RequestDraft, SealedAnswer, SelfSignedDraft,
    UnsignedStructure, read_answer,
};
use scepter_scep::{
    Algorithms, ContentCipher, DigestAlgorithm, EnvelopeSecrets, IssuerAndSerial, KeyTransport, Limits,
    Malformed, Nonce, TransactionId,
};

use crate::enrollment::{EnrollError, Ticket};
use crate::key::DeviceKey;

/// A request on its way, and what its answer must match.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The pkiMessage.
    pub(crate) message: Vec<u8>,
    transaction_id: TransactionId,
    nonce: Nonce,
    signer: Vec<u8>,
}

impl Prepared {
    /// Writes and signs it.
    pub(crate) fn new(
        ticket: &Ticket,
        key: &DeviceKey,
        authority: &Authority,
        now: SystemTime,
    ) -> Result<Self, EnrollError> {
        let request = certification_request(ticket, key)?;
        let signer = self_signed(ticket, key, now)?;
        let transaction_id = TransactionId::new(sha256(key.spki())).ok_or(EnrollError::Transaction)?;
        let nonce = Nonce::new(random()?);
        let pki_request = PkiRequest {
            inquiry: Inquiry::Enroll(&request),
            transaction_id: &transaction_id,
            sender_nonce: &nonce,
            recipient: authority.encrypt_to(),
            key_transport: KeyTransport::RsaPkcs1,
            cipher: ContentCipher::Aes256Cbc,
            digest: DigestAlgorithm::Sha256,
        };
        let unsigned = pki_request.prepare(&signer, &EnvelopeSecrets::from_random(random()?), now)?;
        let signature = key.sign(unsigned.digest(), &unsigned.bytes()?)?;
        let message = unsigned.assemble(&signature)?;
        Ok(Self { message, transaction_id, nonce, signer })
    }

    /// The certificate that an answer grants: it must fit this request, come from that authority, and be
    /// signed as `allowed` says.
    pub(crate) fn certificate(
        &self,
        answer: &[u8],
        authority: &Authority,
        key: &DeviceKey,
        allowed: Algorithms,
    ) -> Result<Vec<u8>, EnrollError> {
        let expected = Expected {
            transaction_id: &self.transaction_id,
            sender_nonce: &self.nonce,
            signers: authority.certificates(),
        };
        let answer = read_answer(answer, &Limits::default())?.verify(&expected, &allowed)?;
        match answer {
            Answer::Granted(sealed) => self.open(sealed, key),
            Answer::Refused { fail_info, text } => Err(EnrollError::Refused { code: fail_info, text }),
            Answer::Pending => Err(EnrollError::Pending),
        }
    }

    fn open(&self, sealed: SealedAnswer, key: &DeviceKey) -> Result<Vec<u8>, EnrollError> {
        let ours = IssuerAndSerial::of_certificate(&self.signer)?;
        let content_key = {
            let wrapped = sealed.wrapped_key(&ours).ok_or(EnrollError::Envelope)?;
            key.unwrap(&wrapped)?
        };
        let bag = sealed.open(&content_key).map_err(|_| EnrollError::Envelope)?;
        bag.certificates.into_iter().next().ok_or(EnrollError::Envelope)
    }
}

fn certification_request(ticket: &Ticket, key: &DeviceKey) -> Result<Vec<u8>, EnrollError> {
    let extensions =
        crate::extensions::requested(&ticket.san_der, &ticket.key_usages, &ticket.extended_key_usages)?;
    let draft = RequestDraft {
        subject_der: &ticket.subject_der,
        spki_der: key.spki(),
        challenge_password: Some(&ticket.challenge),
        extensions_der: Some(&extensions),
    };
    sign(draft.prepare()?, key)
}

fn self_signed(ticket: &Ticket, key: &DeviceKey, now: SystemTime) -> Result<Vec<u8>, EnrollError> {
    let serial: [u8; 8] = random()?;
    let draft = SelfSignedDraft {
        subject_der: &ticket.subject_der,
        spki_der: key.spki(),
        serial_number: &serial,
        not_before: now - Duration::from_hours(1),
        not_after: now + Duration::from_hours(7 * 24),
    };
    sign(draft.prepare()?, key)
}

fn sign(unsigned: UnsignedStructure, key: &DeviceKey) -> Result<Vec<u8>, EnrollError> {
    let signature = key.sign(unsigned.digest(), unsigned.bytes())?;
    Ok(unsigned.assemble(&signature)?)
}

fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A certificate's serial number, lower-case hex.
pub(crate) fn serial_number(certificate: &[u8]) -> Result<String, Malformed> {
    let serial = IssuerAndSerial::of_certificate(certificate)?;
    Ok(serial.serial_number().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// SHA-256, upper-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
}
