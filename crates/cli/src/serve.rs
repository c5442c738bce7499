//! Starting the issuer, for `scepter issuer` and `scepter up`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use scepter_issuer::Running;
use scepter_issuer::configuration::{IssuerConfiguration, Overrides};
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::IssuerArguments;
use crate::{Ending, print};

/// `scepter issuer`: the issuer alone, until a signal.
pub(crate) async fn run(arguments: IssuerArguments) -> anyhow::Result<Ending> {
    let overrides = arguments.serve.overrides(arguments.database);
    let (running, _) = start(arguments.config.as_deref(), overrides).await?;
    print::text("ready\n")?;
    until_stopped(running, std::future::pending()).await
}

/// Serves until a signal, until `work` fails, or until a task of the issuer ends, which none does by itself.
pub(crate) async fn until_stopped(
    mut running: Running,
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<Ending> {
    let ended = tokio::select! {
        ended = work => ended,
        stopped = running.wait() => Err(anyhow!("the issuer stopped by itself: {stopped}")),
        signalled = stop_signal() => signalled,
    };
    running.shutdown().await;
    ended.map(|()| Ending::Success)
}

/// Starts an issuer and says where it listens. The path is that of its data directory.
pub(crate) async fn start(config: Option<&Path>, overrides: Overrides) -> anyhow::Result<(Running, PathBuf)> {
    let configuration = match config {
        Some(file) => IssuerConfiguration::read(file)?,
        None => IssuerConfiguration::laboratory()?,
    };
    let data = overrides.data.clone().unwrap_or_else(|| configuration.data.clone());
    raise_open_files();
    let running = Running::start(configuration, overrides).await?;
    let addresses = running.addresses();
    let mut lines = format!("listening  scep  http://{}\n", addresses.scep);
    if let Some(tls) = addresses.scep_tls {
        lines.push_str(&format!("listening  scep-tls  https://{tls}\n"));
    }
    lines.push_str(&format!("listening  api  {}\n", running.api_url()));
    lines.push_str(&format!("listening  ops  http://{}\n", addresses.ops));
    lines.push_str(&format!("client     {}\n", data.join("client.yaml").display()));
    print::text(&lines)?;
    Ok((running, data))
}

/// Lets the process open as many files as it may: each connection is one, and the usual soft limit of 1024 is there for
/// programs that use `select`, which we do not. Where it may not be raised, listeners wait for files to be closed.
fn raise_open_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// Waits for SIGINT or SIGTERM.
pub(crate) async fn stop_signal() -> anyhow::Result<()> {
    let watch = |kind| signal(kind).context("signals cannot be watched");
    let (mut interrupt, mut terminate) = (watch(SignalKind::interrupt())?, watch(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
