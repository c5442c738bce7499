//! OCSP over HTTP (RFC 6960 appendix A, RFC 5019 §§5, 6).

use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;
use scepter_pki::ocsp::{Answer, OcspRequest};

/// How long a cache between us and a relying party may keep an answer; it hears of a revocation that much later.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(1);

/// Padding gets lost where clients put base64 into a path.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

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
        Method::GET => OcspRequest::parse(&decoded(encoded).ok_or(NotOcsp::Malformed)?),
        _ => return Err(NotOcsp::Method),
    };
    parsed.map_err(|_| NotOcsp::Malformed)
}

/// Base64 in percent-encoding. Its slashes may stand as they are, and clients put one more before it.
fn decoded(encoded: &str) -> Option<Vec<u8>> {
    let text: Vec<u8> = percent_decode_str(encoded.trim_start_matches('/')).collect();
    // The length is looked at once it is decoded; the listener bounds it before.
    BASE64.decode(text).ok()
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
    use super::*;

    /// A request without a nonce for the serial 0x41…41, chosen so that its base64 has slashes and pluses.
    const REQUEST: &str = "MFEwTzBNMEswSTAJBgUrDgMCGgUABBT//////////////////////////wQU++++++++++++++++++++++++++8CEEFBQUFBQUFBQUFBQUFBQUE=";

    #[test]
    fn a_get_carries_base64_however_a_client_writes_it_into_a_path() {
        let plain = request(&Method::GET, REQUEST, b"").unwrap();
        assert_eq!(plain.certificates()[0].serial().unwrap().as_bytes(), &[0x41; 16]);
        let escaped = REQUEST.replace('/', "%2F").replace('+', "%2b").replace('=', "%3D");
        let unpadded = REQUEST.trim_end_matches('=').to_owned();
        for variant in [escaped, unpadded, format!("/{REQUEST}"), format!("//{REQUEST}")] {
            assert_eq!(request(&Method::GET, &variant, b""), Ok(plain.clone()), "{variant}");
        }
    }

    #[test]
    fn what_is_no_base64_or_no_request_is_malformed() {
        for garbage in ["", "%", "%zz", "MFE", "ü", "????"] {
            assert_eq!(request(&Method::GET, garbage, b""), Err(NotOcsp::Malformed), "{garbage}");
        }
        assert_eq!(request(&Method::POST, REQUEST, b"GET"), Err(NotOcsp::Malformed));
        assert_eq!(request(&Method::PUT, REQUEST, b""), Err(NotOcsp::Method));
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
