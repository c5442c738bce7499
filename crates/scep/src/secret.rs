//! Values that must not be seen.

use std::fmt;

use zeroize::Zeroizing;

/// The content-encryption key of one envelope. Wiped when dropped, hidden from `Debug`.
#[derive(Clone)]
pub struct ContentKey(Zeroizing<Vec<u8>>);

impl ContentKey {
    /// Takes the bytes: unwrapped with the recipient's private key, or fresh and random for an envelope of our own.
    pub fn new(bytes: impl Into<Zeroizing<Vec<u8>>>) -> Self {
        Self(bytes.into())
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ContentKey(hidden)")
    }
}

/// A challenge password. Wiped when dropped, hidden from `Debug`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text.
    pub fn new(text: impl Into<Zeroizing<String>>) -> Self {
        Self(text.into())
    }

    /// The text. It must not reach a log, an error or a status.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_them() {
        let key = format!("{:?}", ContentKey::new(b"0123456789abcdef".to_vec()));
        let secret = format!("{:?}", Secret::new("hunter2".to_owned()));
        assert!(!key.contains("0123") && !key.contains("48, 49"), "{key}");
        assert!(!secret.contains("hunter2"), "{secret}");
    }
}
