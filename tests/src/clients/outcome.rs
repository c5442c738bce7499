//! What the programs print that are written here around a client's library.

use std::process::Command;

use serde_json::Value;

use crate::command::{line, run};
use crate::{Failure, Issued};

/// What a PKIOperation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// SUCCESS with these certificates in PEM, the first of them the one that was asked for.
    Certificates(Vec<String>),
    /// SUCCESS with this revocation list in PEM.
    Crl(String),
    /// PENDING.
    Pending,
    /// FAILURE with the failInfo as the client calls it.
    Refused(String),
}

impl Outcome {
    /// The certificate that was asked for; any other outcome is a failure.
    pub fn certificate(self) -> Result<Issued, Failure> {
        match self {
            Self::Certificates(certificates) if !certificates.is_empty() => {
                Ok(Issued::new(&*certificates[0]))
            }
            other => Err(Failure::Absent { wanted: "certificate".to_owned(), printed: format!("{other:?}") }),
        }
    }

    /// Runs a client and reads its outcome.
    pub(super) fn of(command: &mut Command) -> Result<Self, Failure> {
        let printed = json(command)?;
        Self::read(&printed).ok_or_else(|| Failure::absent("outcome", &printed))
    }

    fn read(printed: &Value) -> Option<Self> {
        match printed["status"].as_str()? {
            "PENDING" => Some(Self::Pending),
            "FAILURE" => Some(Self::Refused(printed["failInfo"].as_str()?.to_owned())),
            "SUCCESS" => Some(match printed["crl"].as_str() {
                Some(crl) => Self::Crl(crl.to_owned()),
                None => Self::Certificates(texts(&printed["certificates"])?),
            }),
            _ => None,
        }
    }
}

/// What a client printed.
pub(super) fn json(command: &mut Command) -> Result<Value, Failure> {
    let printed = run(command, b"")?;
    serde_json::from_str(&printed).map_err(|source| Failure::NotJson { command: line(command), source })
}

/// A list of texts.
pub(super) fn texts(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}
