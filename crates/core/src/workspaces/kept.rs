//! What the vault keeps of workspaces: what they are, the sign-in as a secret of its own, and what they showed last.

use super::rows;
use crate::{
    CoreError,
    vault::{Unlocked, put, written},
};
use patchbay_model::{Secret, Timestamp, TreeRows, WorkspaceAccount, WorkspaceId};
use patchbay_store::{Change, Field, Kind};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A workspace as it is kept, without the sign-in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    pub(super) name: String,
    /// As [`Address`](patchbay_team_client::Address) writes it.
    pub(super) address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<WorkspaceAccount>,
    /// Where the server is besides, for when this address does not answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) nodes: Vec<Node>,
}

impl Kept {
    /// Whether its server is at this address.
    pub(super) fn is_at(&self, address: &str) -> bool {
        self.address == address || self.nodes.iter().any(|node| node.url == address)
    }
}

/// A node of a server, as the server tells of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Node {
    pub(super) url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<String>,
}

/// A tree as it was. Nothing is lost if a later version cannot read it: it is there again with the next connection.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeptTree {
    pub(super) as_of: Timestamp,
    pub(super) rows: TreeRows,
}

/// All that are kept.
pub(super) async fn all(unlocked: &Unlocked) -> Result<Vec<(WorkspaceId, Kept)>, CoreError> {
    let items = unlocked.vault().load(Kind::Workspace).await?;
    let read = items.iter().filter_map(|item| {
        let kept = serde_json::from_slice(&item.data);
        if kept.is_err() {
            // The error is not written down: it could repeat part of the item.
            tracing::warn!("a team server cannot be read and is left out");
        }
        Some((WorkspaceId::from_bytes(item.id), kept.ok()?))
    });
    Ok(read.collect())
}

/// What signs in to one; none if the person has signed out.
pub(super) async fn token(
    unlocked: &Unlocked,
    id: WorkspaceId,
) -> Result<Option<Secret<String>>, CoreError> {
    let data = unlocked.vault().get(Kind::WorkspaceSecret, *id.as_bytes(), Field::Main).await?;
    let text = data.map(|data| std::str::from_utf8(&data).map(|text| Secret::new(text.to_owned())));
    text.transpose().map_err(|_| CoreError::Internal("a secret is not text".into()))
}

/// What it showed last.
pub(super) async fn tree(unlocked: &Unlocked, id: WorkspaceId) -> Option<KeptTree> {
    let data = unlocked.vault().get(Kind::WorkspaceTree, *id.as_bytes(), Field::Main).await;
    let tree: KeptTree = serde_json::from_slice(&data.ok()??).ok()?;
    rows::is_whole(&tree.rows).then_some(tree)
}

/// What keeps a workspace.
pub(super) fn keep(id: WorkspaceId, kept: &Kept) -> Result<Change, CoreError> {
    Ok(put(Kind::Workspace, *id.as_bytes(), written(serde_json::to_vec(kept))?))
}

/// What keeps the sign-in, or forgets it with what was shown under it.
pub(super) fn keep_token(id: WorkspaceId, token: Option<&Secret<String>>) -> Vec<Change> {
    let (kind, id) = (Kind::WorkspaceSecret, *id.as_bytes());
    match token {
        Some(token) => {
            let data = Zeroizing::new(token.expose_secret().as_bytes().to_vec());
            vec![Change::Put { kind, id, field: Field::Main, data }]
        }
        None => vec![Change::Delete { kind, id }, Change::Delete { kind: Kind::WorkspaceTree, id }],
    }
}

/// What keeps what it shows.
pub(super) fn keep_tree(
    id: WorkspaceId,
    rows: &TreeRows,
    as_of: Timestamp,
) -> Result<Change, CoreError> {
    let tree = KeptTree { as_of, rows: rows.clone() };
    Ok(put(Kind::WorkspaceTree, *id.as_bytes(), written(serde_json::to_vec(&tree))?))
}

/// What forgets all of it.
pub(super) fn forget(id: WorkspaceId) -> Vec<Change> {
    let mut changes = keep_token(id, None);
    changes.push(Change::Delete { kind: Kind::Workspace, id: *id.as_bytes() });
    changes
}
