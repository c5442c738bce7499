//! An authority kept in files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use scepter_policy::identity::AuthorityName;

use super::{Authority, AuthorityError, AuthorityParts, Publication};
use crate::key::{
    KeyFileError, PrivateKey, RsaPool, SoftwareDecryptionKey, SoftwareReplyKey, SoftwareSigningKey,
    UnusableKey, read_key_file,
};

/// Where an authority's certificates and keys are; all PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityFiles {
    /// The CA's certificate first, the root's last.
    pub certificate_chain: PathBuf,
    /// The CA's key.
    pub signing_key: PathBuf,
    /// The registration authority's files.
    pub ra: RegistrationAuthorityFiles,
}

/// Where the registration authority's certificates and keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationAuthorityFiles {
    /// The key that signs SCEP replies.
    pub signing_key: PathBuf,
    /// The key that opens SCEP envelopes.
    pub decryption_key: PathBuf,
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
    /// Files that do not fit together.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
}

impl AuthorityFiles {
    /// Which of the files there are.
    pub fn presence(&self) -> io::Result<Presence> {
        let all = self.all();
        let mut missing = Vec::new();
        for path in all {
            if !path.try_exists()? {
                missing.push(path.to_owned());
            }
        }
        Ok(match missing.len() {
            0 => Presence::Complete,
            count if count == all.len() => Presence::Absent,
            _ => Presence::Partial { missing },
        })
    }

    /// Loads the authority. Its RSA keys work in `pool`.
    pub fn load(
        &self,
        name: AuthorityName,
        publication: Publication,
        pool: &RsaPool,
        now: Timestamp,
    ) -> Result<Authority, LoadAuthorityError> {
        let reader = Reader { authority: &name, pool };
        let parts = AuthorityParts {
            certificate_chain: reader.certificates(&self.certificate_chain)?,
            signing_key: Box::new(reader.signing_key(&self.signing_key)?),
            ra_certificates: reader.certificates(&self.ra.certificates)?,
            reply_key: Box::new(reader.reply_key(&self.ra.signing_key)?),
            decryption_key: Box::new(reader.decryption_key(&self.ra.decryption_key)?),
        };
        Ok(Authority::new(name, parts, publication, now)?)
    }

    pub(super) fn all(&self) -> [&Path; 5] {
        [
            &self.certificate_chain,
            &self.signing_key,
            &self.ra.signing_key,
            &self.ra.decryption_key,
            &self.ra.certificates,
        ]
    }
}

/// Reads files on behalf of one authority, which its errors name.
struct Reader<'a> {
    authority: &'a AuthorityName,
    pool: &'a RsaPool,
}

impl Reader<'_> {
    fn certificates(&self, path: &Path) -> Result<Vec<Vec<u8>>, LoadAuthorityError> {
        let failed = |source| LoadAuthorityError::CertificateFile {
            authority: self.authority.clone(),
            path: path.to_owned(),
            source,
        };
        let text = fs::read(path).map_err(failed)?;
        CertificateDer::pem_slice_iter(&text)
            .map(|certificate| certificate.map(|der| der.to_vec()))
            .collect::<Result<_, _>>()
            .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error.to_string())))
    }

    fn signing_key(&self, path: &Path) -> Result<SoftwareSigningKey, LoadAuthorityError> {
        self.key(path, SoftwareSigningKey::new)
    }

    fn reply_key(&self, path: &Path) -> Result<SoftwareReplyKey, LoadAuthorityError> {
        self.key(path, SoftwareReplyKey::new)
    }

    fn decryption_key(&self, path: &Path) -> Result<SoftwareDecryptionKey, LoadAuthorityError> {
        self.key(path, SoftwareDecryptionKey::new)
    }

    fn key<K>(
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
}
