//! One pass over an object: judge, ask the issuer, make a status.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use scepter_issuer_api::{DeleteOutcome, Issuer, IssuerError, Mode};
use scepter_policy::identity::ObjectKey;

use crate::document::key;
use crate::judgement::Judgement;
use crate::kind::Kind;
use crate::manifests::Manifests;
use crate::status::DeviceRows;
use crate::verdict::{Leaving, Report, Seen, Verdict, misses_root};

/// How long until the issuer is asked again about what it refused: its configuration changes without a word to us.
const REFUSED: Duration = Duration::from_mins(1);

/// The terms of a pass.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// Whether anything is changed.
    pub mode: Mode,
    /// How many device rows are read.
    pub device_rows: DeviceRows,
    /// When it is.
    pub now: Timestamp,
}

/// What a pass leaves. A pass cannot fail: an outage is a status, with [`Next::Retry`].
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<K: Kind> {
    /// The status to write.
    pub status: K::Status,
    /// When to come back.
    pub next: Next,
}

/// When to come back to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// When it or a neighbour changes.
    AwaitChange,
    /// After that time at the latest.
    After(Duration),
    /// Soon, later each time.
    Retry,
    /// Never: the issuer has let go of it.
    Forget,
}

/// Judges an object among its neighbours, declares it to the issuer, and says what came of it.
pub async fn reconcile<K: Kind>(
    object: &K,
    among: &Manifests,
    issuer: &impl Issuer,
    pass: Pass,
) -> Outcome<K> {
    let seen = match key(object) {
        Ok(key) => see(object, &key, among, issuer, pass).await,
        Err(finding) => Seen { verdict: Verdict::Refused(finding.into()), report: Report::Silent },
    };
    let next = next(object, &seen.verdict);
    Outcome { status: object.status(among, &seen, pass.now), next }
}

/// Withdraws an object that is being deleted.
pub async fn remove<K: Kind>(object: &K, among: &Manifests, issuer: &impl Issuer, pass: Pass) -> Outcome<K> {
    let answer = match key(object) {
        Ok(key) => issuer.delete(&key, pass.mode).await,
        Err(_) => Ok(DeleteOutcome::Absent),
    };
    let leaving = match answer {
        Ok(DeleteOutcome::Deleted { .. } | DeleteOutcome::Absent) => Leaving::Gone,
        Ok(DeleteOutcome::Held(plan)) => Leaving::Held(plan),
        Err(error) => Leaving::Unanswered(error),
    };
    let seen = Seen { verdict: Verdict::Leaving(leaving), report: Report::Silent };
    let next = next(object, &seen.verdict);
    Outcome { status: object.status(among, &seen, pass.now), next }
}

/// What the issuer holds of this owner although nobody declares it any more.
pub fn orphans(declared: &BTreeSet<ObjectKey>, stored: &BTreeSet<ObjectKey>) -> Vec<ObjectKey> {
    stored.difference(declared).cloned().collect()
}

async fn see<K: Kind>(
    object: &K,
    key: &ObjectKey,
    among: &Manifests,
    issuer: &impl Issuer,
    pass: Pass,
) -> Seen {
    match object.judge(among, pass.now) {
        Judgement::Refused(findings) => old_report(Verdict::Refused(findings), key, issuer, pass).await,
        Judgement::Waiting { unmet, warnings } => {
            old_report(Verdict::Waiting { unmet, warnings }, key, issuer, pass).await
        }
        Judgement::Accepted { desired, warnings } => {
            let only_planned = object.is_suspended() || pass.mode == Mode::DryRun;
            let mode = if only_planned { Mode::DryRun } else { Mode::Apply };
            let answer = async {
                let answer = issuer.put(key, &desired, mode).await?;
                Ok((answer, report(key, issuer, pass).await?))
            };
            match answer.await {
                Ok((answer, report)) => Seen { verdict: Verdict::of(answer, only_planned, warnings), report },
                Err(error) => {
                    Seen { verdict: Verdict::Unanswered { error, warnings }, report: Report::Silent }
                }
            }
        }
    }
}

/// The issuer is not asked about this generation, but an older one may serve. Where it does not say, that is no news.
async fn old_report(verdict: Verdict, key: &ObjectKey, issuer: &impl Issuer, pass: Pass) -> Seen {
    let report = report(key, issuer, pass).await.unwrap_or_else(|error| {
        tracing::warn!(object = %key, %error, "the issuer gave no report");
        Report::Silent
    });
    Seen { verdict, report }
}

async fn report(key: &ObjectKey, issuer: &impl Issuer, pass: Pass) -> Result<Report, IssuerError> {
    let report = issuer.report(key, pass.device_rows.get()).await?;
    Ok(report.map_or(Report::Absent, |report| Report::Known(Box::new(report))))
}

fn next<K: Kind>(object: &K, verdict: &Verdict) -> Next {
    match verdict {
        Verdict::Refused(_) => Next::AwaitChange,
        Verdict::Waiting { .. }
        | Verdict::Applied { .. }
        | Verdict::Held { .. }
        | Verdict::Planned { .. } => Next::After(object.resync()),
        Verdict::Rejected { findings, root_mismatch: None } if misses_root(findings) => Next::Retry,
        Verdict::Rejected { .. } | Verdict::Leaving(Leaving::Held(_)) => Next::After(REFUSED),
        Verdict::Unanswered { error, .. } | Verdict::Leaving(Leaving::Unanswered(error)) => {
            if error.is_retryable() { Next::Retry } else { Next::After(REFUSED) }
        }
        Verdict::Leaving(Leaving::Gone) => Next::Forget,
    }
}
