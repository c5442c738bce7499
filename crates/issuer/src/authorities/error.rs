//! Why an authority is not taken into use.

use std::path::PathBuf;

use jiff::Timestamp;
use scepter_pki::authority::{
    AuthorityFiles, CreateAuthorityError, KeyRole, LoadAuthorityError, NotABase, Presence,
};
use scepter_pki::ocsp::OcspResponderError;
use scepter_policy::identity::AuthorityName;
use scepter_store::StoreError;

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
    /// Its files are absent, and it is too late to make it: it has issued, or devices cannot have its root.
    #[error(
        "authority {authority}: it issues from {from} on, and its files do not exist; restore them, or set `from` to a time by which \
         devices can have its root"
    )]
    TooLate {
        /// The CA.
        authority: AuthorityName,
        /// When it issues.
        from: Timestamp,
    },
    /// Its files are absent, and it has issued. Another CA would make its certificates worthless (TH-46).
    #[error(
        "authority {authority}: it has issued certificates, and {} does not exist; restore it, no other CA can take its place",
        path.display()
    )]
    Lost {
        /// The CA.
        authority: AuthorityName,
        /// Its first file.
        path: PathBuf,
    },
    /// It is another CA than the one that has issued under its name: nobody could revoke those certificates (TH-46).
    #[error(
        "authority {0}: the certificates that are recorded under this name are another CA's; restore that one, or configure this one \
         with a name of its own under `next` (`caName`)"
    )]
    Exchanged(AuthorityName),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
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

impl OpenAuthorityError {
    /// The error of files that are not all there.
    pub(super) fn missing(authority: &AuthorityName, files: &AuthorityFiles, presence: Presence) -> Self {
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
