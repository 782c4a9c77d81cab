//! The services that each member has here, made when they are first wanted.

use super::{Team, known::Eyes, seat::Seat};
use crate::{Acting, Caller, inside::ceiling};
use patchbay_core::{Core, CoreConfig, Ctx, Served, sync::lock};
use patchbay_model::{AccountId, ApiError};
use patchbay_team::permission::{Permission, Permissions};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;

/// Beside the folders of the members: those of people who act as them.
pub(super) const FOLDER_OF_ACTING: &str = "acting";

/// Whose services.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Whose {
    pub(crate) account: AccountId,
    /// As far as a token lets it.
    pub(crate) ceiling: Permissions,
    /// Who acts as the account has services apart from those of the account.
    pub(crate) acting: Option<Acting>,
}

impl Whose {
    pub(crate) const fn of(caller: &Caller) -> Self {
        let acting = caller.proof.acting();
        Self { account: caller.account, ceiling: ceiling(caller.proof), acting }
    }

    /// What of the server they look at.
    pub(crate) const fn eyes(&self) -> Eyes {
        Eyes { account: self.account, shared_alone: self.acting.is_some() }
    }
}

/// One member's services.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) account: AccountId,
    pub(crate) core: Arc<Core>,
    pub(super) seat: Seat,
    /// Something that concerns the member has changed.
    stale: Arc<Notify>,
    _passing: Option<Passing>,
}

/// The folder of somebody who acts as the member, which goes with them.
#[derive(Debug)]
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        // There is none if nothing was put into it.
        let _none = std::fs::remove_dir_all(&self.0);
    }
}

/// The services of all members.
#[derive(Debug, Default)]
pub(crate) struct Members {
    all: Mutex<HashMap<Whose, Arc<Member>>>,
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
    pub(crate) fn present(&self, whose: Whose) -> Option<Arc<Member>> {
        lock(&self.all).get(&whose).cloned()
    }

    /// Ends all sessions of some and forgets their services.
    pub(crate) fn dismiss(&self, meant: impl Fn(&Whose) -> bool) {
        let mut all = lock(&self.all);
        all.retain(|whose, member| {
            let goes = meant(whose);
            if goes {
                member.core.sessions().close_all();
            }
            !goes
        });
    }
}

impl Team {
    /// The services of a member.
    pub(crate) async fn member(self: &Arc<Self>, whose: Whose) -> Result<Arc<Member>, ApiError> {
        if let Some(member) = self.members.present(whose) {
            return Ok(member);
        }
        // Two requests at once make one.
        let _turn = self.members.making.lock().await;
        if let Some(member) = self.members.present(whose) {
            return Ok(member);
        }
        let before = self.revision();
        let member = Arc::new(self.make(whose).await?);
        follow(&member);
        let mut all = lock(&self.members.all);
        all.insert(whose, Arc::clone(&member));
        drop(all);
        // What was written meanwhile told only those who were there.
        if self.revision() != before {
            member.stale.notify_one();
        }
        Ok(member)
    }

    async fn make(self: &Arc<Self>, whose: Whose) -> Result<Member, ApiError> {
        let account = whose.account;
        let passing = whose.acting.map(|acting| {
            Passing(self.files.join(FOLDER_OF_ACTING).join(acting.sign_in.to_string()))
        });
        let own = || self.files.join(account.to_string());
        let home = passing.as_ref().map_or_else(own, |folder| folder.0.clone());
        let seat = Seat::new(Arc::clone(self), whose, home.join("items"));
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
        Ok(Member { account, core, seat, stale: Arc::default(), _passing: passing })
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
            let Some(id) = session.target.machine() else { continue };
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
