//! What the tests of this binary begin with: the quickstart, served.

use std::path::{Path, PathBuf};
use std::time::Duration;

use scepter_tests::{Admin, Failure, StrongSwan, Up};

/// The profile that most tests enroll for.
pub(crate) const PROFILE: &str = "default/corp-wifi-windows";
/// How long a change of a manifest may take to have its effect.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

/// Serves a copy of the quickstart.
pub(crate) fn quickstart() -> Result<Up, Failure> {
    Up::on(&manifests())
}

/// The quickstart's manifests.
pub(crate) fn manifests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart")
}

/// Has strongSwan enroll for a device with a fresh challenge, and returns the certificate in PEM.
pub(crate) fn enroll(admin: &Admin, device: &str) -> Result<String, Failure> {
    let minted = admin.challenge(PROFILE, device)?;
    let client = StrongSwan::new(&minted.url)?;
    client.enroll(&minted.subject, minted.dns_names(), &minted.challenge)
}
