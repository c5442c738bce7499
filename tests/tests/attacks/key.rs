//! Keys of requests and of senders: honest ones, and those in files, which may be anything.

use std::fs;
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use scepter_device::DeviceKey;
use scepter_scep::{ContentKey, DigestAlgorithm, WrappedKey};
use scepter_tests::{Scratch, Tool, run};

/// An RSA key that signs.
pub(crate) enum Key {
    /// A device's.
    Device(DeviceKey),
    /// One in a PEM file, of which OpenSSL makes use: too weak for our client to touch, or somebody else's.
    File { path: PathBuf, spki: Vec<u8> },
}

impl Key {
    /// A key as devices make it.
    pub(crate) fn new() -> Self {
        Self::of_bits(2048)
    }

    pub(crate) fn of_bits(bits: u32) -> Self {
        Self::Device(DeviceKey::generate(bits).unwrap())
    }

    /// The key in a file.
    pub(crate) fn in_file(path: &Path) -> Self {
        let pem = openssl(&["pkey", "-pubout", "-outform", "pem", "-in", &path.display().to_string()], b"");
        let lines = pem.lines().filter(|line| !line.starts_with("-----"));
        let base64: String = lines.collect();
        let spki = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64).unwrap();
        Self::File { path: path.to_owned(), spki }
    }

    /// The `SubjectPublicKeyInfo` in DER.
    pub(crate) fn spki(&self) -> &[u8] {
        match self {
            Self::Device(key) => key.spki(),
            Self::File { spki, .. } => spki,
        }
    }

    /// RSASSA-PKCS1-v1_5.
    pub(crate) fn sign(&self, digest: DigestAlgorithm, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Device(key) => key.sign(digest, bytes).unwrap(),
            Self::File { path, .. } => {
                let digest = match digest {
                    DigestAlgorithm::Sha1 => "-sha1",
                    DigestAlgorithm::Sha256 => "-sha256",
                    DigestAlgorithm::Sha384 => "-sha384",
                    DigestAlgorithm::Sha512 => "-sha512",
                };
                let printed =
                    openssl(&["dgst", digest, "-hex", "-r", "-sign", &path.display().to_string()], bytes);
                hex::decode(printed.split_whitespace().next().unwrap()).unwrap()
            }
        }
    }

    /// Unwraps the content key of an answer.
    pub(crate) fn unwrap(&self, wrapped: &WrappedKey<'_>) -> ContentKey {
        match self {
            Self::Device(key) => key.unwrap(wrapped).unwrap(),
            Self::File { path, .. } => {
                let scratch = Scratch::new("unwrap").unwrap();
                let key = scratch.join("key");
                let mut command = Tool::OpenSsl.command().unwrap();
                command.args(["pkeyutl", "-decrypt", "-inkey"]).arg(path).arg("-out").arg(&key);
                run(&mut command, wrapped.encrypted_key).unwrap();
                ContentKey::new(fs::read(key).unwrap())
            }
        }
    }
}

fn openssl(arguments: &[&str], input: &[u8]) -> String {
    run(Tool::OpenSsl.command().unwrap().args(arguments), input).unwrap()
}

/// ECDSA with a P-256 key of nobody's, as a forged CA would sign.
pub(crate) fn sign_as_a_forged_ca(bytes: &[u8]) -> Vec<u8> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    pair.sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec()
}
