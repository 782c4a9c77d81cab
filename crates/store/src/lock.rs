//! One process at a time: an advisory lock on a file beside the vault.
//!
//! The operating system drops the lock with the process, however it ends, so there are no stale locks. The file stays:
//! removing it would let two processes each lock a file of that name.

use crate::StoreError;
use crate::staged::{beside, private};
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

pub(crate) struct ProcessLock(File);

impl ProcessLock {
    pub(crate) fn acquire(vault: &Path) -> Result<Self, StoreError> {
        let path = beside(vault, ".lock");
        let mut file = private()
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(StoreError::io("opened", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse { by: holder(&mut file) });
            }
            Err(TryLockError::Error(source)) => {
                return Err(StoreError::io("locked", &path)(source));
            }
        }
        // The name is a courtesy to whoever comes second; a full disk must not keep the vault shut.
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
