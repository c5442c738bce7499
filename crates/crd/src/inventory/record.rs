//! One record from its tree of values, and what to say of one that cannot be read without quoting it.

use scepter_policy::inventory::Record;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(super) fn user(value: Value) -> Result<Record, String> {
    read(value).map(|user| Record::User(Box::new(user)))
}

pub(super) fn device(value: Value) -> Result<Record, String> {
    read(value).map(|device| Record::Device(Box::new(device)))
}

pub(super) fn group(value: Value) -> Result<Record, String> {
    read(value).map(Record::Group)
}

/// A record that says itself what it is.
pub(super) fn tagged(line: &str) -> Result<Record, String> {
    let value: Value = serde_json::from_str(line).map_err(|_| "it is not JSON".to_owned())?;
    let Value::Object(mut fields) = value else { return Err(UNTAGGED.to_owned()) };
    match (fields.len(), fields.remove("user"), fields.remove("device"), fields.remove("group")) {
        (1, Some(value), None, None) => user(value),
        (1, None, Some(value), None) => device(value),
        (1, None, None, Some(value)) => group(value),
        (_, _, _, _) => Err(UNTAGGED.to_owned()),
    }
}

const UNTAGGED: &str = "it is none of {\"user\": {…}}, {\"device\": {…}} and {\"group\": {…}}";

fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value).map_err(|error| problem(&error))
}

/// Field names and values are the author's, except for a missing field, whose name is ours.
fn problem(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let text = error.inner().to_string();
    if text.starts_with("missing field") {
        return text;
    }
    match error.path().to_string() {
        path if FIELDS.contains(&path.as_str()) => format!("its {path} cannot be read"),
        _ => "it has a field that such a record does not have, or is no record at all".to_owned(),
    }
}

/// The fields of the three kinds of record.
const FIELDS: &[&str] = &[
    "id",
    "userName",
    "userPrincipalName",
    "emailAddress",
    "department",
    "onPremisesDistinguishedName",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "platform",
    "managementMode",
    "userId",
    "osVersion",
    "enrolledOsVersion",
    "osEdition",
    "joinType",
    "domainJoined",
    "tpm",
    "samsungKnox",
    "deviceName",
    "serialNumber",
    "imei",
    "meid",
    "wifiMacAddress",
    "fullyQualifiedDomainName",
    "entraDeviceId",
    "deviceId",
    "manufacturer",
    "model",
    "category",
    "ownership",
    "kind",
    "members",
];
