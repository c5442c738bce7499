//! Why a payload cannot be written.

/// Why a payload cannot be written. Policy refuses all of these values earlier; none is ever written in a way that a
/// device would read otherwise. Says no value: what is resolved stays out of logs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// An entry of a Windows list holds the list's separator (REN-W7).
    #[error("an entry of {node} holds {separator:?}, which separates its entries on Windows; take it out")]
    Separator {
        /// The node that holds the list.
        node: &'static str,
        /// The separator.
        separator: char,
    },
    /// A character that XML 1.0 cannot carry.
    #[error(
        "the document would hold {0:?}, which XML cannot carry; take it out of the profile or the inventory"
    )]
    NotXml(char),
    /// Windows puts the challenge into a `PrintableString` (docs/decisions/0160).
    #[error("the challenge holds a character that Windows cannot put into a PrintableString")]
    NotPrintable,
    /// There is nowhere to enroll.
    #[error("the profile has no SCEP server; give it one in scepServerURLs")]
    NoServer,
    /// The writer of the format gave up.
    #[error("the document cannot be written: {0}")]
    Writer(String),
}
