//! Recordings of terminals and desktops: making, listing, playing, searching, exporting.
//!
//! A recording is a file of sealed chunks (`file.rs`) in a directory beside the vault, and an item in the vault that holds
//! what it is and the key of that file. Exec sessions and files are not recorded. Deliberately absent: playing terminals,
//! which is the front end's; of desktops (`desktop/`) the front end has the time, and is sent the picture.

mod desktop;
mod file;
mod keep;
mod recorder;
mod search;
mod stored;

#[cfg(test)]
mod tests;

pub(crate) use desktop::{DesktopRecorder, Look};
pub(crate) use keep::check as check_kept;
pub(crate) use recorder::Recorder;

use crate::{
    Authorized, Clock, Core, CoreError, RecordingRule, RuleRecordings, WholeVault, sync,
    vault::{put, written},
};
use file::{Chunks, End};
use patchbay_model::{
    AppEvent, Effective, NodeId, Origin, RecordMode, RecordingCursor, RecordingId, RecordingInfo,
    RecordingPart, RecordingSearch, RecordingState, Timestamp,
};
use patchbay_session::asciicast::Header;
use patchbay_store::{Change, Field, Items, Kind};
use patchbay_vault::{StreamKey, StreamSealer};
use recorder::{Progress, Start};
use search::{Limits, Needle, Stopped};
use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, Weak, atomic::Ordering},
    time::{Duration, Instant},
};
pub use stored::Kept;
use stored::{Over, Stored};
use tokio::task::spawn_blocking;

/// Text in one part, in bytes.
const PART: usize = 256 * 1024;
/// How long a step of a search takes.
const STEP: Duration = Duration::from_millis(200);
/// Hits in one step.
const HITS: usize = 100;

/// What the services keep about recordings between calls.
#[derive(Debug, Default)]
pub(crate) struct RecordingsState {
    running: Mutex<BTreeMap<RecordingId, Running>>,
    playing: desktop::Playing,
    /// What is old is being deleted.
    tidying: tokio::sync::Mutex<()>,
}

/// One that goes on.
#[derive(Debug)]
struct Running {
    progress: Arc<Progress>,
    /// Of its session; known once it was started.
    recorder: Option<Recording>,
}

/// What records a session.
#[derive(Clone, Debug)]
enum Recording {
    Terminal(Weak<Recorder>),
    Desktop(Weak<DesktopRecorder>),
}

/// What a recording is of.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    pub(crate) machine: Option<NodeId>,
    /// Then columns and rows are pixels.
    pub(crate) desktop: bool,
    pub(crate) cols: u16,
    pub(crate) rows: u16,
    pub(crate) keys: bool,
    /// The rule that wants it.
    pub(crate) rule: Option<RecordingRule>,
}

/// Recordings of terminals and desktops.
#[derive(Clone, Copy, Debug)]
pub struct Recordings<'a>(pub(crate) &'a Core);

/// One that was prepared: its item is in the vault, and its file is empty.
struct Begun {
    id: RecordingId,
    since: Timestamp,
    clock: Arc<dyn Clock>,
    file: std::fs::File,
    path: PathBuf,
    sealer: StreamSealer,
    progress: Arc<Progress>,
}

/// What counts for a machine: its own setting, a folder's, or else the vault's.
pub(crate) fn wanted(setting: &Effective<RecordMode>, of_the_vault: RecordMode) -> RecordMode {
    if setting.origin == Origin::BuiltIn { of_the_vault } else { setting.value }
}

