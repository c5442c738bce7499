//! Conditions: the whole of what a status says in words that tools wait for.
//!
//! `Accepted`, `ResolvedRefs` and `Programmed` are three questions asked in that order; `Ready` is the first that is not
//! answered with yes. `Reconciling` and `Stalled` are there only while they are true, as kstatus expects, so that a
//! waiting pipeline fails early where nothing will change by itself. `DevicesHealthy` speaks of devices, never `Ready`:
//! one broken phone must not fail a deployment.

mod aspects;
mod reason;
mod set;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use scepter_policy::report::Summary;

pub use reason::{ConditionType, Reason, Truth};

use crate::status::Devices;
use crate::verdict::Verdict;
use aspects::{Aspect, Aspects, Progress};
use set::Conditions;

/// The conditions that a verdict makes. `devices` is `None` for a kind without devices.
pub(crate) fn of_verdict(
    verdict: &Verdict,
    devices: Option<&Devices>,
    generation: Option<i64>,
    last: &[Condition],
    now: Timestamp,
) -> Vec<Condition> {
    let aspects = Aspects::of(verdict);
    let mut conditions = Conditions::new(generation, last, now);
    conditions.set(ConditionType::Ready, &aspects.ready());
    conditions.set(ConditionType::Accepted, &aspects.accepted);
    conditions.set(ConditionType::ResolvedRefs, &aspects.resolved);
    conditions.set(ConditionType::Programmed, &aspects.programmed);
    if let Some(devices) = devices {
        conditions.set(ConditionType::DevicesHealthy, &health(devices));
    }
    match aspects.progress {
        Progress::Done => {}
        Progress::Working => {
            conditions.set(ConditionType::Reconciling, &aspects.ready().with(Truth::True));
        }
        Progress::Stuck => conditions.set(ConditionType::Stalled, &aspects.ready().with(Truth::True)),
    }
    conditions.into_vec()
}

/// The conditions of an object whose spec cannot be read: nothing else can be said of it.
pub fn of_misshapen(
    message: &str,
    generation: Option<i64>,
    last: &[Condition],
    now: Timestamp,
) -> Vec<Condition> {
    let findings = crate::verdict::misshapen(message).into();
    of_verdict(&Verdict::Refused(findings), None, generation, last, now)
}

/// What an Event says, where `Ready` changed its status or its reason. `None` where nobody needs to be told.
pub fn transition<'a>(last: &[Condition], new: &'a [Condition]) -> Option<&'a Condition> {
    let new = find(new, ConditionType::Ready)?;
    let told = find(last, ConditionType::Ready)
        .is_some_and(|last| last.status == new.status && last.reason == new.reason);
    (!told).then_some(new)
}

/// The condition of a type.
pub fn find(conditions: &[Condition], type_: ConditionType) -> Option<&Condition> {
    conditions.iter().find(|condition| condition.type_ == type_.as_str())
}

fn health(devices: &Devices) -> Aspect {
    let Some(summary) = &devices.summary else {
        return Aspect::unknown(Reason::Pending, "The issuer has not reported any devices yet");
    };
    let Summary { assigned, failed, expired, .. } = *summary;
    if assigned == 0 {
        return Aspect::yes(Reason::NoDevices, "No device is assigned");
    }
    if failed == 0 && expired == 0 {
        return Aspect::yes(Reason::DevicesHealthy, "No device has failed");
    }
    let reasons: Vec<String> = devices
        .failures
        .iter()
        .take(3)
        .map(|failure| format!("{} ({}, such as {})", failure.reason, failure.count, failure.example_device))
        .collect();
    let detail = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(", ")) };
    let message =
        format!("{failed} of {assigned} devices failed, {expired} have expired certificates{detail}");
    Aspect::no(Reason::DevicesFailing, message)
}
