//! What a grant is made of, read in one statement with its credential: one moment, and one way to the database and back.

use std::collections::BTreeSet;

use scepter_policy::identity::{AssignmentKey, Association, GroupId, SerialNumber, Tenant};
use scepter_policy::inventory::{Device, Memberships, User};
use scepter_policy::issuance::{CredentialId, RowVersions};
use scepter_policy::request::KeyFingerprint;

use crate::StoreError;
use crate::assignments::Standing;
use crate::certificates::{self, Certificate};
use crate::challenges::{self, Challenge};
use crate::columns::{Bind as _, Columns, from_json};
use crate::interpreter::Document;
use crate::objects::read_document;
use crate::statement::Statement;

/// The row of a credential and what stands beside it: its assignment, profile, device, user, their groups (a line each: no
/// name has a line break), and whoever used the request's key under another credential. `$1` names the row, `$2` is the
/// key and `$3` the credential.
macro_rules! facts_of {
    ($table:literal, $id:literal) => {
        concat!(
            "SELECT c.*, a.serial AS current_serial, a.reissue, a.standing, o.revision AS object_revision, \
             d.revision AS device_revision, u.record AS user_record, o.manifest, o.bytes, d.record AS device_record, \
             (SELECT string_agg(m.group_id, '\n') FROM memberships m WHERE m.owner = d.owner \
             AND m.namespace = d.namespace AND m.kind = 'Device' AND m.member = d.id) AS device_groups, \
             (SELECT string_agg(m.group_id, '\n') FROM memberships m WHERE m.owner = d.owner \
             AND m.namespace = d.namespace AND m.kind = 'User' AND m.member = d.user_id) AS user_groups, a.version, \
             k.owner AS seen_owner, k.namespace AS seen_namespace, k.profile AS seen_profile, \
             k.device AS seen_device, k.association AS seen_association FROM ",
            $table,
            " c LEFT JOIN assignments a ON a.owner = c.owner AND a.namespace = c.namespace \
             AND a.kind = 'ScepProfile' AND a.profile = c.profile AND a.device = c.device \
             AND a.association = c.association \
             LEFT JOIN objects o ON o.owner = c.owner AND o.namespace = c.namespace \
             AND o.kind = 'ScepProfile' AND o.name = c.profile \
             LEFT JOIN devices d ON d.owner = c.owner AND d.namespace = c.namespace AND d.id = c.device \
             LEFT JOIN users u ON u.owner = d.owner AND u.namespace = d.namespace AND u.id = d.user_id \
             LEFT JOIN request_keys k ON k.fingerprint = $2 AND k.challenge <> $3 WHERE c.",
            $id,
            " = $1"
        )
    };
}

const OF_CHALLENGE: &str = facts_of!("challenges", "id");
const OF_CERTIFICATE: &str = facts_of!("certificates", "serial");

/// A credential's row and the facts beside it. None is read before the credential is proven.
pub(super) struct Facts<'a, R>(pub(super) &'a R);

/// What a targeted assignment is judged by.
pub(super) struct Entitlement {
    pub(super) document: Document,
    pub(super) device: Device,
    pub(super) user: Option<User>,
    pub(super) memberships: Memberships,
    pub(super) versions: RowVersions,
}

/// The query for the facts of a credential and of the key that a request is for. It finds nothing where there is no such
/// credential.
pub(super) fn query(credential: &CredentialId, key: KeyFingerprint) -> Statement {
    let (text, id) = match credential {
        CredentialId::Challenge(_) => (OF_CHALLENGE, credential.to_string()),
        CredentialId::Certificate(serial) => (OF_CERTIFICATE, serial.to_string()),
    };
    Statement::new(text).text(id).bytes(&key.0).text(credential.to_string())
}

impl<R: Columns> Facts<'_, R> {
    /// The credential, of a challenge.
    pub(super) fn challenge(&self) -> Result<Challenge, StoreError> {
        challenges::read(self.0)
    }

    /// The credential, of a certificate.
    pub(super) fn certificate(&self) -> Result<Certificate, StoreError> {
        certificates::read(self.0)
    }

    /// The current certificate of the assignment.
    pub(super) fn current_serial(&self) -> Result<Option<SerialNumber>, StoreError> {
        self.0.optional_parsed("current_serial")
    }

    /// Whether a newer profile asks for another certificate than the current one.
    pub(super) fn outdated(&self) -> Result<bool, StoreError> {
        Ok(self.0.optional_integer("reissue")?.is_some_and(|reissue| reissue != 0))
    }

    /// `None` unless the device is in the inventory and the profile is declared and targets it.
    pub(super) fn entitlement(&self) -> Result<Option<Entitlement>, StoreError> {
        let row = self.0;
        let is_targeted = row.optional_parsed("standing")? == Some(Standing::Targeted);
        let (profile, inventory) =
            (row.optional_integer("object_revision")?, row.optional_integer("device_revision")?);
        let (true, Some(profile), Some(inventory)) = (is_targeted, profile, inventory) else {
            return Ok(None);
        };
        let user = row.optional_text("user_record")?;
        Ok(Some(Entitlement {
            document: read_document(row)?,
            device: row.json("device_record")?,
            user: user.map(|record| from_json("user", &record)).transpose()?,
            memberships: Memberships {
                device: groups(row, "device_groups")?,
                user: groups(row, "user_groups")?,
            },
            versions: RowVersions { profile, inventory, assignment: row.integer("version")? },
        }))
    }

    /// The assignment that the request's key was used for under another credential.
    pub(super) fn key_seen_for(&self) -> Result<Option<AssignmentKey>, StoreError> {
        let row = self.0;
        let Some(owner) = row.optional_parsed("seen_owner")? else { return Ok(None) };
        Ok(Some(AssignmentKey {
            tenant: Tenant { owner, namespace: row.parsed("seen_namespace")? },
            profile: row.parsed("seen_profile")?,
            device: row.parsed("seen_device")?,
            association: Association::try_from(row.text("seen_association")?)
                .map_err(|problem| StoreError::unreadable("association", problem.to_string()))?,
        }))
    }
}

fn groups(row: &impl Columns, column: &'static str) -> Result<BTreeSet<GroupId>, StoreError> {
    let lines = row.optional_text(column)?.unwrap_or_default();
    lines
        .lines()
        .map(|id| id.parse().map_err(|problem| StoreError::unreadable(column, format!("{id:?}: {problem}"))))
        .collect()
}
