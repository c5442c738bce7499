//! `ScepProfile` in the core.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use scepter_crd::ScepProfile;
use scepter_crd::v1alpha1::ScepProfileStatus;
use scepter_issuer_api::KeyRef;
use scepter_policy::diagnostics::{Diagnostic, FieldPath};
use scepter_policy::identity::ObjectKind;
use scepter_policy::profile::{CertificateAccess, Profile};
use scepter_policy::root::TrustedRoot;
use scepter_policy::rules::{RuleId, access, assignment, root};
use serde_json::{Value, json};

use super::Kind;
use crate::document::document;
use crate::judgement::{Judgement, Unmet};
use crate::manifests::Manifests;
use crate::status::{Before, Devices, Outline};
use crate::verdict::Seen;

impl Kind for ScepProfile {
    const KIND: ObjectKind = ObjectKind::ScepProfile;
    type Status = ScepProfileStatus;

    fn spec(&self) -> Value {
        json!(self.spec)
    }

    fn last_status(&self) -> Option<&ScepProfileStatus> {
        self.status.as_ref()
    }

    fn is_suspended(&self) -> bool {
        self.spec.suspend
    }

    fn reads(&self) -> Vec<KeyRef> {
        Vec::new()
    }

    fn judge(&self, among: &Manifests, now: Timestamp) -> Judgement {
        let (profile, mut warnings) = match self.parse() {
            Ok(parsed) => parsed,
            Err(findings) => return Judgement::Refused(findings),
        };
        let kinds = among.group_kinds();
        warnings.extend(assignment::judge_kinds(&profile.assignments, kinds));
        if profile.certificate_access != CertificateAccess::UserApproval {
            warnings.extend(access::judge_reach(&profile, among.inventory()).into_iter().collect());
        }
        let root = match find_root(&profile, among, now) {
            Ok(root) => root,
            Err(unmet) => return Judgement::Waiting { unmet: vec![unmet], warnings },
        };
        let findings = root::judge_reference(&profile, Some(&root), kinds);
        let unmet: Vec<Unmet> = findings.errors().cloned().map(Unmet::RootUnsuitable).collect();
        if unmet.is_empty() {
            warnings.extend(findings);
            Judgement::Accepted { desired: document(self, among), warnings }
        } else {
            Judgement::Waiting { unmet, warnings }
        }
    }

    fn status(&self, among: &Manifests, seen: &Seen, now: Timestamp) -> ScepProfileStatus {
        let _ = among;
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
        ScepProfileStatus {
            observed_generation: outline.observed_generation,
            programmed_generation: outline.programmed_generation,
            last_handled_reconcile_at: outline.last_handled_reconcile_at,
            endpoint: seen.verdict.endpoint().map(ToOwned::to_owned).or(last.endpoint),
            conditions: outline.conditions,
            diagnostics: outline.diagnostics,
            plan: outline.plan,
            summary: devices.summary,
            failures: devices.failures,
            devices: devices.rows,
            omitted_devices: devices.omitted,
        }
    }

    fn conditions(status: &ScepProfileStatus) -> &[Condition] {
        &status.conditions
    }
}

/// The root that a profile names, if it is there and right in itself.
fn find_root(profile: &Profile, among: &Manifests, now: Timestamp) -> Result<TrustedRoot, Unmet> {
    let Some(declared) = among.root(profile.root.as_str()) else {
        let missing = root::judge_reference(profile, None, among.group_kinds()).into_iter().next();
        return Err(Unmet::RootNotFound(missing.unwrap_or_else(|| invalid_root(profile, "it is missing"))));
    };
    let bytes = declared.reads().first().and_then(|key| among.bytes(key));
    declared.parse(bytes.map(AsRef::as_ref), now).map(|(root, _)| root).map_err(|findings| {
        let problem = findings.errors().next().map(ToString::to_string).unwrap_or_default();
        Unmet::RootInvalid(invalid_root(profile, &problem))
    })
}

fn invalid_root(profile: &Profile, problem: &str) -> Diagnostic {
    let field = FieldPath::spec().field("rootCertificateRef").field("name");
    let message = format!("TrustedRootProfile {} cannot be used: {problem}", profile.root);
    Diagnostic::new(RuleId::Root07, field, message).help("mend that object; this one then goes on by itself")
}
