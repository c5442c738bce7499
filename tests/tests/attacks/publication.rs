//! TH-18: what relying parties are told.

use std::time::Instant;

use scepter_tests::{Issued, OcspStatus, Tool, Verdict, Verification, run};

use crate::range::{BADGE, LIMIT, Range};
use crate::sender::Sender;
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

/// The number of the published CRL, as OpenSSL reads it.
async fn list_number(range: &Range) -> u64 {
    let url = format!("{}.crl", range.up.scep("default").replace("/scep/", "/crl/"));
    let list = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    let mut command = Tool::OpenSsl.command().unwrap();
    let printed = run(command.args(["crl", "-inform", "der", "-noout", "-crlnumber"]), &list).unwrap();
    u64::from_str_radix(printed.trim().trim_start_matches("crlNumber=").trim_start_matches("0x"), 16).unwrap()
}
