//! Further ways to sign in: programs that ask to be let in, providers, links to them, and passkeys.

use super::Directory;
use super::check::{Checked, free, stays, taken, there};
use super::names::{check_name, same_name};
use crate::entity::{Account, Answer, Change, Handoff, Hash, Link, Passkey, Provider};
use crate::throttle::neighbourhood;
use crate::token::same;
use crate::{TeamError, Thing};
use patchbay_model::{AccountId, HandoffId, LinkId, PasskeyId, ProviderId, Timestamp};
use std::net::IpAddr;

/// The longest name that a provider may have for a person (OpenID Connect Core section 2 allows 255), in bytes.
const LONGEST_SUBJECT: usize = 1024;
/// The longest name that a device may have for a passkey (WebAuthn section 4), in bytes.
const LONGEST_CREDENTIAL: usize = 1023;

impl Directory {
    /// The request to be let in with this id.
    #[must_use]
    pub fn handoff(&self, id: HandoffId) -> Option<&Handoff> {
        self.handoffs.get(&id)
    }

    /// All requests to be let in, the oldest first.
    pub fn handoffs(&self) -> impl Iterator<Item = &Handoff> {
        self.handoffs.values()
    }

    /// The request of the program that has this secret, if it is still good.
    #[must_use]
    pub fn open_handoff(&self, hash: &Hash, now: Timestamp) -> Option<&Handoff> {
        let found = self.handoff(*self.handoff_hashes.get(hash)?)?;
        (same(&found.hash, hash) && now < found.expires).then_some(found)
    }

    /// The request that waits for an answer under this code.
    #[must_use]
    pub fn waiting_handoff(&self, code: &str, now: Timestamp) -> Option<&Handoff> {
        let waits = |one: &&Handoff| one.answer == Answer::Waiting && now < one.expires;
        self.handoffs().filter(waits).find(|one| one.code == code)
    }

    /// How many requests there are from an address, or one that the same person can have at will.
    #[must_use]
    pub fn handoffs_from(&self, address: IpAddr) -> usize {
        let near = neighbourhood(address);
        let is_near =
            |one: &&Handoff| one.address.parse().is_ok_and(|its| neighbourhood(its) == near);
        self.handoffs().filter(is_near).count()
    }

    /// The provider with this id.
    #[must_use]
    pub fn provider(&self, id: ProviderId) -> Option<&Provider> {
        self.providers.get(&id)
    }

