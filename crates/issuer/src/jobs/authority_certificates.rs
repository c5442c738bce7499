//! What authorities certify for themselves: made anew before it ends. What only the operator can renew is told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use scepter_policy::identity::AuthorityName;
use tokio_util::sync::CancellationToken;

use crate::authorities::{Served, Upkept};
use crate::issuer::Issuer;

/// How often it is looked whether something is due; looking compares a few times.
const INTERVAL: Duration = Duration::from_secs(2);

/// How long before its end a CA without a successor is told of, unless a third of its life is less.
const CA_NEARS_ITS_END: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How often the operator is told the same.
const TOLD_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// How long after a failure the RA is not tried again.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// Keeps every authority's own certificates current until `stop`.
pub(crate) async fn run(issuer: Arc<Issuer>, stop: CancellationToken) {
    let mut silence = Silence::default();
    loop {
        let now = issuer.clock.now();
        for served in issuer.authorities.standing(now) {
            renew_responder(&issuer, served, now).await;
            issuer.metrics.note_ends(served);
        }
        for served in issuer.authorities.active(now) {
            keep_up_registration(served, &mut silence, now).await;
        }
        for served in issuer.authorities.all_issuing(now) {
            tell_of_end(&issuer, served, &mut silence, now);
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

async fn renew_responder(issuer: &Issuer, served: &Served, now: Timestamp) {
    let ca = &served.facts.ca;
    if !served.ocsp.is_due(now) {
        return;
    }
    match served.authority.new_ocsp_responder(issuer.authorities.pool(), now).await {
        Ok(next) => {
            served.ocsp.replace(next);
            tracing::info!(%ca, "a new OCSP responder answers");
        }
        Err(error) => {
            tracing::error!(%ca, %error, "the OCSP responder was not renewed; it is tried again");
        }
    }
}

async fn keep_up_registration(served: &Served, silence: &mut Silence, now: Timestamp) {
    let ca = &served.facts.ca;
    if silence.holds(ca, Topic::Failure, now) {
        return;
    }
    let end = served.front().current.authority.not_after();
    match served.keep_up_registration(now).await {
        Ok(Upkept::Unchanged) => {}
        Ok(Upkept::Renewed) => {
            let end = served.front().current.authority.not_after();
            tracing::info!(%ca, %end, "the RA has new certificates");
        }
        Ok(Upkept::AwaitsOperator) => {
            if !silence.holds(ca, Topic::RegistrationAuthority, now) {
                tracing::warn!(%ca, %end, "ra.certificates near their end; put renewed ones into their file, it is read again");
                silence.begins(ca, Topic::RegistrationAuthority, now, TOLD_EVERY);
            }
        }
        Err(error) => {
            tracing::error!(%ca, %end, %error, "the RA's certificates were not renewed; it is tried again");
            silence.begins(ca, Topic::Failure, now, PAUSE);
        }
    }
}

/// A CA cannot renew itself; and no certificate of it ends after it (VAL-05).
fn tell_of_end(issuer: &Issuer, served: &Served, silence: &mut Silence, now: Timestamp) {
    let facts = &served.facts;
    let life = facts.not_after.duration_since(facts.not_before);
    let is_near = facts.not_after.duration_since(now) < CA_NEARS_ITS_END.min(life / 3);
    let has_next = issuer.authorities.next(&facts.name, now).is_some();
    if is_near && !has_next && !silence.holds(&facts.ca, Topic::Ca, now) {
        tracing::warn!(ca = %facts.ca, end = %facts.not_after, "the CA nears its end; configure the one that follows under `next`");
        silence.begins(&facts.ca, Topic::Ca, now, TOLD_EVERY);
    }
}

/// What is told of a CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    Ca,
    RegistrationAuthority,
    Failure,
}

/// Until when nothing more is said on a topic.
#[derive(Debug, Default)]
struct Silence(BTreeMap<(AuthorityName, Topic), Timestamp>);

impl Silence {
    fn holds(&self, ca: &AuthorityName, topic: Topic, now: Timestamp) -> bool {
        self.0.get(&(ca.clone(), topic)).is_some_and(|end| now < *end)
    }

    fn begins(&mut self, ca: &AuthorityName, topic: Topic, now: Timestamp, length: SignedDuration) {
        self.0.insert((ca.clone(), topic), now.saturating_add(length).unwrap_or(Timestamp::MAX));
    }
}
