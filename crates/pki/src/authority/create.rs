//! Making a new authority: a self-signed CA and the two certificates of its registration authority.

use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use scepter_policy::name::{DistinguishedName, NotEncodable};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::KeyUsages;

use super::{AuthorityFiles, KeyPlace, Presence, certificate_file, registration};
use crate::certificate::{NewCertificate, extensions, random_serial};
use crate::key::{
    DecryptionKey, KeyAlgorithm, KeyError, KeyFileError, KeyGenerationFailed, PrivateKey, ReplyKey, RsaPool,
    SigningKey, SoftwareDecryptionKey, SoftwareReplyKey, SoftwareSigningKey, UnusableKey, write_key_file,
};
use crate::name_constraints::{CertifiedName, NameConstraintViolation, NameConstraints};
use crate::signed::SigningError;

/// How far back a new authority's certificates begin, for devices whose clocks are behind.
const BACKDATED: SignedDuration = SignedDuration::from_mins(5);

/// The registration authority's keys: clients speak RSA with it, whatever the CA's own key is (scep.md §3).
const RA_ALGORITHM: KeyAlgorithm = KeyAlgorithm::Rsa2048;

/// A new authority as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateAuthority {
    /// The CA's kind of key.
    pub algorithm: KeyAlgorithm,
    /// The CA's subject.
    pub subject: DistinguishedName,
    /// What it may certify at all; the RA's certificates, which are named after the CA, included.
    pub name_constraints: NameConstraints,
    /// How long its certificate lives, from five minutes ago. The RA's live as long, but not longer than a year.
    pub lifetime: SignedDuration,
}

