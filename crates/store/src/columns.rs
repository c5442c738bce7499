//! From values to parameters and from columns to values: where types meet the database's three. `direct` says the same to
//! its own driver.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use scepter_policy::identity::{AssignmentKey, Association, Tenant};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Row};

use crate::StoreError;

/// A value of one of the types that both databases have.
pub(crate) enum Parameter {
    Integer(i64),
    Text(String),
    OptionalText(Option<String>),
    Bytes(Vec<u8>),
}

/// Binds values that take more than one parameter, or that the database does not know.
pub(crate) trait Bind: Sized {
    fn parameter(self, parameter: Parameter) -> Self;

    /// One parameter.
    fn text(self, text: impl Into<String>) -> Self {
        self.parameter(Parameter::Text(text.into()))
    }

    /// One parameter.
    fn bytes(self, bytes: &[u8]) -> Self {
        self.parameter(Parameter::Bytes(bytes.to_vec()))
    }

    /// One parameter: microseconds since the epoch.
    fn time(self, time: Timestamp) -> Self {
        self.parameter(Parameter::Integer(time.as_microsecond()))
    }

    /// Two parameters: owner, namespace.
    fn tenant(self, tenant: &Tenant) -> Self {
        self.text(tenant.owner.to_string()).text(tenant.namespace.to_string())
    }

    /// Five parameters: owner, namespace, profile, device, association.
    fn assignment(self, key: &AssignmentKey) -> Self {
        self.tenant(&key.tenant)
            .text(key.profile.to_string())
            .text(key.device.to_string())
            .text(key.association.to_string())
    }
}

impl Bind for Query<'_, Any, AnyArguments> {
    fn parameter(self, parameter: Parameter) -> Self {
        match parameter {
            Parameter::Integer(number) => self.bind(number),
            Parameter::Text(text) => self.bind(text),
            Parameter::OptionalText(text) => self.bind(text),
            Parameter::Bytes(bytes) => self.bind(bytes),
        }
    }
}

/// Reads columns by name.
pub(crate) trait Columns {
    fn text(&self, column: &str) -> Result<String, StoreError>;
    fn optional_text(&self, column: &str) -> Result<Option<String>, StoreError>;
    fn integer(&self, column: &str) -> Result<i64, StoreError>;
    fn optional_integer(&self, column: &str) -> Result<Option<i64>, StoreError>;
    fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError>;
    fn optional_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError>;

    fn flag(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.integer(column)? != 0)
    }

    fn time(&self, column: &str) -> Result<Timestamp, StoreError> {
        timestamp(self.integer(column)?)
    }

    fn optional_time(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        self.optional_integer(column)?.map(timestamp).transpose()
    }

    /// A text column as a word or a name.
    fn parsed<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.text(column)?
            .parse()
            .map_err(|problem: T::Err| StoreError::unreadable(column, problem.to_string()))
    }

    /// A nullable text column as a word or a name.
    fn optional_parsed<T>(&self, column: &'static str) -> Result<Option<T>, StoreError>
    where
        T: FromStr,
        T::Err: Display,
    {
        let text = self.optional_text(column)?;
        text.map(|text| {
            text.parse().map_err(|problem: T::Err| StoreError::unreadable(column, problem.to_string()))
        })
        .transpose()
    }

    /// A digest column.
    fn digest(&self, column: &'static str) -> Result<[u8; 32], StoreError> {
        self.bytes(column)?.try_into().map_err(|_| StoreError::unreadable(column, "it is not 32 bytes long"))
    }

    /// A JSON column.
    fn json<T: serde::de::DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        from_json(column, &self.text(column)?)
    }

    /// The columns owner and namespace.
    fn tenant(&self) -> Result<Tenant, StoreError> {
        Ok(Tenant { owner: self.parsed("owner")?, namespace: self.parsed("namespace")? })
    }

    fn association(&self) -> Result<Association, StoreError> {
        Association::try_from(self.text("association")?)
            .map_err(|problem| StoreError::unreadable("association", problem.to_string()))
    }

    /// The columns owner, namespace, profile, device and association.
    fn assignment(&self) -> Result<AssignmentKey, StoreError> {
        Ok(AssignmentKey {
            tenant: self.tenant()?,
            profile: self.parsed("profile")?,
            device: self.parsed("device")?,
            association: self.association()?,
        })
    }
}

impl Columns for AnyRow {
    fn text(&self, column: &str) -> Result<String, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn optional_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn integer(&self, column: &str) -> Result<i64, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn optional_integer(&self, column: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn optional_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.try_get(column)?)
    }
}

fn timestamp(microseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microseconds)
        .map_err(|problem| StoreError::unreadable("time", problem.to_string()))
}

/// A value as a JSON column.
pub(crate) fn to_json(what: &'static str, value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|problem| StoreError::unreadable(what, problem.to_string()))
}

/// A JSON column's text as a value.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(
    what: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|problem| StoreError::unreadable(what, problem.to_string()))
}
