//! Sealed items of organisations and accounts.

use crate::StoreError;
use crate::connection::Connection;
use crate::value::Row;
use patchbay_model::{AccountId, OrganisationId};
use patchbay_team::entity::Space;

/// A field of an item, sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredItem {
    /// Whose it is.
    pub space: Space,
    /// What kind of item.
    pub kind: u8,
    /// Which.
    pub id: [u8; 16],
    /// Which field of it.
    pub field: u8,
    /// The version it was written as.
    pub version: i64,
    /// Its bytes.
    pub sealed: Vec<u8>,
}

/// A change of an item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ItemChange {
    /// Writes a field.
    Put {
        /// Whose it is.
        space: Space,
        /// What kind of item.
        kind: u8,
        /// Which.
        id: [u8; 16],
        /// Which field of it.
        field: u8,
        /// The version that is replaced; none if the field must be new.
        expected: Option<i64>,
        /// The new version, which is sealed in; above the one that is replaced.
        version: i64,
        /// Its bytes.
        sealed: Vec<u8>,
    },
    /// Deletes all its fields. If there are none, there is nothing to do.
    Delete {
        /// Whose it is.
        space: Space,
        /// What kind of item.
        kind: u8,
        /// Which.
        id: [u8; 16],
    },
}

impl ItemChange {
    /// What it changes.
    pub(crate) const fn item(&self) -> (Space, u8, [u8; 16]) {
        match self {
            Self::Put { space, kind, id, .. } | Self::Delete { space, kind, id } => {
                (*space, *kind, *id)
            }
        }
    }
}

/// A space as it is stored: `o` or `p`, and the id.
pub(crate) fn space_key(space: Space) -> [u8; 17] {
    let (tag, id) = match &space {
        Space::Organisation(id) => (b'o', id.as_bytes()),
        Space::Personal(id) => (b'p', id.as_bytes()),
    };
    let mut key = [tag; 17];
    key.iter_mut().skip(1).zip(id).for_each(|(to, from)| *to = *from);
    key
}

pub(crate) fn space_of(key: &[u8]) -> Option<Space> {
    let (tag, id) = key.split_first()?;
    let id: [u8; 16] = id.try_into().ok()?;
    match tag {
        b'o' => Some(Space::Organisation(OrganisationId::from_bytes(id))),
        b'p' => Some(Space::Personal(AccountId::from_bytes(id))),
        _ => None,
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All items of a space, in order.
pub(crate) async fn of_space(
    on: &mut Connection<'_>,
    space: Space,
) -> Result<Vec<StoredItem>, StoreError> {
    let sql = "SELECT kind, id, field, version, sealed FROM items \
        WHERE space = $1 ORDER BY kind, id, field";
    let rows = on.rows(sql, &[(&space_key(space)).into()]).await?;
    rows.iter().map(|row| read(space, row)).collect()
}

/// The fields of one item.
pub(crate) async fn of_item(
    on: &mut Connection<'_>,
    space: Space,
    kind: u8,
    id: [u8; 16],
) -> Result<Vec<StoredItem>, StoreError> {
    let sql = "SELECT kind, id, field, version, sealed FROM items \
        WHERE space = $1 AND kind = $2 AND id = $3 ORDER BY field";
    let rows = on.rows(sql, &[(&space_key(space)).into(), kind.into(), (&id).into()]).await?;
    rows.iter().map(|row| read(space, row)).collect()
}

fn read(space: Space, row: &Row) -> Result<StoredItem, StoreError> {
    Ok(StoredItem {
        space,
        kind: row.small(0)?,
        id: row.exact(1)?,
        field: row.small(2)?,
        version: row.get(3)?,
        sealed: row.get(4)?,
    })
}

/// Makes one change. The order of writes is settled by then, so what is read here stays true.
pub(crate) async fn change(on: &mut Connection<'_>, change: &ItemChange) -> Result<(), StoreError> {
    let (space, kind, id) = change.item();
    let key = space_key(space);
    let ItemChange::Put { field, expected, version, sealed, .. } = change else {
        let sql = "DELETE FROM items WHERE space = $1 AND kind = $2 AND id = $3";
        return on.run(sql, &[(&key).into(), kind.into(), (&id).into()]).await.map(drop);
    };
    let mut values = vec![
        (&key).into(),
        kind.into(),
        (&id).into(),
        (*field).into(),
        (*version).into(),
        sealed.as_slice().into(),
    ];
    let sql = match expected {
        None => {
            "INSERT INTO items (space, kind, id, field, version, sealed) \
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
        }
        Some(expected) if expected < version => {
            values.push((*expected).into());
            "UPDATE items SET version = $5, sealed = $6 \
                WHERE space = $1 AND kind = $2 AND id = $3 AND field = $4 AND version = $7"
        }
        Some(_) => {
            return Err(StoreError::Database(format!(
                "an item was to be put back to version {version}"
            )));
        }
    };
    match on.run(sql, &values).await? {
        0 => Err(StoreError::Conflict { space, kind, id }),
        _ => Ok(()),
    }
}

/// Whether there is somebody, or an organisation, to have items.
pub(crate) async fn exists(on: &mut Connection<'_>, space: Space) -> Result<bool, StoreError> {
    let (sql, id) = match &space {
        Space::Organisation(id) => ("SELECT name FROM organisations WHERE id = $1", id.as_bytes()),
        Space::Personal(id) => ("SELECT name FROM accounts WHERE id = $1", id.as_bytes()),
    };
    Ok(on.row(sql, &[id.into()]).await?.is_some())
}

/// Deletes all items of a space, and says which they were.
pub(crate) async fn clear(
    on: &mut Connection<'_>,
    space: Space,
) -> Result<Vec<(Space, u8, [u8; 16])>, StoreError> {
    let key = space_key(space);
    let sql = "SELECT DISTINCT kind, id FROM items WHERE space = $1";
    let rows = on.rows(sql, &[(&key).into()]).await?;
    on.run("DELETE FROM items WHERE space = $1", &[(&key).into()]).await?;
    rows.iter().map(|row| Ok((space, row.small(0)?, row.exact(1)?))).collect()
}
