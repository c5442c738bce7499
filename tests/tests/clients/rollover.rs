//! One CA follows another, as strongSwan and OpenSSL see it.

use std::time::{Duration, SystemTime};

use scepter_tests::{
    Failure, FakeClock, Issued, OcspStatus, Verdict, Verification, signed_certificates, until,
};

use crate::world::{LIMIT, PROFILE, configured, enroll};

/// When it all begins, in days before now; the next CA issues five days later.
const BEGINS: u16 = 10;

/// The next CA, from the middle of that time on.
fn next() -> String {
    let from = SystemTime::now() - Duration::from_hours(u64::from(BEGINS / 2) * 24);
    let from = jiff::Timestamp::try_from(from).unwrap();
    let create = "{algorithm: RSA2048, subject: CN=Next CA, validity: {value: 1, unit: Years}}";
    format!("  next: {{caName: default-next, from: '{from}', create: {create}}}\n")
}

/// The certificates of a PEM text, one by one.
fn certificates(pem: &str) -> Vec<String> {
    const END: &str = "-----END CERTIFICATE-----\n";
    pem.split_inclusive(END).map(str::to_owned).collect()
}

#[tokio::test]
async fn openssl_verifies_the_answer_to_get_next_ca_cert_against_the_root_of_the_current_ca()
-> Result<(), Failure> {
    let clock = FakeClock::days_ago(BEGINS)?;
    let up = configured(&next(), Some(&clock))?;
    let roots = certificates(&up.admin().roots()?);
    let answer = reqwest::get(format!("{}?operation=GetNextCACert", up.scep("default"))).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/x-x509-next-ca-cert");
    let answer = answer.bytes().await.unwrap();
    let subjects = signed_certificates(&answer, &roots[0])?;
    assert_eq!(subjects.len(), 3, "{subjects:?}");
    assert!(subjects.iter().any(|subject| subject.ends_with("Next CA")), "{subjects:?}");
    assert!(signed_certificates(&answer, &roots[1]).is_err(), "the next CA vouches for nothing yet");
    Ok(())
}

#[test]
fn certificates_of_both_cas_are_good_and_then_revoked_where_each_says() -> Result<(), Failure> {
    let clock = FakeClock::days_ago(BEGINS)?;
    let up = configured(&next(), Some(&clock))?;
    let admin = up.admin();
    let roots = certificates(&admin.roots()?);
    let former = Issued::new(enroll(&admin, "laptop-01")?);
    clock.set(0)?;
    let latter = Issued::new(enroll(&admin, "laptop-02")?);
    let both = [(&former, &roots[0]), (&latter, &roots[1])];
    for (certificate, root) in both {
        until("its CRL and OCSP are current", LIMIT, || {
            match (certificate.verify(root, Verification::ChainAndRevocation), certificate.ocsp(root, &[])) {
                (Ok(Verdict::Good), Ok(OcspStatus::Good)) => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })?;
    }
    assert!(matches!(latter.verify(&roots[0], Verification::Chain)?, Verdict::Bad(_)));

    up.delete("corp-wifi-windows.yaml")?;
    for (certificate, root) in both {
        certificate.await_revocation(root, LIMIT)?;
        assert!(matches!(certificate.ocsp(root, &[])?, OcspStatus::Revoked(_)));
    }
    assert!(admin.row(PROFILE, "laptop-01").is_err(), "the profile is gone");
    Ok(())
}
