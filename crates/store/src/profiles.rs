//! Putting and deleting profiles, roots and sources: the object, and every assignment that follows from it, in one
//! transaction.

use jiff::Timestamp;
use scepter_policy::identity::{Association, ObjectKind, ObjectName, Tenant};
use scepter_policy::plan::{Counts, Plan, plan};
use scepter_policy::profile::Profile;
use scepter_policy::root::TrustedRoot;
use scepter_policy::vocabulary::DeletionPolicy;
use serde_json::json;

use crate::change::Change;
use crate::columns::Bind;
use crate::entitlement::Assigned;
use crate::interpreter::Interpreter as _;
use crate::objects::{Put, PutOutcome, StoredObject, nothing_planned, read_object, read_objects};
use crate::{Mode, PutError, Store, StoreError};

impl Store {
    /// Stores a `ScepProfile` and brings its assignments in line. Devices that lose it lose it now: their challenges
    /// are void and their certificates revoked when this returns.
    pub async fn put_profile(
        &self,
        put: &Put,
        wanted: &Profile,
        mode: Mode,
        now: Timestamp,
    ) -> Result<PutOutcome, PutError> {
        let mut change = self.change(now).await?;
        change.check_origin(put).await?;
        if let Some(same) = change.same_object(ObjectKind::ScepProfile, put).await? {
            return Ok(same.unchanged());
        }
        let stored = read_object(change.sql(), &put.tenant, ObjectKind::ScepProfile, &put.name).await?;
        let stored = stored.and_then(|stored| self.profile_of(&stored));
        let counts = change.reassign_profile(&put.tenant, &put.name, wanted).await?;
        let plan = plan(stored.as_ref(), wanted, counts);
        if plan.reissue > 0 {
            change.mark_reissue(&put.tenant, &put.name).await?;
        }
        let revision = change.store_object(ObjectKind::ScepProfile, put, &plan).await?;
        change.end(mode).await?;
        Ok(PutOutcome { changed: true, revision, plan })
    }

    /// Stores a `TrustedRootProfile` and brings its assignments in line. Where its certificate changed, every device has
    /// to receive it anew.
    pub async fn put_root(
        &self,
        put: &Put,
        wanted: &TrustedRoot,
        mode: Mode,
        now: Timestamp,
    ) -> Result<PutOutcome, PutError> {
        let mut change = self.change(now).await?;
        change.check_origin(put).await?;
        if let Some(same) = change.same_object(ObjectKind::TrustedRootProfile, put).await? {
            return Ok(same.unchanged());
        }
        let stored =
            read_object(change.sql(), &put.tenant, ObjectKind::TrustedRootProfile, &put.name).await?;
        let stored = stored.and_then(|stored| self.root_of(&stored, now));
        let counts = change.reassign_root(&put.tenant, &put.name, wanted).await?;
        let moved = stored.is_some_and(|stored| stored.certificate != wanted.certificate);
        let reset = if moved { change.reset_root(&put.tenant, &put.name).await? } else { 0 };
        let plan = Plan { update: reset, ..counted(counts) };
        let revision = change.store_object(ObjectKind::TrustedRootProfile, put, &plan).await?;
        change.end(mode).await?;
        Ok(PutOutcome { changed: true, revision, plan })
    }

    /// Deletes a `ScepProfile`; its `deletionPolicy` says whether its certificates are revoked or live on until their
    /// device or user leaves. `None` where there is no such profile.
    pub async fn delete_profile(
        &self,
        tenant: &Tenant,
        name: &ObjectName,
        mode: Mode,
        now: Timestamp,
    ) -> Result<Option<Counts>, StoreError> {
        let mut change = self.change(now).await?;
        let stored = read_object(change.sql(), tenant, ObjectKind::ScepProfile, name).await?;
        let Some(stored) = stored else { return Ok(None) };
        let policy =
            self.profile_of(&stored).map_or(DeletionPolicy::Revoke, |profile| profile.deletion_policy);
        let counts = change.unassign_all(tenant, ObjectKind::ScepProfile, name, policy).await?;
        let detail = json!({ "deletionPolicy": policy, "counts": counts });
        change.remove_object(tenant, ObjectKind::ScepProfile, name, &detail).await?;
        change.end(mode).await?;
        Ok(Some(counts))
    }

    /// Deletes a `TrustedRootProfile`. `None` where there is no such root.
    pub async fn delete_root(
        &self,
        tenant: &Tenant,
        name: &ObjectName,
        mode: Mode,
        now: Timestamp,
    ) -> Result<Option<Counts>, StoreError> {
        let mut change = self.change(now).await?;
        if !change.object_exists(tenant, ObjectKind::TrustedRootProfile, name).await? {
            return Ok(None);
        }
        let kind = ObjectKind::TrustedRootProfile;
        let counts = change.unassign_all(tenant, kind, name, DeletionPolicy::Revoke).await?;
        change.remove_object(tenant, kind, name, &json!({ "counts": counts })).await?;
        change.end(mode).await?;
        Ok(Some(counts))
    }

