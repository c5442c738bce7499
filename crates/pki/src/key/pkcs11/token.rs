//! Tokens, opened once, with a bounded number of sessions each.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::MechanismType;
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use tokio::task::spawn_blocking;

use super::TokenKeyUri;
use crate::key::file::read_secret;
use crate::key::{KeyError, KeyFileError, RsaPool};

/// Why a key in a token cannot be used. The PIN is in none of the texts.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The module did not load, or did not start.
    #[error("the PKCS #11 module {} cannot be used: {problem}; check its path", path.display())]
    Module {
        /// The shared library.
        path: PathBuf,
        /// What it said.
        problem: String,
    },
    /// No token has that label.
    #[error("{uri}: the module shows no such token; check its label, and that it is initialized")]
    NoToken {
        /// The key.
        uri: Box<TokenKeyUri>,
    },
    /// The PIN cannot be read.
    #[error("{uri}: its PIN: {source}")]
    PinFile {
        /// The key.
        uri: Box<TokenKeyUri>,
        /// What is wrong with the file.
        source: KeyFileError,
    },
    /// The file holds no PIN.
    #[error("{uri}: the file of its PIN holds none; write the PIN alone into it")]
    NoPin {
        /// The key.
        uri: Box<TokenKeyUri>,
    },
    /// No session could be opened.
    #[error("{uri}: {source}; check the PIN, and that the token admits as many sessions")]
    Session {
        /// The key.
        uri: Box<TokenKeyUri>,
        /// What the token said.
        source: KeyError,
    },
    /// The label does not lead to one private key and its public key.
    #[error("{uri}: {problem}; a private and a public key with this label must be in the token, once each")]
    Key {
        /// The key.
        uri: Box<TokenKeyUri>,
        /// What is there instead.
        problem: String,
    },
}

/// The tokens of an authority, each opened once. A module starts once in a process: who comes second finds it started.
#[derive(Debug)]
pub struct Tokens {
    sessions: NonZeroUsize,
    queue: usize,
    modules: HashMap<PathBuf, Pkcs11>,
    opened: HashMap<(PathBuf, String), Token>,
}

/// One token: operations take a session each, and wait in a bounded queue for one.
#[derive(Clone, Debug)]
pub(super) struct Token {
    places: RsaPool,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    context: Pkcs11,
    slot: Slot,
    pin: AuthPin,
    idle: Mutex<Vec<Session>>,
}

impl Tokens {
    /// No token yet. Each will have up to `sessions` at once, and let `queue` operations wait for one.
    pub fn new(sessions: NonZeroUsize, queue: usize) -> Self {
        Self { sessions, queue, modules: HashMap::new(), opened: HashMap::new() }
    }

    /// The token of a key. The first key of a token says where its PIN is.
    pub(super) fn open(&mut self, uri: &TokenKeyUri) -> Result<Token, TokenError> {
        let place = (uri.module.clone(), uri.token.clone());
        if let Some(token) = self.opened.get(&place) {
            return Ok(token.clone());
        }
        let context = self.module(uri)?;
        let slot = slot(&context, uri)?;
        let inner = Inner { context, slot, pin: pin(uri)?, idle: Mutex::default() };
        let token = Token { places: RsaPool::new(self.sessions, self.queue), inner: Arc::new(inner) };
        token.now(uri, |_| Ok(()))?;
        self.opened.insert(place, token.clone());
        Ok(token)
    }

    fn module(&mut self, uri: &TokenKeyUri) -> Result<Pkcs11, TokenError> {
        if let Some(module) = self.modules.get(&uri.module) {
            return Ok(module.clone());
        }
        let failed =
            |error: Error| TokenError::Module { path: uri.module.clone(), problem: error.to_string() };
        let module = Pkcs11::new(&uri.module).map_err(failed)?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(failed(error)),
        }
        self.modules.insert(uri.module.clone(), module.clone());
        Ok(module)
    }
}

fn slot(context: &Pkcs11, uri: &TokenKeyUri) -> Result<Slot, TokenError> {
    let slots = context.get_slots_with_initialized_token().unwrap_or_default();
    let is_it = |slot: &Slot| context.get_token_info(*slot).is_ok_and(|token| token.label() == uri.token);
    slots.into_iter().find(is_it).ok_or_else(|| TokenError::NoToken { uri: Box::new(uri.clone()) })
}

fn pin(uri: &TokenKeyUri) -> Result<AuthPin, TokenError> {
    let bytes = read_secret(&uri.pin_file)
        .map_err(|source| TokenError::PinFile { uri: Box::new(uri.clone()), source })?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default().trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(TokenError::NoPin { uri: Box::new(uri.clone()) });
    }
    Ok(AuthPin::from(text.to_owned()))
}

impl Token {
    /// Does something in a session, off the runtime's own threads: a token may take its time. The place is kept until that
    /// has ended, even when nobody waits for it any more.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&Session) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, KeyError> {
        let (place, inner) = (self.places.place().await?, Arc::clone(&self.inner));
        let done = spawn_blocking(move || {
            let result = inner.with_session(operation);
            drop(place);
            result
        });
        done.await.map_err(|error| KeyError::Unavailable(error.to_string()))?
    }

    /// Does something in a session at once, while nothing else goes on yet.
    pub(super) fn now<T>(
        &self,
        uri: &TokenKeyUri,
        operation: impl FnOnce(&Session) -> Result<T, Error>,
    ) -> Result<T, TokenError> {
        self.inner
            .with_session(operation)
            .map_err(|source| TokenError::Session { uri: Box::new(uri.clone()), source })
    }

    /// Whether the token can do an operation of that kind.
    pub(super) fn knows(&self, mechanism: MechanismType) -> bool {
        let known = self.inner.context.get_mechanism_info(self.inner.slot, mechanism);
        known.is_ok_and(|mechanism| mechanism.decrypt())
    }
}

impl Inner {
    fn with_session<T>(&self, operation: impl FnOnce(&Session) -> Result<T, Error>) -> Result<T, KeyError> {
        let idle = self.idle().pop();
        let session = idle.map_or_else(|| self.session(), Ok).map_err(|error| unavailable(&error))?;
        let result = operation(&session);
        // After an error the session may be gone or logged out: the next operation opens another.
        if result.is_ok() {
            self.idle().push(session);
        }
        result.map_err(|error| unavailable(&error))
    }

    fn session(&self) -> Result<Session, Error> {
        let session = self.context.open_ro_session(self.slot)?;
        match session.login(UserType::User, Some(&self.pin)) {
            // One login is good for all sessions of the process.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(error) => Err(error),
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of what the token answered: nothing of what it was given.
fn unavailable(error: &Error) -> KeyError {
    match error {
        Error::Pkcs11(answer, function) => {
            KeyError::Unavailable(format!("the token answered {answer:?} to {function:?}"))
        }
        _ => KeyError::Unavailable("the token's module failed".to_owned()),
    }
}
