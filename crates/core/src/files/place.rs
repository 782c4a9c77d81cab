//! Where a task works: this computer, or a machine whatever session leads to it.

use super::{disk::Disk, here::Here};
use crate::{
    Core, CoreError,
    sessions::{closing, files_again},
};
use patchbay_model::{FilePlace, NodeId, SessionId, SessionTarget};
use serde::{Deserialize, Serialize};
use std::sync::Weak;

/// A place that outlives the session a task was asked for in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Place {
    Here,
    Machine {
        node: NodeId,
        /// Used as long as it is there.
        #[serde(skip)]
        session: Option<SessionId>,
    },
}

impl Place {
    pub(super) fn of(core: &Core, place: FilePlace) -> Result<Self, CoreError> {
        let FilePlace::Machine { session } = place else { return Ok(Self::Here) };
        let info = core.files().session(session)?;
        match info.target {
            SessionTarget::Files { id } => Ok(Self::Machine { node: id, session: Some(session) }),
            _ => Err(CoreError::NotFound("session")),
        }
    }

    pub(super) const fn machine(&self) -> Option<NodeId> {
        match self {
            Self::Here => None,
            Self::Machine { node, .. } => Some(*node),
        }
    }

    /// Whether both are disks of the same machine.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.machine() == other.machine()
    }

    /// The disk, if that needs no new connection.
    pub(super) async fn disk_at_hand(&self, core: &Weak<Core>) -> Result<Disk, CoreError> {
        let core = core.upgrade().ok_or_else(closing)?;
        match self {
            Self::Here => Ok(Disk::Here(Here::new(core.config().home.clone()))),
            Self::Machine { session: None, .. } => Err(CoreError::NotFound("session")),
            Self::Machine { session: Some(session), .. } => core.files().over(*session).await,
        }
    }

    /// The disk, connecting again if need be. `asked` says that a person has just wished for it.
    pub(super) async fn disk(&self, core: &Weak<Core>, asked: bool) -> Result<Disk, CoreError> {
        match self {
            Self::Here => self.disk_at_hand(core).await,
            Self::Machine { node, session } => {
                Ok(Disk::Machine(files_again(core, *node, *session, asked).await?.into()))
            }
        }
    }
}
