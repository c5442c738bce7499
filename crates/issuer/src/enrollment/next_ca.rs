//! GetNextCACert (RFC 8894 §4.7): the CA to come, vouched for by the one that is.

use std::time::SystemTime;

use jiff::Timestamp;
use scepter_pki::key::ReplyDigest;
use scepter_scep::transport::NextCaCertificates;

use super::failure::Failure;
use crate::authorities::Served;

/// The signed certificates of `next`. The RA's key signs them, as it signs everything that clients read; the CA's own signs
/// certificates and CRLs alone (decision 0190).
pub(super) async fn answer(served: &Served, next: &Served, now: Timestamp) -> Result<Vec<u8>, Failure> {
    let (ra, next) = (&served.front().current.authority, next.front());
    let unsigned = NextCaCertificates(&next.next_ca_certificates)
        .prepare(ra.signing_certificate(), SystemTime::from(now))?;
    let signature = ra.reply_key().sign(ReplyDigest::Sha256, &unsigned.bytes()?).await?;
    Ok(unsigned.assemble(&signature)?)
}
