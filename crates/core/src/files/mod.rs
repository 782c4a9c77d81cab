//! Files of this computer and of machines: looking, changing, and the tasks that copy and delete.
//!
//! A machine's files are reached through a session that was opened for them, over a connection of its own, so that no
//! terminal waits behind them. Tasks go on without a window and without a tab, and over lost connections; transfers are
//! there again after a restart. Deliberately absent: SFTP itself (`patchbay-sftp`).

mod copy;
mod delete;
mod disk;
mod edit;
mod entry;
mod here;
mod job;
mod lanes;
mod machine;
mod names;
mod outside;
mod permissions;
mod picture;
mod place;
pub(crate) mod problem;
mod records;
mod run;
pub(crate) mod shell;
mod task;
#[cfg(all(test, unix))]
mod tests;
mod transfer;
mod verify;
mod walk;

pub use names::file_uri;
pub use outside::{Incoming, Outgoing};
pub use picture::{Picture, measure};

use crate::{Authorized, Core, CoreError, sync};
use disk::Disk;
use here::Here;
use patchbay_model::{
    AppEvent, Conflict, FileCount, FileKind, FileListing, FilePlace, FilePreview, SessionId,
    SessionInfo, TaskId, TaskInfo, TaskKind,
};
use patchbay_store::Items;
use place::Place;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use task::{Spec, Stopped, Task, Why, Words, exact};
use tokio::{sync::Semaphore, time::timeout};
use walk::{Step, Walk};

/// Tasks at work at once.
const AT_ONCE: usize = 3;
/// Tasks that are kept to be looked at.
const MOST_TASKS: usize = 1_000;
/// Bytes of a file that are shown.
const PREVIEW: usize = 256 * 1024;
/// How long somebody waits for a count.
const COUNTING: Duration = Duration::from_secs(10);

/// What the services keep about tasks between calls.
pub(crate) struct FilesState {
    tasks: Mutex<BTreeMap<TaskId, Arc<Task>>>,
    turns: Arc<Semaphore>,
    edits: edit::Edits,
    pictures: picture::Pictures,
}

impl Default for FilesState {
    fn default() -> Self {
        Self {
            tasks: Mutex::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            edits: edit::Edits::default(),
            pictures: picture::Pictures::default(),
        }
    }
}

impl std::fmt::Debug for FilesState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FilesState")
            .field("tasks", &sync::lock(&self.tasks).len())
            .finish_non_exhaustive()
    }
}

impl Drop for FilesState {
    fn drop(&mut self) {
        for task in sync::lock(&self.tasks).values() {
            task.stopping().cancel();
        }
    }
}

/// Where something is copied to.
struct Goal {
    place: FilePlace,
    folder: Vec<u8>,
    /// What it is called there, if that is another name.
    name: Option<Vec<u8>>,
}

/// Files.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a>(pub(crate) &'a Core);

