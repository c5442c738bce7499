//! The CAs of an authority, one after the other (decision 0190).

use std::sync::Arc;

use jiff::Timestamp;
use scepter_pki::authority::{AuthorityError, AuthorityProblem, Duty, LoadAuthorityError};

use super::OpenAuthorityError;
use super::served::{Opening, Served};
use crate::configuration::NextCa;

/// The CA that an authority has, and the one that follows it, if any. Which of the two issues is a matter of time alone, so
/// that processes need not agree on it.
#[derive(Debug)]
pub(super) struct Succession {
    first: Arc<Served>,
    next: Option<Next>,
    /// When the root changes, where it does.
    root_changes: Option<Timestamp>,
}

#[derive(Debug)]
struct Next {
    from: Timestamp,
    served: Arc<Served>,
}

impl Succession {
    /// Opens both, making those that are to be made.
    pub(super) async fn open(opening: Opening<'_>) -> Result<Self, OpenAuthorityError> {
        let Some(next) = &opening.configuration.next else {
            let first = opening.open(opening.configuration.ca(), Duty::Issues).await?;
            return Ok(Self { first: Arc::new(first), next: None, root_changes: None });
        };
        let mut follower = open_next(next, opening).await?;
        let duty = if next.from <= opening.now { Duty::Retired } else { Duty::Issues };
        let mut first = match opening.open(opening.configuration.ca(), duty).await {
            Ok(first) => first,
            Err(error) if duty == Duty::Retired && has_ended(&error) => {
                tracing::warn!(%error, "it is no longer needed: put what is under `next` in its place");
                let root_changes = Some(next.from);
                return Ok(Self { first: Arc::new(follower), next: None, root_changes });
            }
            Err(error) => return Err(error),
        };
        if first.facts.not_after < next.from {
            let (ca, end) = (&first.facts.ca, first.facts.not_after);
            tracing::warn!(%ca, %end, from = %next.from, "this CA ends before the next one issues");
        }
        first.stand_beside(&follower);
        follower.stand_beside(&first);
        let root_changes = (first.facts.root != follower.facts.root).then_some(next.from);
        let first = Arc::new(first);
        follower.predecessor = Some(Arc::clone(&first));
        let next = Next { from: next.from, served: Arc::new(follower) };
        Ok(Self { first, next: Some(next), root_changes })
    }

    /// The one that issues.
    pub(super) fn issuing(&self, now: Timestamp) -> &Arc<Served> {
        match &self.next {
            Some(Next { from, served }) if *from <= now => served,
            Some(_) | None => &self.first,
        }
    }

    /// The one that is to issue later, and from when.
    pub(super) fn next(&self, now: Timestamp) -> Option<(Timestamp, &Arc<Served>)> {
        self.next.as_ref().filter(|next| now < next.from).map(|next| (next.from, &next.served))
    }

    /// Since when its root is another one than before.
    pub(super) fn root_changed(&self, now: Timestamp) -> Option<Timestamp> {
        self.root_changes.filter(|from| *from <= now)
    }

    /// Both.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Served>> {
        std::iter::once(&self.first).chain(self.next.as_ref().map(|next| &next.served))
    }
}

/// Opens the next CA. It is made only before its time: later it has issued, and another one would make those certificates
/// worthless (TH-46), or devices would have no chance to get its root.
async fn open_next(next: &NextCa, opening: Opening<'_>) -> Result<Served, OpenAuthorityError> {
    let mut ca = next.ca();
    let is_late = next.from <= opening.now;
    if is_late {
        ca.create = None;
    }
    match opening.open(ca, Duty::Issues).await {
        Err(OpenAuthorityError::Absent { authority, .. }) if is_late => {
            Err(OpenAuthorityError::TooLate { authority, from: next.from })
        }
        opened => opened,
    }
}

/// Whether a certificate of its chain is out of its time.
fn has_ended(error: &OpenAuthorityError) -> bool {
    matches!(
        error,
        OpenAuthorityError::Load(LoadAuthorityError::Authority(AuthorityError {
            problem: AuthorityProblem::NotInForce { list: "certificateChain", .. },
            ..
        }))
    )
}
