//! One CA follows another (RFC 8894 §4.7, decision 0190).

use der::{Decode as _, Encode as _};
use jiff::{SignedDuration, Timestamp};
use scepter_issuer::configuration::{AuthorityConfiguration, Creation, KeyKind, NextCa};
use scepter_issuer::{IssuerConfiguration, Running};
use scepter_issuer_api::{CheckIn, DeviceReport, Mode, PutOutcome, ReportedOutcome};
use scepter_pki::certificate::Thumbprints;
use scepter_policy::profile::Validity;
use scepter_policy::vocabulary::{DeviceState, ValidityUnit};
use scepter_scep::client::{Inquiry, read_next_authority};
use scepter_scep::{Algorithms, Limits};
use serde_json::json;
use x509_cert::Certificate;
use x509_cert::crl::CertificateList;

use crate::sender::{Key, Reply, Sender, Travel, certification_request};
use crate::world::{
    Offset, World, eventually, id, inventory, name, namespace, new_key, overrides, profile, root,
};

/// How far ahead the change is.
const AHEAD: SignedDuration = SignedDuration::from_hours(5 * 24);

/// A CA for a year, to issue in five days.
fn with_next(authority: &mut AuthorityConfiguration) {
    authority.next = Some(NextCa {
        ca_name: "default-next".parse().unwrap(),
        from: Timestamp::now() + AHEAD,
        create: Some(Creation {
            algorithm: KeyKind::P256,
            subject: "CN=Next CA".to_owned(),
            validity: Validity { value: 1, unit: ValidityUnit::Years },
            name_constraints: None,
        }),
        certificate_chain: None,
        signing_key: None,
        ra: None,
    });
}

async fn asked(world: &World, operation: &str) -> (reqwest::StatusCode, String, Vec<u8>) {
    let answer = reqwest::get(format!("{}?operation={operation}", world.scep_url())).await.unwrap();
    let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status(), content_type, answer.bytes().await.unwrap().to_vec())
}

async fn announces_a_next_ca(world: &World) -> bool {
    let capabilities = world.scep().capabilities().await.unwrap();
    capabilities.iter().any(|capability| capability == "GetNextCACert")
}

