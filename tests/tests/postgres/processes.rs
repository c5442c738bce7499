//! Two processes on one database, each with pools of its own, and no lock between them but the database's.

use std::collections::BTreeSet;

use futures::future::{join, join_all};
use scepter_policy::identity::SerialNumber;
use scepter_policy::inventory::Inventory;
use scepter_policy::issuance::{Authorized, Credential, RefusalReason};
use scepter_store::events::What;
use scepter_store::issuance::{Recorded, Reservation};
use scepter_store::{IssuanceError, Store};

use crate::world::enrolment::{Issuing, Request, authority_name, reason};
use crate::world::{Manifest, World, fleet, key, tenant};

/// How many devices race.
const DEVICES: u8 = 20;

/// The same database as two processes see it.
struct Processes {
    worlds: [World; 2],
    issuing: Issuing,
}

impl Processes {
    /// With so many devices, assigned, `d0` and on.
    async fn with_devices(count: u8) -> Self {
        let world = World::postgres().await;
        let ids: Vec<String> = (0..count).map(device).collect();
        world.sync(&fleet(&ids.iter().map(String::as_str).collect::<Vec<_>>())).await;
        world.put(&Manifest::default()).await;
        let other = World::at(world.location.clone(), None).await;
        Self { worlds: [world, other], issuing: Issuing::new().await }
    }

    /// One and the other in turn.
    fn of(&self, number: u8) -> &World {
        &self.worlds[usize::from(number % 2)]
    }

    /// A challenge of a device, minted by one process for the other to see.
    async fn mint(&self, number: u8) -> Credential {
        self.of(number + 1).mint(&key(&device(number)), &device(number)).await.unwrap()
    }

    /// A request for a credential, judged by what one process finds.
    async fn judge(&self, number: u8, credential: &Credential) -> Result<Authorized, IssuanceError> {
        let (world, request) = (self.of(number), Request::number(number));
        Ok(self.issuing.authorize(world, world.store.grant(credential, request.key()).await?, request))
    }

    /// From there to the certificate, at the same process.
    async fn issue(&self, number: u8, judged: Authorized) -> Result<Recorded, IssuanceError> {
        let (world, request) = (self.of(number), Request::number(number));
        let serial = SerialNumber::from_random([number; 16]);
        match world.store.reserve(judged, &request.asked(), serial, world.now).await? {
            Reservation::Fresh(order) => world.store.record(self.issuing.sign(*order).await, world.now).await,
            Reservation::Replay(recorded) => panic!("recorded already: {recorded:?}"),
            Reservation::Waiting => panic!("it has to be approved"),
        }
    }

    async fn enroll(&self, number: u8, credential: &Credential) -> Result<Recorded, IssuanceError> {
        self.issue(number, self.judge(number, credential).await?).await
    }

    fn store(&self) -> &Store {
        &self.worlds[0].store
    }

    /// How often something happened, by an audit that both processes find whole.
    async fn count(&self, what: What) -> usize {
        let heads = join_all(self.worlds.iter().map(|world| world.store.verify_audit())).await;
        assert_eq!(heads[0].as_ref().unwrap(), heads[1].as_ref().unwrap());
        let events = self.store().events(&tenant("team-a"), 0, 1000).await.unwrap();
        events.iter().filter(|event| event.what == what).count()
    }
}

fn device(number: u8) -> String {
    format!("d{number}")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_race_for_one_challenge_get_one_certificate() {
    let processes = Processes::with_devices(1).await;
    let credential = &processes.mint(0).await;
    let judged = join_all((0..50).map(|number| processes.judge(number, credential))).await;
    let requests = (0..).zip(judged).map(|(number, judged)| processes.issue(number, judged.unwrap()));
    let (won, lost): (Vec<_>, Vec<_>) = join_all(requests).await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 49));
    for refused in lost {
        assert_eq!(reason(refused), RefusalReason::ChallengeUsed);
    }
    assert_eq!(processes.store().certificates(&tenant("team-a"), 9).await.unwrap().len(), 1);
    assert_eq!(processes.count(What::SerialReserved).await, 1);
    assert_eq!(processes.count(What::CertificateRecorded).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identical_request_at_two_processes_at_once_gets_one_certificate() {
    let processes = Processes::with_devices(DEVICES).await;
    let [one, other] = &processes.worlds;
    for number in 0..DEVICES {
        let (credential, request) = (processes.mint(number).await, Request::number(number));
        let (first, second) = join(
            processes.issuing.order(one, &credential, request, number),
            processes.issuing.order(other, &credential, request, number + DEVICES),
        )
        .await;
        assert_eq!(first.serial(), second.serial());
        let (first, second) = (processes.issuing.sign(first).await, processes.issuing.sign(second).await);
        let kept = join(one.store.record(first, one.now), other.store.record(second, other.now)).await;
        assert_eq!(kept.0.unwrap(), kept.1.unwrap());
    }
    assert_eq!(processes.count(What::CertificateRecorded).await, usize::from(DEVICES));
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_that_enroll_at_two_processes_at_once_all_get_theirs() {
    let processes = Processes::with_devices(DEVICES).await;
    let credentials = join_all((0..DEVICES).map(|number| processes.mint(number))).await;
    let enrolments = (0..DEVICES).zip(&credentials).map(|(number, one)| processes.enroll(number, one));
    let recorded = join_all(enrolments).await;
    let serials: BTreeSet<_> = recorded.into_iter().map(|recorded| recorded.unwrap().serial()).collect();
    assert_eq!(serials.len(), usize::from(DEVICES));
    assert_eq!(processes.count(What::CertificateRecorded).await, usize::from(DEVICES));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_one_process_takes_away_keeps_nothing_that_the_other_gives() {
    let processes = Processes::with_devices(DEVICES).await;
    let credentials = join_all((0..DEVICES).map(|number| processes.mint(number))).await;
    let enrolments = (0..DEVICES).zip(&credentials).map(|(number, one)| processes.enroll(number, one));
    let nobody = Inventory::default();
    let (outcomes, _) = join(join_all(enrolments), processes.of(1).sync(&nobody)).await;
    for outcome in outcomes {
        match outcome {
            Ok(recorded) => assert!(is_revoked(processes.store(), recorded.serial()).await),
            refused => drop(reason(refused)),
        }
    }
    let certificates = processes.store().certificates(&tenant("team-a"), 100).await.unwrap();
    assert!(certificates.iter().all(|certificate| certificate.revoked.is_some()), "{certificates:?}");
    processes.count(What::CertificateRevoked).await;
}

async fn is_revoked(store: &Store, serial: SerialNumber) -> bool {
    let certificate = store.certificate(&authority_name(), serial).await.unwrap();
    certificate.unwrap().revoked.is_some()
}
