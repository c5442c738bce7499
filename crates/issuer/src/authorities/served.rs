//! One CA of an authority at work.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use scepter_pki::authority::Authority;
use scepter_pki::key::RsaPool;
use scepter_policy::authority::AuthorityFacts;
use scepter_policy::identity::Namespace;
use scepter_policy::profile::Profile;
use scepter_scep::transport::TypedBody;
use scepter_scep::{Algorithms, IssuerAndSerial};
use url::Url;

use super::{OpenAuthorityError, Standing, creation, places, published};
use crate::configuration::{AuthorityConfiguration, CaCertificatesShape, CaConfiguration};
use crate::ocsp::Responder;
use crate::revocation_list::RevocationList;

/// What an authority's CA is opened with.
#[derive(Clone, Copy)]
pub(super) struct Opening<'a> {
    /// The authority.
    pub(super) configuration: &'a AuthorityConfiguration,
    /// Where files stand that it does not name.
    pub(super) directory: &'a Path,
    /// Where SCEP is reached when it names no public URL.
    pub(super) base: &'a Url,
    /// Where RSA work is done.
    pub(super) pool: &'a RsaPool,
    /// The time.
    pub(super) now: Timestamp,
}

/// A CA that serves.
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
    /// Its OCSP responder.
    pub(crate) ocsp: Responder,
    /// The CA before it, while that still counts.
    pub(super) predecessor: Option<Arc<Served>>,
    shape: CaCertificatesShape,
    standing: Standing,
}

impl Opening<'_> {
    /// Opens one CA of the authority, making it where it is to be made.
    pub(super) async fn open(self, ca: CaConfiguration<'_>) -> Result<Served, OpenAuthorityError> {
        let Self { configuration, directory, base, pool, now } = self;
        let files = places::files(ca, directory)?;
        creation::ensure(ca, &files, pool, now).await?;
        let public_urls = places::public_urls(configuration, base);
        let publication = places::publication(ca.name, &public_urls, base)?;
        let authority = files.load(ca.name.clone(), publication, pool, now)?;
        let ocsp = authority
            .new_ocsp_responder(pool, now)
            .await
            .map_err(|source| OpenAuthorityError::Ocsp { authority: ca.name.clone(), source })?;
        let facts = AuthorityFacts {
            name: configuration.name.clone(),
            ca: ca.name.clone(),
            not_before: authority.not_before(),
            not_after: authority.not_after(),
            max_validity: configuration.max_validity,
            enforce_name_lengths: configuration.enforce_name_lengths,
            root: authority.root().to_vec(),
            other_roots: Vec::new(),
            public_urls,
            permitted: configuration.permitted.clone(),
            approval: configuration.approval,
        };
        let unpublishable =
            |problem: String| OpenAuthorityError::Certificates { authority: ca.name.clone(), problem };
        let shape = configuration.ca_certificates;
        Ok(Served {
            ca_certificates: published::ca_certificates(&authority, shape)
                .map_err(|error| unpublishable(error.to_string()))?,
            algorithms: configuration.algorithms(),
            recipient: IssuerAndSerial::of_certificate(authority.ra_decryption_certificate())
                .map_err(|error| unpublishable(error.to_string()))?,
            revocation_list: RevocationList::default(),
            standing: Standing::new(configuration, authority.certificate_chain()),
            ocsp: Responder::new(ocsp),
            predecessor: None,
            shape,
            authority,
            facts,
        })
    }
}

impl Served {
    /// Another CA serves the same authority before or after it.
    pub(super) fn is_beside(&mut self, other: &Self) {
        if self.facts.root != other.facts.root {
            self.facts.other_roots.push(other.facts.root.clone());
        }
    }

    /// Itself, and the CA before it, whose devices it goes on serving.
    pub(crate) fn and_predecessor(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.predecessor.as_deref())
    }

    /// What a client that asks for its certificates is told before its time (RFC 8894 §4.7.1.1): the CA's own first.
    pub(crate) fn next_ca_certificates(&self) -> Vec<Vec<u8>> {
        published::next_ca_certificates(&self.authority, self.shape)
    }

    /// Whether a namespace may use it.
    pub(crate) fn serves(&self, namespace: &Namespace) -> bool {
        self.standing.serves(namespace)
    }

    /// Whether devices of the namespaces that it serves may be given this certificate to trust.
    pub(super) fn may_deliver(&self, certificate: &[u8]) -> bool {
        self.standing.may_deliver(certificate)
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
