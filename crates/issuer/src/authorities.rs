//! The issuer's authorities: each with its keys, what it may certify, and what it publishes.

mod creation;
mod key_roles;
mod published;
mod standing;
mod thumbprint;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use scepter_pki::authority::{
    Authority, AuthorityFiles, CreateAuthorityError, KeyPlace, KeyRole, LoadAuthorityError, NotABase,
    Presence, Publication, RegistrationAuthorityFiles,
};
use scepter_pki::key::RsaPool;
use scepter_pki::ocsp::OcspResponderError;
use scepter_policy::authority::AuthorityFacts;
use scepter_policy::identity::{AuthorityName, Namespace};
use scepter_policy::profile::Profile;
use scepter_scep::transport::TypedBody;
use scepter_scep::{Algorithms, IssuerAndSerial};
use url::Url;

pub(crate) use standing::{Standing, not_deliverable, not_served};

use crate::configuration::{AuthorityConfiguration, KeyRef};
use crate::ocsp::Responder;
use crate::revocation_list::RevocationList;

/// An authority that cannot be taken into use.
#[derive(Debug, thiserror::Error)]
pub enum OpenAuthorityError {
    /// Its files are absent, and nothing says how to make it.
    #[error(
        "authority {authority}: {} does not exist; restore it, or let `create` say how to make a new authority",
        path.display()
    )]
    Absent {
        /// The authority.
        authority: AuthorityName,
        /// Its first file.
        path: PathBuf,
    },
    /// Some of its files are absent. A new one would make every certificate of the old one worthless (TH-46).
    #[error("authority {authority}: {} is missing, other files of it are there; restore what is missing", path.display())]
    Incomplete {
        /// The authority.
        authority: AuthorityName,
        /// A file that is missing.
        path: PathBuf,
    },
    /// The directory for what the configuration does not place cannot be made.
    #[error("{}: {source}; see to the data directory", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A key's URI names no key in a token.
    #[error("authority {authority}: {problem}")]
    Token {
        /// The authority.
        authority: AuthorityName,
        /// What is wrong with it.
        problem: String,
    },
    /// A key has two roles.
    #[error(
        "authority {authority}: {role} is also {other}; each needs a key of its own, or one can be used to attack the other"
    )]
    SharedKey {
        /// The authority.
        authority: AuthorityName,
        /// What the key is for.
        role: KeyRole,
        /// What else it is for.
        other: String,
    },
    /// A file cannot be looked at, or its directory cannot be made.
    #[error("authority {authority}: {}: {source}", path.display())]
    File {
        /// The authority.
        authority: AuthorityName,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The subject to make it with cannot be used.
    #[error("authority {authority}: create.subject {subject:?} is no name: {problem}")]
    Subject {
        /// The authority.
        authority: AuthorityName,
        /// What is configured.
        subject: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The validity to make it with ends beyond the calendar.
    #[error("authority {0}: create.validity ends beyond the year 9999; shorten it")]
    Validity(AuthorityName),
    /// It could not be made.
    #[error("authority {authority}: {source}")]
    Create {
        /// The authority.
        authority: AuthorityName,
        /// Why.
        source: CreateAuthorityError,
    },
    /// It could not be loaded.
    #[error(transparent)]
    Load(#[from] LoadAuthorityError),
    /// Nothing can be published under its URL.
    #[error("authority {authority}: {source}")]
    Publication {
        /// The authority.
        authority: AuthorityName,
        /// Why.
        source: NotABase,
    },
    /// It has no OCSP responder.
    #[error("authority {authority}: {source}")]
    Ocsp {
        /// The authority.
        authority: AuthorityName,
        /// Why.
        source: OcspResponderError,
    },
    /// A public URL cannot be read.
    #[error(
        "authority {authority}: {url:?} under publicURLs is no URL; write one such as https://scep.example.com/scep/{authority}"
    )]
    PublicUrl {
        /// The authority.
        authority: AuthorityName,
        /// What is configured.
        url: String,
    },
    /// Its certificates cannot be written as GetCACert answers them.
    #[error("authority {authority}: its certificates cannot be published: {problem}")]
    Certificates {
        /// The authority.
        authority: AuthorityName,
        /// Why.
        problem: String,
    },
}

/// Every authority, by name; the first of the configuration serves the bare paths.
#[derive(Debug)]
pub(crate) struct Authorities {
    by_name: BTreeMap<AuthorityName, Arc<Served>>,
    default: Option<AuthorityName>,
    pool: RsaPool,
    directory: PathBuf,
}

