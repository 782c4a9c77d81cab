//! Who asks, and proof that they may.

use crate::{Core, CoreError};
use patchbay_model::{FilePlace, IdentityId, MovePlace, NodeId};
use std::sync::Arc;

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Actor {
    /// The person at this computer, who owns the vault.
    Person,
}

/// What somebody wants to do with a thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Right {
    /// Look at it.
    View,
    /// Connect with it.
    Use,
    /// Change, move or delete it, or put something into it.
    Edit,
    /// See its secrets.
    Reveal,
}

/// Proof that the actor may do something with a thing.
///
/// Only [`Ctx`] makes one, so a service that takes it cannot be called without the question having been asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authorized<T> {
    thing: T,
    right: Right,
}

impl<T> Authorized<T> {
    pub(crate) const fn new(thing: T, right: Right) -> Self {
        Self { thing, right }
    }

    /// The thing.
    pub const fn get(&self) -> &T {
        &self.thing
    }

    /// What was allowed.
    pub const fn right(&self) -> Right {
        self.right
    }
}

impl<T: Clone> Authorized<Vec<T>> {
    /// The same proof for each of the things.
    pub fn each(&self) -> impl Iterator<Item = Authorized<T>> {
        self.thing.iter().map(|thing| Authorized::new(thing.clone(), self.right))
    }
}

/// The whole vault, as a thing one may have rights on: its settings, host keys and lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WholeVault;

/// A caller and the services it calls.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// The services.
    pub core: Arc<Core>,
    /// Who asks.
    pub actor: Actor,
}

impl Ctx {
    /// The person at this computer.
    #[must_use]
    pub const fn person(core: Arc<Core>) -> Self {
        Self { core, actor: Actor::Person }
    }

    /// May the actor do this with a node? In a vault on this computer the owner may do everything, so it fails only
    /// when the vault is locked or the node is gone.
    pub fn authorize(&self, id: NodeId, right: Right) -> Result<Authorized<NodeId>, CoreError> {
        self.core.tree().require(id)?;
        self.core.may_node(id, right)?;
        Ok(Authorized::new(id, right))
    }

    /// The same for several nodes at once.
    pub fn authorize_all(
        &self,
        ids: &[NodeId],
        right: Right,
    ) -> Result<Authorized<Vec<NodeId>>, CoreError> {
        for id in ids {
            self.core.tree().require(*id)?;
            self.core.may_node(*id, right)?;
        }
        Ok(Authorized::new(ids.to_vec(), right))
    }

    /// The same for a folder something is to be put into; `None` is the root.
    pub fn authorize_folder(
        &self,
        folder: Option<NodeId>,
        right: Right,
    ) -> Result<Authorized<Option<NodeId>>, CoreError> {
        self.core.tree().require_folder(folder)?;
        self.core.may_folder(folder, right)?;
        Ok(Authorized::new(folder, right))
    }

    /// The same for a place something is to be moved to.
    pub fn authorize_place(
        &self,
        place: MovePlace,
        right: Right,
    ) -> Result<Authorized<MovePlace>, CoreError> {
        match place {
            MovePlace::Before { id } | MovePlace::After { id } => {
                self.core.tree().require(id)?;
                self.core.may_folder(self.core.tree().parent(id)?, right)?;
            }
            MovePlace::EndOf { folder } => {
                self.core.tree().require_folder(folder)?;
                self.core.may_folder(folder, right)?;
            }
        }
        Ok(Authorized::new(place, right))
    }

    /// The same for the files of this computer or of a machine: the session was opened by who may use the machine.
    pub fn authorize_files(
        &self,
        place: FilePlace,
        right: Right,
    ) -> Result<Authorized<FilePlace>, CoreError> {
        self.core.files().require(place)?;
        Ok(Authorized::new(place, right))
    }

    /// The same for an identity.
    pub fn authorize_identity(
        &self,
        id: IdentityId,
        right: Right,
    ) -> Result<Authorized<IdentityId>, CoreError> {
        self.core.identities().require(id)?;
        self.core.may_identity(id, right)?;
        Ok(Authorized::new(id, right))
    }

    /// The same for the vault as a whole.
    pub fn authorize_vault(&self, right: Right) -> Result<Authorized<WholeVault>, CoreError> {
        self.core.vault().unlocked()?;
        Ok(Authorized::new(WholeVault, right))
    }
}
