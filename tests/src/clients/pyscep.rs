//! `PyScep`, which is a library, by way of `pyscep/client.py`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::cache::cache;
use crate::command::{line, run};
use crate::tool::INSTALL;
use crate::{Failure, Minted, Scratch};

/// The program around the library.
const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pyscep/client.py");

/// One client. It remembers its key and certificate.
#[derive(Debug)]
pub struct PyScep {
    python: PathBuf,
    url: String,
    scratch: Scratch,
}

/// What a PKIOperation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PyScepOutcome {
    /// SUCCESS with these certificates in PEM, the first of them the one that was asked for.
    Certificates(Vec<String>),
    /// SUCCESS with this revocation list in PEM.
    Crl(String),
    /// PENDING.
    Pending,
    /// FAILURE with the failInfo of this name.
    Refused(String),
}

impl PyScep {
    /// A client of the server at that URL.
    pub fn new(url: &str) -> Result<Self, Failure> {
        let python = cache()?.join("pyscep/bin/python");
        if !python.exists() {
            return Err(Failure::ToolMissing { program: "PyScep", remedy: INSTALL });
        }
        Ok(Self { python, url: url.to_owned(), scratch: Scratch::new("pyscep")? })
    }

    /// The capabilities that it recognises (GetCACaps), sorted.
    pub fn capabilities(&self) -> Result<Vec<String>, Failure> {
        self.list("capabilities")
    }

    /// The server's certificates in PEM (GetCACert). It fails unless it finds CA and RA among them.
    pub fn ca_certificates(&self) -> Result<Vec<String>, Failure> {
        self.list("ca-certificates")
    }

    /// The next CA's certificates in PEM (GetNextCACert).
    pub fn next_ca_certificates(&self) -> Result<Vec<String>, Failure> {
        self.list("next-ca-certificates")
    }

    /// Enrolls for what was minted with a new key (PKCSReq).
    pub fn enroll_for(&self, minted: &Minted) -> Result<PyScepOutcome, Failure> {
        self.enroll(&minted.subject, minted.dns_names(), &minted.challenge)
    }

    /// Enrolls with a new key (PKCSReq).
    pub fn enroll<'a>(
        &self,
        subject: &str,
        dns_names: impl IntoIterator<Item = &'a str>,
        challenge: &str,
    ) -> Result<PyScepOutcome, Failure> {
        let mut command = self.request("enroll", subject, dns_names);
        PyScepOutcome::of(command.args(["--challenge", challenge]))
    }

    /// Asks for a certificate for a new key with the one that it has as its credential (PKCSReq).
    pub fn renew<'a>(
        &self,
        subject: &str,
        dns_names: impl IntoIterator<Item = &'a str>,
    ) -> Result<PyScepOutcome, Failure> {
        PyScepOutcome::of(&mut self.request("renew", subject, dns_names))
    }

    /// Asks what became of the request that is pending (CertPoll).
    pub fn poll(&self, subject: &str) -> Result<PyScepOutcome, Failure> {
        PyScepOutcome::of(&mut self.request("poll", subject, []))
    }

    /// Asks for the certificate with that serial number, in hex (GetCert).
    pub fn get_certificate(&self, serial: &str) -> Result<PyScepOutcome, Failure> {
        PyScepOutcome::of(self.command("get-certificate").args(["--serial", serial]))
    }

    /// Asks for the list on which that serial number, in hex, would be (GetCRL).
    pub fn get_crl(&self, serial: &str) -> Result<PyScepOutcome, Failure> {
        PyScepOutcome::of(self.command("get-crl").args(["--serial", serial]))
    }

    fn request<'a>(
        &self,
        operation: &str,
        subject: &str,
        dns_names: impl IntoIterator<Item = &'a str>,
    ) -> Command {
        let mut command = self.command(operation);
        command.args(["--subject", subject]);
        for name in dns_names {
            command.args(["--dns", name]);
        }
        command
    }

    fn command(&self, operation: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.args([PROGRAM, operation, &self.url, "--directory"]).arg(self.scratch.path());
        command
    }

    fn list(&self, operation: &str) -> Result<Vec<String>, Failure> {
        let printed = json(&mut self.command(operation))?;
        texts(&printed).ok_or_else(|| Failure::absent("list", &printed))
    }
}

impl PyScepOutcome {
    fn of(command: &mut Command) -> Result<Self, Failure> {
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

fn json(command: &mut Command) -> Result<Value, Failure> {
    let printed = run(command, b"")?;
    serde_json::from_str(&printed).map_err(|source| Failure::NotJson { command: line(command), source })
}

fn texts(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}
