//! micromdm's `scepclient`.

use crate::command::run;
use crate::{Failure, Scratch, Tool};

/// One client, without key or certificate.
#[derive(Debug)]
pub struct MicroMdm {
    url: String,
    scratch: Scratch,
}

impl MicroMdm {
    /// A client of the server at that URL.
    pub fn new(url: &str) -> Result<Self, Failure> {
        Ok(Self { url: url.to_owned(), scratch: Scratch::new("micromdm")? })
    }

    /// Makes a key pair, asks for capabilities and certificates, and enrolls; returns the certificate in PEM. A refusal is a
    /// failed command that printed the failInfo.
    pub fn enroll(&self, common_name: &str, challenge: &str) -> Result<String, Failure> {
        let certificate = self.scratch.join("certificate.pem");
        let mut command = Tool::MicroMdm.command()?;
        command.args(["-server-url", &self.url, "-cn", common_name, "-challenge", challenge]);
        command.arg("-private-key").arg(self.scratch.join("key.pem"));
        command.arg("-certificate").arg(&certificate).current_dir(self.scratch.path());
        run(&mut command, b"")?;
        std::fs::read_to_string(&certificate).map_err(Failure::file("read", &certificate))
    }
}
