//! Claims and challenges that wait share one commit (design §2).
//!
//! While one group is on its way to the disk, the next one gathers, and before it leaves it lets whatever is ready run
//! first (decision 0282): the more requests there are at once, the more of them a flush serves. Nobody waits for others
//! who may come. A group makes durable what succeeds and nothing else. Whoever it could not serve, because a claim does
//! not hold or the database failed, asks again alone and is told why.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use scepter_policy::issuance::Issued;
use tokio::sync::oneshot;
use tokio::task;
use tokio::time::Instant;

use crate::challenges::Mint;
use crate::change::Change;
use crate::direct::{self, Direct};
use crate::issuance::claim::{Claim, Recording};
use crate::ledger::Ledger;
use crate::{Store, StoreError};

/// How many share a commit at most, so that the first does not wait long for the last.
const LARGEST_GROUP: usize = 64;

/// How often a group lets whatever is ready run before it leaves. On an idle machine that is no time at all; on a busy one
/// it is that many signatures, whose claims come along.
const TURNS_GIVEN: usize = 4;

/// After that long a group gives no further turn: where a turn is that of a crowd, one was enough.
const PATIENCE: Duration = Duration::from_millis(4);

/// What is done in a group. Each holds as a whole or changes nothing.
#[derive(Clone)]
pub(crate) enum Work {
    /// Reserve a serial, under a challenge.
    Reserve(Arc<Claim>),
    /// Record a certificate.
    Record(Arc<Issued>),
    /// Store a challenge.
    Mint(Arc<Mint>),
}

impl Work {
    async fn run(&self, change: &mut Change<'_>) -> Result<bool, StoreError> {
        match self {
            Self::Reserve(claim) => change.carry_out(claim.as_ref()).await,
            Self::Record(issued) => change.carry_out(&Recording(issued)).await,
            Self::Mint(mint) => change.carry_out(mint.as_ref()).await,
        }
    }

    /// The same in a transaction on this thread.
    fn run_directly(&self, sql: &Connection, ledger: &mut Ledger) -> Result<bool, StoreError> {
        match self {
            Self::Reserve(claim) => direct::carry_out(sql, ledger, claim.as_ref()),
            Self::Record(issued) => direct::carry_out(sql, ledger, &Recording(issued)),
            Self::Mint(mint) => direct::carry_out(sql, ledger, mint.as_ref()),
        }
    }
}

/// Claims, records and challenges that wait for the next group.
#[derive(Default)]
pub(crate) struct Claims(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    members: Vec<Member>,
    is_led: bool,
}

struct Member {
    work: Work,
    now: Timestamp,
    /// Whether its work is done, and durable.
    tell: oneshot::Sender<bool>,
}

impl Store {
    /// Does something in the next group. `false` where it was not done, or nobody can say; it goes on even when nobody
    /// waits for it any more.
    pub(crate) async fn in_group(&self, work: Work, now: Timestamp) -> bool {
        let (tell, told) = oneshot::channel();
        if self.inner.claims.enlist(Member { work, now, tell }) {
            tokio::spawn(lead(self.clone()));
        }
        told.await.unwrap_or(false)
    }

    async fn commit_group(&self, members: &[Member]) -> Result<Vec<bool>, StoreError> {
        let now = members.iter().map(|member| member.now).max().unwrap_or_default();
        let works = members.iter().map(|member| member.work.clone()).collect();
        match &self.inner.direct {
            Some(direct) => self.commit_directly(Arc::clone(direct), works, now).await,
            None => self.commit_works(works, now).await,
        }
    }

    async fn commit_works(&self, works: Vec<Work>, now: Timestamp) -> Result<Vec<bool>, StoreError> {
        let mut change = self.change(now).await?;
        let mut done = Vec::with_capacity(works.len());
        for work in works {
            done.push(work.run(&mut change).await?);
        }
        change.commit().await?;
        Ok(done)
    }

    async fn commit_directly(
        &self,
        direct: Arc<Direct>,
        works: Vec<Work>,
        now: Timestamp,
    ) -> Result<Vec<bool>, StoreError> {
        let turn = self.turn().await?;
        let committed = task::spawn_blocking(move || {
            let run = |sql: &Connection, ledger: &mut Ledger| {
                works.iter().map(|work| work.run_directly(sql, ledger)).collect()
            };
            direct.change(turn, now, run)
        });
        let (done, ledger) = committed.await.map_err(StoreError::interrupted)??;
        if ledger.has_changed() {
            self.tell();
        }
        Ok(done)
    }
}

