//! smallstep's SCEP library for Go, which micromdm's client is made of too, by way of `smallstep/main.go`.

use std::path::PathBuf;
use std::process::Command;

use super::outcome::Outcome;
use crate::cache::cache;
use crate::tool::INSTALL;
use crate::{Failure, Minted, Scratch};

/// One client. It remembers its key and certificate.
#[derive(Debug)]
pub struct Smallstep {
    program: PathBuf,
    url: String,
    scratch: Scratch,
}

impl Smallstep {
    /// A client of the server at that URL.
    pub fn new(url: &str) -> Result<Self, Failure> {
        let program = cache()?.join("smallstep-scep");
        if !program.exists() {
            return Err(Failure::ToolMissing { program: "smallstep-scep", remedy: INSTALL });
        }
        Ok(Self { program, url: url.to_owned(), scratch: Scratch::new("smallstep")? })
    }

    /// Enrolls for what was minted with a new key (GetCACert, PKCSReq). While the answer is PENDING it repeats its message.
    pub fn enroll_for(&self, minted: &Minted) -> Result<Outcome, Failure> {
        Outcome::of(self.request(minted).args(["-challenge", &minted.challenge]))
    }

    /// Asks for a certificate for a new key with the one that it has as its credential (RenewalReq).
    pub fn renew(&self, minted: &Minted) -> Result<Outcome, Failure> {
        Outcome::of(self.request(minted).arg("-renew"))
    }

    fn request(&self, minted: &Minted) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["-url", &self.url, "-subject", &minted.subject]);
        for name in minted.dns_names() {
            command.args(["-dns", name]);
        }
        command.arg("-directory").arg(self.scratch.path());
        command
    }
}
