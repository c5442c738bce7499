//! `TrustedRootProfile` in the core.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use scepter_crd::TrustedRootProfile;
use scepter_crd::v1alpha1::TrustedRootProfileStatus;
use scepter_issuer_api::KeyRef;
use scepter_policy::diagnostics::{Diagnostic, FieldPath};
use scepter_policy::identity::ObjectKind;
use scepter_policy::rules::RuleId;
use serde_json::{Value, json};

use super::{Kind, name};
use crate::document::document;
use crate::judgement::{Judgement, Unmet};
use crate::manifests::{Manifests, config_map_key};
use crate::status::{Before, Devices, Outline};
use crate::verdict::{Report, Seen};

/// How many profiles a status names.
const MAX_USED_BY: usize = 100;

impl Kind for TrustedRootProfile {
    const KIND: ObjectKind = ObjectKind::TrustedRootProfile;
    type Status = TrustedRootProfileStatus;

    fn spec(&self) -> Value {
        json!(self.spec)
    }

    fn last_status(&self) -> Option<&TrustedRootProfileStatus> {
        self.status.as_ref()
    }

    fn is_suspended(&self) -> bool {
        self.spec.suspend
    }

    fn reads(&self) -> Vec<KeyRef> {
        let reference = self.spec.certificate.config_map_key_ref.as_ref();
        reference.map(|reference| config_map_key(&reference.name, &reference.key)).into_iter().collect()
    }

    fn judge(&self, among: &Manifests, now: Timestamp) -> Judgement {
        let reads = self.reads();
        let bytes = among.certificate_of(self);
        let warnings = match self.parse(bytes, now) {
            Ok((_, warnings)) => warnings,
            Err(findings) => return Judgement::Refused(findings),
        };
        match reads.first() {
            Some(key) if bytes.is_none() => Judgement::Waiting { unmet: vec![missing(key)], warnings },
            Some(_) | None => Judgement::Accepted { desired: document(self, among), warnings },
        }
    }

    fn status(&self, among: &Manifests, seen: &Seen, now: Timestamp) -> TrustedRootProfileStatus {
        let last = self.status.clone().unwrap_or_default();
        let known = Devices {
            summary: last.summary,
            failures: last.failures,
            rows: last.devices,
            omitted: last.omitted_devices,
        };
        let devices = Devices::of(&seen.report, known);
        let before =
            Before { programmed_generation: last.programmed_generation, conditions: &last.conditions };
        let outline = Outline::new(self, seen, Some(&devices), before, now);
        let users = used_by(self, among);
        TrustedRootProfileStatus {
            observed_generation: outline.observed_generation,
            programmed_generation: outline.programmed_generation,
            last_handled_reconcile_at: outline.last_handled_reconcile_at,
            conditions: outline.conditions,
            diagnostics: outline.diagnostics,
            plan: outline.plan,
            certificate: match &seen.report {
                Report::Known(report) => report.certificate.clone(),
                Report::Absent => None,
                Report::Silent => last.certificate,
            },
            used_by_count: i64::try_from(users.len()).ok(),
            used_by: users.into_iter().take(MAX_USED_BY).collect(),
            summary: devices.summary,
            failures: devices.failures,
            devices: devices.rows,
            omitted_devices: devices.omitted,
        }
    }

    fn conditions(status: &TrustedRootProfileStatus) -> &[Condition] {
        &status.conditions
    }
}

fn missing(key: &KeyRef) -> Unmet {
    let field = FieldPath::spec().field("certificate").field("configMapKeyRef");
    let message = format!("there is no key {} in a ConfigMap {} of this namespace", key.key, key.name);
    Unmet::ConfigMapNotFound(
        Diagnostic::new(RuleId::Root01, field, message).help("create it; this object then goes on by itself"),
    )
}

/// The names of the profiles that refer to a root, sorted.
fn used_by(root: &TrustedRootProfile, among: &Manifests) -> Vec<String> {
    among
        .profiles()
        .filter(|profile| profile.spec.root_certificate_ref.name == name(root))
        .map(|profile| name(&**profile).to_owned())
        .collect()
}
