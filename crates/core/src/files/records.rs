//! Transfers that are not over, sealed in the vault: names of files are nobody else's business. After the next start they
//! are there again, paused.
//!
//! Deliberately absent: deletions and comparisons, which are sooner done again.

use super::{
    job::Stamp,
    task::{Spec, Task, Words},
};
use crate::{
    Core, CoreError,
    vault::{put, written},
};
use patchbay_model::{Conflict, TaskId, Timestamp};
use patchbay_store::{Change, Items, Kind};
use serde::{Deserialize, Serialize};

/// A transfer, as it is kept in the vault.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) spec: Spec,
    pub(super) words: Words,
    pub(super) began: Timestamp,
    /// What was decided for all files.
    pub(super) policy: Conflict,
    pub(super) bytes: u64,
    pub(super) files: u32,
    /// Long files that are not whole, and what their sources were when they were begun.
    pub(super) parts: Vec<(Vec<u8>, Stamp)>,
}

/// Keeps a task as it stands, or forgets what was kept of it once it is over. While the vault is locked nothing is
/// written: a task that ends meanwhile is forgotten at the next unlocking.
pub(super) async fn keep(core: &Core, task: &Task, over: bool) {
    let Ok(unlocked) = core.vault().unlocked() else { return };
    let _turn = unlocked.turn().await;
    let id = *task.id.as_bytes();
    let change = if over {
        Ok(Change::Delete { kind: Kind::Transfer, id })
    } else {
        let json = written(serde_json::to_vec(&task.record()));
        json.map(|json| put(Kind::Transfer, id, json))
    };
    let kept = match change {
        Ok(change) => unlocked.vault().apply(vec![change]).await.map_err(CoreError::from),
        Err(error) => Err(error),
    };
    if let Err(error) = kept {
        tracing::warn!(%error, "the list of unfinished transfers could not be changed");
    }
}

/// What earlier runs left.
pub(super) async fn load(vault: &dyn Items) -> Result<Vec<(TaskId, Record)>, CoreError> {
    let items = vault.load(Kind::Transfer).await?;
    let read = items.iter().filter_map(|item| {
        let id = TaskId::from_bytes(item.id);
        match serde_json::from_slice(&item.data) {
            Ok(record) => Some((id, record)),
            Err(error) => {
                // The error is not written down: it could repeat part of the item.
                tracing::warn!(line = error.line(), "a transfer cannot be read and is left out");
                None
            }
        }
    });
    Ok(read.collect())
}

/// Forgets what was kept of tasks.
pub(super) async fn forget(vault: &dyn Items, ids: &[TaskId]) -> Result<(), CoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let gone = ids.iter().map(|id| Change::Delete { kind: Kind::Transfer, id: *id.as_bytes() });
    Ok(vault.apply(gone.collect()).await?)
}
