//! Whose an object is, by its `apiVersion` and `kind`.

use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::identity::ObjectKind;
use scepter_policy::rules::RuleId;
use scepter_yaml::Node;

use super::suggestion::closest;
use crate::manifest::ManifestError;
use crate::v1alpha1::API_VERSION;

/// Whose an object is.
pub(super) enum Owner {
    /// Ours, of that kind.
    Kind(ObjectKind),
    /// Ours, but the API has no such kind or version.
    Unknown(Box<Diagnostic>),
    /// Somebody else's.
    Foreign,
}

/// Reads whose an object is.
pub(super) fn owner(object: &Node) -> Owner {
    let text = |field: &str| object.get(field).and_then(Node::as_str).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let group = |version: &str| version.split('/').next().map(str::to_owned);
    match kind.parse() {
        Ok(kind) if api_version == API_VERSION => Owner::Kind(kind),
        Err(_) if api_version == API_VERSION => unknown_kind(kind),
        Ok(_) if api_version.is_empty() => unknown_version(api_version),
        _ if group(api_version) == group(API_VERSION) => unknown_version(api_version),
        _ => Owner::Foreign,
    }
}

fn unknown_kind(kind: &str) -> Owner {
    let help = match closest(kind, ObjectKind::ALL.iter().map(|kind| kind.as_str())) {
        Some(similar) => format!("did you mean {similar}?"),
        None => "write one of the kinds".to_owned(),
    };
    unknown("kind", &ManifestError::UnknownKind { kind: kind.to_owned() }, &help)
}

fn unknown_version(api_version: &str) -> Owner {
    let help = format!("write apiVersion: {API_VERSION}");
    unknown("apiVersion", &ManifestError::Foreign { api_version: api_version.to_owned() }, &help)
}

fn unknown(field: &str, error: &ManifestError, help: &str) -> Owner {
    let finding = Diagnostic::new(RuleId::Sch01, field.into(), error.to_string());
    Owner::Unknown(Box::new(finding.help(help)))
}
