//! Where an authority's files are, and where it is reached.

use std::path::{Path, PathBuf};

use scepter_pki::authority::{AuthorityFiles, KeyPlace, Publication, RegistrationAuthorityFiles};
use scepter_policy::identity::AuthorityName;
use url::Url;

use super::OpenAuthorityError;
use crate::configuration::{AuthorityConfiguration, CaConfiguration, KeyRef};

/// Where a CA's certificates and keys are: as configured, or all in its own directory below `directory`.
pub(super) fn files(ca: CaConfiguration<'_>, directory: &Path) -> Result<AuthorityFiles, OpenAuthorityError> {
    let AuthorityFiles { certificate_chain, signing_key, ra } = own_files(ca, directory);
    let key = |key: Option<&KeyRef>, own: KeyPlace| match key {
        None => Ok(own),
        Some(KeyRef::File(path)) => Ok(KeyPlace::File(path.clone())),
        Some(KeyRef::Pkcs11(uri)) => token_key(ca.name, uri),
    };
    Ok(AuthorityFiles {
        certificate_chain: ca.certificate_chain.map_or(certificate_chain, |chain| chain.file.clone()),
        signing_key: key(ca.signing_key, signing_key)?,
        ra: RegistrationAuthorityFiles {
            signing_key: key(ca.ra.map(|ra| &ra.signing_key), ra.signing_key)?,
            decryption_key: key(ca.ra.map(|ra| &ra.decryption_key), ra.decryption_key)?,
            certificates: ca.ra.map_or(ra.certificates, |ra| ra.certificates.file.clone()),
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

/// Where the certificate chain of a configured CA is.
pub(crate) fn certificate_chain_file(ca: CaConfiguration<'_>, data: &Path) -> PathBuf {
    let own = own_files(ca, &directory(data)).certificate_chain;
    ca.certificate_chain.map_or(own, |chain| chain.file.clone())
}

/// The files of a CA that names none.
fn own_files(ca: CaConfiguration<'_>, directory: &Path) -> AuthorityFiles {
    AuthorityFiles::within(&directory.join(ca.name.as_str()))
}

/// The configured URLs, or this issuer's own address.
pub(super) fn public_urls(configuration: &AuthorityConfiguration, base: &Url) -> Vec<String> {
    if configuration.public_urls.is_empty() {
        vec![format!("{}scep/{}", base, configuration.name)]
    } else {
        configuration.public_urls.clone()
    }
}

/// CRL, OCSP and CA certificate are published on the host of each public URL, or here where there is none.
pub(super) fn publication(
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
