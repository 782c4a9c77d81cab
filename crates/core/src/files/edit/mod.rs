//! Files of a machine that are edited on this computer: fetched to a folder only the person can read, watched, and
//! uploaded whenever they are saved.
//!
//! An edit belongs to a machine and not to a connection: it goes over whichever one is open for its files, and waits
//! while there is none. Nothing that was saved here is thrown away unless the person says so. Deliberately absent:
//! starting the editor, which is the desktop's part.

mod private;
#[cfg(all(test, unix))]
mod tests;
mod transfer;

use super::{Files, disk::Disk, entry, names, problem};
use crate::{Authorized, Core, CoreError, sync};
use patchbay_model::{
    ApiError, AppEvent, EditAnswer, EditId, EditInfo, EditState, ErrorCode, FileKind, FilePlace,
    NodeId, SessionInfo, SessionState, SessionTarget, Timestamp,
};
use private::{Private, Stamp};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, OnceLock, Weak},
    time::Duration,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use transfer::{Base, Sent, Way};

/// How often the files here are looked at.
const EVERY: Duration = Duration::from_secs(1);
/// Files edited at once.
const MOST: usize = 64;
/// Bytes of a file that is edited. A larger one is copied.
const LARGEST: u64 = 256 * 1024 * 1024;

/// What the services keep about edits.
#[derive(Default)]
pub(crate) struct Edits {
    all: Mutex<BTreeMap<EditId, Arc<Edit>>>,
    /// The folder of this run; made when it is first needed.
    private: OnceLock<Private>,
}

impl Drop for Edits {
    fn drop(&mut self) {
        self.tidy();
    }
}

impl Edits {
    /// Takes away the copies of files that the machines have just the same.
    fn tidy(&self) {
        for edit in sync::lock(&self.all).values() {
            edit.cancel.cancel();
            if edit.may_go() {
                private::remove(&edit.folder);
            }
        }
    }
}

/// A file that is edited.
pub(super) struct Edit {
    id: EditId,
    node: NodeId,
    machine: String,
    name: String,
    folder: PathBuf,
    local: PathBuf,
    core: Weak<Core>,
    cancel: CancellationToken,
    /// There is an answer.
    wake: Notify,
    live: Mutex<Live>,
    /// What is on the machine and not whole yet.
    part: Mutex<Option<Vec<u8>>>,
}

struct Live {
    /// Where it is on the machine.
    path: Vec<u8>,
    /// What the machine had when it was fetched or uploaded last.
    base: Base,
    state: EditState,
    uploaded: Option<Timestamp>,
    answer: Option<EditAnswer>,
    /// The file here as it was dealt with last.
    dealt: Option<Stamp>,
    /// The file here as it was seen last.
    seen: Option<Stamp>,
}

