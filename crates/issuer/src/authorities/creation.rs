//! Making an authority on the first start.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use jiff::Timestamp;
use scepter_pki::authority::{AuthorityFiles, CreateAuthority, Presence, create_authority};
use scepter_pki::key::{KeyAlgorithm, RsaPool};
use scepter_policy::identity::AuthorityName;

use super::OpenAuthorityError;
use crate::configuration::{CaConfiguration, Creation, KeyKind, static_name};

/// Makes the CA where none of its files is there, the configuration says how, and it has not issued.
pub(super) async fn ensure(
    ca: CaConfiguration<'_>,
    files: &AuthorityFiles,
    has_issued: bool,
    pool: &RsaPool,
    now: Timestamp,
) -> Result<(), OpenAuthorityError> {
    let name = ca.name;
    let failed = |source| OpenAuthorityError::File {
        authority: name.clone(),
        path: files.certificate_chain.clone(),
        source,
    };
    match (files.presence().map_err(failed)?, ca.create) {
        (Presence::Complete, _) => Ok(()),
        (Presence::Absent, _) if has_issued => {
            Err(OpenAuthorityError::Lost { authority: name.clone(), path: files.certificate_chain.clone() })
        }
        (Presence::Absent, Some(creation)) => create(name, creation, files, pool, now).await,
        (presence @ (Presence::Absent | Presence::Partial { .. }), _) => {
            Err(OpenAuthorityError::missing(name, files, presence))
        }
    }
}

/// Makes a directory that only its owner can enter, where it is absent.
pub(super) fn directory(path: &Path) -> Result<(), OpenAuthorityError> {
    let failed = |source| OpenAuthorityError::Directory { path: path.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)
}

async fn create(
    name: &AuthorityName,
    creation: &Creation,
    files: &AuthorityFiles,
    pool: &RsaPool,
    now: Timestamp,
) -> Result<(), OpenAuthorityError> {
    if let Some(parent) = files.certificate_chain.parent() {
        directory(parent)?;
    }
    let end = creation.validity.end(now).ok_or_else(|| OpenAuthorityError::Validity(name.clone()))?;
    let subject = static_name(&creation.subject).map_err(|problem| OpenAuthorityError::Subject {
        authority: name.clone(),
        subject: creation.subject.clone(),
        problem,
    })?;
    let request = CreateAuthority {
        algorithm: creation.algorithm.into(),
        subject,
        name_constraints: creation.name_constraints.as_ref().map(Into::into).unwrap_or_default(),
        lifetime: end.duration_since(now),
    };
    create_authority(files, &request, pool, now)
        .await
        .map_err(|source| OpenAuthorityError::Create { authority: name.clone(), source })?;
    tracing::info!(authority = %name, subject = %request.subject, "made a new authority");
    Ok(())
}

impl From<KeyKind> for KeyAlgorithm {
    fn from(kind: KeyKind) -> Self {
        match kind {
            KeyKind::P256 => Self::P256,
            KeyKind::Rsa2048 => Self::Rsa2048,
            KeyKind::Rsa3072 => Self::Rsa3072,
            KeyKind::Rsa4096 => Self::Rsa4096,
        }
    }
}
