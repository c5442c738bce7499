//! Where the attacks are made: a real `scepter up`, its admin, and devices that have challenges.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use scepter_device::{ScepServer, Ticket, Trust};
use scepter_issuer_api::client::{Client, ClientFile};
use scepter_issuer_api::{
    CertificateRecord, DeviceReport, Issuer as _, IssuerError, MintRequest, MintTarget, MintedChallenges,
    ProfileDelivery, ReportedOutcome,
};
use scepter_policy::identity::{DeviceId, Namespace, ObjectKey, ObjectKind, ObjectName};
use scepter_policy::report::DeviceRow;
use scepter_scep::Secret;
use scepter_scep::client::Authority;
use scepter_tests::{FakeClock, Premises, Scratch, Up};
use tokio::task::JoinHandle;

use crate::names;
use crate::table::Attack;

/// The namespace of the attacked.
pub(crate) const HEADQUARTERS: &str = "default";
/// The profile that most attacks want a certificate of.
pub(crate) const BADGE: &str = "badge";

/// The profile of the same devices for another purpose.
pub(crate) const DOORS: &str = "doors";
/// The other tenant's namespace, which has a profile and a device of the same names.
pub(crate) const BRANCH: &str = "branch";
/// How long a change of a manifest may take to have its effect.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

/// The pause between two looks.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);

/// The issuer's configuration.
pub(crate) const CONFIGURATION: &str = include_str!("issuer.yaml");

/// A running issuer and those who reach it.
pub(crate) struct Range {
    pub(crate) up: Up,
    pub(crate) admin: Client,
    pub(crate) authority: Authority,
    http: reqwest::Client,
}

