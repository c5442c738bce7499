//! An authority's responder, and the answers that it need not sign again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use scepter_pki::SigningError;
use scepter_pki::ocsp::{Answer, CertificateStatus, OcspRequest, OcspResponder};

/// How many answers are kept; each takes about a kilobyte.
const CAPACITY: usize = 8192;

/// How long an answer is given again without a look at the store: another process may have revoked (TH-18).
const KEPT_FOR: SignedDuration = SignedDuration::from_secs(30);

/// Signs OCSP answers for one CA. A job puts a new key in the place of one that is due.
#[derive(Debug)]
pub(crate) struct Responder {
    current: RwLock<Arc<OcspResponder>>,
    kept: Mutex<HashMap<Vec<u8>, Kept>>,
}

/// An answer about one certificate, and how many had been revoked when it was made.
#[derive(Debug)]
struct Kept {
    answer: Arc<Answer>,
    revocations: i64,
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// The key failed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The responder's certificate has ended, and no other took its place.
    #[error("the OCSP responder's certificate ended at {0}")]
    Ended(Timestamp),
}

impl Responder {
    /// A responder that answers with that key.
    pub(crate) fn new(current: OcspResponder) -> Self {
        Self { current: RwLock::new(Arc::new(current)), kept: Mutex::default() }
    }

    /// Whether another key is to take over.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.current().is_due(now)
    }

    /// Lets another key answer from now on.
    pub(crate) fn replace(&self, next: OcspResponder) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        self.kept_answers().clear();
    }

    /// The answer that was given to the same question, while it holds: nothing was revoked since, and it is not old.
    pub(super) fn kept(
        &self,
        request: &OcspRequest,
        revocations: i64,
        now: Timestamp,
    ) -> Option<Arc<Answer>> {
        let kept = self.kept_answers();
        let Kept { answer, revocations: then } = kept.get(request.cacheable()?.as_der())?;
        let age = now.duration_since(answer.this_update);
        let holds = *then == revocations && !age.is_negative() && age < KEPT_FOR && now < answer.next_update;
        holds.then(|| Arc::clone(answer))
    }

    /// Signs an answer, and keeps it where the same question can come again. `Unknown` is not kept: there is no end to
    /// what strangers can ask about.
    pub(super) async fn sign(
        &self,
        request: &OcspRequest,
        statuses: &[CertificateStatus],
        revocations: i64,
        now: Timestamp,
        next_update: Timestamp,
    ) -> Result<Arc<Answer>, NoAnswer> {
        let responder = self.current();
        if responder.not_after() <= now {
            return Err(NoAnswer::Ended(responder.not_after()));
        }
        let next_update = next_update.min(responder.not_after());
        let answer = Arc::new(responder.answer(request, statuses, now, next_update).await?);
        if let (Some(id), [CertificateStatus::Good | CertificateStatus::Revoked { .. }]) =
            (request.cacheable(), statuses)
        {
            self.keep(id.as_der(), Kept { answer: Arc::clone(&answer), revocations });
        }
        Ok(answer)
    }

    fn keep(&self, id: &[u8], answer: Kept) {
        let mut kept = self.kept_answers();
        if kept.len() >= CAPACITY {
            kept.clear();
        }
        kept.insert(id.to_vec(), answer);
    }

    fn current(&self) -> Arc<OcspResponder> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn kept_answers(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
