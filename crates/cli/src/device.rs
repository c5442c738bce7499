//! `scepter device`: simulated devices against a real issuer.

use anyhow::Context as _;
use futures::StreamExt as _;
use scepter_device::{LifeError, Simulated, Trust, Visit};
use scepter_policy::identity::DeviceId;

use crate::arguments::{DeviceCommand, EnrollArguments, ReachArguments, RunArguments};
use crate::print::{BAD, GOOD, WAITING};
use crate::{Ending, connection, print};

/// Runs the devices that were asked for.
pub(crate) async fn run(command: DeviceCommand) -> anyhow::Result<Ending> {
    match command {
        DeviceCommand::Enroll(arguments) => enroll(arguments).await,
        DeviceCommand::Run(arguments) => run_all(arguments).await,
    }
}

async fn enroll(arguments: EnrollArguments) -> anyhow::Result<Ending> {
    let reach = Reach::new(&arguments.reach)?;
    let visit = reach.device(arguments.device.clone()).live().await?;
    tell(&arguments.device, &visit)?;
    Ok(if visit.outcomes.iter().all(|outcome| outcome.result.is_ok()) {
        Ending::Success
    } else {
        Ending::Findings
    })
}

/// Every device once. A device that cannot enroll is a finding, not the end: the others go on.
async fn run_all(arguments: RunArguments) -> anyhow::Result<Ending> {
    let reach = Reach::new(&arguments.reach)?;
    let devices = reach.client.devices(&arguments.reach.namespace).await?.items;
    let visits = futures::stream::iter(devices.into_iter().map(|device| {
        let simulated = reach.device(device.id.clone());
        async move { (device.id, simulated.live().await) }
    }));
    let mut visits = visits.buffer_unordered(usize::from(arguments.concurrency));
    let mut ending = Ending::Success;
    while let Some((device, visit)) = visits.next().await {
        if !tell_all(&device, visit)? {
            ending = Ending::Findings;
        }
    }
    Ok(ending)
}

/// Prints one device's visit; whether every enrolment of it went well.
fn tell_all(device: &DeviceId, visit: Result<Visit, LifeError>) -> anyhow::Result<bool> {
    match visit {
        Ok(visit) => {
            tell(device, &visit)?;
            Ok(visit.outcomes.iter().all(|outcome| outcome.result.is_ok()))
        }
        Err(error) => {
            print::text(&format!("{device}  {BAD}no visit{BAD:#}  {error}\n"))?;
            Ok(false)
        }
    }
}

fn tell(device: &DeviceId, visit: &Visit) -> anyhow::Result<()> {
    for outcome in &visit.outcomes {
        let line = match &outcome.result {
            Ok(_) => format!("{GOOD}installed{GOOD:#}"),
            Err(error) => format!("{BAD}failed{BAD:#}  {}", print::inert(&error.to_string())),
        };
        print::text(&format!("{device}  {}  {line}\n", outcome.profile))?;
    }
    for pending in &visit.pending {
        let message = print::inert(&pending.message);
        print::text(&format!("{device}  {}  {WAITING}waits{WAITING:#}  {message}\n", pending.profile))?;
    }
    Ok(())
}

/// How the devices of one run reach the issuer.
struct Reach {
    client: scepter_issuer_api::client::Client,
    arguments: ReachArguments,
    trust: Trust,
}

impl Reach {
    fn new(arguments: &ReachArguments) -> anyhow::Result<Self> {
        let trust = match &arguments.scep_ca_file {
            Some(file) => Trust::Only(
                std::fs::read(file)
                    .with_context(|| format!("{} cannot be read; give PEM certificates", file.display()))?,
            ),
            None => Trust::Platform,
        };
        Ok(Self { client: connection::client(&arguments.client)?, arguments: arguments.clone(), trust })
    }

    fn device(&self, device: DeviceId) -> Simulated {
        Simulated {
            mdm: self.client.clone(),
            namespace: self.arguments.namespace.clone(),
            device,
            via: self.arguments.via.clone(),
            trust: self.trust.clone(),
        }
    }
}
