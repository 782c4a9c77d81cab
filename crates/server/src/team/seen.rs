//! When sign-ins and tokens were used last, as this node has seen it. The directory says what was so when it was read.

use super::Team;
use patchbay_core::sync::lock;
use patchbay_model::{SignInId, Timestamp, TokenId};
use patchbay_team_store::Use;
use std::{collections::HashMap, net::IpAddr};

/// A last use is written down when it is later than the one before by this, in milliseconds.
const USED_EVERY: i64 = 60_000;

/// By the ids of sign-ins and tokens.
pub(super) type Seen = HashMap<[u8; 16], (Timestamp, IpAddr)>;

impl Team {
    pub(super) fn was_used(&self, id: [u8; 16], used: Use, before: Timestamp, from: IpAddr) {
        let now = self.now();
        let mut seen = lock(&self.seen);
        let last = seen.get(&id).map_or(before, |(at, _)| before.max(*at));
        if now.0 - last.0 >= USED_EVERY {
            seen.insert(id, (now, from));
            lock(&self.uses).push(used);
        }
    }

    /// When and from where a sign-in or token was used last, if that was on this node.
    pub(crate) fn seen(&self, id: &[u8; 16]) -> Option<(Timestamp, IpAddr)> {
        lock(&self.seen).get(id).copied()
    }

    /// Forgets those that are gone.
    pub(super) fn forget_seen(&self) {
        let directory = self.known.directory();
        let mut seen = lock(&self.seen);
        seen.retain(|id, _| {
            directory.sign_in(SignInId::from_bytes(*id)).is_some()
                || directory.token(TokenId::from_bytes(*id)).is_some()
        });
    }
}
