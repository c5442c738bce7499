//! What anybody posts to the SCEP endpoint, as far as it goes without a key.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scepter_scep::{Algorithms, Limits, Verified, parse};

fuzz_target!(|body: &[u8]| {
    let limits = Limits::default();
    let Ok(parsed) = parse(body, &limits) else { return };
    let Ok(verified) = parsed.verify(&Algorithms::default().with_sha1().with_triple_des()) else { return };
    let recipients = match &verified {
        Verified::Enrollment(sealed) | Verified::Renewal(sealed) => sealed.wrapped_keys().count(),
        Verified::CertPoll(sealed) => sealed.wrapped_keys().count(),
        Verified::GetCert(sealed) | Verified::GetCrl(sealed) => sealed.wrapped_keys().count(),
    };
    assert!(recipients <= limits.recipients);
});