    /// All providers, the oldest first.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.providers.values()
    }

    /// The link with this id.
    #[must_use]
    pub fn link(&self, id: LinkId) -> Option<&Link> {
        self.links.get(&id)
    }

    /// Who an account is elsewhere.
    pub fn links_of(&self, account: AccountId) -> impl Iterator<Item = &Link> {
        self.links_of.of(&account).filter_map(|id| self.links.get(id))
    }

    /// How many accounts are somebody at a provider.
    #[must_use]
    pub fn count_links(&self, provider: ProviderId) -> usize {
        self.links.values().filter(|one| one.provider == provider).count()
    }

    /// Who somebody is here whom a provider calls this.
    #[must_use]
    pub fn linked(&self, provider: ProviderId, subject: &str) -> Option<&Account> {
        let id = self.subjects.get(&(provider, subject.to_owned()))?;
        self.account(self.link(*id)?.account)
    }

    /// The passkey with this id.
    #[must_use]
    pub fn passkey(&self, id: PasskeyId) -> Option<&Passkey> {
        self.passkeys.get(&id)
    }

    /// The passkey that its device calls this.
    #[must_use]
    pub fn passkey_called(&self, credential: &[u8]) -> Option<&Passkey> {
        self.passkey(*self.credentials.get(&credential.to_vec())?)
    }

    /// The passkeys of an account, the oldest first.
    pub fn passkeys_of(&self, account: AccountId) -> impl Iterator<Item = &Passkey> {
        self.passkeys_of.of(&account).filter_map(|id| self.passkeys.get(id))
    }

    pub(super) fn check_handoff(&self, new: &Handoff) -> Checked {
        if let Answer::Allowed(account) = new.answer {
            there(self.account(account), Thing::Account)?;
        }
        let has_code = |one: &Handoff| one.id != new.id && one.code == new.code;
        free(!self.handoffs().any(has_code), Thing::Handoff)?;
        let other = self.handoff_hashes.get(&new.hash);
        free(other.is_none_or(|other| *other == new.id), Thing::Handoff)
    }

    pub(super) fn check_provider(&self, new: &Provider) -> Checked {
        stays(self.provider(new.id).is_none_or(|old| old.kind == new.kind), Thing::Provider)?;
        check_name(Thing::Provider, &new.name)?;
        if self.providers().any(|one| one.id != new.id && same_name(&one.name, &new.name)) {
            return taken(Thing::Provider, &new.name);
        }
        Ok(())
    }

    pub(super) fn check_link(&self, new: &Link) -> Checked {
        there(self.account(new.account), Thing::Account)?;
        there(self.provider(new.provider), Thing::Provider)?;
        let is_same = |old: &Link| {
            (old.account, old.provider, &old.subject) == (new.account, new.provider, &new.subject)
        };
        stays(self.link(new.id).is_none_or(is_same), Thing::Link)?;
        if new.subject.is_empty() || new.subject.len() > LONGEST_SUBJECT {
            return Err(TeamError::Unknown(Thing::Link));
        }
        let other = self.subjects.get(&(new.provider, new.subject.clone()));
        free(other.is_none_or(|other| *other == new.id), Thing::Link)
    }

    pub(super) fn check_passkey(&self, new: &Passkey) -> Checked {
        there(self.account(new.account), Thing::Account)?;
        let is_same = |old: &Passkey| {
            (old.account, &old.credential, &old.key) == (new.account, &new.credential, &new.key)
        };
        stays(self.passkey(new.id).is_none_or(is_same), Thing::Passkey)?;
        check_name(Thing::Passkey, &new.name)?;
        if new.credential.is_empty() || new.credential.len() > LONGEST_CREDENTIAL {
            return Err(TeamError::Unknown(Thing::Passkey));
        }
        let other = self.credentials.get(&new.credential);
        free(other.is_none_or(|other| *other == new.id), Thing::Passkey)
    }

    /// What goes with an account.
    pub(super) fn doors_of(&self, id: AccountId) -> Vec<Change> {
        let said = self.handoffs().filter(|one| one.answer == Answer::Allowed(id));
        let said = said.map(|one| Change::DeleteHandoff(one.id));
        let links = self.links_of(id).map(|one| Change::DeleteLink(one.id));
        let passkeys = self.passkeys_of(id).map(|one| Change::DeletePasskey(one.id));
        said.chain(links).chain(passkeys).collect()
    }

    /// What goes with a provider.
    pub(super) fn links_to(&self, id: ProviderId) -> Vec<Change> {
        let its = self.links.values().filter(|one| one.provider == id);
        its.map(|one| Change::DeleteLink(one.id)).collect()
    }

    /// Makes one change, and keeps the indexes true.
    pub(super) fn put_door(&mut self, change: &Change) {
        match change {
            Change::PutHandoff(new) => {
                self.put_door(&Change::DeleteHandoff(new.id));
                self.handoff_hashes.put(new.hash, new.id);
                self.handoffs.put(new.id, new.clone());
            }
            Change::DeleteHandoff(id) => {
                if let Some(old) = self.handoffs.remove(id) {
                    self.handoff_hashes.remove(&old.hash);
                }
            }
            Change::PutProvider(new) => {
                self.providers.put(new.id, new.clone());
            }
            Change::DeleteProvider(id) => {
                self.providers.remove(id);
            }
            Change::PutLink(new) => {
                self.put_door(&Change::DeleteLink(new.id));
                self.subjects.put((new.provider, new.subject.clone()), new.id);
                self.links_of.put(new.account, new.id);
                self.links.put(new.id, new.clone());
            }
            Change::DeleteLink(id) => {
                if let Some(old) = self.links.remove(id) {
                    self.subjects.remove(&(old.provider, old.subject.clone()));
                    self.links_of.remove(&old.account, id);
                }
            }
            Change::PutPasskey(new) => {
                self.put_door(&Change::DeletePasskey(new.id));
                self.credentials.put(new.credential.clone(), new.id);
                self.passkeys_of.put(new.account, new.id);
                self.passkeys.put(new.id, new.clone());
            }
            Change::DeletePasskey(id) => {
                if let Some(old) = self.passkeys.remove(id) {
                    self.credentials.remove(&old.credential);
                    self.passkeys_of.remove(&old.account, id);
                }
            }
            _ => {}
        }
    }
}
