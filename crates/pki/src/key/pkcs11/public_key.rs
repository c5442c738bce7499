//! A key pair in a token: the handle of its private half, and its public half as DER.

use const_oid::db::rfc5912::{ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1};
use cryptoki::error::Error;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use der::asn1::{AnyRef, BitStringRef, Null, ObjectIdentifier, OctetString, UintRef};
use der::{Decode, Encode, Sequence};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::token::Token;
use super::{TokenError, TokenKeyUri};

/// A key pair of a kind that authorities use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PairKind {
    P256,
    /// With a modulus of so many bytes.
    Rsa(usize),
}

/// A key pair.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) private: ObjectHandle,
    pub(super) kind: PairKind,
    pub(super) spki: Vec<u8>,
}

/// The shortest RSA modulus that is used, in bytes.
const MINIMUM_RSA: usize = 256;

#[derive(Sequence)]
struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

/// Finds the pair with the label of `uri`.
pub(super) fn find(token: &Token, uri: &TokenKeyUri) -> Result<Pair, TokenError> {
    let failed = |problem: &str| TokenError::Key { uri: Box::new(uri.clone()), problem: problem.to_owned() };
    let private = one(token, uri, ObjectClass::PRIVATE_KEY)?;
    let public = one(token, uri, ObjectClass::PUBLIC_KEY)?;
    let attributes = token.now(uri, |session| public_attributes(session, public))?;
    let (kind, spki) = spki(&attributes)
        .ok_or_else(|| failed("it is neither a P-256 nor an RSA key of 2048 bits or more"))?;
    Ok(Pair { private, kind, spki })
}

fn one(token: &Token, uri: &TokenKeyUri, class: ObjectClass) -> Result<ObjectHandle, TokenError> {
    let template = [Attribute::Class(class), Attribute::Label(uri.object.clone().into_bytes())];
    let found = token.now(uri, |session| session.find_objects(&template))?;
    match found.as_slice() {
        [only] => Ok(*only),
        several => {
            let problem = format!("{} objects of the class {class} have this label", several.len());
            Err(TokenError::Key { uri: Box::new(uri.clone()), problem })
        }
    }
}

fn public_attributes(session: &Session, public: ObjectHandle) -> Result<Vec<Attribute>, Error> {
    let mut attributes = session.get_attributes(public, &[AttributeType::KeyType])?;
    let wanted = match attributes.as_slice() {
        [Attribute::KeyType(KeyType::EC)] => [AttributeType::EcParams, AttributeType::EcPoint],
        _ => [AttributeType::Modulus, AttributeType::PublicExponent],
    };
    attributes.extend(session.get_attributes(public, &wanted)?);
    Ok(attributes)
}

/// `SubjectPublicKeyInfo` as certificates have it (RFC 3279 §2.3.1, RFC 5480 §2).
fn spki(attributes: &[Attribute]) -> Option<(PairKind, Vec<u8>)> {
    match attributes {
        [_, Attribute::Modulus(modulus), Attribute::PublicExponent(exponent)] => {
            let (modulus, exponent) = (UintRef::new(modulus).ok()?, UintRef::new(exponent).ok()?);
            let bytes = modulus.as_bytes().len();
            let key = RsaPublicKey { modulus, exponent }.to_der().ok()?;
            let spki = info(RSA_ENCRYPTION, AnyRef::from(Null), &key)?;
            (bytes >= MINIMUM_RSA).then_some((PairKind::Rsa(bytes), spki))
        }
        [_, Attribute::EcParams(curve), Attribute::EcPoint(point)] => {
            if ObjectIdentifier::from_der(curve).ok()? != SECP_256_R_1 {
                return None;
            }
            let point = OctetString::from_der(point).ok()?;
            let spki = info(ID_EC_PUBLIC_KEY, AnyRef::from_der(curve).ok()?, point.as_bytes())?;
            Some((PairKind::P256, spki))
        }
        _ => None,
    }
}

fn info(oid: ObjectIdentifier, parameters: AnyRef<'_>, key: &[u8]) -> Option<Vec<u8>> {
    let info = SubjectPublicKeyInfoRef {
        algorithm: AlgorithmIdentifierRef { oid, parameters: Some(parameters) },
        subject_public_key: BitStringRef::from_bytes(key).ok()?,
    };
    info.to_der().ok()
}
