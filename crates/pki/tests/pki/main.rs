//! What the crate promises, seen from outside: certificates and CRLs are judged by code that is not ours.

mod authority;
mod crl;
mod issue;
mod order;
mod support;
