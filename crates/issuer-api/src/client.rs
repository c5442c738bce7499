//! The one client of the issuer's API.

mod configuration;

use std::time::Duration;

use reqwest::{Method, StatusCode};
use scepter_policy::identity::{DeviceId, Namespace, ObjectKey, ObjectKind, ObjectName};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

pub use configuration::{ClientConfiguration, ClientFile, ConfigurationError, Token};

use crate::{
    ApiError, AuthorityList, CertificateList, Changes, CheckIn, Cursor, Decision, DecisionRequest,
    DeleteOutcome, DeviceList, DeviceReport, Document, ErrorCode, Issuer, IssuerError, MintRequest,
    MintedChallenges, Mode, ObjectList, ObjectReport, PutOutcome, RequestList,
};

/// How long a call may take, apart from waiting on the feed.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client of one issuer, with one token.
#[derive(Clone, Debug)]
pub struct Client {
    server: Url,
    token: Token,
    http: reqwest::Client,
}

impl Client {
    /// Makes a client. No connection is opened yet.
    pub fn new(configuration: ClientConfiguration) -> Result<Self, ConfigurationError> {
        let ClientConfiguration { server, token, ca } = configuration;
        let mut builder = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if let Some(pem) = ca {
            let roots = reqwest::Certificate::from_pem_bundle(&pem)
                .map_err(|error| ConfigurationError::Ca { problem: error.to_string() })?;
            builder = builder.tls_certs_only(roots);
        }
        let http =
            builder.build().map_err(|error| ConfigurationError::Http { problem: error.to_string() })?;
        Ok(Self { server, token, http })
    }

    /// The address of the issuer.
    pub fn server(&self) -> &Url {
        &self.server
    }

    /// Mints challenges for a profile.
    pub async fn mint(
        &self,
        namespace: &Namespace,
        profile: &ObjectName,
        request: &MintRequest,
    ) -> Result<MintedChallenges, IssuerError> {
        let path = [
            "api",
            "v1",
            "namespaces",
            namespace.as_str(),
            ObjectKind::ScepProfile.plural(),
            profile.as_str(),
            "challenges",
        ];
        self.call(Method::POST, &path, &[], Some(request), TIMEOUT).await
    }

    /// Checks a device in.
    pub async fn check_in(&self, namespace: &Namespace, device: &DeviceId) -> Result<CheckIn, IssuerError> {
        let path = ["api", "v1", "namespaces", namespace.as_str(), "devices", device.as_str(), "check-in"];
        self.call::<(), _>(Method::POST, &path, &[], None, TIMEOUT).await
    }

    /// Reports what became of a delivery on a device.
    pub async fn report_from_device(
        &self,
        namespace: &Namespace,
        device: &DeviceId,
        report: &DeviceReport,
    ) -> Result<(), IssuerError> {
        let path = ["api", "v1", "namespaces", namespace.as_str(), "devices", device.as_str(), "reports"];
        self.call::<_, serde_json::Value>(Method::POST, &path, &[], Some(report), TIMEOUT).await.map(|_| ())
    }

    /// Lists a namespace's devices.
    pub async fn devices(&self, namespace: &Namespace) -> Result<DeviceList, IssuerError> {
        let path = ["api", "v1", "namespaces", namespace.as_str(), "devices"];
        self.call::<(), _>(Method::GET, &path, &[], None, TIMEOUT).await
    }

    /// Lists a namespace's certificates.
    pub async fn certificates(&self, namespace: &Namespace) -> Result<CertificateList, IssuerError> {
        let path = ["api", "v1", "namespaces", namespace.as_str(), "certificates"];
        self.call::<(), _>(Method::GET, &path, &[], None, TIMEOUT).await
    }

    /// Lists a namespace's requests that wait for a decision.
    pub async fn requests(&self, namespace: &Namespace) -> Result<RequestList, IssuerError> {
        let path = ["api", "v1", "namespaces", namespace.as_str(), "requests"];
        self.call::<(), _>(Method::GET, &path, &[], None, TIMEOUT).await
    }

