//! Ways to sign in.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right, identities};
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

impl From<KeyAlgorithm> for identities::KeyAlgorithm {
    fn from(algorithm: KeyAlgorithm) -> Self {
        match algorithm {
            KeyAlgorithm::Ed25519 => Self::Ed25519,
            KeyAlgorithm::Rsa4096 => Self::Rsa4096,
            KeyAlgorithm::EcdsaP256 => Self::EcdsaP256,
        }
    }
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

pub(crate) async fn list(ctx: Ctx, _: NoArgs) -> Result<Vec<Identity>, ApiError> {
    Ok(ctx.core.identities().list(&ctx.authorize_vault(Right::View)?)?)
}

pub(crate) async fn save(ctx: Ctx, args: IdentitySave) -> Result<Identity, ApiError> {
    let identities = ctx.core.identities();
    Ok(match args.draft.id {
        Some(id) => {
            identities.change(&ctx.authorize_identity(id, Right::Edit)?, args.draft).await?
        }
        None => identities.add(&ctx.authorize_vault(Right::Edit)?, args.draft).await?,
    })
}

pub(crate) async fn delete(ctx: Ctx, args: IdentityDelete) -> Result<(), ApiError> {
    let id = ctx.authorize_identity(args.id, Right::Edit)?;
    Ok(ctx.core.identities().delete(&id, args.force.unwrap_or_default()).await?)
}

pub(crate) async fn used_by(ctx: Ctx, args: IdentityRef) -> Result<Vec<NodeName>, ApiError> {
    let users = ctx.core.identities().used_by(&ctx.authorize_identity(args.id, Right::View)?)?;
    Ok(users.into_iter().map(|(id, name)| NodeName { id, name }).collect())
}

pub(crate) async fn inspect_key(ctx: Ctx, args: KeyToInspect) -> Result<PublicKeyInfo, ApiError> {
    Ok(ctx.core.identities().inspect(args.private_key, args.passphrase).await?)
}

pub(crate) async fn reveal(ctx: Ctx, args: IdentityReveal) -> Result<RevealedText, ApiError> {
    let id = ctx.authorize_identity(args.id, Right::Reveal)?;
    let secret = ctx.core.identities().reveal(&id, args.secret, args.passphrase.as_ref()).await?;
    Ok(RevealedText { text: secret.expose_secret().clone() })
}

pub(crate) async fn generate_key(ctx: Ctx, args: KeyGenerate) -> Result<Identity, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    let KeyGenerate { name, user, algorithm, passphrase } = args;
    Ok(ctx.core.identities().generate(&vault, name, user, algorithm.into(), passphrase).await?)
}

pub(crate) async fn agent_keys(ctx: Ctx, _: NoArgs) -> Result<Vec<PublicKeyInfo>, ApiError> {
    Ok(ctx.core.identities().agent_keys().await?)
}
