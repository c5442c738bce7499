//! A device's RSA key: it signs requests and opens what comes back.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding};
use scepter_scep::{ContentKey, DigestAlgorithm, WrappedKey};

/// A key operation that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The size is none that a simulated device can make.
    #[error("a device key of {0} bits cannot be made; ask for 2048, 3072 or 4096 bits")]
    Size(u32),
    /// The library failed.
    #[error("the cryptographic library could not {0}")]
    Library(&'static str),
    /// The digest is not one to sign with.
    #[error("a device does not sign with SHA-1")]
    Digest,
}

/// An RSA key pair of a device.
pub struct DeviceKey {
    signing: KeyPair,
    decrypting: Pkcs1PrivateDecryptingKey,
    spki: Vec<u8>,
}

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}

impl DeviceKey {
    /// Makes a key. Takes a noticeable fraction of a second: call it where blocking is allowed.
    pub fn generate(bits: u32) -> Result<Self, KeyFault> {
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            4096 => KeySize::Rsa4096,
            other => return Err(KeyFault::Size(other)),
        };
        let key = PrivateDecryptingKey::generate(size).map_err(|_| KeyFault::Library("generate a key"))?;
        Self::from_private(key)
    }

    /// Reads a key in PKCS #8.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, KeyFault> {
        let key = PrivateDecryptingKey::from_pkcs8(der).map_err(|_| KeyFault::Library("read a key"))?;
        Self::from_private(key)
    }

    fn from_private(key: PrivateDecryptingKey) -> Result<Self, KeyFault> {
        let encode = |_| KeyFault::Library("encode a key");
        let pkcs8 = aws_lc_rs::encoding::AsDer::<Pkcs8V1Der<'_>>::as_der(&key).map_err(encode)?;
        let spki: PublicKeyX509Der<'_> = key.public_key().as_der().map_err(encode)?;
        let spki = spki.as_ref().to_vec();
        let signing =
            KeyPair::from_pkcs8(pkcs8.as_ref()).map_err(|_| KeyFault::Library("read a key back"))?;
        let decrypting = Pkcs1PrivateDecryptingKey::new(key)
            .map_err(|_| KeyFault::Library("prepare a key for decrypting"))?;
        Ok(Self { signing, decrypting, spki })
    }

    /// The DER SubjectPublicKeyInfo.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Signs with RSASSA-PKCS1-v1_5.
    pub fn sign(&self, digest: DigestAlgorithm, message: &[u8]) -> Result<Vec<u8>, KeyFault> {
        let encoding: &'static dyn RsaEncoding = match digest {
            DigestAlgorithm::Sha1 => return Err(KeyFault::Digest),
            DigestAlgorithm::Sha256 => &RSA_PKCS1_SHA256,
            DigestAlgorithm::Sha384 => &RSA_PKCS1_SHA384,
            DigestAlgorithm::Sha512 => &RSA_PKCS1_SHA512,
        };
        let mut signature = vec![0; self.signing.public_modulus_len()];
        self.signing
            .sign(encoding, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| KeyFault::Library("sign"))?;
        Ok(signature)
    }

    /// Unwraps the content key of an answer.
    pub fn unwrap(&self, wrapped: &WrappedKey<'_>) -> Result<ContentKey, KeyFault> {
        let mut output = vec![0; self.decrypting.min_output_size()];
        let key = self
            .decrypting
            .decrypt(wrapped.encrypted_key, &mut output)
            .map_err(|_| KeyFault::Library("unwrap the answer's content key"))?;
        Ok(ContentKey::new(key.to_vec()))
    }
}
