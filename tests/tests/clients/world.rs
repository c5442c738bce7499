//! What the tests of this binary begin with: the quickstart, served.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use scepter_tests::{Admin, Failure, FakeClock, Scratch, StrongSwan, Up, until};

/// The profile that most tests enroll for.
pub(crate) const PROFILE: &str = "default/corp-wifi-windows";
/// How long a change of a manifest may take to have its effect.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);
/// The quickstart's certificates last 20 days and are due in their last four: one of that age is, and is valid still.
pub(crate) const DUE: u16 = 18;

/// An authority whose CA has an RSA key, which `PyScep` asks of every CA.
const CONFIGURATION: &str = "\
apiVersion: config.scepter.dev/v1alpha1
kind: IssuerConfiguration
authorities:
- name: default
  create: {algorithm: RSA2048, subject: CN=Clients CA, validity: {value: 1, unit: Years}}
  maxValidity: {value: 29, unit: Days}
  permitted: [{any: true}]
";

/// Serves a copy of the quickstart.
pub(crate) fn quickstart() -> Result<Up, Failure> {
    Up::on(&manifests())
}

/// The same with an RSA authority, of which `more` says more in YAML.
pub(crate) fn quickstart_with(more: &str) -> Result<Up, Failure> {
    configured(more, None)
}

/// The same, by a clock of its own.
pub(crate) fn quickstart_by(clock: &FakeClock) -> Result<Up, Failure> {
    configured("", Some(clock))
}

/// The same, with both.
pub(crate) fn configured(more: &str, clock: Option<&FakeClock>) -> Result<Up, Failure> {
    let scratch = Scratch::new("configuration")?;
    let configuration = scratch.write("issuer.yaml", format!("{CONFIGURATION}{more}"))?;
    let environment: Vec<_> = clock.into_iter().flat_map(FakeClock::environment).collect();
    Up::configured(&manifests(), &configuration, &environment)
}

/// The quickstart's manifests.
pub(crate) fn manifests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart")
}

/// Has strongSwan enroll for a device with a fresh challenge, and returns the certificate in PEM.
pub(crate) fn enroll(admin: &Admin, device: &str) -> Result<String, Failure> {
    let minted = admin.challenge(PROFILE, device)?;
    StrongSwan::new(&minted.url)?.enroll_for(&minted)
}

/// What `enroll` came to, whose request was decided while it went on.
pub(crate) fn meanwhile_decided<T: Send>(
    admin: &Admin,
    decide: fn(&Admin, &str) -> Result<(), Failure>,
    enroll: impl FnOnce() -> T + Send,
) -> Result<T, Failure> {
    thread::scope(|scope| {
        let enrolling = scope.spawn(enroll);
        let waiting = until("a request waits", LIMIT, || match admin.waiting() {
            Ok(ids) => ids.into_iter().next().ok_or_else(|| "none".to_owned()),
            Err(failure) => Err(failure.to_string()),
        })?;
        decide(admin, &waiting)?;
        Ok(enrolling.join().unwrap())
    })
}
