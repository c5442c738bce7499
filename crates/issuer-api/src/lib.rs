//! The issuer's HTTP API as types: documents, outcomes and errors, shared by the server and its clients.
//!
//! One job: the contract of `/api/v1`. With the feature `client` it also holds the one client of that contract.
//! It must never know how the issuer answers, or Kubernetes clients.
//!
//! | path below `/api/v1` | verbs | types |
//! |---|---|---|
//! | `/namespaces/{ns}/{plural}/{name}` | PUT (`?dryRun=All`), GET, DELETE | [`Document`], [`PutOutcome`], [`ObjectReport`], [`DeleteOutcome`] |
//! | `/objects` | GET | [`ObjectList`] |
//! | `/changes?after=&wait=` | GET | [`Changes`] |
//! | `/namespaces/{ns}/scepprofiles/{name}/challenges` | POST | [`MintRequest`], [`MintedChallenges`] |
//! | `/namespaces/{ns}/requests` | GET | [`RequestList`] |
//! | `/namespaces/{ns}/requests/{id}` | POST | [`DecisionRequest`] |
//! | `/namespaces/{ns}/devices/{id}/check-in` | POST | [`CheckIn`] |
//! | `/namespaces/{ns}/devices/{id}/reports` | POST | [`DeviceReport`] |
//! | `/namespaces/{ns}/{devices,certificates}`, `/authorities` | GET | [`DeviceList`], [`CertificateList`], [`AuthorityList`] |

mod approval;
mod check_in;
mod document;
mod error;
mod feed;
mod issuer;
mod listing;
mod minting;
mod outcome;

#[cfg(feature = "client")]
pub mod client;

pub use approval::{Decision, DecisionRequest, RequestList, RequestRecord};
pub use check_in::{
    CheckIn, DeviceReport, Payload, PendingProfile, ProfileDelivery, ReportedOutcome, RootDelivery,
};
pub use document::{Document, KeyRef, Origin, Reference, ReferenceKind};
pub use error::{ApiError, ErrorCode};
pub use feed::{Changes, Cursor};
pub use issuer::{Issuer, IssuerError};
pub use listing::{
    AuthorityList, AuthorityRecord, CertificateList, CertificateRecord, DeviceList, DeviceRecord,
    NextCaRecord, ObjectList,
};
pub use minting::{MintRequest, MintTarget, Minted, MintedChallenges, NotMinted};
pub use outcome::{
    Applied, DeleteOutcome, Mode, ObjectReport, PlanReport, PutOutcome, RejectedRecord, RootMismatch,
    SourceReport,
};
