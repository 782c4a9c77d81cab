//! The tree of machines and folders.

use crate::framework::{NoArgs, not_yet};
use patchbay_core::Ctx;
use patchbay_model::{
    ApiError, Entry, EntryDraft, Folder, FolderDraft, MovePlace, NodeDetail, NodeId, TreeRows,
    UndoId,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What deleting would take away.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeletePreview {
    /// Machines.
    pub(crate) entries: u32,
    /// Folders.
    pub(crate) folders: u32,
    /// Sessions that are open to them.
    pub(crate) open_sessions: u32,
    /// The first twenty names.
    pub(crate) names: Vec<String>,
    /// Machines and folders that stay and go through one that is deleted.
    pub(crate) used_as_jump_by: Vec<String>,
}

/// A machine or folder.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NodeRef {
    /// Its id.
    pub(crate) id: NodeId,
}

/// Where a new machine would be.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewNode {
    /// The folder; none is the root.
    pub(crate) parent: Option<NodeId>,
}

/// A machine to add or change.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EntrySave {
    /// Set to change one.
    pub(crate) id: Option<NodeId>,
    /// The folder of a new one; none is the root.
    pub(crate) parent: Option<NodeId>,
    /// All its fields.
    pub(crate) draft: EntryDraft,
}

/// A folder to add or change.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FolderSave {
    /// Set to change one.
    pub(crate) id: Option<NodeId>,
    /// The folder of a new one; none is the root.
    pub(crate) parent: Option<NodeId>,
    /// All its fields.
    pub(crate) draft: FolderDraft,
}

/// Another name.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NodeRename {
    /// The machine or folder.
    pub(crate) id: NodeId,
    /// Its name from then on.
    pub(crate) name: String,
}

/// Machines and folders.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Nodes {
    /// Their ids.
    pub(crate) ids: Vec<NodeId>,
}

/// Machines and folders to move.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NodesMove {
    /// Their ids.
    pub(crate) ids: Vec<NodeId>,
    /// Where to.
    pub(crate) place: MovePlace,
}

/// A deletion to take back.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NodesUndelete {
    /// What deleting gave.
    pub(crate) undo: UndoId,
}

/// A machine in one line.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EntryQuickAdd {
    /// `user@host:port`, `ssh://user@host:port`, `[v6]:port`.
    pub(crate) text: String,
}

pub(crate) async fn load(_ctx: Ctx, _: NoArgs) -> Result<TreeRows, ApiError> {
    Err(not_yet())
}

pub(crate) async fn get(_ctx: Ctx, _: NodeRef) -> Result<NodeDetail, ApiError> {
    Err(not_yet())
}

pub(crate) async fn new_detail(_ctx: Ctx, _: NewNode) -> Result<NodeDetail, ApiError> {
    Err(not_yet())
}

pub(crate) async fn save_entry(_ctx: Ctx, _: EntrySave) -> Result<Entry, ApiError> {
    Err(not_yet())
}

pub(crate) async fn save_folder(_ctx: Ctx, _: FolderSave) -> Result<Folder, ApiError> {
    Err(not_yet())
}

pub(crate) async fn rename(_ctx: Ctx, _: NodeRename) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn duplicate(_ctx: Ctx, _: Nodes) -> Result<Vec<NodeId>, ApiError> {
    Err(not_yet())
}

pub(crate) async fn move_nodes(_ctx: Ctx, _: NodesMove) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn delete_preview(_ctx: Ctx, _: Nodes) -> Result<DeletePreview, ApiError> {
    Err(not_yet())
}

pub(crate) async fn delete(_ctx: Ctx, _: Nodes) -> Result<UndoId, ApiError> {
    Err(not_yet())
}

pub(crate) async fn undelete(_ctx: Ctx, _: NodesUndelete) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn recents(_ctx: Ctx, _: NoArgs) -> Result<Vec<NodeId>, ApiError> {
    Err(not_yet())
}

pub(crate) async fn tags(_ctx: Ctx, _: NoArgs) -> Result<Vec<String>, ApiError> {
    Err(not_yet())
}

pub(crate) async fn quick_add(_ctx: Ctx, _: EntryQuickAdd) -> Result<Entry, ApiError> {
    Err(not_yet())
}
