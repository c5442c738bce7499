//! What takes a certificate away, and that a relying party hears of it where the certificate says.

use scepter_tests::{Failure, Issued, Up, Verdict, Verification};

use crate::world::{LIMIT, PROFILE, enroll, quickstart};

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

fn leaves_the_group(up: &Up, device: &str) -> Result<(), Failure> {
    let members = format!("members: [{device}, ");
    up.edit("inventory.yaml", |inventory| {
        assert!(inventory.contains(&members), "the group {device} is to leave");
        inventory.replace(&members, "members: [")
    })
}
