//! Connections, and what SQLite's errors mean for a vault.

use crate::StoreError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteRow, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection as _, Decode, Row, Sqlite, SqliteConnection, Type};
use std::io;
use std::path::Path;
use tracing::log::LevelFilter;

/// For looking only: no locks, no log, no shared memory, and not a byte written beside or into the file.
pub(crate) async fn immutable(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = base(path).read_only(true).immutable(true);
    options.connect().await.map_err(|e| problem(path, &e))
}

/// For reading and writing. Exclusive, so the log's index stays in memory and no other SQLite can interfere.
pub(crate) async fn writer(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = base(path)
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON");
    let mut connection = options.connect().await.map_err(|e| problem(path, &e))?;
    let mode: String = one(path, &mut connection, "PRAGMA journal_mode").await?;
    if mode != "wal" {
        return Err(StoreError::io("written", path)(io::ErrorKind::PermissionDenied.into()));
    }
    Ok(connection)
}

fn base(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .pragma("temp_store", "MEMORY")
        // Rows are handed over by another thread: in large batches it wakes us less often.
        .row_buffer_size(1024)
        .log_statements(LevelFilter::Off)
        .log_slow_statements(LevelFilter::Off, std::time::Duration::ZERO)
}

/// Starts a transaction that writes. What comes of it is for [`end`].
///
/// Not sqlx's own: when SQLite itself takes a transaction back, as it does on a full disk, sqlx goes on counting it as
/// open and the connection is of no use any more.
pub(crate) async fn begin(path: &Path, on: &mut SqliteConnection) -> Result<(), StoreError> {
    let begin = "BEGIN IMMEDIATE";
    if sqlx::query(begin).execute(&mut *on).await.is_ok() {
        return Ok(());
    }
    // One that broke off without an end may still be open.
    let _ = sqlx::query("ROLLBACK").execute(&mut *on).await;
    sqlx::query(begin).execute(on).await.map_err(|e| problem(path, &e))?;
    Ok(())
}

/// Ends a transaction: makes it last if all went well, else takes it back.
pub(crate) async fn end<T>(
    path: &Path,
    on: &mut SqliteConnection,
    result: Result<T, StoreError>,
) -> Result<T, StoreError> {
    let result = match result {
        Ok(value) => match sqlx::query("COMMIT").execute(&mut *on).await {
            Ok(_) => return Ok(value),
            Err(error) => Err(problem(path, &error)),
        },
        error => error,
    };
    // SQLite may have done so already, which it then says.
    let _ = sqlx::query("ROLLBACK").execute(on).await;
    result
}

/// Moves what is in the log into the file and empties the log.
pub(crate) async fn checkpoint(path: &Path, on: &mut SqliteConnection) -> Result<(), StoreError> {
    let query = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
    query.execute(on).await.map_err(|e| problem(path, &e))?;
    Ok(())
}

/// Closes a connection and waits until the file is let go of.
pub(crate) async fn close(path: &Path, connection: SqliteConnection) -> Result<(), StoreError> {
    connection.close().await.map_err(|e| problem(path, &e))
}

/// The one value a query gives.
pub(crate) async fn one<T>(
    path: &Path,
    on: &mut SqliteConnection,
    query: &'static str,
) -> Result<T, StoreError>
where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite>,
{
    let row = sqlx::query(query).fetch_one(on).await.map_err(|e| problem(path, &e))?;
    column(&row, 0)
}

/// A column of a row. Another type than expected means a damaged file, since the tables are strict.
pub(crate) fn column<'r, T>(row: &'r SqliteRow, at: usize) -> Result<T, StoreError>
where
    T: Decode<'r, Sqlite> + Type<Sqlite>,
{
    row.try_get(at).map_err(|_| StoreError::damaged("a row cannot be read"))
}

/// What an error of SQLite means.
pub(crate) fn problem(path: &Path, error: &sqlx::Error) -> StoreError {
    let Some(code) = code(error) else {
        return match error {
            sqlx::Error::RowNotFound => StoreError::damaged("a row is missing"),
            sqlx::Error::Io(cause) => StoreError::io("opened", path)(cause.kind().into()),
            other => StoreError::Database(other.to_string()),
        };
    };
    let io = |doing, kind: io::ErrorKind| StoreError::io(doing, path)(kind.into());
    // https://sqlite.org/rescode.html; the low byte is the primary code.
    match (code, code & 0xff) {
        // A write that failed for another reason than ENOSPC: a quota or a limit on file sizes.
        (_, 13) | (778, _) => StoreError::Full { path: path.to_owned() },
        // A read that came up short.
        (522, _) | (_, 11 | 26) => StoreError::damaged(message(error)),
        (_, 5 | 6) => StoreError::InUse { by: "another program".to_owned() },
        (_, 8) => io("written", io::ErrorKind::PermissionDenied),
        (_, 3 | 14 | 23) => io("opened", io::ErrorKind::PermissionDenied),
        (_, 10) => StoreError::Io {
            doing: "read or written",
            path: path.to_owned(),
            source: io::Error::other(message(error)),
        },
        _ => StoreError::Database(message(error)),
    }
}

fn code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

fn message(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| words(&error.to_string()), |e| words(e.message()))
}

/// SQLite's own words, on one line. They repeat names out of the file, which in a forged one may act on a screen.
pub(crate) fn words(said: &str) -> String {
    let line = said.lines().last().unwrap_or_default().trim();
    let seen = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '\u{fffd}' };
    line.chars().take(200).map(seen).collect()
}
