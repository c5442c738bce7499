//! strongSwan's `pki` as a SCEP client.

use std::path::PathBuf;
use std::process::Command;

use crate::command::run;
use crate::{Failure, Minted, Scratch, Tool};

/// One client: it has taken over a server's certificates, and has a key pair.
#[derive(Debug)]
pub struct StrongSwan {
    url: String,
    cipher: &'static str,
    scratch: Scratch,
}

impl StrongSwan {
    /// Makes a key pair and asks the server for its certificates (GetCACert).
    pub fn new(url: &str) -> Result<Self, Failure> {
        let client = Self { url: url.to_owned(), cipher: "aes", scratch: Scratch::new("strongswan")? };
        client.new_key()?;
        let mut command = Tool::StrongSwanPki.command()?;
        command.args(["--scepca", "--url", url, "--force"]);
        command.arg("--caout").arg(client.ca()).arg("--raout").arg(client.ra());
        run(&mut command, b"")?;
        Ok(client)
    }

    /// The same client, encrypting with 3DES and not with AES.
    #[must_use]
    pub fn with_3des(self) -> Self {
        Self { cipher: "des3", ..self }
    }

    /// Replaces the key pair, RSA with 2048 bits.
    pub fn new_key(&self) -> Result<(), Failure> {
        self.write_key("key.pem").map(drop)
    }

    /// The CA certificate that it took over, in DER.
    pub fn ca(&self) -> PathBuf {
        self.scratch.join("ca.der")
    }

    /// The RA's certificates that it took over, in DER: the one to encrypt to, and the one that signs.
    pub fn ras(&self) -> [PathBuf; 2] {
        [self.ra(), self.scratch.join("ra-2.der")]
    }

    /// Enrolls for what was minted, and returns the certificate in PEM.
    pub fn enroll_for(&self, minted: &Minted) -> Result<String, Failure> {
        self.enroll(&minted.subject, minted.dns_names(), &minted.challenge)
    }

    /// Enrolls (PKCSReq) and returns the certificate in PEM. A refusal is a failed command that printed the failInfo; while
    /// the answer is PENDING it polls every second, half a minute long.
    pub fn enroll<'a>(
        &self,
        subject: &str,
        dns_names: impl IntoIterator<Item = &'a str>,
        challenge: &str,
    ) -> Result<String, Failure> {
        let mut command = self.request(subject, dns_names)?;
        command.args(["--password", challenge]).arg("--in").arg(self.scratch.join("key.pem"));
        run(&mut command, b"")
    }

    /// Asks for a certificate for a new key with the one that it has, in PEM, as its credential (RenewalReq).
    pub fn renew<'a>(
        &self,
        subject: &str,
        dns_names: impl IntoIterator<Item = &'a str>,
        certificate: &str,
    ) -> Result<String, Failure> {
        let mut command = self.request(subject, dns_names)?;
        command.arg("--in").arg(self.write_key("new-key.pem")?);
        command.arg("--cert").arg(self.scratch.write("certificate.pem", certificate)?);
        command.arg("--key").arg(self.scratch.join("key.pem"));
        run(&mut command, b"")
    }

    fn request<'a>(
        &self,
        subject: &str,
        dns_names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Command, Failure> {
        let mut command = Tool::StrongSwanPki.command()?;
        command.args(["--scep", "--url", &self.url, "--outform", "pem"]);
        command.args(["--interval", "1", "--maxpolltime", "30"]);
        command.args(["--cipher", self.cipher, "--digest", "sha256", "--dn", subject]);
        for name in dns_names {
            command.args(["--san", name]);
        }
        command.arg("--cacert-enc").arg(self.ra()).arg("--cacert-sig").arg(self.ca());
        Ok(command)
    }

    fn write_key(&self, name: &str) -> Result<PathBuf, Failure> {
        let mut command = Tool::StrongSwanPki.command()?;
        let key = run(command.args(["--gen", "--type", "rsa", "--size", "2048", "--outform", "pem"]), b"")?;
        self.scratch.write(name, key)
    }

    fn ra(&self) -> PathBuf {
        self.scratch.join("ra.der")
    }
}
