//! The reconcile core: declared objects in, judgement, one PUT, and a status out.
//!
//! One job: say what each object's status is. The Kubernetes operator and `scepter up` are two edges around it.
//! It must never know a Kubernetes client, HTTP, a clock or a runtime.
