//! What deciding looks at, in the order in which it does.

use std::fmt;

use crate::identity::GroupId;
use crate::inventory::{Device, User};
use crate::profile::Target;

/// Something that was looked at on the way to a decision.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Observation<'a> {
    /// The platforms were compared.
    Platform,
    /// A target holds the device.
    Holds {
        /// The target.
        target: &'a Target,
        /// As itself or through its user.
        way: Way<'a>,
    },
    /// An excluded group takes out again what a target holds.
    Excludes {
        /// The group.
        group: &'a GroupId,
        /// As itself or through its user.
        way: Way<'a>,
    },
    /// No target holds the device.
    HoldsNot,
    /// A filter was asked; with what it said.
    Filter(fmt::Arguments<'a>),
    /// An applicability rule was asked; with what it said.
    Applicability(fmt::Arguments<'a>),
}

/// How a target holds a device: as itself, or through its user. Exclusions of the other kind do not reach it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way<'a> {
    /// As itself.
    Device(&'a Device),
    /// Through its user.
    User(&'a User),
}

impl fmt::Display for Way<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(device) => write!(f, "device {}", device.id),
            Self::User(user) => write!(f, "user {}", user.id),
        }
    }
}
