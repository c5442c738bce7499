//! Public keys of devices: their facts, and the public operations on them.

use aws_lc_rs::{
    rsa::{
        OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, Pkcs1PublicEncryptingKey,
        PublicEncryptingKey,
    },
    signature::{self, RsaParameters, UnparsedPublicKey, VerificationAlgorithm},
};
use der::{
    Encode,
    asn1::{AnyRef, ObjectIdentifier},
};
use spki::SubjectPublicKeyInfoRef;

use crate::{
    Algorithms, ContentKey, KeyTransport, Malformed, Untrusted,
    algorithms::{DigestAlgorithm, Recognised, SignatureAlgorithm},
    asn1::oid,
};

/// What kind of key a public key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// RSA.
    Rsa {
        /// Bits of the modulus.
        bits: u32,
    },
    /// The NIST curve P-256.
    P256,
    /// The NIST curve P-384.
    P384,
    /// The NIST curve P-521.
    P521,
    /// Anything else: its signatures cannot be verified here.
    Unsupported(ObjectIdentifier),
}

/// A public key as it came, with its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    spki_der: Vec<u8>,
    algorithm: KeyAlgorithm,
}

impl PublicKey {
    /// `SubjectPublicKeyInfo` in DER.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki_der
    }

    /// What kind of key it is.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// Reads a key in the one encoding that its standard gives it (RFC 3279 §2.3.1, RFC 5480 §2.1): a key that could be
    /// written in two ways would pass for two keys (decision 0012).
    pub(crate) fn read(value: AnyRef<'_>) -> Result<Self, Malformed> {
        let asn1 = |error| Malformed::asn1(PART, error);
        let spki = value.decode_as::<SubjectPublicKeyInfoRef<'_>>().map_err(asn1)?;
        let algorithm = match spki.algorithm.oid {
            oid::RSA_ENCRYPTION => rsa(&spki)?,
            oid::EC_PUBLIC_KEY => curve(&spki)?,
            other => KeyAlgorithm::Unsupported(other),
        };
        Ok(Self { spki_der: value.to_der().map_err(asn1)?, algorithm })
    }

    /// Verifies `signed`, if `allowed` accepts what it is made with.
    pub(crate) fn verify(
        &self,
        signed: &Signed<'_>,
        made_with: MadeWith,
        allowed: Algorithms,
    ) -> Result<(), Untrusted> {
        let verifier = self.verifier(made_with, allowed)?;
        if verifier.verifies(signed) { Ok(()) } else { Err(Untrusted::Signature) }
    }

    /// What verifies signatures that are made like that, if `allowed` accepts them. Nothing has been computed yet.
    pub(crate) fn verifier(
        &self,
        made_with: MadeWith,
        allowed: Algorithms,
    ) -> Result<Verifier<'_>, Untrusted> {
        let (scheme, digest) = self.accept(made_with, allowed)?;
        let algorithm = self.verification(scheme, digest).ok_or(Untrusted::Signature)?;
        Ok(Verifier { spki_der: &self.spki_der, algorithm })
    }

    /// What a signature is made with, if `allowed` accepts it and this key.
    pub(crate) fn accept(
        &self,
        made_with: MadeWith,
        allowed: Algorithms,
    ) -> Result<(SignatureAlgorithm, DigestAlgorithm), Untrusted> {
        let digest = made_with.digest(allowed)?;
        let scheme = made_with.scheme()?;
        self.check_strength(allowed)?;
        Ok((scheme, digest))
    }

    /// Whether an envelope can be sealed to it (RFC 8894 §3.1).
    pub fn can_decrypt(&self) -> bool {
        match self.algorithm {
            KeyAlgorithm::Rsa { .. } => true,
            KeyAlgorithm::P256 | KeyAlgorithm::P384 | KeyAlgorithm::P521 | KeyAlgorithm::Unsupported(_) => {
                false
            }
        }
    }

    /// Encrypts a content key; `None` where the key is not for that, or the transport is none that is written. The
    /// padding's random bytes are AWS-LC's own.
    pub(crate) fn wrap(&self, key: &ContentKey, transport: KeyTransport) -> Option<Vec<u8>> {
        let public = PublicEncryptingKey::from_der(&self.spki_der).ok()?;
        let mut wrapped = vec![0; public.key_size_bytes()];
        let length = match transport {
            KeyTransport::RsaPkcs1 => {
                let public = Pkcs1PublicEncryptingKey::new(public).ok()?;
                public.encrypt(key.expose(), &mut wrapped).ok()?.len()
            }
            KeyTransport::RsaOaep { hash, mask_hash } => {
                let algorithm = match (hash, mask_hash) {
                    (DigestAlgorithm::Sha1, DigestAlgorithm::Sha1) => &OAEP_SHA1_MGF1SHA1,
                    (DigestAlgorithm::Sha256, DigestAlgorithm::Sha256) => &OAEP_SHA256_MGF1SHA256,
                    _unusual => return None,
                };
                let public = OaepPublicEncryptingKey::new(public).ok()?;
                public.encrypt(algorithm, key.expose(), &mut wrapped, None).ok()?.len()
            }
        };
        wrapped.truncate(length);
        Some(wrapped)
    }

    fn check_strength(&self, allowed: Algorithms) -> Result<(), Untrusted> {
        match self.algorithm {
            KeyAlgorithm::Rsa { bits } if bits < allowed.minimum_rsa_bits() => {
                Err(Untrusted::WeakKey { bits, minimum: allowed.minimum_rsa_bits() })
            }
            KeyAlgorithm::Unsupported(oid) => Err(Untrusted::Algorithm { part: "public key algorithm", oid }),
            KeyAlgorithm::Rsa { .. } | KeyAlgorithm::P256 | KeyAlgorithm::P384 | KeyAlgorithm::P521 => Ok(()),
        }
    }

    /// The verifier for this key; `None` where key and scheme do not fit together.
    fn verification(
        &self,
        scheme: SignatureAlgorithm,
        digest: DigestAlgorithm,
    ) -> Option<&'static dyn VerificationAlgorithm> {
        match (self.algorithm, scheme) {
            (KeyAlgorithm::Rsa { .. }, SignatureAlgorithm::Rsa(_)) => Some(match digest {
                DigestAlgorithm::Sha1 => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
                DigestAlgorithm::Sha256 => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
                DigestAlgorithm::Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
                DigestAlgorithm::Sha512 => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
            }),
            (KeyAlgorithm::P256, SignatureAlgorithm::Ecdsa(_)) => match digest {
                DigestAlgorithm::Sha1 => None,
                DigestAlgorithm::Sha256 => Some(&signature::ECDSA_P256_SHA256_ASN1),
                DigestAlgorithm::Sha384 => Some(&signature::ECDSA_P256_SHA384_ASN1),
                DigestAlgorithm::Sha512 => Some(&signature::ECDSA_P256_SHA512_ASN1),
            },
            (KeyAlgorithm::P384, SignatureAlgorithm::Ecdsa(_)) => match digest {
                DigestAlgorithm::Sha1 => None,
                DigestAlgorithm::Sha256 => Some(&signature::ECDSA_P384_SHA256_ASN1),
                DigestAlgorithm::Sha384 => Some(&signature::ECDSA_P384_SHA384_ASN1),
                DigestAlgorithm::Sha512 => Some(&signature::ECDSA_P384_SHA512_ASN1),
            },
            (KeyAlgorithm::P521, SignatureAlgorithm::Ecdsa(_)) => match digest {
                DigestAlgorithm::Sha1 => None,
                DigestAlgorithm::Sha256 => Some(&signature::ECDSA_P521_SHA256_ASN1),
                DigestAlgorithm::Sha384 => Some(&signature::ECDSA_P521_SHA384_ASN1),
                DigestAlgorithm::Sha512 => Some(&signature::ECDSA_P521_SHA512_ASN1),
            },
            (KeyAlgorithm::Rsa { .. }, SignatureAlgorithm::Ecdsa(_))
            | (KeyAlgorithm::P256 | KeyAlgorithm::P384 | KeyAlgorithm::P521, SignatureAlgorithm::Rsa(_))
            | (KeyAlgorithm::Unsupported(_), SignatureAlgorithm::Rsa(_) | SignatureAlgorithm::Ecdsa(_)) => {
                None
            }
        }
    }
}

