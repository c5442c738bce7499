//! The world of a test: an issuer, its admin's client, and devices.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use scepter_device::{DeviceKey, EnrollError, Enrollment, ScepServer, Ticket, Trust, enroll};
use scepter_issuer::configuration::AuthorityConfiguration;
use scepter_issuer::{Clock, IssuerConfiguration, Overrides, Running};
use scepter_issuer_api::client::{Client, ClientFile};
use scepter_issuer_api::{
    CheckIn, DeviceReport, Document, Issuer as _, Mode, ObjectReport, ProfileDelivery, PutOutcome,
    ReportedOutcome,
};
use scepter_policy::identity::{DeviceId, Namespace, ObjectKey, ObjectKind, ObjectName};
use scepter_policy::report::DeviceRow;
use scepter_scep::Secret;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

/// The namespace of every test.
pub(crate) const NAMESPACE: &str = "acme";

/// A clock that a test can move forward.
#[derive(Clone, Default)]
pub(crate) struct Offset(Arc<AtomicI64>);

impl Offset {
    pub(crate) fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }

    fn clock(&self) -> Clock {
        let offset = self.clone();
        Clock::new(move || Timestamp::now() + SignedDuration::from_secs(offset.0.load(Ordering::Relaxed)))
    }
}

/// A running issuer and what belongs to it.
pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) admin: Client,
    pub(crate) clock: Offset,
    pub(crate) data: TempDir,
}

/// Free ports on loopback, and that directory.
pub(crate) fn overrides(data: &TempDir) -> Overrides {
    let free = Some(([127, 0, 0, 1], 0).into());
    Overrides {
        data: Some(data.path().to_owned()),
        scep_address: free,
        api_address: free,
        ops_address: free,
        ..Overrides::default()
    }
}

impl World {
    /// An empty issuer.
    pub(crate) async fn empty() -> Self {
        Self::over(tempfile::tempdir().unwrap(), Offset::default()).await
    }

    /// An issuer over an existing data directory.
    pub(crate) async fn over(data: TempDir, clock: Offset) -> Self {
        Self::configured(IssuerConfiguration::laboratory().unwrap(), data, clock).await
    }

    /// An issuer with another configuration than the laboratory's.
    pub(crate) async fn configured(configuration: IssuerConfiguration, data: TempDir, clock: Offset) -> Self {
        let running = Running::start_at(configuration, overrides(&data), clock.clock()).await.unwrap();
        let file = std::fs::read_to_string(data.path().join("client.yaml")).unwrap();
        let file: ClientFile = serde_saphyr::from_str(&file).unwrap();
        let admin = Client::new(file.resolve(data.path()).unwrap()).unwrap();
        Self { running, admin, clock, data }
    }

    /// An issuer with a root, a profile and three laptops, two of which are assigned.
    pub(crate) async fn furnished() -> Self {
        Self::furnished_with(|_| {}).await
    }

    /// The same, with the laboratory's authority configured otherwise.
    pub(crate) async fn furnished_with(change: impl FnOnce(&mut AuthorityConfiguration)) -> Self {
        let mut configuration = IssuerConfiguration::laboratory().unwrap();
        change(&mut configuration.authorities[0]);
        Self::furnished_as(configuration).await
    }

    /// The same, with that configuration.
    pub(crate) async fn furnished_as(configuration: IssuerConfiguration) -> Self {
        let world = Self::configured(configuration, tempfile::tempdir().unwrap(), Offset::default()).await;
        for manifest in [root(), profile(), inventory(&["laptop-1", "laptop-2"])] {
            let outcome = world.put(&manifest, Mode::Apply).await;
            assert!(matches!(outcome, PutOutcome::Applied(_)), "{outcome:#?}");
        }
        world
    }

    /// Stops the issuer and starts it again over the same data.
    pub(crate) async fn restarted(self) -> Self {
        let Self { running, clock, data, .. } = self;
        running.shutdown().await;
        Self::over(data, clock).await
    }

    pub(crate) async fn put(&self, manifest: &Value, mode: Mode) -> PutOutcome {
        self.admin.put(&key_of(manifest), &document(manifest), mode).await.unwrap()
    }

    pub(crate) async fn report(&self) -> ObjectReport {
        self.admin.report(&key_of(&profile()), 100).await.unwrap().unwrap()
    }

    /// The row of a device under the profile.
    pub(crate) async fn row(&self, device: &str) -> DeviceRow {
        let rows = self.report().await.devices;
        rows.into_iter().find(|row| row.device.as_str() == device).expect("the device has a row")
    }

    pub(crate) async fn check_in(&self, device: &str) -> CheckIn {
        self.admin.check_in(&namespace(), &id(device)).await.unwrap()
    }

    pub(crate) async fn report_root(&self, device: &str) {
        let report = DeviceReport::Root { profile: name("corp-root"), outcome: ReportedOutcome::Installed };
        self.admin.report_from_device(&namespace(), &id(device), &report).await.unwrap();
    }

