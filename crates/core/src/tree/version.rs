//! What a machine or folder says, as a short text: so that a save can tell whether somebody else was faster.
//!
//! Where it lies does not count: that somebody has moved it takes nothing from what is typed.

use super::forest::{Body, Node};
use crate::CoreError;
use data_encoding::HEXLOWER;
use patchbay_model::{ApiError, ErrorCode};
use sha2::{Digest as _, Sha256};

/// The version of what is there.
pub(super) fn of(body: &Body) -> String {
    let node = Node { parent: None, order: 0, body: body.clone() };
    // Every node can be written; one that could not would be the same as no other.
    let written = super::write_node(&node).unwrap_or_default();
    let digest = Sha256::digest(&written);
    HEXLOWER.encode(digest.get(..16).unwrap_or_default())
}

/// Fails if what is there is not what a change is based on.
pub(super) fn require(node: &Node, based_on: Option<&str>) -> Result<(), CoreError> {
    if based_on.is_none_or(|based_on| based_on == of(&node.body)) {
        return Ok(());
    }
    let error = ApiError::new(
        ErrorCode::Conflict,
        format!("“{}” was changed by somebody else meanwhile.", node.name()),
    )
    .next("Look at what they changed, then keep yours or take theirs.");
    Err(CoreError::Api(Box::new(error)))
}
