//! Who somebody is by what they show.
//!
//! Rows are found by the hash of what is shown, which nobody can choose, and are then compared in constant time.

use super::Directory;
use super::check::parse_network;
use crate::entity::{Account, ApiToken, Hash, Invitation, SignIn};
use crate::throttle::neighbourhood;
use crate::token::same;
use patchbay_model::{AccountId, Timestamp};
use std::net::IpAddr;

/// Whether somebody who tries to sign in has been at that place before.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// With what was given out at an earlier sign-in of the same account: its hash.
    Device(Hash),
    /// From an address the account is, or lately was, signed in from.
    Address,
    /// Never before, as far as is known.
    Stranger,
}

impl Directory {
    /// The sign-in with this hash, whether or not it is still good.
    #[must_use]
    pub fn sign_in_by_hash(&self, hash: &Hash) -> Option<&SignIn> {
        self.sign_in(*self.sign_in_hashes.get(hash)?).filter(|found| same(&found.hash, hash))
    }

    /// The token with this hash, whether or not it is still good.
    #[must_use]
    pub fn token_by_hash(&self, hash: &Hash) -> Option<&ApiToken> {
        self.token(*self.token_hashes.get(hash)?).filter(|found| same(&found.hash, hash))
    }

    /// The invitation with this hash, whether or not it is still good.
    #[must_use]
    pub fn invitation_by_hash(&self, hash: &Hash) -> Option<&Invitation> {
        self.invitation(*self.invitation_hashes.get(hash)?).filter(|found| same(&found.hash, hash))
    }

    /// Who is signed in with a token that has this hash, while [`Self::stands`].
    #[must_use]
    pub fn signed_in(&self, hash: &Hash, now: Timestamp) -> Option<(&Account, &SignIn)> {
        let sign_in = self.sign_in_by_hash(hash).filter(|found| self.stands(found, now))?;
        Some((self.active(sign_in.account)?, sign_in))
    }

    /// Whether a sign-in is good: not expired, and the account may sign in. One of somebody who acts as the account is good only as
    /// long as their own is, as they run the server and as the account does not.
    #[must_use]
    pub fn stands(&self, sign_in: &SignIn, now: Timestamp) -> bool {
        let Some(account) = self.active(sign_in.account).filter(|_| now < sign_in.expires) else {
            return false;
        };
        let Some(by) = sign_in.acting else { return true };
        let by = self.sign_in(by).filter(|by| by.acting.is_none() && now < by.expires);
        let operates = by.and_then(|by| self.active(by.account)).is_some_and(|by| by.operator);
        operates && !account.operator
    }

    /// Who acts as the account of this sign-in; none if it is the account's own.
    #[must_use]
    pub fn acts(&self, sign_in: &SignIn) -> Option<&Account> {
        self.account(self.sign_in(sign_in.acting?)?.account)
    }

    /// Whose script shows a token that has this hash: not expired, from a network it may be used from, and the account
    /// may sign in.
    #[must_use]
    pub fn script(
        &self,
        hash: &Hash,
        address: IpAddr,
        now: Timestamp,
    ) -> Option<(&Account, &ApiToken)> {
        let token = self.token_by_hash(hash)?;
        let is_good =
            token.expires.is_none_or(|expires| now < expires) && is_from(address, &token.networks);
        if is_good { Some((self.active(token.account)?, token)) } else { None }
    }

    /// The invitation with this hash, if it is still good.
    #[must_use]
    pub fn open_invitation(&self, hash: &Hash, now: Timestamp) -> Option<&Invitation> {
        self.invitation_by_hash(hash).filter(|found| now < found.expires)
    }

    /// Whether somebody who wants to sign in as this account has been there before. `device` is the hash of a sign-in's
    /// token that is shown beside the password; it proves that even when it has expired.
    #[must_use]
    pub fn place(&self, account: AccountId, address: IpAddr, device: Option<&Hash>) -> Place {
        let known = device.and_then(|hash| self.sign_in_by_hash(hash));
        let is_own = |one: &SignIn| one.account == account && one.acting.is_none();
        if let Some(sign_in) = known.filter(|one| is_own(one)) {
            return Place::Device(sign_in.hash);
        }
        let near = neighbourhood(address);
        let is_there = |one: &SignIn| {
            is_own(one) && one.address.parse().is_ok_and(|its| neighbourhood(its) == near)
        };
        if self.sign_ins_of(account).any(is_there) { Place::Address } else { Place::Stranger }
    }

    fn active(&self, account: AccountId) -> Option<&Account> {
        self.account(account).filter(|account| !account.suspended)
    }
}

/// Whether an address is in one of the networks; any is if none are named. What cannot be read lets nobody in.
fn is_from(address: IpAddr, networks: &[String]) -> bool {
    let address = address.to_canonical();
    networks.is_empty()
        || networks.iter().filter_map(|one| parse_network(one)).any(|one| one.contains(&address))
}
