//! How the store learns what a manifest means. It keeps manifests as they were applied and cannot read them itself: the
//! issuer gives it the one parser there is.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use scepter_policy::profile::Profile;
use scepter_policy::root::TrustedRoot;

/// A declared object as it was applied: the manifest as JSON, and the bytes that its references name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
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

/// How many profiles are remembered.
const REMEMBERED: usize = 256;

/// An interpreter that reads the same document once. Every enrolment asks what its profile means, and its document was read
/// from the store a moment before: what is remembered is the reading of a text, never that the text is still in force.
pub(crate) struct Remembering {
    interpreter: Arc<dyn Interpreter>,
    profiles: Mutex<HashMap<Document, Profile>>,
}

impl Remembering {
    pub(crate) fn new(interpreter: Arc<dyn Interpreter>) -> Self {
        Self { interpreter, profiles: Mutex::default() }
    }
}

impl Interpreter for Remembering {
    fn profile(&self, document: &Document) -> Result<Profile, String> {
        let profiles = || self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(profile) = profiles().get(document) {
            return Ok(profile.clone());
        }
        let profile = self.interpreter.profile(document)?;
        let mut profiles = profiles();
        if profiles.len() >= REMEMBERED {
            profiles.clear();
        }
        profiles.insert(document.clone(), profile.clone());
        Ok(profile)
    }

    /// What a root means changes with time.
    fn root(&self, document: &Document, now: Timestamp) -> Result<TrustedRoot, String> {
        self.interpreter.root(document, now)
    }
}
