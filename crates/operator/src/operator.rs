//! The order in which everything starts and ends.

use std::convert::Infallible;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::channel::mpsc::{UnboundedSender, unbounded};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::core::PartialObjectMeta;
use kube::runtime::reflector::{self, Store, store::Writer};
use kube::{Api, Client, Resource};
use scepter_issuer_api::client::Client as Issuer;
use scepter_policy::identity::{Namespace, ObjectKey, ObjectName};
use scepter_reconcile::Kind;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::config_maps::ConfigMaps;
use crate::controller::{self, Controller};
use crate::guard::Guarded;
use crate::lease::Leadership;
use crate::neighbours::{self, Neighbour};
use crate::queue::{Outlets, Queues};
use crate::status::StatusWriter;
use crate::watch::{Moved, watch};
use crate::webhook::Webhook;
use crate::world::{Stores, World, namespace_uid};
use crate::{OperatorConfig, OperatorError, definitions, feed, orphans};

/// How long a first full list may take.
const SYNC: Duration = Duration::from_mins(1);

/// How long passes under way may take to their end when the operator is to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Runs the operator until `shutdown`, or until something is wrong that only a new start can mend.
///
/// It waits for the definitions, then for the leadership, lists everything once, and only then begins to act. The webhook
/// answers from the beginning, whoever leads.
pub async fn run(
    client: Client,
    mut config: OperatorConfig,
    issuer: Issuer,
    shutdown: impl Future<Output = ()>,
) -> Result<(), OperatorError> {
    let webhook = match config.webhook.take() {
        Some(webhook) => Some(Webhook::bind(webhook).await?),
        None => None,
    };
    let stop = CancellationToken::new();
    let stopping = async {
        shutdown.await;
        stop.cancel();
        std::future::pending::<Infallible>().await
    };
    tokio::select! {
        result = operate_and_admit(client, config, issuer, webhook, stop.clone()) => result,
        never = stopping => match never {},
    }
}

/// Both come to their end together: when one is told to stop, or when the operator can go on no longer.
async fn operate_and_admit(
    client: Client,
    config: OperatorConfig,
    issuer: Issuer,
    webhook: Option<Webhook>,
    stop: CancellationToken,
) -> Result<(), OperatorError> {
    let admit = async {
        if let Some(webhook) = webhook {
            webhook.serve(stop.clone()).await;
        }
    };
    let operate = async {
        let result = operate(client, config, issuer, stop.clone()).await;
        stop.cancel();
        result
    };
    let (result, ()) = tokio::join!(operate, admit);
    result
}

async fn operate(
    client: Client,
    mut config: OperatorConfig,
    issuer: Issuer,
    stop: CancellationToken,
) -> Result<(), OperatorError> {
    let election = config.election.take();
    let start = async {
        definitions::wait(&client).await?;
        match election {
            Some(election) => Leadership::acquire(client.clone(), election).await.map(Some),
            None => Ok(None),
        }
    };
    let leadership = tokio::select! {
        leadership = start => leadership?,
        () = stop.cancelled() => return Ok(()),
    };
    let work = lead(client, config, issuer, stop);
    let Some(mut leadership) = leadership else { return work.await };
    let result = tokio::select! {
        result = work => result,
        lost = leadership.keep() => return Err(lost),
    };
    leadership.release().await;
    result
}

/// Everything that only a leader does. Dropping it ends all of it at once.
async fn lead(
    client: Client,
    config: OperatorConfig,
    issuer: Issuer,
    stop: CancellationToken,
) -> Result<(), OperatorError> {
    let (queues, outlets) = Queues::new();
    let mut parts = Parts::default();
    let world = tokio::select! {
        world = observe(&client, &queues, &mut parts) => world?,
        () = stop.cancelled() => return Ok(()),
    };
    let stores = world.stores().clone();
    parts.start("feed", feed::follow(issuer.clone(), queues, stores.clone(), config.status_interval));
    parts.start("orphans", orphans::sweep(issuer.clone(), stores));
    let statuses = StatusWriter::new(client.clone(), config.status_interval);
    let controller = Arc::new(Controller {
        client,
        issuer,
        world,
        statuses,
        device_rows: config.device_rows,
        backoff: Mutex::new(Backoff::new()),
    });
    let mut passes = start_controllers(&controller, outlets, &stop);
    tracing::info!("ready");
    tokio::select! {
        () = stop.cancelled() => {}
        task = parts.ended() => return Err(OperatorError::TaskEnded { task }),
        _ = passes.join_next(), if !stop.is_cancelled() => {
            if !stop.is_cancelled() {
                return Err(OperatorError::TaskEnded { task: "controller" });
            }
        }
    }
    let ended = async { while passes.join_next().await.is_some() {} };
    if timeout(GRACE, ended).await.is_err() {
        tracing::warn!(
            "passes under way did not come to their end in time and are dropped; the next start repeats them"
        );
    }
    Ok(())
}

