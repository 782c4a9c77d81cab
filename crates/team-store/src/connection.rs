//! A connection to either database, and transactions over it.

use crate::StoreError;
use crate::value::{Row, Value, bound};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Sqlite, SqliteConnection};
use tokio::sync::OwnedMappedMutexGuard;

/// What statements run on.
pub(crate) enum Connection<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Connection<'_> {
    /// Runs a statement, and says how many rows it touched.
    pub(crate) async fn run(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(on) => {
                bound::<Sqlite>(sql, values).execute(&mut **on).await?.rows_affected()
            }
            Self::Postgres(on) => {
                bound::<Postgres>(sql, values).execute(&mut **on).await?.rows_affected()
            }
        })
    }

    /// Asks for rows.
    pub(crate) async fn rows(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(on) => {
                let rows = bound::<Sqlite>(sql, values).fetch_all(&mut **on).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(on) => {
                let rows = bound::<Postgres>(sql, values).fetch_all(&mut **on).await?;
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

    /// Runs a statement of ours that is put together, once.
    pub(crate) async fn define(&mut self, sql: String) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(on) => {
                sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(&mut **on).await?;
            }
            Self::Postgres(on) => {
                sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(&mut **on).await?;
            }
        }
        Ok(())
    }
}

/// Who lends a connection.
pub(crate) enum Lent {
    Writer(OwnedMappedMutexGuard<Option<SqliteConnection>, SqliteConnection>),
    Reader(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A transaction under way. Dropped before its end, nothing of it lasts.
///
/// Not sqlx's own: when SQLite itself takes a transaction back, as it does on a full disk, sqlx goes on counting it as
/// open and the connection is of no use any more.
pub(crate) struct Transaction {
    lent: Lent,
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
        Self::started(lent, begin).await
    }

    /// One that sees the same state of the database until its end, and changes nothing.
    pub(crate) async fn look(lent: Lent) -> Result<Self, StoreError> {
        let begin = match &lent {
            Lent::Writer(_) | Lent::Reader(_) => "BEGIN",
            Lent::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Self::started(lent, begin).await
    }

    async fn started(lent: Lent, begin: &'static str) -> Result<Self, StoreError> {
        let mut new = Self { lent, open: true };
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
            Lent::Writer(on) => Connection::Sqlite(on),
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
                Err(StoreError::Unreachable(why)) => Err(StoreError::Uncertain(why)),
                Err(other) => Err(other),
            },
            error => error,
        };
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
