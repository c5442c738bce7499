//! From arguments to a client of the issuer.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use scepter_issuer_api::client::{Client, ClientConfiguration, ClientFile};
use scepter_policy::identity::{InvalidName, Namespace, ObjectName};

use crate::arguments::ClientArguments;

/// A name with its namespace, `NS/NAME`; `default` where the namespace is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QualifiedName {
    /// The namespace.
    pub(crate) namespace: Namespace,
    /// The name.
    pub(crate) name: ObjectName,
}

impl std::str::FromStr for QualifiedName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (namespace, name) = text.split_once('/').unwrap_or(("default", text));
        Ok(Self { namespace: namespace.parse()?, name: name.parse()? })
    }
}

/// Makes a client from `--config`, else from `--server` and `--token-file`.
pub(crate) fn client(arguments: &ClientArguments) -> anyhow::Result<Client> {
    let configuration = match (&arguments.config, &arguments.server, &arguments.token_file) {
        (_, Some(server), Some(token_file)) => ClientFile {
            server: server.clone(),
            token_file: token_file.clone(),
            ca_file: arguments.ca_file.clone(),
        }
        .resolve(Path::new(""))?,
        (Some(file), ..) => read(file)?,
        _ => {
            return Err(anyhow!(
                "no issuer was named; give --config DATA/client.yaml, set SCEPTER_CONFIG, or give --server and --token-file"
            ));
        }
    };
    Ok(Client::new(configuration)?)
}

/// Makes a client from a client configuration.
pub(crate) fn client_of(file: &Path) -> anyhow::Result<Client> {
    Ok(Client::new(read(file)?)?)
}

fn read(file: &Path) -> anyhow::Result<ClientConfiguration> {
    let text = std::fs::read_to_string(file).with_context(|| {
        format!(
            "{} cannot be read; `scepter up` and `scepter issuer` write it when they start",
            file.display()
        )
    })?;
    let parsed: ClientFile = serde_saphyr::from_str(&text).map_err(|error| {
        anyhow!("{} is no client configuration: {error}; it has server, tokenFile and caFile", file.display())
    })?;
    Ok(parsed.resolve(file.parent().unwrap_or(Path::new("")))?)
}

#[cfg(test)]
mod tests {
    use scepter_issuer_api::client::Token;

    use super::*;

    #[test]
    fn a_name_without_a_namespace_is_in_default() {
        let name: QualifiedName = "corp-wifi".parse().unwrap();
        assert_eq!((name.namespace.as_str(), name.name.as_str()), ("default", "corp-wifi"));
        let name: QualifiedName = "it/corp-wifi".parse().unwrap();
        assert_eq!((name.namespace.as_str(), name.name.as_str()), ("it", "corp-wifi"));
        assert!("it/".parse::<QualifiedName>().is_err());
    }

    #[test]
    fn a_client_file_names_its_token_beside_itself() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("token"), "secret\n").unwrap();
        std::fs::write(
            directory.path().join("client.yaml"),
            "server: http://127.0.0.1:1/\ntokenFile: token\n",
        )
        .unwrap();
        let configuration = read(&directory.path().join("client.yaml")).unwrap();
        assert_eq!(configuration.token, Token::new("secret"));
    }

    #[test]
    fn an_unknown_key_in_the_client_file_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("client.yaml");
        std::fs::write(&file, "server: http://127.0.0.1:1/\ntoken: abc\n").unwrap();
        assert!(read(&file).unwrap_err().to_string().contains("token"));
    }
}
