//! TH-18 and TH-19: what relying parties are told, and floods of their questions.

use std::time::{Duration, Instant};

use scepter_scep::client::Inquiry;
use scepter_tests::{Issued, OcspStatus, Scratch, Tool, Verdict, Verification, run};

use crate::range::{BADGE, LIMIT, Range};
use crate::sender::{Request, Sender};
use crate::statistics::median;
use crate::table::Attack;

#[tokio::test]
async fn th_18_a_revocation_is_on_the_list_and_an_invented_serial_is_never_good() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-18",
        "a revoked certificate on the CRL within a minute; OCSP for serials that nobody got",
    );
    let roots = std::fs::read_to_string(range.up.data().join("authorities/default/ca.pem")).unwrap();
    let device = Sender::enrolled(&range, &range.ticket(BADGE, "scanner-1").await).await;
    let issued = Issued::from_der(&device.certificate).unwrap();
    let before = list_number(&range).await;
    range.unassign("scanner-1").await;
    let began = Instant::now();
    issued.await_revocation(&roots, LIMIT).unwrap();
    attack.saw(format!("on the CRL after {:.1} s", began.elapsed().as_secs_f64()));
    assert_eq!(issued.verify(&roots, Verification::ChainAndRevocation).unwrap(), Verdict::Revoked);
    assert!(list_number(&range).await > before, "the number rises");
    for serial in ["0x01", "0x41414141414141414141414141414141", "0x7fffffffffffffffffffffffffffffffffffffff"]
    {
        assert_eq!(issued.ocsp_of_serial(&roots, serial).unwrap(), OcspStatus::Unknown, "{serial}");
        attack.tried();
    }
    range.conclude(attack, 1).await;
}

#[tokio::test]
async fn th_19_floods_of_ocsp_and_crl_requests_do_not_stop_enrolments() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-19",
        "OCSP requests with a nonce, each signed anew, and CRL downloads from four clients, while a device enrolls",
    );
    let roots = std::fs::read_to_string(range.up.data().join("authorities/default/ca.pem")).unwrap();
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let device = Sender::enrolled(&range, &ticket).await;
    let signer = Sender::self_made(&ticket.subject_der);
    let message =
        signer.message(&range.authority, Inquiry::Enroll(&Request::bare(&ticket).for_key(&signer.key)));
    let quiet = probe(&range, &message).await;

    let question = question_with_a_nonce(&Issued::from_der(&device.certificate).unwrap(), &roots);
    let ocsp = range.up.scep("default").replace("/scep/", "/ocsp/");
    let crl = format!("{}.crl", range.up.scep("default").replace("/scep/", "/crl/"));
    let flood: Vec<_> = (0..4)
        .map(|_| {
            let (ocsp, crl, question) = (ocsp.clone(), crl.clone(), question.clone());
            tokio::spawn(async move {
                let http = reqwest::Client::new();
                let mut asked = 0_usize;
                loop {
                    http.post(&ocsp).body(question.clone()).send().await.unwrap();
                    http.get(&crl).send().await.unwrap().bytes().await.unwrap();
                    asked += 2;
                    if asked >= 1000 {
                        return asked;
                    }
                }
            })
        })
        .collect();
    let flooded = probe(&range, &message).await;
    for flooding in flood {
        attack.tried_times(flooding.await.unwrap());
    }
    let worst = flooded.iter().copied().fold(0.0, f64::max);
    assert!(worst < 2.0, "an enrolment waited {worst} s");
    let (quiet, flooded) = (median(&quiet) * 1e3, median(&flooded) * 1e3);
    attack.saw(format!("a PKIOperation: median {quiet:.1} ms before, {flooded:.1} ms in the flood"));
    range.conclude(attack, 1).await;
}

/// An OCSP request whose answer cannot be one that was kept.
fn question_with_a_nonce(certificate: &Issued, issuer: &str) -> Vec<u8> {
    let scratch = Scratch::new("question").unwrap();
    let path = scratch.join("request.der");
    let mut command = Tool::OpenSsl.command().unwrap();
    command.args(["ocsp", "-nonce", "-issuer"]).arg(scratch.write("issuer.pem", issuer).unwrap());
    command.arg("-cert").arg(scratch.write("certificate.pem", certificate.pem()).unwrap());
    run(command.arg("-reqout").arg(&path), b"").unwrap();
    std::fs::read(&path).unwrap()
}

/// How long a message without a challenge takes, in seconds; each costs what an enrolment does but for the certificate.
async fn probe(range: &Range, message: &[u8]) -> Vec<f64> {
    let mut sample = Vec::new();
    for _ in 0..100 {
        let began = Instant::now();
        range.post(message.to_vec()).await;
        sample.push(began.elapsed().max(Duration::from_nanos(1)).as_secs_f64());
    }
    sample
}

/// The number of the published CRL, as OpenSSL reads it.
async fn list_number(range: &Range) -> u64 {
    let url = format!("{}.crl", range.up.scep("default").replace("/scep/", "/crl/"));
    let list = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    let mut command = Tool::OpenSsl.command().unwrap();
    let printed = run(command.args(["crl", "-inform", "der", "-noout", "-crlnumber"]), &list).unwrap();
    u64::from_str_radix(printed.trim().trim_start_matches("crlNumber=").trim_start_matches("0x"), 16).unwrap()
}
