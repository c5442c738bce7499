//! The webhook as its users configure it: `deploy/webhook.yaml`, for one namespace.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scepter_tests::{Failure, Kubectl, Namespace, until};
use serde_json::{Value, json};

use crate::installation::{Installation, LIMIT, manifest};

/// The webhook's configuration. It is deleted when this value is dropped.
pub(crate) struct Webhook {
    name: String,
    kubectl: Kubectl,
}

impl Webhook {
    /// Turns on the webhook of the shared operator, and waits until the API server asks it.
    pub(crate) fn on(namespace: &Namespace) -> Result<Self, Failure> {
        let webhook = Self::at(namespace, Installation::shared()?.webhook().port)?;
        let wrong = manifest("corp-vpn-ios.yaml")
            .replace("name: corp-vpn-ios", "name: is-the-webhook-asked")
            .replace("{{UserName}}", "{{NoSuchVariable}}");
        until("the webhook is asked", LIMIT, || match webhook.kubectl.dry_run(&wrong) {
            Err(Failure::CommandFailed { output, .. }) if output.contains("policy.scepter.dev") => Ok(()),
            other => Err(format!("{other:?}")),
        })?;
        Ok(webhook)
    }

    /// Has the API server ask whoever listens on that port.
    pub(crate) fn at(namespace: &Namespace, port: u16) -> Result<Self, Failure> {
        let name = format!("scepter-{}", namespace.name());
        let kubectl = namespace.kubectl().clone();
        let mut configuration = as_shipped();
        configuration["metadata"]["name"] = json!(name);
        let webhook = &mut configuration["webhooks"][0];
        let path = webhook["clientConfig"]["service"]["path"].as_str().unwrap().to_owned();
        webhook["clientConfig"] = json!({
            "url": format!("https://127.0.0.1:{port}{path}"),
            "caBundle": STANDARD.encode(&Installation::shared()?.webhook().certificate),
        });
        webhook["namespaceSelector"] =
            json!({"matchLabels": {"kubernetes.io/metadata.name": namespace.name()}});
        kubectl.apply(&configuration.to_string())?;
        Ok(Self { name, kubectl })
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        // A failure is not this test's to judge; in a control plane of ours the configuration ends with it.
        let _ =
            self.kubectl.run(&["delete", "validatingwebhookconfiguration", &self.name, "--ignore-not-found"]);
    }
}

fn as_shipped() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/webhook.yaml");
    let text = std::fs::read_to_string(file).unwrap();
    let (_, configuration) = text.split_once("\n---\n").unwrap();
    serde_saphyr::from_str(configuration).unwrap()
}
