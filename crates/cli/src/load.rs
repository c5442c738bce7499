//! `scepter load`: many enrolments at once against a SCEP server, measured.

mod report;
mod target;

use std::sync::Arc;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use scepter_device::load::{KeyPool, Load, ProcessUsage};

use crate::arguments::{LoadArguments, LoadFormat};
use crate::{Ending, print};
use report::{Report, Round};
use target::Target;

/// Prepares every round, then runs one after the other. Anything but a certificate for each request is a finding.
pub(crate) async fn run(arguments: LoadArguments) -> anyhow::Result<Ending> {
    if let Some(pid) = arguments.server_pid {
        ProcessUsage::of(pid)?;
    }
    let target = Target::reach(&arguments).await?;
    let mut report = Report::new(target.server.url().to_string());
    for (load, concurrency) in prepare(target, &arguments).await?.into_iter().zip(&arguments.concurrency) {
        let before = usage(&arguments)?;
        let tally = load.run(*concurrency).await?;
        // Reading the answers took no time of the server's.
        let server = before.zip(usage(&arguments)?);
        if let Some(failure) = &tally.first_failure {
            print::note(&format!("at {concurrency} connections, first: {}", print::inert(failure)));
        }
        report.rounds.push(Round::new(*concurrency, &tally, server));
    }
    match arguments.output {
        LoadFormat::Text => print::text(&report.text())?,
        LoadFormat::Json => print::text(&format!("{}\n", serde_json::to_string_pretty(&report)?))?,
    }
    Ok(if report.is_perfect() { Ending::Success } else { Ending::Findings })
}

fn usage(arguments: &LoadArguments) -> anyhow::Result<Option<ProcessUsage>> {
    Ok(arguments.server_pid.map(ProcessUsage::of).transpose()?)
}

/// A load for each round, written before the first is sent.
async fn prepare(target: Target, arguments: &LoadArguments) -> anyhow::Result<Vec<Load>> {
    let requests = arguments.requests.get();
    let count = target.tickets.len();
    let keys = tokio::task::spawn_blocking(move || KeyPool::generate(count)).await?;
    let keys = Arc::new(keys.context("the devices' keys could not be made")?);
    let progress = bar("writing requests", count);
    let mut tickets = target.tickets.into_iter();
    let mut loads = Vec::new();
    for round in 0..arguments.concurrency.len() {
        let tickets = tickets.by_ref().take(requests).collect();
        let (server, keys) = (target.server.clone(), Arc::clone(&keys));
        loads.push(Load::prepare(server, tickets, keys, round * requests, || progress.inc(1)).await?);
    }
    progress.finish_and_clear();
    Ok(loads)
}

/// A progress bar on standard error, where that is a terminal.
fn bar(what: &'static str, length: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX)).with_message(what);
    match ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
