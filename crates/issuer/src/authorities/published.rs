//! What an authority publishes of itself: its certificates.

use scepter_pki::authority::Authority;
use scepter_scep::transport::{CaCertificates, TypedBody};

use crate::configuration::CaCertificatesShape;

/// The answer to GetCACert in its shape (decision 0174). Behind the RA's certificates stands the whole chain: Windows looks
/// for the CA's among them.
pub(super) fn ca_certificates(
    authority: &Authority,
    shape: CaCertificatesShape,
) -> Result<TypedBody, impl std::error::Error + use<>> {
    let ra = [authority.ra_signing_certificate().to_vec(), authority.ra_decryption_certificate().to_vec()];
    let chain: Vec<Vec<u8>> = authority.certificate_chain().map(<[u8]>::to_vec).collect();
    match shape {
        CaCertificatesShape::RaPair => CaCertificates::RegistrationAuthority { ra: &ra, chain: &chain },
        CaCertificatesShape::Chain => CaCertificates::Chain(&chain),
        CaCertificatesShape::Single => CaCertificates::Single(authority.issuing_certificate()),
    }
    .to_body()
}

/// The certificates that GetCACert will answer, as GetNextCACert tells them before: the CA's chain first.
pub(super) fn next_ca_certificates(authority: &Authority, shape: CaCertificatesShape) -> Vec<Vec<u8>> {
    let mut certificates: Vec<Vec<u8>> = authority.certificate_chain().map(<[u8]>::to_vec).collect();
    match shape {
        CaCertificatesShape::RaPair => {
            certificates.push(authority.ra_signing_certificate().to_vec());
            certificates.push(authority.ra_decryption_certificate().to_vec());
        }
        CaCertificatesShape::Chain => {}
        CaCertificatesShape::Single => certificates.truncate(1),
    }
    certificates
}
