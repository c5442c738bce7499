//! An authority's CRL: the one that was signed last, and how it is handed out.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use scepter_pki::crl::{Crl, CrlTerms};
use tokio::task;

use crate::issuer::Issuer;
use crate::precedence::Patience;

/// How much of a list is in memory for each who fetches it, in bytes.
const CHUNK: usize = 64 * 1024;

/// How long a cache between us and a relying party may keep a list; it hears of a revocation that much later (TH-18).
const MAX_AGE: SignedDuration = SignedDuration::from_secs(30);

/// An authority's current CRL. Readers get the one that was signed last; a job signs the next.
#[derive(Debug, Default)]
pub(crate) struct RevocationList(RwLock<Option<Arc<SignedList>>>);

/// A CRL and what it was made from.
#[derive(Debug)]
pub(crate) struct SignedList {
    /// The CRL, in a file.
    pub(crate) crl: Crl,
    /// How many certificates had been revoked when it was made.
    pub(crate) revoked: i64,
    /// Its number and its times.
    pub(crate) terms: CrlTerms,
}

impl RevocationList {
    /// The current list; nothing before the first one was signed.
    pub(crate) fn current(&self) -> Option<Arc<SignedList>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a newer list in its place. Who reads the older one reads it to its end.
    pub(crate) fn replace(&self, list: SignedList) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(list));
    }
}

impl SignedList {
    /// The whole list as DER; nothing where it has more than `limit` bytes.
    pub(crate) async fn whole(self: Arc<Self>, limit: usize) -> io::Result<Option<Vec<u8>>> {
        let Some(length) = usize::try_from(self.crl.length()).ok().filter(|length| *length <= limit) else {
            return Ok(None);
        };
        let read = move || self.crl.read_at(0, length);
        task::spawn_blocking(read).await.map_err(io::Error::other)?.map(Some)
    }
}

/// The answer to who asks for a list; nothing new where the requester has it already.
pub(crate) fn answer(issuer: &Arc<Issuer>, list: Arc<SignedList>, asked: &HeaderMap) -> Response {
    let now = issuer.clock.now();
    let CrlTerms { number, this_update, next_update } = list.terms;
    // Numbers rise for each CA, and what stands at one URL is one CA's.
    let tag = format!("\"{number}\"");
    let age = MAX_AGE.min(next_update.duration_since(now)).as_secs().max(0);
    let cacheable = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, format!("max-age={age}, public, no-transform, must-revalidate")),
        (header::LAST_MODIFIED, date(this_update)),
    ];
    if is_known(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, cacheable).into_response();
    }
    let length = list.crl.length().to_string();
    let content =
        [(header::CONTENT_TYPE, "application/pkix-crl".to_owned()), (header::CONTENT_LENGTH, length)];
    (cacheable, content, Body::from_stream(chunks(Arc::clone(issuer), list))).into_response()
}

/// Whether the requester has what `tag` names. It may list several tags, and a proxy that compresses makes them weak
/// (RFC 9110 §13.1.2).
fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let lists = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
    let mut known = lists.flat_map(|list| list.split(',')).map(str::trim);
    known.any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

/// A list in pieces, read as they are sent: a list of a million entries has some 50 MB. Each piece gives way to devices.
fn chunks(
    issuer: Arc<Issuer>,
    list: Arc<SignedList>,
) -> impl stream::Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold((0, Patience::LIST), move |(offset, mut patience)| {
        let (issuer, list) = (Arc::clone(&issuer), Arc::clone(&list));
        async move {
            issuer.precedence.give_way(&mut patience).await;
            let read = task::spawn_blocking(move || list.crl.read_at(offset, CHUNK));
            let bytes = read.await.map_err(io::Error::other)??;
            let next = offset + u64::try_from(bytes.len()).map_err(io::Error::other)?;
            Ok((next > offset).then(|| (Bytes::from(bytes), (next, patience))))
        }
    })
}

/// A moment as HTTP writes it (RFC 9110 §5.6.7).
fn date(moment: Timestamp) -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&moment).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::configuration::Limits;
    use crate::{jobs, precedence};

    #[tokio::test]
    async fn a_list_gives_way_while_a_device_is_served() {
        let directory = tempfile::tempdir().unwrap();
        let issuer = Arc::new(Issuer::in_directory(directory.path(), &Limits::default()).await);
        jobs::revocation_lists::refresh_all(&issuer).await.unwrap();
        let list = issuer.authorities.default(Timestamp::now()).unwrap().revocation_list.current().unwrap();
        let _device = issuer.precedence.device();
        let began = Instant::now();
        let answer = answer(&issuer, Arc::clone(&list), &HeaderMap::new());
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert_eq!(u64::try_from(body.len()).unwrap(), list.crl.length());
        assert!(began.elapsed() >= precedence::TURN, "{:?}", began.elapsed());
    }

    #[test]
    fn a_list_is_known_by_its_tag_among_others_weak_or_not() {
        let is_known = |asked: &[&str]| {
            let values = asked.iter().map(|value| (header::IF_NONE_MATCH, value.parse().unwrap()));
            is_known(&values.collect(), "\"7\"")
        };
        for same in [&["\"7\""][..], &["W/\"7\""], &["\"6\", \"7\""], &["\"6\"", "\"7\""], &["*"]] {
            assert!(is_known(same), "{same:?}");
        }
        for another in [&[][..], &["\"77\""], &["7"], &["\"6\", W/\"8\""], &[""]] {
            assert!(!is_known(another), "{another:?}");
        }
    }
}
