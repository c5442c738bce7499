//! strongSwan's `pki` as a SCEP client.

use std::path::PathBuf;

use crate::command::run;
use crate::{Failure, Scratch, Tool};

/// One client: it has taken over a server's certificates, and has a key pair.
#[derive(Debug)]
pub struct StrongSwan {
    url: String,
    scratch: Scratch,
}

impl StrongSwan {
    /// Makes a key pair and asks the server for its certificates (GetCACert).
    pub fn new(url: &str) -> Result<Self, Failure> {
        let client = Self { url: url.to_owned(), scratch: Scratch::new("strongswan")? };
        client.new_key()?;
        let mut command = Tool::StrongSwanPki.command()?;
        command.args(["--scepca", "--url", url, "--force"]);
        command.arg("--caout").arg(client.ca()).arg("--raout").arg(client.ra());
        run(&mut command, b"")?;
        Ok(client)
    }

    /// Replaces the key pair, RSA with 2048 bits.
    pub fn new_key(&self) -> Result<(), Failure> {
        let mut command = Tool::StrongSwanPki.command()?;
        let key = run(command.args(["--gen", "--type", "rsa", "--size", "2048", "--outform", "pem"]), b"")?;
        self.scratch.write("key.pem", key).map(drop)
    }

    /// The CA certificate that it took over, in DER.
    pub fn ca(&self) -> PathBuf {
        self.scratch.join("ca.der")
    }

    /// The RA's certificates that it took over, in DER: the one to encrypt to, and the one that signs.
    pub fn ras(&self) -> [PathBuf; 2] {
        [self.ra(), self.scratch.join("ra-2.der")]
    }

    /// Enrolls (PKCSReq) and returns the certificate in PEM. A refusal is a failed command that printed the failInfo.
    pub fn enroll<'a>(
        &self,
        subject: &str,
        dns_names: impl IntoIterator<Item = &'a str>,
        challenge: &str,
    ) -> Result<String, Failure> {
        let mut command = Tool::StrongSwanPki.command()?;
        command.args(["--scep", "--url", &self.url, "--outform", "pem", "--maxpolltime", "1"]);
        command.args(["--cipher", "aes", "--digest", "sha256", "--dn", subject, "--password", challenge]);
        for name in dns_names {
            command.args(["--san", name]);
        }
        command.arg("--in").arg(self.scratch.join("key.pem"));
        command.arg("--cacert-enc").arg(self.ra()).arg("--cacert-sig").arg(self.ca());
        run(&mut command, b"")
    }

    fn ra(&self) -> PathBuf {
        self.scratch.join("ra.der")
    }
}
