//! One process at a time: an advisory lock on a file beside the database, as `patchbay-store` has for vaults.
//!
//! The operating system drops the lock with the process, however it ends, so there are no stale locks. The file stays:
//! removing it would let two processes each lock a file of that name.

use crate::StoreError;
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

pub(crate) struct ProcessLock(File);

impl ProcessLock {
    pub(crate) fn acquire(database: &Path) -> Result<Self, StoreError> {
        let path = beside(database, ".lock");
        let mut file = private()
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(StoreError::io("opened", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let by = holder(&mut file);
                return Err(StoreError::InUse { path: database.to_owned(), by });
            }
            Err(TryLockError::Error(source)) => return Err(StoreError::io("locked", path)(source)),
        }
        // The name is a courtesy to whoever comes second; a full disk must not keep the database shut.
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
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Files only their owner may read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn name() -> String {
    let program = std::env::current_exe().ok();
    let program = program.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy());
    format!("{}, process {}", program.as_deref().unwrap_or("patchbay-server"), std::process::id())
}

/// On Windows a locked file cannot be read by others, so there the name may stay unknown.
fn holder(file: &mut File) -> String {
    let mut name = String::new();
    let read = file.rewind().and_then(|()| file.take(200).read_to_string(&mut name));
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    if read.is_err() || name.is_empty() { "another program".to_owned() } else { name }
}
