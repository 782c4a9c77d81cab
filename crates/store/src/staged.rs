//! Files in the making: built beside where they belong under a name of their own, and put in place in one step.

use crate::StoreError;
use patchbay_lock::{beside, private};
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// What SQLite keeps beside a database.
pub(crate) const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];
const MARK: &str = ".patchbay-staged-";
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A file that vanishes, with its companions, unless it is published.
pub(crate) struct Staged {
    path: PathBuf,
}

impl Staged {
    /// A name beside `target` that nobody uses.
    pub(crate) fn beside(target: &Path) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!("{MARK}{}-{number}", std::process::id()));
        Self { path: target.with_file_name(name) }
    }

    /// An empty file that only its owner may read.
    pub(crate) fn create(target: &Path) -> Result<Self, StoreError> {
        let staged = Self::beside(target);
        private().create_new(true).open(&staged.path).map_err(StoreError::io("created", target))?;
        Ok(staged)
    }

    /// A copy of a database with its log, if it has one.
    pub(crate) fn copy_of(source: &Path, target: &Path) -> Result<Self, StoreError> {
        let staged = Self::create(target)?;
        copy(source, &staged.path)?;
        for companion in ["-wal", "-journal"] {
            let from = beside(source, companion);
            if from.exists() {
                let to = beside(&staged.path, companion);
                private().create_new(true).open(&to).map_err(StoreError::io("created", &to))?;
                copy(&from, &to)?;
            }
        }
        Ok(staged)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it in place of whatever is at `target`. When it returns, it is there even if the power goes.
    pub(crate) fn publish(self, target: &Path) -> Result<(), StoreError> {
        sync(&self.path).map_err(StoreError::io("written", &self.path))?;
        fs::rename(&self.path, target).map_err(StoreError::io("put in place", target))?;
        sync_folder(target)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        for companion in COMPANIONS {
            let _ = fs::remove_file(beside(&self.path, companion));
        }
    }
}

/// Removes what a process left that died while it made something for this vault. Only for who holds the vault's lock.
pub(crate) fn sweep(vault: &Path) {
    let (Some(folder), Some(name)) = (vault.parent(), vault.file_name()) else { return };
    let mut start = OsString::from(".");
    start.push(name);
    start.push(MARK);
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(start.as_encoded_bytes()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Waits until a file is on the disk. Windows allows that only to who may write it.
pub(crate) fn sync(path: &Path) -> std::io::Result<()> {
    private().open(path)?.sync_all()
}

fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    // Not fs::copy: it would copy the rights of the source too.
    let mut source = File::open(from).map_err(StoreError::io("read", from))?;
    let mut target = private().truncate(true).open(to).map_err(StoreError::io("written", to))?;
    std::io::copy(&mut source, &mut target).map_err(StoreError::io("copied", from))?;
    Ok(())
}

/// Makes a rename last. Windows has no such thing and needs none.
pub(crate) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(StoreError::io("written", folder))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
