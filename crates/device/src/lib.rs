//! A device as a client: check-in, SCEP over HTTP, report. For `scepter device`, load tests and the test suites.
//!
//! One job: behave as a real device would. It must never reach into the issuer except through its listeners.
//!
//! [`Simulated::live`] is the whole life of one visit: trust the roots, enroll for each profile, say what became of it.

mod enrollment;
mod extensions;
mod key;
mod life;
pub mod load;
mod request;
mod transport;

pub use enrollment::{EnrollError, Enrollment, Ticket, enroll};
pub use key::{DeviceKey, KeyFault};
pub use life::{LifeError, Simulated, Visit, VisitOutcome};
pub use transport::{ScepServer, TransportError, Trust};
