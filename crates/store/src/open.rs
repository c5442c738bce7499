//! Opening a store: the file and its mode, the pools, the schema.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::AnyPool;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::MigrateError;
use tokio::sync::{Semaphore, watch};
use url::Url;

use crate::dialect::Dialect;
use crate::direct::Direct;
use crate::group::Claims;
use crate::interpreter::{Interpreter, Remembering};
use crate::secrets::MacKey;
use crate::server::{self, UnsafeServer};
use crate::{Inner, Store, StoreError};

/// Where the store is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A SQLite file; it and its directory are made when they are absent.
    Sqlite(PathBuf),
    /// A PostgreSQL URL, `postgres://…`.
    Postgres(Url),
}

/// What opening needs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the store is.
    pub location: Location,
    /// The key of its secrets; kept outside the database.
    pub mac_key: MacKey,
}

/// A store that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or the file cannot be written.
    #[error("cannot write {}: {source}; make it a directory that this user owns, or choose another with --data", path.display())]
    NotWritable {
        /// The directory or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The path cannot be written as a URL.
    #[error("the store's path {} is not absolute; give an absolute path", .0.display())]
    NotAbsolute(PathBuf),
    /// The database does not answer.
    #[error("cannot open the store at {location}: {source}; {remedy}")]
    Database {
        /// Where, without credentials.
        location: String,
        /// Why.
        source: sqlx::Error,
        /// What to look at.
        remedy: &'static str,
    },
    /// The file does not open a second time.
    #[error("cannot open {} once more: {source}; may this process open more files?", path.display())]
    Direct {
        /// The file.
        path: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// Somebody else could answer for the server.
    #[error(
        "the store is on {host}, and with sslmode={mode} others can answer for it: set sslmode=verify-full, and sslrootcert=FILE \
         where its CA is not a public one (or sslmode=disable, if something else protects the connection)"
    )]
    Unprotected {
        /// The server.
        host: String,
        /// The mode that the URL asks for.
        mode: String,
    },
    /// The server would forget, in a crash, what it has committed (GAP-9, TH-37).
    #[error(
        "the store at {location} stands on a server that has {setting} off: a crash would open used challenges again; \
         set {setting} = on for the server, the database and the user"
    )]
    NotDurable {
        /// Where, without credentials.
        location: String,
        /// The setting of PostgreSQL.
        setting: String,
    },
    /// The schema is not one that this version knows (TH-39).
    #[error(
        "the store at {location} cannot be brought to this version's schema: {source}; a newer version may have written it"
    )]
    Schema {
        /// Where, without credentials.
        location: String,
        /// Why.
        source: MigrateError,
    },
}

fn unopened(dialect: Dialect, location: String, source: sqlx::Error) -> OpenError {
    OpenError::Database { location, source, remedy: dialect.remedy() }
}

/// How many connections read at the same time.
const READERS: u32 = 4;

impl Store {
    /// Opens a store, making it where it is absent and bringing its schema to this version.
    pub async fn open(config: Config, interpreter: Arc<dyn Interpreter>) -> Result<Self, OpenError> {
        install_default_drivers();
        let (dialect, url) = locate(&config.location)?;
        let location = place(&url);
        let opened = |source| unopened(dialect, location.clone(), source);
        let writer = pool(dialect, &url, dialect.writers()).await.map_err(opened)?;
        if let Some(setting) = lossy_setting(dialect, &writer).await.map_err(opened)? {
            return Err(OpenError::NotDurable { location, setting });
        }
        dialect
            .migrator()
            .run(&writer)
            .await
            .map_err(|source| OpenError::Schema { location: location.clone(), source })?;
        let reader = pool(dialect, &url, READERS).await.map_err(opened)?;
        let direct = match &config.location {
            Location::Sqlite(path) => {
                let failed = |source| OpenError::Direct { path: path.clone(), source };
                Some(Arc::new(Direct::open(path).map_err(failed)?))
            }
            Location::Postgres(_) => None,
        };
        let inner = Inner {
            dialect,
            writer,
            reader,
            direct,
            turns: Arc::new(Semaphore::new(dialect.writers() as usize)),
            mac_key: config.mac_key,
            interpreter: Remembering::new(interpreter),
            changed: watch::Sender::new(()),
            claims: Claims::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Closes every connection; calls that wait for one fail. What was committed is on the disk already.
    pub async fn close(&self) {
        // Whoever writes now ends before.
        let _turns = self.inner.turns.acquire_many(self.inner.dialect.writers()).await;
        self.inner.turns.close();
        if let Some(direct) = &self.inner.direct {
            direct.close();
        }
        self.inner.writer.close().await;
        self.inner.reader.close().await;
    }
}

fn locate(location: &Location) -> Result<(Dialect, Url), OpenError> {
    match location {
        Location::Sqlite(path) => {
            make_private(path)?;
            Ok((Dialect::Sqlite, sqlite_url(path)?))
        }
        Location::Postgres(url) => {
            let location = place(url);
            let url = server::protected(url).map_err(|problem| match problem {
                UnsafeServer::Url(source) => unopened(Dialect::Postgres, location, source),
                UnsafeServer::Mode { host, mode } => OpenError::Unprotected { host, mode },
            })?;
            Ok((Dialect::Postgres, url))
        }
    }
}

/// Makes the file, readable for its owner alone, before SQLite does: `-wal` and `-shm` take over its mode (TH-42).
fn make_private(path: &Path) -> Result<(), OpenError> {
    let not_writable = |path: &Path| {
        let path = path.to_owned();
        move |source| OpenError::NotWritable { path, source }
    };
    if let Some(directory) = path.parent().filter(|directory| !directory.exists()) {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(not_writable(directory))?;
    }
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    let file = file.map_err(not_writable(path))?;
    file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(not_writable(path))
}

fn sqlite_url(path: &Path) -> Result<Url, OpenError> {
    let not_absolute = || OpenError::NotAbsolute(path.to_owned());
    let file = Url::from_file_path(path).map_err(|()| not_absolute())?;
    Url::parse(&format!("sqlite://{}?mode=rw", file.path())).map_err(|_| not_absolute())
}

/// A location for people: no user, no password, no parameters.
fn place(url: &Url) -> String {
    format!("{}{}", url.host_str().unwrap_or_default(), url.path())
}

async fn lossy_setting(dialect: Dialect, server: &AnyPool) -> Result<Option<String>, sqlx::Error> {
    let Some(question) = dialect.lossy_settings() else { return Ok(None) };
    sqlx::query_scalar(question).fetch_optional(server).await
}

async fn pool(dialect: Dialect, url: &Url, connections: u32) -> Result<AnyPool, sqlx::Error> {
    AnyPoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(dialect.can_lose_connections())
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for statement in dialect.session() {
                    sqlx::raw_sql(*statement).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
        .connect(url.as_str())
        .await
}
