//! Ending what goes on when the right to it has ended: a sign-in that was revoked, an account that was suspended.

use super::Team;
use crate::{Acting, Proof};
use patchbay_core::sync::lock;
use patchbay_model::{AccountId, Timestamp};
use patchbay_team::directory::Directory;
use std::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// What goes on for whom.
#[derive(Debug, Default)]
pub(crate) struct Watching(Mutex<Vec<(AccountId, Proof, CancellationToken)>>);

impl Watching {
    fn add(&self, account: AccountId, proof: Proof) -> CancellationToken {
        let token = CancellationToken::new();
        let mut all = lock(&self.0);
        all.push((account, proof, token.clone()));
        token
    }

    /// Ends what is not good any more, and forgets what has ended.
    fn sweep(&self, good: impl Fn(AccountId, Proof) -> bool) {
        let mut all = lock(&self.0);
        all.retain(|(account, proof, token)| {
            let stays = good(*account, *proof);
            if !stays {
                token.cancel();
            }
            stays && !token.is_cancelled()
        });
    }
}

impl Team {
    /// Cancelled as soon as that proof is good for nothing any more.
    pub(crate) fn watch(&self, account: AccountId, proof: Proof) -> CancellationToken {
        self.watching.add(account, proof)
    }

    /// Ends what is not allowed any more; asked whenever people change, and now and then because proofs expire.
    pub(super) fn sweep(&self) {
        let (directory, now) = (self.known.directory(), self.now());
        self.watching.sweep(|account, proof| is_good(&directory, account, proof, now));
        self.members.dismiss(|whose| {
            let acts = whose.acting.map(Proof::Acting);
            let account = directory.account(whose.account);
            account.is_none_or(|account| account.suspended)
                || acts.is_some_and(|proof| !is_good(&directory, whose.account, proof, now))
        });
    }
}

/// Whether something still proves who somebody is, and they may come in at all.
pub(super) fn is_good(
    directory: &Directory,
    account: AccountId,
    proof: Proof,
    now: Timestamp,
) -> bool {
    let active = directory.account(account).is_some_and(|account| !account.suspended);
    active
        && match proof {
            Proof::SignIn(id) | Proof::Acting(Acting { sign_in: id, .. }) => {
                directory.sign_in(id).is_some_and(|one| directory.stands(one, now))
            }
            Proof::Token(id, _) => directory
                .token(id)
                .is_some_and(|one| one.expires.is_none_or(|expires| now < expires)),
        }
}
