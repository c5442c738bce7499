//! `scepter get`: what the issuer knows, as tables or JSON.

use anstyle::Style;
use scepter_issuer_api::client::Client;
use scepter_issuer_api::{Issuer as _, NextCaRecord, ObjectReport};
use scepter_policy::identity::{Namespace, ObjectKey, ObjectKind};
use scepter_policy::report::DeviceRow;
use scepter_policy::vocabulary::{DeviceState, Platform};
use serde::Serialize;

use crate::arguments::{GetArguments, GetFormat, Listing};
use crate::print::{BAD, Cell, GOOD, Table, WAITING};
use crate::up::Statuses;
use crate::{Ending, connection, pem, print};

/// The most rows asked for in one list; the issuer's own bound.
const MAX_ROWS: u32 = 10_000;

/// Lists what was asked for.
pub(crate) async fn run(arguments: GetArguments) -> anyhow::Result<Ending> {
    let client = match &arguments.data {
        Some(data) => connection::client_of(&data.join("client.yaml"))?,
        None => connection::client(&arguments.client)?,
    };
    match arguments.listing {
        Listing::Profiles => profiles(&client, &arguments).await,
        Listing::Devices => devices(&client, &arguments).await,
        Listing::Certificates => certificates(&client, &arguments).await,
        Listing::Requests => requests(&client, &arguments).await,
        Listing::Authorities => authorities(&client, &arguments).await,
    }
}

async fn profiles(client: &Client, arguments: &GetArguments) -> anyhow::Result<Ending> {
    let reports = reports(client, arguments, 0).await?;
    if arguments.output == GetFormat::Json {
        return json(&reports);
    }
    let statuses = arguments.data.as_ref().map(|data| Statuses::at(data.join("status")));
    let mut header = vec!["NAMESPACE", "PROFILE", "PLATFORM"];
    header.extend(statuses.as_ref().map(|_| "READY"));
    header.extend(["ASSIGNED", "ISSUED", "INSTALLED", "PENDING", "FAILED"]);
    let mut table = Table::new(header);
    for report in &reports {
        let summary = report.summary;
        let mut row = vec![
            Cell::from(report.key.namespace.as_str()),
            Cell::from(report.key.name.as_str()),
            Cell::from(report.platform.map(Platform::as_str).unwrap_or_default()),
        ];
        row.extend(statuses.as_ref().map(|statuses| readiness(&statuses.ready(&report.key))));
        row.extend([
            Cell::from(summary.assigned.to_string()),
            Cell::from(summary.issued.to_string()),
            Cell::from(summary.installed.to_string()),
            Cell::from((summary.pending + summary.challenge_issued).to_string()),
            Cell::styled(summary.failed.to_string(), if summary.failed > 0 { BAD } else { Style::new() }),
        ]);
        table.row(row);
    }
    show(&table, "no profiles; declare one and let the operator or `scepter up` apply it")
}

async fn devices(client: &Client, arguments: &GetArguments) -> anyhow::Result<Ending> {
    let reports = reports(client, arguments, MAX_ROWS).await?;
    let rows: Vec<Row<'_>> = reports
        .iter()
        .flat_map(|report| report.devices.iter().map(|device| Row { profile: &report.key, device }))
        .filter(|row| !arguments.attention || needs_attention(row.device.state))
        .collect();
    if arguments.output == GetFormat::Json {
        return json(&rows);
    }
    let mut table = Table::new(["DEVICE", "PROFILE", "STATE", "SERIAL", "EXPIRES", "MESSAGE"]);
    for Row { profile, device } in rows {
        table.row([
            Cell::from(device.device.as_str()),
            Cell::from(profile.name.as_str()),
            Cell::styled(device.state.as_str(), style(device.state)),
            Cell::from(device.serial_number.as_deref().unwrap_or("-")),
            Cell::from(
                device.not_after.map_or_else(|| "-".to_owned(), |end| end.strftime("%Y-%m-%d").to_string()),
            ),
            Cell::from(sentence(device)),
        ]);
    }
    show(&table, if arguments.attention { "no device needs attention" } else { "no devices" })
}

fn readiness(ready: &str) -> Cell {
    Cell::styled(ready, if ready == "True" { GOOD } else { BAD })
}

/// A device's row with the profile that it stands under.
#[derive(Serialize)]
struct Row<'a> {
    profile: &'a ObjectKey,
    #[serde(flatten)]
    device: &'a DeviceRow,
}

/// Reason and message, the reason once.
fn sentence(device: &DeviceRow) -> String {
    match (device.reason.as_deref(), device.message.as_deref()) {
        (Some(reason), Some(message)) if !message.starts_with(reason) => format!("{reason}: {message}"),
        (_, Some(message)) => message.to_owned(),
        (Some(reason), None) => reason.to_owned(),
        (None, None) => String::new(),
    }
}

/// Whether somebody should look: the certificate is missing, or about to be.
fn needs_attention(state: DeviceState) -> bool {
    match state {
        DeviceState::Failed
        | DeviceState::Expired
        | DeviceState::RevocationHeld
        | DeviceState::RenewalDue
        | DeviceState::Pending => true,
        DeviceState::ChallengeIssued
        | DeviceState::Issued
        | DeviceState::Installed
        | DeviceState::NotApplicable
        | DeviceState::Revoked => false,
    }
}

fn style(state: DeviceState) -> Style {
    match state {
        DeviceState::Failed | DeviceState::Expired | DeviceState::RevocationHeld => BAD,
        DeviceState::RenewalDue | DeviceState::Pending | DeviceState::ChallengeIssued => WAITING,
        DeviceState::Issued | DeviceState::Installed => GOOD,
        DeviceState::NotApplicable | DeviceState::Revoked => Style::new(),
    }
}