    /// Decides about a request that waits.
    pub async fn decide(
        &self,
        namespace: &Namespace,
        id: &str,
        decision: Decision,
    ) -> Result<(), IssuerError> {
        let path = ["api", "v1", "namespaces", namespace.as_str(), "requests", id];
        let body = DecisionRequest { decision };
        self.call::<_, serde_json::Value>(Method::POST, &path, &[], Some(&body), TIMEOUT).await.map(|_| ())
    }

    /// Lists the issuer's authorities.
    pub async fn authorities(&self) -> Result<AuthorityList, IssuerError> {
        self.call::<(), _>(Method::GET, &["api", "v1", "authorities"], &[], None, TIMEOUT).await
    }

    async fn call<B: Serialize, A: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, String)],
        body: Option<&B>,
        timeout: Duration,
    ) -> Result<A, IssuerError> {
        let mut request = self
            .http
            .request(method, self.url(path))
            .query(query)
            .bearer_auth(self.token.expose())
            .timeout(timeout);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|error| self.unreachable(&error))?;
        self.read(status, &bytes)
    }

    /// A refused PUT comes with 422 and an outcome; every other error status carries an [`ApiError`].
    fn read<A: DeserializeOwned>(&self, status: StatusCode, bytes: &[u8]) -> Result<A, IssuerError> {
        if status.is_success() {
            return serde_json::from_slice(bytes).map_err(|error| self.unintelligible(error.to_string()));
        }
        match serde_json::from_slice::<ApiError>(bytes) {
            Ok(error) => Err(IssuerError::Refused(error)),
            Err(_) if status == StatusCode::UNPROCESSABLE_ENTITY => {
                serde_json::from_slice(bytes).map_err(|error| self.unintelligible(error.to_string()))
            }
            Err(_) => Err(self.unintelligible(format!("status {status} without an error document"))),
        }
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.server.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    fn unreachable(&self, error: &reqwest::Error) -> IssuerError {
        let mut problem = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            problem = cause.to_string();
            source = cause.source();
        }
        IssuerError::Unreachable { server: self.server.to_string(), problem }
    }

    fn unintelligible(&self, problem: String) -> IssuerError {
        IssuerError::Unintelligible { server: self.server.to_string(), problem }
    }
}

/// The path of an object below the server's address.
fn object_path(key: &ObjectKey) -> [&str; 6] {
    ["api", "v1", "namespaces", key.namespace.as_str(), key.kind.plural(), key.name.as_str()]
}

fn dry_run(mode: Mode) -> Vec<(&'static str, String)> {
    match mode {
        Mode::Apply => Vec::new(),
        Mode::DryRun => vec![("dryRun", "All".to_owned())],
    }
}

impl Issuer for Client {
    async fn put(&self, key: &ObjectKey, document: &Document, mode: Mode) -> Result<PutOutcome, IssuerError> {
        self.call(Method::PUT, &object_path(key), &dry_run(mode), Some(document), TIMEOUT).await
    }

    async fn delete(&self, key: &ObjectKey, mode: Mode) -> Result<DeleteOutcome, IssuerError> {
        self.call::<(), _>(Method::DELETE, &object_path(key), &dry_run(mode), None, TIMEOUT).await
    }

    async fn report(&self, key: &ObjectKey, devices: u32) -> Result<Option<ObjectReport>, IssuerError> {
        let query = [("devices", devices.to_string())];
        match self.call::<(), _>(Method::GET, &object_path(key), &query, None, TIMEOUT).await {
            Ok(report) => Ok(Some(report)),
            Err(IssuerError::Refused(error)) if error.code == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn objects(&self) -> Result<Vec<ObjectKey>, IssuerError> {
        let list: ObjectList =
            self.call::<(), _>(Method::GET, &["api", "v1", "objects"], &[], None, TIMEOUT).await?;
        Ok(list.items)
    }

    async fn changes(&self, after: Option<&Cursor>, wait: Duration) -> Result<Changes, IssuerError> {
        let mut query = vec![("wait", format!("{}s", wait.as_secs()))];
        if let Some(cursor) = after {
            query.push(("after", cursor.0.clone()));
        }
        self.call::<(), _>(Method::GET, &["api", "v1", "changes"], &query, None, wait + TIMEOUT).await
    }
}
