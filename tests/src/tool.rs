//! Programs of the machine that tests drive.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::Failure;

/// The remedy for whatever `scripts/install-tools` installs.
pub(crate) const INSTALL: &str = "run `scripts/install-tools test` (Debian), or install it and try again";
/// Where certmonger's programs are that are on nobody's PATH.
const CERTMONGER: &str = "/usr/lib/certmonger:/usr/libexec/certmonger";

/// A program that a test needs from outside this repository, by what it is to the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// strongSwan's `pki`: the first real SCEP client.
    StrongSwanPki,
    /// certmonger's daemon for a user's session.
    Certmonger,
    /// What speaks to that daemon.
    GetCert,
    /// micromdm's `scepclient`.
    MicroMdm,
    /// `openssl`, to read certificates with other eyes than ours.
    OpenSsl,
    /// `softhsm2-util`, a PKCS #11 token without hardware.
    SoftHsm,
    /// PostgreSQL's server; its other programs lie beside it.
    Postgres,
    /// `setpriv`, which has the kernel end a child with its parent.
    SetPriv,
    /// Any `kubectl`; only used with a cluster that was there before.
    Kubectl,
    /// The Go tool chain, which builds the control plane.
    Go,
}

impl Tool {
    /// The program's path, or a failure that names the remedy.
    pub fn find(self) -> Result<PathBuf, Failure> {
        let mut paths = env::var_os("PATH").unwrap_or_default();
        for beyond in [CERTMONGER.into()].into_iter().chain(postgres_directories()) {
            paths.push(":");
            paths.push(beyond);
        }
        self.find_in(&paths)
    }

    fn find_in(self, paths: &OsStr) -> Result<PathBuf, Failure> {
        env::split_paths(paths)
            .map(|directory| directory.join(self.program()))
            .find(|candidate| candidate.is_file())
            .ok_or(Failure::ToolMissing { program: self.program(), remedy: self.remedy() })
    }

    /// A command of this program.
    pub fn command(self) -> Result<Command, Failure> {
        self.find().map(Command::new)
    }

    fn program(self) -> &'static str {
        match self {
            Self::StrongSwanPki => "pki",
            Self::Certmonger => "certmonger-session",
            Self::GetCert => "getcert",
            Self::MicroMdm => "scepclient",
            Self::OpenSsl => "openssl",
            Self::SoftHsm => "softhsm2-util",
            Self::Postgres => "postgres",
            Self::SetPriv => "setpriv",
            Self::Kubectl => "kubectl",
            Self::Go => "go",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::StrongSwanPki
            | Self::Certmonger
            | Self::GetCert
            | Self::MicroMdm
            | Self::OpenSsl
            | Self::SoftHsm
            | Self::Postgres
            | Self::SetPriv => INSTALL,
            Self::Kubectl => "install it, or unset KUBECONFIG and run `make envtest`, which builds it",
            Self::Go => {
                "install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to a directory that has etcd, kube-apiserver, \
                 kube-controller-manager and kubectl"
            }
        }
    }
}

/// Where Debian keeps the servers that it has, one directory a version, the newest first.
fn postgres_directories() -> impl Iterator<Item = OsString> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path()).collect();
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions.into_iter().map(|version| version.join("bin").into_os_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_is_there_is_found_and_runs() {
        let version = crate::run(Tool::OpenSsl.command().unwrap().arg("version"), b"").unwrap();
        assert!(version.starts_with("OpenSSL "), "{version}");
    }

    #[test]
    fn a_tool_that_is_not_there_names_its_remedy() {
        let missing = Tool::StrongSwanPki.find_in(OsStr::new("/nowhere:/no/where")).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "`pki` is not installed: run `scripts/install-tools test` (Debian), or install it and try again"
        );
    }
}
