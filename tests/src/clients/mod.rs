//! Real SCEP clients, each a program of its own.

mod certmonger;
mod micromdm;
mod pyscep;
mod strongswan;

pub use certmonger::{Certmonger, Tracked};
pub use micromdm::MicroMdm;
pub use pyscep::{PyScep, PyScepOutcome};
pub use strongswan::StrongSwan;
