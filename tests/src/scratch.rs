//! Directories that last as long as the process that made them.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use rustix::process::getuid;
use tempfile::TempDir;

use crate::Failure;

/// The file in each scratch directory that its process holds locked. In their base, who makes or removes one holds it: a
/// directory whose lock is there and not yet held looks abandoned.
const LOCK: &str = "lock";

/// A directory for one run's files. It is removed when dropped; what a killed process left behind is removed by the next
/// process that makes one, so that the logs of a failed run can be read until then.
#[derive(Debug)]
pub struct Scratch {
    directory: TempDir,
    _lock: File,
}

impl Scratch {
    /// A fresh directory whose name begins with `prefix`, under the system's temporary directory.
    pub fn new(prefix: &str) -> Result<Self, Failure> {
        // Each user has a base of their own: another's could not be written.
        let base = std::env::temp_dir().join(format!("scepter-tests-{}", getuid().as_raw()));
        fs::create_dir_all(&base).map_err(Failure::file("create", &base))?;
        Self::new_in(&base, prefix)
    }

    fn new_in(base: &Path, prefix: &str) -> Result<Self, Failure> {
        let _turn = locked(base)?;
        remove_abandoned(base)?;
        let directory = tempfile::Builder::new()
            .prefix(&format!("{prefix}-"))
            .tempdir_in(base)
            .map_err(Failure::file("create a directory in", base))?;
        let lock = locked(directory.path())?;
        Ok(Self { directory, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The path of `name` in it.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    /// Writes `name` in it and returns its path.
    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Result<PathBuf, Failure> {
        let path = self.join(name);
        fs::write(&path, content).map_err(Failure::file("write", &path))?;
        Ok(path)
    }
}

/// The lock of `directory`, made if it is not there, and held until it is dropped.
fn locked(directory: &Path) -> Result<File, Failure> {
    let lock = directory.join(LOCK);
    let file = File::create(&lock).map_err(Failure::file("create", &lock))?;
    file.lock().map_err(Failure::file("lock", &lock))?;
    Ok(file)
}

/// Removes the directories in `base` whose lock nobody holds any more.
fn remove_abandoned(base: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(base).map_err(Failure::file("list", base))? {
        let directory = entry.map_err(Failure::file("list", base))?.path();
        // The lock of the base itself, or a directory whose owner died before there was a lock in it, or is removing it.
        let Ok(lock) = File::open(directory.join(LOCK)) else { continue };
        match lock.try_lock() {
            // Its owner may have removed it meanwhile.
            Ok(()) => drop(fs::remove_dir_all(&directory)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(Failure::file("lock", &directory)(source)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_directory_in_use_is_left_alone() {
        let base = tempfile::tempdir().unwrap();
        let first = Scratch::new_in(base.path(), "first").unwrap();
        let _second = Scratch::new_in(base.path(), "second").unwrap();
        assert!(first.path().is_dir());
    }

    #[test]
    fn what_a_dead_process_left_behind_is_removed() {
        let base = tempfile::tempdir().unwrap();
        let abandoned = base.path().join("abandoned");
        fs::create_dir(&abandoned).unwrap();
        fs::write(abandoned.join(LOCK), "").unwrap();
        let _next = Scratch::new_in(base.path(), "next").unwrap();
        assert!(!abandoned.exists());
    }

    #[test]
    fn directories_that_are_made_at_once_are_all_there() {
        let base = tempfile::tempdir().unwrap();
        let make = || (0..500).all(|_| Scratch::new_in(base.path(), "crowd").unwrap().join(LOCK).is_file());
        thread::scope(|scope| {
            for maker in [(); 8].map(|()| scope.spawn(make)) {
                assert!(maker.join().unwrap());
            }
        });
    }

    #[test]
    fn a_dropped_directory_is_gone() {
        let base = tempfile::tempdir().unwrap();
        drop(Scratch::new_in(base.path(), "dropped").unwrap());
        assert!(fs::read_dir(base.path()).unwrap().all(|left| left.unwrap().file_name() == LOCK));
    }
}
