//! Making keys. An RSA key takes seconds to a minute, so it can be given up.

use super::{Identities, KeyAlgorithm};
use crate::{Authorized, CoreError, WholeVault, sync};
use patchbay_engine_ssh::keys;
use patchbay_model::{ApiError, ErrorCode, Identity, IdentityDraft, IdentityKind, Secret};
use std::{collections::HashMap, sync::Mutex, thread};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// A comment stands at the end of a line.
const LONGEST_COMMENT: usize = 200;

/// Keys that are being made, by the name the caller gave the attempt.
#[derive(Debug, Default)]
pub(crate) struct Making(pub(super) Mutex<HashMap<String, CancellationToken>>);

/// A key to make.
#[derive(Debug)]
pub struct NewKey {
    /// Name of the identity.
    pub name: String,
    /// Its user name.
    pub user: Option<String>,
    /// What kind of key.
    pub algorithm: KeyAlgorithm,
    /// Stands at the end of the public key; without one it is the name and "(Patchbay)".
    pub comment: Option<String>,
    /// Encrypts the key within the vault as well.
    pub passphrase: Option<Secret<String>>,
    /// Names the attempt, so that it can be given up.
    pub attempt: Option<String>,
}

impl Identities<'_> {
    /// Makes a new key pair and keeps it.
    pub async fn generate(
        &self,
        vault: &Authorized<WholeVault>,
        key: NewKey,
    ) -> Result<Identity, CoreError> {
        let NewKey { name, user, algorithm, comment, passphrase, attempt } = key;
        let name = crate::tree::check_name(&name)?;
        let comment = match comment.map(|text| text.trim().to_owned()) {
            Some(text) if !text.is_empty() => checked(text)?,
            _ => format!("{name} (Patchbay)"),
        };
        let protect = passphrase.clone();
        let (sender, making) = oneshot::channel();
        // A thread of its own: the search for primes cannot be stopped from outside, so one that was given up goes on for
        // some seconds, and neither the end of the app nor anything else is to wait for it.
        let search = move || sender.send(keys::generate(algorithm, &comment, protect.as_ref()));
        thread::Builder::new()
            .name("making a key".into())
            .spawn(search)
            .map_err(|error| CoreError::Internal(error.to_string()))?;
        let cancel = CancellationToken::new();
        let attempt = attempt.map(|attempt| Attempt::begin(self, attempt, &cancel));
        let made = tokio::select! {
            made = making => made.map_err(|stopped| CoreError::Internal(stopped.to_string()))?,
            () = cancel.cancelled() => return Err(CoreError::Api(Box::new(ApiError::new(
                ErrorCode::Cancelled,
                "Making the key was cancelled.",
            )))),
        };
        drop(attempt);
        let generated =
            made.map_err(|error| CoreError::Api(Box::new(error.api_error("this computer"))))?;
        let draft = IdentityDraft {
            id: None,
            name,
            user,
            kind: IdentityKind::Key,
            password: None,
            private_key: Some(generated.private_key),
            passphrase,
            certificate: None,
            agent_fingerprint: None,
        };
        self.add(vault, draft).await
    }

    /// Gives up making a key; nothing is kept of it. One that is made already stays.
    pub fn cancel_generate(&self, attempt: &str) {
        if let Some(cancel) = sync::lock(&self.0.making.0).get(attempt) {
            cancel.cancel();
        }
    }
}

/// An attempt that can be given up for as long as this lives.
struct Attempt<'a>(&'a Making, String);

impl<'a> Attempt<'a> {
    fn begin(identities: &Identities<'a>, name: String, cancel: &CancellationToken) -> Self {
        let making = &identities.0.making;
        sync::lock(&making.0).insert(name.clone(), cancel.clone());
        Self(making, name)
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        sync::lock(&self.0.0).remove(&self.1);
    }
}

fn checked(comment: String) -> Result<String, CoreError> {
    if comment.chars().count() > LONGEST_COMMENT || comment.chars().any(char::is_control) {
        return Err(CoreError::invalid(
            "comment",
            "A comment is one line of at most 200 characters.",
            "Shorten it, or leave it empty.",
        ));
    }
    Ok(comment)
}
