//! Machines used lately, kept sealed in the vault.

use crate::{
    Authorized, Core, CoreError, WholeVault, sync,
    vault::{THE_ONE, put, written},
};
use patchbay_model::NodeId;
use patchbay_store::Kind;
use serde::{Deserialize, Serialize};

/// How many are kept.
const KEPT: usize = 20;

/// As it is kept in the vault.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredRecents {
    nodes: Vec<NodeId>,
}

pub(crate) fn from_stored(stored: StoredRecents) -> Vec<NodeId> {
    stored.nodes
}

/// Machines used lately.
#[derive(Clone, Copy, Debug)]
pub struct Recents<'a>(pub(crate) &'a Core);

impl Recents<'_> {
    /// The machines, latest first.
    pub fn list(&self, _vault: &Authorized<WholeVault>) -> Result<Vec<NodeId>, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let forest = sync::read(unlocked.forest());
        let recents = sync::read(unlocked.recents());
        Ok(recents.iter().copied().filter(|id| forest.get(*id).is_some()).collect())
    }

    /// Says that a machine is being used.
    pub async fn touch(&self, machine: &Authorized<NodeId>) -> Result<(), CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        let mut nodes = sync::read(unlocked.recents()).clone();
        if nodes.first() == Some(machine.get()) {
            return Ok(());
        }
        nodes.retain(|id| id != machine.get());
        nodes.insert(0, *machine.get());
        nodes.truncate(KEPT);
        let stored = StoredRecents { nodes };
        let change = put(Kind::Recent, THE_ONE, written(serde_json::to_vec(&stored))?);
        unlocked.vault().apply(vec![change]).await?;
        *sync::write(unlocked.recents()) = stored.nodes;
        Ok(())
    }
}
