//! The audit log's checkpoints, and checking all of it.

use super::{Team, known};
use patchbay_model::{ApiError, ErrorCode};
use patchbay_team::audit::{Checkpoint, CheckpointKey, Head, Verified, Verifier};

/// Under which name the key is kept and sealed that signs checkpoints.
const KEY: &str = "checkpoint key";
/// Records between two checkpoints, at most.
const RECORDS: i64 = 100;
/// Records that are checked at a time.
const PAGE: u32 = 1000;

impl Team {
    async fn checkpoint_key(&self) -> Result<CheckpointKey, ApiError> {
        let stored = |error: patchbay_team_store::StoreError| error.api_error();
        let sealed = match self.store.setting(KEY).await.map_err(stored)? {
            Some(sealed) => sealed,
            None => {
                let new = CheckpointKey::generate().map_err(|error| error.api_error())?;
                let sealed = self.seal_named(KEY, new.seed().expose_secret())?;
                // Another node may have made one at the same moment: that one counts, then.
                self.store.settle_setting(KEY, &sealed).await.map_err(stored)?
            }
        };
        let seed = self.open_named(KEY, &sealed)?;
        let seed: &[u8; 32] = seed.as_slice().try_into().map_err(|_| damaged())?;
        Ok(CheckpointKey::from_seed(seed))
    }

    /// Signs where the log stands, if it has grown enough since the last time or `now` is wanted.
    pub(crate) async fn checkpoint(&self, now: bool) -> Result<(), ApiError> {
        let stored = |error: patchbay_team_store::StoreError| error.api_error();
        let head = self.store.audit_head().await.map_err(stored)?;
        let last = self.store.checkpoints().await.map_err(stored)?;
        let signed = last.iter().map(|one| one.seq).max().unwrap_or_default();
        let grown = head.seq - signed;
        if grown == 0 || (grown < RECORDS && !now) {
            return Ok(());
        }
        let key = self.checkpoint_key().await?;
        let checkpoint = Checkpoint::sign(head, self.now(), &key);
        self.store.put_checkpoint(checkpoint).await.map_err(stored)
    }

    /// Checks the whole log, also against a head that was exported.
    ///
    /// # Errors
    /// What is broken, and where.
    pub async fn verify(&self, exported: Option<Head>) -> Result<Verified, ApiError> {
        let stored = |error: patchbay_team_store::StoreError| error.api_error();
        let checkpoints = self.store.checkpoints().await.map_err(stored)?;
        let public = self.checkpoint_key().await?.public();
        let mut verifier =
            Verifier::new(&checkpoints, &public, exported).map_err(|broken| found(&broken))?;
        let mut from = 1;
        loop {
            let records = self.store.audit(from, PAGE).await.map_err(stored)?;
            let Some(last) = records.last() else { break };
            from = last.seq.saturating_add(1);
            for record in &records {
                verifier.take(record).map_err(|broken| found(&broken))?;
            }
        }
        verifier.finish().map_err(|broken| found(&broken))
    }

    /// Puts everything away.
    pub(crate) async fn end(&self) {
        for member in self.members.all() {
            self.members.dismiss(member.account);
        }
        self.write_uses().await;
        if let Err(error) = self.checkpoint(true).await {
            tracing::warn!(error = %error.message, "the audit log was not signed at the end");
        }
        drop(known::read(&self.keys));
    }
}

fn found(broken: &patchbay_team::audit::Broken) -> ApiError {
    ApiError::new(ErrorCode::Conflict, format!("The audit log is not what was written: {broken}."))
        .next("Keep the database as it is, and compare it with a backup.")
}

fn damaged() -> ApiError {
    ApiError::new(ErrorCode::Internal, "The key that signs the audit log is damaged.")
        .next("Restore a backup.")
}
