//! Where what the tests build or install is kept from one run to the next.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::Failure;

/// `SCEPTER_CACHE`, or `scepter` in the user's cache directory. `scripts/install-tools` looks in the same places.
pub(crate) fn cache() -> Result<PathBuf, Failure> {
    set("SCEPTER_CACHE")
        .map(PathBuf::from)
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| Path::new(&cache).join("scepter")))
        .or_else(|| set("HOME").map(|home| Path::new(&home).join(".cache/scepter")))
        .ok_or(Failure::NoCacheDirectory)
}

/// A variable of the environment; an empty one is as good as none.
pub(crate) fn set(variable: &str) -> Option<OsString> {
    env::var_os(variable).filter(|value| value != OsStr::new(""))
}
