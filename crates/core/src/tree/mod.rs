//! The tree of machines and folders.

use crate::{Core, CoreError};
use patchbay_model::NodeId;

/// The tree of machines.
#[derive(Clone, Copy, Debug)]
pub struct Tree<'a>(pub(crate) &'a Core);

impl Tree<'_> {
    /// Fails unless the node is there.
    pub(crate) fn require(&self, _id: NodeId) -> Result<(), CoreError> {
        self.0.vault().unlocked()?;
        Err(CoreError::NotFound("machine or folder"))
    }

    /// Fails unless it is a folder, or the root.
    pub(crate) fn require_folder(&self, folder: Option<NodeId>) -> Result<(), CoreError> {
        self.0.vault().unlocked()?;
        folder.map_or(Ok(()), |id| self.require(id))
    }
}
