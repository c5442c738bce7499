//! `PyScep`, which is a library, by way of `pyscep/client.py`.

use std::path::PathBuf;
use std::process::Command;

use super::outcome::{Outcome, json, texts};
use crate::cache::cache;
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
    pub fn enroll_for(&self, minted: &Minted) -> Result<Outcome, Failure> {
        self.enroll(&minted.subject, minted.dns_names(), &minted.challenge)
    }

    /// Enrolls with a new key (PKCSReq).
    pub fn enroll<'a>(
        &self,
        subject: &str,
        dns_names: impl IntoIterator<Item = &'a str>,
        challenge: &str,
    ) -> Result<Outcome, Failure> {
        let mut command = self.request("enroll", subject, dns_names);
        Outcome::of(command.args(["--challenge", challenge]))
    }

    /// Asks for a certificate for a new key with the one that it has as its credential (PKCSReq).
    pub fn renew<'a>(
        &self,
        subject: &str,
        dns_names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Outcome, Failure> {
        Outcome::of(&mut self.request("renew", subject, dns_names))
    }

    /// Asks what became of the request that is pending (CertPoll).
    pub fn poll(&self, subject: &str) -> Result<Outcome, Failure> {
        Outcome::of(&mut self.request("poll", subject, []))
    }

    /// Asks for the certificate with that serial number, in hex (GetCert).
    pub fn get_certificate(&self, serial: &str) -> Result<Outcome, Failure> {
        Outcome::of(self.command("get-certificate").args(["--serial", serial]))
    }

    /// Asks for the list on which that serial number, in hex, would be (GetCRL).
    pub fn get_crl(&self, serial: &str) -> Result<Outcome, Failure> {
        Outcome::of(self.command("get-crl").args(["--serial", serial]))
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
