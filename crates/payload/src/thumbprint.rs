//! Thumbprints as devices compare them.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// SHA-1 of a certificate's DER: the only one that the devices' own protocols name a certificate by. Nothing of ours
/// trusts it.
pub(crate) fn sha1(certificate: &[u8]) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate).as_ref().to_vec()
}

/// The same as upper-case hex.
pub(crate) fn sha1_hex(certificate: &[u8]) -> String {
    hex::encode_upper(sha1(certificate))
}
