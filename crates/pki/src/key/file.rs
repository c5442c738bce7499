//! Private keys in files.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use der::pem::{self, LineEnding};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::PrivateKey;

/// The PEM label of a PKCS #8 private key (RFC 7468 §10).
const LABEL: &str = "PRIVATE KEY";

/// The longest key file that is read, in bytes; an RSA key of 8192 bits takes about 6400.
const MAX_KEY_FILE: u64 = 32 * 1024;

/// A key file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The operating system refused.
    #[error("key file {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Others than the owner can get at the key.
    #[error("key file {} has mode {mode:04o}: others can get at the key; run `chmod 600 {}`", path.display(), path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not a PEM file with exactly one private key.
    #[error("key file {} does not hold one PKCS #8 key in PEM (BEGIN PRIVATE KEY); convert it with `openssl pkcs8 -topk8 -nocrypt`", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
    },
}

/// Reads a private key: PKCS #8 in PEM, in a file that only its owner can read ([`KeyFileError::Exposed`]).
///
/// A file that belongs to root may also be readable by its group when this process is not root: that is how Kubernetes
/// mounts a Secret for a pod's `fsGroup`.
pub fn read_key_file(path: &Path) -> Result<PrivateKey, KeyFileError> {
    let text = read_secret(path)?;
    from_pem(&text).ok_or_else(|| KeyFileError::NotPem { path: path.to_owned() })
}

/// Reads a file that only its owner can read, by the same rule.
pub(super) fn read_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    // Asked of the open file, so that what is checked is what is read.
    let metadata = file.metadata().map_err(io)?;
    let us = rustix::process::geteuid().as_raw();
    if is_exposed(metadata.mode(), metadata.uid(), us) {
        return Err(KeyFileError::Exposed { path: path.to_owned(), mode: metadata.mode() & 0o7777 });
    }
    let mut text = Zeroizing::new(Vec::new());
    file.take(MAX_KEY_FILE).read_to_end(&mut text).map_err(io)?;
    Ok(text)
}

/// Writes a private key to a new file that only its owner can read. A file that is there already is left as it is.
pub fn write_key_file(path: &Path, key: &PrivateKey) -> Result<(), KeyFileError> {
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let text = pem::encode_string(LABEL, LineEnding::LF, key.pkcs8())
        .map(Zeroizing::new)
        .map_err(|error| io(io::Error::other(error)))?;
    write_new(path, text.as_bytes(), 0o600).map_err(io)
}

/// Writes a new file with these permission bits, whole and durable or not at all; fails where the file exists.
pub(crate) fn write_new(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let directory = directory_of(path);
    write_beside(directory, content, mode)?.persist_noclobber(path)?;
    File::open(directory)?.sync_all()
}

/// The same, in the place of a file that is there.
pub(crate) fn write_over(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let directory = directory_of(path);
    write_beside(directory, content, mode)?.persist(path)?;
    File::open(directory)?.sync_all()
}

fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that is whole and durable, and has no name of its own yet.
fn write_beside(directory: &Path, content: &[u8], mode: u32) -> io::Result<NamedTempFile> {
    let mut file =
        tempfile::Builder::new().permissions(Permissions::from_mode(mode)).tempfile_in(directory)?;
    file.write_all(content)?;
    // The process's umask may have taken bits away on creation.
    fs::set_permissions(file.path(), Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Whether a file with this mode and owner gives its content to others than us and root.
fn is_exposed(mode: u32, owner: u32, us: u32) -> bool {
    let is_mounted_for_our_group = owner == 0 && us != 0;
    let allowed = if is_mounted_for_our_group { 0o740 } else { 0o700 };
    mode & 0o777 & !allowed != 0
}

fn from_pem(text: &[u8]) -> Option<PrivateKey> {
    let (label, der) = pem::decode_vec(text).ok()?;
    let der = Zeroizing::new(der);
    (label == LABEL).then(|| PrivateKey::from_pkcs8(der))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyAlgorithm;

    fn a_key_file() -> (tempfile::TempDir, PathBuf, PrivateKey) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ca.key");
        let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
        write_key_file(&path, &key).unwrap();
        (directory, path, key)
    }

    #[test]
    fn a_key_is_read_back_from_its_file() {
        let (_directory, path, key) = a_key_file();
        assert_eq!(read_key_file(&path).unwrap().pkcs8(), key.pkcs8());
    }

    #[test]
    fn a_key_file_is_readable_by_its_owner_alone_and_nothing_is_left_beside_it() {
        let (directory, path, _key) = a_key_file();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused_with_the_remedy() {
        let (_directory, path, _key) = a_key_file();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let error = read_key_file(&path).unwrap_err();
        assert!(matches!(error, KeyFileError::Exposed { mode: 0o644, .. }), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_group_may_read_a_key_only_where_root_mounted_it_for_a_process_that_is_not_root() {
        assert!(!is_exposed(0o440, 0, 1000));
        assert!(is_exposed(0o460, 0, 1000));
        assert!(is_exposed(0o444, 0, 1000));
        assert!(is_exposed(0o440, 1000, 1000));
        assert!(is_exposed(0o440, 0, 0));
        assert!(!is_exposed(0o400, 1000, 1000));
    }

    #[test]
    fn an_existing_key_file_is_never_overwritten() {
        let (_directory, path, key) = a_key_file();
        let other = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
        assert!(matches!(write_key_file(&path, &other), Err(KeyFileError::Io { .. })));
        assert_eq!(read_key_file(&path).unwrap().pkcs8(), key.pkcs8());
    }

    #[test]
    fn a_file_that_holds_something_else_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ca.key");
        for content in ["", "not PEM", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"] {
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(read_key_file(&path), Err(KeyFileError::NotPem { .. })), "{content:?}");
        }
    }
}
