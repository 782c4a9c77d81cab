//! Copies of a vault, and putting one back.

use crate::access;
use crate::check;
use crate::file::absolute;
use crate::rows;
use crate::schema::SCHEMA;
use crate::sqlite::{self, problem};
use crate::staged::{self, COMPANIONS, Staged};
use crate::{OpenVault, StoreError};
use patchbay_lock::{ProcessLock, beside};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl OpenVault {
    /// Writes a copy of the vault as it is now, and opens it to see that it is whole. Refuses if there is anything at
    /// the path. The copy opens with the passphrase and recovery key of now.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let (to, opened) = (absolute(to)?, Arc::clone(&self.opened));
        access::finish(async move {
            if to.exists() {
                return Err(StoreError::Exists { path: to });
            }
            let staged = Staged::create(&to)?;
            let mut state = opened.access.state().await;
            let sealer = opened.sealer()?;
            let name = staged.path().to_string_lossy().into_owned();
            let copying =
                sqlx::query("VACUUM INTO ?").bind(name).execute(state.connection()?).await;
            copying.map_err(|e| problem(&to, &e))?;
            drop(state);
            to_wal(staged.path()).await?;

            let mut copy = check::sound(staged.path(), SCHEMA).await?;
            let tally = rows::sealed_tally(&to, &mut copy.connection).await?;
            let marks = rows::marks(&to, &mut copy.connection).await?;
            let header = copy.close().await?;
            rows::verify(&sealer, &header, &tally, &marks)?;
            staged.publish(&to)
        })
        .await
    }
}

/// Puts a backup in place, after checking it. What was there is moved aside; the answer says where to.
///
/// The vault at `to` must not be open, in this process or another.
pub async fn restore(backup: &Path, to: &Path) -> Result<Option<PathBuf>, StoreError> {
    let (backup, to) = (absolute(backup)?, absolute(to)?);
    access::finish(async move {
        check::sound(&backup, SCHEMA).await?.close().await?;
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(StoreError::io("created", folder))?;
        }
        let _lock = ProcessLock::acquire(&to)?;
        staged::sweep(&to);
        let staged = Staged::copy_of(&backup, &to)?;
        to_wal(staged.path()).await?;
        check::sound(staged.path(), SCHEMA).await?.close().await?;
        let aside = set_aside(&to)?;
        staged.publish(&to)?;
        Ok(aside)
    })
    .await
}

/// A vault always rests in this mode: the first to open it then has nothing to change.
async fn to_wal(path: &Path) -> Result<(), StoreError> {
    let mut connection = sqlite::writer(path).await?;
    sqlite::checkpoint(path, &mut connection).await?;
    sqlite::close(path, connection).await
}

/// Copies what is there to a name that is free, log and all, then removes the log: beside the restored file it would be
/// taken for its own. The file itself stays until the restored one replaces it.
fn set_aside(path: &Path) -> Result<Option<PathBuf>, StoreError> {
    if !path.exists() {
        remove_companions(path)?;
        return Ok(None);
    }
    let aside = (1_u32..).map(|number| beside(path, &format!(".replaced-{number}")));
    let aside = aside.take(100_000).find(|aside| !aside.exists());
    let aside = aside.ok_or_else(|| StoreError::Exists { path: path.to_owned() })?;
    for companion in ["", "-wal", "-journal"] {
        let from = beside(path, companion);
        if from.exists() {
            let to = beside(&aside, companion);
            let copied = fs::copy(&from, &to).and_then(|_| staged::sync(&to));
            copied.map_err(StoreError::io("copied", &from))?;
        }
    }
    staged::sync_folder(&aside)?;
    remove_companions(path)?;
    Ok(Some(aside))
}

fn remove_companions(path: &Path) -> Result<(), StoreError> {
    for companion in COMPANIONS {
        let path = beside(path, companion);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::io("removed", &path)(e));
            }
            _ => {}
        }
    }
    Ok(())
}
