//! What an authority publishes of itself: its certificates.

use scepter_pki::authority::Authority;
use scepter_scep::transport::{CaCertificates, TypedBody};

/// The answer to GetCACert: the RA's certificates, then the chain from the CA to the root. With keys of its own the RA
/// must show its certificates, and Windows looks for the CA's among them.
pub(super) fn ca_certificates(authority: &Authority) -> Result<TypedBody, impl std::error::Error + use<>> {
    let ra = [authority.ra_signing_certificate().to_vec(), authority.ra_decryption_certificate().to_vec()];
    let chain: Vec<Vec<u8>> = authority.certificate_chain().map(<[u8]>::to_vec).collect();
    CaCertificates::RegistrationAuthority { ra: &ra, chain: &chain }.to_body()
}
