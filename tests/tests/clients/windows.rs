//! A request in Windows' manner: `message=default`, a signer with a critical extension signed with SHA-1, RSAES-OAEP, and no
//! extended key usage in the request.

use scepter_tests::{Failure, Issued, Verdict, Verification};

use crate::imitation::{Imitation, Manner, encryption_certificate};
use crate::signed_data::Form;
use crate::world::{PROFILE, quickstart};

pub(crate) const WINDOWS: Manner = Manner {
    signer: &[
        "-sha1",
        "-subj",
        "/CN=SCEP Protocol Certificate",
        "-addext",
        "subjectKeyIdentifier=hash",
        "-addext",
        "authorityKeyIdentifier=critical,keyid:always",
    ],
    envelope: &["-aes256", "-keyopt", "rsa_padding_mode:oaep"],
    form: Form::Definite,
    identifier: "default",
};

#[tokio::test]
async fn a_request_in_the_manner_of_windows_gets_its_certificate() -> Result<(), Failure> {
    let up = quickstart()?;
    let roots = up.admin().roots()?;
    let device = Imitation::of(WINDOWS, &up.admin().challenge(PROFILE, "laptop-01")?)?;

    assert!(device.capabilities().await.lines().any(|line| line == "SHA-256"));
    let certificates = device.ca_certificates().await?;
    assert!(certificates.contains(&Issued::new(&*roots)), "Windows looks for the CA's thumbprint among them");
    let message = device.message(encryption_certificate(&certificates))?;
    let issued = device.open(device.post(message).await, &roots)?;

    assert_eq!(issued.extension("extendedKeyUsage")?, "TLS Web Client Authentication");
    assert_eq!(issued.verify(&roots, Verification::ChainAndRevocation)?, Verdict::Good);
    assert_eq!(up.admin().row(PROFILE, "laptop-01")?["serialNumber"], issued.serial_number()?);
    Ok(())
}
