//! Finding what a name means, and saying what it may have meant.

use scepter_crd::ScepProfile;
use scepter_policy::identity::ObjectKind;
use scepter_policy::spelling::nearest;
use scepter_reconcile::Manifests;

use crate::namespaces::{Misshapen, Namespaces};

/// A name that means nothing, or more than one thing.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnknownName {
    /// No profile has it.
    #[error("no profile is called {name}; {}", or_nearest(nearest.as_deref(), "`scepter lint` reads the same files"))]
    NoProfile {
        /// What was written.
        name: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// Profiles of several namespaces have it.
    #[error("{} profiles are called {name}: write one of {}", found.len(), found.join(", "))]
    Ambiguous {
        /// What was written.
        name: String,
        /// The profiles with their namespaces.
        found: Vec<String>,
    },
    /// The inventory of the profile's namespace does not have the device.
    #[error(
        "the inventory has no device {name}; {}",
        or_nearest(nearest.as_deref(), "the ids are those in the InventorySources of the profile's namespace")
    )]
    NoDevice {
        /// What was written.
        name: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
}

fn or_nearest(nearest: Option<&str>, help: &str) -> String {
    nearest.map_or_else(|| help.to_owned(), |nearest| format!("did you mean {nearest}?"))
}

type Found<'a> = (&'a str, &'a Manifests, &'a ScepProfile);

/// The one profile that `NAME` or `NAMESPACE/NAME` means.
pub(super) fn profile<'a>(all: &'a Namespaces, written: &str) -> Result<Found<'a>, UnknownName> {
    let is_meant = |(namespace, _, profile): &Found<'_>| means(written, namespace, name_of(profile));
    let found: Vec<Found<'_>> = profiles(all).filter(is_meant).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(no_profile(all, written)),
        several => Err(UnknownName::Ambiguous {
            name: written.to_owned(),
            found: several.iter().map(|(namespace, _, profile)| qualified(namespace, profile)).collect(),
        }),
    }
}

/// An object that the name means, without the shape of a profile.
pub(super) fn misshapen<'a>(all: &'a Namespaces, written: &str) -> Option<&'a Misshapen> {
    all.misshapen.iter().find(|object| {
        let (kind, namespace, name) = &object.identity;
        kind == ObjectKind::ScepProfile.as_str() && means(written, namespace, name)
    })
}

/// Whether `NAME` or `NAMESPACE/NAME` can mean an object.
fn means(written: &str, namespace: &str, name: &str) -> bool {
    match written.split_once('/') {
        Some((wanted, plain)) => namespace == wanted && name == plain,
        None => name == written,
    }
}

fn no_profile(all: &Namespaces, written: &str) -> UnknownName {
    let name = written.to_owned();
    let plain = written.rsplit('/').next().unwrap_or(written);
    let known: Vec<(String, String)> = profiles(all)
        .map(|(namespace, _, profile)| (name_of(profile).to_owned(), qualified(namespace, profile)))
        .collect();
    let known = known.iter().map(|(name, qualified)| (name.as_str(), qualified.clone()));
    UnknownName::NoProfile { name, nearest: nearest(plain, known) }
}

fn profiles(all: &Namespaces) -> impl Iterator<Item = Found<'_>> {
    all.worlds.iter().flat_map(|(namespace, among)| {
        among.profiles().map(move |profile| (namespace.as_str(), among, &**profile))
    })
}

fn name_of(profile: &ScepProfile) -> &str {
    profile.metadata.name.as_deref().unwrap_or_default()
}

fn qualified(namespace: &str, profile: &ScepProfile) -> String {
    format!("{namespace}/{}", name_of(profile))
}
