//! Keeping up with what other nodes write.

use super::{
    Team, Told, makes_trees,
    space::{Data, Held, SpaceItems, stays_sealed},
};
use patchbay_core::sync::{lock, write};
use patchbay_model::ApiError;
use patchbay_team::{directory::Directory, entity::Space};
use patchbay_team_store::{Changed, StoredItem};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Follows until the team is gone.
pub(super) fn start(team: &Arc<Team>, mut changes: Receiver<Changed>) {
    let team = Arc::downgrade(team);
    tokio::spawn(async move {
        loop {
            let next = changes.recv().await;
            let Some(team) = team.upgrade() else { return };
            let followed = match next {
                Ok(changed) => team.follow(&changed).await,
                Err(RecvError::Lagged(_)) => team.read_everything().await,
                Err(RecvError::Closed) => return,
            };
            if let Err(error) = followed {
                // The next change leads to another look.
                tracing::error!(error = %error.message, "what other nodes wrote could not be read");
            }
        }
    });
}

/// How often what happens by itself with time is looked after.
const TEND_EVERY: Duration = Duration::from_secs(15);

/// Looks after what happens by itself with time: proofs that expire, and last uses to be written down.
pub(super) fn tend(team: &Arc<Team>) {
    let team = Arc::downgrade(team);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(TEND_EVERY).await;
            let Some(team) = team.upgrade() else { return };
            team.sweep();
            team.write_uses().await;
            team.node_is_there().await;
            if let Err(error) = team.end_what_acts_no_longer().await {
                tracing::warn!(error = %error.message, "it was not written down who acts no longer");
            }
            if let Err(error) = team.checkpoint(false).await {
                tracing::warn!(error = %error.message, "the audit log was not signed");
            }
            team.expire_recordings().await;
        }
    });
}

impl Team {
    /// Writes down what was used since the last time.
    pub(crate) async fn write_uses(&self) {
        let uses = std::mem::take(&mut *lock(&self.uses));
        self.forget_seen();
        if let Err(error) = self.store.used(uses).await {
            tracing::warn!(%error, "last uses could not be written down");
        }
    }

    async fn follow(&self, changed: &Changed) -> Result<(), ApiError> {
        let _turn = self.turn().await;
        if changed.everything {
            return self.read_everything_now().await;
        }
        // Its own, or one that was read together with an earlier one.
        if changed.revision <= self.revision.load(Ordering::Acquire) {
            return Ok(());
        }
        if changed.directory {
            self.read_directory().await?;
        }
        // What of the directory it was, is not said.
        let mut told =
            Told { people: changed.directory, rights: changed.directory, ..Told::default() };
        for (space, kind, id) in &changed.items {
            let fields =
                self.store.item(*space, *kind, *id).await.map_err(|error| error.api_error())?;
            let items = self.known.space(*space);
            write(&items).remove(*kind, *id);
            for field in &fields {
                self.take(&mut write(&items), field)?;
            }
            if makes_trees(*kind) {
                told.trees.insert(*space);
            }
        }
        self.revision.store(changed.revision, Ordering::Release);
        self.tell(&told);
        Ok(())
    }

    async fn read_everything(&self) -> Result<(), ApiError> {
        let _turn = self.turn().await;
        self.read_everything_now().await
    }

    async fn read_everything_now(&self) -> Result<(), ApiError> {
        self.read_all().await?;
        self.tell(&Told { people: true, rights: true, ..Told::default() });
        Ok(())
    }

    /// Reads all there is.
    pub(super) async fn read_all(&self) -> Result<(), ApiError> {
        let revision = self.read_directory().await?;
        let directory = self.known.directory();
        let shared = directory.organisations().map(|one| Space::Organisation(one.id));
        let own = directory.accounts().map(|one| Space::Personal(one.id));
        for space in shared.chain(own) {
            let stored = self.store.items(space).await.map_err(|error| error.api_error())?;
            let mut items = SpaceItems::default();
            for item in &stored {
                self.take(&mut items, item)?;
            }
            self.known.set_space(space, items);
        }
        self.revision.store(revision, Ordering::Release);
        Ok(())
    }

    async fn read_directory(&self) -> Result<i64, ApiError> {
        let read = self.store.changes_of_directory().await;
        let (changes, revision) = read.map_err(|error| error.api_error())?;
        let mut directory = Directory::new();
        for change in &changes {
            directory.apply(change);
        }
        self.known.set_directory(directory);
        Ok(revision)
    }

    fn take(&self, items: &mut SpaceItems, item: &StoredItem) -> Result<(), ApiError> {
        let StoredItem { space, kind, id, field, version, sealed } = item;
        let slot = (*kind, *id, *field);
        let data = if stays_sealed(*kind) {
            Data::Sealed(sealed.clone())
        } else {
            Data::Open(self.open_item(*space, slot, *version, sealed)?)
        };
        items.put(slot, Held { version: *version, data });
        Ok(())
    }
}
