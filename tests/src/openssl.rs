//! Certificates as OpenSSL reads them.

use std::process::Command;
use std::time::Duration;

use crate::command::run;
use crate::{Failure, Scratch, Tool, until};

/// A certificate in PEM, and what `openssl` says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    pem: String,
}

/// What `openssl verify` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The chain holds; with revocation looked at, the certificate is not on the list.
    Good,
    /// The certificate is on the list that its distribution point leads to.
    Revoked,
    /// Anything else, in OpenSSL's words.
    Bad(String),
}

/// What `openssl ocsp` says, having verified the answer against the roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OcspStatus {
    /// Issued, and not revoked.
    Good,
    /// Revoked, for that reason in OpenSSL's words.
    Revoked(String),
    /// The responder knows of no such certificate.
    Unknown,
    /// Anything else that was printed.
    Bad(String),
}

/// What `openssl verify` looks at, besides signatures and dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Nothing.
    Chain,
    /// The revocation list, downloaded from where the certificate says that it is.
    ChainAndRevocation,
}

impl Issued {
    /// A certificate in PEM.
    pub fn new(pem: impl Into<String>) -> Self {
        Self { pem: pem.into() }
    }

    /// A certificate in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Failure> {
        let mut command = Tool::OpenSsl.command()?;
        run(command.args(["x509", "-inform", "der", "-outform", "pem"]), der).map(Self::new)
    }

    /// The certificate in PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The subject, in the order in which the certificate has it: `CN=a, O=b`.
    pub fn subject(&self) -> Result<String, Failure> {
        let printed = self.print(&["-subject", "-nameopt", "utf8,sep_comma_plus_space,sname"])?;
        Ok(printed.trim().trim_start_matches("subject=").to_owned())
    }

    /// The serial number, lower-case hex.
    pub fn serial_number(&self) -> Result<String, Failure> {
        Ok(self.print(&["-serial"])?.trim().trim_start_matches("serial=").to_lowercase())
    }

    /// When it begins and ends to be valid, as RFC 3339 has it.
    pub fn validity(&self) -> Result<[String; 2], Failure> {
        let printed = self.print(&["-startdate", "-enddate", "-dateopt", "iso_8601"])?;
        let moment = |name: &str| {
            let line = printed.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().replacen(' ', "T", 1)
        };
        Ok([moment("notBefore="), moment("notAfter=")])
    }

    /// An extension's value by OpenSSL's name for it, such as `keyUsage`. `critical` leads the value of one that is.
    pub fn extension(&self, name: &str) -> Result<String, Failure> {
        let printed = self.print(&["-ext", name])?;
        let mut lines = printed.lines();
        let critical = lines.next().is_some_and(|title| title.trim_end().ends_with("critical"));
        let value = lines.map(str::trim).collect::<Vec<_>>().join(" ");
        Ok(if critical { format!("critical, {value}") } else { value })
    }

    /// Waits until OpenSSL, which follows the certificate's own distribution point, finds it on the list.
    pub fn await_revocation(&self, roots: &str, limit: Duration) -> Result<(), Failure> {
        until("the certificate is on the revocation list", limit, || {
            match self.verify(roots, Verification::ChainAndRevocation) {
                Ok(Verdict::Revoked) => Ok(()),
                Ok(verdict @ (Verdict::Good | Verdict::Bad(_))) => Err(format!("{verdict:?}")),
                Err(failure) => Err(failure.to_string()),
            }
        })
    }

    /// Whether it verifies against `roots`, in PEM.
    pub fn verify(&self, roots: &str, what: Verification) -> Result<Verdict, Failure> {
        let scratch = Scratch::new("openssl")?;
        let mut command = Tool::OpenSsl.command()?;
        command.arg("verify").arg("-CAfile").arg(scratch.write("roots.pem", roots)?);
        match what {
            Verification::Chain => {}
            Verification::ChainAndRevocation => {
                command.args(["-crl_check", "-crl_download"]);
            }
        }
        self.verdict(&scratch, command)
    }

    /// Whether it verifies against `roots` and this revocation list, both in PEM.
    pub fn verify_with(&self, roots: &str, crl: &str) -> Result<Verdict, Failure> {
        let scratch = Scratch::new("openssl")?;
        let mut command = Tool::OpenSsl.command()?;
        command.arg("verify").arg("-CAfile").arg(scratch.write("roots.pem", roots)?);
        command.arg("-crl_check").arg("-CRLfile").arg(scratch.write("crl.pem", crl)?);
        self.verdict(&scratch, command)
    }

    fn verdict(&self, scratch: &Scratch, mut command: Command) -> Result<Verdict, Failure> {
        command.arg(scratch.write("certificate.pem", &self.pem)?);
        match run(&mut command, b"") {
            Ok(_) => Ok(Verdict::Good),
            Err(Failure::CommandFailed { output, .. }) if output.contains(": certificate revoked") => {
                Ok(Verdict::Revoked)
            }
            Err(Failure::CommandFailed { output, .. }) => Ok(Verdict::Bad(output)),
            Err(other) => Err(other),
        }
    }

    /// What the responder that the certificate names says of it (POST, with a nonce), `issuer` being its CA in PEM and
    /// trusted. `options` are those of `openssl ocsp`.
    pub fn ocsp(&self, issuer: &str, options: &[&str]) -> Result<OcspStatus, Failure> {
        let url = self.ocsp_url()?;
        self.run_ocsp(issuer, None, &[&["-url", &url], options].concat())
    }

    /// What the same responder says of a serial number that nobody got.
    pub fn ocsp_of_serial(&self, issuer: &str, serial: &str) -> Result<OcspStatus, Failure> {
        let url = self.ocsp_url()?;
        self.run_ocsp(issuer, Some(serial), &["-url", &url])
    }

    /// The request that asks about it without a nonce, DER: what a GET carries in its path.
    pub fn ocsp_request(&self, issuer: &str) -> Result<Vec<u8>, Failure> {
        let scratch = Scratch::new("openssl")?;
        let path = scratch.join("request.der");
        let mut command = Tool::OpenSsl.command()?;
        command.args(["ocsp", "-no_nonce", "-issuer"]).arg(scratch.write("issuer.pem", issuer)?);
        command.arg("-cert").arg(scratch.write("certificate.pem", &self.pem)?);
        run(command.arg("-reqout").arg(&path), b"")?;
        std::fs::read(&path).map_err(Failure::file("read", &path))
    }

    /// What an answer that was had otherwise says of it.
    pub fn ocsp_answer(&self, issuer: &str, answer: &[u8]) -> Result<OcspStatus, Failure> {
        let scratch = Scratch::new("openssl")?;
        let path = scratch.write("answer.der", answer)?;
        self.run_ocsp(issuer, None, &["-respin", &path.display().to_string()])
    }

    /// Where the certificate says that OCSP is answered.
    pub fn ocsp_url(&self) -> Result<String, Failure> {
        Ok(self.print(&["-ocsp_uri"])?.trim().to_owned())
    }

    fn run_ocsp(&self, issuer: &str, serial: Option<&str>, options: &[&str]) -> Result<OcspStatus, Failure> {
        let scratch = Scratch::new("openssl")?;
        let issuer = scratch.write("issuer.pem", issuer)?;
        let mut command = Tool::OpenSsl.command()?;
        // A hash among the options holds for the certificates after it.
        command.arg("ocsp").args(options).arg("-issuer").arg(&issuer).arg("-CAfile").arg(&issuer);
        match serial {
            Some(serial) => command.args(["-serial", serial]),
            None => command.arg("-cert").arg(scratch.write("certificate.pem", &self.pem)?),
        };
        match run(&mut command, b"") {
            Ok(printed) => Ok(OcspStatus::read(printed)),
            Err(Failure::CommandFailed { output, .. }) => Ok(OcspStatus::Bad(output)),
            Err(other) => Err(other),
        }
    }

    fn print(&self, what: &[&str]) -> Result<String, Failure> {
        run(Tool::OpenSsl.command()?.args(["x509", "-noout"]).args(what), self.pem.as_bytes())
    }
}

