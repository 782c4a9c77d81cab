//! A connection to either database, and transactions over it.

use crate::StoreError;
use crate::sqlite::Writer;
use crate::value::{Row, Value, bound};
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Sqlite, SqliteConnection};
use std::time::Duration;
use tokio::sync::OwnedMappedMutexGuard;

/// What statements run on.
pub(crate) enum Connection<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

/// How long PostgreSQL may take for one statement. SQLite is here and always answers.
const LIMIT: Duration = Duration::from_secs(30);

impl Connection<'_> {
    /// Runs a statement, and says how many rows it touched.
    pub(crate) async fn run(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        storable(values)?;
        Ok(match self {
            Self::Sqlite(on) => {
                bound::<Sqlite>(sql, values).execute(&mut **on).await?.rows_affected()
            }
            Self::Postgres(on) => {
                let query = bound::<Postgres>(sql, values);
                in_time(query.execute(&mut **on)).await?.rows_affected()
            }
        })
    }

    /// Asks for rows.
    pub(crate) async fn rows(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        storable(values)?;
        Ok(match self {
            Self::Sqlite(on) => {
                let rows = bound::<Sqlite>(sql, values).fetch_all(&mut **on).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(on) => {
                let query = bound::<Postgres>(sql, values);
                let rows = in_time(query.fetch_all(&mut **on)).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Asks for rows by a statement that is put together by us.
    pub(crate) async fn found(
        &mut self,
        sql: String,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        storable(values)?;
        let sql = AssertSqlSafe(sql);
        Ok(match self {
            Self::Sqlite(on) => {
                let query = bound::<Sqlite>(sql, values).persistent(false);
                query.fetch_all(&mut **on).await?.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(on) => {
                let query = bound::<Postgres>(sql, values).persistent(false);
                let rows = in_time(query.fetch_all(&mut **on)).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Asks for one row, if there is one.
    pub(crate) async fn row(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Asks for rows one by one. The statement is put together by us.
    pub(crate) fn each(&mut self, sql: String) -> BoxStream<'_, Result<Row, StoreError>> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(on) => {
                let rows = sqlx::query(sql).persistent(false).fetch(&mut **on);
                Box::pin(rows.map_ok(Row::Sqlite).map_err(StoreError::from))
            }
            Self::Postgres(on) => {
                let rows = sqlx::query(sql).persistent(false).fetch(&mut **on);
                Box::pin(rows.map_ok(Row::Postgres).map_err(StoreError::from))
            }
        }
    }

    /// Runs a statement that is put together by us.
    pub(crate) async fn made(
        &mut self,
        sql: String,
        values: &[Value<'_>],
    ) -> Result<(), StoreError> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(on) => {
                let query = bound::<Sqlite>(sql, values).persistent(false);
                query.execute(&mut **on).await?;
            }
            Self::Postgres(on) => {
                let query = bound::<Postgres>(sql, values).persistent(false);
                in_time(query.execute(&mut **on)).await?;
            }
        }
        Ok(())
    }
}

/// A server that has vanished from the network says nothing for a quarter of an hour.
async fn in_time<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    match tokio::time::timeout(LIMIT, work).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(StoreError::Unreachable("no answer in 30 seconds".to_owned())),
    }
}

/// What PostgreSQL cannot store, neither of the two does.
fn storable(values: &[Value<'_>]) -> Result<(), StoreError> {
    let holds_nul =
        |value: &Value<'_>| matches!(value, Value::Text(Some(text)) if text.contains('\0'));
    if values.iter().any(holds_nul) { Err(StoreError::Unstorable) } else { Ok(()) }
}

/// Who lends a connection.
pub(crate) enum Lent {
    Writer(OwnedMappedMutexGuard<Option<Writer>, Writer>),
    Reader(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A transaction under way. Dropped before its end, nothing of it lasts.
///
/// Not sqlx's own: when SQLite itself takes a transaction back, as it does on a full disk, sqlx goes on counting it as
/// open and the connection is of no use any more.
pub(crate) struct Transaction {
    lent: Lent,
    writes: bool,
    open: bool,
}

impl Transaction {
    pub(crate) async fn begin(lent: Lent) -> Result<Self, StoreError> {
        let begin = match &lent {
            Lent::Writer(_) => "BEGIN IMMEDIATE",
            Lent::Reader(_) => "BEGIN",
            // Writes stand in a queue by their first statement, and what comes after it has to see what was before it.
            Lent::Postgres(_) => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        Self::started(lent, begin, true).await
    }

    /// One that sees the same state of the database until its end, and changes nothing.
    pub(crate) async fn look(lent: Lent) -> Result<Self, StoreError> {
        let begin = match &lent {
            Lent::Writer(_) | Lent::Reader(_) => "BEGIN",
            Lent::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Self::started(lent, begin, false).await
    }

    async fn started(lent: Lent, begin: &'static str, writes: bool) -> Result<Self, StoreError> {
        let mut new = Self { lent, writes, open: true };
        match new.on().run(begin, &[]).await {
            Ok(_) => Ok(new),
            // One that broke off without an end may still be open on the only connection that writes.
            Err(_) if matches!(new.lent, Lent::Writer(_)) => {
                let _ = new.on().run("ROLLBACK", &[]).await;
                new.on().run(begin, &[]).await.map(|_| new)
            }
            Err(problem) => Err(problem),
        }
    }

    pub(crate) fn on(&mut self) -> Connection<'_> {
        match &mut self.lent {
            Lent::Writer(writer) => Connection::Sqlite(&mut writer.on),
            Lent::Reader(on) => Connection::Sqlite(on),
            Lent::Postgres(on) => Connection::Postgres(on),
        }
    }

    /// Makes it last if all went well, else takes it back. What was lent is given back with the answer's end.
    pub(crate) async fn end<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let result = match result {
            Ok(value) => match self.on().run("COMMIT", &[]).await {
                Ok(_) => {
                    self.open = false;
                    return Ok(value);
                }
                Err(StoreError::Unreachable(why) | StoreError::Database(why)) if self.writes => {
                    Err(StoreError::Uncertain(why))
                }
                Err(other) => Err(other),
            },
            error => error,
        };
        if matches!(result, Err(StoreError::Unreachable(_) | StoreError::Uncertain(_))) {
            return result;
        }
        // SQLite may have done so already, which it then says.
        let back = self.on().run("ROLLBACK", &[]).await;
        self.open = back.is_err() && matches!(self.lent, Lent::Postgres(_));
        result
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        match &mut self.lent {
            // The next transaction on it takes this one back.
            Lent::Writer(_) => {}
            Lent::Reader(on) if self.open => on.close_on_drop(),
            Lent::Postgres(on) if self.open => on.close_on_drop(),
            Lent::Reader(_) | Lent::Postgres(_) => {}
        }
    }
}
