//! OCSP over HTTP (RFC 6960 appendix A, RFC 5019 §§5, 6).

use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use scepter_pki::ocsp::{Answer, OcspRequest};

/// How long a cache between us and a relying party may keep an answer; it hears of a revocation that much later.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(1);

/// An HTTP request that asks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotOcsp {
    /// Neither GET nor POST.
    Method,
    /// No OCSP request is in it.
    Malformed,
}

/// The question: the body of a POST, or what stands in the path of a GET.
pub(super) fn request(method: &Method, encoded: &str, body: &[u8]) -> Result<OcspRequest, NotOcsp> {
    let parsed = match *method {
        Method::POST => OcspRequest::parse(body),
        Method::GET => OcspRequest::from_path(encoded),
        _ => return Err(NotOcsp::Method),
    };
    parsed.map_err(|_| NotOcsp::Malformed)
}

/// An answer that caches may keep.
pub(super) fn kept(answer: &Answer, now: Timestamp) -> Response {
    let age = MAX_AGE.min(answer.next_update.duration_since(now));
    let control = format!("max-age={}, public, no-transform, must-revalidate", age.as_secs().max(0));
    let expires = now.checked_add(age).unwrap_or(now);
    let headers = [
        (header::CONTENT_TYPE, OCSP_RESPONSE.to_owned()),
        (header::CACHE_CONTROL, control),
        (header::ETAG, format!("\"{}\"", answer.tag())),
        (header::LAST_MODIFIED, date(answer.this_update)),
        (header::EXPIRES, date(expires)),
    ];
    (headers, answer.der.clone()).into_response()
}

/// An answer for this requester alone.
pub(super) fn once(der: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, OCSP_RESPONSE), (header::CACHE_CONTROL, "no-store")], der).into_response()
}

/// An answer to what is neither GET nor POST.
pub(super) fn method_not_allowed() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, POST")]).into_response()
}

const OCSP_RESPONSE: &str = "application/ocsp-response";

/// A moment as HTTP writes it (RFC 9110 §5.6.7).
fn date(moment: Timestamp) -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&moment).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;

    use super::*;

    /// A request without a nonce for the serial 0x41…41.
    const REQUEST: &str = "MFEwTzBNMEswSTAJBgUrDgMCGgUABBT//////////////////////////wQU++++++++++++++++++++++++++8CEEFBQUFBQUFBQUFBQUFBQUE=";

    #[test]
    fn the_method_says_where_the_question_stands() {
        let der = BASE64.decode(REQUEST).unwrap();
        let posted = request(&Method::POST, "", &der).unwrap();
        assert_eq!(posted.certificates()[0].serial().unwrap().as_bytes(), &[0x41; 16]);
        assert_eq!(request(&Method::GET, REQUEST, b""), Ok(posted));
        assert_eq!(request(&Method::GET, "", &der), Err(NotOcsp::Malformed));
        assert_eq!(request(&Method::POST, REQUEST, b""), Err(NotOcsp::Malformed));
        assert_eq!(request(&Method::PUT, REQUEST, &der), Err(NotOcsp::Method));
    }

    #[test]
    fn no_cache_keeps_an_answer_beyond_a_minute_or_its_own_end() {
        let now: Timestamp = "2026-11-24T07:00:00Z".parse().unwrap();
        for (ends_in, max_age, expires) in
            [(3600, 60, "Tue, 24 Nov 2026 07:01:00 GMT"), (20, 20, "Tue, 24 Nov 2026 07:00:20 GMT")]
        {
            let next_update = now + SignedDuration::from_secs(ends_in);
            let answer = Answer { der: vec![1], this_update: now, next_update };
            let response = kept(&answer, now);
            let control = response.headers()[header::CACHE_CONTROL].to_str().unwrap().to_owned();
            assert!(control.starts_with(&format!("max-age={max_age},")), "{control}");
            assert_eq!(response.headers()[header::EXPIRES], expires);
        }
    }
}
