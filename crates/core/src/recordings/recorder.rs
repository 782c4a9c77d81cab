//! Recording one terminal: a task that seals what it is told into a file.
//!
//! Whatever is told is in the file within [`FLUSH`], so that a crash loses no more than that. The task has the key of its
//! file and no other: a recording goes on while the vault is locked, as its session does.

use super::file::{MAGIC, frame};
use crate::{Clock, sync};
use bytes::Bytes;
use patchbay_model::{RecordingId, TerminalSize, Timestamp};
use patchbay_session::asciicast::{Decoder, Event, Header, MOST_CELLS, Typed};
use patchbay_vault::StreamSealer;
use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{fs::File, io::AsyncWriteExt, sync::mpsc, task::JoinHandle, time::timeout};

/// What was told is written after this time at the latest.
const FLUSH: Duration = Duration::from_secs(2);
/// Or when there is as much as this, in bytes.
const CHUNK: usize = 128 * 1024;
/// Things told and not yet taken; a disk that is slower than the far end slows that down.
const QUEUE: usize = 64;

enum Told {
    Output(Bytes),
    Typed(Bytes),
    Resized(TerminalSize),
    End(Option<i32>),
}

/// How far a recording has come, for lists.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) length: AtomicU32,
    pub(super) bytes: AtomicU64,
}

/// A recording that goes on.
pub(crate) struct Recorder {
    id: RecordingId,
    keys: bool,
    since: Timestamp,
    clock: Arc<dyn Clock>,
    to: mpsc::Sender<(Duration, Told)>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a recorder works with.
pub(super) struct Start {
    pub(super) id: RecordingId,
    pub(super) keys: bool,
    pub(super) since: Timestamp,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) file: File,
    pub(super) path: PathBuf,
    pub(super) sealer: StreamSealer,
    pub(super) header: Header,
    pub(super) progress: Arc<Progress>,
}

impl Recorder {
    /// Starts. `over` is told once, when nothing is written any more, and why if that was not wanted.
    pub(super) fn start(
        start: Start,
        over: impl FnOnce(Option<String>) + Send + 'static,
    ) -> Arc<Self> {
        let (to, told) = mpsc::channel(QUEUE);
        let Start { id, keys, since, clock, file, path, sealer, header, progress } = start;
        let begun = clock.now();
        let tape = Tape {
            file,
            sealer,
            number: 0,
            lines: header.line(),
            before: Duration::ZERO,
            first: Duration::ZERO,
            at: Duration::ZERO,
            decoder: Decoder::default(),
            typed: keys.then(|| Typed::new(header.cols)),
            progress,
        };
        let task = tokio::spawn(async move {
            let ended = tape.run(told, begun).await;
            over(ended.err().map(|error| problem(&path, &error)));
        });
        Arc::new(Self { id, keys, since, clock, to, task: Mutex::new(Some(task)) })
    }

    pub(crate) const fn id(&self) -> RecordingId {
        self.id
    }

    pub(crate) const fn since(&self) -> Timestamp {
        self.since
    }

    /// What the terminal shows.
    pub(crate) async fn output(&self, bytes: &Bytes) {
        self.tell(Told::Output(bytes.clone())).await;
    }

    /// What is typed.
    pub(crate) async fn typed(&self, bytes: &Bytes) {
        if self.keys {
            self.tell(Told::Typed(bytes.clone())).await;
        }
    }

    /// The screen changed its size.
    pub(crate) async fn resized(&self, size: TerminalSize) {
        self.tell(Told::Resized(size)).await;
    }

    /// Ends it, with the exit status if there is one, and waits until all is written.
    pub(crate) async fn finish(&self, status: Option<i32>) {
        self.tell(Told::End(status)).await;
        let task = sync::lock(&self.task).take();
        if let Some(task) = task {
            // It cannot panic; if it did, what it wrote is there.
            let _ended = task.await;
        }
    }

    /// One that has stopped listening has said why.
    async fn tell(&self, told: Told) {
        let _stopped = self.to.send((self.clock.now(), told)).await;
    }
}

