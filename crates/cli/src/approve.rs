//! `scepter approve`: an admin decides about requests that wait.

use scepter_issuer_api::{Decision, IssuerError};

use crate::arguments::ApproveArguments;
use crate::{Ending, connection, print};

/// Decides about each request. One that does not wait is an error of its own; the others are decided all the same.
pub(crate) async fn run(arguments: ApproveArguments) -> anyhow::Result<Ending> {
    let client = connection::client(&arguments.client)?;
    let decision = if arguments.deny { Decision::Deny } else { Decision::Approve };
    let mut ending = Ending::Success;
    for id in &arguments.requests {
        match client.decide(&arguments.namespace, id, decision).await {
            Ok(()) => {}
            Err(IssuerError::Refused(error)) => {
                print::note(&error.to_string());
                ending = Ending::Findings;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(ending)
}
