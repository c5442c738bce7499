//! A request in the manner of iOS and macOS: BER of indefinite length with strings in segments, inside and outside of the
//! envelope, and no extended key usage in the request; by GET with the `+` of its base64 as it is, or by POST.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use scepter_tests::{Failure, Verdict, Verification};

use crate::imitation::{Imitation, Manner, encryption_certificate};
use crate::signed_data::Form;
use crate::world::{PROFILE, quickstart};

const APPLE: Manner = Manner {
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
    let by_get = device.open(device.get("PKIOperation", &base64).await, &roots)?;
    let by_post = device.open(device.post(message).await, &roots)?;

    assert_eq!(by_get, by_post, "the same bytes are the same request");
    let issued = by_get.into_iter().next().unwrap();
    assert_eq!(issued.extension("extendedKeyUsage")?, "TLS Web Client Authentication");
    assert_eq!(issued.verify(&roots, Verification::ChainAndRevocation)?, Verdict::Good);
    assert_eq!(up.admin().certificates()?.len(), 1);
    Ok(())
}
