//! Starting and stopping: everything an issuer needs is opened in one place, every task is started in one place.

mod answers;
mod data;
mod error;
mod first_token;
mod listener;
mod places;
mod tls;

use std::future::Future;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;

use scepter_pki::key::RsaPool;
use scepter_store::{Config, Location, Store};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

pub(crate) use answers::Answers;
pub use error::{StartError, Stopped};

use crate::authorities::Authorities;
use crate::clock::Clock;
use crate::configuration::{self, IssuerConfiguration, Listeners, Overrides, Timeout};
use crate::declared::Declared;
use crate::enrollment::Endpoint;
use crate::issuer::Issuer;
use crate::limits::{Limits, Proxies};
use crate::metrics::Metrics;
use crate::precedence::Precedence;
use crate::{api, jobs, ops};
use data::DataDirectory;
use listener::Listener;

/// Where a running issuer listens, with the ports that were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// SCEP over HTTP.
    pub scep: SocketAddr,
    /// SCEP over TLS, where configured.
    pub scep_tls: Option<SocketAddr>,
    /// The issuer's API.
    pub api: SocketAddr,
    /// Probes and metrics.
    pub ops: SocketAddr,
}

/// An issuer that serves. Dropping it ends it at once; [`Running::shutdown`] lets requests under way end.
#[derive(Debug)]
pub struct Running {
    addresses: Addresses,
    api: Url,
    stop: CancellationToken,
    tasks: JoinSet<&'static str>,
    store: Store,
}

impl Running {
    /// Starts an issuer: opens its store, its authorities and its listeners, then serves.
    pub async fn start(configuration: IssuerConfiguration, overrides: Overrides) -> Result<Self, StartError> {
        Self::start_at(configuration, overrides, Clock::system()).await
    }

    /// Starts an issuer that takes the time from `clock`.
    pub async fn start_at(
        configuration: IssuerConfiguration,
        overrides: Overrides,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let configuration = configuration.with(overrides);
        configuration.check()?;
        let data = DataDirectory::open(&configuration.data)?;
        let metrics = Metrics::new();
        let bound = Bound::bind(&configuration.listeners, &configuration.limits, &data, &metrics).await?;
        let store = open_store(&configuration, &data).await?;
        let authorities = Authorities::open(
            &configuration.authorities,
            &data.authorities(),
            &bound.scep_base()?,
            &rsa_pool(&configuration.limits),
            &store,
            clock.now(),
        )
        .await?;
        authorities.check_key_roles(&tls_certificates(&configuration.listeners)?)?;
        let api = bound.api_url()?;
        first_token::ensure(&store, &data, &api, clock.now()).await?;
        if let Some(newest) = store.newest_event().await? {
            clock.witness(newest);
        }
        let issuer = Arc::new(Issuer {
            store,
            authorities,
            clock,
            metrics,
            limits: Limits::new(&configuration.limits),
            proxies: Proxies::new(&configuration.limits),
            precedence: Precedence::default(),
        });
        jobs::revocation_lists::refresh_all(&issuer).await.map_err(StartError::RevocationList)?;
        Ok(bound.serve(&issuer, api, configuration.limits.connections.request_timeout))
    }

    /// Where it listens.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// The API's address, as clients write it.
    pub fn api_url(&self) -> &Url {
        &self.api
    }

    /// Waits until a task ends, which none does by itself.
    pub async fn wait(&mut self) -> Stopped {
        match self.tasks.join_next().await {
            Some(Ok(task)) => Stopped::Ended { task },
            Some(Err(error)) => Stopped::Failed { problem: error.to_string() },
            None => Stopped::Ended { task: "everything" },
        }
    }

