//! Many clients that do not give up: what they did not get, they ask for again.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use scepter_device::{DeviceKey, EnrollError, Enrollment, ScepServer, Ticket, Trust, enroll};
use scepter_issuer_api::client::Client;
use scepter_issuer_api::{DeviceReport, ProfileDelivery, ReportedOutcome};
use scepter_policy::identity::{DeviceId, Namespace};
use scepter_scep::Secret;
use tokio::sync::Semaphore;

use super::laboratory::Laboratory;

/// How many clients are at it at once.
pub(crate) const AT_ONCE: usize = 8;
/// How long a client waits before it asks again.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a client asks.
const PATIENCE: Duration = Duration::from_mins(2);

/// A device that has its key and its ticket, and no certificate.
pub(crate) struct Member {
    pub(crate) device: DeviceId,
    key: DeviceKey,
    ticket: Ticket,
}

/// Devices on their way to a certificate.
pub(crate) struct Fleet {
    members: Vec<Member>,
    server: ScepServer,
    /// A device begins when there is a turn for it.
    turns: Semaphore,
    received: Mutex<usize>,
    news: Condvar,
}

impl Fleet {
    /// Lets every device of the inventory check in, trust its root and make a key.
    pub(crate) async fn muster(laboratory: &Laboratory) -> Self {
        let mdm = laboratory.client();
        let devices = mdm.devices(&namespace()).await.unwrap().items;
        let members = stream::iter(devices.into_iter().map(|device| member(&mdm, device.id)));
        Self {
            members: members.buffer_unordered(AT_ONCE).collect().await,
            server: ScepServer::new(laboratory.scep_url(), &Trust::Platform).unwrap(),
            turns: Semaphore::new(0),
            received: Mutex::new(0),
            news: Condvar::new(),
        }
    }

    /// Lets so many more devices begin.
    pub(crate) fn let_begin(&self, devices: usize) {
        self.turns.add_permits(devices);
    }

    /// How many have their certificate by now.
    pub(crate) fn received(&self) -> usize {
        *self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until so many have their certificate; whether they do within `limit`.
    pub(crate) fn await_received(&self, enough: usize, limit: Duration) -> bool {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let (received, _) =
            self.news.wait_timeout_while(received, limit, |received| *received < enough).unwrap();
        *received >= enough
    }

    /// Lets everybody enroll, through whatever happens to the server. Fails with the first refusal.
    pub(crate) async fn enroll(&self) -> Result<Vec<(&Member, Enrollment)>, EnrollError> {
        let enrollments = stream::iter(self.members.iter().map(|member| async move {
            self.turns.acquire().await.unwrap().forget();
            let enrollment = self.persist(member).await?;
            *self.received.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            self.news.notify_all();
            Ok((member, enrollment))
        }));
        enrollments.buffer_unordered(AT_ONCE).try_collect().await
    }

    /// The identical request, until somebody answers. A refusal is an answer.
    async fn persist(&self, member: &Member) -> Result<Enrollment, EnrollError> {
        let end = Instant::now() + PATIENCE;
        loop {
            match enroll(&self.server, &member.ticket, &member.key, SystemTime::now()).await {
                Err(EnrollError::Transport(_)) if Instant::now() < end => tokio::time::sleep(PAUSE).await,
                other => return other,
            }
        }
    }
}

fn namespace() -> Namespace {
    Namespace::new("default").unwrap()
}

async fn member(mdm: &Client, device: DeviceId) -> Member {
    for root in mdm.check_in(&namespace(), &device).await.unwrap().roots {
        let report = DeviceReport::Root { profile: root.profile, outcome: ReportedOutcome::Installed };
        mdm.report_from_device(&namespace(), &device, &report).await.unwrap();
    }
    let delivery = mdm.check_in(&namespace(), &device).await.unwrap().profiles.remove(0);
    let bits = delivery.key_size;
    let key = tokio::task::spawn_blocking(move || DeviceKey::generate(bits)).await.unwrap().unwrap();
    Member { device, key, ticket: ticket(delivery) }
}

fn ticket(delivery: ProfileDelivery) -> Ticket {
    Ticket {
        challenge: Secret::new(delivery.challenge),
        subject_der: delivery.subject_der,
        san_der: delivery.san_der,
        key_usages: delivery.key_usages,
        extended_key_usages: delivery.extended_key_usages,
        ca_thumbprint: Some(delivery.ca_thumbprint),
    }
}