    /// Deletes an `InventorySource` and every record that it declared: its devices leave. `None` where there is no such
    /// source.
    pub async fn delete_source(
        &self,
        tenant: &Tenant,
        name: &ObjectName,
        mode: Mode,
        now: Timestamp,
    ) -> Result<Option<Counts>, StoreError> {
        let mut change = self.change(now).await?;
        if !change.object_exists(tenant, ObjectKind::InventorySource, name).await? {
            return Ok(None);
        }
        let had_records = change.forget_source(tenant, name).await?;
        let counts = if had_records { change.follow_inventory(tenant).await? } else { Counts::default() };
        change.remove_object(tenant, ObjectKind::InventorySource, name, &json!({ "counts": counts })).await?;
        change.end(mode).await?;
        Ok(Some(counts))
    }

    /// What a stored profile means. `None`, and a line in the log, where this version cannot read it any more.
    pub(crate) fn profile_of(&self, stored: &StoredObject) -> Option<Profile> {
        let read = self.inner.interpreter.profile(&stored.document);
        read.inspect_err(|problem| unreadable(ObjectKind::ScepProfile, &stored.name, problem)).ok()
    }

    /// What a stored root means, as [`Self::profile_of`].
    pub(crate) fn root_of(&self, stored: &StoredObject, now: Timestamp) -> Option<TrustedRoot> {
        let read = self.inner.interpreter.root(&stored.document, now);
        read.inspect_err(|problem| unreadable(ObjectKind::TrustedRootProfile, &stored.name, problem)).ok()
    }
}

impl Change<'_> {
    /// Brings the assignments of every profile and root of a tenant in line. An object that this version cannot read
    /// keeps its rows; nothing is issued under it, since issuing reads it again.
    pub(crate) async fn reassign_all(&mut self, tenant: &Tenant) -> Result<Counts, StoreError> {
        let mut total = Counts::default();
        for stored in read_objects(self.sql(), tenant, ObjectKind::TrustedRootProfile).await? {
            if let Some(root) = self.store().root_of(&stored, self.now()) {
                add(&mut total, self.reassign_root(tenant, &stored.name, &root).await?);
            }
        }
        for stored in read_objects(self.sql(), tenant, ObjectKind::ScepProfile).await? {
            if let Some(profile) = self.store().profile_of(&stored) {
                add(&mut total, self.reassign_profile(tenant, &stored.name, &profile).await?);
            }
        }
        Ok(total)
    }

    async fn reassign_profile(
        &mut self,
        tenant: &Tenant,
        name: &ObjectName,
        profile: &Profile,
    ) -> Result<Counts, StoreError> {
        let associations = &profile.associations().collect::<Vec<_>>();
        let kind = ObjectKind::ScepProfile;
        self.reassign(&Assigned { tenant, kind, name, aim: profile.aim(), associations }).await
    }

    async fn reassign_root(
        &mut self,
        tenant: &Tenant,
        name: &ObjectName,
        root: &TrustedRoot,
    ) -> Result<Counts, StoreError> {
        let kind = ObjectKind::TrustedRootProfile;
        let associations = &[Association::Own];
        self.reassign(&Assigned { tenant, kind, name, aim: root.aim(), associations }).await
    }

    /// Marks the certificates of a profile as ones that a newer revision would not ask for.
    async fn mark_reissue(&mut self, tenant: &Tenant, name: &ObjectName) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE assignments SET reissue = 1 WHERE owner = $1 AND namespace = $2 AND kind = 'ScepProfile' \
             AND profile = $3 AND serial IS NOT NULL",
        )
        .tenant(tenant)
        .bind(name.as_str())
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Forgets which devices have a root. How many had it.
    async fn reset_root(&mut self, tenant: &Tenant, name: &ObjectName) -> Result<u32, StoreError> {
        let now = self.now();
        let rows = sqlx::query(
            "UPDATE assignments SET state = 'Pending', reason = '', message = '', changed_at = $4 \
             WHERE owner = $1 AND namespace = $2 AND kind = 'TrustedRootProfile' AND profile = $3 \
             AND standing = 'Targeted' AND state <> 'Pending'",
        )
        .tenant(tenant)
        .bind(name.as_str())
        .time(now)
        .execute(self.sql())
        .await?
        .rows_affected();
        Ok(u32::try_from(rows).unwrap_or(u32::MAX))
    }
}

/// The plan of a change that only assigns and unassigns.
fn counted(counts: Counts) -> Plan {
    Plan { create: counts.assigned, revoke: counts.revoked, remove: counts.unassigned, ..nothing_planned() }
}

fn add(total: &mut Counts, counts: Counts) {
    total.assigned += counts.assigned;
    total.unassigned += counts.unassigned;
    total.revoked += counts.revoked;
    total.kept += counts.kept;
}

fn unreadable(kind: ObjectKind, name: &ObjectName, problem: &str) {
    tracing::error!(%kind, %name, problem, "a stored object cannot be read; nothing is issued under it until it is applied again");
}
