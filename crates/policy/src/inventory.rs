//! The inventory records: who and what can get a certificate. The same names in YAML, JSON, CSV and the issuer's API.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::identity::{DeviceId, GroupId, UserId};
use crate::vocabulary::{JoinType, ManagementMode, Ownership, Platform, vocabulary};

/// A person, as the directory knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// Unique in the tenant.
    pub id: UserId,
    /// `{{UserName}}`, such as `janedoe`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// `{{UserPrincipalName}}`, such as `janedoe@contoso.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<String>,
    /// `{{EmailAddress}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_address: Option<String>,
    /// `{{Department}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// `{{OnPrem_Distinguished_Name}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises_distinguished_name: Option<String>,
    /// `{{OnPremisesSamAccountName}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises_sam_account_name: Option<String>,
    /// `{{OnPremisesSecurityIdentifier}}` in user certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises_security_identifier: Option<String>,
}

/// A managed device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Device {
    /// Unique in the tenant.
    pub id: DeviceId,
    /// The platform under which it is managed.
    pub platform: Platform,
    /// How it is managed (Android).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub management_mode: Option<ManagementMode>,
    /// Its primary user, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Operating system version now, such as `17.4` or `10.0.22631.3296`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Operating system version at enrolment (VAR-10); absent means `osVersion`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolled_os_version: Option<String>,
    /// Windows edition (APP-04).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_edition: Option<String>,
    /// How it is joined to Entra (SID-05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_type: Option<JoinType>,
    /// Whether it is joined to an Active Directory domain (VAR-13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_joined: Option<bool>,
    /// Whether it has a TPM (KSP-05, KSP-07).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tpm: Option<bool>,
    /// Whether it is a Samsung Knox device (ROOT-11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samsung_knox: Option<bool>,
    /// `{{DeviceName}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// `{{SerialNumber}}`: the hardware's serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// `{{IMEI}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imei: Option<String>,
    /// `{{MEID}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meid: Option<String>,
    /// `{{WiFiMacAddress}}` (VAR-22).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wifi_mac_address: Option<String>,
    /// `{{FullyQualifiedDomainName}}` (Windows).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fully_qualified_domain_name: Option<String>,
    /// `{{AAD_Device_ID}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entra_device_id: Option<String>,
    /// `{{DeviceId}}`: the MDM's id of the device. There is no fall-back to `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// `{{OnPremisesSecurityIdentifier}}` in device certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises_security_identifier: Option<String>,
    /// Manufacturer; a filter property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// Model; a filter property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Device category; a filter property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Who owns it; a filter property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership: Option<Ownership>,
}

vocabulary! {
    /// What a group's members are.
    GroupKind {
        /// Users, or groups of users.
        User = "User",
        /// Devices, or groups of devices.
        Device = "Device",
    }
}

/// A group of users or of devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// Unique in the tenant.
    pub id: GroupId,
    /// What its members are.
    pub kind: GroupKind,
    /// Ids of users, devices, or groups of the same kind.
    #[serde(default)]
    pub members: Vec<String>,
}

/// One inventory record; as NDJSON one line, `{"device": {…}}`, `{"user": {…}}` or `{"group": {…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Record {
    /// A device.
    Device(Box<Device>),
    /// A user.
    User(Box<User>),
    /// A group.
    Group(Group),
}

/// A whole inventory, each list as it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inventory {
    /// Users.
    #[serde(default)]
    pub users: Vec<User>,
    /// Devices.
    #[serde(default)]
    pub devices: Vec<Device>,
    /// Groups.
    #[serde(default)]
    pub groups: Vec<Group>,
}

/// The groups that hold one device, and those that hold its user, nested groups followed. The two kinds stay apart:
/// Intune never evaluates a user's membership for a device group or the reverse (ASG-04).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memberships {
    /// Device groups that hold the device.
    pub device: BTreeSet<GroupId>,
    /// User groups that hold the device's user.
    pub user: BTreeSet<GroupId>,
}

impl Inventory {
    /// The devices, each with its user and with the groups that hold them.
    pub fn members(&self) -> impl Iterator<Item = Member<'_>> {
        let users: BTreeMap<&UserId, &User> = self.users.iter().map(|user| (&user.id, user)).collect();
        let groups = self.groups_by_member();
        self.devices.iter().map(move |device| {
            let user = device.user_id.as_ref().and_then(|id| users.get(id).copied());
            let holding = |kind, id: &str| groups.get(&(kind, id.to_owned())).cloned().unwrap_or_default();
            let memberships = Memberships {
                device: holding(GroupKind::Device, device.id.as_str()),
                user: user.map(|user| holding(GroupKind::User, user.id.as_str())).unwrap_or_default(),
            };
            Member { device, user, memberships }
        })
    }

    fn groups_by_member(&self) -> BTreeMap<(GroupKind, String), BTreeSet<GroupId>> {
        let mut holding: BTreeMap<_, BTreeSet<GroupId>> = BTreeMap::new();
        for (group, (kind, members)) in flatten(&self.groups) {
            for member in members {
                holding.entry((kind, member)).or_default().insert(group.clone());
            }
        }
        holding
    }
}

/// A device with all that deciding about it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// The device.
    pub device: &'a Device,
    /// Its user, if it has one that the inventory knows.
    pub user: Option<&'a User>,
    /// The groups that hold the two.
    pub memberships: Memberships,
}

