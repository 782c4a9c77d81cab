//! The tree of machines and folders.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right, tree::DeletionPreview};
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

impl From<DeletionPreview> for DeletePreview {
    fn from(preview: DeletionPreview) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            entries: count(preview.entries),
            folders: count(preview.folders),
            open_sessions: preview.open_sessions,
            names: preview.names,
            used_as_jump_by: preview.used_as_jump_by,
        }
    }
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
    /// The version that was looked at: nothing is written over another one.
    pub(crate) based_on: Option<String>,
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
    /// The version that was looked at: nothing is written over another one.
    pub(crate) based_on: Option<String>,
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

pub(crate) async fn load(ctx: Ctx, _: NoArgs) -> Result<TreeRows, ApiError> {
    Ok(ctx.core.tree().rows(&ctx.authorize_vault(Right::View)?)?)
}

pub(crate) async fn get(ctx: Ctx, args: NodeRef) -> Result<NodeDetail, ApiError> {
    Ok(ctx.core.tree().detail(&ctx.authorize(args.id, Right::View)?)?)
}

pub(crate) async fn new_detail(ctx: Ctx, args: NewNode) -> Result<NodeDetail, ApiError> {
    Ok(ctx.core.tree().new_detail(&ctx.authorize_folder(args.parent, Right::View)?)?)
}

pub(crate) async fn save_entry(ctx: Ctx, args: EntrySave) -> Result<Entry, ApiError> {
    let tree = ctx.core.tree();
    Ok(match args.id {
        Some(id) => {
            let id = ctx.authorize(id, Right::Edit)?;
            tree.change_entry(&id, args.draft, args.based_on.as_deref()).await?
        }
        None => {
            tree.add_entry(&ctx.authorize_folder(args.parent, Right::Edit)?, args.draft).await?
        }
    })
}

pub(crate) async fn save_folder(ctx: Ctx, args: FolderSave) -> Result<Folder, ApiError> {
    let tree = ctx.core.tree();
    Ok(match args.id {
        Some(id) => {
            let id = ctx.authorize(id, Right::Edit)?;
            tree.change_folder(&id, args.draft, args.based_on.as_deref()).await?
        }
        None => {
            tree.add_folder(&ctx.authorize_folder(args.parent, Right::Edit)?, args.draft).await?
        }
    })
}

pub(crate) async fn rename(ctx: Ctx, args: NodeRename) -> Result<(), ApiError> {
    Ok(ctx.core.tree().rename(&ctx.authorize(args.id, Right::Edit)?, &args.name).await?)
}

pub(crate) async fn duplicate(ctx: Ctx, args: Nodes) -> Result<Vec<NodeId>, ApiError> {
    Ok(ctx.core.tree().duplicate(&ctx.authorize_all(&args.ids, Right::Edit)?).await?)
}

pub(crate) async fn move_nodes(ctx: Ctx, args: NodesMove) -> Result<(), ApiError> {
    let ids = ctx.authorize_all(&args.ids, Right::Edit)?;
    let place = ctx.authorize_place(args.place, Right::Edit)?;
    Ok(ctx.core.tree().move_to(&ids, &place).await?)
}

pub(crate) async fn delete_preview(ctx: Ctx, args: Nodes) -> Result<DeletePreview, ApiError> {
    let preview = ctx.core.tree().preview_deletion(&ctx.authorize_all(&args.ids, Right::View)?)?;
    Ok(preview.into())
}

pub(crate) async fn delete(ctx: Ctx, args: Nodes) -> Result<UndoId, ApiError> {
    Ok(ctx.core.tree().delete(&ctx.authorize_all(&args.ids, Right::Edit)?).await?)
}

pub(crate) async fn undelete(ctx: Ctx, args: NodesUndelete) -> Result<(), ApiError> {
    Ok(ctx.core.tree().undelete(&ctx.authorize_vault(Right::Edit)?, args.undo).await?)
}

pub(crate) async fn recents(ctx: Ctx, _: NoArgs) -> Result<Vec<NodeId>, ApiError> {
    Ok(ctx.core.recents().list(&ctx.authorize_vault(Right::View)?)?)
}

pub(crate) async fn tags(ctx: Ctx, _: NoArgs) -> Result<Vec<String>, ApiError> {
    Ok(ctx.core.tree().tags(&ctx.authorize_vault(Right::View)?)?)
}

pub(crate) async fn quick_add(ctx: Ctx, args: EntryQuickAdd) -> Result<Entry, ApiError> {
    Ok(ctx.core.tree().quick_add(&ctx.authorize_folder(None, Right::Edit)?, &args.text).await?)
}
