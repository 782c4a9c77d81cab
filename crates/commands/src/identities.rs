//! Ways to sign in.

use crate::framework::{NoArgs, not_yet};
use patchbay_core::Ctx;
use patchbay_model::{
    ApiError, Identity, IdentityDraft, IdentityId, IdentitySecret, NodeId, PublicKeyInfo, Secret,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// The name of a machine or folder.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NodeName {
    /// Its id.
    pub(crate) id: NodeId,
    /// Its name.
    pub(crate) name: String,
}

/// A secret in the open.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RevealedText {
    /// The secret.
    pub(crate) text: String,
}

/// What kind of key to make.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum KeyAlgorithm {
    /// Ed25519.
    Ed25519,
    /// RSA with 4096 bits.
    Rsa4096,
    /// ECDSA on the curve P-256.
    EcdsaP256,
}

/// An identity to add or change.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IdentitySave {
    /// All its fields; secrets only where they change.
    pub(crate) draft: IdentityDraft,
}

/// An identity to delete.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IdentityDelete {
    /// Its id.
    pub(crate) id: IdentityId,
    /// Even if machines use it.
    pub(crate) force: Option<bool>,
}

/// An identity.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IdentityRef {
    /// Its id.
    pub(crate) id: IdentityId,
}

/// A private key to look at.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct KeyToInspect {
    /// Its text.
    pub(crate) private_key: Secret<String>,
    /// Its passphrase, if it has one.
    pub(crate) passphrase: Option<Secret<String>>,
}

/// A secret to show.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IdentityReveal {
    /// The identity.
    pub(crate) id: IdentityId,
    /// Which of its secrets.
    pub(crate) secret: IdentitySecret,
    /// The passphrase of the vault, if it was not typed within the last minute.
    pub(crate) passphrase: Option<Secret<String>>,
}

/// A key pair to make.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct KeyGenerate {
    /// Name of the identity.
    pub(crate) name: String,
    /// Its user name.
    pub(crate) user: Option<String>,
    /// What kind of key.
    pub(crate) algorithm: KeyAlgorithm,
    /// Encrypts the key within the vault as well.
    pub(crate) passphrase: Option<Secret<String>>,
}

pub(crate) async fn list(_ctx: Ctx, _: NoArgs) -> Result<Vec<Identity>, ApiError> {
    Err(not_yet())
}

pub(crate) async fn save(_ctx: Ctx, _: IdentitySave) -> Result<Identity, ApiError> {
    Err(not_yet())
}

pub(crate) async fn delete(_ctx: Ctx, _: IdentityDelete) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn used_by(_ctx: Ctx, _: IdentityRef) -> Result<Vec<NodeName>, ApiError> {
    Err(not_yet())
}

pub(crate) async fn inspect_key(_ctx: Ctx, _: KeyToInspect) -> Result<PublicKeyInfo, ApiError> {
    Err(not_yet())
}

pub(crate) async fn reveal(_ctx: Ctx, _: IdentityReveal) -> Result<RevealedText, ApiError> {
    Err(not_yet())
}

pub(crate) async fn generate_key(_ctx: Ctx, _: KeyGenerate) -> Result<Identity, ApiError> {
    Err(not_yet())
}

pub(crate) async fn agent_keys(_ctx: Ctx, _: NoArgs) -> Result<Vec<PublicKeyInfo>, ApiError> {
    Err(not_yet())
}
