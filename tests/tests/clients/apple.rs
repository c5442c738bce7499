//! A request in the manner of iOS and macOS: BER of indefinite length with strings in segments, inside and outside of the
//! envelope, and no extended key usage in the request; renewal by a PKCSReq that the old certificate signs; by GET with the `+` of its base64 as it is, or by POST.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use scepter_tests::{Failure, FakeClock, Verdict, Verification};

use crate::imitation::{Imitation, Manner, encryption_certificate};
use crate::retries::{PENDING, pki_status};
use crate::signed_data::Form;
use crate::world::{DUE, PROFILE, quickstart, quickstart_by, quickstart_with};

pub(crate) const APPLE: Manner = Manner {
    signer: &["-sha256", "-subj", "/CN=imitation"],
    envelope: &["-aes128", "-stream", "-indef"],
    form: Form::Indefinite,
    identifier: "EnrollmentCAInstance",
};

#[tokio::test]
async fn a_request_in_the_manner_of_apple_gets_its_certificate_by_get_and_the_same_by_post()
-> Result<(), Failure> {
    let up = quickstart()?;
    let roots = up.admin().roots()?;
    let device = Imitation::of(APPLE, &up.admin().challenge(PROFILE, "laptop-01")?)?;

    assert!(device.capabilities().await.lines().any(|line| line == "Renewal"), "macOS renews only then");
    let certificates = device.ca_certificates().await?;
    let message = device.message(encryption_certificate(&certificates))?;
    assert!(message.starts_with(b"\x30\x80"));
    // Thousands of characters: there is a `+` among them.
    let base64 = BASE64.encode(&message);
    assert!(base64.contains('+'));
    let issued = device.open(device.get("PKIOperation", &base64).await, &roots)?;
    let by_post = device.open(device.post(message).await, &roots)?;

    assert_eq!(issued, by_post, "the same bytes are the same request");
    assert_eq!(issued.extension("extendedKeyUsage")?, "TLS Web Client Authentication");
    assert_eq!(issued.verify(&roots, Verification::ChainAndRevocation)?, Verdict::Good);
    assert_eq!(up.admin().certificates()?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_poll_in_the_manner_of_apple_waits_until_the_request_is_approved() -> Result<(), Failure> {
    let up = quickstart_with("  approval: Manual\n")?;
    let roots = up.admin().roots()?;
    let device = Imitation::of(APPLE, &up.admin().challenge(PROFILE, "laptop-01")?)?;
    let certificates = device.ca_certificates().await?;
    let to = encryption_certificate(&certificates);

    assert_eq!(pki_status(&device.post(device.message(to)?).await)?, PENDING);
    assert_eq!(pki_status(&device.post(device.poll(to, &roots)?).await)?, PENDING);
    up.admin().waiting()?.iter().try_for_each(|id| up.admin().approve(id))?;
    let granted = device.open(device.post(device.poll(to, &roots)?).await, &roots)?;
    assert_eq!(granted.verify(&roots, Verification::Chain)?, Verdict::Good);
    Ok(())
}

#[tokio::test]
async fn a_renewal_in_the_manner_of_apple_is_a_pkcsreq_signed_by_the_old_certificate() -> Result<(), Failure>
{
    let clock = FakeClock::days_ago(DUE)?;
    let up = quickstart_by(&clock)?;
    let roots = up.admin().roots()?;
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    let device = Imitation::of(APPLE, &minted)?;
    let certificates = device.ca_certificates().await?;
    let to = encryption_certificate(&certificates);
    let old = device.open(device.post(device.message(to)?).await, &roots)?;

    clock.set(0)?;
    device.renew(&minted, &old)?;
    let renewed = device.open(device.post(device.message(to)?).await, &roots)?;

    assert_ne!(renewed, old);
    assert_eq!(renewed.verify(&roots, Verification::Chain)?, Verdict::Good);
    assert_eq!(up.admin().row(PROFILE, "laptop-01")?["serialNumber"], renewed.serial_number()?);
    Ok(())
}
