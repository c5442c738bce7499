//! Kubernetes' reading of YAML and JSON, with a place for everything: text → documents → trees of values.
//!
//! One job: what kubectl would send to an API server, and where in the text each piece of it stands. It knows nothing of
//! Scepter, of Kubernetes' kinds, or of files.
//!
//! kubectl reads YAML 1.1 through `sigs.k8s.io/yaml`: `no` is a boolean, `0123` is 83, `1.0` is the integer 1, keys are
//! strings. Where kubectl would drop or guess something in silence, such as a key that stands twice, this reading refuses.

mod compose;
mod documents;
mod error;
mod node;
mod path;
mod place;
mod scalar;

pub use documents::{Documents, MAX_BYTES, MAX_DOCUMENTS, documents, text};
pub use error::{Error, Problem};
pub use node::{Entry, Mapping, Node, Value};
pub use path::Found;
pub use place::{Mark, Span};
