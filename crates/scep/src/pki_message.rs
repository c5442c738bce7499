//! The outer layer of every message: `SignedData` with SCEP's attributes (RFC 8894 §3.2), read and written.

mod attributes;
mod read;
mod write;

pub(crate) use read::SignedMessage;
pub(crate) use write::{Draft, Verdict};

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use der::{Encode, asn1::OctetStringRef};

    use super::*;
    use crate::{
        Algorithms, DigestAlgorithm, Limits, Malformed, MessageType, Nonce, SignerCertificate, ToBeSigned,
        TransactionId, Untrusted,
        asn1::{oid, raw::RawSet},
        client::SelfSignedDraft,
        parse,
        signed_content::attribute,
        test_keys::RsaKey,
    };

    struct Signer {
        key: RsaKey,
        certificate: Vec<u8>,
    }

    impl Signer {
        fn new() -> Self {
            let key = RsaKey::generate();
            let at = SystemTime::UNIX_EPOCH;
            let draft = SelfSignedDraft {
                subject_der: &[0x30, 0x00],
                spki_der: &key.spki_der,
                serial_number: &[1],
                not_before: at,
                not_after: at,
            };
            let certificate = draft.prepare().unwrap().assemble(&[]).unwrap();
            Self { key, certificate }
        }

        fn certificate(&self) -> SignerCertificate {
            SignerCertificate::from_der(&self.certificate).unwrap()
        }

        fn draft(&self) -> ToBeSigned {
            let draft = Draft {
                message_type: MessageType::PkcsReq,
                transaction_id: &TransactionId::new("1").unwrap(),
                sender_nonce: &Nonce::new([1; 16]),
                verdict: None,
                digest: DigestAlgorithm::Sha256,
                content: b"content".to_vec(),
            };
            draft.prepare(&self.certificate(), SystemTime::UNIX_EPOCH).unwrap()
        }

        fn sign(&self, message: ToBeSigned) -> Vec<u8> {
            let signature = self.key.sign(32, &message.bytes().unwrap());
            message.assemble(&signature).unwrap()
        }

        /// A message whose attributes have been exchanged for `change`d ones before it was signed.
        fn sign_changed(&self, change: impl FnOnce(Vec<Vec<u8>>) -> Vec<Vec<u8>>) -> Vec<u8> {
            let mut message = self.draft();
            let elements = RawSet(&message.signed_attributes).elements("attributes", 99).unwrap();
            let changed = change(elements.into_iter().map(<[u8]>::to_vec).collect()).concat();
            message.signed_attributes = changed;
            self.sign(message)
        }
    }

    fn read(message: &[u8]) -> Result<SignedMessage, Malformed> {
        SignedMessage::read(message, &Limits::default())
    }

    fn without(name: der::asn1::ObjectIdentifier) -> impl FnOnce(Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        move |mut attributes| {
            let oid = name.to_der().unwrap();
            attributes.retain(|attribute| !attribute[2..].starts_with(&oid));
            attributes
        }
    }

    #[test]
    fn attributes_that_are_not_sorted_are_verified_as_received() {
        let signer = Signer::new();
        let reversed = |mut attributes: Vec<Vec<u8>>| {
            attributes.reverse();
            assert!(!attributes.is_sorted());
            attributes
        };
        let message = read(&signer.sign_changed(reversed)).unwrap();
        assert!(message.verify(Algorithms::default()).is_ok());
    }

    #[test]
    fn each_attribute_of_the_rfc_is_required_once() {
        let signer = Signer::new();
        for (oid, part) in [
            (oid::CONTENT_TYPE, "contentType"),
            (oid::MESSAGE_DIGEST, "messageDigest"),
            (oid::MESSAGE_TYPE, "messageType"),
            (oid::TRANSACTION_ID, "transactionID"),
            (oid::SENDER_NONCE, "senderNonce"),
        ] {
            let missing = signer.sign_changed(without(oid));
            assert_eq!(parse(&missing, &Limits::default()).err(), Some(Malformed::Missing { part }));
            let twice = |mut attributes: Vec<Vec<u8>>| {
                let oid = oid.to_der().unwrap();
                let same =
                    attributes.iter().find(|attribute| attribute[2..].starts_with(&oid)).unwrap().clone();
                attributes.push(same);
                attributes
            };
            let twice = signer.sign_changed(twice);
            assert_eq!(parse(&twice, &Limits::default()).err(), Some(Malformed::Repeated { part }));
        }
    }

    #[test]
    fn of_the_message_types_0_to_40_only_those_of_the_rfc_are_read() {
        let signer = Signer::new();
        for number in 0..=40 {
            let typed = |attributes| {
                let text = number.to_string();
                let value = der::asn1::PrintableStringRef::new(&text).unwrap();
                let mut attributes = without(oid::MESSAGE_TYPE)(attributes);
                attributes.push(attribute(oid::MESSAGE_TYPE, &value).unwrap());
                attributes
            };
            let read = read(&signer.sign_changed(typed)).map(|message| message.attributes.message_type);
            match number {
                3 | 17 | 19..=22 => assert!(read.is_ok(), "{number}"),
                _undefined => assert_eq!(read, Err(Malformed::MessageType), "{number}"),
            }
        }
    }

    #[test]
    fn a_digest_of_other_content_is_refused_although_it_is_signed() {
        let signer = Signer::new();
        let other = |attributes| {
            let digest = OctetStringRef::new(&[0; 32]).unwrap();
            let mut attributes = without(oid::MESSAGE_DIGEST)(attributes);
            attributes.push(attribute(oid::MESSAGE_DIGEST, &digest).unwrap());
            attributes
        };
        let message = read(&signer.sign_changed(other)).unwrap();
        assert_eq!(message.verify(Algorithms::default()), Err(Untrusted::Digest));
    }

    #[test]
    fn real_clients_signatures_verify_where_their_digest_is_accepted() {
        let strongswan = include_bytes!("../tests/vectors/strongswan-5.9.8-POST-PKCSReq-des3-sha256.der");
        assert!(read(strongswan).unwrap().verify(Algorithms::default()).is_ok());
        let micromdm =
            read(include_bytes!("../tests/vectors/micromdm-scepclient-2.1.0-PKCSReq.der")).unwrap();
        assert!(micromdm.verify(Algorithms::default().with_sha1()).is_ok());
        let refused = Untrusted::Algorithm { part: "digest algorithm", oid: oid::SHA_1 };
        assert_eq!(micromdm.verify(Algorithms::default()), Err(refused));
    }

    #[test]
    fn an_unchanged_message_verifies() {
        let signer = Signer::new();
        let verified = read(&signer.sign(signer.draft())).unwrap().verify(Algorithms::default()).unwrap();
        assert_eq!(verified.der(), signer.certificate);
    }

    #[test]
    fn t09_a_nonce_of_any_length_comes_back_as_it_was_sent() {
        let signer = Signer::new();
        for length in [1, 8, 16, 64] {
            let sent = vec![0xa5; length];
            let with_nonce = |attributes| {
                let mut attributes = without(oid::SENDER_NONCE)(attributes);
                let value = OctetStringRef::new(&sent).unwrap();
                attributes.push(attribute(oid::SENDER_NONCE, &value).unwrap());
                attributes
            };
            let message = read(&signer.sign_changed(with_nonce)).unwrap();
            let transaction = crate::Transaction {
                id: message.attributes.transaction_id,
                sender_nonce: message.attributes.sender_nonce.unwrap(),
                digest: DigestAlgorithm::Sha256,
            };
            let reply = crate::CertRep::pending(&transaction);
            let reply = reply.prepare(&signer.certificate(), &Nonce::new([2; 16]), SystemTime::UNIX_EPOCH);
            let reply = read(&signer.sign(reply.unwrap())).unwrap().attributes;
            assert_eq!(reply.recipient_nonce.unwrap().as_bytes(), sent);
            assert_eq!(reply.sender_nonce, Some(Nonce::new([2; 16])), "ours is fresh");
        }
    }
}
