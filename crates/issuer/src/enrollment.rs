//! The SCEP listener, and the pipeline from a device's message to its certificate. Everything that arrives here is hostile.
//!
//! Read it in this order: [`endpoint`] (what an HTTP request asks), [`pipeline`] (one function, its body is the order of
//! the checks), [`failure`] (every way it ends without a certificate), [`reply`] (the signed answer).

mod endpoint;
mod envelope;
mod failure;
mod pipeline;
mod reply;
mod request;
mod target;

pub(crate) use endpoint::router;
