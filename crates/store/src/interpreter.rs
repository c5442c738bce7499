//! How the store learns what a manifest means. It keeps manifests as they were applied and cannot read them itself: the
//! issuer gives it the one parser there is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scepter_policy::profile::Profile;
use scepter_policy::root::TrustedRoot;

/// A declared object as it was applied: the manifest as JSON, and the bytes that its references name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The manifest, as JSON. Two puts are the same put when these texts are equal: leave out what a server adds.
    pub manifest: String,
    /// The bytes behind each reference, by whatever key the interpreter will look them up.
    pub bytes: BTreeMap<String, Vec<u8>>,
}

/// Reads stored documents. Pure: it is called inside transactions.
pub trait Interpreter: Send + Sync + 'static {
    /// The profile that a document of the kind `ScepProfile` means; or what is wrong with it, in one sentence.
    fn profile(&self, document: &Document) -> Result<Profile, String>;

    /// The root that a document of the kind `TrustedRootProfile` means now; or what is wrong with it, in one sentence,
    /// for example that its certificate has ended.
    fn root(&self, document: &Document, now: Timestamp) -> Result<TrustedRoot, String>;
}
