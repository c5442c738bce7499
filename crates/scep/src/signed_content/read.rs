//! Reading: size and ASN.1; then, apart from it, the signature.

use der::{
    Decode, Encode,
    asn1::{AnyRef, ObjectIdentifier},
};

use super::Attributes;
use crate::{
    Algorithms, IssuerAndSerial, Limits, Malformed, SignerCertificate, Untrusted,
    algorithms::{DigestAlgorithm, Recognised, SignatureAlgorithm},
    asn1::{
        ber, oid,
        raw::RawSet,
        signed_data::{ContentInfo, SignedData, SignerInfo},
    },
    public_key::{MadeWith, Signed},
};

/// A signed content that has been read and not yet verified.
pub(crate) struct SignedContent {
    /// The encapsulated content; empty where there is none.
    pub(crate) content: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    signer: IssuerAndSerial,
    digest: Recognised<DigestAlgorithm>,
    scheme: Recognised<SignatureAlgorithm>,
    /// The received attributes, as the SET that the signature is over.
    signed_bytes: Vec<u8>,
    signature: Vec<u8>,
}

impl SignedContent {
    /// Reads a `SignedData` by one signer; `part` names it in errors.
    pub(crate) fn read(body: &[u8], part: &'static str, limits: &Limits) -> Result<Self, Malformed> {
        if body.len() > limits.message {
            return Err(Malformed::TooLong { limit: limits.message });
        }
        let der = ber::to_der(body, limits)?;
        let message: SignedData<'_> = content_of(&der, oid::ID_SIGNED_DATA, part)?;
        let encapsulated = &message.encapsulated;
        if encapsulated.content_type != oid::ID_DATA {
            return Err(Malformed::ContentType { part: "signed content", found: encapsulated.content_type });
        }
        let certificates = match message.certificates {
            Some(set) => set.elements("certificates", limits.certificates)?,
            None => Vec::new(),
        };
        let signer: SignerInfo<'_> = message.signer_infos.only("signerInfos")?;
        let attributes = signer.signed_attributes.ok_or(Malformed::Missing { part: "signed attributes" })?;
        Ok(Self {
            content: encapsulated.content.map(|content| content.as_bytes().to_vec()).unwrap_or_default(),
            certificates: certificates.into_iter().map(<[u8]>::to_vec).collect(),
            signer: IssuerAndSerial::read(signer.signer)?,
            digest: DigestAlgorithm::of(signer.digest_algorithm.oid),
            scheme: SignatureAlgorithm::of(signer.signature_algorithm.oid),
            signed_bytes: attributes.to_der().map_err(|error| Malformed::asn1("signed attributes", error))?,
            signature: signer.signature.as_bytes().to_vec(),
        })
    }

    /// What the signer says beside the content; those that every `SignedData` must have are there.
    pub(crate) fn attributes(&self, limits: &Limits) -> Result<Attributes<'_>, Malformed> {
        let set = RawSet::from_der(&self.signed_bytes);
        let set = set.map_err(|error| Malformed::asn1("signed attributes", error))?;
        let attributes = Attributes::read(set, limits)?;
        attributes.check_content_type()?;
        attributes.message_digest()?;
        Ok(attributes)
    }

    /// Verifies digest and signature with the signer's certificate that the message itself brings.
    pub(crate) fn verify(
        &self,
        allowed: Algorithms,
        limits: &Limits,
    ) -> Result<SignerCertificate, Untrusted> {
        let certificate = self.signer_certificate()?;
        let signed = Signed { message: &self.signed_bytes, signature: &self.signature };
        let made_with = MadeWith { scheme: self.scheme, digest: Some(self.digest) };
        certificate.public_key().verify(&signed, made_with, allowed)?;
        let digest = self.digest.map_err(|oid| Untrusted::Algorithm { part: "digest algorithm", oid })?;
        let claimed = self.attributes(limits).and_then(|attributes| attributes.message_digest());
        if claimed.is_ok_and(|claimed| digest.digest(&self.content).as_ref() == claimed) {
            Ok(certificate)
        } else {
            Err(Untrusted::Digest)
        }
    }

    /// The digest, if it is one that the signer may also be answered in.
    pub(crate) fn digest(&self) -> Recognised<DigestAlgorithm> {
        self.digest
    }

    fn signer_certificate(&self) -> Result<SignerCertificate, Untrusted> {
        for der in &self.certificates {
            match SignerCertificate::from_der(der) {
                Ok(certificate) if *certificate.issuer_and_serial() == self.signer => return Ok(certificate),
                Ok(_another) => {}
                Err(error) if self.certificates.len() == 1 => return Err(Untrusted::SignerUnreadable(error)),
                Err(_unreadable) => {}
            }
        }
        Err(Untrusted::SignerMissing)
    }
}

/// The content of a `ContentInfo` that must have the type `content_type`.
pub(crate) fn content_of<'a, T>(
    der: &'a [u8],
    content_type: ObjectIdentifier,
    part: &'static str,
) -> Result<T, Malformed>
where
    T: der::Choice<'a> + der::DecodeValue<'a, Error = der::Error>,
{
    let asn1 = |error| Malformed::asn1(part, error);
    let info = ContentInfo::from_der(der).map_err(asn1)?;
    if info.content_type != content_type {
        return Err(Malformed::ContentType { part, found: info.content_type });
    }
    AnyRef::decode_as(info.content).map_err(asn1)
}
