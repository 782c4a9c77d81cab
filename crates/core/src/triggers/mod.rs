//! Triggers: patterns that are looked for in what terminals show, whether or not somebody sees them.
//!
//! Whole lines are looked at, without their escape sequences. They rest while the vault is locked: patterns are kept in
//! it. Deliberately absent: telling the person (front ends do, by the event), and parts of lines such as prompts.

mod mark;
mod pattern;
#[cfg(all(test, unix))]
mod tests;
mod watch;

use crate::{
    Authorized, Core, CoreError, WholeVault, sync,
    tree::check_name,
    vault::{Unlocked, put, written},
};
use patchbay_model::{
    AppEvent, SessionId, Trigger, TriggerAction, TriggerDraft, TriggerId, TriggerList, TriggerScope,
};
use patchbay_store::{Change, Kind};
use regex::Regex;
use std::sync::{
    Arc, RwLock,
    atomic::{AtomicU32, Ordering},
};
pub(crate) use watch::Watch;

/// More would slow output down to be looked at.
const MOST_TRIGGERS: usize = 200;

/// A trigger that is looked for.
#[derive(Debug)]
struct Compiled {
    id: TriggerId,
    draft: TriggerDraft,
    regex: Regex,
}

/// What the tasks that look share.
#[derive(Debug, Default)]
struct Shared {
    /// Those that do something when their pattern is found.
    active: RwLock<Arc<Vec<Compiled>>>,
    /// Those that mark what is found; front ends ask for it.
    marking: RwLock<Arc<Vec<Compiled>>>,
    skipped: AtomicU32,
}

/// What the services keep about triggers between calls.
#[derive(Debug, Default)]
pub(crate) struct TriggersState {
    /// All of them, those that are off included; empty while the vault is locked.
    all: RwLock<Vec<Trigger>>,
    shared: Arc<Shared>,
}

/// Whether a pattern is found in a line.
pub fn found(pattern: &str, ignore_case: bool, line: &str) -> Result<bool, CoreError> {
    Ok(pattern::compiled(pattern, ignore_case)?.is_match(line))
}

/// Triggers.
#[derive(Clone, Copy, Debug)]
pub struct Triggers<'a>(pub(crate) &'a Core);

impl Triggers<'_> {
    /// All triggers, by name.
    pub fn list(&self, _vault: &Authorized<WholeVault>) -> Result<TriggerList, CoreError> {
        self.0.vault().unlocked()?;
        Ok(TriggerList {
            triggers: sync::read(&self.0.triggers.all).clone(),
            skipped: self.0.triggers.shared.skipped.load(Ordering::Relaxed),
        })
    }

    /// Adds a trigger, or changes the one of that id.
    pub async fn save(
        &self,
        _vault: &Authorized<WholeVault>,
        id: Option<TriggerId>,
        mut draft: TriggerDraft,
    ) -> Result<Trigger, CoreError> {
        draft.name = check_name(&draft.name)?;
        pattern::compiled(&draft.pattern, draft.ignore_case)?;
        if !(1..=3600).contains(&draft.pause) {
            return Err(CoreError::invalid(
                "pause",
                "A trigger rests for 1 to 3600 seconds.",
                "Type another number.",
            ));
        }
        if let TriggerScope::Node { id } = draft.scope {
            self.0.tree().require(id)?;
        }
        if let TriggerAction::Run { snippet } = draft.action {
            self.0.snippets().asks_for_nothing(snippet).await?;
        }
        let unlocked = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        let known = |id| sync::read(&self.0.triggers.all).iter().any(|other| other.id == id);
        if id.is_some_and(|id| !known(id)) {
            return Err(CoreError::NotFound("trigger"));
        }
        if id.is_none() && sync::read(&self.0.triggers.all).len() >= MOST_TRIGGERS {
            let message = format!("There are {MOST_TRIGGERS} triggers already.");
            return Err(CoreError::invalid("name", message, "Delete some of them."));
        }
        let trigger = Trigger { id: id.unwrap_or_else(TriggerId::new), draft };
        let json = written(serde_json::to_vec(&trigger.draft))?;
        unlocked.vault().apply(vec![put(Kind::Trigger, *trigger.id.as_bytes(), json)]).await?;
        self.replace(trigger.id, Some(trigger.clone()));
        self.0.emit(AppEvent::Triggers);
        Ok(trigger)
    }

    /// Deletes a trigger.
    pub async fn delete(
        &self,
        _vault: &Authorized<WholeVault>,
        id: TriggerId,
    ) -> Result<(), CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        if !sync::read(&self.0.triggers.all).iter().any(|other| other.id == id) {
            return Err(CoreError::NotFound("trigger"));
        }
        let gone = Change::Delete { kind: Kind::Trigger, id: *id.as_bytes() };
        unlocked.vault().apply(vec![gone]).await?;
        self.replace(id, None);
        self.0.emit(AppEvent::Triggers);
        Ok(())
    }

    /// Looks at a session's output from now on.
    pub(crate) fn watch(&self, session: SessionId) -> Watch {
        Watch::new(self.0, session, Arc::clone(&self.0.triggers.shared))
    }

    /// Reads them from a vault that was opened.
    pub(crate) async fn load(&self, unlocked: &Unlocked) -> Result<(), CoreError> {
        let items = unlocked.vault().load(Kind::Trigger).await?;
        let triggers = items.iter().filter_map(|item| {
            let draft = serde_json::from_slice(&item.data);
            // One bad item must not keep the vault shut.
            let draft = draft.map_err(|_| tracing::warn!("a trigger cannot be read")).ok()?;
            Some(Trigger { id: TriggerId::from_bytes(item.id), draft })
        });
        self.set(triggers.collect());
        Ok(())
    }

    /// The vault was locked.
    pub(crate) fn rest(&self) {
        self.set(Vec::new());
    }

    fn replace(&self, id: TriggerId, with: Option<Trigger>) {
        let mut all = sync::read(&self.0.triggers.all).clone();
        all.retain(|other| other.id != id);
        all.extend(with);
        self.set(all);
    }

    fn set(&self, mut all: Vec<Trigger>) {
        all.sort_by_cached_key(|trigger| (trigger.draft.name.to_lowercase(), trigger.id));
        let active = all.iter().filter(|trigger| trigger.draft.enabled).filter_map(|trigger| {
            let regex =
                pattern::compiled(&trigger.draft.pattern, trigger.draft.ignore_case).ok()?;
            Some(Compiled { id: trigger.id, draft: trigger.draft.clone(), regex })
        });
        let (marking, active) = active
            .partition(|compiled| matches!(compiled.draft.action, TriggerAction::Highlight { .. }));
        *sync::write(&self.0.triggers.shared.active) = Arc::new(active);
        *sync::write(&self.0.triggers.shared.marking) = Arc::new(marking);
        *sync::write(&self.0.triggers.all) = all;
    }
}
