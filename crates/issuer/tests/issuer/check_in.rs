//! What check-in hands to a management server.

use std::path::Path;

use scepter_device::Ticket;
use scepter_issuer_api::Mode;
use scepter_policy::vocabulary::DeviceState;
use scepter_scep::Secret;
use serde_json::json;

use crate::world::{World, inventory, profile, root, ticket};

const SYNCML: &str = "application/vnd.syncml.dm+xml";

/// The value of the node of that name in a document.
fn value(document: &str, node: &str) -> String {
    let (_, rest) = document.split_once(&format!("/Install/{node}</LocURI>")).unwrap();
    let (_, rest) = rest.split_once("<Data>").unwrap();
    rest.split_once("</Data>").unwrap().0.to_owned()
}

#[tokio::test]
async fn a_root_arrives_as_a_document_of_its_own_before_anything_that_needs_it() {
    let world = World::furnished().await;
    let answer = world.check_in("laptop-1").await;
    assert!(answer.profiles.is_empty());
    let [root] = answer.roots.as_slice() else { panic!("{answer:?}") };
    assert_eq!(root.payload.content_type, SYNCML);
    assert!(root.payload.body.contains("/Vendor/MSFT/RootCATrustedCertificates/Root/"));
    assert!(!root.payload.body.contains("ClientCertificateInstall"));
}

#[tokio::test]
async fn a_device_enrolls_with_the_challenge_in_its_payload() {
    let world = World::furnished().await;
    let delivery = world.delivery("laptop-1").await;
    let payload = &delivery.payload;
    assert_eq!(payload.content_type, SYNCML);
    assert_eq!(value(&payload.body, "SubjectName"), delivery.subject);
    assert_eq!(value(&payload.body, "ServerURL"), delivery.urls.join(";"));
    let challenge = Secret::new(value(&payload.body, "Challenge"));
    let ticket = Ticket { challenge, ..ticket(&delivery) };
    world.enroll(&ticket).await.unwrap();
}

#[tokio::test]
async fn a_profile_fails_on_a_device_administrator_that_lets_no_root_in_until_its_user_installs_it() {
    let world = World::empty().await;
    let platform = json!("AndroidDeviceAdministrator");
    let (mut root, mut profile, mut inventory) = (root(), profile(), inventory(&["laptop-1"]));
    root["spec"]["platform"] = platform.clone();
    root["spec"].as_object_mut().unwrap().remove("destinationStore");
    profile["spec"]["platform"] = platform.clone();
    profile["spec"].as_object_mut().unwrap().remove("keyStorageProvider");
    inventory["spec"]["source"]["inline"]["devices"][0]["platform"] = platform;
    inventory["spec"]["source"]["inline"]["devices"][0]["osVersion"] = json!("12");
    for manifest in [&root, &profile, &inventory] {
        world.put(manifest, Mode::Apply).await;
    }
    world.check_in("laptop-1").await;
    let answer = world.check_in("laptop-1").await;
    assert!(answer.profiles.is_empty(), "{answer:?}");
    assert_eq!(answer.pending[0].reason, "ROOT-11");
    let row = world.row("laptop-1").await;
    assert_eq!((row.state, row.reason.as_deref()), (DeviceState::Failed, Some("ROOT-11")));
    world.report_root("laptop-1").await;
    let answer = world.check_in("laptop-1").await;
    assert_eq!((answer.profiles.len(), answer.pending.len()), (1, 0), "{answer:?}");
    assert_eq!(world.row("laptop-1").await.state, DeviceState::ChallengeIssued);
}

#[tokio::test]
async fn no_file_of_the_issuer_holds_a_challenge_that_it_handed_out() {
    let world = World::furnished().await;
    let delivery = world.delivery("laptop-1").await;
    let (id, secret) = delivery.challenge.split_once('.').unwrap();
    let World { running, data, .. } = world;
    running.shutdown().await;
    assert!(holds(data.path(), id), "the search finds what is stored");
    assert!(!holds(data.path(), secret), "the secret half is stored");
}

fn holds(directory: &Path, text: &str) -> bool {
    std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}
