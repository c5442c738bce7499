//! What a message asks or answers (RFC 8894 §3.2.1.2).

/// `messageType`: all that RFC 8894 defines, and nothing else.
///
/// CVE-2026-30836 was a type that a server parsed and then forgot to authorise; a value that is not here cannot be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// 3: the answer to any request.
    CertRep,
    /// 17: a certification request signed by an existing certificate.
    RenewalReq,
    /// 19: a certification request.
    PkcsReq,
    /// 20: asks again for the certificate of a pending request.
    CertPoll,
    /// 21: asks for a certificate by issuer and serial number.
    GetCert,
    /// 22: asks for the CRL of a certificate.
    GetCrl,
}

impl MessageType {
    /// The decimal text that travels in the attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CertRep => "3",
            Self::RenewalReq => "17",
            Self::PkcsReq => "19",
            Self::CertPoll => "20",
            Self::GetCert => "21",
            Self::GetCrl => "22",
        }
    }

    /// The type written as `text`, if RFC 8894 defines it.
    pub(crate) fn from_text(text: &[u8]) -> Option<Self> {
        const ALL: [MessageType; 6] = [
            MessageType::CertRep,
            MessageType::RenewalReq,
            MessageType::PkcsReq,
            MessageType::CertPoll,
            MessageType::GetCert,
            MessageType::GetCrl,
        ];
        ALL.into_iter().find(|known| known.as_str().as_bytes() == text)
    }
}

/// The message types that a server receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestType {
    /// See [`MessageType::RenewalReq`].
    RenewalReq,
    /// See [`MessageType::PkcsReq`].
    PkcsReq,
    /// See [`MessageType::CertPoll`]. Decided by transactionID and signer; the envelope need not be opened (§3.3.3).
    CertPoll,
    /// See [`MessageType::GetCert`].
    GetCert,
    /// See [`MessageType::GetCrl`].
    GetCrl,
}

impl RequestType {
    /// The request that `message_type` is; `None` for a CertRep, which is an answer.
    pub(crate) fn of(message_type: MessageType) -> Option<Self> {
        match message_type {
            MessageType::CertRep => None,
            MessageType::RenewalReq => Some(Self::RenewalReq),
            MessageType::PkcsReq => Some(Self::PkcsReq),
            MessageType::CertPoll => Some(Self::CertPoll),
            MessageType::GetCert => Some(Self::GetCert),
            MessageType::GetCrl => Some(Self::GetCrl),
        }
    }

    /// The type as it travels.
    pub fn message_type(self) -> MessageType {
        match self {
            Self::RenewalReq => MessageType::RenewalReq,
            Self::PkcsReq => MessageType::PkcsReq,
            Self::CertPoll => MessageType::CertPoll,
            Self::GetCert => MessageType::GetCert,
            Self::GetCrl => MessageType::GetCrl,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_types_0_to_40_exactly_those_of_the_rfc_are_known() {
        let known: Vec<u32> = (0..=40)
            .filter(|number| MessageType::from_text(number.to_string().as_bytes()).is_some())
            .collect();
        assert_eq!(known, [3, 17, 19, 20, 21, 22]);
    }

    #[test]
    fn a_type_is_known_in_its_one_spelling_only() {
        for text in ["", "019", " 19", "19 ", "+19", "0x13", "19\0"] {
            assert_eq!(MessageType::from_text(text.as_bytes()), None, "{text:?}");
        }
    }
}
