//! What an authority publishes of itself: its certificates.

use scepter_pki::authority::{Authority, RegistrationAuthority};
use scepter_scep::Unwritable;
use scepter_scep::transport::{CaCertificates, TypedBody};

use crate::configuration::CaCertificatesShape;

/// The answer to GetCACert in its shape (decision 0174). Behind the RA's certificates stands the whole chain: Windows looks
/// for the CA's among them.
pub(super) fn ca_certificates(
    authority: &Authority,
    ra: &RegistrationAuthority,
    shape: CaCertificatesShape,
) -> Result<TypedBody, Unwritable> {
    let chain: Vec<Vec<u8>> = authority.certificate_chain().map(<[u8]>::to_vec).collect();
    let body = match shape {
        CaCertificatesShape::RaPair => {
            CaCertificates::RegistrationAuthority { ra: &pair(ra), chain: &chain }.to_body()
        }
        CaCertificatesShape::Chain => CaCertificates::Chain(&chain).to_body(),
        CaCertificatesShape::Single => CaCertificates::Single(authority.issuing_certificate()).to_body(),
    };
    Ok(body?)
}

/// What GetCACert will answer, as GetNextCACert tells it beforehand: the CA's certificate first (RFC 8894 §4.7.1.1).
pub(super) fn next_ca_certificates(
    authority: &Authority,
    ra: &RegistrationAuthority,
    shape: CaCertificatesShape,
) -> Vec<Vec<u8>> {
    let chain = authority.certificate_chain().map(<[u8]>::to_vec);
    match shape {
        CaCertificatesShape::RaPair => chain.chain(pair(ra)).collect(),
        CaCertificatesShape::Chain => chain.collect(),
        CaCertificatesShape::Single => vec![authority.issuing_certificate().to_vec()],
    }
}

fn pair(ra: &RegistrationAuthority) -> [Vec<u8>; 2] {
    [ra.signing_certificate().to_vec(), ra.decryption_certificate().to_vec()]
}
