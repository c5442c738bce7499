//! Certificates as PEM (RFC 7468).

use der::pem::{Error, LineEnding, encode_string};

/// One certificate as a PEM block.
pub(crate) fn certificate(der: &[u8]) -> Result<String, Error> {
    encode_string("CERTIFICATE", LineEnding::LF, der)
}
