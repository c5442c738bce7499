//! Conditions of one status in the making.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use scepter_policy::text::bounded;

use super::aspects::Aspect;
use super::{ConditionType, find};

/// The longest message; the schema allows more, a terminal does not.
const MAX_MESSAGE: usize = 1024;

/// Builds conditions that keep the time of their last transition while their status stays.
pub(super) struct Conditions<'a> {
    generation: Option<i64>,
    last: &'a [Condition],
    now: Timestamp,
    built: Vec<Condition>,
}

impl<'a> Conditions<'a> {
    pub(super) fn new(generation: Option<i64>, last: &'a [Condition], now: Timestamp) -> Self {
        Self { generation, last, now, built: Vec::with_capacity(ConditionType::ALL.len()) }
    }

    pub(super) fn set(&mut self, type_: ConditionType, aspect: &Aspect) {
        let status = aspect.truth.as_str();
        let since = find(self.last, type_)
            .filter(|last| last.status == status)
            .map_or(Time(self.now), |last| last.last_transition_time.clone());
        self.built.push(Condition {
            type_: type_.as_str().to_owned(),
            status: status.to_owned(),
            reason: aspect.reason.as_str().to_owned(),
            message: bounded(&aspect.message, MAX_MESSAGE),
            observed_generation: self.generation,
            last_transition_time: since,
        });
    }

    pub(super) fn into_vec(self) -> Vec<Condition> {
        self.built
    }
}
