//! Certificates in PEM files.

use std::fs;
use std::io;
use std::path::Path;

use der::pem::{self, LineEnding};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::key;

/// The PEM label of a certificate (RFC 7468 §5).
const LABEL: &str = "CERTIFICATE";

/// Anybody may read them.
const MODE: u32 = 0o644;

/// The certificates of a file, as DER.
pub(super) fn read(path: &Path) -> io::Result<Vec<Vec<u8>>> {
    let text = fs::read(path)?;
    CertificateDer::pem_slice_iter(&text)
        .map(|certificate| certificate.map(|der| der.to_vec()))
        .collect::<Result<_, _>>()
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}

/// Writes a file that is not there.
pub(super) fn write_new(path: &Path, certificates: &[&[u8]]) -> io::Result<()> {
    key::write_new(path, pem(certificates)?.as_bytes(), MODE)
}

/// Writes a file in the place of another.
pub(super) fn write_over(path: &Path, certificates: &[&[u8]]) -> io::Result<()> {
    key::write_over(path, pem(certificates)?.as_bytes(), MODE)
}

fn pem(certificates: &[&[u8]]) -> io::Result<String> {
    certificates
        .iter()
        .map(|der| pem::encode_string(LABEL, LineEnding::LF, der).map_err(io::Error::other))
        .collect()
}
