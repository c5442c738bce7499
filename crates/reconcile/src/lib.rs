//! The reconcile core: declared objects in, judgement, one PUT, and a status out.
//!
//! One job: say what each object's status is. The Kubernetes operator and `scepter up` are two edges around it.
//! It must never know a Kubernetes client, HTTP, a clock or a runtime.
//!
//! Read it in this order: [`Manifests`] (one namespace as it was declared), [`Judgement`] (what policy says of an object
//! among its neighbours), [`reconcile`] (the one call to the issuer), [`Verdict`] (what came of it), [`conditions`] (how
//! that reads in a status), [`Kind`] (what differs from kind to kind).

pub mod conditions;

mod alone;
mod document;
mod judgement;
mod kind;
mod manifests;
mod pass;
mod status;
mod verdict;

pub use alone::judge_alone;
pub use document::key;
pub use judgement::{Judgement, Unmet};
pub use kind::Kind;
pub use manifests::Manifests;
pub use pass::{Next, Outcome, Pass, orphans, reconcile, remove};
pub use status::DeviceRows;
pub use verdict::{Leaving, Report, Seen, Verdict};
