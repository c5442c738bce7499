//! The API listener: who may do what, and what a PUT answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use scepter_issuer::IssuerConfiguration;
use scepter_issuer_api::client::{Client, ClientConfiguration, Token as BearerToken};
use scepter_issuer_api::{ErrorCode, Issuer as _, IssuerError, Mode, PutOutcome};
use scepter_policy::identity::{AuthorityName, Namespace, ObjectKey, Owner};
use scepter_policy::issuance::Secret;
use scepter_policy::profile::Profile;
use scepter_policy::root::TrustedRoot;
use scepter_policy::vocabulary::DeviceState;
use scepter_store::interpreter::{Document as Stored, Interpreter};
use scepter_store::tokens::{Reach, Scope, Token};
use scepter_store::{Config, Location, MacKey, Store};
use serde_json::json;

use crate::world::{Offset, World, document, id, inventory, key_of, namespace, profile, root};

/// Making tokens needs no manifests.
struct ReadsNothing;

impl Interpreter for ReadsNothing {
    fn profile(&self, _: &Stored) -> Result<Profile, String> {
        Err("not read here".to_owned())
    }

    fn root(&self, _: &Stored, _: Timestamp) -> Result<TrustedRoot, String> {
        Err("not read here".to_owned())
    }
}

/// A client with a token that was put into the issuer's store.
async fn client(world: &World, name: &str, scope: Scope, namespaces: &[&str]) -> Client {
    let bytes = std::fs::read(world.data.path().join("mac.key")).unwrap();
    let config = Config {
        location: Location::Sqlite(world.data.path().canonicalize().unwrap().join("store.sqlite")),
        mac_key: MacKey::new(bytes.as_slice().try_into().unwrap()),
    };
    let store = Store::open(config, Arc::new(ReadsNothing)).await.unwrap();
    let namespaces: BTreeSet<_> = namespaces.iter().map(|name| Namespace::new(*name).unwrap()).collect();
    let token = Token {
        id: name.to_owned(),
        owner: Owner::new("admin").unwrap(),
        name: name.to_owned(),
        scopes: BTreeSet::from([scope]),
        reach: Reach::Namespaces(namespaces),
        expires_at: None,
    };
    store.create_token(&token, &Secret::new("secret"), Timestamp::now()).await.unwrap();
    store.close().await;
    bearer(world, &format!("{name}.secret"))
}

fn bearer(world: &World, token: &str) -> Client {
    let server = world.running.api_url().clone();
    Client::new(ClientConfiguration { server, token: BearerToken::new(token), ca: None }).unwrap()
}

