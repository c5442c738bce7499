//! Any envelope in a message whose signature is good: recipients of every kind, ciphers, ciphertext; then what comes out of
//! it under a content key that is the fuzzer's own.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scepter_fuzz::{content_key, verified};
use scepter_scep::{Limits, MessageType, Verified};

fuzz_target!(|envelope: &[u8]| {
    let Some(verified) = verified(MessageType::PkcsReq, envelope) else { return };
    let key = content_key(verified.reply_to().cipher().key_length());
    let Verified::Enrollment(sealed) = verified else { panic!("another type than was signed") };
    assert!(sealed.wrapped_keys().count() <= Limits::default().recipients);
    for wrapped in sealed.wrapped_keys() {
        assert_eq!(wrapped.key_length, sealed.reply_to().cipher().key_length());
    }
    let _ = sealed.open(&key);
});