const PART: &str = "public key";
const UNCOMPRESSED_POINT: u8 = 0x04;

fn rsa(spki: &SubjectPublicKeyInfoRef<'_>) -> Result<KeyAlgorithm, Malformed> {
    if spki.algorithm.parameters != Some(AnyRef::NULL) {
        return Err(Malformed::Value { part: PART });
    }
    let key = spki.subject_public_key.as_bytes().unwrap_or_default();
    let bits = RsaParameters::public_modulus_len(key).map_err(|_| Malformed::Value { part: PART })?;
    Ok(KeyAlgorithm::Rsa { bits })
}

fn curve(spki: &SubjectPublicKeyInfoRef<'_>) -> Result<KeyAlgorithm, Malformed> {
    let point = spki.subject_public_key.as_bytes().unwrap_or_default();
    if point.first() != Some(&UNCOMPRESSED_POINT) {
        return Err(Malformed::Value { part: PART });
    }
    match spki.algorithm.parameters_oid().map_err(|_| Malformed::Value { part: PART })? {
        oid::P_256 => Ok(KeyAlgorithm::P256),
        oid::P_384 => Ok(KeyAlgorithm::P384),
        oid::P_521 => Ok(KeyAlgorithm::P521),
        curve => Ok(KeyAlgorithm::Unsupported(curve)),
    }
}

