//! The client's half: for our own simulated device, for load, and for tests against the server's half.
//!
//! A device makes a [`RequestDraft`] and a [`SelfSignedDraft`], signs both, puts the request into a [`PkiRequest`], signs
//! that, and hands what comes back to [`read_answer`]. Keys stay with the caller throughout.

mod answer;
mod authority;
mod drafts;
mod next_authority;
mod request;

pub use answer::{Answer, Expected, ParsedAnswer, SealedAnswer, Unexpected, read_answer};
pub use authority::{Authority, Unusable};
pub use drafts::{RequestDraft, SelfSignedDraft, UnsignedStructure};
pub use next_authority::{Unvouched, read_next_authority};
pub use request::{Inquiry, PkiRequest};
