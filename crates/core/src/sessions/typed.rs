//! What a person has typed to sign in, for further connections of the same machine: its files, its tunnels.
//!
//! In memory alone, wiped when dropped. An answer is kept once it has let somebody in, for as long as a session of the
//! machine is there and the vault is unlocked; one that is refused is forgotten. Deliberately absent: codes of the moment
//! (what is asked for says whether it lasts), and anything a vault keeps.

use super::Sessions;
use crate::{Core, sync};
use patchbay_model::{NodeId, Secret, Stage};
use patchbay_session::{Ask, Progress};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, Weak},
};

/// Answers by machine, and by what was asked for.
#[derive(Default)]
pub(super) struct Typed(Mutex<HashMap<NodeId, HashMap<String, Secret<String>>>>);

impl Typed {
    fn get(&self, machine: NodeId, what: &str) -> Option<Secret<String>> {
        sync::lock(&self.0).get(&machine)?.get(what).cloned()
    }

    fn keep(&self, machine: NodeId, answers: impl Iterator<Item = (String, Secret<String>)>) {
        sync::lock(&self.0).entry(machine).or_default().extend(answers);
    }

    fn forget(&self, machine: NodeId, what: &str) {
        if let Some(answers) = sync::lock(&self.0).get_mut(&machine) {
            answers.remove(what);
        }
    }

    fn forget_machine(&self, machine: NodeId) {
        sync::lock(&self.0).remove(&machine);
    }

    pub(super) fn forget_all(&self) {
        sync::lock(&self.0).clear();
    }

    /// As if the passwords had been changed on the machines.
    #[cfg(test)]
    pub(super) fn spoil_for_test(&self) {
        for answer in sync::lock(&self.0).values_mut().flat_map(HashMap::values_mut) {
            *answer = Secret::new("was once right".to_owned());
        }
    }
}

impl Sessions<'_> {
    /// Forgets everything that was typed; the vault is locked.
    pub(crate) fn forget_typed(&self) {
        self.0.sessions.typed.forget_all();
    }

    /// Forgets what was typed for a machine, if no session of it is left.
    pub(super) fn forget_typed_for(&self, machine: NodeId) {
        if self.running_to(&[machine]) == 0 {
            self.0.sessions.typed.forget_machine(machine);
        }
    }
}

/// What one connection knows of it.
pub(super) struct Memory {
    core: Weak<Core>,
    machine: NodeId,
    now: Mutex<Now>,
}

/// Of the machine that is being signed in to.
#[derive(Default)]
struct Now {
    /// Typed by the person, not yet known to be right.
    typed: HashMap<String, Secret<String>>,
    /// Given from what was kept: another question for the same means that it is refused.
    given: HashSet<String>,
    /// Asked for twice in a row, so that what lasts cannot be told from what does not.
    doubtful: HashSet<String>,
}

impl Memory {
    pub(super) fn new(core: Weak<Core>, machine: NodeId) -> Self {
        Self { core, machine, now: Mutex::default() }
    }

    /// The answer, if it was typed before.
    pub(super) fn answer(&self, ask: &Ask) -> Option<Secret<String>> {
        let what = ask.lasting.as_deref()?;
        let core = self.core.upgrade()?;
        let typed = &core.sessions.typed;
        let known = typed.get(self.machine, what)?;
        if sync::lock(&self.now).given.insert(what.to_owned()) {
            return Some(known);
        }
        typed.forget(self.machine, what);
        None
    }

    /// Notes what the person has typed.
    pub(super) fn note(&self, ask: &Ask, answers: &[Secret<String>]) {
        let (Some(what), [answer]) = (&ask.lasting, answers) else { return };
        let mut now = sync::lock(&self.now);
        let before = now.typed.insert(what.clone(), answer.clone()).is_some();
        if !ask.again && (before || now.given.contains(what)) {
            now.doubtful.insert(what.clone());
        }
    }

