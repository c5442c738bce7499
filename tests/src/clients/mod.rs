//! Real SCEP clients, each a program of its own.

mod certmonger;
mod micromdm;
mod outcome;
mod pyscep;
mod smallstep;
mod strongswan;

pub use certmonger::{Certmonger, Tracked};
pub use micromdm::MicroMdm;
pub use outcome::Outcome;
pub use pyscep::PyScep;
pub use smallstep::Smallstep;
pub use strongswan::StrongSwan;
