//! What is kept in this vault, as against what servers say.

use super::{Workspaces, rows};
use crate::Core;
use patchbay_model::{IdentityId, NodeId, RunId, SessionId, TaskId, TreeRows, WorkspaceId};

/// Whether something of this vault or this computer has this id.
pub(super) fn is_here(core: &Core, id: [u8; 16]) -> bool {
    core.tree().require(NodeId::from_bytes(id)).is_ok()
        || core.identities().require(IdentityId::from_bytes(id)).is_ok()
        || core.sessions().info(SessionId::from_bytes(id)).is_ok()
        || core.runs().info(RunId::from_bytes(id)).is_ok()
        || core.files().has_task(TaskId::from_bytes(id))
}

/// The rows of a server without those whose ids are those of something else: of this vault, or of another server.
pub(super) fn sound(core: &Core, id: WorkspaceId, found: TreeRows) -> TreeRows {
    let others: Vec<_> = Workspaces(core).all().into_iter().filter(|one| one.id != id).collect();
    rows::without(found, |node: NodeId| {
        let bytes = *node.as_bytes();
        core.tree().require(node).is_ok()
            || others.iter().any(|one| one.root() == node || one.has_node(bytes))
    })
}
