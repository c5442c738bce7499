//! TH-48: policy permits a name that it should not, and the CA's own certificate is what is left.

use std::fs;

use scepter_scep::FailInfo;
use scepter_scep::client::Inquiry;
use scepter_tests::{Issued, Verdict, Verification};

use crate::range::{BADGE, CONFIGURATION, DOORS, Range};
use crate::sender::{Reply, Request, Sender};
use crate::table::Attack;

/// An authority that permits any name, with a CA that may certify scanners and no others.
fn constrained() -> String {
    let subject = "subject: \"CN=Headquarters CA\"";
    let constraints =
        "nameConstraints: {permitted: {dns: [scanners.example.com]}, excluded: {email: [evil.example]}}";
    assert!(CONFIGURATION.contains(subject));
    CONFIGURATION.replace(subject, &format!("{subject}, {constraints}"))
}

#[tokio::test]
async fn th_48_a_name_that_policy_permits_outside_the_cas_constraints_is_refused() {
    let range = Range::configured(&constrained(), &[]).await;
    let mut attack =
        Attack::new("TH-48", "a profile whose names policy permits and the CA's certificate does not");
    let root = fs::read_to_string(range.up.data().join("authorities/default/ca.pem")).unwrap();
    assert_eq!(
        Issued::new(root.as_str()).extension("nameConstraints").unwrap(),
        "critical, Permitted: DNS:scanners.example.com Excluded: email:evil.example"
    );

    let ticket = range.ticket(DOORS, "scanner-1").await;
    let sender = Sender::self_made(&ticket.subject_der);
    let request = Request::honest(&ticket).for_key(&sender.key);
    // The same request again is the same refusal: nothing was reserved for it.
    for _ in 0..3 {
        let reply = sender.ask(&range, Inquiry::Enroll(&request)).await;
        assert_eq!(reply, Reply::Refused(FailInfo::BadRequest));
        attack.tried();
    }
    let row = range.row(DOORS, "scanner-1");
    assert!(row.contains("NameConstraintViolation"), "{row}");
    attack.saw(row);

    let inside = Sender::enrolled(&range, &range.ticket(BADGE, "scanner-1").await).await;
    let verdict = Issued::from_der(&inside.certificate).unwrap().verify(&root, Verification::Chain);
    assert_eq!(verdict.unwrap(), Verdict::Good, "a name inside is certified, and OpenSSL agrees");
    range.conclude(attack, 1).await;
}
