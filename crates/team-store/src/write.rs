//! One write: people, items and audit records together, or nothing.

use crate::connection::Connection;
use crate::revisions::ItemId;
use crate::{Changed, ItemChange, StoreError, audit, dialect, directory, items, revisions};
use patchbay_team::audit::Entry;
use patchbay_team::entity::Change;
use std::collections::BTreeSet;

/// What is to be written in one step.
#[derive(Clone, Default, Debug)]
pub struct Write {
    /// Changes of what is kept about people, in order.
    pub changes: Vec<Change>,
    /// Changes of items, in order; after those.
    pub items: Vec<ItemChange>,
    /// What is recorded of it, in order.
    pub audit: Vec<Entry>,
    /// The revision of the directory that `changes` were checked with. If people changed since, the write fails as
    /// [`StoreError::Stale`]. None leaves that out.
    pub checked: Option<i64>,
}

/// Writes it, and says what that changed.
pub(crate) async fn write(on: &mut Connection<'_>, write: &Write) -> Result<Changed, StoreError> {
    let (revision, last) = revisions::take(on).await?;
    if write.checked.is_some_and(|checked| checked < last) {
        return Err(StoreError::Stale { revision: last });
    }
    let mut touched: Vec<ItemId> = Vec::new();
    for change in &write.changes {
        touched.extend(directory::write(on, change).await?);
    }
    let mut spaces = BTreeSet::new();
    for change in &write.items {
        let item = change.item();
        if spaces.insert(item.0) && !items::exists(on, item.0).await? {
            return Err(StoreError::Gone("who it belongs to".to_owned()));
        }
        items::change(on, change).await?;
        touched.push(item);
    }
    audit::append(on, &write.audit).await?;
    let changed = Changed::new(revision, !write.changes.is_empty(), touched);
    revisions::note(on, &changed).await?;
    dialect::tell(on, revision).await?;
    Ok(changed)
}
