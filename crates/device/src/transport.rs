//! SCEP over HTTP as a device speaks it: GetCACaps, GetCACert, PKIOperation by POST.

use std::time::Duration;

use scepter_scep::Limits;
use scepter_scep::client::{Authority, Unusable};
use scepter_scep::transport::PKI_MESSAGE;
use url::Url;

/// How long one call may take.
const TIMEOUT: Duration = Duration::from_mins(1);
/// The most bytes that an answer may have.
const MAX_ANSWER: usize = 1024 * 1024;

/// Which TLS roots a device trusts when the SCEP URL is https.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// The platform's own.
    #[default]
    Platform,
    /// Exactly these, as PEM.
    Only(Vec<u8>),
}

/// Why a server gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The TLS roots cannot be read.
    #[error("the TLS roots cannot be used: {0}; give PEM certificates")]
    Trust(#[source] reqwest::Error),
    /// The server could not be reached.
    #[error("{url} could not be reached: {problem}")]
    Unreachable {
        /// The address.
        url: String,
        /// The innermost cause.
        problem: String,
    },
    /// The server answered with another status than 200.
    #[error("{url} answered {status}: {text}")]
    Status {
        /// The address.
        url: String,
        /// The status.
        status: u16,
        /// The body's beginning.
        text: String,
    },
    /// The answer is larger than any certificate needs.
    #[error("{url} answered more than 1 MiB")]
    TooLarge {
        /// The address.
        url: String,
    },
    /// GetCACert's answer cannot be used.
    #[error("{url} gave no usable CA certificates: {problem}")]
    Authority {
        /// The address.
        url: String,
        /// What is wrong with them.
        problem: Unusable,
    },
}

/// A SCEP server at one URL.
#[derive(Clone, Debug)]
pub struct ScepServer {
    url: Url,
    http: reqwest::Client,
}

impl ScepServer {
    /// A server at that URL; no connection is opened yet.
    pub fn new(url: Url, trust: &Trust) -> Result<Self, TransportError> {
        let mut builder = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if let Trust::Only(pem) = trust {
            let roots = reqwest::Certificate::from_pem_bundle(pem).map_err(TransportError::Trust)?;
            builder = builder.tls_certs_only(roots);
        }
        Ok(Self { url, http: builder.build().map_err(TransportError::Trust)? })
    }

    /// Its URL.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// GetCACaps: the lines of the answer.
    pub async fn capabilities(&self) -> Result<Vec<String>, TransportError> {
        let (_, body) = self.get("GetCACaps").await?;
        Ok(String::from_utf8_lossy(&body).lines().map(|line| line.trim().to_owned()).collect())
    }

    /// GetCACert.
    pub async fn authority(&self) -> Result<Authority, TransportError> {
        let (content_type, body) = self.get("GetCACert").await?;
        Authority::from_body(&content_type, &body, &Limits::default())
            .map_err(|problem| TransportError::Authority { url: self.url.to_string(), problem })
    }

    /// PKIOperation by POST: a message in, the answer's bytes out.
    pub async fn pki_operation(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let request = self
            .http
            .post(self.operation("PKIOperation"))
            .header(reqwest::header::CONTENT_TYPE, PKI_MESSAGE)
            .body(message);
        self.read(request).await.map(|(_, body)| body)
    }

    async fn get(&self, operation: &str) -> Result<(String, Vec<u8>), TransportError> {
        self.read(self.http.get(self.operation(operation))).await
    }

    async fn read(&self, request: reqwest::RequestBuilder) -> Result<(String, Vec<u8>), TransportError> {
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let content_type = answer.headers().get(reqwest::header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let body = answer.bytes().await.map_err(|error| self.unreachable(&error))?;
        if body.len() > MAX_ANSWER {
            return Err(TransportError::TooLarge { url: self.url.to_string() });
        }
        if status != reqwest::StatusCode::OK {
            let text = String::from_utf8_lossy(&body).chars().take(200).collect();
            return Err(TransportError::Status { url: self.url.to_string(), status: status.as_u16(), text });
        }
        Ok((content_type, body.to_vec()))
    }

    fn operation(&self, operation: &str) -> Url {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("operation", operation);
        url
    }

    fn unreachable(&self, error: &reqwest::Error) -> TransportError {
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        TransportError::Unreachable { url: self.url.to_string(), problem: cause.to_string() }
    }
}