    /// What a device is asked to enroll with, its root reported.
    pub(crate) async fn delivery(&self, device: &str) -> ProfileDelivery {
        self.check_in(device).await;
        self.report_root(device).await;
        self.check_in(device).await.profiles.into_iter().next().expect("a profile is delivered")
    }

    pub(crate) async fn ticket(&self, device: &str) -> Ticket {
        ticket(&self.delivery(device).await)
    }

    pub(crate) fn scep_url(&self) -> Url {
        Url::parse(&format!("http://{}/scep/default", self.running.addresses().scep)).unwrap()
    }

    pub(crate) fn scep(&self) -> ScepServer {
        ScepServer::new(self.scep_url(), &Trust::Platform).unwrap()
    }

    pub(crate) async fn enroll(&self, ticket: &Ticket) -> Result<Enrollment, EnrollError> {
        self.enroll_with(ticket, &new_key()).await
    }

    pub(crate) async fn enroll_with(
        &self,
        ticket: &Ticket,
        key: &DeviceKey,
    ) -> Result<Enrollment, EnrollError> {
        enroll(&self.scep(), ticket, key, SystemTime::now()).await
    }

    /// How many certificates the tenant has.
    pub(crate) async fn certificates(&self) -> usize {
        self.admin.certificates(&namespace()).await.unwrap().items.len()
    }
}

pub(crate) fn new_key() -> DeviceKey {
    DeviceKey::generate(2048).unwrap()
}

pub(crate) fn ticket(delivery: &ProfileDelivery) -> Ticket {
    Ticket {
        challenge: Secret::new(delivery.challenge.clone()),
        subject_der: delivery.subject_der.clone(),
        san_der: delivery.san_der.clone(),
        key_usages: delivery.key_usages.clone(),
        extended_key_usages: delivery.extended_key_usages.clone(),
        ca_thumbprint: Some(delivery.ca_thumbprint.clone()),
    }
}

/// Waits until a condition holds; fails after some seconds.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(tokio::time::Instant::now() < deadline, "{what} did not come about");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) fn namespace() -> Namespace {
    Namespace::new(NAMESPACE).unwrap()
}

pub(crate) fn name(text: &str) -> ObjectName {
    ObjectName::new(text).unwrap()
}

pub(crate) fn id(text: &str) -> DeviceId {
    DeviceId::new(text).unwrap()
}

pub(crate) fn document(manifest: &Value) -> Document {
    serde_json::from_value(manifest.clone()).unwrap()
}

pub(crate) fn key_of(manifest: &Value) -> ObjectKey {
    let kind: ObjectKind = manifest["kind"].as_str().unwrap().parse().unwrap();
    ObjectKey { kind, namespace: namespace(), name: name(manifest["metadata"]["name"].as_str().unwrap()) }
}

fn object(kind: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "scepter.dev/v1alpha1",
        "kind": kind,
        "metadata": { "name": name, "namespace": NAMESPACE },
        "spec": spec,
    })
}

pub(crate) fn root() -> Value {
    object(
        "TrustedRootProfile",
        "corp-root",
        &json!({
            "platform": "Windows10AndLater",
            "certificate": { "authorityName": "default" },
            "destinationStore": "ComputerRoot",
            "assignments": { "include": [{ "allDevices": true }] },
        }),
    )
}

pub(crate) fn profile() -> Value {
    object(
        "ScepProfile",
        "wifi",
        &json!({
            "platform": "Windows10AndLater",
            "certificateType": "Device",
            "subjectNameFormat": "CN={{DeviceName}},O=Acme",
            "subjectAlternativeNames": [{ "type": "DNS", "value": "{{DeviceName}}.acme.example" }],
            "validityPeriod": { "value": 10, "unit": "Days" },
            "keyStorageProvider": "TPMOrSoftware",
            "keyUsages": ["DigitalSignature", "KeyEncipherment"],
            "keySize": 2048,
            "hashAlgorithms": ["SHA2"],
            "rootCertificateRef": { "name": "corp-root" },
            "extendedKeyUsages": [{ "name": "Client Authentication", "oid": "1.3.6.1.5.5.7.3.2" }],
            "renewalThresholdPercent": 20,
            "scepServerURLs": ["https://scep.acme.example/scep/default"],
            "assignments": { "include": [{ "group": "laptops" }] },
        }),
    )
}

/// Three laptops, of which some are in the group.
pub(crate) fn inventory(members: &[&str]) -> Value {
    let laptop = |number: u8| {
        json!({
            "id": format!("laptop-{number}"),
            "platform": "Windows10AndLater",
            "deviceName": format!("LAPTOP-{number}"),
            "osVersion": "10.0.22631.3296",
        })
    };
    object(
        "InventorySource",
        "staff",
        &json!({ "source": { "inline": {
            "devices": [laptop(1), laptop(2), laptop(3)],
            "groups": [{ "id": "laptops", "kind": "Device", "members": members }],
        } } }),
    )
}
