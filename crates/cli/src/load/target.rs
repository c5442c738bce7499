//! Whom a load is for: the devices of a profile, or strangers with one challenge.

use anyhow::{Context as _, bail, ensure};
use futures::StreamExt as _;
use scepter_device::load::stranger;
use scepter_device::{ScepServer, Simulated, Ticket, Trust};
use url::{Host, Url};

use super::bar;
use crate::arguments::LoadArguments;
use crate::connection::{self, QualifiedName};

/// How many devices check in at once.
const CHECK_INS: usize = 8;

/// A server, and a ticket for each request of every round.
pub(super) struct Target {
    pub(super) server: ScepServer,
    pub(super) tickets: Vec<Ticket>,
}

impl Target {
    /// Gathers the tickets.
    pub(super) async fn reach(arguments: &LoadArguments) -> anyhow::Result<Self> {
        let count = arguments.requests.get() * arguments.concurrency.len();
        match (&arguments.profile, &arguments.scep_url) {
            (Some(profile), _) => devices(arguments, profile, count).await,
            (None, Some(url)) => strangers(arguments, url, count),
            (None, None) => bail!("there is no server to load; give --profile or --scep-url"),
        }
    }
}

/// Devices of the profile check in until enough of them were invited to enroll.
async fn devices(arguments: &LoadArguments, profile: &QualifiedName, count: usize) -> anyhow::Result<Target> {
    let mdm = connection::client(&arguments.client)?;
    check_ownership(mdm.server(), arguments)?;
    let trust = trust(arguments)?;
    let known = mdm.devices(&profile.namespace).await?.items;
    let visit = |device: scepter_issuer_api::DeviceRecord| {
        let simulated = Simulated {
            mdm: mdm.clone(),
            namespace: profile.namespace.clone(),
            device: device.id,
            via: arguments.via.clone(),
            trust: trust.clone(),
        };
        async move { simulated.invitation(&profile.name).await }
    };
    let progress = bar("checking in", count);
    let mut visits = futures::stream::iter(known.into_iter().map(visit)).buffered(CHECK_INS);
    let (mut address, mut tickets) = (None, Vec::with_capacity(count));
    while tickets.len() < count {
        let Some(invitation) = visits.next().await else { break };
        if let Some((url, ticket)) = invitation? {
            address.get_or_insert(url);
            tickets.push(ticket);
            progress.inc(1);
        }
    }
    progress.finish_and_clear();
    ensure!(
        tickets.len() == count,
        "{} devices are waiting to enroll for {}/{}, and {count} are needed; give smaller --requests, or add devices",
        tickets.len(),
        profile.namespace,
        profile.name
    );
    let address = address.context("no request was asked for")?;
    Ok(Target { server: server(address, arguments)?, tickets })
}

/// Devices that nobody knows, each with a name of its own.
fn strangers(arguments: &LoadArguments, url: &Url, count: usize) -> anyhow::Result<Target> {
    let challenge = arguments.challenge.as_deref().unwrap_or_default();
    let run = std::process::id();
    let tickets = (0..count).map(|number| stranger(&format!("load-{run}-{number}"), challenge));
    let tickets = tickets.collect::<Result<_, _>>()?;
    Ok(Target { server: server(url.clone(), arguments)?, tickets })
}

fn server(url: Url, arguments: &LoadArguments) -> anyhow::Result<ScepServer> {
    check_ownership(&url, arguments)?;
    Ok(ScepServer::new(url, &trust(arguments)?)?)
}

fn trust(arguments: &LoadArguments) -> anyhow::Result<Trust> {
    let Some(file) = &arguments.scep_ca_file else { return Ok(Trust::Platform) };
    let pem = std::fs::read(file);
    let pem = pem.with_context(|| format!("{} cannot be read; give PEM certificates", file.display()))?;
    Ok(Trust::Only(pem))
}

/// A load is an attack on whoever did not ask for it: without being told so, it stays on this machine.
fn check_ownership(url: &Url, arguments: &LoadArguments) -> anyhow::Result<()> {
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    };
    ensure!(
        is_here || arguments.allow_remote,
        "{url} is not on this machine; name a loopback address (--via, --scep-url), or give --allow-remote for a server that \
         is yours to burden"
    );
    Ok(())
}
