//! The nodes of the server: each says that it is there, and clients are told of all of them. One whose node is gone finds another.

use super::Team;
use patchbay_model::{ApiError, Timestamp};
use patchbay_team_store::Node;

/// One that has said nothing for so long is told of no more, in milliseconds. A client tries them one after the other, so that one
/// too many costs it a moment; and the clocks of nodes may differ.
const FORGOTTEN: i64 = 10 * 60 * 1000;

impl Team {
    /// Where people reach nodes of this server, this one among them; none if there is but one.
    pub(crate) async fn nodes(&self) -> Result<Vec<Node>, ApiError> {
        self.store.nodes(self.lately()).await.map_err(|error| error.api_error())
    }

    /// Says that this node is there.
    pub(super) async fn node_is_there(&self) {
        let Some(node) = &self.node else { return };
        if let Err(error) = self.store.node_is_there(node, self.now()).await {
            tracing::warn!(%error, "other nodes were not told of this one");
        }
    }

    /// This node ends.
    pub(super) async fn node_ends(&self) {
        let Some(node) = &self.node else { return };
        if let Err(error) = self.store.node_ends(&node.url, self.lately()).await {
            tracing::warn!(%error, "other nodes were not told that this one ends");
        }
    }

    fn lately(&self) -> Timestamp {
        Timestamp(self.now().0 - FORGOTTEN)
    }
}
