//! The numbers that this API knows things by. A thing keeps its number for ever, so what was read once stays right.

use super::refusal::Refusal;
use patchbay_core::sync::{read, write};
use patchbay_team_store::{Numbered, TeamStore};
use std::{
    collections::{BTreeMap, HashMap},
    sync::RwLock,
};

/// A thing that has a number.
pub(super) type Thing = (Numbered, [u8; 16]);

/// The numbers that were asked for until now.
#[derive(Default)]
pub(super) struct Numbers(RwLock<HashMap<Thing, i64>>);

impl Numbers {
    /// Makes sure that these have numbers; [`Numbers::known`] tells them then.
    pub(super) async fn give(
        &self,
        store: &TeamStore,
        things: impl IntoIterator<Item = Thing>,
    ) -> Result<(), Refusal> {
        let mut missing: BTreeMap<Numbered, Vec<[u8; 16]>> = BTreeMap::new();
        {
            let known = read(&self.0);
            for (what, id) in things.into_iter().filter(|thing| !known.contains_key(thing)) {
                missing.entry(what).or_default().push(id);
            }
        }
        for (what, ids) in missing {
            let numbers = store.numbers_of(what, ids.clone()).await?;
            let mut known = write(&self.0);
            known.extend(ids.into_iter().map(|id| (what, id)).zip(numbers));
        }
        Ok(())
    }

    /// The number of a thing that was given one.
    pub(super) fn known(&self, thing: Thing) -> Option<i64> {
        read(&self.0).get(&thing).copied()
    }

    /// The number of one thing.
    pub(super) async fn of(&self, store: &TeamStore, thing: Thing) -> Result<i64, Refusal> {
        if let Some(number) = self.known(thing) {
            return Ok(number);
        }
        Ok(store.number(thing.0, thing.1).await?)
    }
}
