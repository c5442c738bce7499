//! SCEP messages (RFC 8894), both sides: BER in, DER out.
//!
//! One job: turn bytes into messages and back, each step consuming the one before, so that nothing unverified is used.
//! It must never hold a private key, do I/O, or know profiles, stores and HTTP.
