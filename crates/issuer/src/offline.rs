//! What a configuration and its certificate files say of the authorities where no issuer runs: `scepter lint --authority`.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use scepter_pki::certificate::describe_certificate;
use scepter_policy::authority::{AuthorityFacts, judge};
use scepter_policy::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use scepter_policy::identity::{AuthorityName, Namespace};
use scepter_policy::profile::Profile;
use scepter_policy::root::{RootCertificate, TrustedRoot};

use crate::authorities::{Standing, certificate_chain_file, not_deliverable, not_served};
use crate::configuration::{
    AuthorityConfiguration, CaConfiguration, ConfigurationError, IssuerConfiguration,
};

/// A configuration whose authorities cannot judge.
#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    /// The configuration cannot be read.
    #[error("{} cannot be read: {problem}; check the path given with --authority", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        problem: String,
    },
    /// No issuer would start with the configuration.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// A certificate chain is there, but cannot be read.
    #[error(
        "authority {authority}: certificate file {}: {problem}; give a PEM file with the CA first and the root last",
        path.display()
    )]
    Certificates {
        /// The authority.
        authority: AuthorityName,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// The authorities of a configuration, as far as files tell: no key is read, nothing is made and nobody is asked.
#[derive(Debug)]
pub struct OfflineAuthorities(Vec<OfflineAuthority>);

#[derive(Debug)]
struct OfflineAuthority {
    /// Of an authority that is yet to be made, whose certificates are unknown: it ends never, and has no root.
    facts: AuthorityFacts,
    /// The same of the CA that follows, and from when they hold.
    next: Option<(Timestamp, AuthorityFacts)>,
    standing: Standing,
}

impl OfflineAuthorities {
    /// Reads a configuration file, and the certificate chains that it names as far as they exist. Relative paths in it
    /// start at the process's working directory.
    pub fn read(path: &Path) -> Result<Self, OfflineError> {
        let configuration = IssuerConfiguration::read(path).map_err(|error| match error {
            ConfigurationError::Unreadable { path, problem } => OfflineError::Unreadable { path, problem },
            other => other.into(),
        })?;
        configuration.check()?;
        let authorities = configuration.authorities.iter();
        let read = authorities.map(|authority| OfflineAuthority::read(authority, &configuration.data));
        Ok(Self(read.collect::<Result<_, _>>()?))
    }

    /// What the authority that a profile names says of it: AUT-*, VAL-04, VAL-05, URL-13, ROOT-08, SUB-13. What only its
    /// certificates or its address would tell stays unsaid where they are unknown.
    pub fn judge_profile(
        &self,
        profile: &Profile,
        root: Option<&TrustedRoot>,
        namespace: &Namespace,
        now: Timestamp,
    ) -> Diagnostics {
        let Some(authority) = self.serving(&profile.authority, namespace) else {
            let field = FieldPath::spec().field("authorityName");
            return not_served(field, &profile.authority, namespace).into();
        };
        let root = root.filter(|root| authority.can_compare(root));
        judge(profile, root, authority.facts(now), namespace, now)
    }

    /// Whether devices of a namespace may be given a root (AUT-10, AUT-11). Silent about a certificate that may be that of
    /// an authority which is yet to be made.
    pub fn judge_root(&self, root: &TrustedRoot, namespace: &Namespace) -> Option<Diagnostic> {
        let field = FieldPath::spec().field("certificate");
        match &root.certificate {
            RootCertificate::Der(der) => {
                let mut serving = self.0.iter().filter(|authority| authority.standing.serves(namespace));
                let may =
                    serving.any(|authority| !authority.is_made() || authority.standing.may_deliver(der));
                (!may).then(|| not_deliverable(field, der, namespace))
            }
            RootCertificate::Authority(name) => {
                let served = self.serving(name, namespace).is_some();
                (!served).then(|| not_served(field.field("authorityName"), name, namespace))
            }
            RootCertificate::Unread { .. } => None,
        }
    }

    fn serving(&self, name: &AuthorityName, namespace: &Namespace) -> Option<&OfflineAuthority> {
        self.0.iter().find(|authority| authority.facts.name == *name && authority.standing.serves(namespace))
    }
}

impl OfflineAuthority {
    fn read(configuration: &AuthorityConfiguration, data: &Path) -> Result<Self, OfflineError> {
        let (mut facts, mut certificates) = read_ca(configuration, configuration.ca(), data)?;
        let mut next = None;
        if let Some(following) = &configuration.next {
            let (mut later, more) = read_ca(configuration, following.ca(), data)?;
            later.other_roots.push(facts.root.clone());
            facts.other_roots.push(later.root.clone());
            certificates.extend(more);
            next = Some((following.from, later));
        }
        let standing = Standing::new(configuration, certificates.iter().map(Vec::as_slice));
        Ok(Self { facts, next, standing })
    }

    /// The facts of the CA that issues.
    fn facts(&self, now: Timestamp) -> &AuthorityFacts {
        match &self.next {
            Some((from, later)) if *from <= now => later,
            Some(_) | None => &self.facts,
        }
    }

    /// Whether its certificates are known.
    fn is_made(&self) -> bool {
        let next = self.next.iter().map(|(_, facts)| facts);
        std::iter::once(&self.facts).chain(next).all(|facts| !facts.root.is_empty())
    }

    /// Whether a root can be held against this authority's: by its certificate, or by its name alone.
    fn can_compare(&self, root: &TrustedRoot) -> bool {
        match root.certificate {
            RootCertificate::Der(_) => self.is_made(),
            RootCertificate::Authority(_) | RootCertificate::Unread { .. } => true,
        }
    }
}

/// What is known of one CA, and its certificates.
fn read_ca(
    configuration: &AuthorityConfiguration,
    ca: CaConfiguration<'_>,
    data: &Path,
) -> Result<(AuthorityFacts, Vec<Vec<u8>>), OfflineError> {
    let path = certificate_chain_file(ca, data);
    let invalid = |problem: String| OfflineError::Certificates {
        authority: ca.name.clone(),
        path: path.clone(),
        problem,
    };
    let chain = read_chain(&path).map_err(&invalid)?;
    let issuing = chain.first().map(|first| describe_certificate(first)).transpose();
    let issuing = issuing.map_err(|error| invalid(error.to_string()))?;
    let facts = AuthorityFacts {
        name: configuration.name.clone(),
        ca: ca.name.clone(),
        not_before: issuing.as_ref().map_or(Timestamp::MIN, |issuing| issuing.not_before),
        not_after: issuing.as_ref().map_or(Timestamp::MAX, |issuing| issuing.not_after),
        max_validity: configuration.max_validity,
        enforce_name_lengths: configuration.enforce_name_lengths,
        root: chain.last().cloned().unwrap_or_default(),
        other_roots: Vec::new(),
        public_urls: configuration.public_urls.clone(),
        permitted: configuration.permitted.clone(),
        approval: configuration.approval,
    };
    Ok((facts, chain))
}

/// The certificates of a PEM file; none where there is no file.
fn read_chain(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    if !path.try_exists().map_err(|error| error.to_string())? {
        return Ok(Vec::new());
    }
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    let chain: Vec<Vec<u8>> = certificates
        .map(|certificate| certificate.map(|der| der.to_vec()))
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    if chain.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(chain) }
}
