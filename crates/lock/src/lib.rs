//! What a file that one process owns needs around it: an advisory lock on a file beside it, names of its companions, and files
//! that only their owner may read. Vaults and databases of team servers have it in common.
//!
//! The operating system drops the lock with the process, however it ends, so there are no stale locks. The file of the lock
//! stays: removing it would let two processes each lock a file of that name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// One process at a time, for as long as this is there.
#[derive(Debug)]
pub struct ProcessLock(File);

/// Why there is no lock.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another process has it.
    #[error("{by} has it")]
    InUse {
        /// The program and its process, as far as it says so.
        by: String,
    },
    /// The file of the lock.
    #[error("{path} could not be {doing}: {source}", path = path.display())]
    Io {
        /// "opened", "locked".
        doing: &'static str,
        /// The file of the lock.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl ProcessLock {
    /// Locks what is at a path, by a file beside it.
    ///
    /// # Errors
    /// If another process has the lock, or the file of the lock cannot be used.
    pub fn acquire(of: &Path) -> Result<Self, LockError> {
        let path = beside(of, ".lock");
        let failed = |doing| {
            let path = path.clone();
            move |source| LockError::Io { doing, path, source }
        };
        let opened = private().create(true).truncate(false).open(&path);
        let mut file = opened.map_err(failed("opened"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::InUse { by: holder(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(failed("locked")(source)),
        }
        // The name is a courtesy to whoever comes second; a full disk must not keep anything shut.
        let _ = file.set_len(0).and_then(|()| file.write_all(name().as_bytes()));
        Ok(Self(file))
    }
}

impl Drop for ProcessLock {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
        // Closing would not do: a program that is being started at this moment has a copy of the handle until it runs.
        let _ = self.0.unlock();
    }
}

/// The path with something added to its name.
#[must_use]
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Files only their owner may read.
#[must_use]
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn name() -> String {
    let program = std::env::current_exe().ok();
    let program = program.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy());
    format!("{}, process {}", program.as_deref().unwrap_or("patchbay"), std::process::id())
}

/// On Windows a locked file cannot be read by others, so there the name may stay unknown.
fn holder(file: &mut File) -> String {
    let mut name = String::new();
    let read = file.rewind().and_then(|()| file.take(200).read_to_string(&mut name));
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    if read.is_err() || name.is_empty() { "another program".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_second_is_told_who_is_first_and_gets_in_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("of.db");
        let first = ProcessLock::acquire(&path).unwrap();
        let Err(LockError::InUse { by }) = ProcessLock::acquire(&path) else { panic!("let in") };
        assert!(by.ends_with(&format!("process {}", std::process::id())), "{by}");
        drop(first);
        ProcessLock::acquire(&path).unwrap();
        let Err(LockError::Io { .. }) = ProcessLock::acquire(&folder.path().join("none/of.db"))
        else {
            panic!("a lock in a folder that is not there")
        };
    }
}