/// An authority that serves.
#[derive(Debug)]
pub(crate) struct Served {
    /// Its keys and certificates.
    pub(crate) authority: Authority,
    /// What policy judges by.
    pub(crate) facts: AuthorityFacts,
    /// The answer to GetCACert.
    pub(crate) ca_certificates: TypedBody,
    /// What is accepted from its devices.
    pub(crate) algorithms: Algorithms,
    /// The name of the certificate that clients encrypt to.
    pub(crate) recipient: IssuerAndSerial,
    /// Its current CRL.
    pub(crate) revocation_list: RevocationList,
    standing: Standing,
    /// Its OCSP responder.
    pub(crate) ocsp: Responder,
}

impl Authorities {
    /// Opens every configured authority, making those that are to be made. Files that the configuration does not name
    /// stand below `directory`; `base` is where SCEP is reached when no public URL is configured.
    pub(crate) async fn open(
        configured: &[AuthorityConfiguration],
        directory: &Path,
        base: &Url,
        pool: &RsaPool,
        now: Timestamp,
    ) -> Result<Self, OpenAuthorityError> {
        creation::directory(directory)?;
        let mut by_name = BTreeMap::new();
        for configuration in configured {
            let served = Served::open(configuration, directory, base, pool, now).await?;
            by_name.insert(configuration.name.clone(), Arc::new(served));
        }
        let default = configured.first().map(|first| first.name.clone());
        Ok(Self { by_name, default, pool: pool.clone(), directory: directory.to_owned() })
    }

    /// The authority with that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Served>> {
        self.iter().find(|served| served.facts.name.as_str() == name)
    }

    /// The authority of the bare SCEP paths.
    pub(crate) fn default(&self) -> Option<&Arc<Served>> {
        self.default.as_ref().and_then(|name| self.by_name.get(name))
    }

    /// Where RSA work is done.
    pub(crate) fn pool(&self) -> &RsaPool {
        &self.pool
    }

    /// Where their files are.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Every authority, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Served>> {
        self.by_name.values()
    }

    /// Whether a namespace's devices may be given this certificate to trust: one of an authority that serves the
    /// namespace, or one that such an authority lists (GAP-7, TH-49).
    pub(crate) fn may_deliver(&self, namespace: &Namespace, certificate: &[u8]) -> bool {
        let mut serving = self.iter().filter(|served| served.serves(namespace));
        serving.any(|served| served.standing.may_deliver(certificate))
    }
}

impl Served {
    async fn open(
        configuration: &AuthorityConfiguration,
        directory: &Path,
        base: &Url,
        pool: &RsaPool,
        now: Timestamp,
    ) -> Result<Self, OpenAuthorityError> {
        let name = &configuration.name;
        let files = files(configuration, &directory.join(name.as_str()))?;
        creation::ensure(configuration, &files, pool, now).await?;
        let public_urls = public_urls(configuration, base);
        let publication = publication(name, &public_urls, base)?;
        let authority = files.load(name.clone(), publication, pool, now)?;
        let ocsp = authority
            .new_ocsp_responder(pool, now)
            .await
            .map_err(|source| OpenAuthorityError::Ocsp { authority: name.clone(), source })?;
        let facts = AuthorityFacts {
            name: name.clone(),
            not_before: authority.not_before(),
            not_after: authority.not_after(),
            max_validity: configuration.max_validity,
            enforce_name_lengths: configuration.enforce_name_lengths,
            root: authority.root().to_vec(),
            public_urls,
            permitted: configuration.permitted.clone(),
            approval: configuration.approval,
        };
        let unpublishable =
            |problem: String| OpenAuthorityError::Certificates { authority: name.clone(), problem };
        Ok(Self {
            ca_certificates: published::ca_certificates(&authority, configuration.ca_certificates)
                .map_err(|error| unpublishable(error.to_string()))?,
            algorithms: configuration.algorithms(),
            recipient: IssuerAndSerial::of_certificate(authority.ra_decryption_certificate())
                .map_err(|error| unpublishable(error.to_string()))?,
            revocation_list: RevocationList::default(),
            standing: Standing::new(configuration, authority.certificate_chain()),
            ocsp: Responder::new(ocsp),
            authority,
            facts,
        })
    }

    /// Whether a namespace may use it.
    pub(crate) fn serves(&self, namespace: &Namespace) -> bool {
        self.standing.serves(namespace)
    }

