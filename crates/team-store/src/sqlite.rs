//! SQLite files.

use crate::{StoreError, dialect, schema};
use patchbay_lock::{ProcessLock, private};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection, SqlitePool};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;
use tracing::log::LevelFilter;

/// How long a call waits for its turn before it says that the database does not answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ours {
    Missing,
    Empty,
    Yes,
    No,
}

/// What a file is, as its first bytes say. Nothing is written to it.
///
/// <https://sqlite.org/fileformat.html>: sixteen bytes of magic, the application's id at 68.
pub(crate) fn whose(path: &Path) -> Result<Ours, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => return Ok(Ours::Missing),
        Err(problem) => return Err(StoreError::io("opened", path)(problem)),
    };
    let mut header = Vec::new();
    file.take(72).read_to_end(&mut header).map_err(StoreError::io("read", path))?;
    let id = header.get(68..72).and_then(|id| id.try_into().ok()).map(i32::from_be_bytes);
    let ours = header.starts_with(b"SQLite format 3\0") && id == Some(schema::APPLICATION_ID);
    Ok(match (header.is_empty(), ours) {
        (true, _) => Ours::Empty,
        (false, true) => Ours::Yes,
        (false, false) => Ours::No,
    })
}

/// Makes sure that the file is ours before anything is written to it, and makes it if there is none.
async fn prepare(path: &Path) -> Result<(), StoreError> {
    match whose(path)? {
        Ours::Yes => Ok(()),
        Ours::No => Err(StoreError::NotOurs { path: path.to_owned() }),
        Ours::Missing | Ours::Empty => Ok(fresh(path).await?.close().await?),
    }
}

/// An empty database that says whose it is, in the file itself and not in a log beside it.
pub(crate) async fn fresh(path: &Path) -> Result<SqliteConnection, StoreError> {
    private().create(true).truncate(false).open(path).map_err(StoreError::io("created", path))?;
    let mut new = options(path).journal_mode(SqliteJournalMode::Delete).connect().await?;
    dialect::mark(&mut new).await?;
    Ok(new)
}

/// The one connection that writes.
pub(crate) struct Writer {
    pub(crate) on: SqliteConnection,
    /// Nothing beside a server that has the file open.
    _lock: Option<ProcessLock>,
}

impl Writer {
    /// Opens the file; makes it if there is none.
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        let lock = ProcessLock::acquire(path).map_err(StoreError::lock(path))?;
        prepare(path).await?;
        Ok(Self { on: writer(path).await?, _lock: Some(lock) })
    }

    /// Opens a file that may be open elsewhere.
    pub(crate) async fn beside(path: &Path) -> Result<Self, StoreError> {
        match whose(path)? {
            Ours::Yes => Ok(Self { on: writer(path).await?, _lock: None }),
            Ours::Missing => Err(StoreError::Missing { path: path.to_owned() }),
            Ours::Empty | Ours::No => Err(StoreError::NotOurs { path: path.to_owned() }),
        }
    }

    /// Works the log into the file, if nobody reads any more, and lets go of it.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        Ok(self.on.close().await?)
    }
}

pub(crate) async fn writer(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON");
    Ok(options.connect().await?)
}

/// Connections that read while another writes.
pub(crate) fn readers(path: &Path) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options(path).read_only(true))
}

/// Copies all of it into an empty file.
pub(crate) async fn copy_into(on: &mut SqliteConnection, to: &Path) -> Result<(), StoreError> {
    let to = to.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO $1").bind(to).execute(on).await?;
    Ok(())
}

/// Opens a database for looking only, and makes sure that it is whole.
pub(crate) async fn check(path: &Path) -> Result<SqliteConnection, StoreError> {
    let mut on = options(path).read_only(true).connect().await?;
    let said: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut on).await?;
    if said != "ok" {
        return Err(StoreError::Damaged(said));
    }
    if !sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut on).await?.is_empty() {
        return Err(StoreError::Damaged("rows refer to others that are missing".to_owned()));
    }
    Ok(on)
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .pragma("temp_store", "MEMORY")
        .busy_timeout(PATIENCE)
        // Rows are handed over by another thread: in large batches it wakes us less often.
        .row_buffer_size(1024)
        .log_statements(LevelFilter::Off)
        .log_slow_statements(LevelFilter::Off, Duration::ZERO)
}
