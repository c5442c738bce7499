//! The harness of the tests that need the world: a real control plane, the real `scepter` binary, real clients.
//!
//! One job: start the world, say clearly what is missing from it, and end it, however the test ends. It must never
//! skip, never stand in for a part, and never know what a test expects.
//!
//! A test of the binary `cluster` begins like this:
//!
//! ```no_run
//! use scepter_tests::{Cluster, Failure, Namespace};
//!
//! fn a_profile_becomes_ready() -> Result<(), Failure> {
//!     let namespace = Namespace::fresh(Cluster::shared()?)?;
//!     namespace.kubectl().apply("{…}")?;
//!     namespace.kubectl().run(&["wait", "--for=condition=Ready", "scepprofile/corp-wifi"])?;
//!     Ok(())
//! }
//! ```

mod admin;
mod cache;
mod clients;
mod clock;
mod cluster;
mod command;
pub mod control_plane;
mod failure;
mod kubectl;
mod namespace;
mod openssl;
mod port;
mod postgres;
mod premises;
mod process;
mod scepter;
mod scratch;
mod softhsm;
pub mod tlv;
mod tool;
mod up;
mod wait;

pub use admin::{Admin, Minted};
pub use clients::{Certmonger, MicroMdm, Outcome, PyScep, Smallstep, StrongSwan, Tracked};
pub use clock::FakeClock;
pub use cluster::Cluster;
pub use command::run;
pub use failure::Failure;
pub use kubectl::Kubectl;
pub use namespace::Namespace;
pub use openssl::{Issued, OcspStatus, Verdict, Verification, signed_certificates};
pub use port::free_port;
pub use postgres::Postgres;
pub use premises::Premises;
pub use process::Process;
pub use scepter::Scepter;
pub use scratch::Scratch;
pub use softhsm::{Halt, SoftHsm};
pub use tool::Tool;
pub use up::Up;
pub use wait::until;
