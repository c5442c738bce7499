//! The policy engine of Scepter: what a profile means, who is assigned, what a device may ask for.
//!
//! One job: judge values. It is the same code in `scepter lint`, the admission webhook, the reconciler and the issuer.
//! It must never know Kubernetes, HTTP, SQL, a clock, a runtime or a key: time and facts are arguments. It reads DER,
//! but does no cryptography.