fn code<T: std::fmt::Debug>(answer: Result<T, IssuerError>) -> Option<ErrorCode> {
    match answer {
        Ok(_) => None,
        Err(IssuerError::Refused(error)) => Some(error.code),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn each_scope_does_what_it_is_for_and_nothing_else() {
    let world = World::furnished().await;
    let mdm = client(&world, "mdm", Scope::Device, &["acme"]).await;
    let reader = client(&world, "reader", Scope::Read, &["acme"]).await;
    let admin = client(&world, "second-admin", Scope::Admin, &["acme"]).await;
    let key = key_of(&profile());
    let forbidden = Some(ErrorCode::Forbidden);

    for (who, declares, checks_in, reads) in [
        (&mdm, forbidden, None, forbidden),
        (&reader, forbidden, forbidden, None),
        (&admin, None, None, None),
    ] {
        assert_eq!(code(who.put(&key, &document(&profile()), Mode::DryRun).await), declares);
        assert_eq!(code(who.delete(&key, Mode::DryRun).await), declares);
        assert_eq!(code(who.changes(None, Duration::ZERO).await), declares);
        assert_eq!(
            code(who.requests(&namespace()).await),
            declares,
            "a request that waits holds its challenge"
        );
        assert_eq!(code(who.check_in(&namespace(), &id("laptop-1")).await), checks_in);
        assert_eq!(code(who.report(&key, 1).await), reads);
        assert_eq!(code(who.certificates(&namespace()).await), reads);
        assert_eq!(code(who.objects().await), reads);
    }
}

#[tokio::test]
async fn without_a_token_that_works_nothing_is_answered() {
    let world = World::furnished().await;
    let admin = std::fs::read_to_string(world.data.path().join("admin.token")).unwrap();
    let id_alone = admin.split_once('.').unwrap().0;
    for token in ["", "nonsense", "a.b", &format!("{id_alone}.guess")] {
        let answer = bearer(&world, token).objects().await;
        assert_eq!(code(answer), Some(ErrorCode::Unauthorized), "{token:?}");
    }
}

#[tokio::test]
async fn another_namespace_is_not_there_for_a_token() {
    let world = World::furnished().await;
    let other = client(&world, "other", Scope::Admin, &["other"]).await;
    let key = key_of(&profile());
    let absent = Some(ErrorCode::NotFound);
    assert_eq!(code(other.put(&key, &document(&profile()), Mode::Apply).await), absent);
    assert_eq!(code(other.delete(&key, Mode::Apply).await), absent);
    assert_eq!(other.report(&key, 1).await.unwrap(), None);
    assert_eq!(code(other.check_in(&namespace(), &id("laptop-1")).await), absent);
    assert_eq!(code(other.devices(&namespace()).await), absent);
    assert_eq!(code(other.certificates(&namespace()).await), absent);
    assert_eq!(other.objects().await.unwrap(), []);
    let start = scepter_issuer_api::Cursor("0-0".to_owned());
    assert_eq!(other.changes(Some(&start), Duration::ZERO).await.unwrap().changed, []);
}

#[tokio::test]
async fn a_dry_run_tells_the_plan_and_changes_nothing() {
    let world = World::empty().await;
    world.put(&root(), Mode::Apply).await;
    world.put(&inventory(&["laptop-1"]), Mode::Apply).await;
    let PutOutcome::Applied(planned) = world.put(&profile(), Mode::DryRun).await else { panic!("refused") };
    assert_eq!(planned.plan.plan.create, 1);
    assert_eq!(world.admin.report(&key_of(&profile()), 1).await.unwrap(), None);

    let PutOutcome::Applied(done) = world.put(&profile(), Mode::Apply).await else { panic!("refused") };
    assert_eq!(done.plan, planned.plan, "what was planned is what was done");
    assert_eq!(world.row("laptop-1").await.state, DeviceState::Pending);
}

#[tokio::test]
async fn a_source_can_be_dry_run_before_it_is_declared() {
    let world = World::empty().await;
    let outcome = world.put(&inventory(&["laptop-1"]), Mode::DryRun).await;
    assert!(matches!(outcome, PutOutcome::Applied(_)), "{outcome:?}");
    assert_eq!(world.admin.devices(&namespace()).await.unwrap().items, []);
}

#[tokio::test]
async fn the_same_object_again_changes_nothing() {
    let world = World::furnished().await;
    let PutOutcome::Applied(again) = world.put(&profile(), Mode::Apply).await else { panic!("refused") };
    let plan = again.plan.plan;
    assert_eq!((plan.create, plan.update, plan.reissue, plan.revoke, plan.remove), (0, 0, 0, 0, 0));
}

#[tokio::test]
async fn an_object_goes_to_its_own_path_only() {
    let world = World::empty().await;
    let mut elsewhere = profile();
    elsewhere["metadata"]["namespace"] = json!("other");
    let answer = world.admin.put(&key_of(&profile()), &document(&elsewhere), Mode::Apply).await;
    assert_eq!(code(answer), Some(ErrorCode::Invalid));
    let other = ObjectKey { name: "other".parse().unwrap(), ..key_of(&profile()) };
    assert_eq!(
        code(world.admin.put(&other, &document(&profile()), Mode::Apply).await),
        Some(ErrorCode::Invalid)
    );
}

/// The rules of the errors in a refusal.
fn rules(outcome: PutOutcome) -> BTreeMap<String, String> {
    match outcome {
        PutOutcome::Refused { diagnostics, .. } => {
            let errors = diagnostics.errors();
            errors.map(|found| (found.rule.to_string(), found.field.to_string())).collect()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn what_a_rule_refuses_is_refused_with_rule_and_field() {
    let world = World::empty().await;
    world.put(&root(), Mode::Apply).await;
    for (pointer, value, rule, field) in [
        ("/spec/subjectNameFormat", json!("CN={{UserName}}"), "VAR-03", "spec.subjectNameFormat"),
        ("/spec/validityPeriod/value", json!(30), "VAL-04", "spec.validityPeriod"),
        ("/spec/authorityName", json!("elsewhere"), "AUT-10", "spec.authorityName"),
        ("/spec/platform", json!("Windows95"), "PLT-01", "spec.platform"),
        (
            "/spec/extendedKeyUsages/0/oid",
            json!("1.3.6.1.5.5.7.3.9"),
            "AUT-08",
            "spec.extendedKeyUsages[0].oid",
        ),
    ] {
        let mut wrong = profile();
        wrong["spec"]["authorityName"] = json!("default");
        *wrong.pointer_mut(pointer).unwrap() = value;
        let found = rules(world.put(&wrong, Mode::Apply).await);
        assert_eq!(found.get(rule).map(String::as_str), Some(field), "{pointer}: {found:?}");
    }
    assert_eq!(world.admin.report(&key_of(&profile()), 1).await.unwrap(), None);
}

#[tokio::test]
async fn a_platform_cannot_be_changed_by_an_edit_but_by_another_object_of_that_name() {
    let world = World::furnished().await;
    for mut object in [profile(), root()] {
        object["spec"]["platform"] = json!("Windows81");
        let found = rules(world.put(&object, Mode::Apply).await);
        assert_eq!(found.get("PLT-01").map(String::as_str), Some("spec.platform"), "{found:?}");
    }
    assert_eq!(world.report().await.summary.assigned, 2, "the old revision goes on serving");
    let mut created_again = root();
    created_again["metadata"]["uid"] = json!("another");
    created_again["spec"]["platform"] = json!("Windows81");
    let outcome = world.put(&created_again, Mode::Apply).await;
    assert!(matches!(outcome, PutOutcome::Applied(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_root_that_is_no_authoritys_is_never_delivered() {
    let world = World::empty().await;
    let mut parameters = rcgen::CertificateParams::new([]).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let certificate = parameters.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
    let mut planted = root();
    planted["spec"]["certificate"] = json!({ "pem": certificate.pem() });
    let found = rules(world.put(&planted, Mode::Apply).await);
    assert_eq!(found.get("AUT-11").map(String::as_str), Some("spec.certificate"), "{found:?}");
}

#[tokio::test]
async fn a_root_of_an_authority_that_serves_others_is_not_delivered_here() {
    let mut configuration = IssuerConfiguration::laboratory().unwrap();
    let mut elsewhere = configuration.authorities[0].clone();
    elsewhere.name = AuthorityName::new("elsewhere").unwrap();
    elsewhere.namespaces = vec!["another-team".to_owned()];
    configuration.authorities.push(elsewhere);
    let world = World::configured(configuration, tempfile::tempdir().unwrap(), Offset::default()).await;

    let mut by_name = root();
    by_name["spec"]["certificate"] = json!({ "authorityName": "elsewhere" });
    let found = rules(world.put(&by_name, Mode::Apply).await);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["AUT-10"], "{found:?}");

    let authorities = world.admin.authorities().await.unwrap().items;
    let foreign = authorities.into_iter().find(|authority| authority.name == "elsewhere").unwrap();
    let pem = der::pem::encode_string("CERTIFICATE", der::pem::LineEnding::LF, &foreign.root).unwrap();
    let mut by_value = root();
    by_value["spec"]["certificate"] = json!({ "pem": pem });
    let found = rules(world.put(&by_value, Mode::Apply).await);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["AUT-11"], "{found:?}");
}

#[tokio::test]
async fn an_edit_after_a_refusal_is_applied() {
    let world = World::furnished().await;
    let mut broken = profile();
    broken["spec"]["subjectNameFormat"] = json!("CN={{Nonsense}}");
    assert!(rules(world.put(&broken, Mode::Apply).await).contains_key("VAR-01"));
    assert_eq!(world.report().await.summary.assigned, 2, "the old revision goes on serving");
    let mut mended = profile();
    mended["spec"]["subjectNameFormat"] = json!("CN={{DeviceName}},OU=Mended");
    assert!(matches!(world.put(&mended, Mode::Apply).await, PutOutcome::Applied(_)));
}

#[tokio::test]
async fn whoever_waits_on_the_feed_hears_of_a_change() {
    let world = World::furnished().await;
    let now = world.admin.changes(None, Duration::ZERO).await.unwrap().cursor;
    let waiting = {
        let (admin, now) = (world.admin.clone(), now.clone());
        tokio::spawn(async move { admin.changes(Some(&now), Duration::from_secs(30)).await })
    };
    world.check_in("laptop-1").await;
    let heard = waiting.await.unwrap().unwrap();
    assert!(!heard.changed.is_empty());
    assert_ne!(heard.cursor, now);
}

#[tokio::test]
async fn the_report_of_a_source_counts_and_names_what_was_refused() {
    let world = World::empty().await;
    let mut source = inventory(&["laptop-1"]);
    let devices = source["spec"]["source"]["inline"]["devices"].as_array_mut().unwrap();
    let twin = devices[0].clone();
    devices.push(twin);
    world.put(&source, Mode::Apply).await;
    let report = world.admin.report(&key_of(&source), 1).await.unwrap().unwrap().source.unwrap();
    assert_eq!((report.devices, report.groups), (3, 1));
    assert_eq!(report.rejected.len(), 1, "{:?}", report.rejected);
}

#[tokio::test]
async fn the_report_of_a_root_describes_its_certificate() {
    let world = World::furnished().await;
    let authority = world.admin.authorities().await.unwrap().items.remove(0);
    let report = world.admin.report(&key_of(&root()), 1).await.unwrap().unwrap();
    assert_eq!(report.certificate.unwrap(), authority.certificate);
}
