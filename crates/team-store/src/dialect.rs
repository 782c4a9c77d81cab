//! Where the two databases differ in what is said to them.

use crate::StoreError;
use crate::connection::Connection;
use crate::schema::APPLICATION_ID;
use sqlx::{PgConnection, SqliteConnection};

/// The channel on which nodes tell each other of a new revision.
pub(crate) const CHANNEL: &str = "patchbay";

/// Any number that nobody else locks: the digits of "PBTM" in ASCII.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(80668477)";

/// Waits until no other node changes the tables, until the end of the transaction. On SQLite every write is alone.
pub(crate) async fn alone(on: &mut Connection<'_>) -> Result<(), StoreError> {
    match on {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(_) => on.rows(MIGRATION_LOCK, &[]).await.map(drop),
    }
}

/// Text as both databases can store it: PostgreSQL has no NUL in texts.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A column with its letters of ASCII, and no others, in lower case. `LIKE` of SQLite takes no notice of their case, that of
/// PostgreSQL does.
pub(crate) fn folded(on: &Connection<'_>, column: &str) -> String {
    match on {
        Connection::Sqlite(_) => format!("lower({column})"),
        Connection::Postgres(_) => format!("lower({column} COLLATE \"C\")"),
    }
}

pub(crate) async fn has_table(on: &mut Connection<'_>, name: &str) -> Result<bool, StoreError> {
    let sql = match on {
        Connection::Sqlite(_) => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1",
        Connection::Postgres(_) => "SELECT 1 WHERE to_regclass($1) IS NOT NULL",
    };
    Ok(!on.rows(sql, &[name.into()]).await?.is_empty())
}

/// Runs a statement that makes or changes a table.
pub(crate) async fn define(on: &mut Connection<'_>, statement: &str) -> Result<(), StoreError> {
    let statement = match on {
        Connection::Sqlite(_) => {
            let strict = if statement.starts_with("CREATE TABLE") { " STRICT" } else { "" };
            statement.replace("INT8", "INTEGER").replace("BYTEA", "BLOB") + strict
        }
        Connection::Postgres(_) => statement.to_owned(),
    };
    on.made(statement, &[]).await
}

/// Tells the other nodes of a revision, once it is through. On SQLite there are none.
pub(crate) async fn tell(on: &mut Connection<'_>, revision: i64) -> Result<(), StoreError> {
    if let Connection::Postgres(_) = on {
        let revision = revision.to_string();
        on.rows("SELECT pg_notify($1, $2)", &[CHANNEL.into(), (&revision).into()]).await?;
    }
    Ok(())
}

/// Says in a new SQLite file whose it is.
pub(crate) async fn mark(on: &mut SqliteConnection) -> Result<(), StoreError> {
    Connection::Sqlite(on).made(format!("PRAGMA application_id = {APPLICATION_ID}"), &[]).await
}

/// What each new connection to PostgreSQL is told.
///
/// A node that vanishes in the middle of a write must not hold up the others for hours, and a write is not done before
/// it is on the disk, whatever the server was set to.
pub(crate) async fn prepare(on: &mut PgConnection) -> Result<(), sqlx::Error> {
    let settings = "SELECT set_config('idle_in_transaction_session_timeout', '10s', false), \
        set_config('lock_timeout', '15s', false), set_config('synchronous_commit', \
        CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' \
        ELSE current_setting('synchronous_commit') END, false)";
    sqlx::query(settings).execute(on).await.map(drop)
}
