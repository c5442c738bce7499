//! `scepter challenge`: an admin mints challenges.

use scepter_issuer_api::{MintRequest, MintTarget, Minted, MintedChallenges};

use crate::arguments::{ChallengeArguments, ChallengeFormat};
use crate::{Ending, connection, print};

/// Mints, prints what was minted on standard output, and who got none on standard error.
pub(crate) async fn run(arguments: ChallengeArguments) -> anyhow::Result<Ending> {
    let client = connection::client(&arguments.client)?;
    let devices = arguments.device.map_or(MintTarget::All, MintTarget::Device);
    let profile = &arguments.profile;
    let answer = client.mint(&profile.namespace, &profile.name, &MintRequest { devices }).await?;
    for minted in &answer.minted {
        match arguments.output {
            ChallengeFormat::Text => print::text(&text(minted))?,
            ChallengeFormat::Ndjson => print::text(&format!("{}\n", serde_json::to_string(minted)?))?,
        }
    }
    Ok(ending(&answer))
}

fn text(minted: &Minted) -> String {
    let sans = minted.san.iter().map(|san| format!("  san        {san}\n")).collect::<String>();
    format!(
        "{}\n  challenge  {}\n  url        {}\n  subject    {}\n{sans}  expires    {}\n",
        minted.device, minted.challenge, minted.url, minted.subject, minted.expires_at
    )
}

/// Every device that was asked for and got none is an error of its own; the rest stays usable.
fn ending(answer: &MintedChallenges) -> Ending {
    for refused in &answer.not_minted {
        print::note(&format!("no challenge for {}: {}", refused.device, refused.message));
    }
    if answer.not_minted.is_empty() { Ending::Success } else { Ending::Findings }
}
