//! The `scepter` command as a library: arguments, files to manifests, printing and wiring. The binary only calls it.
//!
//! One job: the edge for people and files. It decides nothing that policy or reconcile could.