    /// Where a device of a profile enrolls: the first of the profile's URLs that is one of this authority's, else the
    /// authority's own (URL-13).
    pub(crate) fn url_for<'a>(&'a self, profile: &'a Profile) -> &'a str {
        let place = |url: &str| Url::parse(url).ok().map(|url| url.as_str().trim_end_matches('/').to_owned());
        let public: BTreeSet<_> = self.facts.public_urls.iter().filter_map(|url| place(url)).collect();
        let listed = profile.scep_server_urls.iter();
        let first = listed.clone().find(|url| place(url).is_some_and(|url| public.contains(&url)));
        first.or(self.facts.public_urls.first()).map_or("", String::as_str)
    }
}

/// Where an authority's certificates and keys are: as configured, or all in its own directory.
fn files(
    configuration: &AuthorityConfiguration,
    directory: &Path,
) -> Result<AuthorityFiles, OpenAuthorityError> {
    let key = |key: Option<&KeyRef>, name: &str| match key {
        None => Ok(KeyPlace::File(directory.join(name))),
        Some(KeyRef::File(path)) => Ok(KeyPlace::File(path.clone())),
        Some(KeyRef::Pkcs11(uri)) => token_key(&configuration.name, uri),
    };
    let ra = configuration.ra.as_ref();
    Ok(AuthorityFiles {
        certificate_chain: chain_file(configuration, directory),
        signing_key: key(configuration.signing_key.as_ref(), "ca.key")?,
        ra: RegistrationAuthorityFiles {
            signing_key: key(ra.map(|ra| &ra.signing_key), "ra-signing.key")?,
            decryption_key: key(ra.map(|ra| &ra.decryption_key), "ra-decryption.key")?,
            certificates: ra.map_or_else(|| directory.join("ra.pem"), |ra| ra.certificates.file.clone()),
        },
    })
}

#[cfg(feature = "pkcs11")]
fn token_key(authority: &AuthorityName, uri: &str) -> Result<KeyPlace, OpenAuthorityError> {
    uri.parse().map(KeyPlace::Token).map_err(|error: scepter_pki::key::pkcs11::BadTokenKeyUri| {
        OpenAuthorityError::Token { authority: authority.clone(), problem: error.to_string() }
    })
}

#[cfg(not(feature = "pkcs11"))]
fn token_key(authority: &AuthorityName, _uri: &str) -> Result<KeyPlace, OpenAuthorityError> {
    let problem = "this build knows no tokens; use one with the feature pkcs11, or a key file".to_owned();
    Err(OpenAuthorityError::Token { authority: authority.clone(), problem })
}

/// The directory of authorities that do not name their files.
pub(crate) fn directory(data: &Path) -> PathBuf {
    data.join("authorities")
}

/// Where the certificate chain of a configured authority is.
pub(crate) fn certificate_chain_file(configuration: &AuthorityConfiguration, data: &Path) -> PathBuf {
    chain_file(configuration, &directory(data).join(configuration.name.as_str()))
}

/// The chain's file as configured, or in the authority's own directory.
fn chain_file(configuration: &AuthorityConfiguration, directory: &Path) -> PathBuf {
    configuration
        .certificate_chain
        .as_ref()
        .map_or_else(|| directory.join("ca.pem"), |chain| chain.file.clone())
}

/// The configured URLs, or this issuer's own address.
fn public_urls(configuration: &AuthorityConfiguration, base: &Url) -> Vec<String> {
    if configuration.public_urls.is_empty() {
        vec![format!("{}scep/{}", base, configuration.name)]
    } else {
        configuration.public_urls.clone()
    }
}

/// CRL, OCSP and CA certificate are published on the host of each public URL, or here where there is none.
fn publication(
    name: &AuthorityName,
    public_urls: &[String],
    base: &Url,
) -> Result<Publication, OpenAuthorityError> {
    let invalid = |url: &str| OpenAuthorityError::PublicUrl { authority: name.clone(), url: url.to_owned() };
    let mut places = Vec::new();
    for url in public_urls {
        places.push(Url::parse(url).map_err(|_| invalid(url))?);
    }
    if places.is_empty() {
        places.push(base.clone());
    }
    for place in &mut places {
        place.set_path("");
        place.set_query(None);
    }
    places.dedup();
    places
        .iter()
        .try_fold(Publication::default(), |publication, place| publication.and_at(place, name))
        .map_err(|source| OpenAuthorityError::Publication { authority: name.clone(), source })
}

impl OpenAuthorityError {
    /// The error of files that are not all there.
    fn missing(authority: &AuthorityName, files: &AuthorityFiles, presence: Presence) -> Self {
        let authority = authority.clone();
        let first = || files.certificate_chain.clone();
        match presence {
            Presence::Complete | Presence::Absent => Self::Absent { authority, path: first() },
            Presence::Partial { missing } => {
                Self::Incomplete { authority, path: missing.into_iter().next().unwrap_or_else(first) }
            }
        }
    }
}
