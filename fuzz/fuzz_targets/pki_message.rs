//! What anybody posts to the SCEP endpoint, as far as it goes without a key.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scepter_scep::{Algorithms, Limits, parse};

fuzz_target!(|body: &[u8]| {
    let Ok(parsed) = parse(body, &Limits::default()) else { return };
    let Ok(verified) = parsed.verify(&Algorithms::default()) else { return };
    assert!(verified.wrapped_keys().count() <= Limits::default().recipients);
});
