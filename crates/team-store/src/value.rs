//! What is handed to a database and comes back from it: numbers, text and bytes, or nothing.

use crate::StoreError;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column, Database, Decode, Encode, Postgres, Row as _, Sqlite, Type, TypeInfo};

/// A value for a placeholder. PostgreSQL wants to know the type of nothing, too.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Int(Option<i64>),
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<u8> for Value<'_> {
    fn from(value: u8) -> Self {
        Self::Int(Some(value.into()))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Int(Some(value.into()))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(value: Option<&'a [u8]>) -> Self {
        Self::Bytes(value)
    }
}

/// A value that was read, to be written elsewhere.
pub(crate) enum Owned {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Owned {
    pub(crate) fn borrowed(&self) -> Value<'_> {
        match self {
            Self::Int(value) => Value::Int(*value),
            Self::Text(value) => Value::Text(value.as_deref()),
            Self::Bytes(value) => Value::Bytes(value.as_deref()),
        }
    }
}

/// A query with its values, for either database.
pub(crate) fn bound<'q, DB>(
    sql: impl sqlx::SqlSafeStr,
    values: &[Value<'_>],
) -> sqlx::query::Query<'q, DB, DB::Arguments>
where
    DB: Database,
    Option<i64>: for<'t> Encode<'t, DB> + Type<DB>,
    for<'t> Option<&'t str>: Encode<'t, DB> + Type<DB>,
    for<'t> Option<&'t [u8]>: Encode<'t, DB> + Type<DB>,
{
    values.iter().fold(sqlx::query(sql), |query, value| match *value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}

/// A row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// A column, counted from 0. Another type than expected means that somebody else changed the tables.
    pub(crate) fn get<T>(&self, at: usize) -> Result<T, StoreError>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite>,
        T: for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(at),
            Self::Postgres(row) => row.try_get(at),
        }
        .map_err(|problem| StoreError::Damaged(format!("a row cannot be read ({problem})")))
    }

    /// The names of its columns.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Sqlite(row) => row.columns().iter().map(Column::name).collect(),
            Self::Postgres(row) => row.columns().iter().map(Column::name).collect(),
        }
    }

    /// All its columns, each as what the table says it is.
    pub(crate) fn owned(&self) -> Result<Vec<Owned>, StoreError> {
        let types: Vec<&str> = match self {
            Self::Sqlite(row) => row.columns().iter().map(|one| one.type_info().name()).collect(),
            Self::Postgres(row) => row.columns().iter().map(|one| one.type_info().name()).collect(),
        };
        let read = |(at, kind): (usize, &str)| match kind {
            "INTEGER" | "INT8" => self.get(at).map(Owned::Int),
            "TEXT" => self.get(at).map(Owned::Text),
            _ => self.get(at).map(Owned::Bytes),
        };
        types.into_iter().enumerate().map(read).collect()
    }

    pub(crate) fn flag(&self, at: usize) -> Result<bool, StoreError> {
        Ok(self.get::<i64>(at)? != 0)
    }

    pub(crate) fn small(&self, at: usize) -> Result<u8, StoreError> {
        u8::try_from(self.get::<i64>(at)?).map_err(|_| damaged())
    }

    /// An id, a hash or another thing of fixed length.
    pub(crate) fn exact<const N: usize>(&self, at: usize) -> Result<[u8; N], StoreError> {
        self.get::<Vec<u8>>(at)?.try_into().map_err(|_| damaged())
    }

    pub(crate) fn exact_or_none<const N: usize>(
        &self,
        at: usize,
    ) -> Result<Option<[u8; N]>, StoreError> {
        let bytes = self.get::<Option<Vec<u8>>>(at)?;
        bytes.map(|bytes| bytes.try_into().map_err(|_| damaged())).transpose()
    }
}

fn damaged() -> StoreError {
    StoreError::Damaged("a value has a form that it never had".to_owned())
}