impl Recordings<'_> {
    /// All recordings, latest first.
    pub async fn list(
        &self,
        _vault: &Authorized<WholeVault>,
    ) -> Result<Vec<RecordingInfo>, CoreError> {
        self.all(&*self.open()?).await
    }

    /// A part of a recording, from a chunk on; the first is 0.
    pub async fn read(
        &self,
        _vault: &Authorized<WholeVault>,
        id: RecordingId,
        from: u32,
    ) -> Result<RecordingPart, CoreError> {
        let vault = self.open()?;
        let stored = self.one(&*vault, id).await?;
        if stored.desktop {
            return Err(CoreError::invalid(
                "id",
                format!("{} is a recording of a desktop, which has no text.", stored.title),
                "Play it in the window.",
            ));
        }
        let running = self.is_running(id);
        self.blocking(&*vault, id, &stored, move |mut chunks, over| {
            chunks.skip_to(from)?;
            let mut part = RecordingPart::default();
            let (mut size, mut at) = (0, Duration::ZERO);
            while size < PART {
                let Some(chunk) = chunks.next()? else { break };
                at = chunk.before;
                size += chunk.text().len();
                for (when, event) in chunk.events() {
                    at = when;
                    part.times.push(u32::try_from(when.as_millis()).unwrap_or(u32::MAX));
                    part.codes.push(event.code());
                    part.data.push(event.data());
                }
                part.next = Some(chunk.number + 1);
            }
            if let Some(end) = chunks.end() {
                let reached = part.next.unwrap_or(from);
                part.next = None;
                if !running {
                    part.broken = broken(end, over, reached, at);
                }
            }
            Ok(part)
        })
        .await
    }

    /// A step of looking for text in one recording, or in all.
    pub async fn search(
        &self,
        _vault: &Authorized<WholeVault>,
        text: &str,
        only: Option<RecordingId>,
        from: Option<RecordingCursor>,
    ) -> Result<RecordingSearch, CoreError> {
        let needle = Needle::new(text).ok_or_else(|| {
            CoreError::invalid("text", "There is nothing to look for.", "Type some text.")
        })?;
        let vault = self.open()?;
        let mut all = self.load(&*vault).await?;
        all.retain(|(id, stored)| !stored.desktop && only.is_none_or(|only| *id == only));
        all.sort_by_key(|(id, stored)| std::cmp::Reverse((stored.started, *id)));
        // One that was deleted since is passed over.
        let begin = from.and_then(|from| all.iter().position(|(id, _)| *id == from.id));
        let mut found =
            RecordingSearch { hits: Vec::new(), next: None, kilobytes: 0, unreadable: Vec::new() };
        if from.is_some() && begin.is_none() {
            return Ok(found);
        }
        let vault_id = vault.id();
        let own = directory(vault.path());
        let served = self.0.served().map(|served| served.recordings.clone());
        let left = all.split_off(begin.unwrap_or(0).min(all.len()));
        let chunk = from.map_or(0, |from| from.chunk);
        spawn_blocking(move || {
            let limits = Limits { until: Instant::now() + STEP, hits: HITS };
            let mut bytes = 0;
            for (at, (id, stored)) in left.into_iter().enumerate() {
                let from = if at == 0 { chunk } else { 0 };
                if at > 0 && (Instant::now() >= limits.until || found.hits.len() >= limits.hits) {
                    found.next = Some(RecordingCursor { id, chunk: 0 });
                    break;
                }
                let sealer = stored.sealer(vault_id, id)?;
                let file = path(&place(&stored, &own, served.as_ref()), id);
                let stopped = Chunks::open(&file, sealer).and_then(|mut chunks| {
                    let of = (id, stored.cols);
                    let found = (&mut found.hits, &mut bytes);
                    search::search(&mut chunks, of, from, &needle, &limits, found)
                });
                match stopped {
                    Ok(Stopped::Before(chunk)) => {
                        found.next = Some(RecordingCursor { id, chunk });
                        break;
                    }
                    Ok(Stopped::End(End::Damaged)) | Err(_) => found.unreadable.push(id),
                    Ok(Stopped::End(_)) => {}
                }
            }
            found.kilobytes = u32::try_from(bytes / 1000).unwrap_or(u32::MAX);
            Ok(found)
        })
        .await
        .map_err(|stopped| CoreError::Internal(stopped.to_string()))?
    }

    /// Writes a recording to a file that other programs play: asciicast 3 of a terminal, an animated PNG of a desktop.
    /// Gives why it is not all of it, if it is not. The file is not sealed; only its owner can read it.
    pub async fn export(
        &self,
        _vault: &Authorized<WholeVault>,
        id: RecordingId,
        to: &str,
    ) -> Result<Option<String>, CoreError> {
        let to = self.0.vault().file_path("path", to)?;
        let vault = self.open()?;
        let stored = self.one(&*vault, id).await?;
        let (running, desktop) = (self.is_running(id), stored.desktop);
        let target = to.clone();
        self.blocking(&*vault, id, &stored, move |mut chunks, over| {
            let mut name = target.clone().into_os_string();
            name.push(".part");
            let beside = PathBuf::from(name);
            let mut out = io::BufWriter::new(private_file(&beside, false)?);
            let copied = (|| {
                let end = if desktop {
                    let mut reader = desktop::Reader::new(chunks, running)?;
                    desktop::export(&mut reader, &mut out)?;
                    let index = reader.index();
                    let reached = u32::try_from(index.entries().len()).unwrap_or(u32::MAX);
                    (reader.end(), reached, Duration::from_millis(index.length().into()))
                } else {
                    let (mut at, mut reached) = (Duration::ZERO, 0);
                    while let Some(chunk) = chunks.next()? {
                        at = chunk.events().last().map_or(chunk.before, |(at, _)| at);
                        reached = chunk.number + 1;
                        out.write_all(chunk.text().as_bytes())?;
                    }
                    (chunks.end(), reached, at)
                };
                out.flush()?;
                out.get_ref().sync_all()?;
                std::fs::rename(&beside, &target)?;
                Ok(end)
            })();
            let (end, reached, at) = copied.inspect_err(|_: &io::Error| {
                // What is half written is of no use; that it cannot be removed either changes nothing.
                let _left = std::fs::remove_file(&beside);
            })?;
            let end = end.unwrap_or(End::Whole);
            Ok(if running { None } else { broken(end, over, reached, at) })
        })
        .await
        .map_err(|error| match error {
            CoreError::File { source, .. } => {
                CoreError::File { action: "Exporting to", path: to, source }
            }
            other => other,
        })
    }

    /// Gives a recording another title.
    pub async fn rename(
        &self,
        _vault: &Authorized<WholeVault>,
        id: RecordingId,
        title: &str,
    ) -> Result<RecordingInfo, CoreError> {
        let title = title.trim();
        if title.is_empty() || title.chars().count() > 200 || title.chars().any(char::is_control) {
            return Err(CoreError::invalid(
                "title",
                "A title has 1 to 200 printable characters.",
                "Type another one.",
            ));
        }
        let vault = self.open()?;
        let mut stored = self.one(&*vault, id).await?;
        title.clone_into(&mut stored.title);
        vault.apply(vec![kept(id, &stored)?]).await?;
        self.0.emit(AppEvent::Recordings);
        self.look(&*vault, id, stored).await
    }

    /// Deletes a recording for good. One that goes on has to be stopped first.
    pub async fn delete(
        &self,
        _vault: &Authorized<WholeVault>,
        id: RecordingId,
    ) -> Result<(), CoreError> {
        let vault = self.open()?;
        // Whoever may not see it learns nothing of it.
        self.one(&*vault, id).await?;
        if self.is_running(id) {
            return Err(CoreError::invalid(
                "id",
                "This recording is still going on.",
                "Stop it first.",
            ));
        }
        self.remove(&*vault, id).await?;
        self.0.emit(AppEvent::Recordings);
        Ok(())
    }

    /// Begins one of a terminal. `failed` is told if it stops by itself.
    pub(crate) async fn begin(
        &self,
        about: About,
        failed: impl FnOnce(String) + Send + 'static,
    ) -> Result<Arc<Recorder>, CoreError> {
        let header = Header {
            cols: about.cols,
            rows: about.rows,
            terminal_type: None,
            timestamp: Some(self.0.clock().wall().0 / 1000),
            title: Some(about.title.clone()),
        };
        let keys = about.keys;
        let Begun { id, since, clock, file, path, sealer, progress } = self.prepare(about).await?;
        let file = tokio::fs::File::from_std(file);
        let start = Start { id, keys, since, clock, file, path, sealer, header, progress };
        let recorder = Recorder::start(start, self.over(id, failed));
        self.started(id, Recording::Terminal(Arc::downgrade(&recorder)));
        Ok(recorder)
    }

    /// Begins one of a desktop. `failed` is told if it stops by itself.
    pub(crate) async fn begin_desktop(
        &self,
        about: About,
        look: Look,
        failed: impl FnOnce(String) + Send + 'static,
    ) -> Result<Arc<DesktopRecorder>, CoreError> {
        let begun = self.prepare(about).await?;
        let id = begun.id;
        let recorder = DesktopRecorder::start(begun, look, self.over(id, failed));
        self.started(id, Recording::Desktop(Arc::downgrade(&recorder)));
        Ok(recorder)
    }

    /// Makes the item and the file of a new one.
    async fn prepare(&self, about: About) -> Result<Begun, CoreError> {
        let vault = self.open()?;
        if let (Some(_), Some(served)) = (&about.rule, self.0.served()) {
            served.recordings.can_be_kept()?;
        }
        let id = RecordingId::new();
        let key = StreamKey::generate().map_err(patchbay_store::StoreError::from)?;
        let since = self.0.clock().wall();
        let stored = Stored::new(&key, about, since);
        let sealer = stored.sealer(vault.id(), id)?;
        let path = self.file(&*vault, id, &stored);
        if let Some(directory) = path.parent() {
            crate::vault::private_directory(directory)?;
        }
        let file = private_file(&path, true).map_err(|source| CoreError::File {
            action: "Writing",
            path: path.clone(),
            source,
        })?;
        vault.apply(vec![kept(id, &stored)?]).await?;
        if let (Some(served), Some(_)) = (self.0.served(), stored.organisation) {
            served.recordings.begun(id);
        }
        let progress = Arc::<Progress>::default();
        sync::lock(&self.0.recordings.running)
            .insert(id, Running { progress: Arc::clone(&progress), recorder: None });
        let clock = Arc::clone(&self.0.config().clock);
        Ok(Begun { id, since, clock, file, path, sealer, progress })
    }

    /// What is to be done when one is over.
    fn over(
        &self,
        id: RecordingId,
        failed: impl FnOnce(String) + Send + 'static,
    ) -> impl FnOnce(Option<String>) + Send + 'static {
        let core = self.0.weak();
        move |problem| {
            if let Some(core) = core.upgrade() {
                sync::lock(&core.recordings.running).remove(&id);
                if let Some(served) = core.served() {
                    served.recordings.over(id);
                }
                core.emit(AppEvent::Recordings);
                core.recordings().tidy_soon();
            }
            if let Some(problem) = problem {
                failed(problem);
            }
        }
    }

    fn started(&self, id: RecordingId, recorder: Recording) {
        if let Some(running) = sync::lock(&self.0.recordings.running).get_mut(&id) {
            running.recorder = Some(recorder);
        }
        self.0.emit(AppEvent::Recordings);
    }

    /// Finishes all that go on, and waits until they are written: the program is about to end.
    pub async fn finish_all(&self) {
        let all: Vec<_> = sync::lock(&self.0.recordings.running)
            .values()
            .filter_map(|running| running.recorder.clone())
            .collect();
        for recorder in all {
            match recorder {
                Recording::Terminal(recorder) => {
                    if let Some(recorder) = recorder.upgrade() {
                        recorder.finish(None).await;
                    }
                }
                Recording::Desktop(recorder) => {
                    if let Some(recorder) = recorder.upgrade() {
                        recorder.finish().await;
                    }
                }
            }
        }
    }
}

