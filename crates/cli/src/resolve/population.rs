//! The devices, users and groups that the files of one namespace declare.

use std::collections::BTreeSet;

use scepter_policy::identity::{DeviceId, GroupId};
use scepter_policy::inventory::{Device, Group, GroupKind, Inventory, Memberships, User, flatten};
use scepter_reconcile::Manifests;

/// Everybody of one namespace.
pub(super) struct Population {
    users: Vec<User>,
    devices: Vec<Device>,
    groups: Vec<Group>,
}

/// One device with all that deciding about it needs.
pub(super) struct Member<'a> {
    pub(super) device: &'a Device,
    pub(super) user: Option<&'a User>,
    pub(super) memberships: Memberships,
}

impl Population {
    /// Reads every source of a namespace; one that cannot be read contributes nothing, as lint says.
    pub(super) fn of(among: &Manifests) -> Self {
        let mut all = Self { users: Vec::new(), devices: Vec::new(), groups: Vec::new() };
        for source in among.sources() {
            let Inventory { users, devices, groups } =
                among.read(source).map(|reading| reading.inventory).unwrap_or_default();
            all.users.extend(users);
            all.devices.extend(devices);
            all.groups.extend(groups);
        }
        all
    }

    /// The device with that id, its user, and the groups that hold them.
    pub(super) fn member(&self, id: &DeviceId) -> Option<Member<'_>> {
        let device = self.devices.iter().find(|device| device.id == *id)?;
        let user = device.user_id.as_ref().and_then(|id| self.users.iter().find(|user| user.id == *id));
        let holding = |kind: GroupKind, member: Option<&str>| -> BTreeSet<GroupId> {
            let Some(member) = member else { return BTreeSet::new() };
            flatten(&self.groups)
                .into_iter()
                .filter(|(_, (group, members))| *group == kind && members.contains(member))
                .map(|(id, _)| id)
                .collect()
        };
        let memberships = Memberships {
            device: holding(GroupKind::Device, Some(device.id.as_str())),
            user: holding(GroupKind::User, user.map(|user| user.id.as_str())),
        };
        Some(Member { device, user, memberships })
    }
}
