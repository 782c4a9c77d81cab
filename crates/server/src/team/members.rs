//! The services that each member has here, made when they are first wanted.

use super::{Team, seat::Seat};
use patchbay_core::{Core, CoreConfig, Ctx, Served, sync::lock};
use patchbay_model::{AccountId, ApiError, SessionTarget};
use patchbay_team::permission::{Permission, Permissions};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;

/// Whose services: an account's, as far as a token lets it.
type Key = (AccountId, u8);

/// One member's services.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) account: AccountId,
    pub(crate) core: Arc<Core>,
    pub(super) seat: Seat,
    /// Something that concerns the member has changed.
    stale: Arc<Notify>,
}

/// The services of all members.
#[derive(Debug, Default)]
pub(crate) struct Members {
    all: Mutex<HashMap<Key, Arc<Member>>>,
    making: tokio::sync::Mutex<()>,
}

impl Members {
    /// Marks the services of those whom a change concerns.
    pub(super) fn changed(&self, concerns: impl Fn(AccountId) -> bool) {
        for member in self.all().iter().filter(|member| concerns(member.account)) {
            member.stale.notify_one();
        }
    }

    pub(crate) fn all(&self) -> Vec<Arc<Member>> {
        lock(&self.all).values().cloned().collect()
    }

    /// The services of a member, if they were made.
    pub(crate) fn present(&self, account: AccountId, ceiling: Permissions) -> Option<Arc<Member>> {
        self.get((account, ceiling.bits()))
    }

    fn get(&self, key: Key) -> Option<Arc<Member>> {
        lock(&self.all).get(&key).cloned()
    }

    /// Ends all sessions of an account and forgets its services.
    pub(crate) fn dismiss(&self, account: AccountId) {
        let mut all = lock(&self.all);
        all.retain(|(id, _), member| {
            if *id == account {
                member.core.sessions().close_all();
            }
            *id != account
        });
    }
}

impl Team {
    /// The services of a member.
    pub(crate) async fn member(
        self: &Arc<Self>,
        account: AccountId,
        ceiling: Permissions,
    ) -> Result<Arc<Member>, ApiError> {
        let key = (account, ceiling.bits());
        if let Some(member) = self.members.get(key) {
            return Ok(member);
        }
        // Two requests at once make one.
        let _turn = self.members.making.lock().await;
        if let Some(member) = self.members.get(key) {
            return Ok(member);
        }
        let before = self.revision();
        let member = Arc::new(self.make(account, ceiling).await?);
        follow(&member);
        let mut all = lock(&self.members.all);
        all.insert(key, Arc::clone(&member));
        drop(all);
        // What was written meanwhile told only those who were there.
        if self.revision() != before {
            member.stale.notify_one();
        }
        Ok(member)
    }

    async fn make(
        self: &Arc<Self>,
        account: AccountId,
        ceiling: Permissions,
    ) -> Result<Member, ApiError> {
        let home = self.files.join(account.to_string());
        let seat = Seat::new(Arc::clone(self), account, ceiling, home.join("items"));
        let name = self.known.directory().account(account).map(|one| one.name.clone());
        let core = Core::new(CoreConfig {
            data_dir: home.clone(),
            config_dir: home.clone(),
            // No file: what is shown of it is the name of the member's own part of the tree, and tabs are kept by it.
            vault_path: Some(PathBuf::from(account.to_string()).join("Personal")),
            home,
            // People sign in to machines with names of their own there.
            user_name: String::new(),
            host_name: name.unwrap_or_default(),
            shell: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            cheap_key_derivation: true,
            served: Some(Served {
                rights: Arc::new(seat.clone()),
                reach: self.reach.clone(),
                recordings: self.recordings.clone(),
            }),
            clock: Arc::clone(&self.clock),
        });
        // The page adds its own address.
        core.sessions().set_stream_url("/api/stream");
        core.vault().open_items(Arc::new(seat.clone())).await.map_err(ApiError::from)?;
        Ok(Member { account, core, seat, stale: Arc::default() })
    }
}

impl Member {
    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::person(Arc::clone(&self.core))
    }

    /// Reads anew what others have changed, and ends what is not allowed any more.
    async fn refresh(&self) {
        if let Err(error) = self.core.vault().changed_elsewhere().await {
            tracing::warn!(%error, account = %self.account, "what others changed could not be read");
        }
        for session in self.core.sessions().list() {
            let (SessionTarget::Entry { id }
            | SessionTarget::Files { id }
            | SessionTarget::Tunnels { id }) = session.target
            else {
                continue;
            };
            if !self.seat.permissions(id).has(Permission::Connect) {
                // It is gone already if somebody else was faster.
                let _gone = self.core.sessions().close(session.id);
            }
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        // Whoever follows looks once more, and ends.
        self.stale.notify_one();
    }
}

/// Keeps a member's services up to date for as long as they are there.
fn follow(member: &Arc<Member>) {
    let stale = Arc::clone(&member.stale);
    let member = Arc::downgrade(member);
    tokio::spawn(async move {
        loop {
            stale.notified().await;
            let Some(member) = member.upgrade() else { return };
            member.refresh().await;
        }
    });
}
