//! Host keys on record.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right};
use patchbay_model::{AlgorithmPolicy, ApiError, HostKeyId, HostKeyRecord};
use serde::Deserialize;
use specta::Type;

/// A host key to forget.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HostKeyRemove {
    /// Its id.
    pub(crate) id: HostKeyId,
}

/// An authority to put on record.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AuthorityAdd {
    /// The hosts it speaks for: patterns with `*` and `?`, separated by commas.
    pub(crate) patterns: String,
    /// Its public key, or a `@cert-authority` line of a `known_hosts` file.
    pub(crate) public_key: String,
}

pub(crate) async fn list(ctx: Ctx, _: NoArgs) -> Result<Vec<HostKeyRecord>, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.hostkeys().list(&vault).await?)
}

pub(crate) async fn remove(ctx: Ctx, args: HostKeyRemove) -> Result<(), ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.hostkeys().remove(&vault, args.id).await?)
}

pub(crate) async fn add_authority(ctx: Ctx, args: AuthorityAdd) -> Result<HostKeyRecord, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    let AuthorityAdd { patterns, public_key } = args;
    Ok(ctx.core.hostkeys().add_authority(&vault, &patterns, &public_key).await?)
}

pub(crate) async fn algorithms(_: Ctx, _: NoArgs) -> Result<AlgorithmPolicy, ApiError> {
    Ok(patchbay_core::sessions::algorithm_policy())
}
