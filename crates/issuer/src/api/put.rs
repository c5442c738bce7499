//! Declaring an object: parse, judge with what only the issuer knows, store. What the object scope refuses is refused
//! here too, by the same calls as everywhere.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{Context, SHA256};
use scepter_crd::{InventorySource, Manifest, ManifestError, ScepProfile, TrustedRootProfile};
use scepter_issuer_api::{Applied, Document, Mode, PlanReport, PutOutcome, RootMismatch};
use scepter_pki::certificate::Thumbprints;
use scepter_policy::authority::judge;
use scepter_policy::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use scepter_policy::identity::{Namespace, ObjectKey, ObjectKind, Tenant};
use scepter_policy::plan::Plan;
use scepter_policy::profile::Profile;
use scepter_policy::root::{RootCertificate, TrustedRoot};
use scepter_policy::rules::RuleId;
use scepter_policy::rules::platform::judge_change;
use scepter_policy::rules::root::judge_reference;
use scepter_policy::vocabulary::Platform;
use scepter_store::interpreter::Interpreter as _;
use scepter_store::inventory::Sync;
use scepter_store::objects::{Origin, Put};
use scepter_store::{Mode as StoreMode, StoreError};
use serde_json::Value;

use super::error::Failure;
use super::objects::store_mode;
use crate::authorities::{Served, not_deliverable, not_served};
use crate::check_in::root_certificate;
use crate::declared::{self, Declared, document, parse_root};
use crate::issuer::Issuer;

/// Judges and stores an object, or says why not.
pub(super) async fn declare(
    issuer: &Issuer,
    tenant: &Tenant,
    key: &ObjectKey,
    given: &Document,
    mode: Mode,
) -> Result<PutOutcome, Failure> {
    check_path(key, given)?;
    let manifest = match Manifest::from_value(Value::Object(given.manifest.clone())) {
        Ok(manifest) => manifest,
        Err(ManifestError::Malformed { finding, .. }) => return Ok(refused((*finding).into())),
        Err(other @ (ManifestError::Foreign { .. } | ManifestError::UnknownKind { .. })) => {
            return Err(Failure::invalid(other.to_string(), "send the object as it was applied"));
        }
    };
    let declaration = Declaration {
        issuer,
        put: to_be_stored(tenant, key, given),
        plan_id: plan_id(issuer, tenant, key, given).await?,
        mode: store_mode(mode),
    };
    match manifest {
        Manifest::ScepProfile(object) => declaration.profile(&object).await,
        Manifest::TrustedRootProfile(object) => declaration.root(&object).await,
        Manifest::InventorySource(object) => declaration.source(&object).await,
    }
}

/// An object on its way into the store.
struct Declaration<'a> {
    issuer: &'a Issuer,
    put: Put,
    plan_id: String,
    mode: StoreMode,
}

impl Declaration<'_> {
    async fn profile(self, object: &ScepProfile) -> Result<PutOutcome, Failure> {
        let (profile, mut findings) = match object.parse() {
            Ok(parsed) => parsed,
            Err(findings) => return Ok(refused(findings)),
        };
        if let Some(finding) = self.other_platform(ObjectKind::ScepProfile, profile.platform).await? {
            return Ok(refused(finding.into()));
        }
        let (namespace, now) = (&self.put.tenant.namespace, self.issuer.clock.now());
        let served = self.issuer.authorities.issuing(profile.authority.as_str(), now);
        let Some(served) = served.filter(|served| served.serves(namespace)) else {
            let field = FieldPath::spec().field("authorityName");
            return Ok(refused(not_served(field, &profile.authority, namespace).into()));
        };
        let root = self.stored_root(&profile).await?;
        findings.extend(judge_reference(&profile, root.as_ref(), &BTreeMap::new()));
        findings.extend(judge(&profile, root.as_ref(), &served.facts, namespace, now));
        if findings.has_errors() {
            let root_mismatch = root.and_then(|root| self.mismatch(&root, served, &findings));
            return Ok(PutOutcome::Refused { diagnostics: findings, root_mismatch });
        }
        let done = self.issuer.store.put_profile(&self.put, &profile, self.mode, now).await?;
        let endpoint = Some(served.url_for(&profile).to_owned());
        Ok(self.applied(done.plan, findings, endpoint))
    }

    async fn root(self, object: &TrustedRootProfile) -> Result<PutOutcome, Failure> {
        let now = self.issuer.clock.now();
        let (root, mut findings) = match parse_root(object, &self.put.document.bytes, now) {
            Ok(parsed) => parsed,
            Err(findings) => return Ok(refused(findings)),
        };
        let moved = self.other_platform(ObjectKind::TrustedRootProfile, root.platform).await?;
        if let Some(finding) =
            moved.or_else(|| judge_certificate(self.issuer, &self.put.tenant.namespace, &root))
        {
            findings.push(finding);
            return Ok(refused(findings));
        }
        let done = self.issuer.store.put_root(&self.put, &root, self.mode, now).await?;
        Ok(self.applied(done.plan, findings, None))
    }

    async fn source(self, object: &InventorySource) -> Result<PutOutcome, Failure> {
        let files = declared::source_files(object, &self.put.document.bytes);
        let reading = match object.read(&files) {
            Ok(reading) => reading,
            Err(findings) => return Ok(refused(findings)),
        };
        let (store, now) = (&self.issuer.store, self.issuer.clock.now());
        store.put_source(&self.put, self.mode, now).await?;
        let sync = Sync {
            tenant: &self.put.tenant,
            source: &self.put.name,
            inventory: &reading.inventory,
            prune: object.spec.prune,
        };
        let counts = store.sync_inventory(&sync, self.mode, now).await?.counts;
        let plan = Plan {
            held: false,
            create: counts.assigned,
            update: 0,
            reissue: 0,
            revoke: counts.revoked,
            remove: counts.unassigned,
            changes: Vec::new(),
        };
        Ok(self.applied(plan, Diagnostics::none(), None))
    }

    fn applied(self, plan: Plan, warnings: Diagnostics, endpoint: Option<String>) -> PutOutcome {
        PutOutcome::Applied(Applied {
            plan: PlanReport { id: self.plan_id, plan },
            programmed_generation: self.put.generation,
            warnings,
            endpoint,
        })
    }

    /// PLT-01. The API server says so too, but files have no API server.
    async fn other_platform(
        &self,
        kind: ObjectKind,
        wanted: Platform,
    ) -> Result<Option<Diagnostic>, StoreError> {
        let stored = self.issuer.store.object(&self.put.tenant, kind, &self.put.name).await?;
        let stored = stored.filter(|stored| stored.uid == self.put.uid);
        let stored = stored.and_then(|stored| declared::platform(&stored.document));
        Ok(stored.and_then(|stored| judge_change(stored, wanted)))
    }

    /// The root that a profile names, where it is declared and can be read.
    async fn stored_root(&self, profile: &Profile) -> Result<Option<TrustedRoot>, StoreError> {
        let (store, now) = (&self.issuer.store, self.issuer.clock.now());
        let stored = store.object(&self.put.tenant, ObjectKind::TrustedRootProfile, &profile.root).await?;
        Ok(stored.and_then(|stored| Declared.root(&stored.document, now).ok()))
    }

    /// Both thumbprints, where the root is what is wrong.
    fn mismatch(&self, root: &TrustedRoot, served: &Served, findings: &Diagnostics) -> Option<RootMismatch> {
        findings.errors().find(|finding| finding.rule == RuleId::Root08)?;
        Some(RootMismatch {
            referenced: thumbprint(root_certificate(self.issuer, &self.put.tenant.namespace, root)?),
            authority: thumbprint(served.authority.root()),
        })
    }
}