async fn certificates(client: &Client, arguments: &GetArguments) -> anyhow::Result<Ending> {
    let mut items = Vec::new();
    for namespace in namespaces(client, arguments).await? {
        items.extend(client.certificates(&namespace).await?.items);
    }
    if let Some(profile) = &arguments.profile {
        items.retain(|certificate| certificate.profile == profile.name);
    }
    match arguments.output {
        GetFormat::Json => return json(&items),
        GetFormat::Pem => {
            let all: String =
                items.iter().map(|item| pem::certificate(&item.certificate)).collect::<Result<_, _>>()?;
            print::text(&all)?;
            return Ok(Ending::Success);
        }
        GetFormat::Text => {}
    }
    let mut table = Table::new(["SERIAL", "PROFILE", "DEVICE", "BEGINS", "EXPIRES", "REVOKED"]);
    for certificate in &items {
        table.row([
            Cell::from(certificate.serial_number.as_str()),
            Cell::from(certificate.profile.as_str()),
            Cell::from(certificate.device.as_str()),
            Cell::from(certificate.not_before.to_string()),
            Cell::from(certificate.not_after.to_string()),
            certificate
                .revoked_at
                .map_or_else(|| Cell::from("-"), |when| Cell::styled(when.to_string(), BAD)),
        ]);
    }
    show(&table, "no certificates yet")
}

async fn requests(client: &Client, arguments: &GetArguments) -> anyhow::Result<Ending> {
    let mut table = Table::new(["NAMESPACE", "ID", "PROFILE", "DEVICE", "SINCE", "UNTIL"]);
    let mut items = Vec::new();
    for namespace in namespaces(client, arguments).await? {
        for request in client.requests(&namespace).await?.items {
            table.row([
                Cell::from(namespace.as_str()),
                Cell::from(request.id.as_str()),
                Cell::from(request.profile.as_str()),
                Cell::from(request.device.as_str()),
                Cell::from(request.requested_at.to_string()),
                Cell::from(request.expires_at.to_string()),
            ]);
            items.push(request);
        }
    }
    if arguments.output == GetFormat::Json {
        return json(&items);
    }
    show(&table, "no request waits for approval")
}

async fn authorities(client: &Client, arguments: &GetArguments) -> anyhow::Result<Ending> {
    let items = client.authorities().await?.items;
    match arguments.output {
        GetFormat::Json => return json(&items),
        GetFormat::Pem => {
            let roots = items.iter().flat_map(|item| {
                std::iter::once(&item.root).chain(item.next.as_ref().map(|next| &next.root))
            });
            let all: String = roots.map(|root| pem::certificate(root)).collect::<Result<_, _>>()?;
            print::text(&all)?;
            return Ok(Ending::Success);
        }
        GetFormat::Text => {}
    }
    let mut table =
        Table::new(["AUTHORITY", "SUBJECT", "EXPIRES", "RA EXPIRES", "NEXT CA", "SHA-256", "URL"]);
    for authority in &items {
        table.row([
            Cell::from(authority.name.as_str()),
            Cell::from(authority.certificate.subject.as_str()),
            Cell::from(authority.certificate.not_after.to_string()),
            Cell::from(authority.registration_authority_not_after.to_string()),
            Cell::from(authority.next.as_ref().map_or_else(String::new, next_ca)),
            Cell::from(authority.certificate.sha256_thumbprint.as_str()),
            Cell::from(authority.public_urls.join(" ")),
        ]);
    }
    show(&table, "no authorities; add one to the issuer's configuration")
}

/// The CA that follows, and from when it issues.
fn next_ca(next: &NextCaRecord) -> String {
    format!("{} from {}", next.ca, next.from)
}

/// The reports of the profiles that were asked for.
async fn reports(client: &Client, arguments: &GetArguments, rows: u32) -> anyhow::Result<Vec<ObjectReport>> {
    let mut reports = Vec::new();
    for key in client.objects().await?.iter().filter(|key| is_asked_for(key, arguments)) {
        reports.extend(client.report(key, rows).await?);
    }
    Ok(reports)
}

fn is_asked_for(key: &ObjectKey, arguments: &GetArguments) -> bool {
    key.kind == ObjectKind::ScepProfile
        && arguments.namespace.as_ref().is_none_or(|namespace| *namespace == key.namespace)
        && arguments
            .profile
            .as_ref()
            .is_none_or(|profile| profile.name == key.name && profile.namespace == key.namespace)
}

async fn namespaces(client: &Client, arguments: &GetArguments) -> anyhow::Result<Vec<Namespace>> {
    if let Some(namespace) =
        arguments.profile.as_ref().map(|profile| &profile.namespace).or(arguments.namespace.as_ref())
    {
        return Ok(vec![namespace.clone()]);
    }
    let mut all: Vec<Namespace> = client.objects().await?.into_iter().map(|key| key.namespace).collect();
    all.sort();
    all.dedup();
    Ok(all)
}

fn json(value: &impl Serialize) -> anyhow::Result<Ending> {
    print::text(&format!("{}\n", serde_json::to_string_pretty(value)?))?;
    Ok(Ending::Success)
}

fn show(table: &Table, nothing: &str) -> anyhow::Result<Ending> {
    if table.is_empty() {
        print::note(nothing);
    } else {
        print::text(&table.render())?;
    }
    Ok(Ending::Success)
}
