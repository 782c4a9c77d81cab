//! What identities offer to other programs through Patchbay's agent: their public halves at any time, and a signature at a
//! time.

use super::{Identities, known, secrets::Secrets};
use crate::{CoreError, sync};
use patchbay_engine_ssh::agent_server;
use patchbay_model::{IdentityId, IdentityKind};

/// A key of the vault that other programs may be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Offered {
    pub(crate) id: IdentityId,
    /// What the identity is called; the comment programs show.
    pub(crate) name: String,
    /// `SHA256:…`.
    pub(crate) fingerprint: String,
    /// Whether the person is asked about each use.
    pub(crate) ask: bool,
    /// The key and its certificate, in the form they travel in.
    pub(crate) blobs: Vec<Vec<u8>>,
}

impl Identities<'_> {
    /// The keys there are, by name. None while the vault is locked. A key that is not readable without a passphrase nobody
    /// kept is not among them.
    pub(crate) fn offered(&self) -> Vec<Offered> {
        let Ok(unlocked) = self.0.vault().unlocked() else { return Vec::new() };
        let identities = sync::read(unlocked.identities());
        let mut list: Vec<Offered> = identities
            .iter()
            .filter(|(_, stored)| stored.kind == IdentityKind::Key)
            .filter_map(|(id, stored)| {
                let key = stored.public_key.as_ref()?;
                let lines =
                    [Some(&key.openssh), stored.certificate.as_ref().map(|known| &known.text)];
                let blobs = lines.into_iter().flatten();
                Some(Offered {
                    id: *id,
                    name: stored.name.clone(),
                    fingerprint: key.fingerprint.clone(),
                    ask: stored.ask_on_use,
                    blobs: blobs.filter_map(|line| agent_server::blob(line).ok()).collect(),
                })
            })
            .collect();
        list.sort_by_cached_key(|offered| (offered.name.to_lowercase(), offered.id));
        list
    }

    /// Signs with an identity's key; which hash an RSA key takes is in the flags.
    pub(crate) async fn sign(
        &self,
        id: IdentityId,
        data: Vec<u8>,
        flags: u32,
    ) -> Result<Vec<u8>, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        known(&unlocked, id)?;
        let secrets = Secrets::load(&unlocked, id).await?;
        let text = secrets.private_key.ok_or(CoreError::NotFound("key"))?;
        tokio::task::spawn_blocking(move || {
            agent_server::sign(&text, secrets.passphrase.as_ref(), &data, flags)
        })
        .await
        .map_err(|stopped| CoreError::Internal(stopped.to_string()))?
        .map_err(|error| CoreError::Api(Box::new(error.api_error("the key"))))
    }
}
