//! Two triggers, one queue a kind: watches and the issuer's feed both end here.

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::{Stream, StreamExt as _};
use kube::runtime::reflector::ObjectRef;
use scepter_policy::identity::{ObjectKey, ObjectKind};

use crate::guard::Guarded;
use scepter_reconcile::Kind;

/// The ends at which keys go in. What waits is bounded by the number of objects: the scheduler behind each queue keeps
/// a key only once.
#[derive(Clone, Debug)]
pub(crate) struct Queues {
    profiles: UnboundedSender<ObjectKey>,
    roots: UnboundedSender<ObjectKey>,
    sources: UnboundedSender<ObjectKey>,
}

/// The ends at which they come out.
#[derive(Debug)]
pub(crate) struct Outlets {
    pub(crate) profiles: UnboundedReceiver<ObjectKey>,
    pub(crate) roots: UnboundedReceiver<ObjectKey>,
    pub(crate) sources: UnboundedReceiver<ObjectKey>,
}

impl Queues {
    /// Makes the queues of all three kinds.
    pub(crate) fn new() -> (Self, Outlets) {
        let (profiles, profiles_out) = unbounded();
        let (roots, roots_out) = unbounded();
        let (sources, sources_out) = unbounded();
        let outlets = Outlets { profiles: profiles_out, roots: roots_out, sources: sources_out };
        (Self { profiles, roots, sources }, outlets)
    }

    /// Asks for a pass over an object.
    pub(crate) fn push(&self, key: ObjectKey) {
        let queue = match key.kind {
            ObjectKind::ScepProfile => &self.profiles,
            ObjectKind::TrustedRootProfile => &self.roots,
            ObjectKind::InventorySource => &self.sources,
        };
        // A queue without a reader belongs to an operator that is ending.
        let _ = queue.unbounded_send(key);
    }
}

/// The keys of one kind as a controller wants them.
pub(crate) fn references<K: Kind>(
    keys: UnboundedReceiver<ObjectKey>,
) -> impl Stream<Item = ObjectRef<Guarded<K>>> {
    keys.map(|key| ObjectRef::new(key.name.as_str()).within(key.namespace.as_str()))
}
