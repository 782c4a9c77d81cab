//! An unlocked vault: reading, writing, and its keys.

use crate::access::{self, Opened};
use crate::item::{Field, Item, Kind};
use crate::rows::slot;
use crate::sqlite::{column, problem};
use crate::{Change, StoreError, write};
use patchbay_model::VaultId;
use patchbay_vault::{Sealer, Slot};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A vault whose keys are in memory. Clones share them; they are wiped when the last one is dropped, or by [`Self::lock`].
///
/// Writes are done when the call returns: in the file, and on the disk. They run to their end even if the caller stops
/// waiting.
#[derive(Clone)]
pub struct OpenVault {
    pub(crate) opened: Arc<Opened>,
}

impl OpenVault {
    /// The vault's id.
    #[must_use]
    pub fn id(&self) -> VaultId {
        self.opened.access.id
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.opened.access.path
    }

    /// Wipes the keys now, whoever else holds a clone: every later call gives [`StoreError::Locked`].
    pub fn lock(&self) {
        self.opened.wipe();
    }

    /// Whether the keys are still there.
    #[must_use]
    pub fn is_unlocked(&self) -> bool {
        self.opened.sealer().is_ok()
    }

    /// Every item of a kind, ordered by id.
    pub async fn load(&self, kind: Kind) -> Result<Vec<Item>, StoreError> {
        let opened = Arc::clone(&self.opened);
        access::finish(async move {
            let mut state = opened.access.state().await;
            let sealer = opened.sealer()?;
            let query = "SELECT kind, id, field, version, sealed FROM items WHERE kind = ?";
            let rows = sqlx::query(query).bind(i64::from(kind.number()));
            let rows = rows.fetch_all(state.connection()?).await;
            let rows = rows.map_err(|e| problem(&opened.access.path, &e))?;
            drop(state);
            let opening = tokio::task::spawn_blocking(move || {
                let sealed = rows
                    .iter()
                    .map(|row| Ok((slot(row)?, column(row, 4)?)))
                    .collect::<Result<Vec<(Slot, &[u8])>, StoreError>>()?;
                unseal_all(&sealer, &sealed)
            });
            access::joined(opening.await)?
        })
        .await
    }

    /// One field of one item.
    pub async fn get(
        &self,
        kind: Kind,
        id: [u8; 16],
        field: Field,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let opened = Arc::clone(&self.opened);
        access::finish(async move {
            let mut state = opened.access.state().await;
            let sealer = opened.sealer()?;
            let query = "SELECT kind, id, field, version, sealed FROM items WHERE kind = ? AND id = ? AND field = ?";
            let row = sqlx::query(query)
                .bind(i64::from(kind.number()))
                .bind(id.to_vec())
                .bind(i64::from(field.number()))
                .fetch_optional(state.connection()?)
                .await
                .map_err(|e| problem(&opened.access.path, &e))?;
            let Some(row) = row else { return Ok(None) };
            unseal(&sealer, &slot(&row)?, column(&row, 4)?).map(Some)
        })
        .await
    }

    /// Makes all changes, or none of them.
    pub async fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let opened = Arc::clone(&self.opened);
        access::finish(async move { write::apply(&opened, changes).await }).await
    }
}

impl std::fmt::Debug for OpenVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenVault").field("path", &self.opened.access.path).finish_non_exhaustive()
    }
}

pub(crate) fn unseal(
    sealer: &Sealer,
    slot: &Slot,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    sealer.unseal(slot, sealed).map_err(|_| StoreError::damaged("an item cannot be opened"))
}

/// On two threads when there are many.
fn unseal_all(sealer: &Sealer, sealed: &[(Slot, &[u8])]) -> Result<Vec<Item>, StoreError> {
    let part = |sealed: &[(Slot, &[u8])]| {
        sealed
            .iter()
            .map(|(slot, sealed)| {
                let field = Field::from_number(slot.field)
                    .ok_or_else(|| StoreError::damaged("an item has an unknown field"))?;
                Ok(Item { id: slot.id, field, data: unseal(sealer, slot, sealed)? })
            })
            .collect::<Result<Vec<Item>, StoreError>>()
    };
    if sealed.len() < 2_000 {
        return part(sealed);
    }
    let (left, right) = sealed.split_at(sealed.len() / 2);
    let (left, right) = std::thread::scope(|scope| {
        let right = scope.spawn(|| part(right));
        (part(left), right.join())
    });
    let mut items = left?;
    let broke_off = |_| StoreError::Database("the work on it broke off".to_owned());
    items.append(&mut right.map_err(broke_off)??);
    Ok(items)
}
