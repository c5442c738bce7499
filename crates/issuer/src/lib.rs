//! The running issuer: three listeners at three trust levels, and the pipeline from a device's message to a certificate.
//!
//! One job: compose scep, policy, store and pki in the right order. It must never know Kubernetes.
//!
//! Read it in this order: [`configuration`], `server` (how an issuer starts and stops), `enrollment` (the SCEP listener
//! and the pipeline), `ocsp`, `check_in` (what devices receive and report), `api` (the API listener), `ops`, `jobs`.

mod api;
mod authorities;
mod check_in;
mod clock;
pub mod configuration;
mod correlation;
mod declared;
mod enrollment;
mod issuer;
mod jobs;
mod limits;
mod metrics;
mod ocsp;
mod offline;
mod ops;
mod precedence;
mod revocation_list;
mod secret;
mod serial;
mod server;

pub use authorities::OpenAuthorityError;
pub use clock::Clock;
pub use configuration::{ConfigurationError, IssuerConfiguration, Overrides};
pub use jobs::revocation_lists::RefreshError;
pub use offline::{OfflineAuthorities, OfflineError};
pub use server::{Addresses, Running, StartError, Stopped};
