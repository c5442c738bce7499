//! What is answered when the store is there, and when it is not.

use std::net::IpAddr;
use std::time::Instant;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use axum::body::to_bytes;
use axum::http::header;
use der::asn1::{AnyRef, Null, OctetString};
use der::{Decode, Encode, Sequence};
use spki::AlgorithmIdentifierRef;
use tempfile::TempDir;
use x509_cert::Certificate as ReadCertificate;

use super::*;
use crate::configuration::{self, Period, Rate};
use crate::precedence;

#[derive(Sequence)]
struct CertIdOf<'a> {
    hash: AlgorithmIdentifierRef<'a>,
    name_hash: OctetString,
    key_hash: OctetString,
    serial: der::asn1::UintRef<'a>,
}

/// A request about one certificate: `SEQUENCE { SEQUENCE { SEQUENCE { SEQUENCE { CertID } } } }`.
fn request(ca: &[u8], serial: [u8; 16]) -> Vec<u8> {
    let ca = ReadCertificate::from_der(ca).unwrap();
    let hashed =
        |content: &[u8]| OctetString::new(digest(&SHA1_FOR_LEGACY_USE_ONLY, content).as_ref()).unwrap();
    let ca = ca.tbs_certificate();
    let id = CertIdOf {
        hash: AlgorithmIdentifierRef {
            oid: "1.3.14.3.2.26".parse().unwrap(),
            parameters: Some(AnyRef::from(Null)),
        },
        name_hash: hashed(&ca.subject().to_der().unwrap()),
        key_hash: hashed(ca.subject_public_key_info().subject_public_key.raw_bytes()),
        serial: der::asn1::UintRef::new(&serial).unwrap(),
    };
    (0..4).fold(id.to_der().unwrap(), |content, _| {
        AnyRef::new(der::Tag::Sequence, &content).unwrap().to_der().unwrap()
    })
}

async fn issuer(directory: &TempDir) -> Issuer {
    limited_issuer(directory, &configuration::Limits::default()).await
}

async fn limited_issuer(directory: &TempDir, limits: &configuration::Limits) -> Issuer {
    Issuer::in_directory(directory.path(), limits).await
}

fn somebody() -> Source {
    IpAddr::from([192, 0, 2, 1]).into()
}

/// The body of the answer to a POST, which may not be kept.
async fn asked(issuer: &Issuer, body: &[u8]) -> Vec<u8> {
    let served = issuer.authorities.default(Timestamp::now()).unwrap();
    let answer = answer(issuer, served, &Method::POST, "", body, somebody()).await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/ocsp-response");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()
}

#[tokio::test]
async fn a_store_that_fails_is_try_later_and_never_good() {
    let directory = tempfile::tempdir().unwrap();
    let issuer = issuer(&directory).await;
    let ca = issuer.authorities.default(Timestamp::now()).unwrap().authority.issuing_certificate().to_vec();
    let question = request(&ca, [0x41; 16]);
    assert_eq!(asked(&issuer, &question).await[4..7], [0x0a, 1, 0], "it answers while the store does");

    issuer.store.close().await;

    assert_eq!(asked(&issuer, &question).await, Refusal::TryLater.to_der());
}

#[tokio::test]
async fn what_is_no_request_and_what_is_about_others_gets_an_unsigned_error() {
    let directory = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let issuer = issuer(&directory).await;
    let other = self::issuer(&elsewhere).await;
    let foreign =
        other.authorities.default(Timestamp::now()).unwrap().authority.issuing_certificate().to_vec();
    assert_eq!(asked(&issuer, b"hello").await, Refusal::MalformedRequest.to_der());
    assert_eq!(asked(&issuer, &request(&foreign, [0x41; 16])).await, Refusal::Unauthorized.to_der());
}

#[tokio::test]
async fn a_source_that_asks_for_too_many_signatures_is_told_to_try_later() {
    let directory = tempfile::tempdir().unwrap();
    let two = Rate { requests: 1.try_into().unwrap(), per: Period::Hour, burst: 2.try_into().unwrap() };
    let limits = configuration::Limits { ocsp_per_source: Some(two), ..configuration::Limits::default() };
    let issuer = limited_issuer(&directory, &limits).await;
    let ca = issuer.authorities.default(Timestamp::now()).unwrap().authority.issuing_certificate().to_vec();
    for serial in [1, 2] {
        assert_eq!(asked(&issuer, &request(&ca, [serial; 16])).await[4..7], [0x0a, 1, 0], "answered");
    }
    assert_eq!(asked(&issuer, &request(&ca, [3; 16])).await, Refusal::TryLater.to_der());
    assert_eq!(
        asked(&issuer, b"hello").await,
        Refusal::MalformedRequest.to_der(),
        "what costs little is answered"
    );
}

#[tokio::test]
async fn an_answer_gives_way_while_a_device_is_served() {
    let directory = tempfile::tempdir().unwrap();
    let issuer = issuer(&directory).await;
    let ca = issuer.authorities.default(Timestamp::now()).unwrap().authority.issuing_certificate().to_vec();
    let _device = issuer.precedence.device();
    let began = Instant::now();
    assert_eq!(asked(&issuer, &request(&ca, [0x41; 16])).await[4..7], [0x0a, 1, 0]);
    assert!(began.elapsed() >= precedence::TURN, "{:?}", began.elapsed());
}
