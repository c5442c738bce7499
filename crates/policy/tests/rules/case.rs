//! The format of a vector: a base object with a few fields changed, and the world that it is judged in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use scepter_policy::rules::RuleId;
use scepter_policy::vocabulary::Severity;
use serde::Deserialize;
use serde_json::{Value, json};

/// The cases of one rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vectors {
    /// What breaks it.
    pub(crate) fires: Vec<Case>,
    /// What does not.
    pub(crate) silent: Vec<Case>,
}

/// One manifest, what surrounds it, and what is expected of the rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// `ScepProfile` or `TrustedRootProfile`.
    #[serde(default = "scep_profile")]
    pub(crate) kind: String,
    /// Merged over the base's metadata.
    #[serde(default)]
    pub(crate) metadata: Value,
    /// Merged over the base's spec; null takes a field away.
    #[serde(default)]
    pub(crate) spec: Value,
    /// A list made of one entry very often.
    pub(crate) repeat: Option<Repeat>,
    /// The file of a root's certificate, or `none`.
    #[serde(default = "root_pem")]
    pub(crate) pem: String,
    /// The moment of judging.
    #[serde(default = "moment")]
    pub(crate) now: jiff::Timestamp,

    /// The root that the profile names. Absent: nobody asks for it.
    pub(crate) root: Option<Root>,
    /// Users, devices and groups of the namespace, merged over the base's. Absent: nobody knows them.
    pub(crate) inventory: Option<Value>,
    /// Merged over the base's authority. Absent: it is not known.
    pub(crate) authority: Option<Value>,
    /// Merged over the base's device, of the profile's platform. Absent: no device asks.
    pub(crate) device: Option<Value>,
    /// Merged over the base's user, who is that device's.
    #[serde(default)]
    pub(crate) user: Value,

    /// The field that the finding names.
    pub(crate) field: Option<String>,
    /// Other rules that rightly speak as well.
    #[serde(default)]
    pub(crate) also: BTreeSet<String>,
    /// How bad it is here, where that is not the rule's usual severity.
    pub(crate) severity: Option<Severity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Repeat {
    list: String,
    entry: Value,
    times: usize,
}

/// The root in a profile's namespace.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Root {
    /// There is none.
    #[serde(default)]
    pub(crate) missing: bool,
    /// Merged over the base's spec; the platform is the profile's where it says none.
    #[serde(default)]
    spec: Value,
    /// The file of its certificate.
    #[serde(default = "root_pem")]
    pem: String,
}

/// A base object, and what it needs besides on Windows.
#[derive(Deserialize)]
struct Base {
    object: Value,
    windows: Value,
}

fn scep_profile() -> String {
    "ScepProfile".to_owned()
}

fn root_pem() -> String {
    "root.pem".to_owned()
}

fn moment() -> jiff::Timestamp {
    "2030-01-01T00:00:00Z".parse().unwrap()
}

impl Case {
    /// The manifest that is judged.
    pub(crate) fn manifest(&self) -> Value {
        let mut object = object(&self.kind, &self.spec, &self.pem);
        merge(&mut object["metadata"], &self.metadata);
        if let Some(repeat) = &self.repeat {
            object["spec"][&repeat.list] = vec![repeat.entry.clone(); repeat.times].into();
        }
        object
    }
}

impl Root {
    /// The manifest of the root, for a profile of that platform.
    pub(crate) fn manifest(&self, platform: &str) -> Value {
        let mut spec = json!({"platform": platform});
        merge(&mut spec, &self.spec);
        object("TrustedRootProfile", &spec, &self.pem)
    }
}

/// A manifest of that kind: its base with `spec` merged over it.
pub(crate) fn object(kind: &str, spec: &Value, pem: &str) -> Value {
    let base: Base = read(&data("vectors/bases").join(format!("{kind}.yaml")));
    let mut object = base.object;
    let platform = spec["platform"].as_str().unwrap_or_default();
    if platform.starts_with("Windows") {
        merge(&mut object["spec"], &base.windows);
    }
    if kind == "TrustedRootProfile" {
        let certificate = if pem == "none" { json!({}) } else { json!({"pem": certificate(pem)}) };
        merge(&mut object["spec"], &json!({"certificate": certificate}));
    }
    merge(&mut object["spec"], spec);
    object
}

/// The cases of a rule.
pub(crate) fn vectors(rule: RuleId) -> Vectors {
    read(&path(rule))
}

/// The file of a rule's cases.
pub(crate) fn path(rule: RuleId) -> PathBuf {
    data("vectors").join(format!("{rule}.yaml"))
}

/// A certificate as PEM.
pub(crate) fn certificate(file: &str) -> String {
    fs::read_to_string(data("certificates").join(file)).unwrap()
}

/// A file or folder of the tests.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// Reads a YAML file.
pub(crate) fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Merges as RFC 7396 does; a patch that says nothing changes nothing.
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    match (target, patch) {
        (_, Value::Null) => {}
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() {
                    target.remove(key);
                } else {
                    merge(target.entry(key).or_insert(Value::Null), value);
                }
            }
        }
        (target, patch) => *target = patch.clone(),
    }
}
