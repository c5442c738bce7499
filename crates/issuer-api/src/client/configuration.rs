//! How a client finds its issuer: `client.yaml`, or `--server` and `--token-file`.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

/// A bearer token. It has no `Display`, and its `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Takes a token as it stands in its file; blanks around it are dropped.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The token, for the Authorization header.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Where the issuer is, and who asks.
#[derive(Clone, Debug)]
pub struct ClientConfiguration {
    /// The API's address, such as `http://127.0.0.1:8081`.
    pub server: Url,
    /// The token.
    pub token: Token,
    /// The CA certificates to trust, as PEM; `None` for the platform's own.
    pub ca: Option<Vec<u8>>,
}

/// `client.yaml` as it is written by `scepter up` and `scepter issuer`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientFile {
    /// The API's address.
    pub server: Url,
    /// The file that holds the token; a relative path starts at this file's directory.
    pub token_file: PathBuf,
    /// A file of CA certificates (PEM).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

impl ClientFile {
    /// Reads the files that it names.
    pub fn resolve(self, directory: &Path) -> Result<ClientConfiguration, ConfigurationError> {
        let token = read(&directory.join(&self.token_file))?;
        let token =
            String::from_utf8(token).map_err(|_| ConfigurationError::Token { path: self.token_file })?;
        let ca = self.ca_file.map(|file| read(&directory.join(file))).transpose()?;
        Ok(ClientConfiguration { server: self.server, token: Token::new(&token), ca })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ConfigurationError> {
    std::fs::read(path)
        .map_err(|error| ConfigurationError::Read { path: path.to_owned(), problem: error.to_string() })
}

/// Why a client cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {problem}; check the path and its permissions")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        problem: String,
    },
    /// A token file does not hold a token.
    #[error("{path} does not hold a token; write the token alone, as text")]
    Token {
        /// The file.
        path: PathBuf,
    },
    /// The CA file holds no certificates.
    #[error("the CA certificates cannot be read: {problem}; give PEM certificates")]
    Ca {
        /// What was wrong.
        problem: String,
    },
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up: {problem}")]
    Http {
        /// What was wrong.
        problem: String,
    },
}
