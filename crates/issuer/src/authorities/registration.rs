//! A CA's registration authority: how clients know it, and new certificates for it without a restart (decision 0191).

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use scepter_pki::SigningError;
use scepter_pki::authority::{
    Authority, AuthorityError, AuthorityFiles, RegistrationAuthorities, RegistrationAuthority,
};
use scepter_scep::transport::TypedBody;
use scepter_scep::{IssuerAndSerial, Malformed, SignerCertificate, Unwritable};

use super::published;
use crate::configuration::CaCertificatesShape;

/// The registration authority of one CA.
#[derive(Debug)]
pub(super) struct Registration {
    files: AuthorityFiles,
    upkeep: Upkeep,
    shape: CaCertificatesShape,
    front: RwLock<Arc<Front>>,
}

/// Who sees to it that the RA's certificates are renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upkeep {
    /// We: their file is ours.
    Ours,
    /// The operator, who has named the file.
    Operators,
}

/// What clients see of a CA at one moment.
#[derive(Debug)]
pub(crate) struct Front {
    /// The answer to GetCACert.
    pub(crate) ca_certificates: TypedBody,
    /// The answer to GetNextCACert while the CA is a next one; to be signed.
    pub(crate) next_ca_certificates: Vec<Vec<u8>>,
    /// The RA that clients are told of.
    pub(crate) current: Arc<Ra>,
    earlier: Vec<Arc<Ra>>,
    ras: RegistrationAuthorities,
}

/// The RA's keys under one pair of certificates.
#[derive(Debug)]
pub(crate) struct Ra {
    /// The keys and the certificates.
    pub(crate) authority: RegistrationAuthority,
    /// The name of the certificate that clients encrypt to.
    pub(crate) recipient: IssuerAndSerial,
    /// The certificate that answers are signed with.
    pub(crate) signer: SignerCertificate,
}

/// What became of an RA whose certificates near their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upkept {
    /// Nothing is to be done yet, or nothing can be done: they end with their CA.
    Unchanged,
    /// New ones are in use.
    Renewed,
    /// The operator has not renewed them yet.
    AwaitsOperator,
}

/// Certificates that clients cannot be told of.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unpublishable {
    /// One cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The answer to GetCACert cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
}

/// Why an RA's certificates were not renewed. Those that it has go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpkeepError {
    /// Their file.
    #[error("the file of ra.certificates: {0}")]
    File(#[from] io::Error),
    /// What is in it.
    #[error(transparent)]
    Certificates(#[from] AuthorityError),
    /// The CA did not sign.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// What was made cannot be published.
    #[error("the new certificates cannot be published: {0}")]
    Unpublishable(String),
}

impl Registration {
    pub(super) fn new(
        authority: &Authority,
        files: AuthorityFiles,
        upkeep: Upkeep,
        shape: CaCertificatesShape,
    ) -> Result<Self, Unpublishable> {
        let front = Front::new(authority, authority.registration_authorities().clone(), shape)?;
        Ok(Self { files, upkeep, shape, front: RwLock::new(Arc::new(front)) })
    }

    /// What clients see now.
    pub(super) fn front(&self) -> Arc<Front> {
        Arc::clone(&self.front.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes newer certificates into use, or makes them, once two thirds of the life of those in use are over. What was made
    /// is in the file before a client sees it. Those before are answered under as long as they last.
    pub(super) async fn keep_up(&self, authority: &Authority, now: Timestamp) -> Result<Upkept, UpkeepError> {
        let front = self.front();
        let current = &front.current.authority;
        if !current.is_due(now) || current.not_after() >= authority.not_after() {
            return Ok(Upkept::Unchanged);
        }
        let in_file = self.with_files(AuthorityFiles::read_ra_certificates).await?;
        let in_file = authority.read_registration_authorities(&in_file, now)?;
        let ras = if in_file.current().not_after() > current.not_after() {
            front.ras.renewed(in_file.current().clone(), now)
        } else {
            match self.upkeep {
                Upkeep::Operators => return Ok(Upkept::AwaitsOperator),
                Upkeep::Ours => {
                    let next = authority.renew_registration_authority(current, now).await?;
                    let ras = front.ras.renewed(next, now);
                    let written = ras.clone();
                    self.with_files(move |files| files.replace_ra_certificates(&written)).await?;
                    ras
                }
            }
        };
        let next = Front::new(authority, ras, self.shape)
            .map_err(|problem| UpkeepError::Unpublishable(problem.to_string()))?;
        *self.front.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(Upkept::Renewed)
    }

    /// Works on the files where waiting for the disk holds nobody up.
    async fn with_files<T: Send + 'static>(
        &self,
        work: impl FnOnce(&AuthorityFiles) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let files = self.files.clone();
        tokio::task::spawn_blocking(move || work(&files)).await.map_err(io::Error::other)?
    }
}

impl Front {
    fn new(
        authority: &Authority,
        ras: RegistrationAuthorities,
        shape: CaCertificatesShape,
    ) -> Result<Self, Unpublishable> {
        let current = ras.current();
        let mut all = ras.iter().map(|ra| Ra::new(ra).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            ca_certificates: published::ca_certificates(authority, current, shape)?,
            next_ca_certificates: published::next_ca_certificates(authority, current, shape),
            current: all.remove(0),
            earlier: all,
            ras,
        })
    }

    /// The RA under each pair of certificates that clients were told of and that have not ended; the current one first.
    pub(super) fn known(&self, now: Timestamp) -> impl Iterator<Item = &Arc<Ra>> {
        let all = std::iter::once(&self.current).chain(&self.earlier);
        all.filter(move |ra| now <= ra.authority.not_after())
    }
}

impl Ra {
    fn new(authority: &RegistrationAuthority) -> Result<Self, Malformed> {
        let recipient = IssuerAndSerial::of_certificate(authority.decryption_certificate())?;
        let signer = SignerCertificate::from_der(authority.signing_certificate())?;
        Ok(Self { authority: authority.clone(), recipient, signer })
    }
}
