//! Files of this computer and of machines: looking, changing, and the tasks that copy and delete.
//!
//! A machine's files are reached through a session that was opened for them, over a connection of its own, so that no
//! terminal waits behind them. Tasks go on without a window. Deliberately absent: SFTP itself (`patchbay-sftp`), and
//! keeping tasks over a restart.

mod copy;
mod delete;
mod disk;
mod edit;
mod entry;
mod here;
mod machine;
mod names;
mod picture;
mod problem;
mod task;
#[cfg(all(test, unix))]
mod tests;
mod walk;

pub use picture::{Picture, measure};

use crate::{Authorized, Core, CoreError, sync};
use copy::Copy;
use disk::Disk;
use here::Here;
use machine::Machine;
use patchbay_model::{
    AppEvent, Conflict, FileCount, FileKind, FileListing, FilePlace, FilePreview, TaskId, TaskInfo,
    TaskKind,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use task::{Outcome, Spec, Task, exact};
use tokio::{sync::Semaphore, time::timeout};
use tokio_util::sync::CancellationToken;
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
            task.cancel();
        }
    }
}

/// Where a task takes from, and the folder it puts something into.
type Disks = (Disk, Option<(Disk, Vec<u8>)>);

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
        if mode > 0o7777 {
            return Err(CoreError::invalid(
                "mode",
                "Permissions are at most 7777, in octal.",
                "Type three or four digits from 0 to 7.",
            ));
        }
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
        let mut source = disk.read(&path, node.size).await?;
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

    /// Copies files and folders into a folder.
    pub fn copy(
        &self,
        from: &Authorized<FilePlace>,
        paths: Vec<String>,
        to: &Authorized<FilePlace>,
        folder: String,
        conflict: Conflict,
    ) -> Result<TaskInfo, CoreError> {
        let (from, to) = (*from.get(), *to.get());
        let kind = match (from, to) {
            (FilePlace::Here, FilePlace::Machine { .. }) => TaskKind::Upload,
            (FilePlace::Machine { .. }, FilePlace::Here) => TaskKind::Download,
            _ => TaskKind::Copy,
        };
        let to_words = self.words(to, &folder)?;
        let folder = names::bytes(&folder);
        let paths = all_bytes(&paths);
        self.begin(Spec { kind, from, paths, to: Some((to, folder)), conflict }, to_words)
    }

    /// Deletes files and folders with everything inside.
    pub fn delete(
        &self,
        place: &Authorized<FilePlace>,
        paths: Vec<String>,
    ) -> Result<TaskInfo, CoreError> {
        let spec = Spec {
            kind: TaskKind::Delete,
            from: *place.get(),
            paths: all_bytes(&paths),
            to: None,
            conflict: Conflict::Skip,
        };
        self.begin(spec, String::new())
    }

    /// All tasks, oldest first.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        sync::lock(&self.0.files.tasks).values().map(|task| task.info()).collect()
    }

    /// Stops a task.
    pub fn cancel(&self, id: TaskId) -> Result<(), CoreError> {
        self.get(id)?.cancel();
        Ok(())
    }

    /// Decides about something that is there already.
    pub fn answer(&self, id: TaskId, conflict: Conflict, all: bool) -> Result<(), CoreError> {
        self.get(id)?.answer(conflict, all)
    }

    /// Does a task again that failed or was stopped.
    pub fn retry(&self, id: TaskId) -> Result<TaskInfo, CoreError> {
        let task = self.get(id)?;
        if task.again() {
            self.run(&task);
        }
        Ok(task.info())
    }

    /// Forgets a task that is over; one that is not is stopped first.
    pub fn forget(&self, id: TaskId) -> Result<(), CoreError> {
        let task =
            sync::lock(&self.0.files.tasks).remove(&id).ok_or(CoreError::NotFound("task"))?;
        task.cancel();
        self.0.emit(AppEvent::TaskGone { id });
        Ok(())
    }

    /// Whether files are there to be used.
    pub(crate) fn require(&self, place: FilePlace) -> Result<(), CoreError> {
        self.disk(place).map(drop)
    }

    fn begin(&self, spec: Spec, to: String) -> Result<TaskInfo, CoreError> {
        let Some(first) = spec.paths.first() else {
            return Err(CoreError::invalid("paths", "Nothing is chosen.", "Choose some files."));
        };
        let disk = self.disk(spec.from)?;
        let (folder, name) = disk.split(first).unwrap_or((first, first));
        let title = match spec.paths.len() {
            1 => names::text(name),
            more => format!("{} and {} more", names::text(name), more - 1),
        };
        let from = self.words(spec.from, &names::text(folder))?;
        let task = Task::new(self.0, spec, title, from, to);
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
        tasks.insert(task.id, Arc::clone(&task));
        drop(tasks);
        self.run(&task);
        Ok(task.info())
    }

    fn run(&self, task: &Arc<Task>) {
        let (core, task) = (self.0.weak(), Arc::clone(task));
        let turns = Arc::clone(&self.0.files.turns);
        let cancel = task.cancellation();
        tokio::spawn(async move {
            let _turn = tokio::select! {
                turn = turns.acquire_owned() => turn,
                () = cancel.cancelled() => return task.ended(None),
            };
            task.started();
            // The services are let go of before the work begins: it must not keep them alive.
            let disks = match core.upgrade() {
                Some(core) => Files(&core).disks(&task.spec),
                None => return,
            };
            let outcome = match disks {
                Ok((from, to)) => work(&task, from, to, &cancel).await,
                Err(error) => Some(Err(error)),
            };
            task.ended(outcome);
        });
    }

    fn disks(&self, spec: &Spec) -> Result<Disks, CoreError> {
        let to = match &spec.to {
            Some((place, folder)) => Some((self.disk(*place)?, folder.clone())),
            None => None,
        };
        Ok((self.disk(spec.from)?, to))
    }

    fn get(&self, id: TaskId) -> Result<Arc<Task>, CoreError> {
        sync::lock(&self.0.files.tasks).get(&id).cloned().ok_or(CoreError::NotFound("task"))
    }

    fn disk(&self, place: FilePlace) -> Result<Disk, CoreError> {
        Ok(match place {
            FilePlace::Here => Disk::Here(Here { home: self.0.config().home.clone() }),
            FilePlace::Machine { session } => {
                let (client, called) = self.0.sessions().files(session)?;
                Disk::Machine(Machine { client, called })
            }
        })
    }

    /// A folder as a task is labelled with it.
    fn words(&self, place: FilePlace, folder: &str) -> Result<String, CoreError> {
        Ok(match place {
            FilePlace::Here => folder.to_owned(),
            FilePlace::Machine { session } => {
                format!("{}:{folder}", self.0.sessions().info(session)?.title)
            }
        })
    }
}

/// Does a task; nothing comes of it if it is stopped.
async fn work(
    task: &Arc<Task>,
    from: Disk,
    to: Option<(Disk, Vec<u8>)>,
    cancel: &CancellationToken,
) -> Option<Outcome> {
    let Some((to, folder)) = to else {
        return tokio::select! {
            outcome = delete::run(task, &from) => Some(outcome),
            () = cancel.cancelled() => None,
        };
    };
    let copy = Copy { task: Arc::clone(task), from, to, folder, parts: Mutex::default() };
    let outcome = tokio::select! {
        outcome = copy.run() => Some(outcome),
        () = cancel.cancelled() => None,
    };
    copy.tidy().await;
    outcome
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
