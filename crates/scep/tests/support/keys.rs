//! Keys of test parties, made fresh in each run. Nothing here knows SCEP.
#![allow(dead_code, reason = "unit tests, which include this file too, use a part of it")]

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{
        KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey,
        Pkcs1PrivateDecryptingKey, PrivateDecryptingKey,
    },
    signature::{self, EcdsaKeyPair, RsaEncoding},
};

/// An RSA key that signs and decrypts.
pub(crate) struct RsaKey {
    signing: KeyPair,
    decrypting: Pkcs1PrivateDecryptingKey,
    oaep_decrypting: OaepPrivateDecryptingKey,
    pub(crate) spki_der: Vec<u8>,
}

impl RsaKey {
    pub(crate) fn generate() -> Self {
        let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&key).unwrap();
        let spki_der = AsDer::<PublicKeyX509Der<'_>>::as_der(&key.public_key()).unwrap().as_ref().to_vec();
        let signing = KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        let again = PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref()).unwrap();
        Self {
            signing,
            decrypting: Pkcs1PrivateDecryptingKey::new(key).unwrap(),
            oaep_decrypting: OaepPrivateDecryptingKey::new(again).unwrap(),
            spki_der,
        }
    }

    /// RSASSA-PKCS1-v1_5 with the digest whose output has `digest_length` bytes.
    pub(crate) fn sign(&self, digest_length: usize, message: &[u8]) -> Vec<u8> {
        let encoding: &'static dyn RsaEncoding = match digest_length {
            32 => &signature::RSA_PKCS1_SHA256,
            48 => &signature::RSA_PKCS1_SHA384,
            64 => &signature::RSA_PKCS1_SHA512,
            other => panic!("no digest has {other} bytes"),
        };
        let mut signature = vec![0; self.signing.public_modulus_len()];
        self.signing.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }

    /// Unwraps a content key; what cannot be unwrapped becomes a wrong key of the same length.
    pub(crate) fn unwrap(&self, wrapped: &[u8], key_length: usize) -> Vec<u8> {
        let mut output = vec![0; self.decrypting.min_output_size()];
        match self.decrypting.decrypt(wrapped, &mut output) {
            Ok(key) => key.to_vec(),
            Err(_bad_padding) => digest::digest(&digest::SHA512, wrapped).as_ref()[..key_length].to_vec(),
        }
    }
}

impl RsaKey {
    /// Unwraps a content key from RSAES-OAEP, whose hash has `digest_length` bytes.
    pub(crate) fn unwrap_oaep(&self, wrapped: &[u8], digest_length: usize) -> Vec<u8> {
        let algorithm = match digest_length {
            20 => &OAEP_SHA1_MGF1SHA1,
            32 => &OAEP_SHA256_MGF1SHA256,
            other => panic!("no digest has {other} bytes"),
        };
        let mut output = vec![0; self.oaep_decrypting.min_output_size()];
        self.oaep_decrypting.decrypt(algorithm, wrapped, &mut output, None).unwrap().to_vec()
    }
}

/// A key on P-256.
pub(crate) struct CurveKey {
    signing: EcdsaKeyPair,
    pub(crate) spki_der: Vec<u8>,
}

impl CurveKey {
    pub(crate) fn generate() -> Self {
        let signing = EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let public = signature::KeyPair::public_key(&signing);
        let spki_der = AsDer::<PublicKeyX509Der<'_>>::as_der(public).unwrap().as_ref().to_vec();
        Self { signing, spki_der }
    }

    /// ECDSA with SHA-256.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.signing.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }
}
