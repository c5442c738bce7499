//! An Event for each transition of `Ready`: what `kubectl describe` shows below an object.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::Client;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use scepter_reconcile::{Kind, conditions};

use crate::CONTROLLER;
use crate::status::Draft;

/// The API's bound on the note of an Event, in bytes.
const MAX_NOTE: usize = 1024;

/// Tells of transitions.
pub(crate) struct Events {
    recorder: Recorder,
}

impl Events {
    /// Tells them to the API server.
    pub(crate) fn new(client: Client) -> Self {
        Self { recorder: Recorder::new(client, Reporter::from(CONTROLLER)) }
    }

    /// Tells of a transition, where the draft is one. An Event is a courtesy: one that cannot be written (its namespace
    /// may be ending) stops nothing.
    pub(crate) async fn tell<K: Kind>(&self, draft: &Draft<'_>) {
        let Some(ready) = conditions::transition(draft.stored_conditions, draft.new_conditions) else {
            return;
        };
        let event = Event {
            type_: if ready.status == "True" { EventType::Normal } else { EventType::Warning },
            reason: ready.reason.clone(),
            note: Some(note(&ready.message)),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        if let Err(error) = self.recorder.publish(&event, &regarding::<K>(draft)).await {
            tracing::debug!(%error, "an Event could not be written");
        }
    }
}

fn regarding<K: Kind>(draft: &Draft<'_>) -> ObjectReference {
    ObjectReference {
        api_version: Some(K::api_version(&()).into_owned()),
        kind: Some(K::kind(&()).into_owned()),
        name: draft.meta.name.clone(),
        namespace: draft.meta.namespace.clone(),
        uid: draft.meta.uid.clone(),
        ..ObjectReference::default()
    }
}

fn note(message: &str) -> String {
    let end = (0..=message.len().min(MAX_NOTE)).rev().find(|end| message.is_char_boundary(*end));
    message[..end.unwrap_or_default()].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_note_is_cut_between_characters() {
        let cut = note(&"é".repeat(1000));
        assert_eq!((cut.len(), cut.chars().count()), (1024, 512));
        assert_eq!(note("short"), "short");
    }
}
