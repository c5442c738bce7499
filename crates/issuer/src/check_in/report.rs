//! What a device says became of a delivery.

use scepter_issuer_api::{DeviceReport, ReportedOutcome};
use scepter_policy::identity::{AssignmentKey, DeviceId, SerialNumber, Tenant};
use scepter_store::check_in::Outcome;

use crate::api::Failure;
use crate::issuer::Issuer;

/// The longest text of a device that is kept, in characters.
const MAX_WORDS: usize = 256;

/// Takes a report. Fails where it is about nothing that this device was given.
pub(crate) async fn report(
    issuer: &Issuer,
    tenant: &Tenant,
    device: &DeviceId,
    report: DeviceReport,
) -> Result<(), Failure> {
    let now = issuer.clock.now();
    let fits = match report {
        DeviceReport::Root { profile, outcome } => {
            issuer.store.report_root(tenant, &profile, device, &said(outcome), now).await?
        }
        DeviceReport::Certificate { profile, association, serial_number, outcome } => {
            let serial = serial_number.map(|text| text.parse::<SerialNumber>()).transpose()?;
            let key = AssignmentKey { tenant: tenant.clone(), profile, device: device.clone(), association };
            issuer.store.report_certificate(&key, serial, &said(outcome), now).await?
        }
    };
    let help = "report about what the last check-in delivered";
    if fits {
        Ok(())
    } else {
        Err(Failure::invalid("the report fits nothing that this device was given", help))
    }
}

/// A device's words, made fit to be shown: no control characters, cut (TH-25).
fn said(outcome: ReportedOutcome) -> Outcome {
    match outcome {
        ReportedOutcome::Installed => Outcome::Installed,
        ReportedOutcome::Failed(words) => Outcome::Failed(
            words
                .chars()
                .take(MAX_WORDS)
                .map(|character| if character.is_control() { ' ' } else { character })
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_devices_words_are_cut_and_cannot_steer_a_terminal() {
        let words = format!("\u{1b}[31mno\r\n{}", "x".repeat(1000));
        let Outcome::Failed(kept) = said(ReportedOutcome::Failed(words)) else { panic!() };
        assert_eq!(kept.chars().count(), MAX_WORDS);
        assert!(!kept.chars().any(char::is_control), "{kept}");
    }
}
