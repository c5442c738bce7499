//! The running issuer: three listeners at three trust levels, and the pipeline from a device's message to a certificate.
//!
//! One job: compose scep, policy, store and pki in the right order. It must never know Kubernetes.
