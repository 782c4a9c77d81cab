//! Copies of a server's database, and putting one back.
//!
//! A backup is an SQLite file with the tables of the database it was made of, whichever kind that is, and goes back
//! into either kind. It holds what the database holds: items are sealed in it, and the master key is not in it.

use crate::connection::{Connection, Lent, Transaction};
use crate::sqlite::{self, Ours};
use crate::{Place, StoreError, TeamStore, copy, postgres, revisions, schema};
use patchbay_lock::{ProcessLock, beside, private};
use sqlx::{Connection as _, SqliteConnection};
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A file in the making, beside where it belongs. It vanishes unless it is published.
struct Staged(PathBuf);

impl Staged {
    fn beside(target: &Path) -> Result<Self, StoreError> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".staged-{}-{number}", std::process::id()));
        let staged = Self(target.with_file_name(name));
        private().create_new(true).open(&staged.0).map_err(StoreError::io("created", &staged.0))?;
        Ok(staged)
    }

    /// Puts it in its place. When it returns, it is there even if the power goes.
    fn publish(self, target: &Path) -> Result<(), StoreError> {
        private()
            .open(&self.0)
            .and_then(|file| file.sync_all())
            .map_err(StoreError::io("written", &self.0))?;
        if target.exists() {
            return Err(exists(target));
        }
        fs::rename(&self.0, target).map_err(StoreError::io("put in place", target))?;
        #[cfg(unix)]
        if let Some(folder) = target.parent() {
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(StoreError::io("written", folder))?;
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for companion in ["", "-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(beside(&self.0, companion));
        }
    }
}

fn exists(path: &Path) -> StoreError {
    StoreError::Exists { place: path.display().to_string() }
}

/// Writes a copy of what is behind this connection, as it is now.
pub(crate) async fn backup(from: Lent, to: &Path) -> Result<(), StoreError> {
    let to = std::path::absolute(to).map_err(StoreError::io("found", to))?;
    if to.exists() {
        return Err(exists(&to));
    }
    let staged = Staged::beside(&to)?;
    match from {
        Lent::Postgres(_) => {
            let mut look = Transaction::look(from).await?;
            let result = fill(&mut look.on(), &staged.0).await;
            look.end(result).await?;
        }
        Lent::Reader(mut on) => sqlite::copy_into(&mut on, &staged.0).await?,
        Lent::Writer(mut writer) => sqlite::copy_into(&mut writer.on, &staged.0).await?,
    }
    sqlite::check(&staged.0).await?;
    staged.publish(&to)
}

/// Writes a copy of a server's database as it is now, whether or not a server has it open: reading holds up nobody.
///
/// # Errors
/// [`StoreError::Exists`] if there is something at the path; [`StoreError::Missing`] and [`StoreError::NotOurs`] if
/// there is no database.
pub async fn backup_of(from: &Place, to: &Path) -> Result<(), StoreError> {
    let path = match from {
        Place::Postgres(_) => {
            let store = TeamStore::open(from).await?;
            let copied = store.backup(to).await;
            store.close().await;
            return copied;
        }
        Place::Sqlite(path) => std::path::absolute(path).map_err(StoreError::io("found", path))?,
    };
    match sqlite::whose(&path)? {
        Ours::Yes => {}
        Ours::Missing => return Err(StoreError::Missing { path }),
        Ours::Empty | Ours::No => return Err(StoreError::NotOurs { path }),
    }
    let readers = sqlite::readers(&path);
    let copied = backup(Lent::Reader(readers.acquire().await?), to).await;
    readers.close().await;
    copied
}

/// Puts a backup where no database is yet: no file, or a PostgreSQL database without our tables.
///
/// # Errors
/// [`StoreError::Exists`] if there is one; [`StoreError::NotOurs`] and [`StoreError::Damaged`] for what is no backup.
pub async fn restore(from: &Path, to: &Place) -> Result<(), StoreError> {
    let from = std::path::absolute(from).map_err(StoreError::io("found", from))?;
    match sqlite::whose(&from)? {
        Ours::Yes => {}
        Ours::Missing => return Err(StoreError::Missing { path: from }),
        Ours::Empty | Ours::No => return Err(StoreError::NotOurs { path: from }),
    }
    let mut backup = sqlite::check(&from).await?;
    match to {
        Place::Sqlite(path) => {
            let path = std::path::absolute(path).map_err(StoreError::io("found", path))?;
            let _lock = ProcessLock::acquire(&path).map_err(StoreError::lock(&path))?;
            if path.exists() {
                return Err(exists(&path));
            }
            let staged = Staged::beside(&path)?;
            fill(&mut Connection::Sqlite(&mut backup), &staged.0).await?;
            staged.publish(&path)?;
        }
        Place::Postgres(url) => {
            let pool = postgres::pool(postgres::options(url)?);
            let mut transaction = Transaction::begin(Lent::Postgres(pool.acquire().await?)).await?;
            let result = restored(&mut backup, &mut transaction.on(), to).await;
            transaction.end(result).await?;
            drop(transaction);
            pool.close().await;
        }
    }
    Ok(backup.close().await?)
}

async fn restored(
    backup: &mut SqliteConnection,
    to: &mut Connection<'_>,
    place: &Place,
) -> Result<(), StoreError> {
    crate::dialect::alone(to).await?;
    if schema::version(to).await? != 0 {
        return Err(StoreError::Exists { place: place.to_string() });
    }
    all(&mut Connection::Sqlite(backup), to).await
}

/// Makes a new SQLite database with all that is in another.
async fn fill(from: &mut Connection<'_>, path: &Path) -> Result<(), StoreError> {
    let mut new = sqlite::fresh(path).await?;
    let mut to = Connection::Sqlite(&mut new);
    to.run("BEGIN", &[]).await?;
    all(from, &mut to).await?;
    to.run("COMMIT", &[]).await?;
    Ok(new.close().await?)
}

/// Copies into an empty database, over tables of the version that they had, and brings these up to date then.
async fn all(from: &mut Connection<'_>, to: &mut Connection<'_>) -> Result<(), StoreError> {
    let version = schema::version(from).await?;
    if version > schema::NEWEST {
        return Err(StoreError::TooNew { found: version, known: schema::NEWEST });
    }
    schema::upgrade(to, 0, version).await?;
    copy::content(from, to).await?;
    revisions::go_on(from, to).await?;
    schema::upgrade(to, version, schema::NEWEST).await
}
