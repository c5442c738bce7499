//! The data directory: what an issuer keeps, each file readable by its owner alone.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use scepter_store::MacKey;
use zeroize::Zeroizing;

use super::StartError;
use crate::authorities;

/// The directory, proven to be writable.
pub(super) struct DataDirectory {
    path: PathBuf,
}

impl DataDirectory {
    /// Makes the directory where it is absent.
    pub(super) fn open(path: &Path) -> Result<Self, StartError> {
        let unusable = |source| StartError::Data { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        let probe = path.join(".writable");
        write_private(&probe, b"").and_then(|()| fs::remove_file(&probe)).map_err(unusable)?;
        Ok(Self { path })
    }

    /// The SQLite file.
    pub(super) fn store(&self) -> PathBuf {
        self.path.join("store.sqlite")
    }

    /// The directory of authorities that do not name their files.
    pub(super) fn authorities(&self) -> PathBuf {
        authorities::directory(&self.path)
    }

    /// The directory of the self-signed TLS certificate.
    pub(super) fn tls(&self) -> PathBuf {
        self.path.join("tls")
    }

    /// The admin's token.
    pub(super) fn token(&self) -> PathBuf {
        self.path.join("admin.token")
    }

    /// How the admin's client finds the API.
    pub(super) fn client(&self) -> PathBuf {
        self.path.join("client.yaml")
    }

    /// The key under which secrets are stored; made on the first start. It stands beside the store, never in it (TH-42).
    pub(super) fn mac_key(&self) -> Result<MacKey, StartError> {
        let path = self.path.join("mac.key");
        let unusable = |source| StartError::Data { path: path.clone(), source };
        if !path.try_exists().map_err(unusable)? {
            let mut bytes = Zeroizing::new([0; 32]);
            getrandom::fill(bytes.as_mut_slice()).map_err(|_| StartError::NoRandomness)?;
            write_private(&path, bytes.as_slice()).map_err(unusable)?;
        }
        if fs::metadata(&path).map_err(unusable)?.permissions().mode() & 0o077 != 0 {
            return Err(StartError::Exposed { path });
        }
        let bytes = Zeroizing::new(fs::read(&path).map_err(unusable)?);
        match <&[u8; 32]>::try_from(bytes.as_slice()) {
            Ok(bytes) => Ok(MacKey::new(bytes)),
            Err(_) => Err(StartError::DamagedMacKey { path }),
        }
    }
}

/// Writes a file that only its owner can read, whole or not at all; what was there is replaced.
pub(super) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_mac_key_is_read_back_and_nobody_else_can_read_it() {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDirectory::open(directory.path()).unwrap();
        data.mac_key().unwrap();
        let path = directory.path().join("mac.key");
        let first = fs::read(&path).unwrap();
        data.mac_key().unwrap();
        assert_eq!(fs::read(&path).unwrap(), first);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_mac_key_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDirectory::open(directory.path()).unwrap();
        data.mac_key().unwrap();
        let path = directory.path().join("mac.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(data.mac_key(), Err(StartError::Exposed { .. })));
    }

    #[test]
    fn a_data_directory_below_a_file_is_refused_with_the_remedy() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = DataDirectory::open(&file.path().join("data")).err().unwrap();
        assert!(error.to_string().contains("--data"), "{error}");
    }
}
