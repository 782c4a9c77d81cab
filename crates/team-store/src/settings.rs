//! A few named values: wrapped data keys, the signing key (sealed), the id of the server.

use crate::StoreError;
use crate::connection::Connection;

pub(crate) async fn get(
    on: &mut Connection<'_>,
    name: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = on.row("SELECT value FROM settings WHERE name = $1", &[name.into()]).await?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) async fn set(
    on: &mut Connection<'_>,
    name: &str,
    value: &[u8],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) \
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    on.run(sql, &[name.into(), value.into()]).await.map(drop)
}

/// Sets it only if it is not set yet, and says what it is.
pub(crate) async fn settle(
    on: &mut Connection<'_>,
    name: &str,
    value: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    on.run(sql, &[name.into(), value.into()]).await?;
    Ok(get(on, name).await?.unwrap_or_else(|| value.to_vec()))
}