fn start_controllers(
    controller: &Arc<Controller>,
    outlets: Outlets,
    stop: &CancellationToken,
) -> JoinSet<()> {
    let mut passes = JoinSet::new();
    let stores = controller.world.stores().clone();
    let shared = || (Arc::clone(controller), stop.clone());
    let (one, until) = shared();
    passes.spawn(controller::run(one, stores.roots, outlets.roots, until));
    let (one, until) = shared();
    passes.spawn(controller::run(one, stores.sources, outlets.sources, until));
    let (one, until) = shared();
    passes.spawn(controller::run(one, stores.profiles, outlets.profiles, until));
    passes
}

/// Starts the watches, and waits until the first full lists are there.
async fn observe(client: &Client, queues: &Queues, parts: &mut Parts) -> Result<Arc<World>, OperatorError> {
    let list = |source| OperatorError::List { resource: "namespaces".to_owned(), source: Box::new(source) };
    let cluster_uid = namespace_uid(client, "kube-system").await.map_err(list)?;

    let (profiles, profiles_writer) = reflector::store();
    let (roots, roots_writer) = reflector::store();
    let (sources, sources_writer) = reflector::store();
    let (config_maps, config_maps_writer) = reflector::store::<PartialObjectMeta<ConfigMap>>();
    let stores = Stores { profiles, roots, sources };
    let reader = ConfigMaps::new(client.clone(), config_maps.clone());
    let world = Arc::new(World::new(client.clone(), cluster_uid, stores.clone(), reader));

    let (neighbours, moved) = unbounded();
    parts.start("neighbours", neighbours::follow(Arc::clone(&world), moved, queues.clone()));
    let teller = Teller { world: Arc::clone(&world), queues: queues.clone(), neighbours };
    parts.watch_kind(client, roots_writer, &teller);
    parts.watch_kind(client, sources_writer, &teller);
    parts.watch_kind(client, profiles_writer, &teller);
    let told = teller.clone();
    let api = Api::<PartialObjectMeta<ConfigMap>>::all(client.clone());
    parts.start("watch of ConfigMaps", watch(api, config_maps_writer, move |moved| told.config_map(moved)));

    synced(&stores.roots).await?;
    synced(&stores.sources).await?;
    synced(&stores.profiles).await?;
    synced(&config_maps).await?;
    Ok(world)
}

async fn synced<K>(store: &Store<K>) -> Result<(), OperatorError>
where
    K: Resource<DynamicType = ()> + Clone + 'static,
{
    let missing = || OperatorError::NotSynced { resource: K::plural(&()).into_owned(), limit: SYNC };
    timeout(SYNC, store.wait_until_ready()).await.map_err(|_| missing())?.map_err(|_| missing())
}

/// Carries what a watch saw to all who want to know.
#[derive(Clone)]
struct Teller {
    world: Arc<World>,
    queues: Queues,
    neighbours: UnboundedSender<Neighbour>,
}

impl Teller {
    fn object<K: Kind>(&self, moved: Moved) {
        let Moved { place, gone } = moved;
        self.world.forget(&place.namespace);
        if let (false, Ok(namespace), Ok(name)) =
            (gone, Namespace::new(&*place.namespace), ObjectName::new(&*place.name))
        {
            self.queues.push(ObjectKey { kind: K::KIND, namespace, name });
        }
        // Nobody listens any more only when the operator is ending.
        let _ = self.neighbours.unbounded_send(Neighbour::Object(K::KIND, place));
    }

    fn config_map(&self, moved: Moved) {
        self.world.forget(&moved.place.namespace);
        let _ = self.neighbours.unbounded_send(Neighbour::ConfigMap(moved.place));
    }
}

/// The parts that run as long as the operator does.
#[derive(Debug, Default)]
struct Parts {
    tasks: JoinSet<&'static str>,
}

impl Parts {
    fn start(&mut self, name: &'static str, part: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(async move {
            part.await;
            name
        });
    }

    fn watch_kind<K: Kind>(&mut self, client: &Client, writer: Writer<Guarded<K>>, teller: &Teller) {
        let (api, teller) = (Api::<Guarded<K>>::all(client.clone()), teller.clone());
        self.start(K::KIND.plural(), watch(api, writer, move |moved| teller.object::<K>(moved)));
    }

    /// Waits until one ends, which none should, and names it.
    async fn ended(&mut self) -> &'static str {
        match self.tasks.join_next().await {
            Some(Ok(name)) => name,
            Some(Err(_)) | None => "that panicked",
        }
    }
}
