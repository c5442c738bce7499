//! Starting, not starting, and starting again.

use std::os::unix::fs::PermissionsExt as _;

use jiff::SignedDuration;
use scepter_device::{EnrollError, TransportError};
use scepter_issuer::configuration::{
    AuthorityConfiguration, FileRef, KeyRef, RegistrationAuthority, TlsEndpoint, TlsFiles,
};
use scepter_issuer::{IssuerConfiguration, Overrides, Running, StartError};
use tempfile::TempDir;

use crate::world::{World, overrides};

async fn fails(overrides: Overrides) -> String {
    let configuration = IssuerConfiguration::laboratory().unwrap();
    let error = Running::start(configuration, overrides).await.expect_err("it does not start");
    let line = error.to_string();
    assert!(!line.contains('\n'), "{line}");
    line
}

#[tokio::test]
async fn a_port_in_use_is_one_line_that_names_the_flag() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let data = tempfile::tempdir().unwrap();
    let line = fails(Overrides { scep_address: Some(address), ..overrides(&data) }).await;
    assert!(line.contains(&address.to_string()) && line.contains("--scep-address"), "{line}");
    assert!(!data.path().join("store.sqlite").exists(), "nothing was made");
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_one_is_one_line_that_names_the_flag() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("file");
    std::fs::write(&file, "").unwrap();
    let line = fails(Overrides { data: Some(file.join("data")), ..overrides(&data) }).await;
    assert!(line.contains("file/data") && line.contains("--data"), "{line}");
}

#[tokio::test]
async fn a_laboratory_does_not_start_beyond_loopback() {
    let data = tempfile::tempdir().unwrap();
    let everywhere = Some(([0, 0, 0, 0], 0).into());
    let line = fails(Overrides { scep_address: everywhere, ..overrides(&data) }).await;
    assert!(line.contains("loopback"), "{line}");
}

#[tokio::test]
async fn a_second_start_keeps_the_authority_and_the_token() {
    let world = World::empty().await;
    let authority = world.admin.authorities().await.unwrap();
    let token = std::fs::read(world.data.path().join("admin.token")).unwrap();
    let world = world.restarted().await;
    assert_eq!(world.admin.authorities().await.unwrap().items[0].root, authority.items[0].root);
    assert_eq!(std::fs::read(world.data.path().join("admin.token")).unwrap(), token);
}

#[tokio::test]
async fn a_lost_key_file_never_makes_a_new_authority() {
    let world = World::empty().await;
    let data = world.data;
    world.running.shutdown().await;
    std::fs::remove_file(data.path().join("authorities/default/ca.key")).unwrap();
    let line = fails(overrides(&data)).await;
    assert!(line.contains("ca.key") && line.contains("restore"), "{line}");
}

#[tokio::test]
async fn a_clock_that_was_set_back_serves_nothing_until_it_is_right_again() {
    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    let unanswered = async |world: &World| {
        let ready = format!("http://{}/readyz", world.running.addresses().ops);
        assert_eq!(reqwest::get(ready).await.unwrap().status(), 503);
        let error = world.enroll(&ticket).await.unwrap_err();
        assert!(
            matches!(error, EnrollError::Transport(TransportError::Status { status: 503, .. })),
            "{error}"
        );
    };
    world.enroll(&world.ticket("laptop-2").await).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(-2));
    unanswered(&world).await;
    let world = world.restarted().await;
    unanswered(&world).await;
    world.clock.advance(SignedDuration::from_mins(2));
    world.enroll(&ticket).await.unwrap();
}

#[tokio::test]
async fn secrets_are_readable_by_their_owner_alone() {
    let world = World::empty().await;
    for file in ["admin.token", "client.yaml", "mac.key", "store.sqlite", "authorities/default/ca.key"] {
        let mode = std::fs::metadata(world.data.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file} has mode {mode:o}");
    }
}

#[tokio::test]
async fn scep_is_served_over_tls_with_a_certificate_of_its_own() {
    let data = tempfile::tempdir().unwrap();
    let free = Some(([127, 0, 0, 1], 0).into());
    let overrides = Overrides { scep_tls_address: free, ..overrides(&data) };
    let running = Running::start(IssuerConfiguration::laboratory().unwrap(), overrides).await.unwrap();
    let pem = std::fs::read(data.path().join("tls/tls.pem")).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
        .build()
        .unwrap();
    let url = format!("https://{}/scep/default?operation=GetCACaps", running.addresses().scep_tls.unwrap());
    assert!(client.get(url).send().await.unwrap().text().await.unwrap().contains("SHA-256"));
}

#[tokio::test]
async fn a_running_issuer_is_alive_and_ready() {
    let world = World::empty().await;
    for probe in ["livez", "readyz"] {
        let url = format!("http://{}/{probe}", world.running.addresses().ops);
        assert_eq!(reqwest::get(url).await.unwrap().text().await.unwrap(), "ok");
    }
}

#[tokio::test]
async fn an_error_is_told_apart_by_its_variant() {
    let data = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let overrides = Overrides { api_address: taken.local_addr().ok(), ..overrides(&data) };
    let error = Running::start(IssuerConfiguration::laboratory().unwrap(), overrides).await.unwrap_err();
    assert!(matches!(error, StartError::PortInUse { listener: "api", .. }), "{error}");
}

/// The files of the authority that a first start makes.
async fn made_authority() -> TempDir {
    let world = World::empty().await;
    world.running.shutdown().await;
    world.data
}

#[tokio::test]
async fn a_key_of_an_authority_that_serves_tls_too_stops_the_start() {
    let made = made_authority().await;
    let data = tempfile::tempdir().unwrap();
    let file = |name: &str| FileRef { file: made.path().join("authorities/default").join(name) };
    let mut configuration = IssuerConfiguration::laboratory().unwrap();
    let tls = TlsFiles { certificate_chain: file("ra.pem"), key: file("ra-signing.key") };
    configuration.listeners.scep_tls =
        Some(TlsEndpoint { address: ([127, 0, 0, 1], 0).into(), tls: Some(tls) });
    configuration.authorities[0] = with_files(configuration.authorities[0].clone(), &made);
    let line = Running::start(configuration, overrides(&data)).await.unwrap_err().to_string();
    assert!(line.contains("ra.signingKey is also a listener's TLS key"), "{line}");
}

#[tokio::test]
async fn one_ca_key_for_two_authorities_stops_the_start() {
    let made = made_authority().await;
    let data = tempfile::tempdir().unwrap();
    let mut configuration = IssuerConfiguration::laboratory().unwrap();
    let first = with_files(configuration.authorities[0].clone(), &made);
    let second = AuthorityConfiguration { name: "second".parse().unwrap(), ..first.clone() };
    configuration.authorities = vec![first, second];
    let line = Running::start(configuration, overrides(&data)).await.unwrap_err().to_string();
    assert!(line.contains("signingKey is also signingKey of authority"), "{line}");
}

fn with_files(authority: AuthorityConfiguration, made: &TempDir) -> AuthorityConfiguration {
    let path = |name: &str| made.path().join("authorities/default").join(name);
    let ra = RegistrationAuthority {
        signing_key: KeyRef::File(path("ra-signing.key")),
        decryption_key: KeyRef::File(path("ra-decryption.key")),
        certificates: FileRef { file: path("ra.pem") },
    };
    AuthorityConfiguration {
        create: None,
        certificate_chain: Some(FileRef { file: path("ca.pem") }),
        signing_key: Some(KeyRef::File(path("ca.key"))),
        ra: Some(ra),
        ..authority
    }
}
