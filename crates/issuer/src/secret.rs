//! Secrets in two halves: a public id to look up, and a secret half of which only a MAC is stored.

use std::fmt;

use scepter_policy::issuance::Secret;
use zeroize::Zeroizing;

/// `<id>.<secret>`, both hex: the form of challenges and of bearer tokens. Every character of it fits into a
/// `PrintableString`, as which Windows encodes a challenge (docs/decisions/0160).
pub(crate) struct Split {
    text: Zeroizing<String>,
    dot: usize,
}

impl Split {
    /// A new one: 128 random bits of id, 256 of secret.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 48]);
        getrandom::fill(bytes.as_mut_slice())?;
        let (id, secret) = bytes.split_at(16);
        let id = hex::encode(id);
        let secret = Zeroizing::new(hex::encode(secret));
        Ok(Self { dot: id.len(), text: Zeroizing::new(format!("{id}.{}", *secret)) })
    }

    /// Reads one; `None` where the text does not have the form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        let sound = |part: &str| {
            (1..=128).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        (sound(id) && sound(secret)).then(|| Self { dot: id.len(), text: Zeroizing::new(text.to_owned()) })
    }

    /// The public half.
    pub(crate) fn id(&self) -> &str {
        &self.text[..self.dot]
    }

    /// The secret half.
    pub(crate) fn secret(&self) -> Secret {
        Secret::new(&self.text.as_bytes()[self.dot + 1..])
    }

    /// Both, for the one who may have it.
    pub(crate) fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Split(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_from_its_text_and_no_two_are_the_same() {
        let made = Split::random().unwrap();
        let read = Split::parse(made.expose()).unwrap();
        assert_eq!(read.id(), made.id());
        assert_eq!(read.secret().expose(), made.secret().expose());
        assert_ne!(Split::random().unwrap().expose(), made.expose());
    }

    #[test]
    fn a_new_secret_is_made_of_characters_that_every_device_can_encode() {
        for _ in 0..20 {
            let made = Split::random().unwrap();
            assert!(made.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.'));
        }
    }

    #[test]
    fn a_text_of_another_form_is_no_secret() {
        for text in ["", ".", "a.", ".b", "a b.c", "a.b.c", "a.b\n", &"a.".repeat(200)] {
            assert!(Split::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_secret_hides_from_debug() {
        let made = Split::random().unwrap();
        assert!(!format!("{made:?}").contains(made.id()));
    }
}
