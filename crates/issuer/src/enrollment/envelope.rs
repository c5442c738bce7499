//! Opening a message's envelope with the RA's key. Whatever is wrong inside, the answer is the same (TH-13).

use scepter_pki::key as pki;
use scepter_scep::{ContentKey, DigestAlgorithm, KeyTransport, SealedRequest, Unreadable};

use super::failure::{Failure, Refused};
use crate::authorities::Ra;

/// The content key of an envelope. A message for somebody else is told from one for us by its recipients, which are
/// public; a key that does not unwrap is a random one, which opens nothing.
pub(super) async fn content_key<Data>(ra: &Ra, sealed: &SealedRequest<Data>) -> Result<ContentKey, Failure> {
    let wrapped = sealed.wrapped_key(&ra.recipient).ok_or(Unreadable)?;
    let transport = transport(wrapped.transport)?;
    let key = ra.authority.decryption_key();
    let unwrapped = key.content_key(wrapped.encrypted_key, wrapped.key_length, transport).await?;
    Ok(ContentKey::new(unwrapped.as_bytes().to_vec()))
}

fn transport(transport: KeyTransport) -> Result<pki::KeyTransport, Refused> {
    match transport {
        KeyTransport::RsaPkcs1 => Ok(pki::KeyTransport::Pkcs1v15),
        KeyTransport::RsaOaep { hash: DigestAlgorithm::Sha1, mask_hash: DigestAlgorithm::Sha1 } => {
            Ok(pki::KeyTransport::OaepSha1)
        }
        KeyTransport::RsaOaep { hash: DigestAlgorithm::Sha256, mask_hash: DigestAlgorithm::Sha256 } => {
            Ok(pki::KeyTransport::OaepSha256)
        }
        KeyTransport::RsaOaep { hash, mask_hash } => {
            Err(Refused::algorithm(format!("RSAES-OAEP with {hash:?} and {mask_hash:?} is not accepted")))
        }
    }
}
