//! A person with `scepter` in a shell: mints challenges and looks at what became of them.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::command::{line, run};
use crate::{Failure, Scepter};

/// Someone who reaches one issuer's API with a `client.yaml`.
#[derive(Clone, Debug)]
pub struct Admin {
    client_yaml: PathBuf,
}

/// A challenge and what to ask for with it, as `scepter challenge` prints it.
#[derive(Clone)]
pub struct Minted {
    /// The challenge password.
    pub challenge: String,
    /// The SCEP URL.
    pub url: String,
    /// The subject, such as `CN=a,O=b`.
    pub subject: String,
    /// The alternative names, such as `dns:a.example.com`.
    pub san: Vec<String>,
}

impl Admin {
    /// Whoever holds this file, which an issuer writes into its data directory.
    pub fn holding(client_yaml: PathBuf) -> Self {
        Self { client_yaml }
    }

    /// `scepter challenge` for one device of `NAMESPACE/PROFILE`.
    pub fn challenge(&self, profile: &str, device: &str) -> Result<Minted, Failure> {
        let minted =
            self.json(&["challenge", "--profile", profile, "--device", device, "--output", "ndjson"])?;
        Minted::read(&minted).ok_or_else(|| Failure::absent("challenge", &minted))
    }

    /// The row of a device of `NAMESPACE/PROFILE`, from `scepter get devices`.
    pub fn row(&self, profile: &str, device: &str) -> Result<Value, Failure> {
        let rows = self.json(&["get", "devices", "--profile", profile, "--output", "json"])?;
        let row = rows.as_array().into_iter().flatten().find(|row| row["device"] == device).cloned();
        row.ok_or_else(|| Failure::absent(&format!("row of {device}"), &rows))
    }

    /// All certificates that were issued, from `scepter get certificates`.
    pub fn certificates(&self) -> Result<Vec<Value>, Failure> {
        let certificates = self.json(&["get", "certificates", "--output", "json"])?;
        certificates.as_array().cloned().ok_or_else(|| Failure::absent("list", &certificates))
    }

    /// The ids of the requests that wait for a decision, from `scepter get requests`.
    pub fn waiting(&self) -> Result<Vec<String>, Failure> {
        let requests = self.json(&["get", "requests", "--output", "json"])?;
        let ids = requests.as_array().into_iter().flatten().filter_map(|request| request["id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }

    /// `scepter approve` for a request of the namespace `default`.
    pub fn approve(&self, id: &str) -> Result<(), Failure> {
        run(self.command()?.args(["approve", "--namespace", "default", id]), b"").map(drop)
    }

    /// `scepter approve --deny` for the same.
    pub fn deny(&self, id: &str) -> Result<(), Failure> {
        run(self.command()?.args(["approve", "--namespace", "default", "--deny", id]), b"").map(drop)
    }

    /// The roots of the issuer's authorities in PEM, from `scepter get authorities`.
    pub fn roots(&self) -> Result<String, Failure> {
        run(self.command()?.args(["get", "authorities", "--output", "pem"]), b"")
    }

    fn json(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let mut command = self.command()?;
        let printed = run(command.args(arguments), b"")?;
        serde_json::from_str(&printed).map_err(|source| Failure::NotJson { command: line(&command), source })
    }

    fn command(&self) -> Result<Command, Failure> {
        let mut command = Scepter::command()?;
        command.env("SCEPTER_CONFIG", &self.client_yaml);
        Ok(command)
    }
}

impl Minted {
    fn read(minted: &Value) -> Option<Self> {
        let text = |field: &str| minted[field].as_str().map(str::to_owned);
        let names = minted["san"].as_array()?.iter();
        Some(Self {
            challenge: text("challenge")?,
            url: text("url")?,
            subject: text("subject")?,
            san: names.map(|name| name.as_str().map(str::to_owned)).collect::<Option<_>>()?,
        })
    }

    /// The DNS names among the alternative names.
    pub fn dns_names(&self) -> impl Iterator<Item = &str> {
        self.san.iter().filter_map(|name| name.strip_prefix("dns:"))
    }
}