impl Recordings<'_> {
    fn open(&self) -> Result<Arc<dyn Items>, CoreError> {
        Ok(Arc::clone(self.0.vault().unlocked()?.vault()))
    }

    /// All recordings, latest first.
    async fn all(&self, vault: &dyn Items) -> Result<Vec<RecordingInfo>, CoreError> {
        let mut infos = Vec::new();
        for (id, stored) in self.load(vault).await? {
            infos.push(self.look(vault, id, stored).await?);
        }
        infos.sort_by_key(|info| std::cmp::Reverse((info.started, info.id)));
        Ok(infos)
    }

    /// Deletes one for good, and tells nobody.
    async fn remove(&self, vault: &dyn Items, id: RecordingId) -> Result<(), CoreError> {
        let stored = self.one(vault, id).await?;
        // The key goes first: whatever becomes of the file, nobody can read it any more.
        vault.apply(vec![Change::Delete { kind: Kind::Recording, id: *id.as_bytes() }]).await?;
        let file = self.file(vault, id, &stored);
        if let Err(error) = tokio::fs::remove_file(&file).await {
            tracing::warn!(%error, path = %file.display(), "the file of a deleted recording stays");
        }
        Ok(())
    }

    /// The file of one.
    fn file(&self, vault: &dyn Items, id: RecordingId, stored: &Stored) -> PathBuf {
        let served = self.0.served().map(|served| &served.recordings);
        path(&place(stored, &directory(vault.path()), served), id)
    }

    fn is_running(&self, id: RecordingId) -> bool {
        sync::lock(&self.0.recordings.running).contains_key(&id)
            || self.0.served().is_some_and(|served| served.recordings.is_running(id))
    }

    async fn load(&self, vault: &dyn Items) -> Result<Vec<(RecordingId, Stored)>, CoreError> {
        let items = vault.load(Kind::Recording).await?;
        let read = items.iter().filter_map(|item| {
            let stored = serde_json::from_slice(&item.data);
            // The error is not written down: it could repeat part of the item.
            let stored = stored
                .inspect_err(|_| tracing::warn!("a recording cannot be read and is left out"));
            Some((RecordingId::from_bytes(item.id), stored.ok()?))
        });
        Ok(read.collect())
    }

    async fn one(&self, vault: &dyn Items, id: RecordingId) -> Result<Stored, CoreError> {
        let data = vault.get(Kind::Recording, *id.as_bytes(), Field::Main).await?;
        let stored = data.and_then(|data| serde_json::from_slice(&data).ok());
        stored.ok_or(CoreError::NotFound("recording"))
    }

    /// A recording as it is now. What is learnt of one that is over is kept, so that its file is looked at once.
    async fn look(
        &self,
        vault: &dyn Items,
        id: RecordingId,
        mut stored: Stored,
    ) -> Result<RecordingInfo, CoreError> {
        let running = sync::lock(&self.0.recordings.running)
            .get(&id)
            .map(|running| Arc::clone(&running.progress));
        if let Some(progress) = running {
            let length = progress.length.load(Ordering::Relaxed);
            let bytes = progress.bytes.load(Ordering::Relaxed);
            return Ok(stored.info(id, length, bytes, RecordingState::Running));
        }
        let file = self.file(vault, id, &stored);
        let bytes = tokio::fs::metadata(&file).await.map(|meta| meta.len());
        let Ok(bytes) = bytes else {
            let length = stored.over.map_or(0, |over| over.length);
            return Ok(stored.info(id, length, 0, RecordingState::Damaged));
        };
        if self.is_running(id) {
            // Somebody else's, who knows how far it is.
            let at = self.0.clock().wall().0.saturating_sub(stored.started.0);
            let length = u32::try_from(at.max(0)).unwrap_or(u32::MAX);
            return Ok(stored.info(id, length, bytes, RecordingState::Running));
        }
        let over = match stored.over {
            Some(over) => over,
            None => {
                let (sealer, desktop) = (stored.sealer(vault.id(), id)?, stored.desktop);
                let looked = spawn_blocking(move || file::summary(&file, sealer, desktop)).await;
                let Ok(Ok(summary)) = looked else {
                    return Ok(stored.info(id, 0, bytes, RecordingState::Damaged));
                };
                let length = u32::try_from(summary.length.as_millis()).unwrap_or(u32::MAX);
                if summary.end == End::Damaged {
                    return Ok(stored.info(id, length, bytes, RecordingState::Damaged));
                }
                let whole = summary.end == End::Whole;
                let over = Over { length, chunks: summary.chunks, whole };
                stored.over = Some(over);
                // One of an organisation may go on at another node, and be cut only for now.
                if whole || stored.organisation.is_none() {
                    vault.apply(vec![kept(id, &stored)?]).await?;
                }
                over
            }
        };
        let state = if over.whole { RecordingState::Whole } else { RecordingState::Interrupted };
        Ok(stored.info(id, over.length, bytes, state))
    }

    /// Does something with the chunks of a recording where waiting for the disk holds up nobody.
    async fn blocking<T: Send + 'static>(
        &self,
        vault: &dyn Items,
        id: RecordingId,
        stored: &Stored,
        work: impl FnOnce(Chunks, Option<Over>) -> io::Result<T> + Send + 'static,
    ) -> Result<T, CoreError> {
        let sealer = stored.sealer(vault.id(), id)?;
        let path = self.file(vault, id, stored);
        let over = stored.over;
        let file = path.clone();
        spawn_blocking(move || work(Chunks::open(&file, sealer)?, over))
            .await
            .map_err(|stopped| CoreError::Internal(stopped.to_string()))?
            .map_err(|source| CoreError::File { action: "Reading", path, source })
    }
}

