//! The policy engine of Scepter: what a profile means, who is assigned, what a device may ask for.
//!
//! One job: judge values. It is the same code in `scepter lint`, the admission webhook, the reconciler and the issuer.
//! It must never know Kubernetes, HTTP, SQL, a clock, a runtime or a key: time and facts are arguments. It reads DER,
//! but does no cryptography.
//!
//! Read it in this order: [`vocabulary`] (the closed words), [`identity`] (typed names), [`inventory`] (devices, users,
//! groups), [`profile`] (a parsed profile), [`filter`] and [`assign`] (who gets it), [`resolve`] (what exactly a device is asked for),
//! [`issuance`] (the proofs without which nothing is signed). [`rules`] is the table that every refusal points into.

pub mod assign;
pub mod authority;
pub mod diagnostics;
pub mod explain;
pub mod filter;
pub mod identity;
pub mod inventory;
pub mod issuance;
pub mod name;
pub mod plan;
pub mod profile;
pub mod report;
pub mod request;
pub mod resolve;
pub mod revocation;
pub mod root;
pub mod rules;
pub mod san;
pub mod spelling;
pub mod template;
pub mod text;
pub mod vocabulary;
