//! Opening envelopes with a key in a token (decision 0182).

use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsOaepParams, PkcsOaepSource};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::ObjectHandle;
use cryptoki::session::Session;
use zeroize::Zeroizing;

use super::public_key::{PairKind, find};
use super::token::Token;
use super::{TokenError, TokenKeyUri, Tokens, unpad};
use crate::key::{ContentKey, DecryptionKey, KeyFuture, KeyTransport, rejection};

/// An RA's decryption key in a token: RSA.
#[derive(Debug)]
pub struct TokenDecryptionKey {
    token: Token,
    private: ObjectHandle,
    spki: Vec<u8>,
    modulus: usize,
    padding: Padding,
}

/// Who looks at the padding of RSAES-PKCS1-v1_5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Padding {
    /// We, in constant time, over what raw RSA gives.
    Ours,
    /// The token, which does not offer raw RSA.
    Tokens,
}

impl TokenDecryptionKey {
    /// The RSA key that a URI names.
    pub fn open(tokens: &mut Tokens, uri: &TokenKeyUri) -> Result<Self, TokenError> {
        let token = tokens.open(uri)?;
        let pair = find(&token, uri)?;
        let PairKind::Rsa(modulus) = pair.kind else {
            let problem = "SCEP needs an RSA key to open envelopes".to_owned();
            return Err(TokenError::Key { uri: Box::new(uri.clone()), problem });
        };
        let padding = if token.knows(MechanismType::RSA_X_509) { Padding::Ours } else { Padding::Tokens };
        Ok(Self { token, private: pair.private, spki: pair.spki, modulus, padding })
    }
}

impl DecryptionKey for TokenDecryptionKey {
    fn spki(&self) -> &[u8] {
        &self.spki
    }

    fn content_key<'a>(
        &'a self,
        wrapped: &'a [u8],
        length: usize,
        transport: KeyTransport,
    ) -> KeyFuture<'a, ContentKey> {
        Box::pin(async move {
            let mut key = rejection::random_key(length)?;
            let (private, wrapped, padding) = (self.private, wrapped.to_vec(), self.padding);
            let opened = self.token.run(move |session| match (transport, padding) {
                (KeyTransport::Pkcs1v15, Padding::Ours) => raw(session, private, &wrapped),
                (KeyTransport::Pkcs1v15, Padding::Tokens) => {
                    answered(session.decrypt(&Mechanism::RsaPkcs, private, &wrapped))
                }
                (KeyTransport::OaepSha1, _) => {
                    oaep(session, private, &wrapped, MechanismType::SHA1, PkcsMgfType::MGF1_SHA1)
                }
                (KeyTransport::OaepSha256, _) => {
                    oaep(session, private, &wrapped, MechanismType::SHA256, PkcsMgfType::MGF1_SHA256)
                }
            });
            let opened = opened.await?;
            match (transport, self.padding) {
                (KeyTransport::Pkcs1v15, Padding::Ours) => {
                    unpad::choose(&unpad::left_padded(&opened, self.modulus), &mut key);
                }
                (KeyTransport::Pkcs1v15, Padding::Tokens)
                | (KeyTransport::OaepSha1 | KeyTransport::OaepSha256, _) => {
                    unpad::choose_whole(&opened, &mut key);
                }
            }
            Ok(ContentKey::new(key))
        })
    }
}

fn raw(session: &Session, key: ObjectHandle, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    answered(session.decrypt(&Mechanism::RsaX509, key, wrapped))
}

fn oaep(
    session: &Session,
    key: ObjectHandle,
    wrapped: &[u8],
    hash: MechanismType,
    mask: PkcsMgfType,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let parameters = PkcsOaepParams::new(hash, mask, PkcsOaepSource::empty());
    answered(session.decrypt(&Mechanism::RsaPkcsOaep(parameters), key, wrapped))
}

/// What the token gave; nothing where it did not like what it was given, which is no error (TH-13). Only what says that
/// the token itself is in trouble is one.
fn answered(result: Result<Vec<u8>, Error>) -> Result<Zeroizing<Vec<u8>>, Error> {
    match result {
        Ok(opened) => Ok(Zeroizing::new(opened)),
        Err(Error::Pkcs11(answer, _)) if is_about_the_message(&answer) => Ok(Zeroizing::default()),
        Err(error) => Err(error),
    }
}

fn is_about_the_message(answer: &RvError) -> bool {
    matches!(
        answer,
        RvError::EncryptedDataInvalid
            | RvError::EncryptedDataLenRange
            | RvError::DataInvalid
            | RvError::DataLenRange
            | RvError::ArgumentsBad
            | RvError::FunctionFailed
            | RvError::GeneralError
            | RvError::BufferTooSmall
            | RvError::MechanismParamInvalid
    )
}
