//! RFC 8894 point by point: a test is named after the point of our list that it shows (T2 to T16; what needs a server is
//! tested where the server is).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod operations;
mod pki_message;
#[path = "../support/mod.rs"]
mod support;
mod transport;

use scepter_scep::client::{self, Answer, Expected, Unexpected};
use scepter_scep::{Algorithms, CertsOnly, Limits};
use support::{Party, device_nonce, transaction_id};

/// An answer of `ra`, as the device that asked reads it.
fn read(ra: &Party, reply: &[u8]) -> Result<Answer, Unexpected> {
    let expected = Expected {
        transaction_id: &transaction_id(),
        sender_nonce: &device_nonce(),
        signers: std::slice::from_ref(&ra.certificate),
    };
    client::read_answer(reply, &Limits::default()).unwrap().verify(&expected, &Algorithms::default())
}

/// What an answer grants.
fn granted(device: &Party, ra: &Party, reply: &[u8]) -> CertsOnly {
    let Answer::Granted(sealed) = read(ra, reply).unwrap() else { panic!("not granted") };
    let key = device.unwrap(sealed.wrapped_key(&device.issuer_and_serial()).unwrap());
    sealed.open(&key).unwrap()
}
