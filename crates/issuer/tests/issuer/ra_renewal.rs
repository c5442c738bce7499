//! The registration authority's certificates are renewed while the issuer serves (decision 0191).

use jiff::SignedDuration;
use scepter_issuer::configuration::{
    AuthorityConfiguration, FileRef, IssuerConfiguration, KeyRef, RegistrationAuthority,
};
use scepter_issuer_api::Mode;
use scepter_pki::authority::{AuthorityFiles, Publication};
use scepter_pki::key::RsaPool;
use scepter_policy::profile::Validity;
use scepter_policy::vocabulary::ValidityUnit;
use scepter_scep::FailInfo;
use scepter_scep::client::{Authority, Inquiry};

use crate::sender::{Key, Reply, Sender, Travel, certification_request};
use crate::world::{Offset, World, eventually, inventory, new_key, profile, root};

/// When a certificate of a year is due.
const DUE: SignedDuration = SignedDuration::from_hours(250 * 24);

/// A CA that outlives its RA's certificates.
fn long_lived(authority: &mut AuthorityConfiguration) {
    authority.create.as_mut().unwrap().validity = Validity { value: 2, unit: ValidityUnit::Years };
}

fn recipient(authority: &Authority) -> &[u8] {
    authority.encrypt_to().der()
}

async fn metrics(world: &World) -> String {
    let url = format!("http://{}/metrics", world.running.addresses().ops);
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

/// Sends a message of a device to the RA as it was known at `known`, and returns what the RA that is known at `answering` says.
async fn asks(world: &World, known: &Authority, answering: &Authority, device: &str) -> Reply {
    let ticket = world.ticket(device).await;
    let key = Key::rsa();
    let request = certification_request(&ticket, &key, Some(&ticket.challenge));
    let sender = Sender::self_made(&ticket.subject_der, key);
    let message = sender.message_to(known, Inquiry::Enroll(&request), &Travel::default());
    let body = world.scep().pki_operation(message).await.unwrap();
    sender.read_from(answering, &body, &Travel::default(), None)
}

/// Lets a world's RA certificates come due; what was known of its authority before, and what is known now.
async fn renewed(world: &World) -> (Authority, Authority) {
    let before = world.scep().authority().await.unwrap();
    world.clock.advance(DUE);
    eventually("new RA certificates", async || {
        recipient(&world.scep().authority().await.unwrap()) != recipient(&before)
    })
    .await;
    let after = world.scep().authority().await.unwrap();
    (before, after)
}

#[tokio::test]
async fn ra_certificates_are_renewed_in_time_and_who_knows_the_old_ones_is_answered_under_them() {
    let world = World::furnished_with(long_lived).await;
    let (before, after) = renewed(&world).await;
    assert_eq!(after.certificates()[2..], before.certificates()[2..], "the CA is the same");
    asks(&world, &before, &before, "laptop-1").await.certificate();
    asks(&world, &after, &after, "laptop-2").await.certificate();

    let World { running, clock, data, .. } = world;
    running.shutdown().await;
    let mut configuration = IssuerConfiguration::laboratory().unwrap();
    long_lived(&mut configuration.authorities[0]);
    let world = World::configured(configuration, data, clock).await;
    assert_eq!(world.scep().authority().await.unwrap().certificates(), after.certificates());
    world.put(&inventory(&["laptop-1", "laptop-2", "laptop-3"]), Mode::Apply).await;
    asks(&world, &before, &before, "laptop-3").await.certificate();
}

#[tokio::test]
async fn envelopes_for_ended_ra_certificates_are_not_opened_any_more() {
    let world = World::furnished_with(long_lived).await;
    let (before, after) = renewed(&world).await;
    world.clock.advance(DUE / 2);
    let reply = asks(&world, &before, &after, "laptop-1").await;
    assert_eq!(reply, Reply::Refused(FailInfo::BadMessageCheck));
    assert_eq!(world.certificates().await, 0);
}

/// The files of the laboratory's authority.
fn files(data: &std::path::Path) -> AuthorityFiles {
    AuthorityFiles::within(&data.join("authorities/default"))
}

#[tokio::test]
async fn ra_certificates_that_the_operator_has_named_are_taken_from_their_file_when_it_is_renewed() {
    let data = tempfile::tempdir().unwrap();
    let file = |name: &str| data.path().join("authorities/default").join(name);
    let mut configuration = IssuerConfiguration::laboratory().unwrap();
    let authority = &mut configuration.authorities[0];
    long_lived(authority);
    authority.certificate_chain = Some(FileRef { file: file("ca.pem") });
    authority.signing_key = Some(KeyRef::File(file("ca.key")));
    authority.ra = Some(RegistrationAuthority {
        signing_key: KeyRef::File(file("ra-signing.key")),
        decryption_key: KeyRef::File(file("ra-decryption.key")),
        certificates: FileRef { file: file("ra.pem") },
    });
    let files = files(data.path());
    let world = World::configured(configuration, data, Offset::default()).await;
    for manifest in [root(), profile(), inventory(&["laptop-1", "laptop-2"])] {
        world.put(&manifest, Mode::Apply).await;
    }
    let before = world.scep().authority().await.unwrap();
    world.clock.advance(DUE);

    let now = jiff::Timestamp::now() + DUE;
    let pool = RsaPool::new(std::num::NonZeroUsize::MIN, 8);
    let authority = files.load("default".parse().unwrap(), Publication::default(), &pool, now).unwrap();
    let ras = authority.registration_authorities();
    let end = format!(
        "authority_certificate_end_seconds{{ca=\"default\",certificate=\"ra\"}} {}",
        ras.current().not_after().as_second()
    );
    eventually("the end in the metrics", async || metrics(&world).await.contains(&end)).await;
    let unchanged = world.scep().authority().await.unwrap();
    assert_eq!(unchanged.certificates(), before.certificates(), "what the operator named is the operator's");

    let renewed = authority.renew_registration_authority(ras.current(), now).await.unwrap();
    let renewed_recipient = renewed.decryption_certificate().to_vec();
    files.replace_ra_certificates(&ras.renewed(renewed, now)).unwrap();
    eventually("the renewed certificates", async || {
        recipient(&world.scep().authority().await.unwrap()) == renewed_recipient
    })
    .await;
    asks(&world, &before, &before, "laptop-1").await.certificate();
    let ticket = world.ticket("laptop-2").await;
    world.enroll_with(&ticket, &new_key()).await.unwrap();
}
