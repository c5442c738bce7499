//! GetCACert (RFC 8894 §4.2).

use super::{CA_CERTIFICATE, CA_RA_CERTIFICATES, TypedBody};
use crate::CertsOnly;

/// The shape of an answer to GetCACert. Clients differ in which one they can use, so an authority chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaCertificates<'a> {
    /// The CA's own certificate, whose key then speaks SCEP too (§4.2.1.1).
    Single(&'a [u8]),
    /// The CA's certificate and those above it, the CA's first (§4.2.1.2). Apple refuses it: it looks for an RA.
    Chain(&'a [Vec<u8>]),
    /// RA certificates, then the CA's and those above it (§4.2.1.2).
    RegistrationAuthority {
        /// The RA's certificates: one to sign and one to encrypt, or one for both.
        ra: &'a [Vec<u8>],
        /// The CA's certificate first, then those above it.
        chain: &'a [Vec<u8>],
    },
}

impl CaCertificates<'_> {
    /// The answer. It fails only for certificates longer than ASN.1 can say.
    pub fn to_body(&self) -> Result<TypedBody, der::Error> {
        let several = |certificates: Vec<Vec<u8>>| {
            let body = CertsOnly { certificates, crls: Vec::new() }.to_der()?;
            Ok(TypedBody { content_type: CA_RA_CERTIFICATES, body })
        };
        match *self {
            Self::Single(certificate) => {
                Ok(TypedBody { content_type: CA_CERTIFICATE, body: certificate.to_vec() })
            }
            Self::Chain(chain) => several(chain.to_vec()),
            Self::RegistrationAuthority { ra, chain } => several([ra, chain].concat()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn certificate(byte: u8) -> Vec<u8> {
        vec![0x30, 0x03, 0x02, 0x01, byte]
    }

    #[test]
    fn a_single_certificate_is_sent_as_it_is() {
        let body = CaCertificates::Single(&certificate(1)).to_body().unwrap();
        assert_eq!(body, TypedBody { content_type: "application/x-x509-ca-cert", body: certificate(1) });
    }

    #[test]
    fn ra_certificates_come_before_the_chain_in_the_order_given() {
        let (ra, chain) = ([certificate(9), certificate(8)], [certificate(7), certificate(1)]);
        let body = CaCertificates::RegistrationAuthority { ra: &ra, chain: &chain }.to_body().unwrap();
        assert_eq!(body.content_type, "application/x-x509-ca-ra-cert");
        let sent = CertsOnly::from_ber(&body.body, &Limits::default()).unwrap();
        assert_eq!(sent.certificates, [9, 8, 7, 1].map(certificate));
        assert!(sent.crls.is_empty());
    }
}
