//! How often somebody may try to sign in.
//!
//! Tries are counted by account, for everybody who has never been seen there, and by address. From the sixth wrong
//! one on each has to wait, one second at first and half a minute at last; a try that is not let through makes nothing longer.
//! Whoever signs in from where they signed in before is counted apart: no one else can make them wait.
//!
//! Memory is bounded by tables of fixed size: what falls on the same row shares its count, so that a flood of names can
//! make a stranger wait half a minute, and never makes a count be forgotten. Names that nobody has are counted alike.

use crate::TeamError;
use crate::directory::Place;
use patchbay_model::Timestamp;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// Rows of each table.
const ROWS: usize = 1 << 14;
/// The longest wait, in milliseconds.
const LONGEST: i64 = 30_000;
/// One wrong try is forgotten after so many milliseconds without another.
const FORGET: i64 = 60_000;

/// Wrong tries that cost nothing: of strangers at one name, of one address at all names, and where somebody is known.
const FREE_BY_NAME: u32 = 5;
const FREE_BY_ADDRESS: u32 = 20;
const FREE_WHERE_KNOWN: u32 = 10;
/// Doublings from one second to beyond the longest wait.
const DOUBLINGS: u32 = 5;

/// Somebody wants to sign in.
#[derive(Clone, Copy, Debug)]
pub struct Try<'a> {
    /// As what, as it was typed.
    pub name: &'a str,
    /// From where.
    pub address: IpAddr,
    /// Whether they have been there before: [`crate::directory::Directory::place`].
    pub place: Place,
}

/// A try that is let through. It counts as a wrong one unless it is given back.
#[must_use = "hand it back when the person was let in"]
#[derive(Debug)]
pub struct Charge {
    rows: Rows,
    seen: u64,
}

/// Which rows a try counts on.
#[derive(Clone, Copy, Debug)]
enum Rows {
    Stranger { name: usize, address: usize },
    Known(usize),
}

/// Counts tries.
pub struct Throttle {
    names: Counts,
    addresses: Counts,
    known: Counts,
    /// Fingerprints of a name with an address it was signed in from, each on its own row.
    seen: Vec<u64>,
    hasher: RandomState,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new()
    }
}

impl Throttle {
    /// One that has seen nothing. It takes less than a megabyte, and never more.
    #[must_use]
    pub fn new() -> Self {
        Self {
            names: Counts::new(FREE_BY_NAME),
            addresses: Counts::new(FREE_BY_ADDRESS),
            known: Counts::new(FREE_WHERE_KNOWN),
            seen: vec![0; ROWS],
            hasher: RandomState::new(),
        }
    }

    /// Lets a try through and counts it, or says how long to wait. To be asked before the password is looked at.
    pub fn begin(&mut self, who: &Try<'_>, now: Timestamp) -> Result<Charge, TeamError> {
        let name = who.name.trim().to_lowercase();
        let near = neighbourhood(who.address);
        let seen = self.hasher.hash_one((0_u8, &name, near)).max(1);
        let was_here = self.seen.get(row(seen)) == Some(&seen);
        let rows = match who.place {
            Place::Device(hash) => Rows::Known(self.row((1_u8, &name, hash))),
            Place::Address => Rows::Known(row(seen)),
            Place::Stranger if was_here => Rows::Known(row(seen)),
            Place::Stranger => {
                Rows::Stranger { name: self.row((2_u8, &name)), address: self.row((3_u8, near)) }
            }
        };
        let wait = match rows {
            Rows::Known(at) => self.known.wait(at, now),
            Rows::Stranger { name, address } => {
                self.names.wait(name, now).max(self.addresses.wait(address, now))
            }
        };
        if let Ok(wait @ 1..) = u64::try_from(wait) {
            return Err(TeamError::TooManyTries { wait: Duration::from_millis(wait) });
        }
        match rows {
            Rows::Known(at) => self.known.count(at, now),
            Rows::Stranger { name, address } => {
                self.names.count(name, now);
                self.addresses.count(address, now);
            }
        }
        Ok(Charge { rows, seen })
    }

    /// The person was let in: they are known there from now on, and earlier wrong tries there are forgotten.
    pub fn succeeded(&mut self, charge: Charge) {
        if let Some(room) = self.seen.get_mut(row(charge.seen)) {
            *room = charge.seen;
        }
        match charge.rows {
            Rows::Known(at) => self.known.forget(at),
            Rows::Stranger { .. } => self.undecided(charge),
        }
    }

    /// The try was neither right nor wrong: the password was right and the one-time password is still to come.
    pub fn undecided(&mut self, charge: Charge) {
        match charge.rows {
            Rows::Known(at) => self.known.give_back(at),
            // Others may have tried the same name: theirs stay counted.
            Rows::Stranger { name, address } => {
                self.names.give_back(name);
                self.addresses.give_back(address);
            }
        }
    }

    fn row(&self, key: impl Hash) -> usize {
        row(self.hasher.hash_one(key))
    }
}

const fn row(hash: u64) -> usize {
    (hash % ROWS as u64) as usize
}

/// Addresses that one person can have at will count as one: an IPv6 network of 64 bits.
#[must_use]
pub(crate) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[derive(Clone, Copy, Default)]
struct Count {
    wrong: u32,
    /// When the last one was let through, in milliseconds.
    at: i64,
}

struct Counts {
    rows: Vec<Count>,
    free: u32,
}

impl Counts {
    fn new(free: u32) -> Self {
        Self { rows: vec![Count::default(); ROWS], free }
    }

    /// Milliseconds until the next try is let through.
    fn wait(&mut self, at: usize, now: Timestamp) -> i64 {
        let free = self.free;
        let Some(row) = self.rows.get_mut(at) else { return 0 };
        // A clock that was set back must not keep anybody waiting until it has caught up.
        row.at = row.at.min(now.0);
        let wrong = row.left(now);
        let delay = match wrong.checked_sub(free) {
            None => 0,
            Some(doublings) => (1000_i64 << doublings.min(DOUBLINGS)).min(LONGEST),
        };
        row.at.saturating_add(delay).saturating_sub(now.0).max(0)
    }

    fn count(&mut self, at: usize, now: Timestamp) {
        let most = self.free.saturating_add(DOUBLINGS);
        if let Some(row) = self.rows.get_mut(at) {
            row.wrong = row.left(now).saturating_add(1).min(most);
            row.at = now.0;
        }
    }

    fn give_back(&mut self, at: usize) {
        if let Some(row) = self.rows.get_mut(at) {
            row.wrong = row.wrong.saturating_sub(1);
        }
    }

    fn forget(&mut self, at: usize) {
        if let Some(row) = self.rows.get_mut(at) {
            row.wrong = 0;
        }
    }
}

impl Count {
    /// Wrong tries that are not forgotten yet.
    fn left(&self, now: Timestamp) -> u32 {
        let forgotten = now.0.saturating_sub(self.at).max(0) / FORGET;
        self.wrong.saturating_sub(u32::try_from(forgotten).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests;