    /// Accepts nothing new, lets requests under way end, closes the store.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        self.store.close().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The listeners, bound but silent: a port in use is known before anything is made or changed.
struct Bound {
    scep: Listener,
    scep_tls: Option<Listener>,
    api: Listener,
    api_is_tls: bool,
    ops: Listener,
}

impl Bound {
    async fn bind(
        listeners: &Listeners,
        limits: &configuration::Limits,
        data: &DataDirectory,
        metrics: &Metrics,
    ) -> Result<Self, StartError> {
        let Listeners { scep, scep_tls, api, ops } = listeners;
        let scep_tls = match scep_tls {
            Some(listener) => {
                let acceptor = match &listener.tls {
                    Some(files) => tls::acceptor(files)?,
                    None => tls::self_signed(&data.tls(), listener.address.ip())?,
                };
                Some(Listener::bind("scep-tls", listener.address, Some(acceptor), limits, metrics).await?)
            }
            None => None,
        };
        let api_tls = api.tls.as_ref().map(tls::acceptor).transpose()?;
        Ok(Self {
            scep: Listener::bind("scep", scep.address, None, limits, metrics).await?,
            scep_tls,
            api_is_tls: api_tls.is_some(),
            api: Listener::bind("api", api.address, api_tls, limits, metrics).await?,
            ops: Listener::bind("ops", ops.address, None, limits, metrics).await?,
        })
    }

    /// Where SCEP is reached when the configuration names no public URL.
    fn scep_base(&self) -> Result<Url, StartError> {
        base("http", self.scep.address())
    }

    fn api_url(&self) -> Result<Url, StartError> {
        base(if self.api_is_tls { "https" } else { "http" }, self.api.address())
    }

    /// Starts every task of the issuer.
    fn serve(self, issuer: &Arc<Issuer>, api: Url, request_timeout: Timeout) -> Running {
        let addresses = Addresses {
            scep: self.scep.address(),
            scep_tls: self.scep_tls.as_ref().map(Listener::address),
            api: self.api.address(),
            ops: self.ops.address(),
        };
        let stop = CancellationToken::new();
        let scep = Endpoint::new(Arc::clone(issuer), request_timeout.duration());
        let mut all: Vec<(&'static str, Task)> = vec![
            ("the SCEP listener", Box::pin(self.scep.serve(scep.clone(), stop.clone()))),
            ("the API listener", Box::pin(self.api.serve(api::router(issuer, &stop), stop.clone()))),
            ("the ops listener", Box::pin(self.ops.serve(ops::router(Arc::clone(issuer)), stop.clone()))),
            ("the revocation lists", Box::pin(jobs::revocation_lists::run(Arc::clone(issuer), stop.clone()))),
            (
                "the authorities' own certificates",
                Box::pin(jobs::authority_certificates::run(Arc::clone(issuer), stop.clone())),
            ),
            ("the calendar", Box::pin(jobs::calendar::run(Arc::clone(issuer), stop.clone()))),
        ];
        if let Some(listener) = self.scep_tls {
            all.push(("the SCEP listener with TLS", Box::pin(listener.serve(scep, stop.clone()))));
        }
        let mut tasks = JoinSet::new();
        for (name, task) in all {
            tasks.spawn(async move {
                task.await;
                name
            });
        }
        Running { addresses, api, stop, tasks, store: issuer.store.clone() }
    }
}

/// The certificates of the listeners whose TLS is configured.
fn tls_certificates(listeners: &Listeners) -> Result<Vec<Vec<u8>>, StartError> {
    let scep = listeners.scep_tls.as_ref().and_then(|listener| listener.tls.as_ref());
    [scep, listeners.api.tls.as_ref()].into_iter().flatten().map(tls::certificate).collect()
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

async fn open_store(configuration: &IssuerConfiguration, data: &DataDirectory) -> Result<Store, StartError> {
    let location = match &configuration.database {
        Some(url) => Location::Postgres(url.clone()),
        None => Location::Sqlite(data.store()),
    };
    let config = Config { location, mac_key: data.mac_key()? };
    Ok(Store::open(config, Arc::new(Declared)).await?)
}

/// One operation for each processor at once; beyond the queue, a message is answered 503.
pub(crate) fn rsa_pool(limits: &configuration::Limits) -> RsaPool {
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    RsaPool::new(processors, limits.rsa_queue.get())
}

/// A URL for an address. An unspecified address is reached through loopback.
fn base(scheme: &str, address: SocketAddr) -> Result<Url, StartError> {
    let mut reached = address;
    if address.ip().is_unspecified() {
        reached.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    Url::parse(&format!("{scheme}://{reached}")).map_err(|_| StartError::NoUrl(address))
}