/// Recordings lie beside the vault they belong to.
fn directory(vault: &Path) -> PathBuf {
    vault.with_extension("recordings")
}

/// Where the file of one lies: with the organisation that it belongs to, or with the person's own.
fn place(stored: &Stored, own: &Path, served: Option<&RuleRecordings>) -> PathBuf {
    match (stored.organisation, served) {
        (Some(organisation), Some(served)) => served.folder_of(organisation),
        _ => own.to_owned(),
    }
}

fn path(directory: &Path, id: RecordingId) -> PathBuf {
    directory.join(format!("{id}.rec"))
}

fn kept(id: RecordingId, stored: &Stored) -> Result<Change, CoreError> {
    Ok(put(Kind::Recording, *id.as_bytes(), written(serde_json::to_vec(stored))?))
}

fn private_file(path: &Path, new: bool) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).create_new(new).truncate(!new);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Why what follows a place cannot be played, as a sentence; `None` if nothing is missing.
fn broken(end: End, over: Option<Over>, reached: u32, at: Duration) -> Option<String> {
    let seconds = at.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let place = format!("{hours}:{minutes:02}:{seconds:02}");
    match end {
        End::Whole => None,
        End::Damaged => Some(format!(
            "The file of this recording is damaged at {place}. What comes before can be played."
        )),
        // What was known to be there is gone.
        End::Cut if over.is_some_and(|over| over.whole || reached < over.chunks) => Some(format!(
            "The file of this recording was cut off at {place}. What comes before can be played."
        )),
        End::Cut => {
            Some(format!("Patchbay was stopped at {place}, before the recording was finished."))
        }
    }
}