impl Files<'_> {
    /// Fetches a file of a machine to be edited here. One that is edited already is given as it is.
    pub async fn edit(
        &self,
        place: &Authorized<FilePlace>,
        path: &str,
    ) -> Result<EditInfo, CoreError> {
        let FilePlace::Machine { session } = *place.get() else {
            return Err(CoreError::invalid(
                "place",
                "A file of this computer needs no copy to be edited.",
                "Open it with an editor.",
            ));
        };
        let SessionInfo { title, target, .. } = self.session(session)?;
        let SessionTarget::Files { id: node } = target else {
            return Err(CoreError::NotFound("session"));
        };
        let disk = self.over(session).await?;
        let path = disk.absolute(Some(&super::named(path)?)).await?;
        let known = self.find(|edit| edit.node == node && edit.live().path == path);
        if let Some(known) = known {
            return Ok(known.info());
        }
        let there = disk.look(&path).await?;
        editable(&path, there.kind, there.size)?;
        if sync::lock(&self.0.files.edits.all).len() >= MOST {
            return Err(CoreError::invalid(
                "path",
                format!("{MOST} files are edited already."),
                "Stop editing some of them.",
            ));
        }
        let (_, name) = disk.split(&path).unwrap_or((b"", &path));
        let id = EditId::new();
        let (folder, local) = self.private()?.room(id, name)?;
        let base = match transfer::fetch(&disk, &path, &there, &local).await {
            Ok(base) => base,
            Err(error) => {
                private::remove(&folder);
                return Err(error);
            }
        };
        let edit = Arc::new(Edit {
            id,
            node,
            machine: title,
            name: names::text(name),
            folder,
            core: self.0.weak(),
            cancel: CancellationToken::new(),
            wake: Notify::new(),
            part: Mutex::default(),
            live: Mutex::new(Live {
                path,
                base,
                state: EditState::Saved,
                uploaded: None,
                answer: None,
                dealt: private::stamp(&local),
                seen: None,
            }),
            local,
        });
        edit.keep()?;
        self.watch(&edit);
        edit.changed(|_| ());
        Ok(edit.info())
    }

    /// All files that are edited, oldest first, with those that an earlier run could not upload.
    pub async fn edits(&self) -> Vec<EditInfo> {
        if self.0.files.edits.private.get().is_none()
            && let Ok(private) = self.private()
        {
            for left in private.left().await {
                let edit = Arc::new(left.into_edit(self.0.weak()));
                self.watch(&edit);
            }
        }
        sync::lock(&self.0.files.edits.all).values().map(|edit| edit.info()).collect()
    }

    /// Says what becomes of what was saved here.
    pub fn edit_answer(&self, id: EditId, answer: EditAnswer) -> Result<EditInfo, CoreError> {
        let edit = self.edit_of(id)?;
        edit.live().answer = Some(answer);
        edit.wake.notify_one();
        Ok(edit.info())
    }

    /// Edits a file no longer. What did not reach the machine is given up only if that is said.
    pub fn edit_stop(&self, id: EditId, discard: bool) -> Result<(), CoreError> {
        let edit = self.edit_of(id)?;
        if !edit.may_go() && !discard {
            return Err(CoreError::invalid(
                "discard",
                format!("What was saved of {} is not on {} yet.", edit.name, edit.machine),
                "Upload it first, or say that it is to be given up.",
            ));
        }
        sync::lock(&self.0.files.edits.all).remove(&id);
        edit.cancel.cancel();
        private::remove(&edit.folder);
        self.0.emit(AppEvent::EditGone { id });
        Ok(())
    }

    /// The copy of an edited file on this computer.
    pub fn edit_local(&self, id: EditId) -> Result<PathBuf, CoreError> {
        Ok(self.edit_of(id)?.local.clone())
    }

    /// The app ends: copies that the machines have just the same do not stay behind.
    pub fn edits_end(&self) {
        self.0.files.edits.tidy();
    }

    fn private(&self) -> Result<&Private, CoreError> {
        let kept = &self.0.files.edits.private;
        if let Some(private) = kept.get() {
            return Ok(private);
        }
        let made = Private::make(&self.0.config().data_dir.join("edits"))?;
        Ok(kept.get_or_init(|| made))
    }

    fn find(&self, which: impl Fn(&Edit) -> bool) -> Option<Arc<Edit>> {
        sync::lock(&self.0.files.edits.all).values().find(|edit| which(edit)).cloned()
    }

    fn edit_of(&self, id: EditId) -> Result<Arc<Edit>, CoreError> {
        self.find(|edit| edit.id == id).ok_or(CoreError::NotFound("edited file"))
    }

    /// The files of a machine, over any connection that is open for them.
    async fn disk_of(&self, node: NodeId) -> Option<Disk> {
        let sessions = self.0.sessions().list().into_iter().chain(self.0.workspaces().sessions());
        let open = sessions.filter(|session| {
            session.target == SessionTarget::Files { id: node }
                && session.state == SessionState::Open
        });
        for session in open {
            if let Ok(disk) = self.over(session.id).await {
                return Some(disk);
            }
        }
        None
    }

    fn watch(&self, edit: &Arc<Edit>) {
        sync::lock(&self.0.files.edits.all).insert(edit.id, Arc::clone(edit));
        let (edit, core) = (Arc::clone(edit), self.0.weak());
        tokio::spawn(async move {
            loop {
                let Some(wait) = core.upgrade().map(|core| {
                    let clock = core.clock();
                    clock.until(clock.now() + EVERY)
                }) else {
                    return;
                };
                tokio::select! {
                    () = wait => {}
                    () = edit.wake.notified() => {}
                    () = edit.cancel.cancelled() => return,
                }
                tokio::select! {
                    () = edit.step() => {}
                    () = edit.cancel.cancelled() => {
                        let part = sync::lock(&edit.part).take();
                        if let Some(part) = part && let Some(disk) = edit.disk().await {
                            // The connection may be gone, too.
                            let _left = disk.remove_file(&part).await;
                        }
                        return;
                    }
                }
            }
        });
    }
}

