//! The audit log's checkpoints, and checking all of it.

use super::{Team, start::Beside};
use patchbay_model::{ApiError, ErrorCode};
use patchbay_team::{
    TeamError,
    audit::{Broken, Checkpoint, CheckpointKey, Head, Verified, Verifier},
    master::DataKeys,
};
use patchbay_team_store::{StoreError, TeamStore};

/// Under which name the key is kept and sealed that signs checkpoints.
const KEY: &str = "checkpoint key";
/// Records between two checkpoints, at most.
const RECORDS: i64 = 100;
/// Records that are checked at a time.
const PAGE: u32 = 1000;

impl Team {
    /// Signs where the log stands, if it has grown enough since the last time or `now` is wanted.
    pub(crate) async fn checkpoint(&self, now: bool) -> Result<(), ApiError> {
        let stored = |error: StoreError| error.api_error();
        let head = self.store.audit_head().await.map_err(stored)?;
        let signed = self.store.last_checkpoint().await.map_err(stored)?.unwrap_or_default();
        let grown = head.seq - signed;
        if grown == 0 || (grown < RECORDS && !now) {
            return Ok(());
        }
        let key = checkpoint_key(&self.store, &self.keys).await?;
        let checkpoint = Checkpoint::sign(head, self.now(), &key);
        self.store.put_checkpoint(checkpoint).await.map_err(stored)
    }

    /// Puts everything away.
    pub(crate) async fn end(&self) {
        self.members.dismiss(|_| true);
        self.write_uses().await;
        self.node_ends().await;
        if let Err(error) = self.checkpoint(true).await {
            tracing::warn!(error = %error.message, "the audit log was not signed at the end");
        }
    }
}

impl Beside {
    /// Checks the whole log, also against a head that was exported.
    ///
    /// # Errors
    /// What is broken, and where.
    pub async fn verify(&self, exported: Option<Head>) -> Result<Verified, ApiError> {
        let to_its_end = |_| std::future::ready(true);
        let checked = checked(&self.store, &self.keys, exported, to_its_end).await?;
        let stopped = || ApiError::new(ErrorCode::Internal, "The check was stopped.");
        checked.ok_or_else(stopped)?.map_err(|broken| found(&broken))
    }
}

/// Checks a whole log, telling `goes_on` from time to time how many records were looked at. It ends without a result as soon as that
/// does not want more.
pub(super) async fn checked<F: Future<Output = bool>>(
    store: &TeamStore,
    keys: &DataKeys,
    exported: Option<Head>,
    mut goes_on: impl FnMut(i64) -> F,
) -> Result<Option<Result<Verified, Broken>>, ApiError> {
    let stored = |error: StoreError| error.api_error();
    let checkpoints = store.checkpoints().await.map_err(stored)?;
    let public = checkpoint_key(store, keys).await?.public();
    let mut verifier = match Verifier::new(&checkpoints, &public, exported) {
        Ok(verifier) => verifier,
        Err(broken) => return Ok(Some(Err(broken))),
    };
    let mut from = 1;
    loop {
        let records = store.audit(from, PAGE).await.map_err(stored)?;
        let Some(last) = records.last() else { break };
        from = last.seq.saturating_add(1);
        for record in &records {
            if let Err(broken) = verifier.take(record) {
                return Ok(Some(Err(broken)));
            }
        }
        if !goes_on(from - 1).await {
            return Ok(None);
        }
    }
    Ok(Some(verifier.finish()))
}

/// The key that signs checkpoints, made when it is first wanted.
async fn checkpoint_key(store: &TeamStore, keys: &DataKeys) -> Result<CheckpointKey, ApiError> {
    let (failed, stored) =
        (|error: TeamError| error.api_error(), |error: StoreError| error.api_error());
    let sealed = match store.setting(KEY).await.map_err(stored)? {
        Some(sealed) => sealed,
        None => {
            let new = CheckpointKey::generate().map_err(failed)?;
            let sealed = keys.seal_named(KEY, new.seed().expose_secret()).map_err(failed)?;
            // Another node may have made one at the same moment: that one counts, then.
            store.settle_setting(KEY, &sealed).await.map_err(stored)?
        }
    };
    let seed = keys.open_named(KEY, &sealed).map_err(failed)?;
    let seed: &[u8; 32] = seed.as_slice().try_into().map_err(|_| damaged())?;
    Ok(CheckpointKey::from_seed(seed))
}

fn found(broken: &Broken) -> ApiError {
    ApiError::new(ErrorCode::Conflict, format!("The audit log is not what was written: {broken}."))
        .next("Keep the database as it is, and compare it with a backup.")
}

fn damaged() -> ApiError {
    ApiError::new(ErrorCode::Internal, "The key that signs the audit log is damaged.")
        .next("Restore a backup.")
}
