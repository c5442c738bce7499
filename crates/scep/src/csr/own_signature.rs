//! The signature of a certification request over itself. Verifying it takes one time, whatever there is to verify (decision
//! 0261).

use std::hint::black_box;

use der::{Decode, Encode, Reader, SliceReader};

use crate::{
    Algorithms, Malformed, PublicKey, Untrusted,
    algorithms::SignatureAlgorithm,
    asn1::pkcs10::{CertificationRequest, CertificationRequestInfo},
    public_key::{MadeWith, Signed, Verifier},
};

/// What is read and verified in place of what cannot be: a request with an RSA key of 2048 bits, signed with SHA-256, as
/// nearly all are. Its key is lost, and a bit of its signature wrong.
pub(super) const STAND_IN: &[u8] = include_bytes!("stand_in.der");
const STAND_IN_KEY: &[u8] = STAND_IN.split_at(60).1.split_at(294).0;
const STAND_IN_SIGNATURE: &[u8] = STAND_IN.split_at(STAND_IN.len() - 256).1;

/// The parts of a request that its signature is about. They are read even where the attributes make no sense, or other
/// bytes follow.
pub(super) struct OwnSignature<'a> {
    pub(super) info: CertificationRequestInfo<'a>,
    pub(super) public_key: PublicKey,
    pub(super) made_with: MadeWith,
    /// Whether nothing follows the request.
    pub(super) is_last: bool,
    info_der: Vec<u8>,
    signature: &'a [u8],
}

impl<'a> OwnSignature<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let asn1 = |error| Malformed::asn1("certification request", error);
        let mut reader = SliceReader::new(bytes).map_err(asn1)?;
        let request = CertificationRequest::decode(&mut reader).map_err(asn1)?;
        let info = request.info.decode_as::<CertificationRequestInfo<'_>>().map_err(asn1)?;
        let scheme = SignatureAlgorithm::of(request.signature_algorithm.oid);
        Ok(Self {
            public_key: PublicKey::read(info.public_key)?,
            info,
            made_with: MadeWith { scheme, digest: None },
            is_last: reader.is_finished(),
            info_der: request.info.to_der().map_err(asn1)?,
            signature: request.signature.as_bytes().unwrap_or_default(),
        })
    }

    /// Verifies it. Where that cannot be done, it verifies the stand-in's.
    pub(super) fn verify(&self) -> Result<(), Untrusted> {
        let signed = Signed { message: &self.info_der, signature: self.signature };
        match self.public_key.verifier(self.made_with, Algorithms::verifiable()) {
            Ok(verifier) if verifier.verifies(&signed) => Ok(()),
            Ok(_) => Err(Untrusted::Signature),
            Err(untrusted) => {
                black_box(stand_in_verifies());
                Err(untrusted.unproven())
            }
        }
    }
}

fn stand_in_verifies() -> bool {
    let signed = Signed { message: STAND_IN, signature: STAND_IN_SIGNATURE };
    Verifier::rsa_with_sha256(STAND_IN_KEY).verifies(&signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_in_has_a_key_and_a_signature_where_they_are_looked_for() {
        let stand_in = OwnSignature::read(STAND_IN).unwrap();
        assert_eq!(stand_in.public_key.spki_der(), STAND_IN_KEY);
        assert_eq!(stand_in.signature, STAND_IN_SIGNATURE);
    }
}
