//! A device as a client: check-in, SCEP over HTTP, report. For `scepter device`, load tests and the test suites.
//!
//! One job: behave as a real device would. It must never reach into the issuer except through its listeners.