/// Commits one group after the other until nobody waits.
async fn lead(store: Store) {
    let mut lead = Lead { claims: &store.inner.claims, ended: false };
    while let Some(members) = lead.muster().await {
        // The members of a group that failed are told by its end.
        let done = match store.commit_group(&members).await {
            Ok(done) => done,
            Err(error) => {
                tracing::warn!(%error, members = members.len(), "a group was not committed; each is tried alone");
                continue;
            }
        };
        for (member, done) in members.into_iter().zip(done) {
            // Whoever does not listen any more finds it in the store.
            let _ = member.tell.send(done);
        }
    }
}

impl Claims {
    /// Joins those who wait. Whether nobody leads them, and the caller has to see to it.
    fn enlist(&self, member: Member) -> bool {
        let mut waiting = self.lock();
        waiting.members.push(member);
        !std::mem::replace(&mut waiting.is_led, true)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leads those who wait, until nobody does.
struct Lead<'a> {
    claims: &'a Claims,
    ended: bool,
}

impl Lead<'_> {
    /// The next group. `None` where nobody waits: whoever comes next has to find another leader.
    async fn muster(&mut self) -> Option<Vec<Member>> {
        let began = Instant::now();
        for _ in 0..TURNS_GIVEN {
            task::yield_now().await;
            if began.elapsed() > PATIENCE {
                break;
            }
        }
        let mut waiting = self.claims.lock();
        let size = waiting.members.len().min(LARGEST_GROUP);
        if size == 0 {
            waiting.is_led = false;
            self.ended = true;
            return None;
        }
        Some(waiting.members.drain(..size).collect())
    }
}

impl Drop for Lead<'_> {
    /// Where a leader ends before its work, nobody may wait for it.
    fn drop(&mut self) {
        if !self.ended {
            let mut waiting = self.claims.lock();
            waiting.is_led = false;
            waiting.members.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use scepter_policy::identity::{AssignmentKey, Association, SerialNumber, Tenant};
    use scepter_policy::issuance::{CredentialId, RowVersions};
    use scepter_policy::request::{KeyFingerprint, RequestFingerprint};

    use tokio::time;

    use super::*;
    use crate::challenges::Stage;

    fn member() -> Member {
        let serial = SerialNumber::from_random([1; 16]);
        let claim = Claim {
            key: AssignmentKey {
                tenant: Tenant {
                    owner: "standalone".parse().unwrap(),
                    namespace: "default".parse().unwrap(),
                },
                profile: "wifi".parse().unwrap(),
                device: "d1".parse().unwrap(),
                association: Association::Own,
            },
            credential: CredentialId::Certificate(serial),
            fingerprint: RequestFingerprint([2; 32]),
            request_key: KeyFingerprint([3; 32]),
            versions: RowVersions { profile: 1, inventory: 1, assignment: 1 },
            ready: Stage::Open,
            serial,
        };
        let (tell, _) = oneshot::channel();
        Member { work: Work::Reserve(Arc::new(claim)), now: Timestamp::UNIX_EPOCH, tell }
    }

    /// Others who have so many turns to go until their work is enlisted, each that long.
    async fn others(claims: &Claims, turns: usize, each: Duration) {
        for _ in 0..turns {
            task::yield_now().await;
            time::advance(each).await;
        }
        claims.enlist(member());
    }

    /// The size of the next group, of one who waits and others who come.
    async fn next(lead: &mut Lead<'_>, turns: usize, each: Duration) -> Option<usize> {
        lead.claims.enlist(member());
        let claims = lead.claims;
        let (group, ()) = tokio::join!(lead.muster(), others(claims, turns, each));
        group.map(|members| members.len())
    }

    #[tokio::test(start_paused = true)]
    async fn a_group_takes_along_who_is_ready_before_it_leaves() {
        let claims = Claims::default();
        let mut lead = Lead { claims: &claims, ended: false };
        assert_eq!(next(&mut lead, 1, Duration::from_millis(1)).await, Some(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_group_does_not_wait_for_a_crowd() {
        let claims = Claims::default();
        let mut lead = Lead { claims: &claims, ended: false };
        assert_eq!(next(&mut lead, 1, PATIENCE * 2).await, Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_group_leaves_without_who_is_not_ready() {
        let claims = Claims::default();
        let mut lead = Lead { claims: &claims, ended: false };
        assert_eq!(next(&mut lead, TURNS_GIVEN + 1, Duration::ZERO).await, Some(1));
        assert_eq!(lead.muster().await.map(|members| members.len()), Some(1));
        assert!(lead.muster().await.is_none());
    }
}
