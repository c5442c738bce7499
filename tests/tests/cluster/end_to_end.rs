//! The whole idea on real parts: from `kubectl apply` to a real client's certificate, and back into the status.

use scepter_tests::{
    Admin, Cluster, Failure, Issued, Namespace, StrongSwan, Verdict, Verification, run, until,
};
use serde_json::Value;

use crate::installation::{Installation, LIMIT, manifest, quickstart};

#[test]
fn a_profile_goes_from_kubectl_to_strongswans_certificate_and_back_into_its_status() -> Result<(), Failure> {
    let admin = Installation::shared()?.admin();
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    apply_and_await(&namespace)?;

    let leaving = enroll(&admin, &namespace, "laptop-01")?;
    let staying = enroll(&admin, &namespace, "laptop-02")?;
    assert_eq!(leaving.subject()?, "CN=6f1e0000-0000-4000-8000-000000000001, OU=Laptops, O=Example");
    assert_eq!(leaving.extension("extendedKeyUsage")?, "TLS Web Client Authentication");
    shows(&namespace, "laptop-01", "Issued", &leaving.serial_number()?)?;
    retries_get_the_same_and_others_nothing(&admin, &namespace)?;

    let members = "members: [laptop-01, laptop-02, ";
    let inventory = manifest("inventory.yaml");
    assert!(inventory.contains(members));
    namespace.kubectl().apply(&inventory.replace(members, "members: [laptop-02, "))?;
    leaving.await_revocation(&admin.roots()?, LIMIT)?;
    shows(&namespace, "laptop-01", "Revoked", &leaving.serial_number()?)?;
    assert_eq!(staying.verify(&admin.roots()?, Verification::ChainAndRevocation)?, Verdict::Good);

    namespace.kubectl().run(&["delete", "scepprofile/corp-wifi-windows", "--timeout=60s"])?;
    staying.await_revocation(&admin.roots()?, LIMIT)
}

/// The identical request brings the same certificate again; another key with that challenge is refused, and the status
/// says so.
fn retries_get_the_same_and_others_nothing(admin: &Admin, namespace: &Namespace) -> Result<(), Failure> {
    let minted = admin.challenge(&format!("{}/corp-wifi-windows", namespace.name()), "laptop-03")?;
    let client = StrongSwan::new(&minted.url)?;
    let enroll = || client.enroll(&minted.subject, minted.dns_names(), &minted.challenge).map(Issued::new);
    let first = enroll()?;
    assert_eq!(enroll()?.serial_number()?, first.serial_number()?);
    client.new_key()?;
    assert!(enroll().is_err(), "a used challenge brings another key nothing");
    shows(namespace, "laptop-03", "Issued", &first.serial_number()?)?;
    until("the status says that the challenge was used", LIMIT, || {
        let row = row(namespace, "laptop-03")?;
        if row["reason"] == "ChallengeUsed" { Ok(()) } else { Err(row.to_string()) }
    })
}

/// Applies the quickstart as a platform engineer would, and waits until every object is ready.
fn apply_and_await(namespace: &Namespace) -> Result<(), Failure> {
    let mut apply = namespace.kubectl().command();
    run(apply.args(["apply", "--server-side", "-f"]).arg(quickstart()), b"")?;
    let mut wait = namespace.kubectl().command();
    wait.args(["wait", "--for=condition=Ready", "--timeout=60s", "-f"]).arg(quickstart());
    run(&mut wait, b"").map(drop)
}

/// Has strongSwan enroll with a challenge that an admin minted.
fn enroll(admin: &Admin, namespace: &Namespace, device: &str) -> Result<Issued, Failure> {
    let minted = admin.challenge(&format!("{}/corp-wifi-windows", namespace.name()), device)?;
    let client = StrongSwan::new(&minted.url)?;
    client.enroll(&minted.subject, minted.dns_names(), &minted.challenge).map(Issued::new)
}

/// Waits until the object's status shows the device in that state, with that serial number.
fn shows(namespace: &Namespace, device: &str, state: &str, serial: &str) -> Result<(), Failure> {
    until("the status shows the device", LIMIT, || {
        let row = row(namespace, device)?;
        if row["state"] == state && row["serialNumber"] == serial { Ok(()) } else { Err(row.to_string()) }
    })
}

/// The device's row in the object's status.
fn row(namespace: &Namespace, device: &str) -> Result<Value, String> {
    let object = namespace.kubectl().json(&["get", "scepprofile/corp-wifi-windows"]);
    let object = object.map_err(|failure| failure.to_string())?;
    let rows = object["status"]["devices"].as_array().cloned().unwrap_or_default();
    Ok(rows.into_iter().find(|row| row["device"] == device).unwrap_or(Value::Null))
}
