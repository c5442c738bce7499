//! How a content key is encrypted to an RSA key.

use der::{
    Decode, Encode,
    asn1::{AnyRef, Null},
};
use spki::AlgorithmIdentifierRef;

use super::DigestAlgorithm;
use crate::asn1::{enveloped_data::OaepParameters, oid};

/// A key-transport algorithm, as data for whoever holds the private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyTransport {
    /// RSAES-PKCS1-v1_5. Whoever unwraps must answer bad padding with a random key, in constant time.
    RsaPkcs1,
    /// RSAES-OAEP with an empty label (Windows).
    RsaOaep {
        /// The hash of the encoding. SHA-1, the default of the standard, is no weakness here.
        hash: DigestAlgorithm,
        /// The hash of MGF1.
        mask_hash: DigestAlgorithm,
    },
}

impl KeyTransport {
    /// The algorithm that `identifier` names, if it is one of these.
    pub(crate) fn of(identifier: &AlgorithmIdentifierRef<'_>) -> Option<Self> {
        match identifier.oid {
            oid::RSA_ENCRYPTION => Some(Self::RsaPkcs1),
            oid::RSAES_OAEP => Self::oaep(identifier.parameters),
            _other => None,
        }
    }

    /// The `AlgorithmIdentifier` in DER.
    pub(crate) fn to_der(self) -> der::Result<Vec<u8>> {
        match self {
            Self::RsaPkcs1 => {
                AlgorithmIdentifierRef { oid: oid::RSA_ENCRYPTION, parameters: Some(Null.into()) }.to_der()
            }
            Self::RsaOaep { hash, mask_hash } => {
                let digest = |digest: DigestAlgorithm| AlgorithmIdentifierRef {
                    oid: digest.oid(),
                    parameters: Some(Null.into()),
                };
                let mask_hash = digest(mask_hash).to_der()?;
                let mask_generation = AlgorithmIdentifierRef {
                    oid: oid::MGF_1,
                    parameters: Some(AnyRef::from_der(&mask_hash)?),
                };
                let parameters = OaepParameters {
                    hash: Some(digest(hash)),
                    mask_generation: Some(mask_generation),
                    label_source: None,
                };
                let parameters = parameters.to_der()?;
                AlgorithmIdentifierRef {
                    oid: oid::RSAES_OAEP,
                    parameters: Some(AnyRef::from_der(&parameters)?),
                }
                .to_der()
            }
        }
    }

    fn oaep(parameters: Option<AnyRef<'_>>) -> Option<Self> {
        let parameters = match parameters {
            Some(parameters) => parameters.decode_as::<OaepParameters<'_>>().ok()?,
            None => OaepParameters::default(),
        };
        if parameters.label_source.is_some_and(|source| !is_empty_label(&source)) {
            return None;
        }
        let hash =
            parameters.hash.map_or(Some(DigestAlgorithm::Sha1), |hash| DigestAlgorithm::of(hash.oid).ok())?;
        let mask_hash =
            parameters.mask_generation.map_or(Some(DigestAlgorithm::Sha1), |mgf| mgf1_hash(&mgf))?;
        Some(Self::RsaOaep { hash, mask_hash })
    }
}

fn mgf1_hash(mask_generation: &AlgorithmIdentifierRef<'_>) -> Option<DigestAlgorithm> {
    if mask_generation.oid != oid::MGF_1 {
        return None;
    }
    let hash = mask_generation.parameters?.decode_as::<AlgorithmIdentifierRef<'_>>().ok()?;
    DigestAlgorithm::of(hash.oid).ok()
}

fn is_empty_label(source: &AlgorithmIdentifierRef<'_>) -> bool {
    let empty = source.parameters.is_some_and(|label| label.value().is_empty());
    source.oid == oid::P_SPECIFIED && empty
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hex: &[u8]) -> Option<KeyTransport> {
        KeyTransport::of(&AlgorithmIdentifierRef::from_der(hex).unwrap())
    }

    const OAEP: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x07];
    const SHA_256: [u8; 13] = [0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    const MGF_1: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];

    #[test]
    fn oaep_without_parameters_means_sha_1() {
        let expected =
            KeyTransport::RsaOaep { hash: DigestAlgorithm::Sha1, mask_hash: DigestAlgorithm::Sha1 };
        assert_eq!(of(&[&[0x30, 0x0b][..], &OAEP].concat()), Some(expected));
        assert_eq!(of(&[&[0x30, 0x0d][..], &OAEP, &[0x30, 0x00]].concat()), Some(expected));
    }

    #[test]
    fn oaep_names_its_two_hashes() {
        let mask = [&[0xa1, 0x1a, 0x30, 0x18][..], &MGF_1, &SHA_256].concat();
        let parameters = [&[0x30, 0x2b, 0xa0, 0x0d][..], &SHA_256, &mask].concat();
        let identifier = [&[0x30, 0x38][..], &OAEP, &parameters].concat();
        let expected =
            KeyTransport::RsaOaep { hash: DigestAlgorithm::Sha256, mask_hash: DigestAlgorithm::Sha256 };
        assert_eq!(of(&identifier), Some(expected));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let oaep = |hash| KeyTransport::RsaOaep { hash, mask_hash: hash };
        for transport in [KeyTransport::RsaPkcs1, oaep(DigestAlgorithm::Sha1), oaep(DigestAlgorithm::Sha256)]
        {
            assert_eq!(of(&transport.to_der().unwrap()), Some(transport));
        }
    }
}
