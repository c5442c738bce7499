//! TH-01: a valid challenge, and a request for something else than it was handed out for (VU#971035).

use der::asn1::ObjectIdentifier;
use scepter_device::Ticket;
use scepter_scep::FailInfo;
use scepter_scep::client::Inquiry;
use x509_cert::ext::Extension;

use crate::key::Key;
use crate::names::{
    BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, KEY_USAGE, SECURITY_IDENTIFIER, SUBJECT_ALT_NAME, dns, email,
    extension, general_names, subject, upn, uri, usages,
};
use crate::range::{BADGE, Range};
use crate::sender::{Reply, Request, Sender};
use crate::table::Attack;

const ANY: &str = "2.5.29.37.0";
const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";
const SMART_CARD_LOGON: &str = "1.3.6.1.4.1.311.20.2.2";
const CLIENT: &str = "1.3.6.1.5.5.7.3.2";
const ENROLLMENT_AGENT: &str = "1.3.6.1.4.1.311.20.2.1";

#[tokio::test]
async fn th_01_a_valid_challenge_with_another_subject_gets_nothing() {
    let mut theft = Theft::begin("a stolen challenge with another subject").await;
    for other in [
        "CN=SN-2,O=Example",
        "CN=administrator,O=Example",
        "CN=SN-1",
        "O=Example,CN=SN-1",
        "CN=SN-1,O=Example,OU=Admins",
        "CN=SN-1,CN=administrator,O=Example",
        "CN=SN-1+CN=dc01,O=Example",
        "CN=SN-1 ,O=Examp1e",
    ] {
        theft.ask(|request| request.subject_der = subject(other), "SubjectNameMismatch").await;
    }
    theft.ask(|request| request.subject_der = vec![0x30, 0], "SubjectNameMissing").await;
    theft.end().await;
}

#[tokio::test]
async fn th_01_a_valid_challenge_with_other_alternative_names_gets_nothing() {
    let mut theft =
        Theft::begin("a stolen challenge with other alternative names, a UPN or a SID among them").await;
    let own = dns("scanner-1.scanners.example.com");
    let sid = "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500";
    for names in [
        vec![dns("dc01.example.com")],
        vec![own.clone(), dns("dc01.example.com")],
        vec![own.clone(), own.clone()],
        vec![own.clone(), upn("administrator@example.com")],
        vec![own.clone(), email("ceo@example.com")],
        vec![own.clone(), uri(sid)],
        vec![own.clone(), vec![0x87, 4, 10, 0, 0, 1]],
        vec![dns("*.scanners.example.com")],
        vec![dns("scanner-1.scanners.example.com\0.evil.example")],
    ] {
        let value = general_names(&names);
        theft.ask(|request| request.extensions = vec![extension(SUBJECT_ALT_NAME, value)], "").await;
    }
    theft.ask(|request| request.extensions.clear(), "SubjectAltNameMissing").await;
    theft.end().await;
}

#[tokio::test]
async fn th_01_a_valid_challenge_with_more_power_gets_nothing() {
    let mut theft = Theft::begin(
        "a stolen challenge with other key usages, CA:TRUE, a SID extension or name constraints",
    )
    .await;
    for oids in [&[ANY][..], &[OCSP_SIGNING], &[CLIENT, SMART_CARD_LOGON], &[ENROLLMENT_AGENT]] {
        theft.add(extension(EXTENDED_KEY_USAGE, usages(oids)), "EnhancedKeyUsageMismatch").await;
    }
    // keyCertSign and cRLSign; digitalSignature alone.
    for bits in [[0x03, 0x02, 0x01, 0x06], [0x03, 0x02, 0x07, 0x80]] {
        theft.add(extension(KEY_USAGE, bits.to_vec()), "KeyUsageMismatch").await;
    }
    let ca = [0x30, 0x03, 0x01, 0x01, 0xff];
    theft.add(extension(BASIC_CONSTRAINTS, ca.to_vec()), "ExtensionRefused").await;
    let security_identifier = [0x30, 0x02, 0xa0, 0x00];
    theft.add(extension(SECURITY_IDENTIFIER, security_identifier.to_vec()), "ExtensionRefused").await;
    let name_constraints = ObjectIdentifier::new_unwrap("2.5.29.30");
    theft.add(extension(name_constraints, vec![0x30, 0x00]), "ExtensionRefused").await;
    theft.end().await;
}

#[tokio::test]
async fn th_01_a_valid_challenge_with_a_key_of_another_size_gets_nothing() {
    let mut theft = Theft::begin("a stolen challenge with a longer key").await;
    for bits in [3072, 4096] {
        theft.ask_for(&Key::of_bits(bits), "KeyLengthMismatch").await;
    }
    theft.end().await;
}

/// A thief with the challenge of a scanner, who asks for one thing after the other.
struct Theft {
    range: Range,
    attack: Attack,
    stolen: Ticket,
    thief: Sender,
}

impl Theft {
    async fn begin(what: &'static str) -> Self {
        let range = Range::open().await;
        let stolen = range.ticket(BADGE, "scanner-1").await;
        let thief = Sender::self_made(&stolen.subject_der);
        Self { range, attack: Attack::new("TH-01", what), stolen, thief }
    }

    async fn add(&mut self, extension: Extension, reason: &str) {
        self.ask(|request| request.extensions.push(extension), reason).await;
    }

    /// Asks for a changed request; refused for that reason, or for any.
    async fn ask(&mut self, change: impl FnOnce(&mut Request), reason: &str) {
        let mut request = Request::honest(&self.stolen);
        change(&mut request);
        let request = request.for_key(&self.thief.key);
        self.send(&request, reason).await;
    }

    async fn ask_for(&mut self, key: &Key, reason: &str) {
        let request = Request::honest(&self.stolen).for_key(key);
        self.send(&request, reason).await;
    }

    async fn send(&mut self, request: &[u8], reason: &str) {
        let reply = self.thief.ask(&self.range, Inquiry::Enroll(request)).await;
        assert_eq!(reply, Reply::Refused(FailInfo::BadRequest), "{reason}");
        let row = self.range.row(BADGE, "scanner-1");
        assert!(row.contains(reason), "{row} instead of {reason}");
        self.attack.tried();
    }

    /// The challenge is not burnt by all this: its device enrolls with it.
    async fn end(self) {
        let Self { range, attack, stolen, .. } = self;
        Sender::enrolled(&range, &stolen).await;
        range.conclude(attack, 1).await;
    }
}
