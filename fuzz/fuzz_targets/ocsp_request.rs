//! What anybody asks the OCSP responder, by POST and in the path of a GET: whatever is read as a request can be answered.

#![no_main]

use std::sync::LazyLock;

use jiff::SignedDuration;
use libfuzzer_sys::fuzz_target;
use scepter_fuzz::{NOW, responder};
use scepter_pki::ocsp::{CertificateStatus, OcspRequest, OcspResponder};
use tokio::runtime::Runtime;

static RESPONDER: LazyLock<(Runtime, OcspResponder)> = LazyLock::new(responder);

fuzz_target!(|input: &[u8]| {
    let posted = OcspRequest::parse(input).ok();
    let in_a_path = str::from_utf8(input).ok().and_then(|path| OcspRequest::from_path(path).ok());
    for request in posted.iter().chain(&in_a_path) {
        answer(request);
    }
});

fn answer(request: &OcspRequest) {
    let certificates = request.certificates();
    assert!((1..=8).contains(&certificates.len()));
    let statuses = vec![CertificateStatus::Unknown; certificates.len()];
    let (runtime, responder) = &*RESPONDER;
    let until = NOW + SignedDuration::from_hours(1);
    let answer = runtime.block_on(responder.answer(request, &statuses, NOW, until)).expect("an answer");
    for id in certificates {
        let id = id.as_der();
        assert!(answer.der.windows(id.len()).any(|window| window == id), "the answer names {id:x?}");
    }
}
