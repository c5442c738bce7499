//! A certification request, as it comes out of an envelope that anybody may have made: as `scep` reads it for its
//! signature, and as `policy` reads it for what it asks.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scepter_policy::request::RequestFacts;
use scepter_scep::{Algorithms, CertificationRequest, Limits};

fuzz_target!(|der: &[u8]| {
    if let Ok(facts) = RequestFacts::from_der(der) {
        assert!(facts.subject.says_the_same_as(&facts.subject), "{}", facts.subject);
    }
    if let Ok(request) = CertificationRequest::from_der(der, &Limits::default()) {
        let _ = request.verify(&Algorithms::default());
    }
});
