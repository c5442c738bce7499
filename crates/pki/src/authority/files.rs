//! An authority kept in files, its keys perhaps in a token.

use std::fmt;
use std::io;
#[cfg(feature = "pkcs11")]
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use scepter_policy::identity::AuthorityName;

use super::{
    Authority, AuthorityError, AuthorityParts, Duty, Publication, RegistrationAuthorities, certificate_file,
};
#[cfg(feature = "pkcs11")]
use crate::key::pkcs11::{
    TokenDecryptionKey, TokenError, TokenKeyUri, TokenReplyKey, TokenSigningKey, Tokens,
};
use crate::key::{
    DecryptionKey, KeyFileError, PrivateKey, ReplyKey, RsaPool, SigningKey, SoftwareDecryptionKey,
    SoftwareReplyKey, SoftwareSigningKey, UnusableKey, read_key_file,
};

/// Where a private key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// In a PEM file.
    File(PathBuf),
    /// In a PKCS #11 token.
    #[cfg(feature = "pkcs11")]
    Token(TokenKeyUri),
}

impl KeyPlace {
    /// The file, where it is in one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            #[cfg(feature = "pkcs11")]
            Self::Token(_) => None,
        }
    }
}

impl From<PathBuf> for KeyPlace {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            #[cfg(feature = "pkcs11")]
            Self::Token(uri) => uri.fmt(f),
        }
    }
}

/// Where an authority's certificates and keys are; files are PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityFiles {
    /// The CA's certificate first, the root's last.
    pub certificate_chain: PathBuf,
    /// The CA's key.
    pub signing_key: KeyPlace,
    /// The registration authority's files.
    pub ra: RegistrationAuthorityFiles,
}

/// Where the registration authority's certificates and keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationAuthorityFiles {
    /// The key that signs SCEP replies.
    pub signing_key: KeyPlace,
    /// The key that opens SCEP envelopes.
    pub decryption_key: KeyPlace,
    /// The certificates of both.
    pub certificates: PathBuf,
}

/// Which of an authority's files there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// All of them.
    Complete,
    /// None: an authority may be created here.
    Absent,
    /// Some. Creating would not bring the others back; restore what is missing.
    Partial {
        /// The files that are not there.
        missing: Vec<PathBuf>,
    },
}

/// Why an authority could not be loaded from its files.
#[derive(Debug, thiserror::Error)]
pub enum LoadAuthorityError {
    /// A certificate file.
    #[error("authority {authority}: certificate file {}: {source}", path.display())]
    CertificateFile {
        /// The authority.
        authority: AuthorityName,
        /// The file.
        path: PathBuf,
        /// What the operating system or the PEM reader said.
        source: io::Error,
    },
    /// A key file.
    #[error("authority {authority}: {source}")]
    KeyFile {
        /// The authority.
        authority: AuthorityName,
        /// What is wrong, and with which file.
        source: KeyFileError,
    },
    /// A key that cannot do its job.
    #[error("authority {authority}: the key in {}: {source}", path.display())]
    Key {
        /// The authority.
        authority: AuthorityName,
        /// The file.
        path: PathBuf,
        /// What it cannot do.
        source: UnusableKey,
    },
    /// A key in a token.
    #[cfg(feature = "pkcs11")]
    #[error("authority {authority}: {source}")]
    Token {
        /// The authority.
        authority: AuthorityName,
        /// What is wrong, and with which key.
        source: TokenError,
    },
    /// Files that do not fit together.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
}

impl AuthorityFiles {
    /// All of them in one directory, under the names that authorities have which name none.
    pub fn within(directory: &Path) -> Self {
        Self {
            certificate_chain: directory.join("ca.pem"),
            signing_key: directory.join("ca.key").into(),
            ra: RegistrationAuthorityFiles {
                signing_key: directory.join("ra-signing.key").into(),
                decryption_key: directory.join("ra-decryption.key").into(),
                certificates: directory.join("ra.pem"),
            },
        }
    }

    /// Which of the files there are.
    pub fn presence(&self) -> io::Result<Presence> {
        let all = self.all();
        let mut missing = Vec::new();
        for path in &all {
            if !path.try_exists()? {
                missing.push(path.to_path_buf());
            }
        }
        Ok(match missing.len() {
            0 => Presence::Complete,
            count if count == all.len() => Presence::Absent,
            _ => Presence::Partial { missing },
        })
    }

    /// Loads the authority. Its RSA keys work in `pool`, those in a token in sessions of the token.
    pub fn load(
        &self,
        name: AuthorityName,
        publication: Publication,
        pool: &RsaPool,
        now: Timestamp,
    ) -> Result<Authority, LoadAuthorityError> {
        self.load_for(Duty::Issues, name, publication, pool, now)
    }