/// Every group's members with nested groups followed: group id → (kind, member ids of users or devices).
///
/// A member that is a group of the same kind is followed once, so that cycles end (policy-rules §14). A member that
/// names a group of the other kind contributes nothing.
pub fn flatten(groups: &[Group]) -> BTreeMap<GroupId, (GroupKind, BTreeSet<String>)> {
    let by_id: BTreeMap<&str, &Group> = groups.iter().map(|group| (group.id.as_str(), group)).collect();
    groups.iter().map(|group| (group.id.clone(), (group.kind, members_of(group, &by_id)))).collect()
}

fn members_of(group: &Group, by_id: &BTreeMap<&str, &Group>) -> BTreeSet<String> {
    let mut seen = BTreeSet::from([group.id.as_str()]);
    let mut open = vec![group];
    let mut members = BTreeSet::new();
    while let Some(next) = open.pop() {
        for member in &next.members {
            match by_id.get(member.as_str()) {
                Some(nested) if nested.kind == group.kind => {
                    if seen.insert(nested.id.as_str()) {
                        open.push(nested);
                    }
                }
                Some(_) => {}
                None => {
                    members.insert(member.clone());
                }
            }
        }
    }
    members
}

/// The groups through which a group holds a member: the group itself, then the nested ones down to the one that lists the
/// member, as few as possible. `None` where it does not hold it.
pub fn chain<'a>(groups: &'a [Group], group: &GroupId, member: &str) -> Option<Vec<&'a GroupId>> {
    let by_id: BTreeMap<&str, &Group> = groups.iter().map(|group| (group.id.as_str(), group)).collect();
    let outermost = by_id.get(group.as_str())?;
    let mut seen = BTreeSet::from([outermost.id.as_str()]);
    let mut open = VecDeque::from([vec![*outermost]]);
    while let Some(chain) = open.pop_front() {
        let innermost = chain.last()?;
        if innermost.members.iter().any(|listed| listed == member && !by_id.contains_key(listed.as_str())) {
            return Some(chain.into_iter().map(|group| &group.id).collect());
        }
        let nested = innermost.members.iter().filter_map(|listed| by_id.get(listed.as_str()));
        for next in nested.filter(|next| next.kind == outermost.kind) {
            if seen.insert(next.id.as_str()) {
                open.push_back([chain.as_slice(), &[*next]].concat());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str, kind: GroupKind, members: &[&str]) -> Group {
        Group {
            id: GroupId::new(id).unwrap(),
            kind,
            members: members.iter().map(|&member| member.to_owned()).collect(),
        }
    }

    #[test]
    fn a_cycle_of_groups_is_followed_once() {
        let flat = flatten(&[
            group("all", GroupKind::Device, &["laptops", "d1"]),
            group("laptops", GroupKind::Device, &["all", "d2"]),
        ]);
        let expected = BTreeSet::from(["d1".to_owned(), "d2".to_owned()]);
        assert_eq!(flat[&GroupId::new("all").unwrap()].1, expected);
        assert_eq!(flat[&GroupId::new("laptops").unwrap()].1, expected);
    }

    #[test]
    fn a_device_is_found_with_its_user_and_the_groups_of_both() {
        let json = serde_json::json!({
            "users": [{"id": "jdoe"}],
            "devices": [{"id": "d1", "platform": "iOS", "userId": "jdoe"},
                        {"id": "jdoe", "platform": "iOS", "userId": "nobody"}],
            "groups": [{"id": "staff", "kind": "User", "members": ["sales"]},
                       {"id": "sales", "kind": "User", "members": ["jdoe"]},
                       {"id": "fleet", "kind": "Device", "members": ["d1"]}],
        });
        let inventory: Inventory = serde_json::from_value(json).unwrap();
        let groups = |ids: &[&str]| ids.iter().map(|id| GroupId::new(*id).unwrap()).collect::<BTreeSet<_>>();
        let members: Vec<_> = inventory.members().collect();
        assert_eq!(members[0].user, Some(&inventory.users[0]));
        assert_eq!(
            members[0].memberships,
            Memberships { device: groups(&["fleet"]), user: groups(&["sales", "staff"]) }
        );
        assert_eq!(members[1].user, None);
        assert_eq!(members[1].memberships, Memberships::default(), "a device is not the user of that id");
    }

    #[test]
    fn a_group_of_the_other_kind_contributes_nothing() {
        let flat = flatten(&[
            group("staff", GroupKind::User, &["jdoe"]),
            group("fleet", GroupKind::Device, &["staff", "d1"]),
        ]);
        assert_eq!(flat[&GroupId::new("fleet").unwrap()].1, BTreeSet::from(["d1".to_owned()]));
    }

    #[test]
    fn a_member_is_found_through_the_fewest_groups_even_where_they_form_a_cycle() {
        let groups = [
            group("all", GroupKind::Device, &["emea", "apac", "d9"]),
            group("emea", GroupKind::Device, &["berlin", "all"]),
            group("apac", GroupKind::Device, &["d1"]),
            group("berlin", GroupKind::Device, &["d1", "d2"]),
        ];
        let through = |of: &str, member| {
            let chain = chain(&groups, &GroupId::new(of).unwrap(), member)?;
            Some(chain.into_iter().map(GroupId::as_str).collect::<Vec<_>>())
        };
        assert_eq!(through("all", "d9"), Some(vec!["all"]));
        assert_eq!(through("all", "d1"), Some(vec!["all", "apac"]));
        assert_eq!(through("all", "d2"), Some(vec!["all", "emea", "berlin"]));
        assert_eq!(through("apac", "d2"), None);
        assert_eq!(through("nowhere", "d2"), None);
        assert_eq!(through("all", "emea"), None, "a nested group is no member of its own");
    }
}
