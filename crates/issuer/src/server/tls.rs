//! TLS for a listener, with a certificate and a key that are used for nothing else.

use std::fs::{self, DirBuilder};
use std::net::IpAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::StartError;
use super::data::write_private;
use crate::configuration::{FileRef, TlsFiles};

/// Serves TLS 1.2 and 1.3 with a certificate from files. No client certificate is asked for: some SCEP clients fail
/// when one is.
pub(super) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, StartError> {
    let chain = files.certificate_chain.file.as_path();
    let key = files.key.file.as_path();
    let certificates = CertificateDer::pem_slice_iter(&read(chain)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable(chain, &error))?;
    let private_key = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|error| unusable(key, &error))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, private_key))
        .map_err(|error| unusable(chain, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The certificate that a listener shows, DER: the first of its file.
pub(super) fn certificate(files: &TlsFiles) -> Result<Vec<u8>, StartError> {
    let chain = files.certificate_chain.file.as_path();
    let first = CertificateDer::from_pem_slice(&read(chain)?).map_err(|error| unusable(chain, &error))?;
    Ok(first.to_vec())
}

/// Serves TLS with a self-signed certificate for that address, made on the first start; for laboratories.
pub(super) fn self_signed(directory: &Path, address: IpAddr) -> Result<TlsAcceptor, StartError> {
    let (chain, key) = (directory.join("tls.pem"), directory.join("tls.key"));
    if !(chain.exists() && key.exists()) {
        let names = vec![address.to_string(), "localhost".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).map_err(|error| unusable(&chain, &error))?;
        let data = |source| StartError::Data { path: directory.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(data)?;
        write_private(&key, made.signing_key.serialize_pem().as_bytes()).map_err(data)?;
        write_private(&chain, made.cert.pem().as_bytes()).map_err(data)?;
    }
    acceptor(&TlsFiles { certificate_chain: FileRef { file: chain }, key: FileRef { file: key } })
}

fn read(path: &Path) -> Result<Vec<u8>, StartError> {
    fs::read(path).map_err(|error| unusable(path, &error))
}

fn unusable(path: &Path, problem: &dyn std::error::Error) -> StartError {
    StartError::Tls { path: path.to_owned(), problem: problem.to_string() }
}
