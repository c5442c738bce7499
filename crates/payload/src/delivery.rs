//! What goes into a payload.

use scepter_policy::identity::{AssignmentKey, Association};
use scepter_policy::profile::Profile;
use scepter_policy::resolve::ResolvedRequest;
use scepter_policy::root::TrustedRoot;

use crate::ServerUrls;

/// One certificate that a device is to ask for, with all that its payload says.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// Whose certificate, under which profile, and which one of its associations.
    pub key: &'a AssignmentKey,
    /// The profile.
    pub profile: &'a Profile,
    /// The profile, resolved for the device.
    pub request: &'a ResolvedRequest,
    /// The root that anchors the authority.
    pub root: Root<'a>,
    /// Where to enroll.
    pub urls: &'a ServerUrls,
    /// The challenge password.
    pub challenge: &'a str,
}

/// A root with the certificate that it stands for, which for an authority's root is not in the profile.
#[derive(Clone, Copy, Debug)]
pub struct Root<'a> {
    /// The root profile.
    pub profile: &'a TrustedRoot,
    /// The certificate, DER.
    pub certificate: &'a [u8],
}

impl Delivery<'_> {
    /// The name that people see: the profile's, and the Wi-Fi or VPN profile that this certificate is for (LIF-04).
    pub(crate) fn display_name(&self) -> String {
        let profile = &self.profile.display_name;
        match &self.key.association {
            Association::Own => profile.clone(),
            Association::WiFi(name) => format!("{profile} (Wi-Fi {name})"),
            Association::Vpn(name) => format!("{profile} (VPN {name})"),
        }
    }
}

impl Root<'_> {
    /// The file name that people see: as declared, else the root's own name.
    pub(crate) fn file_name(&self) -> String {
        self.profile.file_name.clone().unwrap_or_else(|| format!("{}.cer", self.profile.name))
    }
}
