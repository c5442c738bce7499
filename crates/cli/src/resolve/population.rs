//! The devices, users and groups that the files of one namespace declare.

use std::collections::BTreeSet;

use scepter_policy::identity::{DeviceId, GroupId};
use scepter_policy::inventory::{Device, Group, GroupKind, Inventory, Memberships, User, flatten};
use scepter_policy::spelling::nearest;
use scepter_reconcile::Manifests;

use super::names::UnknownName;

/// Everybody of one namespace.
pub(super) struct Population<'a>(&'a Inventory);

/// One device with all that deciding about it needs.
pub(super) struct Member<'a> {
    pub(super) device: &'a Device,
    pub(super) user: Option<&'a User>,
    pub(super) memberships: Memberships,
}

impl<'a> Population<'a> {
    /// Reads every source of a namespace; one that cannot be read contributes nothing, as lint says.
    pub(super) fn of(among: &'a Manifests) -> Self {
        Self(among.inventory())
    }

    /// Every group.
    pub(super) fn groups(&self) -> &'a [Group] {
        &self.0.groups
    }

    /// The device with that id, its user, and the groups that hold them.
    pub(super) fn member(&self, id: &DeviceId) -> Result<Member<'a>, UnknownName> {
        let Inventory { users, devices, .. } = self.0;
        let Some(device) = devices.iter().find(|device| device.id == *id) else {
            let known = devices.iter().map(|device| (device.id.as_str(), device.id.to_string()));
            return Err(UnknownName::NoDevice { name: id.to_string(), nearest: nearest(id.as_str(), known) });
        };
        let user = device.user_id.as_ref().and_then(|id| users.iter().find(|user| user.id == *id));
        let memberships = Memberships {
            device: self.holding(GroupKind::Device, device.id.as_str()),
            user: user.map(|user| self.holding(GroupKind::User, user.id.as_str())).unwrap_or_default(),
        };
        Ok(Member { device, user, memberships })
    }

    /// The groups of a kind that hold a member.
    fn holding(&self, kind: GroupKind, member: &str) -> BTreeSet<GroupId> {
        let groups = flatten(&self.0.groups).into_iter();
        groups
            .filter(|(_, (group, members))| *group == kind && members.contains(member))
            .map(|(id, _)| id)
            .collect()
    }
}