/// The subjects of the certificates in a certs-only message that is signed (CMS, DER), once OpenSSL has verified the
/// signature and its signer against `roots`, in PEM.
pub fn signed_certificates(signed: &[u8], roots: &str) -> Result<Vec<String>, Failure> {
    let scratch = Scratch::new("openssl")?;
    let content = scratch.join("content.der");
    let mut verify = Tool::OpenSsl.command()?;
    verify.args(["cms", "-verify", "-inform", "der", "-purpose", "any", "-CAfile"]);
    verify.arg(scratch.write("roots.pem", roots)?).arg("-in").arg(scratch.write("signed.der", signed)?);
    run(verify.arg("-out").arg(&content), b"")?;
    let mut print = Tool::OpenSsl.command()?;
    let printed =
        run(print.args(["pkcs7", "-inform", "der", "-print_certs", "-noout", "-in"]).arg(&content), b"")?;
    Ok(printed.lines().filter_map(|line| line.strip_prefix("subject=")).map(str::to_owned).collect())
}

impl OcspStatus {
    /// `NAME: good`, `NAME: unknown`, or `NAME: revoked` with a line `Reason: …` below it.
    fn read(printed: String) -> Self {
        let after = |start: &str| printed.lines().find_map(|line| line.trim().split_once(start));
        match after(": ").map(|(_, status)| status) {
            Some("good") => Self::Good,
            Some("unknown") => Self::Unknown,
            Some("revoked") => {
                Self::Revoked(after("Reason: ").map(|(_, reason)| reason.to_owned()).unwrap_or_default())
            }
            Some(_) | None => Self::Bad(printed),
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn self_signed() -> Issued {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(["a.example.com".to_owned()]).unwrap();
        Issued::new(parameters.self_signed(&key).unwrap().pem())
    }

    #[test]
    fn a_certificate_without_a_distribution_point_is_neither_good_nor_revoked() {
        let certificate = self_signed();
        let verify = |what| certificate.verify(&certificate.pem, what).unwrap();
        assert_eq!(verify(Verification::Chain), Verdict::Good);
        assert!(matches!(verify(Verification::ChainAndRevocation), Verdict::Bad(_)));
    }

    #[test]
    fn a_certificate_of_somebody_else_is_bad() {
        let verdict = self_signed().verify(&self_signed().pem, Verification::Chain).unwrap();
        assert!(matches!(verdict, Verdict::Bad(_)), "{verdict:?}");
    }

    #[test]
    fn the_parts_of_a_certificate_are_read_one_by_one() {
        let certificate = self_signed();
        assert_eq!(certificate.extension("subjectAltName").unwrap(), "DNS:a.example.com");
        assert_eq!(certificate.subject().unwrap(), "CN=rcgen self signed cert");
        let [begins, ends] = certificate.validity().unwrap();
        assert_eq!([begins.as_str(), ends.as_str()], ["1975-01-01T00:00:00Z", "4096-01-01T00:00:00Z"]);
    }
}