/// Why an authority was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateAuthorityError {
    /// Something is there already.
    #[error(
        "an authority is there already, or a part of one: {} exists; a new CA would make all its certificates worthless",
        path.display()
    )]
    Exists {
        /// A file that is there.
        path: PathBuf,
    },
    /// A key is to be in a token.
    #[error(
        "an authority is made with keys in files only; make the keys in the token and certify them, or name files"
    )]
    KeysInToken,
    /// No key could be made.
    #[error(transparent)]
    Generation(#[from] KeyGenerationFailed),
    /// A key that was just made is refused.
    #[error("a new key is refused: {0}")]
    Key(#[from] UnusableKey),
    /// A key or the random source did not answer.
    #[error(transparent)]
    Unavailable(#[from] KeyError),
    /// The subject has no DER form.
    #[error("the subject of the new authority: {0}")]
    Subject(#[from] NotEncodable),
    /// A certificate could not be made.
    #[error("a certificate of the new authority could not be made: {0}")]
    Certificate(#[from] SigningError),
    /// The certificates of its own RA would lie outside its name constraints.
    #[error(
        "the new authority could not certify its own RA, which is named after it: {0}; let its subject begin with a permitted directory name"
    )]
    NamesOfRa(NameConstraintViolation),
    /// Its certificates would end at no time there is.
    #[error("the lifetime of the new authority ends beyond the calendar; give it a shorter one")]
    Lifetime,
    /// A key file could not be written.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// A certificate file could not be looked at or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Makes an authority where none of its files is there. The chain is written last: without it nothing loads.
pub async fn create_authority(
    files: &AuthorityFiles,
    request: &CreateAuthority,
    pool: &RsaPool,
    now: Timestamp,
) -> Result<(), CreateAuthorityError> {
    check_absent(files)?;
    let [ca, ra_signing, ra_decryption] = key_files(files)?;
    let keys = generate_keys(request.algorithm, pool).await?;
    let certificates = Certificates::make(&keys, request, pool, now).await?;

    write_key_file(ca, &keys.ca)?;
    write_key_file(ra_signing, &keys.ra_signing)?;
    write_key_file(ra_decryption, &keys.ra_decryption)?;
    write_certificates(&files.ra.certificates, &[&certificates.ra_signing, &certificates.ra_decryption])?;
    write_certificates(&files.certificate_chain, &[&certificates.ca])
}

fn write_certificates(path: &Path, certificates: &[&[u8]]) -> Result<(), CreateAuthorityError> {
    certificate_file::write_new(path, certificates)
        .map_err(|source| CreateAuthorityError::File { path: path.to_owned(), source })
}

fn key_files(files: &AuthorityFiles) -> Result<[&Path; 3], CreateAuthorityError> {
    let AuthorityFiles { signing_key, ra, .. } = files;
    match [signing_key, &ra.signing_key, &ra.decryption_key].map(KeyPlace::file) {
        [Some(ca), Some(signing), Some(decryption)] => Ok([ca, signing, decryption]),
        _ => Err(CreateAuthorityError::KeysInToken),
    }
}

fn check_absent(files: &AuthorityFiles) -> Result<(), CreateAuthorityError> {
    let present = |path: &Path| CreateAuthorityError::Exists { path: path.to_owned() };
    match files.presence() {
        Ok(Presence::Absent) => Ok(()),
        Ok(Presence::Complete) => Err(present(&files.certificate_chain)),
        Ok(Presence::Partial { missing }) => {
            let found = files.all().into_iter().find(|path| !missing.iter().any(|gone| gone == path));
            Err(present(found.unwrap_or(&files.certificate_chain)))
        }
        Err(source) => Err(CreateAuthorityError::File { path: files.certificate_chain.clone(), source }),
    }
}

struct Keys {
    ca: PrivateKey,
    ra_signing: PrivateKey,
    ra_decryption: PrivateKey,
}

async fn generate_keys(algorithm: KeyAlgorithm, pool: &RsaPool) -> Result<Keys, CreateAuthorityError> {
    let keys = pool.run(move || {
        Ok::<_, KeyGenerationFailed>(Keys {
            ca: PrivateKey::generate(algorithm)?,
            ra_signing: PrivateKey::generate(RA_ALGORITHM)?,
            ra_decryption: PrivateKey::generate(RA_ALGORITHM)?,
        })
    });
    Ok(keys.await??)
}

/// The DER certificates of a new authority.
struct Certificates {
    ca: Vec<u8>,
    ra_signing: Vec<u8>,
    ra_decryption: Vec<u8>,
}

impl Certificates {
    async fn make(
        keys: &Keys,
        request: &CreateAuthority,
        pool: &RsaPool,
        now: Timestamp,
    ) -> Result<Self, CreateAuthorityError> {
        let signing = SoftwareReplyKey::new(&keys.ra_signing, pool)?;
        let decryption = SoftwareDecryptionKey::new(&keys.ra_decryption, pool)?;
        let ca = NewCa::new(SoftwareSigningKey::new(&keys.ca, pool)?, request, now)?;
        Ok(Self {
            ca: ca.own_certificate().await?,
            ra_signing: ca
                .ra_certificate("SCEP RA signing", signing.spki(), KeyUsages::DigitalSignature)
                .await?,
            ra_decryption: ca
                .ra_certificate("SCEP RA encryption", decryption.spki(), KeyUsages::KeyEncipherment)
                .await?,
        })
    }
}

/// A CA that signs its first certificates.
struct NewCa<'a> {
    key: SoftwareSigningKey,
    key_identifier: Vec<u8>,
    name: &'a DistinguishedName,
    name_constraints: &'a NameConstraints,
    subject: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl<'a> NewCa<'a> {
    fn new(
        key: SoftwareSigningKey,
        request: &'a CreateAuthority,
        now: Timestamp,
    ) -> Result<Self, CreateAuthorityError> {
        let not_before = now.checked_sub(BACKDATED).map_err(|_| CreateAuthorityError::Lifetime)?;
        let not_after =
            not_before.checked_add(request.lifetime).map_err(|_| CreateAuthorityError::Lifetime)?;
        Ok(Self {
            key_identifier: extensions::key_identifier(key.spki()).map_err(SigningError::from)?,
            key,
            name: &request.subject,
            name_constraints: &request.name_constraints,
            subject: request.subject.to_der()?,
            not_before,
            not_after,
        })
    }

    async fn own_certificate(&self) -> Result<Vec<u8>, CreateAuthorityError> {
        let constraints = self.name_constraints;
        let constraints = (!constraints.is_empty()).then(|| extensions::name_constraints(constraints));
        let extensions = [
            extensions::key_usage(KeyUsages::KeyCertSign | KeyUsages::CRLSign),
            extensions::issuing_ca(),
            extensions::subject_key_identifier(self.key_identifier.clone()),
        ];
        let extensions = extensions.into_iter().chain(constraints);
        let extensions = extensions.collect::<Result<_, _>>().map_err(SigningError::from)?;
        self.sign(&self.subject, self.key.spki(), extensions, self.not_after).await
    }

    async fn ra_certificate(
        &self,
        common_name: &str,
        spki: &[u8],
        usage: KeyUsages,
    ) -> Result<Vec<u8>, CreateAuthorityError> {
        let subject = self.name.with_common_name(common_name);
        self.name_constraints
            .check(&CertifiedName::listed(&subject, &[]), || self.name.to_string())
            .map_err(CreateAuthorityError::NamesOfRa)?;
        let subject = subject.to_der()?;
        let extensions = registration::extensions(spki, usage, &self.key_identifier);
        let not_after = self.not_before.saturating_add(registration::LIFETIME).unwrap_or(self.not_after);
        self.sign(&subject, spki, extensions.map_err(SigningError::from)?, not_after.min(self.not_after))
            .await
    }

    async fn sign(
        &self,
        subject: &[u8],
        spki: &[u8],
        extensions: Vec<Extension>,
        not_after: Timestamp,
    ) -> Result<Vec<u8>, CreateAuthorityError> {
        let certificate = NewCertificate {
            serial: random_serial()?,
            issuer: &self.subject,
            not_before: self.not_before,
            not_after,
            subject,
            spki,
            extensions,
        };
        Ok(certificate.sign(&self.key).await?)
    }
}