    /// Loads an authority for what it still has to do.
    pub fn load_for(
        &self,
        duty: Duty,
        name: AuthorityName,
        publication: Publication,
        pool: &RsaPool,
        now: Timestamp,
    ) -> Result<Authority, LoadAuthorityError> {
        let mut reader = Reader::new(&name, pool);
        let parts = AuthorityParts {
            certificate_chain: reader.certificates(&self.certificate_chain)?,
            signing_key: reader.signing_key(&self.signing_key)?,
            ra_certificates: reader.certificates(&self.ra.certificates)?,
            reply_key: reader.reply_key(&self.ra.signing_key)?,
            decryption_key: reader.decryption_key(&self.ra.decryption_key)?,
        };
        Ok(Authority::new(name, parts, publication, duty, now)?)
    }

    /// The RA's certificates as they stand in their file now.
    pub fn read_ra_certificates(&self) -> io::Result<Vec<Vec<u8>>> {
        certificate_file::read(&self.ra.certificates)
    }

    /// Puts these in the place of the RA's certificates, all or nothing.
    pub fn replace_ra_certificates(&self, ras: &RegistrationAuthorities) -> io::Result<()> {
        let pairs = ras.iter().map(|ra| [ra.signing_certificate(), ra.decryption_certificate()]);
        certificate_file::write_over(&self.ra.certificates, &pairs.flatten().collect::<Vec<_>>())
    }

    /// The files; keys in a token have none.
    pub(super) fn all(&self) -> Vec<&Path> {
        let keys = [&self.signing_key, &self.ra.signing_key, &self.ra.decryption_key];
        let certificates = [self.certificate_chain.as_path(), self.ra.certificates.as_path()];
        certificates.into_iter().chain(keys.into_iter().filter_map(KeyPlace::file)).collect()
    }
}

/// Sessions at once with the token of an authority's keys; an HSM admits few.
#[cfg(feature = "pkcs11")]
const SESSIONS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);

/// Operations that may wait for a session.
#[cfg(feature = "pkcs11")]
const QUEUE: usize = 256;

/// Reads files and tokens on behalf of one authority, which its errors name.
struct Reader<'a> {
    authority: &'a AuthorityName,
    pool: &'a RsaPool,
    #[cfg(feature = "pkcs11")]
    tokens: Tokens,
}

impl<'a> Reader<'a> {
    fn new(authority: &'a AuthorityName, pool: &'a RsaPool) -> Self {
        Self {
            authority,
            pool,
            #[cfg(feature = "pkcs11")]
            tokens: Tokens::new(SESSIONS, QUEUE),
        }
    }

    fn certificates(&self, path: &Path) -> Result<Vec<Vec<u8>>, LoadAuthorityError> {
        let failed = |source| LoadAuthorityError::CertificateFile {
            authority: self.authority.clone(),
            path: path.to_owned(),
            source,
        };
        certificate_file::read(path).map_err(failed)
    }

    fn signing_key(&mut self, place: &KeyPlace) -> Result<Box<dyn SigningKey>, LoadAuthorityError> {
        match place {
            KeyPlace::File(path) => Ok(Box::new(self.file_key(path, SoftwareSigningKey::new)?)),
            #[cfg(feature = "pkcs11")]
            KeyPlace::Token(uri) => Ok(Box::new(self.token_key(uri, TokenSigningKey::open)?)),
        }
    }

    fn reply_key(&mut self, place: &KeyPlace) -> Result<Arc<dyn ReplyKey>, LoadAuthorityError> {
        match place {
            KeyPlace::File(path) => Ok(Arc::new(self.file_key(path, SoftwareReplyKey::new)?)),
            #[cfg(feature = "pkcs11")]
            KeyPlace::Token(uri) => Ok(Arc::new(self.token_key(uri, TokenReplyKey::open)?)),
        }
    }

    fn decryption_key(&mut self, place: &KeyPlace) -> Result<Arc<dyn DecryptionKey>, LoadAuthorityError> {
        match place {
            KeyPlace::File(path) => Ok(Arc::new(self.file_key(path, SoftwareDecryptionKey::new)?)),
            #[cfg(feature = "pkcs11")]
            KeyPlace::Token(uri) => Ok(Arc::new(self.token_key(uri, TokenDecryptionKey::open)?)),
        }
    }

    fn file_key<K>(
        &self,
        path: &Path,
        take: fn(&PrivateKey, &RsaPool) -> Result<K, UnusableKey>,
    ) -> Result<K, LoadAuthorityError> {
        let key = read_key_file(path)
            .map_err(|source| LoadAuthorityError::KeyFile { authority: self.authority.clone(), source })?;
        take(&key, self.pool).map_err(|source| LoadAuthorityError::Key {
            authority: self.authority.clone(),
            path: path.to_owned(),
            source,
        })
    }

    #[cfg(feature = "pkcs11")]
    fn token_key<K>(
        &mut self,
        uri: &TokenKeyUri,
        open: fn(&mut Tokens, &TokenKeyUri) -> Result<K, TokenError>,
    ) -> Result<K, LoadAuthorityError> {
        open(&mut self.tokens, uri)
            .map_err(|source| LoadAuthorityError::Token { authority: self.authority.clone(), source })
    }
}
