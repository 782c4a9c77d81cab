//! Ways to sign in, shared between entries.

use crate::{Core, CoreError};
use patchbay_model::IdentityId;

/// Ways to sign in.
#[derive(Clone, Copy, Debug)]
pub struct Identities<'a>(pub(crate) &'a Core);

impl Identities<'_> {
    /// Fails unless the identity is there.
    pub(crate) fn require(&self, _id: IdentityId) -> Result<(), CoreError> {
        self.0.vault().unlocked()?;
        Err(CoreError::NotFound("identity"))
    }
}
