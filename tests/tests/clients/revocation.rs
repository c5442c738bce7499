//! What takes a certificate away, and that a relying party hears of it where the certificate says.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use scepter_tests::{
    Certmonger, Failure, Issued, OcspStatus, PyScep, Smallstep, Up, Verdict, Verification, until,
};

use crate::apple::APPLE;
use crate::imitation::Imitation;
use crate::windows::WINDOWS;
use crate::world::{LIMIT, PROFILE, enroll, quickstart, quickstart_with};

#[test]
fn a_device_that_leaves_the_group_loses_its_certificate_and_no_other_does() -> Result<(), Failure> {
    let up = quickstart()?;
    let admin = up.admin();
    let [leaving, staying] = ["laptop-01", "laptop-02"].map(|device| enroll(&admin, device).map(Issued::new));
    let (leaving, staying) = (leaving?, staying?);

    leaves_the_group(&up, "laptop-01")?;
    leaving.await_revocation(&admin.roots()?, LIMIT)?;

    let row = admin.row(PROFILE, "laptop-01")?;
    assert_eq!(row["state"], "Revoked", "{row}");
    assert_eq!(row["serialNumber"], leaving.serial_number()?, "{row}");
    assert_eq!(staying.verify(&admin.roots()?, Verification::ChainAndRevocation)?, Verdict::Good);
    assert_eq!(admin.row(PROFILE, "laptop-02")?["state"], "Issued");
    Ok(())
}

#[test]
fn the_certificates_of_a_profile_go_with_its_file() -> Result<(), Failure> {
    let up = quickstart()?;
    let admin = up.admin();
    let certificates = ["laptop-01", "laptop-02"].map(|device| enroll(&admin, device).map(Issued::new));
    up.delete("corp-wifi-windows.yaml")?;
    for certificate in certificates {
        certificate?.await_revocation(&admin.roots()?, LIMIT)?;
    }
    Ok(())
}

#[test]
fn openssl_asks_the_responder_about_a_good_a_revoked_and_an_unknown_certificate() -> Result<(), Failure> {
    let up = quickstart()?;
    let admin = up.admin();
    let roots = admin.roots()?;
    let [leaving, staying] = ["laptop-01", "laptop-02"].map(|device| enroll(&admin, device).map(Issued::new));
    let (leaving, staying) = (leaving?, staying?);
    assert_eq!(leaving.ocsp(&roots, &[])?, OcspStatus::Good);

    leaves_the_group(&up, "laptop-01")?;
    until("the responder says that it is revoked", LIMIT, || match leaving.ocsp(&roots, &[]) {
        Ok(OcspStatus::Revoked(reason)) if reason == "cessationOfOperation" => Ok(()),
        other => Err(format!("{other:?}")),
    })?;

    assert_eq!(staying.ocsp(&roots, &["-sha256"])?, OcspStatus::Good);
    assert_eq!(staying.ocsp(&roots, &["-no_nonce"])?, OcspStatus::Good);
    assert_eq!(staying.ocsp_of_serial(&roots, "0x41414141414141414141414141414141")?, OcspStatus::Unknown);
    Ok(())
}

#[tokio::test]
async fn openssl_finds_what_each_client_got_good_and_then_revoked() -> Result<(), Failure> {
    let up = quickstart_with("  legacyAlgorithms: [SHA1]\n")?;
    let admin = up.admin();
    let roots = admin.roots()?;
    let minted = |device| admin.challenge(PROFILE, device);
    let by_strongswan = enroll(&admin, "laptop-01")?;
    let certmonger = Certmonger::start("", [])?;
    certmonger.add_authority(&up.scep("default"), &roots)?;
    certmonger.enroll_for(&minted("laptop-02")?)?;
    let by_pyscep = PyScep::new(&up.scep("default"))?.enroll_for(&minted("laptop-03")?)?.certificate()?;
    let by_smallstep =
        Smallstep::new(&up.scep("default"))?.enroll_for(&minted("laptop-04")?)?.certificate()?;
    let by_windows = Imitation::of(WINDOWS, &minted("laptop-05")?)?.enroll(&roots).await?;
    let by_apple = Imitation::of(APPLE, &minted("laptop-06")?)?.enroll(&roots).await?;
    let [by_strongswan, by_certmonger] = [by_strongswan, certmonger.certificate()?].map(Issued::new);
    let certificates = [by_strongswan, by_certmonger, by_pyscep, by_smallstep, by_windows, by_apple];

    for certificate in &certificates {
        assert_eq!(certificate.verify(&roots, Verification::ChainAndRevocation)?, Verdict::Good);
        assert_eq!(certificate.ocsp(&roots, &[])?, OcspStatus::Good);
    }
    up.delete("corp-wifi-windows.yaml")?;
    for certificate in &certificates {
        certificate.await_revocation(&roots, LIMIT)?;
        assert!(matches!(certificate.ocsp(&roots, &[])?, OcspStatus::Revoked(_)));
        assert_eq!(certificate.verify(&roots, Verification::Chain)?, Verdict::Good);
    }
    Ok(())
}

#[test]
fn a_relying_party_trusts_no_answer_under_another_root() -> Result<(), Failure> {
    let [up, other] = [quickstart()?, quickstart()?];
    let certificate = Issued::new(enroll(&up.admin(), "laptop-01")?);
    let status = certificate.ocsp(&other.admin().roots()?, &[])?;
    assert!(matches!(status, OcspStatus::Bad(_)), "{status:?}");
    Ok(())
}

#[tokio::test]
async fn an_answer_by_get_can_be_kept_for_a_while_and_openssl_verifies_it() -> Result<(), Failure> {
    let up = quickstart()?;
    let roots = up.admin().roots()?;
    let certificate = Issued::new(enroll(&up.admin(), "laptop-01")?);
    let request = certificate.ocsp_request(&roots)?;
    let escaped = BASE64.encode(request).bytes().fold(String::new(), |mut path, byte| {
        let _ = if byte.is_ascii_alphanumeric() {
            write!(path, "{}", char::from(byte))
        } else {
            write!(path, "%{byte:02X}")
        };
        path
    });
    let url = format!("{}/{escaped}", certificate.ocsp_url()?);

    let ask = async || {
        let answer = reqwest::get(&url).await.unwrap();
        let header = |name| answer.headers()[name].to_str().unwrap().to_owned();
        let headers = [header("content-type"), header("cache-control"), header("etag")];
        (headers, answer.bytes().await.unwrap())
    };
    let ([content_type, control, first], answer) = ask().await;
    assert_eq!(content_type, "application/ocsp-response");
    assert!(control.contains("public") && control.contains("max-age="), "{control}");
    assert_eq!(certificate.ocsp_answer(&roots, &answer)?, OcspStatus::Good);
    let ([.., second], _) = ask().await;
    assert_eq!(first, second, "nothing changed, so nothing was signed again");
    Ok(())
}

fn leaves_the_group(up: &Up, device: &str) -> Result<(), Failure> {
    let members = format!("members: [{device}, ");
    up.edit("inventory.yaml", |inventory| {
        assert!(inventory.contains(&members), "the group {device} is to leave");
        inventory.replace(&members, "members: [")
    })
}
