//! The statuses that `scepter up` keeps: one file an object, as `kubectl get -o yaml` would show it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use scepter_policy::identity::ObjectKey;
use scepter_reconcile::Kind;
use serde_json::Value;

use super::readiness;
use crate::namespaces::Identity;
use crate::print;

/// A directory of statuses: `NAMESPACE/PLURAL/NAME.yaml`.
pub(crate) struct Statuses {
    directory: PathBuf,
}

impl Statuses {
    /// The statuses in that directory, which is made when it is not there.
    pub(super) fn open(directory: PathBuf) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&directory)
            .with_context(|| format!("{} cannot be made; give another --data", directory.display()))?;
        Ok(Self { directory })
    }

    /// The statuses that somebody else keeps in that directory.
    pub(crate) fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Writes an object with its status, and says so in one line when its readiness changed.
    pub(super) fn write<K: Kind>(&self, key: &ObjectKey, object: &K, status: Value) -> anyhow::Result<()> {
        let mut value = serde_json::to_value(object)?;
        let before = value.get("status").map(readiness);
        let now = readiness(&status);
        if value.get("status") == Some(&status) {
            return Ok(());
        }
        if let Some(map) = value.as_object_mut() {
            map.insert("status".to_owned(), status);
        }
        let file = self.file(key);
        let unwritable = || format!("{} cannot be written", file.display());
        std::fs::create_dir_all(file.parent().unwrap_or(&self.directory)).with_context(unwritable)?;
        let unfinished = file.with_extension("unfinished");
        std::fs::write(&unfinished, serde_saphyr::to_string(&value)?).with_context(unwritable)?;
        std::fs::rename(&unfinished, &file).with_context(unwritable)?;
        if before.as_ref() != Some(&now) {
            print::text(&format!("status     {key}  Ready={} {}\n", now.0, now.1))?;
        }
        Ok(())
    }

    /// Forgets an object.
    pub(super) fn remove(&self, key: &ObjectKey) -> anyhow::Result<()> {
        match std::fs::remove_file(self.file(key)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The last status of an object.
    pub(super) fn last(&self, identity: &Identity) -> Option<Value> {
        self.read(&key(identity)?)?.get("status").cloned()
    }

    /// `True`, `False` or `Unknown`: the readiness of an object as it was last seen.
    pub(crate) fn ready(&self, key: &ObjectKey) -> String {
        self.read(key).map_or_else(|| "Unknown".to_owned(), |value| readiness(&value["status"]).0)
    }

    fn read(&self, key: &ObjectKey) -> Option<Value> {
        serde_saphyr::from_str(&std::fs::read_to_string(self.file(key)).ok()?).ok()
    }

    /// A `/` in a name becomes `_`, so that none leads out of the directory.
    fn file(&self, key: &ObjectKey) -> PathBuf {
        let part = |text: &str| text.replace('/', "_");
        let namespace = Path::new(&part(key.namespace.as_str())).join(key.kind.plural());
        self.directory.join(namespace).join(format!("{}.yaml", part(key.name.as_str())))
    }
}

/// The key of a declared object; `None` when it cannot have one.
pub(super) fn key((kind, namespace, name): &Identity) -> Option<ObjectKey> {
    Some(ObjectKey { kind: kind.parse().ok()?, namespace: namespace.parse().ok()?, name: name.parse().ok()? })
}
