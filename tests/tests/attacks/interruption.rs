//! TH-04: what happens between the reservation of a serial and the record of its certificate. The CA's key is in a token that
//! makes the issuer wait for its signature, for as long as the test wants.

use std::fs;
use std::path::Path;
use std::time::Instant;

use scepter_scep::FailInfo;
use scepter_scep::client::Inquiry;
use scepter_tests::{Halt, Issued, OcspStatus, SoftHsm, Tool, Up, run};
use tokio::task::JoinHandle;

use crate::challenges::NOT_TARGETED;
use crate::range::{BADGE, HttpAnswer, LIMIT, PAUSE, Range, manifests, without_member};
use crate::sender::{Reply, Request, Sender};
use crate::store::Database;
use crate::table::Attack;

const DEVICE: &str = "scanner-1";
const REFUSED: Reply = Reply::Refused(FailInfo::BadRequest);

#[tokio::test]
async fn th_04_a_device_that_is_unassigned_while_its_certificate_is_signed_gets_nothing() {
    let mut attack =
        Attack::new("TH-04", "unassigned between the reserved serial and the record; then signed");
    let Interruption { range, token, halt, device, message, sent, serial } = Interruption::begin().await;
    range.unassign(DEVICE).await;
    drop(halt);
    let answer = sent.await.unwrap().unwrap();
    assert_eq!(device.read(&range, &answer), REFUSED, "what was signed is not recorded and does not leave");
    attack.tried();
    retry_in_vain(&range, &mut attack, &device, &message).await;
    is_clean(&range, &token, &serial).await;
    range.conclude(attack, 1).await;
}

#[tokio::test]
async fn th_04_a_device_that_is_unassigned_before_the_issuer_dies_there_gets_nothing() {
    let mut attack =
        Attack::new("TH-04", "unassigned between the reserved serial and the record; kill -9, retry");
    let Interruption { range, token, halt, device, message, sent, serial } = Interruption::begin().await;
    range.unassign(DEVICE).await;
    let premises = range.kill();
    drop(halt);
    assert!(sent.await.unwrap().is_err(), "nothing has left");
    let range = Range::over(premises.start().unwrap()).await;
    retry_in_vain(&range, &mut attack, &device, &message).await;
    is_clean(&range, &token, &serial).await;
    range.conclude(attack, 1).await;
}

#[tokio::test]
async fn th_04_a_device_that_is_unassigned_while_the_issuer_is_down_gets_nothing() {
    let mut attack =
        Attack::new("TH-04", "kill -9 between the reserved serial and the record; unassigned, retry");
    let Interruption { range, token, halt, device, message, sent, serial } = Interruption::begin().await;
    let premises = range.kill();
    drop(halt);
    assert!(sent.await.unwrap().is_err(), "nothing has left");
    premises.edit("headquarters.yaml", |text| without_member(&text, DEVICE)).unwrap();
    let range = Range::over(premises.start().unwrap()).await;
    retry_in_vain(&range, &mut attack, &device, &message).await;
    is_clean(&range, &token, &serial).await;
    range.conclude(attack, 1).await;
}

#[tokio::test]
async fn th_04_an_assigned_device_gets_its_certificate_under_the_serial_that_was_reserved_before_the_crash() {
    let mut attack = Attack::new(
        "TH-04",
        "kill -9 between the reserved serial and the record; still assigned, retry twice",
    );
    let Interruption { range, token: _token, halt, device, message, sent, serial } =
        Interruption::begin().await;
    let premises = range.kill();
    drop(halt);
    assert!(sent.await.unwrap().is_err(), "nothing has left");
    let range = Range::over(premises.start().unwrap()).await;
    let certificate = device.read(&range, &range.post(message.clone()).await).certificate();
    attack.tried();
    assert_eq!(Issued::from_der(&certificate).unwrap().serial_number().unwrap(), serial);
    let again = device.read(&range, &range.post(message).await).certificate();
    attack.tried();
    assert_eq!(again, certificate);
    attack.saw("the certificate, under the reserved serial, both times");
    range.conclude(attack, 1).await;
}

/// An issuer that has reserved a serial for a device, and waits for the signature of its certificate.
struct Interruption {
    range: Range,
    token: SoftHsm,
    halt: Halt,
    device: Sender,
    /// The device's request, which has no answer yet.
    message: Vec<u8>,
    sent: JoinHandle<Result<HttpAnswer, reqwest::Error>>,
    /// What was reserved, in hex.
    serial: String,
}