pub(super) fn problem(path: &Path, error: &io::Error) -> String {
    let full = matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    );
    if full {
        "The disk is full, so recording stopped. What was recorded until then is kept.".to_owned()
    } else {
        format!("Recording stopped: {} could not be written ({error}).", path.display())
    }
}

/// What is to be written, and where.
struct Tape {
    file: File,
    sealer: StreamSealer,
    number: u32,
    lines: String,
    /// The time of the last event of the chunk before.
    before: Duration,
    /// The time of the first event that is not written.
    first: Duration,
    /// The time of the last event.
    at: Duration,
    decoder: Decoder,
    typed: Option<Typed>,
    progress: Arc<Progress>,
}

impl Tape {
    async fn run(
        mut self,
        mut told: mpsc::Receiver<(Duration, Told)>,
        begun: Duration,
    ) -> io::Result<()> {
        self.file.write_all(MAGIC).await?;
        self.progress.bytes.fetch_add(MAGIC.len() as u64, Ordering::Relaxed);
        // At once, so that what is there is a recording from the first moment on.
        self.write(false).await?;
        loop {
            let next = if self.lines.is_empty() {
                told.recv().await
            } else if let Ok(next) = timeout(FLUSH, told.recv()).await {
                next
            } else {
                self.write(false).await?;
                continue;
            };
            match next {
                Some((now, Told::End(status))) => {
                    self.end(now.saturating_sub(begun), status);
                    return self.write(true).await;
                }
                Some((now, told)) => self.take(now.saturating_sub(begun), told),
                None => return self.write(true).await,
            }
            // A terminal that always has something to say must not put writing off.
            let waited = self.at.saturating_sub(self.first);
            if self.lines.len() >= CHUNK || (waited >= FLUSH && !self.lines.is_empty()) {
                self.write(false).await?;
            }
        }
    }

    fn take(&mut self, at: Duration, told: Told) {
        match told {
            Told::Output(bytes) => {
                let text = self.decoder.decode(&bytes);
                let seen = self.typed.as_mut().map(|typed| typed.output(&text));
                for line in seen.unwrap_or_default() {
                    self.event(at, Event::Input(line));
                }
                if !text.is_empty() {
                    self.event(at, Event::Output(text));
                }
            }
            Told::Typed(bytes) => {
                if let Some(typed) = &mut self.typed {
                    typed.keys(&bytes);
                }
            }
            Told::Resized(size) => {
                let within = 1..=MOST_CELLS;
                if within.contains(&size.cols) && within.contains(&size.rows) {
                    if let Some(typed) = &mut self.typed {
                        typed.resize(size.cols);
                    }
                    self.event(at, Event::Resize { cols: size.cols, rows: size.rows });
                }
            }
            Told::End(_) => {}
        }
    }

    fn end(&mut self, at: Duration, status: Option<i32>) {
        let rest = self.decoder.finish();
        if !rest.is_empty() {
            self.event(at, Event::Output(rest));
        }
        match status {
            Some(status) => self.event(at, Event::Exit(status)),
            // So that the time until it ended counts.
            None => self.event(at, Event::Marker(String::new())),
        }
    }

    fn event(&mut self, at: Duration, event: Event) {
        let at = Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or(u64::MAX));
        let at = at.max(self.at);
        if self.lines.is_empty() {
            self.first = at;
        }
        self.lines.push_str(&event.line(at - self.at));
        self.at = at;
        let length = u32::try_from(at.as_millis()).unwrap_or(u32::MAX);
        self.progress.length.store(length, Ordering::Relaxed);
    }

    async fn write(&mut self, last: bool) -> io::Result<()> {
        let lines = zeroize::Zeroizing::new(std::mem::take(&mut self.lines));
        let frame = frame(&self.sealer, self.number, last, self.before, lines.as_bytes())?;
        self.number =
            self.number.checked_add(1).ok_or_else(|| io::Error::other("it is too long"))?;
        self.before = self.at;
        self.file.write_all(&frame).await?;
        self.file.flush().await?;
        if last {
            self.file.sync_all().await?;
        }
        self.progress.bytes.fetch_add(frame.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}