/// The path and the object must name the same thing, or a token's namespace would mean nothing (TH-09).
fn check_path(key: &ObjectKey, given: &Document) -> Result<(), Failure> {
    let metadata = |name: &str| given.manifest.get("metadata")?.get(name)?.as_str();
    let kind = given.manifest.get("kind").and_then(Value::as_str);
    let differs = [
        ("kind", kind, key.kind.as_str()),
        ("metadata.name", metadata("name"), key.name.as_str()),
        ("metadata.namespace", metadata("namespace"), key.namespace.as_str()),
    ]
    .into_iter()
    .find(|(_, written, path)| *written != Some(*path));
    match differs {
        None => Ok(()),
        Some((field, written, path)) => Err(Failure::invalid(
            format!("{field} is {:?}, the path says {path:?}", written.unwrap_or_default()),
            "send the object to its own path",
        )),
    }
}

fn to_be_stored(tenant: &Tenant, key: &ObjectKey, given: &Document) -> Put {
    let metadata = |name: &str| given.manifest.get("metadata").and_then(|metadata| metadata.get(name));
    let origin = given.origin.clone();
    Put {
        tenant: tenant.clone(),
        name: key.name.clone(),
        uid: metadata("uid").and_then(Value::as_str).unwrap_or_default().to_owned(),
        generation: metadata("generation").and_then(Value::as_i64).unwrap_or_default(),
        origin: origin.map_or_else(Origin::default, |origin| Origin {
            cluster_uid: origin.cluster_uid,
            namespace_uid: origin.namespace_uid,
        }),
        document: document(&given.manifest, &given.references),
    }
}

/// Names exactly this change: owner, object, the revision that it starts from, and all that is wanted. Never counts, which
/// move by themselves.
async fn plan_id(
    issuer: &Issuer,
    tenant: &Tenant,
    key: &ObjectKey,
    given: &Document,
) -> Result<String, StoreError> {
    let stored = issuer.store.object(tenant, key.kind, &key.name).await?;
    let revision = stored.map_or(0, |stored| stored.revision);
    let wanted = document(&given.manifest, &given.references);
    let mut context = Context::new(&SHA256);
    let mut take = |part: &[u8]| {
        context.update(&part.len().to_be_bytes());
        context.update(part);
    };
    take(tenant.owner.as_str().as_bytes());
    take(key.to_string().as_bytes());
    take(&revision.to_be_bytes());
    take(wanted.manifest.as_bytes());
    for (place, bytes) in &wanted.bytes {
        take(place.as_bytes());
        take(bytes);
    }
    Ok(hex::encode(context.finish().as_ref().get(..16).unwrap_or_default()))
}

/// Whether devices may be given a root's certificate (GAP-7, TH-49).
fn judge_certificate(issuer: &Issuer, namespace: &Namespace, root: &TrustedRoot) -> Option<Diagnostic> {
    if root_certificate(issuer, namespace, root).is_some() {
        return None;
    }
    let field = FieldPath::spec().field("certificate");
    Some(match &root.certificate {
        RootCertificate::Der(der) => not_deliverable(field, der, namespace),
        RootCertificate::Authority(name) => not_served(field.field("authorityName"), name, namespace),
        RootCertificate::Unread { config_map, key } => {
            let message = format!("key {key} of ConfigMap {config_map} did not come with the object");
            Diagnostic::new(RuleId::Root03, field.field("configMapKeyRef"), message)
        }
    })
}

/// As Windows shows it.
fn thumbprint(der: &[u8]) -> String {
    Thumbprints::of(der).sha1.to_string()
}

fn refused(diagnostics: Diagnostics) -> PutOutcome {
    PutOutcome::Refused { diagnostics, root_mismatch: None }
}