async fn published(world: &World, path: &str) -> Vec<u8> {
    let url = format!("http://{}/{path}", world.running.addresses().scep);
    reqwest::get(url).await.unwrap().error_for_status().unwrap().bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn the_current_authority_vouches_for_the_next_ca() {
    let world = World::furnished_with(with_next).await;
    assert!(announces_a_next_ca(&world).await);
    let (status, content_type, body) = asked(&world, "GetNextCACert").await;
    assert_eq!(status, reqwest::StatusCode::OK);
    assert_eq!(content_type, "application/x-x509-next-ca-cert");
    let current = world.scep().authority().await.unwrap();
    let [signing, ..] = current.certificates() else { panic!("no certificates") };
    let next = read_next_authority(&body, signing, &Algorithms::default(), &Limits::default()).unwrap();
    assert_eq!(next.certificates[0], published(&world, "ca/default-next.cer").await);
    assert_eq!(next.certificates.len(), 3, "the CA and its RA");
    assert_ne!(published(&world, "ca/default.cer").await, next.certificates[0]);
}

#[tokio::test]
async fn the_list_of_authorities_tells_of_the_next_ca_and_of_the_ends_of_all() {
    let world = World::furnished_with(with_next).await;
    let listed = world.admin.authorities().await.unwrap().items.remove(0);
    let next = listed.next.unwrap();
    assert_eq!((listed.ca.as_str(), next.ca.as_str()), ("default", "default-next"));
    assert_eq!(next.root, published(&world, "ca/default-next.cer").await);
    assert_eq!(next.certificate.subject, "CN=Next CA");
    assert_eq!(listed.registration_authority_not_after, listed.certificate.not_after, "both end in 30 days");

    world.clock.advance(AHEAD);
    let listed = world.admin.authorities().await.unwrap().items.remove(0);
    assert_eq!((listed.ca.as_str(), listed.next), ("default-next", None));
}

#[tokio::test]
async fn without_a_next_ca_none_is_announced_and_the_question_is_a_bad_one() {
    let world = World::empty().await;
    assert!(!announces_a_next_ca(&world).await);
    assert_eq!(asked(&world, "GetNextCACert").await.0, reqwest::StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn when_its_time_has_come_the_next_ca_answers_and_is_no_longer_announced() {
    let world = World::furnished_with(with_next).await;
    let (before, next) =
        (world.scep().authority().await.unwrap(), published(&world, "ca/default-next.cer").await);
    world.clock.advance(AHEAD);
    let after = world.scep().authority().await.unwrap();
    assert_ne!(after.certificates(), before.certificates());
    assert!(after.certificates().contains(&next));
    assert!(!announces_a_next_ca(&world).await);
}

/// The name of who issued a certificate, and the text of all its URLs.
fn issuer_and_urls(certificate: &[u8]) -> (Vec<u8>, String) {
    let read = Certificate::from_der(certificate).unwrap();
    let issuer = read.tbs_certificate().issuer().to_der().unwrap();
    (issuer, String::from_utf8_lossy(certificate).into_owned())
}

fn subject(certificate: &[u8]) -> Vec<u8> {
    Certificate::from_der(certificate).unwrap().tbs_certificate().subject().to_der().unwrap()
}

async fn list(world: &World, ca: &str) -> CertificateList {
    CertificateList::from_der(&published(world, &format!("crl/{ca}.crl")).await).unwrap()
}

async fn revoked(world: &World, ca: &str) -> Vec<String> {
    let entries = list(world, ca).await.tbs_cert_list.revoked_certificates.unwrap_or_default();
    entries.iter().map(|entry| hex::encode(entry.serial_number.as_bytes())).collect()
}

#[tokio::test]
async fn from_its_time_on_the_next_ca_issues_and_each_publishes_what_became_of_its_own() {
    let world = World::furnished_with(with_next).await;
    let former = world.enroll(&world.ticket("laptop-1").await).await.unwrap();
    world.clock.advance(AHEAD);
    let latter = world.enroll(&world.ticket("laptop-2").await).await.unwrap();
    for (certificate, ca, other) in
        [(&former.certificate, "default", "default-next"), (&latter.certificate, "default-next", "default")]
    {
        let (issuer, text) = issuer_and_urls(certificate);
        assert_eq!(issuer, subject(&published(&world, &format!("ca/{ca}.cer")).await));
        for path in [format!("/crl/{ca}.crl"), format!("/ocsp/{ca}"), format!("/ca/{ca}.cer")] {
            assert!(text.contains(&path), "{path}");
        }
        assert!(!text.contains(&format!("/crl/{other}.crl")));
    }

    world.put(&inventory(&[]), Mode::Apply).await;
    for (ca, enrolled) in [("default", &former), ("default-next", &latter)] {
        eventually("the revocation", async || revoked(&world, ca).await == [enrolled.serial_number.clone()])
            .await;
        let list = list(&world, ca).await.tbs_cert_list;
        assert_eq!(list.issuer.to_der().unwrap(), issuer_and_urls(&enrolled.certificate).0);
        let made = list.this_update.to_unix_duration().as_secs();
        let change = (Timestamp::now() + AHEAD).as_second() - 120;
        assert!(made >= change.try_into().unwrap(), "signed since the change");
    }
}

#[tokio::test]
async fn a_certificate_of_the_former_ca_renews_itself_with_the_next_one() {
    let world = World::furnished_with(with_next).await;
    let ticket = world.ticket("laptop-1").await;
    let key = new_key();
    let enrolled = world.enroll_with(&ticket, &key).await.unwrap();
    let former = Sender { key: Key::Rsa(key), certificate: enrolled.certificate };
    world.clock.advance(SignedDuration::from_hours(9 * 24));
    let request = certification_request(&ticket, &Key::rsa(), None);
    let renewed = former.ask(&world, Inquiry::Renew(&request)).await.certificate();
    assert_eq!(issuer_and_urls(&renewed).0, subject(&published(&world, "ca/default-next.cer").await));
    assert_eq!(world.row("laptop-1").await.state, DeviceState::Issued);

    // Its holder still gets the certificate, and the CRL of the CA that issued it.
    let name = former.name();
    assert_eq!(former.ask(&world, Inquiry::GetCert(&name)).await.certificate(), former.certificate);
    let Reply::Granted(granted) = former.ask(&world, Inquiry::GetCrl(&name)).await else { panic!("no CRL") };
    assert_eq!(granted.crls, [published(&world, "crl/default.crl").await]);
}

#[tokio::test]
async fn who_fetched_the_former_cas_certificates_is_answered_by_its_ra() {
    let world = World::furnished_with(with_next).await;
    let known = world.scep().authority().await.unwrap();
    world.clock.advance(AHEAD);
    let ticket = world.ticket("laptop-1").await;
    let key = Key::rsa();
    let request = certification_request(&ticket, &key, Some(&ticket.challenge));
    let sender = Sender::self_made(&ticket.subject_der, key);
    let message = sender.message_to(&known, Inquiry::Enroll(&request), &Travel::default());
    let body = world.scep().pki_operation(message).await.unwrap();
    let issued = sender.read_from(&known, &body, &Travel::default(), None).certificate();
    assert_eq!(issuer_and_urls(&issued).0, subject(&published(&world, "ca/default-next.cer").await));
}

fn waits_for_its_root(answer: &CheckIn) -> bool {
    answer.profiles.is_empty() && answer.pending.iter().any(|pending| pending.reason == "RootNotDelivered")
}

#[tokio::test]
async fn a_device_that_has_the_former_root_waits_for_the_new_one() {
    let world = World::furnished_with(with_next).await;
    world.delivery("laptop-1").await;
    world.clock.advance(AHEAD);
    let answer = world.check_in("laptop-1").await;
    assert!(waits_for_its_root(&answer), "{answer:#?}");
    let new_root = published(&world, "ca/default-next.cer").await;
    assert_eq!((&answer.roots[0].certificate, answer.roots[0].installed), (&new_root, false));

    world.report_root("laptop-1").await;
    let answer = world.check_in("laptop-1").await;
    assert!(answer.roots[0].installed);
    assert_eq!(answer.profiles[0].ca_thumbprint, Thumbprints::of(&new_root).sha256.to_string());
}

/// A root profile with a certificate of its own.
fn root_with(name: &str, der: &[u8]) -> serde_json::Value {
    let pem = pem_of(der);
    let mut manifest = root();
    manifest["metadata"]["name"] = json!(name);
    manifest["spec"]["certificate"] = json!({ "pem": pem });
    manifest
}

fn pem_of(der: &[u8]) -> String {
    der::pem::encode_string("CERTIFICATE", der::pem::LineEnding::LF, der).unwrap()
}

#[tokio::test]
async fn a_device_that_was_given_the_new_root_beforehand_goes_on_without_waiting() {
    let world = World::furnished_with(with_next).await;
    let former_root = root_with("corp-root", &published(&world, "ca/default.cer").await);
    let new_root = published(&world, "ca/default-next.cer").await;
    for manifest in [former_root, root_with("corp-root-next", &new_root)] {
        let outcome = world.put(&manifest, Mode::Apply).await;
        assert!(matches!(outcome, PutOutcome::Applied(_)), "{outcome:#?}");
    }
    for device in ["laptop-1", "laptop-2"] {
        world.delivery(device).await;
    }
    let report = DeviceReport::Root { profile: name("corp-root-next"), outcome: ReportedOutcome::Installed };
    world.admin.report_from_device(&namespace(), &id("laptop-1"), &report).await.unwrap();

    world.clock.advance(AHEAD);
    let answer = world.check_in("laptop-1").await;
    assert_eq!(answer.profiles[0].ca_thumbprint, Thumbprints::of(&new_root).sha256.to_string());
    assert!(waits_for_its_root(&world.check_in("laptop-2").await), "it has the former root alone");
}

#[tokio::test]
async fn a_profile_may_name_either_root_while_one_ca_follows_the_other() {
    let world = World::furnished_with(with_next).await;
    for ca in ["default", "default-next"] {
        let manifest = root_with("corp-root", &published(&world, &format!("ca/{ca}.cer")).await);
        for manifest in [manifest, profile()] {
            let outcome = world.put(&manifest, Mode::Apply).await;
            assert!(matches!(outcome, PutOutcome::Applied(_)), "{ca}: {outcome:#?}");
        }
    }
}

/// The laboratory's configuration with that change.
fn configuration(change: impl FnOnce(&mut AuthorityConfiguration)) -> IssuerConfiguration {
    let mut configuration = IssuerConfiguration::laboratory().unwrap();
    change(&mut configuration.authorities[0]);
    configuration
}

async fn start_fails(configuration: IssuerConfiguration, data: &tempfile::TempDir) -> String {
    let started = Running::start(configuration, overrides(data)).await;
    started.expect_err("it does not start").to_string()
}

#[tokio::test]
async fn a_next_ca_is_not_made_when_its_time_has_come() {
    let data = tempfile::tempdir().unwrap();
    let late = configuration(|authority| {
        with_next(authority);
        authority.next.as_mut().unwrap().from = Timestamp::now() - SignedDuration::from_secs(1);
    });
    let line = start_fails(late, &data).await;
    assert!(line.contains("default-next") && line.contains("restore"), "{line}");
    assert!(!data.path().join("authorities/default-next").exists());
}

#[tokio::test]
async fn a_next_ca_whose_key_is_the_current_cas_stops_the_start() {
    let data = tempfile::tempdir().unwrap();
    let World { running, data, .. } =
        World::configured(configuration(with_next), data, Offset::default()).await;
    running.shutdown().await;
    let own = data.path().join("authorities");
    std::fs::remove_dir_all(own.join("default-next")).unwrap();
    std::fs::create_dir(own.join("default-next")).unwrap();
    for file in ["ca.pem", "ca.key", "ra.pem", "ra-signing.key", "ra-decryption.key"] {
        std::fs::copy(own.join("default").join(file), own.join("default-next").join(file)).unwrap();
    }
    let line = start_fails(configuration(with_next), &data).await;
    assert!(line.contains("is also signingKey of authority"), "{line}");
}

#[tokio::test]
async fn under_the_name_of_a_ca_that_has_issued_no_other_one_starts_and_none_is_made() {
    let world = World::furnished().await;
    world.enroll(&world.ticket("laptop-1").await).await.unwrap();
    let World { running, data, .. } = world;
    running.shutdown().await;
    let (own, kept) = (data.path().join("authorities/default"), data.path().join("kept"));
    std::fs::rename(&own, &kept).unwrap();
    let line = start_fails(configuration(|_| {}), &data).await;
    assert!(line.contains("restore it") && !own.exists(), "{line}");

    let elsewhere = tempfile::tempdir().unwrap();
    let other = World::over(elsewhere, Offset::default()).await;
    std::fs::rename(other.data.path().join("authorities/default"), &own).unwrap();
    let line = start_fails(configuration(|_| {}), &data).await;
    assert!(line.contains("another CA's") && line.contains("caName"), "{line}");

    std::fs::remove_dir_all(&own).unwrap();
    std::fs::rename(&kept, &own).unwrap();
    World::over(data, Offset::default()).await;
}

#[tokio::test]
async fn when_the_former_ca_has_ended_the_next_one_starts_alone_and_then_takes_its_place() {
    let world =
        World::configured(configuration(with_next), tempfile::tempdir().unwrap(), Offset::default()).await;
    let next = published(&world, "ca/default-next.cer").await;
    let followed = configuration(with_next);
    let World { running, clock, data, .. } = world;
    running.shutdown().await;
    clock.advance(SignedDuration::from_hours(31 * 24));
    let World { running, clock, data, .. } = World::configured(followed, data, clock).await;
    running.shutdown().await;
    let promoted = configuration(|authority| authority.ca_name = Some("default-next".parse().unwrap()));
    let world = World::configured(promoted, data, clock).await;
    assert_eq!(published(&world, "ca/default-next.cer").await, next);
    assert!(world.scep().authority().await.unwrap().certificates().contains(&next));
    list(&world, "default-next").await;
}
