//! Certification requests (PKCS #10, RFC 2986) and the proof that whoever sent one holds its key.

mod challenge_password;
mod own_signature;

use std::hint::black_box;

use der::{
    Decode, Encode, Tag,
    asn1::{AnyRef, ObjectIdentifier},
};

use self::own_signature::{OwnSignature, STAND_IN};
use crate::{
    Algorithms, Limits, Malformed, PublicKey, Secret, Untrusted,
    asn1::{
        oid,
        raw::{RawSet, tagged},
        signed_data::Attribute,
    },
    public_key::MadeWith,
};

/// A certification request that may be anybody's: nothing of it can be used but [`CertificationRequest::verify`].
pub struct CertificationRequest {
    request: ProvenRequest,
    made_with: MadeWith,
    /// Whether its own signature verifies.
    proof: Result<(), Untrusted>,
}

/// A certification request whose sender holds the private key (RFC 8894 §7.6 asks for this even of renewals).
///
/// What it asks for is a claim: compare it with what policy grants, and build the certificate from policy.
#[derive(Debug, Clone)]
pub struct ProvenRequest {
    der: Vec<u8>,
    subject_der: Vec<u8>,
    public_key: PublicKey,
    challenge_password: Option<Secret>,
    extensions_der: Option<Vec<u8>>,
}

impl CertificationRequest {
    /// Reads a request from DER. Attributes that SCEP does not use are passed over; one that it uses must not be there
    /// twice with different values.
    ///
    /// It takes the time of verifying one signature whatever the bytes are, so that the time tells nothing of what was in an
    /// envelope (decision 0261).
    pub fn from_der(der: &[u8], limits: &Limits) -> Result<Self, Malformed> {
        match OwnSignature::read(der) {
            Ok(signature) => Self::read(der, signature, limits),
            Err(malformed) => {
                let stand_in = OwnSignature::read(STAND_IN);
                black_box(stand_in.and_then(|signature| Self::read(STAND_IN, signature, limits)).is_ok());
                Err(malformed)
            }
        }
    }

    fn read(der: &[u8], signature: OwnSignature<'_>, limits: &Limits) -> Result<Self, Malformed> {
        const PART: &str = "certification request";
        let asn1 = |error| Malformed::asn1(PART, error);
        let proof = signature.verify();
        if !signature.is_last {
            return Err(Malformed::Value { part: PART });
        }
        let info = signature.info;
        tagged(info.subject, "subject", &[Tag::Sequence])?;
        let attributes = Attributes::read(info.attributes.unwrap_or(RawSet(&[])), limits)?;
        let request = ProvenRequest {
            der: der.to_vec(),
            subject_der: info.subject.to_der().map_err(asn1)?,
            public_key: signature.public_key,
            challenge_password: attributes.challenge_password()?,
            extensions_der: attributes.extensions_der()?,
        };
        Ok(Self { request, made_with: signature.made_with, proof })
    }

    /// Takes it for proven if its own signature verifies, and then if `allowed` accepts what it is made with. In this
    /// order: a request comes out of an envelope that anybody may have altered, and until it is known to be as it was
    /// written, no fault of it may be told from an envelope that does not open (decision 0240).
    pub fn verify(self, allowed: &Algorithms) -> Result<ProvenRequest, Untrusted> {
        self.proof?;
        self.request.public_key.accept(self.made_with, *allowed)?;
        Ok(self.request)
    }
}

impl ProvenRequest {
    /// The whole request.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The subject's `Name` in DER.
    pub fn subject_der(&self) -> &[u8] {
        &self.subject_der
    }

    /// The key to certify.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The challenge password, in whatever string type it came.
    pub fn challenge_password(&self) -> Option<&Secret> {
        self.challenge_password.as_ref()
    }

    /// The requested `Extensions` in DER, from the attribute of PKCS #9 or from Microsoft's.
    pub fn extensions_der(&self) -> Option<&[u8]> {
        self.extensions_der.as_deref()
    }
}