impl Interruption {
    async fn begin() -> Self {
        let (token, range) = signing_with_a_token().await;
        let ticket = range.ticket(BADGE, DEVICE).await;
        let device = Sender::self_made(&ticket.subject_der);
        let request = Request::honest(&ticket).for_key(&device.key);
        let message = device.message(&range.authority, Inquiry::Enroll(&request));
        let halt = token.halt().unwrap();
        let sent = range.send(message.clone());
        let serial = reservation(&range.up.data()).await;
        assert!(!sent.is_finished(), "it waits for the token");
        Self { range, token, halt, device, message, sent, serial }
    }
}

/// A range whose authority was made in files, and has its CA's key in a token now.
async fn signing_with_a_token() -> (SoftHsm, Range) {
    let token = SoftHsm::new().unwrap();
    let made = Range::open().await;
    let files = made.up.data().join("authorities/default");
    token.import(&files.join("ca.key"), "ca").unwrap();
    for file in ["ca.pem", "ra.pem", "ra-signing.key", "ra-decryption.key"] {
        fs::copy(files.join(file), token.directory().join(file)).unwrap();
    }
    let file = |name: &str| format!("{{file: '{}'}}", token.directory().join(name).display());
    let configuration = format!(
        "apiVersion: config.scepter.dev/v1alpha1
kind: IssuerConfiguration
authorities:
- name: default
  certificateChain: {}
  signingKey: {{pkcs11: '{}'}}
  ra: {{signingKey: {}, decryptionKey: {}, certificates: {}}}
  maxValidity: {{value: 29, unit: Days}}
  permitted: [{{any: true}}]
- name: branch
  create: {{algorithm: P256, subject: \"CN=Branch CA\", validity: {{value: 1, unit: Years}}}}
  maxValidity: {{value: 29, unit: Days}}
  permitted: [{{any: true}}]
",
        file("ca.pem"),
        token.key("ca"),
        file("ra-signing.key"),
        file("ra-decryption.key"),
        file("ra.pem"),
    );
    let configuration = token.write("issuer.yaml", &configuration).unwrap();
    let up = Up::configured(&manifests(), &configuration, &token.environment()).unwrap();
    (token, Range::over(up).await)
}

/// Waits until the audit has the reservation of a serial for the device, and no record of its certificate.
async fn reservation(data: &Path) -> String {
    let mut database = Database::open(data).await;
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(serial) = database.reserved(DEVICE).await {
            return serial;
        }
        assert!(Instant::now() < deadline, "no serial is reserved");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Sends the identical request again.
async fn retry_in_vain(range: &Range, attack: &mut Attack, device: &Sender, message: &[u8]) {
    let mut database = Database::open(&range.up.data()).await;
    let before = database.refusals(DEVICE).await.len();
    for _ in 0..2 {
        assert_eq!(device.read(range, &range.post(message.to_vec()).await), REFUSED);
        attack.tried();
    }
    assert_eq!(database.refusals(DEVICE).await[before..], [NOT_TARGETED, NOT_TARGETED]);
    assert!(!range.has_row(BADGE, DEVICE).await, "it has left, and nothing of it is out");
    attack.saw("no row is left; the audit has each refusal");
}

/// To relying parties there is no certificate with that serial: none to be revoked either. Another device's they know.
async fn is_clean(range: &Range, token: &SoftHsm, serial: &str) {
    let ca = fs::read_to_string(token.directory().join("ca.pem")).unwrap();
    let other = Sender::enrolled(range, &range.ticket(BADGE, "scanner-2").await).await;
    let other = Issued::from_der(&other.certificate).unwrap();
    assert_eq!(other.ocsp(&ca, &[]).unwrap(), OcspStatus::Good);
    assert_eq!(other.ocsp_of_serial(&ca, &format!("0x{serial}")).unwrap(), OcspStatus::Unknown);
    let url = format!("{}.crl", range.up.scep("default").replace("/scep/", "/crl/"));
    let list = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    let mut command = Tool::OpenSsl.command().unwrap();
    let printed = run(command.args(["crl", "-inform", "der", "-noout", "-text"]), &list).unwrap();
    assert!(printed.contains("No Revoked Certificates"), "{printed}");
}
