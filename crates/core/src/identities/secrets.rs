//! The secrets of an identity: kept in rows of their own, read one at a time, shown only to whoever proves themselves.

use super::{Identities, known};
use crate::{Authorized, CoreError, sync, vault::Unlocked};
use patchbay_engine_ssh::Credential;
use patchbay_model::{IdentityId, IdentityKind, IdentitySecret, Secret};
use patchbay_store::{Change, Field, Kind};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What to sign in with.
#[derive(Clone, Debug, Default)]
pub struct SignIn {
    /// The user name of the first identity that has one.
    pub user: Option<String>,
    /// In the order they are to be tried.
    pub credentials: Vec<Credential>,
}

/// All secrets of one identity.
#[derive(Default)]
pub(crate) struct Secrets {
    pub(crate) password: Option<Secret<String>>,
    pub(crate) private_key: Option<Secret<String>>,
    pub(crate) passphrase: Option<Secret<String>>,
}

impl Secrets {
    pub(crate) async fn load(unlocked: &Unlocked, id: IdentityId) -> Result<Self, CoreError> {
        Ok(Self {
            password: one(unlocked, id, Field::Password).await?,
            private_key: one(unlocked, id, Field::PrivateKey).await?,
            passphrase: one(unlocked, id, Field::Passphrase).await?,
        })
    }

    /// What to write so that these are the secrets and there are no others.
    pub(super) fn changes(self, id: IdentityId) -> Vec<Change> {
        let id = *id.as_bytes();
        let kind = Kind::IdentitySecret;
        let mut changes = vec![Change::Delete { kind, id }];
        let fields = [
            (Field::Password, self.password),
            (Field::PrivateKey, self.private_key),
            (Field::Passphrase, self.passphrase),
        ];
        for (field, secret) in fields {
            if let Some(secret) = secret {
                let data = Zeroizing::new(secret.expose_secret().as_bytes().to_vec());
                changes.push(Change::Put { kind, id, field, data });
            }
        }
        changes
    }
}

pub(super) async fn one(
    unlocked: &Unlocked,
    id: IdentityId,
    field: Field,
) -> Result<Option<Secret<String>>, CoreError> {
    let data = unlocked.vault().get(Kind::IdentitySecret, *id.as_bytes(), field).await?;
    let text = data.map(|data| std::str::from_utf8(&data).map(|text| Secret::new(text.to_owned())));
    text.transpose().map_err(|_| CoreError::Internal("a secret is not text".into()))
}

impl Identities<'_> {
    /// What these identities offer to a server, in their order. The proof comes with a way to a machine.
    pub async fn sign_in(
        &self,
        identities: &Authorized<Vec<IdentityId>>,
    ) -> Result<SignIn, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let mut sign_in = SignIn::default();
        for id in identities.get() {
            // One that was deleted meanwhile offers nothing; the others still do.
            let Some(stored) = sync::read(unlocked.identities()).get(id).cloned() else { continue };
            sign_in.user = sign_in.user.or(stored.user);
            let secrets = Secrets::load(&unlocked, *id).await?;
            let credential = match stored.kind {
                IdentityKind::Password => secrets.password.map(Credential::Password),
                IdentityKind::Key => secrets.private_key.map(|text| Credential::Key {
                    text,
                    passphrase: secrets.passphrase,
                    certificate: stored.certificate.map(|certificate| certificate.text),
                }),
                IdentityKind::Agent => {
                    Some(Credential::Agent { fingerprint: stored.agent_fingerprint })
                }
            };
            sign_in.credentials.extend(credential);
        }
        Ok(sign_in)
    }

    /// Fails unless the passphrase of the vault was typed within the last minute, or is given now.
    pub(super) async fn prove(
        &self,
        passphrase: Option<&Secret<String>>,
    ) -> Result<Arc<Unlocked>, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        match passphrase.filter(|passphrase| !passphrase.expose_secret().is_empty()) {
            Some(passphrase) => self.0.vault().prove("passphrase", passphrase).await?,
            None if unlocked.is_proved(self.0.clock().now()) => {}
            None => return Err(CoreError::NeedsPassphrase),
        }
        Ok(unlocked)
    }

    /// A secret, for the person to see or copy. The passphrase of the vault must have been typed within the last
    /// minute, or be given now.
    pub async fn reveal(
        &self,
        id: &Authorized<IdentityId>,
        secret: IdentitySecret,
        passphrase: Option<&Secret<String>>,
    ) -> Result<Secret<String>, CoreError> {
        let unlocked = self.prove(passphrase).await?;
        let name = known(&unlocked, *id.get())?.name;
        let (field, what) = match secret {
            IdentitySecret::Password => (Field::Password, "password"),
            IdentitySecret::PrivateKey => (Field::PrivateKey, "private key"),
            IdentitySecret::Passphrase => (Field::Passphrase, "passphrase"),
        };
        one(&unlocked, *id.get(), field).await?.ok_or_else(|| {
            CoreError::invalid(
                "secret",
                format!("“{name}” has no {what}."),
                "Edit the identity to add one.",
            )
        })
    }
}
