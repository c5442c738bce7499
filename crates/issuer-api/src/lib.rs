//! The issuer's HTTP API as types: documents, outcomes and errors, shared by the server and its clients.
//!
//! One job: the contract of `/api/v1`. With the feature `client` it also holds the one client of that contract.
//! It must never know how the issuer answers, or Kubernetes clients.
