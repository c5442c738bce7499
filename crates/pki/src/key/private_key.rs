//! Making keys.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use zeroize::Zeroizing;

/// The kinds of key that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// ECDSA on P-256.
    P256,
    /// RSA with 2048 bits.
    Rsa2048,
    /// RSA with 3072 bits.
    Rsa3072,
    /// RSA with 4096 bits.
    Rsa4096,
}

/// A private key as a PKCS #8 document, wiped when dropped.
pub struct PrivateKey(Zeroizing<Vec<u8>>);

/// No key could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key of the kind {0:?} could not be generated; the system's random source may be missing")]
pub struct KeyGenerationFailed(pub KeyAlgorithm);

impl PrivateKey {
    /// Makes a key. An RSA key takes up to seconds of processor time.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, KeyGenerationFailed> {
        let pkcs8 = match algorithm {
            KeyAlgorithm::P256 => generate_p256(),
            KeyAlgorithm::Rsa2048 => generate_rsa(KeySize::Rsa2048),
            KeyAlgorithm::Rsa3072 => generate_rsa(KeySize::Rsa3072),
            KeyAlgorithm::Rsa4096 => generate_rsa(KeySize::Rsa4096),
        };
        pkcs8.map_err(|_| KeyGenerationFailed(algorithm))
    }

    /// Takes a PKCS #8 document as it is; using it tells whether it is a key.
    pub(super) fn from_pkcs8(der: Zeroizing<Vec<u8>>) -> Self {
        Self(der)
    }

    /// The PKCS #8 document.
    pub(super) fn pkcs8(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

fn generate_p256() -> Result<PrivateKey, aws_lc_rs::error::Unspecified> {
    let pkcs8 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?.to_pkcs8v1()?;
    Ok(PrivateKey(Zeroizing::new(pkcs8.as_ref().to_vec())))
}

fn generate_rsa(size: KeySize) -> Result<PrivateKey, aws_lc_rs::error::Unspecified> {
    let pkcs8: Pkcs8V1Der<'_> = RsaKeyPair::generate(size)?.as_der()?;
    Ok(PrivateKey(Zeroizing::new(pkcs8.as_ref().to_vec())))
}
