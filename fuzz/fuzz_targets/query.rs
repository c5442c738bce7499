//! The query of a GET request, as sent by clients that each encode base64 in a way of their own.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scepter_scep::Limits;
use scepter_scep::transport::Query;

fuzz_target!(|raw: &str| {
    let Ok(query) = Query::parse(raw, &Limits::default()) else { return };
    if let Ok(message) = query.pki_message() {
        assert!(message.len() <= raw.len());
    }
});
