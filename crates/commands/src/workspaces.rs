//! Team servers whose machines are shown here.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right};
use patchbay_model::{
    ApiError, HandoffId, Secret, WorkspaceDoor, WorkspaceEntry, WorkspaceHandoff, WorkspaceId,
    WorkspaceInfo, WorkspaceInvitation, WorkspaceOffer,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::{Type, Types, datatype::DataType};
use specta_typescript::Unknown;

/// Any JSON at all.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct AnyJson(Value);

impl Type for AnyJson {
    fn definition(types: &mut Types) -> DataType {
        <Unknown>::definition(types)
    }
}

/// Where a team server may be.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkspaceLook {
    /// `host`, `host:port`, `https://…`, or a link to join.
    pub(crate) address: String,
}

/// A link to join a team server.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkspaceLink {
    /// As looking gave it.
    pub(crate) address: String,
    /// As looking gave it, once the person has compared it.
    pub(crate) fingerprint: Option<String>,
    /// As looking gave it.
    pub(crate) token: Secret<String>,
}

/// A team server to add.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkspaceAdd {
    /// As looking gave it.
    pub(crate) address: String,
    /// As looking gave it, once the person has compared it.
    pub(crate) fingerprint: Option<String>,
    /// How to get in.
    pub(crate) entry: WorkspaceEntry,
}

/// A team server.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkspaceRef {
    /// Its id.
    pub(crate) id: WorkspaceId,
}

/// A sign-in at a team server that was added before.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkspaceSignIn {
    /// The server.
    pub(crate) id: WorkspaceId,
    /// Name of the account.
    pub(crate) name: String,
    /// Its password.
    pub(crate) password: Secret<String>,
    /// A one-time password or a recovery code, where one is asked for.
    pub(crate) code: Option<Secret<String>>,
}

/// A team server to sign in to with the browser.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkspaceBrowserBegin {
    /// Which.
    pub(crate) door: WorkspaceDoor,
}

/// A request that is answered in a browser.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkspaceBrowserRef {
    /// As beginning gave it.
    pub(crate) id: HandoffId,
}

/// Another certificate of a team server.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkspaceTrust {
    /// The server.
    pub(crate) id: WorkspaceId,
    /// Of the certificate, as the person has compared it.
    pub(crate) fingerprint: String,
}

/// A request to a team server.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkspaceRequest {
    /// The server.
    pub(crate) id: WorkspaceId,
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub(crate) method: String,
    /// Below `/api/v1`, as `/me/tokens`; may have a query.
    pub(crate) path: String,
    /// What is sent along.
    pub(crate) body: Option<AnyJson>,
}

pub(crate) async fn list(ctx: Ctx, _: NoArgs) -> Result<Vec<WorkspaceInfo>, ApiError> {
    Ok(ctx.core.workspaces().list(&ctx.authorize_vault(Right::View)?))
}

pub(crate) async fn look(ctx: Ctx, args: WorkspaceLook) -> Result<WorkspaceOffer, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.workspaces().look(&vault, &args.address).await?)
}

pub(crate) async fn invitation(
    ctx: Ctx,
    args: WorkspaceLink,
) -> Result<WorkspaceInvitation, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    let WorkspaceLink { address, fingerprint, token } = args;
    Ok(ctx.core.workspaces().invitation(&vault, &address, fingerprint, &token).await?)
}

pub(crate) async fn add(ctx: Ctx, args: WorkspaceAdd) -> Result<WorkspaceInfo, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    let WorkspaceAdd { address, fingerprint, entry } = args;
    Ok(ctx.core.workspaces().add(&vault, &address, fingerprint, entry).await?)
}

pub(crate) async fn sign_in(ctx: Ctx, args: WorkspaceSignIn) -> Result<WorkspaceInfo, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    let WorkspaceSignIn { id, name, password, code } = args;
    let entry = WorkspaceEntry::SignIn { name, password, code };
    Ok(ctx.core.workspaces().sign_in(&vault, id, entry).await?)
}

pub(crate) async fn browser_begin(
    ctx: Ctx,
    args: WorkspaceBrowserBegin,
) -> Result<WorkspaceHandoff, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.workspaces().begin_handoff(&vault, args.door).await?)
}

pub(crate) async fn browser_wait(
    ctx: Ctx,
    args: WorkspaceBrowserRef,
) -> Result<WorkspaceInfo, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.workspaces().handed_over(&vault, args.id).await?)
}

pub(crate) async fn browser_cancel(ctx: Ctx, args: WorkspaceBrowserRef) -> Result<(), ApiError> {
    ctx.core.workspaces().give_up_handoff(args.id).await;
    Ok(())
}

pub(crate) async fn sign_out(ctx: Ctx, args: WorkspaceRef) -> Result<(), ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.workspaces().sign_out(&vault, args.id).await?)
}

pub(crate) async fn remove(ctx: Ctx, args: WorkspaceRef) -> Result<(), ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.workspaces().remove(&vault, args.id).await?)
}

pub(crate) async fn retry(ctx: Ctx, args: WorkspaceRef) -> Result<(), ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.workspaces().retry(&vault, args.id)?)
}

pub(crate) async fn trust(ctx: Ctx, args: WorkspaceTrust) -> Result<WorkspaceInfo, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.workspaces().trust(&vault, args.id, &args.fingerprint).await?)
}

pub(crate) async fn request(ctx: Ctx, args: WorkspaceRequest) -> Result<AnyJson, ApiError> {
    let vault = ctx.authorize_vault(Right::Use)?;
    let WorkspaceRequest { id, method, path, body } = args;
    let body = body.map(|AnyJson(body)| body);
    Ok(AnyJson(ctx.core.workspaces().request(&vault, id, &method, &path, body).await?))
}
