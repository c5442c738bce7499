//! The Kubernetes edge: watches, finalizers, leader election, events and the status writer around the reconcile core.
//!
//! One job: carry objects to the core and statuses back. It decides nothing.
//!
//! Read it in this order: [`run`] (the order in which everything starts and ends), `watch` (what changed in the cluster),
//! `queue` (the two triggers, one queue), `world` (a namespace as the core wants it), `controller` (one pass over one
//! object), `status` (when its status is written). Beside all that stands `webhook`.

mod backoff;
mod config;
mod config_maps;
mod connect;
mod controller;
mod definitions;
mod error;
mod events;
mod feed;
mod finalizer;
mod guard;
mod lease;
mod malformed;
mod neighbours;
mod operator;
mod orphans;
mod pace;
mod queue;
mod status;
mod watch;
mod webhook;
mod world;

pub use config::{Election, OperatorConfig};
pub use connect::{Connection, connect};
pub use error::OperatorError;
pub use operator::run;
pub use webhook::WebhookConfig;

/// The name by which the API server knows this controller: field manager, reporter of events.
const CONTROLLER: &str = "scepter-operator";
