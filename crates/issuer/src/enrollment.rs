//! The SCEP listener, and the pipeline from a device's message to its certificate. Everything that arrives here is hostile.
//!
//! Read it in this order: [`endpoint`] (what an HTTP request asks), [`addressee`] (whom a message is for), [`pipeline`] (who decides about which message; for a
//! certificate one function, whose body is the order of the checks), [`credential`] (what lets a request be answered),
//! [`inquiry`] (GetCert and GetCRL), [`next_ca`] (GetNextCACert), [`failure`] (every way it ends otherwise), [`reply`] (the signed answer).

mod addressee;
mod credential;
mod endpoint;
mod envelope;
mod failure;
mod inquiry;
mod next_ca;
mod pipeline;
mod reply;
mod request;
mod target;

pub(crate) use endpoint::Endpoint;
