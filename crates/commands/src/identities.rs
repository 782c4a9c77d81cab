//! Ways to sign in.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right, identities};
use patchbay_model::{
    ApiError, FilePlace, Identity, IdentityDraft, IdentityId, IdentitySecret, KeyInstalled, NodeId,
    PublicKeyInfo, Secret, SessionId,
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
    /// RSA with 3072 bits.
    Rsa3072,
    /// RSA with 4096 bits.
    Rsa4096,
    /// ECDSA on the curve P-256.
    EcdsaP256,
}

impl From<KeyAlgorithm> for identities::KeyAlgorithm {
    fn from(algorithm: KeyAlgorithm) -> Self {
        match algorithm {
            KeyAlgorithm::Ed25519 => Self::Ed25519,
            KeyAlgorithm::Rsa3072 => Self::Rsa3072,
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
    /// A folder or machine that it is for: a new one is kept where that is, here or on a team server.
    #[expect(dead_code, reason = "read where it is decided where a command runs")]
    pub(crate) near: Option<NodeId>,
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
    /// Why, where a team server asks for it; it reads this before the command runs.
    #[expect(dead_code, reason = "a team server reads it before the command runs")]
    #[serde(default)]
    pub(crate) reason: Option<String>,
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
    /// Stands at the end of the public key; without one it is the name and "(Patchbay)".
    pub(crate) comment: Option<String>,
    /// Encrypts the key within the vault as well.
    pub(crate) passphrase: Option<Secret<String>>,
    /// Names the attempt, for `identity_cancel_generate`.
    pub(crate) attempt: Option<String>,
    /// A folder or machine that it is for: a new one is kept where that is, here or on a team server.
    #[expect(dead_code, reason = "read where it is decided where a command runs")]
    pub(crate) near: Option<NodeId>,
}

/// Making a key that is to be given up.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GenerateCancel {
    /// The attempt's name.
    pub(crate) attempt: String,
}

/// A picture of a key.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyPicture {
    /// Eleven lines.
    pub(crate) picture: String,
}

/// A public key to write to a file.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PublicKeyExport {
    /// The identity.
    pub(crate) id: IdentityId,
    /// The file.
    pub(crate) path: String,
}

/// A private key to write to a file.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PrivateKeyExport {
    /// The identity.
    pub(crate) id: IdentityId,
    /// The file.
    pub(crate) path: String,
    /// Encrypts the key in the file.
    pub(crate) new_passphrase: Secret<String>,
    /// The passphrase of the vault, if it was not typed within the last minute.
    pub(crate) passphrase: Option<Secret<String>>,
}

/// A certificate to ask an authority for.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CertificateRequest {
    /// The identity.
    pub(crate) id: IdentityId,
    /// Names the certificate in the server's log.
    pub(crate) key_id: String,
    /// User names it is to be good for.
    pub(crate) principals: Vec<String>,
    /// For how long, as `ssh-keygen -V` takes it: `+52w`, `+8h`.
    pub(crate) validity: String,
    /// Write it to this file as well.
    pub(crate) path: Option<String>,
}

/// Text for an authority.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestText {
    /// The text.
    pub(crate) text: String,
}

/// Whether to ask about each use of a key.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AskOnUse {
    /// The identity.
    pub(crate) id: IdentityId,
    /// Ask.
    pub(crate) ask: bool,
}

/// A public key to install.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct KeyInstall {
    /// The identity.
    pub(crate) id: IdentityId,
    /// A session for files of the machine, which says the account.
    pub(crate) session: SessionId,
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
    let KeyGenerate { name, user, algorithm, comment, passphrase, attempt, .. } = args;
    let algorithm = algorithm.into();
    let key = identities::NewKey { name, user, algorithm, comment, passphrase, attempt };
    Ok(ctx.core.identities().generate(&vault, key).await?)
}

pub(crate) async fn cancel_generate(ctx: Ctx, args: GenerateCancel) -> Result<(), ApiError> {
    ctx.core.identities().cancel_generate(&args.attempt);
    Ok(())
}

pub(crate) async fn public_key(ctx: Ctx, args: IdentityRef) -> Result<PublicKeyInfo, ApiError> {
    let id = ctx.authorize_identity(args.id, Right::View)?;
    Ok(ctx.core.identities().public_key(&id).await?)
}

pub(crate) async fn picture(ctx: Ctx, args: IdentityRef) -> Result<KeyPicture, ApiError> {
    let id = ctx.authorize_identity(args.id, Right::View)?;
    Ok(KeyPicture { picture: ctx.core.identities().picture(&id).await? })
}

pub(crate) async fn export_public(ctx: Ctx, args: PublicKeyExport) -> Result<(), ApiError> {
    let id = ctx.authorize_identity(args.id, Right::View)?;
    Ok(ctx.core.identities().export_public(&id, &args.path).await?)
}

pub(crate) async fn export_private(ctx: Ctx, args: PrivateKeyExport) -> Result<(), ApiError> {
    let id = ctx.authorize_identity(args.id, Right::Reveal)?;
    let PrivateKeyExport { path, new_passphrase, passphrase, .. } = args;
    let identities = ctx.core.identities();
    Ok(identities.export_private(&id, &path, new_passphrase, passphrase.as_ref()).await?)
}

pub(crate) async fn certificate_request(
    ctx: Ctx,
    args: CertificateRequest,
) -> Result<RequestText, ApiError> {
    let id = ctx.authorize_identity(args.id, Right::View)?;
    let CertificateRequest { key_id, principals, validity, path, .. } = args;
    let wish = identities::CertificateWish { key_id, principals, validity };
    let identities = ctx.core.identities();
    if let Some(path) = path {
        identities.export_request(&id, wish.clone(), &path).await?;
    }
    Ok(RequestText { text: identities.certificate_request(&id, wish).await? })
}

pub(crate) async fn ask_on_use(ctx: Ctx, args: AskOnUse) -> Result<Identity, ApiError> {
    let id = ctx.authorize_identity(args.id, Right::Edit)?;
    Ok(ctx.core.identities().set_ask_on_use(&id, args.ask).await?)
}

pub(crate) async fn install(ctx: Ctx, args: KeyInstall) -> Result<KeyInstalled, ApiError> {
    let id = ctx.authorize_identity(args.id, Right::Use)?;
    let place = FilePlace::Machine { session: args.session };
    let files = ctx.authorize_files(place, Right::Edit)?;
    Ok(ctx.core.identities().install(&id, &files).await?)
}

pub(crate) async fn agent_keys(ctx: Ctx, _: NoArgs) -> Result<Vec<PublicKeyInfo>, ApiError> {
    Ok(ctx.core.identities().agent_keys().await?)
}
