//! Installing a public key on a machine, and proving that it lets in.
//!
//! The files of the machine are reached by a session like any other, so that its questions are asked in its tab. What is
//! proved is a second connection that offers this key and nothing else.

mod authorized_keys;
mod place;

use super::Identities;
use crate::{Authorized, CoreError, Right};
use patchbay_engine_ssh::Credential;
use patchbay_model::{ApiError, ErrorCode, FilePlace, IdentityId, KeyInstalled};
use place::Account;

impl Identities<'_> {
    /// Puts the identity's public key into the `authorized_keys` of the account that a session for files is signed in to,
    /// and signs in with it to see that it works.
    pub async fn install(
        &self,
        id: &Authorized<IdentityId>,
        files: &Authorized<FilePlace>,
    ) -> Result<KeyInstalled, CoreError> {
        let FilePlace::Machine { session } = *files.get() else {
            return Err(CoreError::invalid(
                "session",
                "A key is installed on a machine.",
                "Open the files of a machine first.",
            ));
        };
        let key = self.public_key(id).await?;
        let there = self.0.sessions().account(session)?;
        let account = Account { client: &there.client, machine: &there.title };
        let placed = account.place(&key.openssh).await?;
        let problem = self.proved(id, &there).await.err().map(ApiError::from);
        Ok(KeyInstalled {
            machine: there.title.to_string(),
            account: there.subtitle.clone(),
            path: crate::tree::shown(&String::from_utf8_lossy(&placed.path)).to_string(),
            added: placed.added,
            options: placed.options,
            problem,
            notes: placed.notes,
        })
    }

    async fn proved(
        &self,
        id: &Authorized<IdentityId>,
        there: &crate::sessions::Account,
    ) -> Result<(), CoreError> {
        let offered = self.sign_in(&Authorized::new(vec![*id.get()], Right::Use)).await?;
        let credential = match offered.credentials.into_iter().next() {
            // The certificate may let in where the key does not.
            Some(Credential::Key { text, passphrase, .. }) => {
                Credential::Key { text, passphrase, certificate: None }
            }
            Some(other) => other,
            None => return Err(CoreError::NotFound("key")),
        };
        match self.0.sessions().signs_in(there, credential).await {
            Err(CoreError::Api(error)) if error.code == ErrorCode::Cancelled => {
                let refused = ApiError::new(
                    ErrorCode::AuthFailed,
                    format!("{} does not let this key in yet.", there.title),
                );
                Err(CoreError::Api(Box::new(refused.next(
                    "The server may read keys from another place, or refuse this kind of key: its log says which.",
                ))))
            }
            done => done,
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
