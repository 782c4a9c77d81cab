//! Ways to sign in, shared between entries.
//!
//! What is not secret is in memory while the vault is open; secrets are read from it only to sign in or to be shown.
//! Deliberately absent: reading keys and speaking to agents (`patchbay-engine-ssh`).

mod draft;
mod export;
mod install;
mod making;
mod offered;
mod secrets;
mod stored;

#[cfg(test)]
mod tests;

pub use export::CertificateWish;
pub(crate) use making::Making;
pub use making::NewKey;
pub(crate) use offered::Offered;
pub use patchbay_engine_ssh::keys::KeyAlgorithm;
pub use secrets::SignIn;
pub(crate) use stored::StoredIdentity;
pub use stored::name_of;

use crate::{
    Authorized, Core, CoreError, WholeVault, sync,
    tree::Step,
    vault::{Unlocked, put, written},
};
use patchbay_engine_ssh::{SshError, agent_keys, keys};
use patchbay_model::{Identity, IdentityDraft, IdentityId, NodeId, PublicKeyInfo, Secret};
use patchbay_store::{Change, Kind};
pub(crate) use secrets::Secrets;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Ways to sign in.
#[derive(Clone, Copy, Debug)]
pub struct Identities<'a>(pub(crate) &'a Core);

impl Identities<'_> {
    pub(crate) fn require(&self, id: IdentityId) -> Result<(), CoreError> {
        known(&*self.0.vault().unlocked()?, id).map(drop)
    }

    /// All identities, by name.
    pub fn list(&self, _vault: &Authorized<WholeVault>) -> Result<Vec<Identity>, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let uses = uses(&unlocked);
        let identities = sync::read(unlocked.identities());
        let mut list: Vec<Identity> = identities
            .iter()
            .map(|(id, stored)| stored.shown(*id, uses.get(id).copied().unwrap_or_default()))
            .collect();
        list.sort_by_cached_key(|identity| (identity.name.to_lowercase(), identity.id));
        Ok(list)
    }

    /// Adds an identity.
    pub async fn add(
        &self,
        _vault: &Authorized<WholeVault>,
        draft: IdentityDraft,
    ) -> Result<Identity, CoreError> {
        self.save(IdentityId::new(), draft).await
    }

    /// Changes an identity. Secrets the draft does not name stay as they are.
    pub async fn change(
        &self,
        id: &Authorized<IdentityId>,
        draft: IdentityDraft,
    ) -> Result<Identity, CoreError> {
        self.require(*id.get())?;
        self.save(*id.get(), draft).await
    }

    async fn save(&self, id: IdentityId, draft: IdentityDraft) -> Result<Identity, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        let old = sync::read(unlocked.identities()).get(&id).cloned();
        let kept = match &old {
            Some(_) => Secrets::load(&unlocked, id).await?,
            None => Secrets::default(),
        };
        let (stored, secrets) =
            tokio::task::spawn_blocking(move || draft::resolve(draft, old, kept))
                .await
                .map_err(|stopped| CoreError::Internal(stopped.to_string()))??;
        let mut changes =
            vec![put(Kind::Identity, *id.as_bytes(), written(serde_json::to_vec(&stored))?)];
        changes.extend(secrets.changes(id));
        unlocked.vault().apply(changes).await?;
        sync::write(unlocked.identities()).insert(id, stored.clone());
        Ok(stored.shown(id, uses(&unlocked).get(&id).copied().unwrap_or_default()))
    }

    /// Machines and folders that name an identity.
    pub fn used_by(&self, id: &Authorized<IdentityId>) -> Result<Vec<(NodeId, String)>, CoreError> {
        self.0.tree().users_of(*id.get())
    }

    /// Deletes an identity with its secrets. One that is used is deleted only with `force`, and then taken out of the
    /// lists that name it.
    pub async fn delete(&self, id: &Authorized<IdentityId>, force: bool) -> Result<(), CoreError> {
        let id = *id.get();
        let name = known(&*self.0.vault().unlocked()?, id)?.name;
        let gone = vec![
            Change::Delete { kind: Kind::Identity, id: *id.as_bytes() },
            Change::Delete { kind: Kind::IdentitySecret, id: *id.as_bytes() },
        ];
        let plan = |users: &[String]| {
            if force || users.is_empty() {
                return Ok(());
            }
            let some: Vec<String> = users.iter().take(5).map(|user| format!("“{user}”")).collect();
            let more = users.len().saturating_sub(5);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            Err(CoreError::invalid(
                "id",
                format!("“{name}” is used by {}{more}.", some.join(", ")),
                "Give them another identity first, or delete it all the same: they then ask how to sign in.",
            ))
        };
        self.0.tree().forget_identity(id, gone, plan).await
    }

    /// What a private key is, without keeping it.
    pub async fn inspect(
        &self,
        text: Secret<String>,
        passphrase: Option<Secret<String>>,
    ) -> Result<PublicKeyInfo, CoreError> {
        tokio::task::spawn_blocking(move || keys::inspect(&text, passphrase.as_ref()))
            .await
            .map_err(|stopped| CoreError::Internal(stopped.to_string()))?
            .map_err(|error| draft::key_problem(&error))
    }

    /// Keys of the running SSH agent.
    pub async fn agent_keys(&self) -> Result<Vec<PublicKeyInfo>, CoreError> {
        agent_keys(None)
            .await
            .map_err(|error: SshError| CoreError::Api(Box::new(error.api_error("this computer"))))
    }
}

pub(crate) fn known(unlocked: &Unlocked, id: IdentityId) -> Result<StoredIdentity, CoreError> {
    sync::read(unlocked.identities()).get(&id).cloned().ok_or(CoreError::NotFound("identity"))
}

/// How many nodes name each identity.
fn uses(unlocked: &Arc<Unlocked>) -> HashMap<IdentityId, u32> {
    let mut uses = HashMap::new();
    for (_, node) in sync::read(unlocked.forest()).iter() {
        let named: HashSet<IdentityId> = node.named_identities().collect();
        for id in named {
            *uses.entry(id).or_default() += 1;
        }
    }
    uses
}

/// Takes an identity out of a node's list. The list stays, if empty: the node must not begin to offer what a folder
/// above has in place of what it had.
pub(crate) fn without(node: &crate::tree::Node, id: NodeId, identity: IdentityId) -> Step {
    let mut node = node.clone();
    if let Some(identities) = &mut node.settings_mut().identities {
        identities.retain(|other| *other != identity);
    }
    node.forget_managing_identity(identity);
    Step::Put(id, node)
}