impl Edit {
    fn live(&self) -> MutexGuard<'_, Live> {
        sync::lock(&self.live)
    }

    /// The machine has what is here, also what was saved in this very moment.
    fn may_go(&self) -> bool {
        let live = self.live();
        live.state == EditState::Saved && private::stamp(&self.local) == live.dealt
    }

    fn info(&self) -> EditInfo {
        self.info_of(&self.live())
    }

    fn info_of(&self, live: &Live) -> EditInfo {
        EditInfo {
            id: self.id,
            name: self.name.clone(),
            node: self.node,
            machine: self.machine.clone(),
            path: names::text(&live.path),
            state: live.state.clone(),
            uploaded: live.uploaded,
        }
    }

    /// Changes it and tells the front ends, in the order of the changes.
    fn changed<T>(&self, change: impl FnOnce(&mut Live) -> T) -> T {
        let mut live = self.live();
        let result = change(&mut live);
        if let Some(core) = self.core.upgrade() {
            core.emit(AppEvent::Edit { edit: Box::new(self.info_of(&live)) });
        }
        result
    }

    fn turn_to(&self, state: EditState) {
        if self.live().state != state {
            self.changed(|live| live.state = state);
        }
    }

    /// Notes beside the copy what it is a copy of, so that the next run can upload it.
    fn keep(&self) -> Result<(), CoreError> {
        let live = self.live();
        private::note(&self.folder, &private::Note::of(self, &live))
    }

    /// Looks at the file here, and does what is to be done about it.
    async fn step(&self) {
        let answer = self.live().answer.take();
        let now = private::stamp(&self.local);
        let Some(way) = self.wanted(answer, now) else { return };
        let Some(disk) = self.disk().await else {
            // The answer stands until the machine is there.
            self.live().answer = answer;
            return self.turn_to(EditState::Waiting);
        };
        self.turn_to(EditState::Uploading);
        let (path, base) = {
            let live = self.live();
            (live.path.clone(), live.base.clone())
        };
        let wall = self.core.upgrade().map(|core| core.clock().wall());
        let job = transfer::Job {
            disk: &disk,
            path: &path,
            base: &base,
            local: &self.local,
            id: self.id,
            part: &self.part,
        };
        let done = job.run(way, wall.unwrap_or(Timestamp(0))).await;
        match done {
            Ok(Sent::Conflict(there)) => {
                let there = there.map(|node| Box::new(entry::plain(&node)));
                self.changed(|live| {
                    live.dealt = now;
                    live.state = EditState::Conflict { there };
                });
            }
            Ok(Sent::Same(base, path)) => self.agreed(
                base,
                path,
                private::stamp(&self.local).filter(|_| way == Way::Fetch).or(now),
                None,
            ),
            Ok(Sent::Uploaded(base, path)) => self.agreed(base, path, now, wall),
            Err(error) => self.failed(error, answer, now),
        }
    }

    /// The files of its machine, as long as a session is open for them.
    async fn disk(&self) -> Option<Disk> {
        Files(&*self.core.upgrade()?).disk_of(self.node).await
    }

    /// What is to be done, if anything.
    fn wanted(&self, answer: Option<EditAnswer>, now: Option<Stamp>) -> Option<Way> {
        match answer {
            Some(EditAnswer::FetchAgain) => return Some(Way::Fetch),
            // An editor may be in the middle of replacing the file.
            _ if now.is_none() => return None,
            Some(EditAnswer::Upload) => return Some(Way::Careful),
            Some(EditAnswer::Overwrite) => return Some(Way::Overwrite),
            Some(EditAnswer::KeepBoth) => return Some(Way::Beside),
            None => {}
        }
        let mut live = self.live();
        match live.state {
            EditState::Waiting | EditState::Uploading => return Some(Way::Careful),
            // Only the person can say what is right; that it was saved again says nothing about it.
            EditState::Conflict { .. } | EditState::Left => return None,
            EditState::Saved | EditState::Failed { .. } => {}
        }
        if now == live.dealt {
            return None;
        }
        // Twice the same: the editor has finished writing.
        let finished = live.seen == now;
        live.seen = now;
        finished.then_some(Way::Careful)
    }

    /// The machine has what this computer has.
    fn agreed(&self, base: Base, path: Vec<u8>, dealt: Option<Stamp>, uploaded: Option<Timestamp>) {
        self.changed(|live| {
            live.base = base;
            live.path = path;
            live.dealt = dealt;
            live.uploaded = uploaded.or(live.uploaded);
            live.state = EditState::Saved;
        });
        if let Err(error) = self.keep() {
            tracing::warn!(%error, "an edited file is not noted as uploaded");
        }
    }

    fn failed(&self, error: CoreError, answer: Option<EditAnswer>, now: Option<Stamp>) {
        let error = ApiError::from(error);
        self.changed(|live| {
            if error.code == ErrorCode::Disconnected {
                live.answer = live.answer.or(answer);
                live.state = EditState::Waiting;
            } else {
                live.dealt = now;
                live.state = EditState::Failed { error };
            }
        });
    }
}

fn editable(path: &[u8], kind: FileKind, size: u64) -> Result<(), CoreError> {
    let called = problem::short(path);
    if kind != FileKind::File {
        return Err(CoreError::invalid(
            "path",
            format!("{called} is no file."),
            "Open it instead.",
        ));
    }
    if size > LARGEST {
        return Err(CoreError::invalid(
            "path",
            format!("{called} is larger than 256 MiB."),
            "Copy it to this computer, edit the copy, and copy it back.",
        ));
    }
    Ok(())
}
