//! What keeps items, be it a vault file or something else that keeps the same things.

use crate::{Change, Field, Item, Kind, OpenVault, StoreError};
use patchbay_model::VaultId;
use std::{fmt::Debug, future::Future, path::Path, pin::Pin};
use zeroize::Zeroizing;

/// What comes of asking for items.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps items, and knows nothing of what they mean.
pub trait Items: Debug + Send + Sync {
    /// Which items these are: what lies in files beside them is bound to it.
    fn id(&self) -> VaultId;

    /// Files that belong to the items lie beside this one, whether it exists or not.
    fn path(&self) -> &Path;

    /// Every item of a kind.
    fn load(&self, kind: Kind) -> Answer<'_, Vec<Item>>;

    /// One field of one item.
    fn get(&self, kind: Kind, id: [u8; 16], field: Field)
    -> Answer<'_, Option<Zeroizing<Vec<u8>>>>;

    /// Makes all changes, or none of them. They are kept for good when it returns.
    fn apply(&self, changes: Vec<Change>) -> Answer<'_, ()>;

    /// Wipes whatever opens them: every later call gives [`StoreError::Locked`].
    fn lock(&self);
}

impl Items for OpenVault {
    fn id(&self) -> VaultId {
        Self::id(self)
    }

    fn path(&self) -> &Path {
        Self::path(self)
    }

    fn load(&self, kind: Kind) -> Answer<'_, Vec<Item>> {
        Box::pin(Self::load(self, kind))
    }

    fn get(
        &self,
        kind: Kind,
        id: [u8; 16],
        field: Field,
    ) -> Answer<'_, Option<Zeroizing<Vec<u8>>>> {
        Box::pin(Self::get(self, kind, id, field))
    }

    fn apply(&self, changes: Vec<Change>) -> Answer<'_, ()> {
        Box::pin(Self::apply(self, changes))
    }

    fn lock(&self) {
        Self::lock(self);
    }
}
