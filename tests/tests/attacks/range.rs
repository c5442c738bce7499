//! Where the attacks are made: a real `scepter up`, its admin, and devices that have challenges.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scepter_device::{DeviceKey, ScepServer, Ticket, Trust};
use scepter_issuer_api::client::{Client, ClientFile};
use scepter_issuer_api::{CertificateRecord, MintRequest, MintTarget};
use scepter_policy::identity::{DeviceId, Namespace, ObjectName};
use scepter_scep::Secret;
use scepter_scep::client::Authority;
use scepter_tests::Up;

use crate::names;
use crate::table::Attack;

/// The namespace of the attacked.
pub(crate) const HEADQUARTERS: &str = "default";
/// The profile that most attacks want a certificate of.
pub(crate) const BADGE: &str = "badge";

/// A running issuer and those who reach it.
pub(crate) struct Range {
    pub(crate) up: Up,
    pub(crate) admin: Client,
    pub(crate) authority: Authority,
    http: reqwest::Client,
}

/// How the issuer answers over HTTP.
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Range {
    /// The range with the laboratory's authority, which may certify any name.
    pub(crate) async fn open() -> Self {
        Self::over(Up::on(&manifests()).unwrap()).await
    }

    /// The range over a `scepter up` that was started otherwise.
    pub(crate) async fn over(up: Up) -> Self {
        let server = ScepServer::new(up.scep("default").parse().unwrap(), &Trust::Platform).unwrap();
        let authority = server.authority().await.unwrap();
        let admin = admin(&up.data());
        Self { up, admin, authority, http: reqwest::Client::new() }
    }

    /// A fresh challenge of a profile, with all that a request with it has to say.
    pub(crate) async fn ticket(&self, profile: &str, device: &str) -> Ticket {
        self.ticket_in(HEADQUARTERS, profile, device).await
    }

    pub(crate) async fn ticket_in(&self, namespace: &str, profile: &str, device: &str) -> Ticket {
        let request = MintRequest { devices: MintTarget::Device(DeviceId::new(device).unwrap()) };
        let namespace = Namespace::new(namespace).unwrap();
        let minted = self.admin.mint(&namespace, &ObjectName::new(profile).unwrap(), &request).await.unwrap();
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

    /// Sends bytes as a pkiMessage.
    pub(crate) async fn post(&self, message: Vec<u8>) -> HttpAnswer {
        let url = format!("{}?operation=PKIOperation", self.up.scep("default"));
        let answer = self.http.post(url).body(message).send().await.unwrap();
        HttpAnswer { status: answer.status().as_u16(), body: answer.bytes().await.unwrap().to_vec() }
    }

    /// The certificates that the issuer's store has of a namespace.
    pub(crate) async fn certificates(&self) -> Vec<CertificateRecord> {
        self.admin.certificates(&Namespace::new(HEADQUARTERS).unwrap()).await.unwrap().items
    }

    /// What the row of a device says.
    pub(crate) fn row(&self, profile: &str, device: &str) -> String {
        let row = self.up.admin().row(&format!("{HEADQUARTERS}/{profile}"), device).unwrap();
        match row["reason"].as_str() {
            Some(reason) => format!("{}, {reason}", row["state"].as_str().unwrap()),
            None => row["state"].as_str().unwrap().to_owned(),
        }
    }

    /// How many messages ended how, as `/metrics` has it: `SubjectNameMismatch` → 3.
    pub(crate) async fn refusals(&self) -> BTreeMap<String, u64> {
        let metrics = self.http.get(format!("{}/metrics", self.up.ops())).send().await.unwrap();
        let text = metrics.text().await.unwrap();
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

/// The manifests of the range.
pub(crate) fn manifests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/range")
}

/// A key as a device makes it.
pub(crate) fn new_key() -> DeviceKey {
    DeviceKey::generate(2048).unwrap()
}

fn admin(data: &Path) -> Client {
    let text = std::fs::read_to_string(data.join("client.yaml")).unwrap();
    let file: ClientFile = serde_saphyr::from_str(&text).unwrap();
    Client::new(file.resolve(data).unwrap()).unwrap()
}