/// A message and its signature.
pub(crate) struct Signed<'a> {
    pub(crate) message: &'a [u8],
    pub(crate) signature: &'a [u8],
}

/// A key and the way in which it signed.
pub(crate) struct Verifier<'a> {
    spki_der: &'a [u8],
    algorithm: &'static dyn VerificationAlgorithm,
}

impl<'a> Verifier<'a> {
    /// The verifier of an RSA key with SHA-256, by its `SubjectPublicKeyInfo`.
    pub(crate) fn rsa_with_sha256(spki_der: &'a [u8]) -> Self {
        Self { spki_der, algorithm: &signature::RSA_PKCS1_2048_8192_SHA256 }
    }

    pub(crate) fn verifies(&self, signed: &Signed<'_>) -> bool {
        let key = UnparsedPublicKey::new(self.algorithm, self.spki_der);
        key.verify(signed.message, signed.signature).is_ok()
    }
}

/// What is claimed about a signature.
#[derive(Clone, Copy)]
pub(crate) struct MadeWith {
    pub(crate) scheme: Recognised<SignatureAlgorithm>,
    /// The digest that is named beside the scheme; `None` where only the scheme names one (X.509, PKCS #10).
    pub(crate) digest: Option<Recognised<DigestAlgorithm>>,
}

impl MadeWith {
    fn scheme(self) -> Result<SignatureAlgorithm, Untrusted> {
        self.scheme.map_err(|oid| Untrusted::Algorithm { part: "signature algorithm", oid })
    }

    /// The digest of the signature, accepted by `allowed` and named without contradiction.
    fn digest(self, allowed: Algorithms) -> Result<DigestAlgorithm, Untrusted> {
        let implied = self.scheme()?.implied_digest();
        let named =
            self.digest.transpose().map_err(|oid| Untrusted::Algorithm { part: "digest algorithm", oid })?;
        let digest = match (named, implied) {
            (Some(named), Some(implied)) if named != implied => return Err(Untrusted::Signature),
            (Some(digest), Some(_) | None) | (None, Some(digest)) => digest,
            (None, None) => return Err(Untrusted::Signature),
        };
        if allowed.allow_digest(digest) {
            Ok(digest)
        } else {
            Err(Untrusted::Algorithm { part: "digest algorithm", oid: digest.oid() })
        }
    }
}

#[cfg(test)]
mod tests {
    use der::Decode;

    use super::*;

    /// `SubjectPublicKeyInfo` of the algorithm and parameters in `algorithm`, with the key in `bits`.
    fn spki(algorithm: &[u8], bits: &[u8]) -> Vec<u8> {
        let length = |content: &[u8]| u8::try_from(content.len()).unwrap();
        let bit_string = [&[0x03, length(bits) + 1, 0x00][..], bits].concat();
        let body = [&[0x30, length(algorithm)][..], algorithm, &bit_string].concat();
        [&[0x30, length(&body)][..], &body].concat()
    }

    fn read(spki: &[u8]) -> Result<KeyAlgorithm, Malformed> {
        PublicKey::read(AnyRef::from_der(spki).unwrap()).map(|key| key.algorithm())
    }

    #[test]
    fn a_point_has_one_encoding() {
        let p_256 = [
            &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01][..],
            &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        ]
        .concat();
        assert_eq!(read(&spki(&p_256, &[&[0x04][..], &[1; 64]].concat())), Ok(KeyAlgorithm::P256));
        assert_eq!(
            read(&spki(&p_256, &[&[0x02][..], &[1; 32]].concat())),
            Err(Malformed::Value { part: PART })
        );
    }

    #[test]
    fn an_rsa_key_has_one_encoding() {
        const RSA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
        let key =
            [&[0x30, 0x48, 0x02, 0x41, 0x00][..], &[0xff; 64], &[0x02, 0x03, 0x01, 0x00, 0x01]].concat();
        assert_eq!(
            read(&spki(&[&RSA[..], &[0x05, 0x00]].concat(), &key)),
            Ok(KeyAlgorithm::Rsa { bits: 512 })
        );
        for parameters in [&[][..], &[0x85, 0x00], &[0x30, 0x00]] {
            assert!(read(&spki(&[&RSA[..], parameters].concat(), &key)).is_err(), "{parameters:02x?}");
        }
    }
}
