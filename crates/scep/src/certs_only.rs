//! Degenerate `SignedData`: certificates and CRLs, no content and no signer (RFC 8894 §3.4).

use crate::{
    Limits, Malformed,
    asn1::{
        ber, oid,
        raw::RawSet,
        signed_data::{EncapsulatedContentInfo, SignedData},
    },
    signed_content::{content_info, content_of},
};

/// Certificates and CRLs, each in DER, in the order in which they are sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertsOnly {
    /// Certificates. Clients take the first one for the issued one.
    pub certificates: Vec<Vec<u8>>,
    /// CRLs.
    pub crls: Vec<Vec<u8>>,
}

impl CertsOnly {
    /// Reads a certs-only message.
    pub fn from_ber(bytes: &[u8], limits: &Limits) -> Result<Self, Malformed> {
        const PART: &str = "certs-only message";
        if bytes.len() > limits.message {
            return Err(Malformed::TooLong { limit: limits.message });
        }
        let der = ber::to_der(bytes, limits)?;
        let signed: SignedData<'_> = content_of(&der, oid::ID_SIGNED_DATA, PART)?;
        let elements = |set: Option<RawSet<'_>>| -> Result<Vec<Vec<u8>>, Malformed> {
            let elements = set.map(|set| set.elements(PART, limits.certificates)).transpose()?;
            Ok(elements.unwrap_or_default().into_iter().map(<[u8]>::to_vec).collect())
        };
        Ok(Self { certificates: elements(signed.certificates)?, crls: elements(signed.crls)? })
    }

    /// Writes a certs-only message. The set of certificates keeps its order, although DER would have it sorted.
    pub fn to_der(&self) -> der::Result<Vec<u8>> {
        let certificates = self.certificates.concat();
        let crls = self.crls.concat();
        let present = |set: &'_ [u8]| !set.is_empty();
        let signed = SignedData {
            version: 1,
            digest_algorithms: RawSet(&[]),
            encapsulated: EncapsulatedContentInfo { content_type: oid::ID_DATA, content: None },
            certificates: present(&certificates).then_some(RawSet(&certificates)),
            crls: present(&crls).then_some(RawSet(&crls)),
            signer_infos: RawSet(&[]),
        };
        content_info(oid::ID_SIGNED_DATA, &signed)
    }
}
