//! Looking at the output of one terminal, on a task of its own: output never waits for it.

use super::{Compiled, Shared};
use crate::{Clock, Core, plain::plain, snippets::Snippets, sync};
use bytes::Bytes;
use patchbay_model::{
    ApiError, AppEvent, SessionId, SessionTarget, TriggerAction, TriggerHit, TriggerId,
    TriggerScope,
};
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, Weak, atomic::Ordering},
    time::Duration,
};
use tokio::sync::mpsc;

/// Pieces of output that may wait to be looked at.
const QUEUE: usize = 64;
/// Bytes of a line that are looked at.
const LONGEST_LINE: usize = 8 * 1024;

/// Hands output over to be looked at.
pub(crate) struct Watch {
    session: SessionId,
    core: Weak<Core>,
    clock: Arc<dyn Clock>,
    /// The task that looks; there is none before there is something to look for.
    pieces: OnceLock<mpsc::Sender<Bytes>>,
    shared: Arc<Shared>,
}

impl Watch {
    /// Looks from now on, until it is dropped.
    pub(super) fn new(core: &Core, session: SessionId, shared: Arc<Shared>) -> Self {
        let clock = Arc::clone(&core.config().clock);
        Self { session, core: core.weak(), clock, pieces: OnceLock::new(), shared }
    }

    fn start(&self) -> mpsc::Sender<Bytes> {
        let (pieces, queue) = mpsc::channel(QUEUE);
        let looking = Looking {
            session: self.session,
            core: self.core.clone(),
            clock: Arc::clone(&self.clock),
            shared: Arc::clone(&self.shared),
            line: Vec::new(),
            acted: HashMap::new(),
        };
        tokio::spawn(looking.run(queue));
        pieces
    }

    /// Whether a task looks.
    #[cfg(test)]
    pub(super) fn looks(&self) -> bool {
        self.pieces.get().is_some()
    }

    /// Never waits: what comes too fast is left out, and counted.
    pub(crate) fn feed(&self, bytes: &Bytes) {
        if sync::read(&self.shared.active).is_empty() {
            return;
        }
        // It goes on when the last trigger rests, and so knows how long ago each acted.
        let pieces = self.pieces.get_or_init(|| self.start());
        if pieces.try_send(bytes.clone()).is_err() {
            self.shared.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

struct Looking {
    session: SessionId,
    core: Weak<Core>,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
    /// What there is of the present line.
    line: Vec<u8>,
    /// When each trigger acted last.
    acted: HashMap<TriggerId, Duration>,
}

impl Looking {
    async fn run(mut self, mut pieces: mpsc::Receiver<Bytes>) {
        while let Some(piece) = pieces.recv().await {
            for part in piece.split_inclusive(|byte| *byte == b'\n') {
                let room = LONGEST_LINE.saturating_sub(self.line.len());
                self.line.extend_from_slice(part.get(..room).unwrap_or(part));
                if part.ends_with(b"\n") {
                    let line = std::mem::take(&mut self.line);
                    self.look(plain(line.strip_suffix(b"\n").unwrap_or(&line))).await;
                }
            }
            // Others get their turn: a flood in one terminal is no reason for another to stand still.
            tokio::task::yield_now().await;
        }
    }

    async fn look(&mut self, line: String) {
        let active = Arc::clone(&sync::read(&self.shared.active));
        for trigger in active.iter() {
            let now = self.clock.now();
            let pause = Duration::from_secs(u64::from(trigger.draft.pause));
            let rests = self.acted.get(&trigger.id).is_some_and(|acted| now - *acted < pause);
            if rests || !trigger.regex.is_match(&line) {
                continue;
            }
            // The services may be going away: then nobody is told any more.
            let Some(core) = self.core.upgrade() else { return };
            if !in_scope(&core, self.session, trigger) {
                continue;
            }
            self.acted.insert(trigger.id, now);
            act(&core, self.session, trigger, &line).await;
        }
    }
}

/// Whether a session's output is meant.
pub(super) fn in_scope(core: &Core, session: SessionId, trigger: &Compiled) -> bool {
    let TriggerScope::Node { id } = trigger.draft.scope else { return true };
    let Ok(SessionTarget::Entry { id: machine }) =
        core.sessions().info(session).map(|info| info.target)
    else {
        return false;
    };
    let Ok(unlocked) = core.vault().unlocked() else { return false };
    let forest = sync::read(unlocked.forest());
    machine == id || forest.above(machine).any(|(above, _)| above == id)
}

async fn act(core: &Core, session: SessionId, trigger: &Compiled, line: &str) {
    let Ok(info) = core.sessions().info(session) else { return };
    let (mut ran, mut problem) = (None, None);
    if let TriggerAction::Run { snippet } = trigger.draft.action {
        match Snippets(core).send_plain(snippet, session).await {
            Ok(name) => ran = Some(name),
            Err(error) => problem = Some(ApiError::from(error).to_string()),
        }
    }
    let hit = TriggerHit {
        trigger: trigger.id,
        name: trigger.draft.name.clone(),
        session,
        title: info.title,
        line: line.chars().take(500).collect(),
        ran,
        problem,
        show_line: trigger.draft.show_line,
    };
    core.emit(AppEvent::Trigger { hit: Box::new(hit) });
}
