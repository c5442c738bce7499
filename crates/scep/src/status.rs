//! What an answer says (RFC 8894 §3.2.1.3 and §3.2.1.4).

/// `pkiStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PkiStatus {
    /// 0: granted; the answer carries what was asked for.
    Success,
    /// 2: refused; see [`FailInfo`].
    Failure,
    /// 3: waits for approval; poll.
    Pending,
}

impl PkiStatus {
    /// The decimal text that travels in the attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "0",
            Self::Failure => "2",
            Self::Pending => "3",
        }
    }

    pub(crate) fn from_text(text: &[u8]) -> Option<Self> {
        [Self::Success, Self::Failure, Self::Pending]
            .into_iter()
            .find(|known| known.as_str().as_bytes() == text)
    }
}

/// `failInfo`: why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailInfo {
    /// 0: an unrecognised or unsupported algorithm.
    BadAlg,
    /// 1: the integrity check (signature, digest, decryption) failed.
    BadMessageCheck,
    /// 2: the transaction is not permitted or supported.
    BadRequest,
    /// 3: the signingTime was not close enough to the system time.
    BadTime,
    /// 4: no certificate matches what was asked for.
    BadCertId,
}

impl FailInfo {
    /// The decimal text that travels in the attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadAlg => "0",
            Self::BadMessageCheck => "1",
            Self::BadRequest => "2",
            Self::BadTime => "3",
            Self::BadCertId => "4",
        }
    }

    pub(crate) fn from_text(text: &[u8]) -> Option<Self> {
        [Self::BadAlg, Self::BadMessageCheck, Self::BadRequest, Self::BadTime, Self::BadCertId]
            .into_iter()
            .find(|known| known.as_str().as_bytes() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undefined_values_are_not_known() {
        let known = |known: fn(&[u8]) -> bool| -> Vec<u32> {
            (0..=9).filter(|number| known(number.to_string().as_bytes())).collect()
        };
        assert_eq!(known(|text| PkiStatus::from_text(text).is_some()), [0, 2, 3]);
        assert_eq!(known(|text| FailInfo::from_text(text).is_some()), [0, 1, 2, 3, 4]);
    }
}
