//! What is different where the services work for somebody who sits elsewhere: on a team server.
//!
//! There the person has rights on each machine and no computer beneath: no shell, files, ports, agent or display of it,
//! and not every address may be dialled. Deliberately absent: who has which rights (the server knows).

use crate::{Core, CoreError, Right};
use patchbay_engine_ssh::Reach;
use patchbay_model::{IdentityId, NodeId};
use std::{collections::HashMap, fmt::Debug, sync::Arc};

/// What the person may do.
pub trait Rights: Debug + Send + Sync {
    /// With a folder or machine.
    fn node(&self, id: NodeId, right: Right) -> bool;

    /// Whether the secrets that are kept with it may be used for it.
    fn secrets(&self, id: NodeId) -> bool;

    /// With the tree as a whole, as to put something at its root.
    fn root(&self, right: Right) -> bool;

    /// With an identity.
    fn identity(&self, id: IdentityId, right: Right) -> bool;

    /// A node is about to be written as a copy of another one: what is kept elsewhere with that goes along.
    fn copying(&self, from: NodeId, to: NodeId);
}

/// How the services are kept apart from the computer that they run on.
#[derive(Clone, Debug)]
pub struct Served {
    /// What the person may do.
    pub rights: Arc<dyn Rights>,
    /// Which addresses may be dialled.
    pub reach: Reach,
}

impl Core {
    fn served(&self) -> Option<&Served> {
        self.config().served.as_ref()
    }

    /// Which addresses may be dialled from here.
    pub(crate) fn reach(&self) -> Reach {
        self.served().map(|served| served.reach.clone()).unwrap_or_default()
    }

    /// Whether this computer is the person's own.
    pub(crate) fn is_own(&self) -> bool {
        self.served().is_none()
    }

    /// Fails where this computer is not the person's own.
    pub(crate) fn own_computer(&self, what: &str) -> Result<(), CoreError> {
        if self.is_own() {
            return Ok(());
        }
        Err(CoreError::Forbidden(format!("{what} of the team server")))
    }

    pub(crate) fn may_node(&self, id: NodeId, right: Right) -> Result<(), CoreError> {
        match self.served() {
            Some(served) if !served.rights.node(id, right) => Err(forbidden(right, "this machine")),
            _ => Ok(()),
        }
    }

    pub(crate) fn may_use_secrets(&self, id: NodeId) -> bool {
        self.served().is_none_or(|served| served.rights.secrets(id))
    }

    pub(crate) fn copying(&self, copies: &HashMap<NodeId, NodeId>) {
        let Some(served) = self.served() else { return };
        for (from, to) in copies {
            served.rights.copying(*from, *to);
        }
    }

    pub(crate) fn may_folder(&self, id: Option<NodeId>, right: Right) -> Result<(), CoreError> {
        match (self.served(), id) {
            (_, Some(id)) => self.may_node(id, right),
            (Some(served), None) if !served.rights.root(right) => {
                Err(forbidden(right, "the list of machines"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn may_identity(&self, id: IdentityId, right: Right) -> Result<(), CoreError> {
        match self.served() {
            Some(served) if !served.rights.identity(id, right) => {
                Err(forbidden(right, "this identity"))
            }
            _ => Ok(()),
        }
    }
}

fn forbidden(right: Right, thing: &str) -> CoreError {
    let verb = match right {
        Right::View => "see",
        Right::Use => "connect with",
        Right::Edit => "change",
        Right::Reveal => "see the secrets of",
    };
    CoreError::Forbidden(format!("{verb} {thing}"))
}
