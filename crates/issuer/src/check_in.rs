//! Check-in: what a device receives, and what it says became of it.
//!
//! Read it in this order: [`delivery`] (roots first, then profiles), [`roots`] (when a root has arrived), [`ticket`] (a
//! resolved request and its challenge), [`payload`] (both as a document), [`minting`] (the same at an admin's wish), [`report`] (what devices say).

mod delivery;
mod minting;
mod payload;
mod report;
mod roots;
mod ticket;

pub(crate) use delivery::check_in;
pub(crate) use minting::mint;
pub(crate) use report::report;
pub(crate) use roots::certificate as root_certificate;
