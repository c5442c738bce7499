//! The webhook's certificate, from files that something else renews while we run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::OperatorError;

/// A certificate and its key, as their files hold them.
pub(super) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    /// When the files were looked at last, whether or not what they held could be used.
    seen: Option<Stamp>,
    config: Arc<ServerConfig>,
}

/// When each file was written, and its length.
type Stamp = [(SystemTime, u64); 2];

impl Tls {
    /// Reads both files.
    pub(super) async fn read(certificate: PathBuf, key: PathBuf) -> Result<Self, OperatorError> {
        let seen = stamp(&certificate, &key).await;
        let config = load(&certificate, &key).await?;
        Ok(Self { certificate, key, seen, config })
    }

    /// Serves the next connection with what the files hold now. While that cannot be used, for instance between the
    /// writing of the two, what they held before serves on.
    pub(super) async fn acceptor(&mut self) -> TlsAcceptor {
        let now = stamp(&self.certificate, &self.key).await;
        if now.is_some() && now != self.seen {
            self.seen = now;
            match load(&self.certificate, &self.key).await {
                Ok(config) => {
                    tracing::info!(file = %self.certificate.display(), "the webhook serves a new certificate");
                    self.config = config;
                }
                Err(error) => tracing::warn!("the webhook keeps its old certificate: {error}"),
            }
        }
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

/// Nothing while one of the files is away.
async fn stamp(certificate: &Path, key: &Path) -> Option<Stamp> {
    let of = async |file: &Path| {
        let metadata = tokio::fs::metadata(file).await.ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    Some([of(certificate).await?, of(key).await?])
}

/// TLS 1.2 and 1.3, HTTP/1.1.
async fn load(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, OperatorError> {
    let certificates = CertificateDer::pem_slice_iter(&read(certificate).await?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable(certificate, &error))?;
    let private_key =
        PrivateKeyDer::from_pem_slice(&read(key).await?).map_err(|error| unusable(key, &error))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, private_key))
        .map_err(|error| unusable(certificate, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

async fn read(file: &Path) -> Result<Vec<u8>, OperatorError> {
    tokio::fs::read(file).await.map_err(|error| unusable(file, &error))
}

fn unusable(file: &Path, problem: &dyn std::error::Error) -> OperatorError {
    OperatorError::WebhookTls { file: file.to_owned(), problem: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, RootCertStore};
    use tempfile::TempDir;
    use tokio::io::{AsyncReadExt as _, duplex};
    use tokio_rustls::TlsConnector;

    use super::*;

    fn certificate() -> CertifiedKey<KeyPair> {
        generate_simple_self_signed(["localhost".to_owned()]).unwrap()
    }

    struct Files(TempDir);

    impl Files {
        fn holding(made: &CertifiedKey<KeyPair>) -> Self {
            let files = Self(tempfile::tempdir().unwrap());
            files.write(made);
            files
        }

        fn certificate(&self) -> PathBuf {
            self.0.path().join("tls.crt")
        }

        fn key(&self) -> PathBuf {
            self.0.path().join("tls.key")
        }

        fn write(&self, made: &CertifiedKey<KeyPair>) {
            fs::write(self.certificate(), made.cert.pem()).unwrap();
            fs::write(self.key(), made.signing_key.serialize_pem()).unwrap();
        }

        async fn read(&self) -> Result<Tls, OperatorError> {
            Tls::read(self.certificate(), self.key()).await
        }
    }

    /// Whether a client that trusts this certificate alone would talk to the next connection.
    async fn serves(tls: &mut Tls, trusted: &CertifiedKey<KeyPair>) -> bool {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let client = client.unwrap().with_root_certificates(roots).with_no_client_auth();
        let (here, there) = duplex(16 * 1024);
        let acceptor = tls.acceptor().await;
        let server = tokio::spawn(async move { acceptor.accept(there).await.map(drop) });
        let name = ServerName::try_from("localhost").unwrap();
        let connected = TlsConnector::from(Arc::new(client)).connect(name, here).await;
        if let Ok(mut connection) = connected {
            let _ = connection.read(&mut [0]).await;
            server.await.unwrap().unwrap();
            return true;
        }
        false
    }

    #[tokio::test]
    async fn a_renewed_certificate_serves_the_next_connection() {
        let (old, new) = (certificate(), certificate());
        let files = Files::holding(&old);
        let mut tls = files.read().await.unwrap();
        assert!(serves(&mut tls, &old).await);
        assert!(!serves(&mut tls, &new).await);
        files.write(&new);
        assert!(serves(&mut tls, &new).await);
        assert!(!serves(&mut tls, &old).await);
    }

    #[tokio::test]
    async fn while_the_files_do_not_fit_together_the_old_certificate_serves() {
        let (old, new) = (certificate(), certificate());
        let files = Files::holding(&old);
        let mut tls = files.read().await.unwrap();
        fs::write(files.certificate(), new.cert.pem()).unwrap();
        assert!(serves(&mut tls, &old).await, "its key is not there yet");
        fs::remove_file(files.key()).unwrap();
        assert!(serves(&mut tls, &old).await);
        files.write(&new);
        assert!(serves(&mut tls, &new).await);
    }

    #[tokio::test]
    async fn a_start_with_files_that_cannot_be_used_names_the_file() {
        let made = certificate();
        let files = Files::holding(&made);
        fs::write(files.key(), "no key").unwrap();
        let refused = files.read().await.err().unwrap().to_string();
        assert!(refused.contains("tls.key") && refused.contains("--webhook-tls-key"), "{refused}");
        fs::remove_file(files.certificate()).unwrap();
        let refused = files.read().await.err().unwrap().to_string();
        assert!(refused.contains("tls.crt"), "{refused}");
    }
}