    /// Follows how connecting goes: what was typed is right once it has let the person in.
    pub(super) fn follow(&self, progress: &Progress) {
        match progress {
            Progress::Began { stage: Stage::SignIn, .. } => {
                // A desktop that refuses a password is signed in to anew: what was given then is not given again.
                let mut now = sync::lock(&self.now);
                let given = std::mem::take(&mut now.given);
                *now = Now { given, ..Now::default() };
            }
            Progress::Done { stage: Stage::SignIn, .. } => {
                let Now { typed, doubtful, .. } = std::mem::take(&mut *sync::lock(&self.now));
                let Some(core) = self.core.upgrade() else { return };
                let right = typed.into_iter().filter(|(what, _)| !doubtful.contains(what));
                core.sessions.typed.keep(self.machine, right);
                // Nobody may have a session any more, and somebody may have locked meanwhile.
                core.sessions().forget_typed_for(self.machine);
                if core.vault().unlocked().is_err() {
                    core.sessions().forget_typed();
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Fixture, secret};
    use patchbay_model::{PromptKind, Question};

    fn ask(again: bool) -> Ask {
        Ask {
            kind: PromptKind::KeyboardInteractive,
            machine: "box".into(),
            title: String::new(),
            instructions: String::new(),
            questions: vec![Question { label: "Password".into(), echo: false }],
            again,
            lasting: Some("password of root at box".into()),
        }
    }

    fn began() -> Progress {
        Progress::Began { stage: Stage::SignIn, machine: "box".into(), detail: String::new() }
    }

    fn done() -> Progress {
        Progress::Done { stage: Stage::SignIn, detail: String::new() }
    }

    fn kept(memory: &Memory, core: &Core) -> usize {
        sync::lock(&core.sessions.typed.0).get(&memory.machine).map_or(0, HashMap::len)
    }

    #[tokio::test]
    async fn nothing_is_kept_without_a_session() {
        let fixture = Fixture::open().await;
        let memory = Memory::new(fixture.core.weak(), NodeId::new());
        memory.follow(&began());
        memory.note(&ask(false), &[secret("hunter2")]);
        memory.follow(&done());
        assert_eq!(kept(&memory, &fixture.core), 0);
    }

    #[tokio::test]
    async fn refused_doubtful_and_passing_answers() {
        let fixture = Fixture::open().await;
        let memory = Memory::new(fixture.core.weak(), NodeId::new());
        let typed = &fixture.core.sessions.typed;
        let what = ask(false).lasting.unwrap();
        typed.keep(memory.machine, std::iter::once((what, secret("old"))));

        // Given once; asked for again, it is wrong.
        memory.follow(&began());
        assert_eq!(memory.answer(&ask(false)), Some(secret("old")));
        assert_eq!(memory.answer(&ask(true)), None);
        assert_eq!(kept(&memory, &fixture.core), 0);

        // A desktop signs in anew over another connection.
        let memory = Memory::new(fixture.core.weak(), memory.machine);
        typed.keep(memory.machine, std::iter::once((ask(false).lasting.unwrap(), secret("old"))));
        memory.follow(&began());
        assert_eq!(memory.answer(&ask(false)), Some(secret("old")));
        memory.follow(&began());
        assert_eq!(memory.answer(&ask(true)), None);
        assert_eq!(kept(&memory, &fixture.core), 0);

        let memory = Memory::new(fixture.core.weak(), NodeId::new());
        // A password and a code under the same label, one after the other.
        memory.follow(&began());
        memory.note(&ask(false), &[secret("hunter2")]);
        memory.note(&ask(false), &[secret("123456")]);
        assert!(sync::lock(&memory.now).doubtful.contains("password of root at box"));

        // A first mistake is no doubt.
        memory.follow(&began());
        memory.note(&ask(false), &[secret("hunter")]);
        memory.note(&ask(true), &[secret("hunter2")]);
        let now = sync::lock(&memory.now);
        assert!(now.doubtful.is_empty());
        assert_eq!(now.typed.values().collect::<Vec<_>>(), [&secret("hunter2")]);
        drop(now);

        // What does not last is not even noted.
        memory.follow(&began());
        let code = Ask { lasting: None, ..ask(false) };
        memory.note(&code, &[secret("123456")]);
        assert!(sync::lock(&memory.now).typed.is_empty());
        assert_eq!(memory.answer(&code), None);
    }
}
