//! The assignment store: objects, inventory, assignments, challenges, certificates, events and the feed.
//!
//! One job: keep the truth durably, one transaction a change. SQL stands only here. It must never sign, render, or know
//! HTTP and Kubernetes.
