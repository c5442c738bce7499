//! The few ASN.1 shapes that SCEP needs, and the door that turns BER into DER.
//!
//! The structures are the same for reading and for writing. Sets are kept as they came ([`raw`]), because a signature is
//! over the received bytes and because the order of certificates matters to clients.

pub(crate) mod ber;
pub(crate) mod certificate;
pub(crate) mod enveloped_data;
pub(crate) mod oid;
pub(crate) mod pkcs10;
pub(crate) mod raw;
pub(crate) mod signed_data;
