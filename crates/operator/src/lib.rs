//! The Kubernetes edge: watches, finalizers, leader election, events and the status writer around the reconcile core.
//!
//! One job: carry objects to the core and statuses back. It decides nothing.
