//! What a server's events say, and what of it front ends are told.
//!
//! Only of what is the server's: it may name nothing of this vault, and its own vault, settings and layouts are nobody's
//! business here.

use super::{Workspaces, known, workspace::Workspace};
use crate::Core;
use patchbay_model::{
    AppEvent, RunId, RunInfo, SessionId, SessionInfo, StatusReport, TaskId, TaskInfo,
};
use std::{collections::BTreeMap, sync::Arc};

/// More of one kind are a mistake of the server.
const MOST: usize = 5_000;

/// What events keep up to date.
#[derive(Clone, Default)]
pub(super) struct Followed {
    pub(super) sessions: BTreeMap<SessionId, SessionInfo>,
    pub(super) tasks: BTreeMap<TaskId, TaskInfo>,
    pub(super) runs: BTreeMap<RunId, RunInfo>,
}

impl Followed {
    pub(super) fn has(&self, id: [u8; 16]) -> bool {
        self.sessions.contains_key(&SessionId::from_bytes(id))
            || self.tasks.contains_key(&TaskId::from_bytes(id))
            || self.runs.contains_key(&RunId::from_bytes(id))
    }

    /// That all of it is gone.
    pub(super) fn all_gone(&self) -> Vec<AppEvent> {
        let sessions = self.sessions.keys().map(|id| AppEvent::SessionGone { id: *id });
        let tasks = self.tasks.keys().map(|id| AppEvent::TaskGone { id: *id });
        let runs = self.runs.keys().map(|id| AppEvent::RunGone { id: *id });
        sessions.chain(tasks).chain(runs).collect()
    }

    /// Takes an event; false if it is about something that is not followed.
    pub(super) fn take(&mut self, event: &AppEvent) -> bool {
        fn put<K: Ord, V>(all: &mut BTreeMap<K, V>, id: K, one: V) -> bool {
            let fits = all.len() < MOST || all.contains_key(&id);
            if fits {
                all.insert(id, one);
            }
            fits
        }
        match event {
            AppEvent::Session { session } => {
                put(&mut self.sessions, session.id, session.as_ref().clone())
            }
            AppEvent::SessionGone { id } => self.sessions.remove(id).is_some(),
            AppEvent::Task { task } => put(&mut self.tasks, task.id, task.as_ref().clone()),
            AppEvent::TaskGone { id } => self.tasks.remove(id).is_some(),
            AppEvent::Run { run } => put(&mut self.runs, run.id, run.as_ref().clone()),
            AppEvent::RunGone { id } => self.runs.remove(id).is_some(),
            _ => false,
        }
    }
}

/// The id of what an event is about.
fn about(event: &AppEvent) -> Option<[u8; 16]> {
    Some(match event {
        AppEvent::Session { session } => *session.id.as_bytes(),
        AppEvent::SessionGone { id } => *id.as_bytes(),
        AppEvent::Task { task } => *task.id.as_bytes(),
        AppEvent::TaskGone { id } => *id.as_bytes(),
        AppEvent::Run { run } => *run.id.as_bytes(),
        AppEvent::RunGone { id } => *id.as_bytes(),
        _ => return None,
    })
}

/// Takes an event of a server, and passes on what front ends are to hear of it.
pub(super) fn event(core: &Core, workspace: &Arc<Workspace>, event: AppEvent) {
    let event = match event {
        AppEvent::Session { mut session } => {
            // What this computer dials itself is told by this computer.
            (session.workspace, session.direct) = (Some(workspace.id), None);
            AppEvent::Session { session }
        }
        event => event,
    };
    let passed = match &event {
        AppEvent::Session { .. }
        | AppEvent::SessionGone { .. }
        | AppEvent::Task { .. }
        | AppEvent::TaskGone { .. }
        | AppEvent::Run { .. }
        | AppEvent::RunGone { .. } => {
            !is_of_another(core, workspace, &event) && workspace.follow(&event)
        }
        AppEvent::Tree { .. } => {
            // It is read again first; then front ends are told by the count of this vault.
            workspace.stale.notify_one();
            false
        }
        AppEvent::Recordings | AppEvent::Triggers => true,
        AppEvent::Trigger { hit } => workspace.look(|all| all.sessions.contains_key(&hit.session)),
        AppEvent::Tunnels { machine } => {
            // They run at this computer, and the server knows only what is kept with the machine.
            if workspace.has_node(*machine.entry.as_bytes()) {
                core.tunnels().told(machine.as_ref().clone());
            }
            false
        }
        AppEvent::Status { reports } => {
            let own = |report: &&StatusReport| workspace.has_node(*report.id.as_bytes());
            let reports: Vec<StatusReport> = reports.iter().filter(own).cloned().collect();
            if !reports.is_empty() {
                core.emit(AppEvent::Status { reports });
            }
            false
        }
        AppEvent::Machine { .. }
        | AppEvent::Cluster { .. }
        | AppEvent::ClusterTask { .. }
        | AppEvent::SwitchChange { .. }
        | AppEvent::SessionLost { .. }
        | AppEvent::Vault { .. }
        | AppEvent::Settings { .. }
        | AppEvent::Layouts
        | AppEvent::Agent { .. }
        | AppEvent::Edit { .. }
        | AppEvent::EditGone { .. }
        | AppEvent::RecordingsExpired { .. }
        | AppEvent::Workspaces { .. } => false,
    };
    if passed {
        core.emit(event);
    }
}

/// Takes what an answer said, unless an event was faster: answers and events come by different ways.
pub(super) fn answered(core: &Core, workspace: &Arc<Workspace>, answer: AppEvent) {
    let known = about(&answer).is_none_or(|id| workspace.look(|all| all.has(id)));
    if !known {
        event(core, workspace, answer);
    }
}

/// Puts what a server lists in place of what was followed: events that were missed are told now.
pub(super) fn caught_up(core: &Core, workspace: &Arc<Workspace>, now: &Followed) {
    let gone = workspace.look(|before| Followed {
        sessions: left(&before.sessions, &now.sessions),
        tasks: left(&before.tasks, &now.tasks),
        runs: left(&before.runs, &now.runs),
    });
    for id in gone.sessions.into_keys() {
        if workspace.follow(&AppEvent::SessionGone { id }) {
            core.emit(AppEvent::SessionLost { id });
        }
    }
    let gone = Followed { sessions: BTreeMap::new(), ..gone };
    let sessions = now.sessions.values();
    let sessions = sessions.map(|one| AppEvent::Session { session: Box::new(one.clone()) });
    let tasks = now.tasks.values().map(|one| AppEvent::Task { task: Box::new(one.clone()) });
    let runs = now.runs.values().map(|one| AppEvent::Run { run: Box::new(one.clone()) });
    for told in gone.all_gone().into_iter().chain(sessions).chain(tasks).chain(runs) {
        event(core, workspace, told);
    }
}

fn left<K: Ord + Copy, V: Clone>(before: &BTreeMap<K, V>, now: &BTreeMap<K, V>) -> BTreeMap<K, V> {
    let gone = before.iter().filter(|(id, _)| !now.contains_key(id));
    gone.map(|(id, one)| (*id, one.clone())).collect()
}

/// Whether what an event is about is somebody else's.
fn is_of_another(core: &Core, workspace: &Arc<Workspace>, event: &AppEvent) -> bool {
    about(event).is_some_and(|id| {
        known::is_here(core, id)
            || Workspaces(core)
                .all()
                .iter()
                .any(|other| other.id != workspace.id && other.look(|all| all.has(id)))
    })
}