impl Files<'_> {
    /// What is in a folder; in the home folder if none is named.
    pub async fn list(
        &self,
        place: &Authorized<FilePlace>,
        path: Option<&str>,
    ) -> Result<FileListing, CoreError> {
        let disk = self.disk(*place.get())?;
        let path = disk.absolute(path.map(names::bytes).as_deref()).await?;
        let content = disk.list(&path).await?;
        let entries = entry::all(&disk, &path, &content.nodes).await;
        Ok(FileListing {
            parent: disk.split(&path).map(|(folder, _)| names::text(folder)),
            entries,
            refused: content.refused,
            free: disk.free(&path).await?.map(exact),
            path: names::text(&path),
        })
    }

    /// What is in files and folders altogether. Gives up after a while, and says so.
    pub async fn count(
        &self,
        place: &Authorized<FilePlace>,
        paths: &[String],
    ) -> Result<FileCount, CoreError> {
        let disk = self.disk(*place.get())?;
        let start = walk::named(&disk, &all_bytes(paths), false).await?;
        let mut count = FileCount { files: 0, folders: 0, bytes: 0.0, more: false };
        let mut add = |found: &[walk::Found]| {
            for found in found {
                match found.node.kind {
                    FileKind::Folder => count.folders += 1,
                    kind => {
                        count.files += 1;
                        if kind == FileKind::File {
                            count.bytes += exact(found.node.size);
                        }
                    }
                }
            }
        };
        add(&start);
        let counting = async {
            let mut walk = Walk::new(&disk, &start);
            let mut unknown = false;
            while let Some(step) = walk.next().await? {
                match step {
                    Step::Inside(found) => add(&found),
                    Step::Failed(_) => unknown = true,
                }
            }
            Ok::<_, CoreError>(unknown)
        };
        let more = match timeout(COUNTING, counting).await {
            Ok(unknown) => unknown?,
            Err(_) => true,
        };
        Ok(FileCount { more, ..count })
    }

    /// Makes a folder.
    pub async fn make_folder(
        &self,
        place: &Authorized<FilePlace>,
        path: &str,
    ) -> Result<(), CoreError> {
        self.disk(*place.get())?.make_folder(&named(path)?).await
    }

    /// Gives a file or folder another name or place. Nothing may be there.
    pub async fn rename(
        &self,
        place: &Authorized<FilePlace>,
        from: &str,
        to: &str,
    ) -> Result<(), CoreError> {
        self.disk(*place.get())?.rename(&named(from)?, &named(to)?).await
    }

    /// Sets the low twelve bits of `st_mode`.
    pub async fn set_mode(
        &self,
        place: &Authorized<FilePlace>,
        paths: &[String],
        mode: u16,
    ) -> Result<(), CoreError> {
        allowed(mode)?;
        let disk = self.disk(*place.get())?;
        for path in paths {
            disk.set_mode(&named(path)?, mode).await?;
        }
        Ok(())
    }

    /// The beginning of a file.
    pub async fn preview(
        &self,
        place: &Authorized<FilePlace>,
        path: &str,
    ) -> Result<FilePreview, CoreError> {
        let disk = self.disk(*place.get())?;
        let path = named(path)?;
        let node = disk.look(&path).await?;
        if node.kind != FileKind::File {
            return Err(CoreError::invalid(
                "path",
                format!("{} is no file.", problem::short(&path)),
                "Open it instead.",
            ));
        }
        let mut source = disk.read(&path, 0, node.size.min(PREVIEW as u64)).await?;
        let mut begin = Vec::new();
        while begin.len() <= PREVIEW {
            match source.next().await? {
                Some(bytes) => begin.extend_from_slice(&bytes),
                None => break,
            }
        }
        let cut = begin.len() > PREVIEW;
        begin.truncate(PREVIEW);
        Ok(FilePreview { text: readable(&begin), size: exact(node.size), cut })
    }

    /// Moves files and folders into a folder: what is copied is taken away where it was.
    pub fn move_to(
        &self,
        from: &Authorized<FilePlace>,
        paths: Vec<String>,
        to: &Authorized<FilePlace>,
        folder: &str,
        conflict: Conflict,
    ) -> Result<TaskInfo, CoreError> {
        let to = Some(Goal { place: *to.get(), folder: names::bytes(folder), name: None });
        self.begin(TaskKind::Move, *from.get(), all_bytes(&paths), to, conflict, None)
    }

    /// Copies files and folders into a folder.
    pub fn copy(
        &self,
        from: &Authorized<FilePlace>,
        paths: Vec<String>,
        to: &Authorized<FilePlace>,
        folder: String,
        conflict: Conflict,
    ) -> Result<TaskInfo, CoreError> {
        self.copy_to(from, &paths, to, &folder, None, conflict)
    }

    /// Copies one file or folder into a folder, where it is called `name`.
    pub fn copy_as(
        &self,
        from: &Authorized<FilePlace>,
        path: String,
        to: &Authorized<FilePlace>,
        (folder, name): (&str, &str),
        conflict: Conflict,
    ) -> Result<TaskInfo, CoreError> {
        let name = named(name)?;
        if name == b"." || name == b".." || name.contains(&b'/') {
            let message = format!("{} cannot be a name.", problem::short(&name));
            return Err(CoreError::invalid("name", message, "Type another one."));
        }
        self.copy_to(from, &[path], to, folder, Some(name), conflict)
    }

    fn copy_to(
        &self,
        from: &Authorized<FilePlace>,
        paths: &[String],
        to: &Authorized<FilePlace>,
        folder: &str,
        name: Option<Vec<u8>>,
        conflict: Conflict,
    ) -> Result<TaskInfo, CoreError> {
        let kind = match (*from.get(), *to.get()) {
            (FilePlace::Here, FilePlace::Machine { .. }) => TaskKind::Upload,
            (FilePlace::Machine { .. }, FilePlace::Here) => TaskKind::Download,
            _ => TaskKind::Copy,
        };
        let to = Some(Goal { place: *to.get(), folder: names::bytes(folder), name });
        self.begin(kind, *from.get(), all_bytes(paths), to, conflict, None)
    }

    /// Deletes files and folders with everything inside.
    pub fn delete(
        &self,
        place: &Authorized<FilePlace>,
        paths: Vec<String>,
    ) -> Result<TaskInfo, CoreError> {
        self.begin(TaskKind::Delete, *place.get(), all_bytes(&paths), None, Conflict::Skip, None)
    }

    /// Sets the low twelve bits of `st_mode` of folders and everything inside, as a task. Files inside are run only if
    /// they were before.
    pub fn set_mode_inside(
        &self,
        place: &Authorized<FilePlace>,
        paths: &[String],
        mode: u16,
    ) -> Result<TaskInfo, CoreError> {
        allowed(mode)?;
        let kind = TaskKind::Permissions;
        self.begin(kind, *place.get(), all_bytes(paths), None, Conflict::Skip, Some(mode))
    }

    /// Compares what a finished copy has put in its place with where it came from, as a task of its own.
    pub fn verify(&self, id: TaskId) -> Result<TaskInfo, CoreError> {
        let other = self.get(id)?;
        if !other.info().verifiable {
            return Err(CoreError::invalid(
                "id",
                "Only a copy that is done can be verified.",
                "Wait for it, or copy it again.",
            ));
        }
        let task = Task::verifying(self.0, &other);
        self.take(&task)?;
        self.run(&task, true);
        Ok(task.info())
    }

    /// All tasks, oldest first.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.all().iter().map(|task| task.info()).collect()
    }

    /// Whether there is such a task.
    pub(crate) fn has_task(&self, id: TaskId) -> bool {
        self.get(id).is_ok()
    }

    /// Stops a task for good.
    pub fn cancel(&self, id: TaskId) -> Result<(), CoreError> {
        let task = self.get(id)?;
        self.stop(&task);
        Ok(())
    }

    /// Lets a task stand still, until it is resumed.
    pub fn pause(&self, id: TaskId) -> Result<(), CoreError> {
        self.get(id)?.stop(Why::Pause);
        Ok(())
    }

    /// Lets a paused task go on.
    pub fn resume(&self, id: TaskId) -> Result<(), CoreError> {
        self.go_on(&self.get(id)?);
        Ok(())
    }

    /// Lets all tasks stand still.
    pub fn pause_all(&self) {
        for task in self.all() {
            task.stop(Why::Pause);
        }
    }

    /// Lets all paused tasks go on.
    pub fn resume_all(&self) {
        for task in self.all() {
            self.go_on(&task);
        }
    }

    /// Decides about something that is there already.
    pub fn answer(&self, id: TaskId, conflict: Conflict, all: bool) -> Result<(), CoreError> {
        self.get(id)?.answer(conflict, all)
    }

    /// Does a task again that failed or was stopped. What it has put in its place already is left as it is.
    pub fn retry(&self, id: TaskId) -> Result<TaskInfo, CoreError> {
        let task = self.get(id)?;
        if task.again() {
            self.run(&task, true);
        }
        Ok(task.info())
    }

    /// Forgets a task that is over; one that is not is stopped first.
    pub fn forget(&self, id: TaskId) -> Result<(), CoreError> {
        let task =
            sync::lock(&self.0.files.tasks).remove(&id).ok_or(CoreError::NotFound("task"))?;
        self.stop(&task);
        self.0.emit(AppEvent::TaskGone { id });
        Ok(())
    }

    /// Takes up the transfers that earlier runs left, paused, and forgets those that ended while the vault was locked.
    pub(crate) async fn restore(&self, vault: &dyn Items) {
        let kept = match records::load(vault).await {
            Ok(kept) => kept,
            Err(error) => {
                tracing::warn!(%error, "unfinished transfers cannot be read");
                return;
            }
        };
        let mut over = Vec::new();
        for (id, record) in kept {
            let known = sync::lock(&self.0.files.tasks).get(&id).cloned();
            match known {
                Some(task) if task.over() => over.push(id),
                Some(_) => {}
                None => {
                    let task = Task::restored(self.0, id, record);
                    self.0.emit(AppEvent::Task { task: Box::new(task.info()) });
                    sync::lock(&self.0.files.tasks).insert(id, task);
                }
            }
        }
        if let Err(error) = records::forget(vault, &over).await {
            tracing::warn!(%error, "the list of unfinished transfers could not be changed");
        }
    }

    /// Whether files are there to be used. What a team server says to it is heard when they are.
    pub(crate) fn require(&self, place: FilePlace) -> Result<(), CoreError> {
        match place {
            FilePlace::Machine { session } if self.session(session)?.workspace.is_some() => Ok(()),
            place => self.disk(place).map(drop),
        }
    }

    fn begin(
        &self,
        kind: TaskKind,
        from: FilePlace,
        paths: Vec<Vec<u8>>,
        to: Option<Goal>,
        conflict: Conflict,
        mode: Option<u16>,
    ) -> Result<TaskInfo, CoreError> {
        let Some(first) = paths.first() else {
            return Err(CoreError::invalid("paths", "Nothing is chosen.", "Choose some files."));
        };
        self.require(from)?;
        let (folder, name) = disk::split(from == FilePlace::Here, first).unwrap_or((first, first));
        let title = match paths.len() {
            1 => names::text(name),
            more => format!("{} and {} more", names::text(name), more - 1),
        };
        let moves = kind == TaskKind::Move;
        let place = Place::of(self.0, from)?;
        let mut words = Words {
            title,
            from: self.words(from, &names::text(folder))?,
            to: String::new(),
            touches: Vec::new(),
            machines: self.machines(from).into_iter().collect(),
        };
        if moves || to.is_none() {
            words.touches.push(task::touched(&place, folder));
        }
        let (to, name) = match to {
            Some(Goal { place, folder, name }) => {
                words.to = self.words(place, &names::text(&folder))?;
                let goes = Place::of(self.0, place)?;
                words.touches.push(task::touched(&goes, &folder));
                words.machines.extend(self.machines(place));
                words.machines.dedup();
                (Some((goes, folder)), name)
            }
            None => (None, None),
        };
        let spec = Spec { kind, from: place, paths, to, name, conflict, moves, mode };
        let task = Task::new(self.0, spec, words);
        self.take(&task)?;
        self.run(&task, false);
        Ok(task.info())
    }

    /// Takes a task into the list.
    fn take(&self, task: &Arc<Task>) -> Result<(), CoreError> {
        let mut tasks = sync::lock(&self.0.files.tasks);
        if tasks.len() >= MOST_TASKS {
            // The oldest that is over makes room.
            let over = tasks.iter().find(|(_, task)| task.over()).map(|(id, _)| *id);
            match over {
                Some(id) => tasks.remove(&id),
                None => {
                    let message = format!("There are {MOST_TASKS} tasks already.");
                    return Err(CoreError::invalid("paths", message, "Wait for some of them."));
                }
            };
        }
        tasks.insert(task.id, Arc::clone(task));
        Ok(())
    }

    fn run(&self, task: &Arc<Task>, asked: bool) {
        let turns = Arc::clone(&self.0.files.turns);
        run::start(self.0.weak(), Arc::clone(task), turns, asked);
    }

    fn go_on(&self, task: &Arc<Task>) {
        if task.go_on() {
            self.run(task, true);
        }
    }

    fn stop(&self, task: &Arc<Task>) {
        if task.stop(Why::Cancel) == Stopped::Cancelled {
            let (core, task) = (self.0.weak(), Arc::clone(task));
            tokio::spawn(async move {
                run::tidy(&core, &task).await;
                task.keep(true).await;
            });
        }
    }

    fn all(&self) -> Vec<Arc<Task>> {
        sync::lock(&self.0.files.tasks).values().cloned().collect()
    }

    /// What the machine of a place is called.
    fn machines(&self, place: FilePlace) -> Option<String> {
        match place {
            FilePlace::Here => None,
            FilePlace::Machine { session } => Some(self.session(session).ok()?.title),
        }
    }

    fn get(&self, id: TaskId) -> Result<Arc<Task>, CoreError> {
        sync::lock(&self.0.files.tasks).get(&id).cloned().ok_or(CoreError::NotFound("task"))
    }

    fn disk(&self, place: FilePlace) -> Result<Disk, CoreError> {
        Ok(match place {
            FilePlace::Here => {
                self.0.own_computer("use files")?;
                Disk::Here(Here::new(self.0.config().home.clone()))
            }
            FilePlace::Machine { session } => {
                Disk::Machine(self.0.sessions().files(session)?.into())
            }
        })
    }

    /// The files of a machine over a session, of this computer's or at a team server.
    async fn over(&self, session: SessionId) -> Result<Disk, CoreError> {
        let info = self.session(session)?;
        let reached = match info.workspace {
            Some(workspace) => self.0.workspaces().files(workspace, &info).await?,
            None => self.0.sessions().files(session)?,
        };
        Ok(Disk::Machine(reached.into()))
    }

    /// A session, of this computer's or at a team server.
    fn session(&self, id: SessionId) -> Result<SessionInfo, CoreError> {
        self.0.sessions().wherever(id).ok_or(CoreError::NotFound("session"))
    }

    /// A folder as a task is labelled with it.
    fn words(&self, place: FilePlace, folder: &str) -> Result<String, CoreError> {
        Ok(match place {
            FilePlace::Here => folder.to_owned(),
            FilePlace::Machine { session } => {
                format!("{}:{folder}", self.session(session)?.title)
            }
        })
    }
}

fn allowed(mode: u16) -> Result<(), CoreError> {
    if mode <= 0o7777 {
        return Ok(());
    }
    Err(CoreError::invalid(
        "mode",
        "Permissions are at most 7777, in octal.",
        "Type three or four digits from 0 to 7.",
    ))
}

fn all_bytes(paths: &[String]) -> Vec<Vec<u8>> {
    paths.iter().map(|path| names::bytes(path)).collect()
}

fn named(path: &str) -> Result<Vec<u8>, CoreError> {
    if path.is_empty() || path.contains('\0') {
        return Err(CoreError::invalid("path", "A name is missing.", "Type one."));
    }
    Ok(names::bytes(path))
}

/// The text of bytes, if that is what they are. The last character may be cut in half.
fn readable(bytes: &[u8]) -> Option<String> {
    if bytes.contains(&0) {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    // Some Latin-1 in a log is still a log.
    (broken * 20 <= text.chars().count() + 40).then(|| text.into_owned())
}
