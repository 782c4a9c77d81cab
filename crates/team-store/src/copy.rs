//! All rows of one database into another, of either kind.

use crate::StoreError;
use crate::connection::Connection;
use crate::schema::CONTENT;
use crate::value::Owned;
use futures_util::TryStreamExt;

/// Rows in one statement.
const AT_ONCE: usize = 100;

/// Copies every table with content. The other database has the same tables, and they are empty.
pub(crate) async fn content(
    from: &mut Connection<'_>,
    to: &mut Connection<'_>,
) -> Result<(), StoreError> {
    for table in CONTENT {
        copy(table, from, to).await?;
    }
    Ok(())
}

async fn copy(
    table: &str,
    from: &mut Connection<'_>,
    to: &mut Connection<'_>,
) -> Result<(), StoreError> {
    let mut rows = from.each(format!("SELECT * FROM {table}"));
    let mut waiting: Vec<Vec<Owned>> = Vec::with_capacity(AT_ONCE);
    let mut columns = String::new();
    while let Some(row) = rows.try_next().await? {
        if columns.is_empty() {
            columns = row.names().join(", ");
        }
        waiting.push(row.owned()?);
        if waiting.len() == AT_ONCE {
            insert(table, &columns, &waiting, to).await?;
            waiting.clear();
        }
    }
    if waiting.is_empty() { Ok(()) } else { insert(table, &columns, &waiting, to).await }
}

async fn insert(
    table: &str,
    columns: &str,
    rows: &[Vec<Owned>],
    to: &mut Connection<'_>,
) -> Result<(), StoreError> {
    let mut number = 0;
    let mut places = Vec::with_capacity(rows.len());
    for row in rows {
        let row: Vec<String> = (number + 1..=number + row.len()).map(|n| format!("${n}")).collect();
        number += row.len();
        places.push(format!("({})", row.join(", ")));
    }
    let sql = format!("INSERT INTO {table} ({columns}) VALUES {}", places.join(", "));
    let values: Vec<_> = rows.iter().flatten().map(Owned::borrowed).collect();
    to.made(sql, &values).await
}
