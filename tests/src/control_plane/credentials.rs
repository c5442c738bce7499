//! Who is who in one control plane: its authority, the certificates it gave out, and the administrator's kubeconfig.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, SanType,
};
use serde_json::json;

use crate::{Failure, Scratch};

/// The files that the servers' command lines name.
pub(super) struct Credentials {
    pub(super) authority: PathBuf,
    pub(super) server: Identity,
    pub(super) front_proxy: Identity,
    pub(super) service_account_key: PathBuf,
    pub(super) service_account_public_key: PathBuf,
    pub(super) kubeconfig: PathBuf,
}

/// A certificate and its key.
pub(super) struct Identity {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// Makes them all anew. The keys are worth nothing: their servers listen on loopback and end with the run.
pub(super) fn write(scratch: &Scratch, api_server_port: u16) -> Result<Credentials, Failure> {
    let issuer = Issuer::new(scratch)?;
    let authority = scratch.write("ca.crt", issuer.authority.pem())?;
    let administrator = issuer.issue("administrator", &client("scepter-tests", Some("system:masters")))?;
    let service_account = KeyPair::generate()?;
    let kubeconfig = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "tests", "cluster": {
            "server": format!("https://127.0.0.1:{api_server_port}"),
            "certificate-authority": &authority,
        }}],
        "users": [{"name": "tests", "user": {
            "client-certificate": administrator.certificate,
            "client-key": administrator.key,
        }}],
        "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "tests"}}],
        "current-context": "tests",
    });
    Ok(Credentials {
        authority,
        server: issuer.issue("server", &server()?)?,
        front_proxy: issuer.issue("front-proxy", &client("front-proxy", None))?,
        service_account_key: scratch.write("service-account.key", service_account.serialize_pem())?,
        service_account_public_key: scratch.write("service-account.pub", service_account.public_key_pem())?,
        kubeconfig: scratch.write("kubeconfig", kubeconfig.to_string())?,
    })
}

/// The control plane's authority, and where it puts what it issues.
struct Issuer<'a> {
    authority: CertifiedIssuer<'static, KeyPair>,
    scratch: &'a Scratch,
}

impl<'a> Issuer<'a> {
    fn new(scratch: &'a Scratch) -> Result<Self, Failure> {
        let mut params = named("scepter-tests-ca");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self { authority: CertifiedIssuer::self_signed(params, KeyPair::generate()?)?, scratch })
    }

    fn issue(&self, file: &str, params: &CertificateParams) -> Result<Identity, Failure> {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.authority)?;
        Ok(Identity {
            certificate: self.scratch.write(format!("{file}.crt"), certificate.pem())?,
            key: self.scratch.write(format!("{file}.key"), key.serialize_pem())?,
        })
    }
}

fn server() -> Result<CertificateParams, Failure> {
    let mut params = named("kube-apiserver");
    params.subject_alt_names =
        vec![SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)), SanType::DnsName("localhost".try_into()?)];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

/// To the API server a client certificate's common name is the user, its organization the group.
fn client(user: &str, group: Option<&str>) -> CertificateParams {
    let mut params = named(user);
    if let Some(group) = group {
        params.distinguished_name.push(DnType::OrganizationName, group);
    }
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn named(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}