struct Attributes<'a>(Vec<Attribute<'a>>);

impl<'a> Attributes<'a> {
    fn read(set: RawSet<'a>, limits: &Limits) -> Result<Self, Malformed> {
        const PART: &str = "request attributes";
        let elements = set.elements(PART, limits.attributes)?;
        let attributes = elements.into_iter().map(Attribute::from_der).collect::<der::Result<_>>();
        attributes.map(Self).map_err(|error| Malformed::asn1(PART, error))
    }

    fn challenge_password(&self) -> Result<Option<Secret>, Malformed> {
        const PART: &str = "challengePassword";
        self.one_of(&[oid::CHALLENGE_PASSWORD], PART)?.map(challenge_password::read).transpose()
    }

    fn extensions_der(&self) -> Result<Option<Vec<u8>>, Malformed> {
        const PART: &str = "extensionRequest";
        let Some(value) = self.one_of(&[oid::EXTENSION_REQUEST, oid::MICROSOFT_EXTENSION_REQUEST], PART)?
        else {
            return Ok(None);
        };
        tagged(value, PART, &[Tag::Sequence])?;
        value.to_der().map(Some).map_err(|error| Malformed::asn1(PART, error))
    }

    /// The value of the attributes named `oids`. Two of them must agree, or nobody could say which one was meant.
    fn one_of(&self, oids: &[ObjectIdentifier], part: &'static str) -> Result<Option<AnyRef<'a>>, Malformed> {
        let mut found: Option<AnyRef<'a>> = None;
        for attribute in self.0.iter().filter(|attribute| oids.contains(&attribute.oid)) {
            let value = attribute.values.only(part)?;
            if found.is_some_and(|earlier| earlier != value) {
                return Err(Malformed::Repeated { part });
            }
            found = Some(value);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An attribute with that OID and one value, an empty SEQUENCE but for `content`.
    fn attribute(oid: &[u8], content: &[u8]) -> Vec<u8> {
        let tlv = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
        let values = tlv(0x31, &tlv(0x30, content));
        tlv(0x30, &[oid, &values].concat())
    }

    const PKCS_9: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e";
    const MICROSOFT: &[u8] = b"\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0e";

    #[test]
    fn extensions_are_asked_for_by_either_attribute_and_by_both_only_alike() {
        let (nothing, null): (&[u8], &[u8]) = (b"", b"\x05\x00");
        let extensions = |attributes: &[Vec<u8>]| {
            let read = attributes.iter().map(|der| Attribute::from_der(der).unwrap());
            Attributes(read.collect()).extensions_der()
        };
        for oid in [PKCS_9, MICROSOFT] {
            assert_eq!(extensions(&[attribute(oid, null)]), Ok(Some(b"\x30\x02\x05\x00".to_vec())));
        }
        let both = |other| extensions(&[attribute(PKCS_9, null), attribute(MICROSOFT, other)]);
        assert_eq!(both(null), Ok(Some(b"\x30\x02\x05\x00".to_vec())));
        assert_eq!(both(nothing), Err(Malformed::Repeated { part: "extensionRequest" }));
    }

    /// Else it would not take the time of what it stands in for.
    #[test]
    fn the_stand_in_is_a_request_whose_signature_is_computed_and_wrong_by_a_bit() {
        let verify = |der: &[u8]| {
            CertificationRequest::from_der(der, &Limits::default()).unwrap().verify(&Algorithms::default())
        };
        assert_eq!(verify(STAND_IN).err(), Some(Untrusted::Signature));
        let mut mended = STAND_IN.to_vec();
        *mended.last_mut().unwrap() ^= 1;
        assert!(verify(&mended).unwrap().challenge_password().is_some());
    }

    #[test]
    fn bytes_behind_a_request_are_refused() {
        let followed = [STAND_IN, &[0]].concat();
        let refused = CertificationRequest::from_der(&followed, &Limits::default()).err();
        assert_eq!(refused, Some(Malformed::Value { part: "certification request" }));
    }
}