/// How the issuer answers over HTTP.
#[derive(Debug)]
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Range {
    /// The range, whose authorities certify any name.
    pub(crate) async fn open() -> Self {
        Self::configured(CONFIGURATION, &[]).await
    }

    /// The same by a clock that a test can set.
    pub(crate) async fn by(clock: &FakeClock) -> Self {
        Self::configured(CONFIGURATION, &clock.environment()).await
    }

    /// The range with other authorities.
    pub(crate) async fn configured(configuration: &str, environment: &[(&'static str, OsString)]) -> Self {
        let scratch = Scratch::new("range").unwrap();
        let configuration = scratch.write("issuer.yaml", configuration).unwrap();
        Self::over(Up::configured(&manifests(), &configuration, environment).unwrap()).await
    }

    /// The range over a `scepter up` that was started otherwise.
    pub(crate) async fn over(up: Up) -> Self {
        let authority = authority(&up, "default").await;
        let admin = admin(&up.data());
        Self { up, admin, authority, http: reqwest::Client::new() }
    }

    /// Kills the issuer as a crash would. What it has kept can be started again, as a range over it.
    pub(crate) fn kill(self) -> Premises {
        self.up.kill()
    }

    /// A fresh challenge of a profile, with all that a request with it has to say.
    pub(crate) async fn ticket(&self, profile: &str, device: &str) -> Ticket {
        self.ticket_in(HEADQUARTERS, profile, device).await
    }

    pub(crate) async fn ticket_in(&self, namespace: &str, profile: &str, device: &str) -> Ticket {
        let minted = self.mint(namespace, profile, device).await.unwrap();
        let minted = minted.minted.into_iter().next().expect("the device is assigned");
        let dns: Vec<_> = minted.san.iter().filter_map(|name| name.strip_prefix("dns:")).collect();
        Ticket {
            challenge: Secret::new(minted.challenge),
            subject_der: names::subject(&minted.subject),
            san_der: names::dns_names(&dns),
            key_usages: Vec::new(),
            extended_key_usages: Vec::new(),
            ca_thumbprint: None,
        }
    }

    /// Why a device gets no challenge.
    pub(crate) async fn not_minted(&self, profile: &str, device: &str) -> String {
        let minted = self.mint(HEADQUARTERS, profile, device).await.unwrap();
        assert!(minted.minted.is_empty(), "{device} got a challenge of {profile}");
        minted.not_minted[0].message.clone()
    }

    /// Waits until a profile that was added is served.
    pub(crate) async fn await_served(&self, profile: &str) {
        let deadline = Instant::now() + LIMIT;
        while self.mint(HEADQUARTERS, profile, "visitor").await.is_err() {
            assert!(Instant::now() < deadline, "{profile} is not served");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What a device that has installed its root is told to enroll with.
    pub(crate) async fn delivered(&self, profile: &str, device: &str) -> ProfileDelivery {
        let (namespace, device) = (Namespace::new(HEADQUARTERS).unwrap(), DeviceId::new(device).unwrap());
        for root in self.admin.check_in(&namespace, &device).await.unwrap().roots {
            let report = DeviceReport::Root { profile: root.profile, outcome: ReportedOutcome::Installed };
            self.admin.report_from_device(&namespace, &device, &report).await.unwrap();
        }
        let delivered = self.admin.check_in(&namespace, &device).await.unwrap().profiles;
        delivered.into_iter().find(|delivered| delivered.profile.as_str() == profile).unwrap()
    }

    async fn mint(
        &self,
        namespace: &str,
        profile: &str,
        device: &str,
    ) -> Result<MintedChallenges, IssuerError> {
        let request = MintRequest { devices: MintTarget::Device(DeviceId::new(device).unwrap()) };
        let (namespace, profile) = (Namespace::new(namespace).unwrap(), ObjectName::new(profile).unwrap());
        self.admin.mint(&namespace, &profile, &request).await
    }

    /// What another authority answers to GetCACert.
    pub(crate) async fn authority_of(&self, name: &str) -> Authority {
        authority(&self.up, name).await
    }

    /// Sends bytes as a pkiMessage.
    pub(crate) async fn post(&self, message: Vec<u8>) -> HttpAnswer {
        self.post_to("default", message).await
    }

    /// The same to another authority.
    pub(crate) async fn post_to(&self, authority: &str, message: Vec<u8>) -> HttpAnswer {
        self.post_at(&self.up.scep(authority), message).await
    }

    /// The same to any SCEP URL.
    pub(crate) async fn post_at(&self, url: &str, message: Vec<u8>) -> HttpAnswer {
        post(self.http.clone(), url, message).await.unwrap()
    }

    /// Sends bytes as a pkiMessage, and does not wait for what comes back; the answer may be that there is none.
    pub(crate) fn send(&self, message: Vec<u8>) -> JoinHandle<Result<HttpAnswer, reqwest::Error>> {
        let (http, url) = (self.http.clone(), self.up.scep("default"));
        tokio::spawn(async move { post(http, &url, message).await })
    }

    /// The certificates that the issuer's store has, of both tenants.
    pub(crate) async fn certificates(&self) -> Vec<CertificateRecord> {
        let mut all = Vec::new();
        for namespace in [HEADQUARTERS, BRANCH] {
            all.extend(self.admin.certificates(&Namespace::new(namespace).unwrap()).await.unwrap().items);
        }
        all
    }

    /// Takes a device out of its group, and waits until that has its effect.
    pub(crate) async fn unassign(&self, device: &str) {
        self.up.edit("headquarters.yaml", |text| without_member(&text, device)).unwrap();
        let deadline = Instant::now() + LIMIT;
        while self.is_assigned(device).await {
            assert!(Instant::now() < deadline, "{device} is still assigned");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Asks no more than to see: who mints a challenge takes the one that is out away.
    async fn is_assigned(&self, device: &str) -> bool {
        self.rows(BADGE).await.iter().any(|row| row.device.as_str() == device && row.state.is_assigned())
    }

    /// Whether anything is said of a device at all.
    pub(crate) async fn has_row(&self, profile: &str, device: &str) -> bool {
        self.rows(profile).await.iter().any(|row| row.device.as_str() == device)
    }

    async fn rows(&self, profile: &str) -> Vec<DeviceRow> {
        let (namespace, name) = (Namespace::new(HEADQUARTERS).unwrap(), ObjectName::new(profile).unwrap());
        let profile = ObjectKey { kind: ObjectKind::ScepProfile, namespace, name };
        self.admin.report(&profile, 100).await.unwrap().unwrap().devices
    }

    /// What the issuer says that it can (GetCACaps).
    pub(crate) async fn capabilities(&self) -> String {
        let url = format!("{}?operation=GetCACaps", self.up.scep("default"));
        self.http.get(url).send().await.unwrap().text().await.unwrap()
    }

    /// What the row of a device says.
    pub(crate) fn row(&self, profile: &str, device: &str) -> String {
        let row = self.up.admin().row(&format!("{HEADQUARTERS}/{profile}"), device).unwrap();
        match row["reason"].as_str() {
            Some(reason) => format!("{}, {reason}", row["state"].as_str().unwrap()),
            None => row["state"].as_str().unwrap().to_owned(),
        }
    }

    /// All counters.
    pub(crate) async fn metrics(&self) -> String {
        let metrics = self.http.get(format!("{}/metrics", self.up.ops())).send().await.unwrap();
        metrics.text().await.unwrap()
    }

    /// How many messages ended how, as `/metrics` has it: `SubjectNameMismatch` → 3.
    pub(crate) async fn refusals(&self) -> BTreeMap<String, u64> {
        let text = self.metrics().await;
        let counted = text.lines().filter_map(|line| line.strip_prefix("scep_requests_total{"));
        let refused = counted.filter_map(|line| {
            let (labels, count) = line.split_once("} ")?;
            let reason = labels.split("reason=\"").nth(1)?.trim_end_matches('"');
            (!reason.is_empty()).then(|| (reason.to_owned(), count.parse().unwrap()))
        });
        refused.collect()
    }

    /// Ends an attack: notes what was counted, and compares what the store has with what was due to honest devices.
    pub(crate) async fn conclude(&self, mut attack: Attack, due: usize) {
        let refusals = self.refusals().await;
        if !refusals.is_empty() {
            let counted: Vec<_> =
                refusals.iter().map(|(reason, count)| format!("{reason} × {count}")).collect();
            attack.saw(counted.join(", "));
        }
        attack.conclude(self.certificates().await.len(), due);
    }
}

/// `headquarters.yaml` once that device has left its group.
pub(crate) fn without_member(text: &str, device: &str) -> String {
    let start = text.find("members: [").unwrap();
    let (before, members) = text.split_at(start);
    format!("{before}{}", members.replace(&format!("{device}, "), ""))
}

/// The manifests of the range.
pub(crate) fn manifests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/range")
}

/// Sends bytes as a pkiMessage to a SCEP URL, as that client.
pub(crate) async fn post(
    http: reqwest::Client,
    url: &str,
    message: Vec<u8>,
) -> Result<HttpAnswer, reqwest::Error> {
    let answer = http.post(format!("{url}?operation=PKIOperation")).body(message).send().await?;
    Ok(HttpAnswer { status: answer.status().as_u16(), body: answer.bytes().await?.to_vec() })
}

async fn authority(up: &Up, name: &str) -> Authority {
    let server = ScepServer::new(up.scep(name).parse().unwrap(), &Trust::Platform).unwrap();
    server.authority().await.unwrap()
}

fn admin(data: &Path) -> Client {
    let text = std::fs::read_to_string(data.join("client.yaml")).unwrap();
    let file: ClientFile = serde_saphyr::from_str(&text).unwrap();
    Client::new(file.resolve(data).unwrap()).unwrap()
}
