//! What an envelope holds, by the type of its message (RFC 8894 §3.2.2).

use der::{Decode, asn1::AnyRef};

use crate::{CertificationRequest, IssuerAndSerial, IssuerAndSubject, Limits};

/// What a sealed request opens to. Only this crate says what is one: the messageType decides, not whoever opens.
pub trait MessageData: Sized {
    /// Reads it; why it fails is dropped here.
    fn read(content: &[u8], limits: &Limits) -> Option<Self>;
}

impl MessageData for CertificationRequest {
    fn read(content: &[u8], limits: &Limits) -> Option<Self> {
        Self::from_der(content, limits).ok()
    }
}

impl MessageData for IssuerAndSubject {
    fn read(content: &[u8], _limits: &Limits) -> Option<Self> {
        Self::from_der(content).ok()
    }
}

impl MessageData for IssuerAndSerial {
    fn read(content: &[u8], _limits: &Limits) -> Option<Self> {
        Self::read(AnyRef::from_der(content).ok()?).ok()
    }
}
