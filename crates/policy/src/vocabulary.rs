//! The closed vocabularies: one definition for manifests, the issuer's API, the store and every printed table.
//!
//! The serialised spelling of each word is part of the API contract (design §3) and never changes.

mod certificate;
mod device;
mod lifecycle;
mod platform;

pub use certificate::{
    CertificateType, HashAlgorithm, KeySize, KeyStorageProvider, KeyUsage, SanType, UnsupportedKeySize,
    ValidityUnit,
};
pub use device::{JoinType, ManagementMode, Ownership};
pub use lifecycle::{DeletionPolicy, DeviceState, Severity};
pub use platform::Platform;

/// Defines a closed vocabulary: an enum whose words are serialised exactly as written, with `as_str`, `ALL`, `Display`
/// and `FromStr`.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$word_meta:meta])* $word:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name { $($(#[$word_meta])* #[serde(rename = $text)] $word),+ }

        impl $name {
            /// Every word, in the order of its definition.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// The word as it is written in manifests, the API and the store.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::vocabulary::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| {
                    crate::vocabulary::UnknownWord {
                        vocabulary: stringify!($name),
                        word: text.to_owned(),
                        known: Self::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", "),
                    }
                })
            }
        }
    };
}
pub(crate) use vocabulary;

/// A word that its vocabulary does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is no {vocabulary}; write one of: {known}")]
pub struct UnknownWord {
    /// The vocabulary's name, such as `Platform`.
    pub vocabulary: &'static str,
    /// What was written.
    pub word: String,
    /// The words that would have been understood, separated by commas.
    pub known: String,
}
