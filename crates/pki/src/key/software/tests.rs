//! Behaviour of keys in memory, seen through the traits.

use std::num::NonZeroUsize;

use aws_lc_rs::rsa::{OaepPublicEncryptingKey, Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use der::Decode;

use super::*;
use crate::key::KeyAlgorithm;

const TRANSPORTS: [KeyTransport; 3] =
    [KeyTransport::Pkcs1v15, KeyTransport::OaepSha1, KeyTransport::OaepSha256];

fn pool() -> RsaPool {
    RsaPool::new(NonZeroUsize::MIN, 8)
}

fn decryption_key() -> SoftwareDecryptionKey {
    SoftwareDecryptionKey::new(&PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap(), &pool()).unwrap()
}

fn wrap(key: &SoftwareDecryptionKey, content_key: &[u8], transport: KeyTransport) -> Vec<u8> {
    let public = PublicEncryptingKey::from_der(key.spki()).unwrap();
    let mut wrapped = vec![0; public.key_size_bytes()];
    let oaep = |algorithm, into: &mut [u8]| {
        let public = OaepPublicEncryptingKey::new(public.clone()).unwrap();
        public.encrypt(algorithm, content_key, into, None).unwrap();
    };
    match transport {
        KeyTransport::Pkcs1v15 => {
            let public = Pkcs1PublicEncryptingKey::new(public.clone()).unwrap();
            public.encrypt(content_key, &mut wrapped).unwrap();
        }
        KeyTransport::OaepSha1 => oaep(&OAEP_SHA1_MGF1SHA1, &mut wrapped),
        KeyTransport::OaepSha256 => oaep(&OAEP_SHA256_MGF1SHA256, &mut wrapped),
    }
    wrapped
}

fn hash() -> Sha256Hash {
    Sha256Hash::of(&digest::digest(&SHA256, b"message"))
}

#[tokio::test]
async fn a_signature_verifies_under_the_public_key_that_the_key_names() {
    let cases: [(KeyAlgorithm, SignatureAlgorithm, &'static dyn VerificationAlgorithm); 2] = [
        (KeyAlgorithm::P256, SignatureAlgorithm::EcdsaP256Sha256, &ECDSA_P256_SHA256_ASN1),
        (KeyAlgorithm::Rsa2048, SignatureAlgorithm::RsaPkcs1Sha256, &RSA_PKCS1_2048_8192_SHA256),
    ];
    for (kind, algorithm, verification) in cases {
        let key = SoftwareSigningKey::new(&PrivateKey::generate(kind).unwrap(), &pool()).unwrap();
        let signature = key.sign_hash(hash()).await.unwrap();

        assert_eq!(key.algorithm(), algorithm);
        let spki = spki::SubjectPublicKeyInfoRef::from_der(key.spki()).unwrap();
        let public = UnparsedPublicKey::new(verification, spki.subject_public_key.raw_bytes());
        assert_eq!(public.verify(b"message", &signature), Ok(()));
        assert!(public.verify(b"massage", &signature).is_err());
    }
}

#[tokio::test]
async fn a_reply_is_signed_with_the_digest_that_was_asked_for() {
    let key = SoftwareReplyKey::new(&PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap(), &pool()).unwrap();
    let spki = spki::SubjectPublicKeyInfoRef::from_der(key.spki()).unwrap();
    let cases: [(ReplyDigest, &'static dyn VerificationAlgorithm); 3] = [
        (ReplyDigest::Sha256, &RSA_PKCS1_2048_8192_SHA256),
        (ReplyDigest::Sha384, &RSA_PKCS1_2048_8192_SHA384),
        (ReplyDigest::Sha512, &RSA_PKCS1_2048_8192_SHA512),
    ];
    for (digest, verification) in cases {
        let signature = key.sign(digest, b"reply").await.unwrap();
        let public = UnparsedPublicKey::new(verification, spki.subject_public_key.raw_bytes());
        assert_eq!(public.verify(b"reply", &signature), Ok(()), "{digest:?}");
    }
}

#[tokio::test]
async fn a_wrapped_content_key_is_opened_under_every_transport_and_length() {
    let key = decryption_key();
    for transport in TRANSPORTS {
        for length in [16, 24, 32] {
            let content_key: Vec<u8> = (1..=length).collect();
            let wrapped = wrap(&key, &content_key, transport);
            let opened = key.content_key(&wrapped, usize::from(length), transport).await.unwrap();
            assert_eq!(opened.as_bytes(), content_key, "{transport:?}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_unwrapped_yields_a_random_key_of_the_expected_length_and_no_error() {
    let key = decryption_key();
    let wrong_length = wrap(&key, &[7; 24], KeyTransport::Pkcs1v15);
    let wrong_padding = wrap(&key, &[7; 16], KeyTransport::OaepSha1);
    let not_a_block = vec![1; 17];
    for wrapped in [wrong_length, wrong_padding, not_a_block, Vec::new(), vec![0xff; 256]] {
        let first = key.content_key(&wrapped, 16, KeyTransport::Pkcs1v15).await.unwrap();
        let second = key.content_key(&wrapped, 16, KeyTransport::Pkcs1v15).await.unwrap();
        assert_eq!(first.as_bytes().len(), 16);
        assert_ne!(first.as_bytes(), second.as_bytes(), "the same key twice is not random");
        assert!(![first, second].iter().any(|key| key.as_bytes() == [7; 16] || key.as_bytes() == [0; 16]));
    }
}

#[tokio::test]
async fn a_full_queue_makes_an_rsa_key_busy() {
    let none_waits = RsaPool::new(NonZeroUsize::MIN, 0);
    let key = PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap();
    let signing = SoftwareSigningKey::new(&key, &none_waits).unwrap();
    let decryption = SoftwareDecryptionKey::new(&key, &none_waits).unwrap();
    let place = none_waits.place().await.unwrap();

    assert_eq!(signing.sign_hash(hash()).await, Err(KeyError::Busy));
    let opened = decryption.content_key(&[0; 256], 16, KeyTransport::Pkcs1v15).await;
    assert_eq!(opened.unwrap_err(), KeyError::Busy);

    drop(place);
    assert!(signing.sign_hash(hash()).await.is_ok());
}

#[test]
fn a_p256_key_can_neither_sign_replies_nor_open_envelopes() {
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    assert_eq!(SoftwareReplyKey::new(&key, &pool()).unwrap_err(), UnusableKey::Reply);
    assert_eq!(SoftwareDecryptionKey::new(&key, &pool()).unwrap_err(), UnusableKey::Decryption);
}
