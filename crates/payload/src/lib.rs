//! What a device receives: the rendered profile for each platform.
//!
//! One job: a resolved request and its root in, bytes for that platform's management channel out. It must never mint a
//! challenge, decide an assignment, or do I/O.
