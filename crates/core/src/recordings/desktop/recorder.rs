//! Recording one desktop: a task that writes what has changed, at most ten times a second.
//!
//! It looks at the screen as a viewer does, so that a far end that draws faster than it is recorded loses only what lay
//! between two frames. It takes at most a quarter of a processor and, over time, [`RATE`] bytes a second: what is more
//! makes the pauses between frames longer. Whatever it has seen is in the file within two seconds and a frame.

use super::super::{
    Begun,
    file::{MAGIC, frame, tail},
    recorder::{Progress, problem},
};
use crate::sync;
use patchbay_model::{RecordingId, Timestamp};
use patchbay_session::desktop::{
    Cursor, DesktopEvent, Screen, Update, Watcher,
    recording::{Chunk, Entry, Index, WAITS, Writer, head},
};
use patchbay_vault::StreamSealer;
use std::{
    fs::File,
    io::{self, Write as _},
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};
use tokio::{
    sync::Notify,
    task::{JoinHandle, spawn_blocking},
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// Between two frames, at least.
const FRAME: Duration = Duration::from_millis(100);
/// Bytes a second in the long run.
const RATE: u32 = 4 * 1024 * 1024;

/// What there is to see when a recording begins.
pub(crate) struct Look {
    pub(crate) screen: Arc<Screen>,
    pub(crate) cursor: Cursor,
}

/// A recording that goes on. Telling it something never waits.
pub(crate) struct DesktopRecorder {
    id: RecordingId,
    since: Timestamp,
    ear: Arc<Ear>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for DesktopRecorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DesktopRecorder").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What was said and not taken yet: the last of each.
#[derive(Default)]
struct Ear {
    heard: Mutex<Heard>,
    more: Notify,
    end: CancellationToken,
}

#[derive(Default)]
struct Heard {
    cursor: Option<Cursor>,
    pointer: Option<(u16, u16)>,
}

impl DesktopRecorder {
    /// Starts. `over` is told once, when nothing is written any more, and why if that was not wanted.
    pub(in super::super) fn start(
        begun: Begun,
        look: Look,
        over: impl FnOnce(Option<String>) + Send + 'static,
    ) -> Arc<Self> {
        let Begun { id, since, clock, file, path, sealer, progress } = begun;
        let ear = Arc::new(Ear::default());
        let from = clock.now();
        let now = move || clock.now().saturating_sub(from);
        let reel = Reel {
            file,
            sealer,
            writer: Writer::default(),
            index: Index::default(),
            number: 0,
            before: 0,
            progress,
        };
        sync::lock(&ear.heard).cursor = Some(look.cursor);
        let heard = Arc::clone(&ear);
        let task = tokio::spawn(async move {
            let ended = run(reel, look.screen, &heard, now).await;
            over(ended.err().map(|error| problem(&path, &error)));
        });
        Arc::new(Self { id, since, ear, task: Mutex::new(Some(task)) })
    }

    pub(crate) const fn id(&self) -> RecordingId {
        self.id
    }

    pub(crate) const fn since(&self) -> Timestamp {
        self.since
    }

    /// The far end said something. What is neither the pointer nor how it looks is not recorded.
    pub(crate) fn said(&self, event: &DesktopEvent) {
        match event {
            DesktopEvent::Cursor(cursor) => {
                sync::lock(&self.ear.heard).cursor = Some(cursor.clone());
                self.ear.more.notify_one();
            }
            DesktopEvent::PointerMoved { x, y } => self.pointer(*x, *y),
            _ => {}
        }
    }

    /// The person moved the pointer here.
    pub(crate) fn pointer(&self, x: u16, y: u16) {
        sync::lock(&self.ear.heard).pointer = Some((x, y));
        self.ear.more.notify_one();
    }

    /// Ends it, and waits until all is written.
    pub(crate) async fn finish(&self) {
        self.ear.end.cancel();
        let task = sync::lock(&self.task).take();
        if let Some(task) = task {
            // It cannot panic; if it did, what it wrote is there.
            let _ended = task.await;
        }
    }
}

/// Records until it is told the end, or nothing can be written any more.
async fn run(
    mut reel: Reel,
    screen: Arc<Screen>,
    ear: &Ear,
    now: impl Fn() -> Duration,
) -> io::Result<()> {
    let watcher = Arc::new(screen.watch());
    // At once, so that what is there is a recording from the first moment on.
    reel.raw(MAGIC)?;
    let mut closed = false;
    let mut due: Option<Instant> = None;
    while !ear.end.is_cancelled() {
        let update = tokio::select! {
            biased;
            () = ear.end.cancelled() => break,
            update = watcher.next(), if !closed => Some(update),
            () = ear.more.notified() => None,
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                due = None;
                reel = off(reel, Reel::flush).await?.0;
                continue;
            }
        };
        closed |= matches!(update, Some(Update::Over));
        let heard = std::mem::take(&mut *sync::lock(&ear.heard));
        let (at, seen, begun) = (now(), Arc::clone(&watcher), Instant::now());
        let step = move |reel: &mut Reel| reel.step(at, update, heard, &seen);
        let (next, written) = off(reel, step).await?;
        reel = next;
        let wait = Duration::from_millis(WAITS.into());
        due = reel.writer.waits().then(|| due.unwrap_or_else(|| Instant::now() + wait));
        let pause = FRAME.max(3 * begun.elapsed()).max(Duration::from_secs(1) * written / RATE);
        tokio::select! {
            () = ear.end.cancelled() => {}
            () = sleep(pause) => {}
        }
    }
    let heard = std::mem::take(&mut *sync::lock(&ear.heard));
    let at = now();
    off(reel, move |reel| reel.finish(at, heard, &watcher)).await.map(|_| ())
}

/// Works where waiting for the disk, and packing, hold up nobody.
async fn off<T: Send + 'static>(
    mut reel: Reel,
    work: impl FnOnce(&mut Reel) -> io::Result<T> + Send + 'static,
) -> io::Result<(Reel, T)> {
    let worked = spawn_blocking(move || work(&mut reel).map(|done| (reel, done)));
    worked.await.map_err(io::Error::other)?
}

/// What is written, and where.
struct Reel {
    file: File,
    sealer: StreamSealer,
    writer: Writer,
    index: Index,
    number: u32,
    /// The time of the last event that was written, in milliseconds.
    before: u32,
    progress: Arc<Progress>,
}

impl Reel {
    /// Takes what is new, and gives how many bytes were written.
    fn step(
        &mut self,
        at: Duration,
        update: Option<Update>,
        heard: Heard,
        screen: &Watcher,
    ) -> io::Result<u32> {
        match update {
            Some(Update::Resized(size)) => self.writer.resized(at, size, screen),
            Some(Update::Damage(region)) => self.writer.changed(at, &region, screen),
            Some(Update::Over) | None => {}
        }
        if let Some(cursor) = heard.cursor {
            self.writer.cursor(at, cursor);
        }
        if let Some(pointer) = heard.pointer {
            self.writer.pointer(at, pointer);
        }
        let length = u32::try_from(at.as_millis()).unwrap_or(u32::MAX);
        self.progress.length.store(length, Ordering::Relaxed);
        self.write()
    }

    fn flush(&mut self) -> io::Result<u32> {
        self.writer.flush();
        self.write()
    }

    /// The last state of all, the index, and where that is.
    fn finish(&mut self, at: Duration, heard: Heard, screen: &Watcher) -> io::Result<()> {
        self.step(at, None, heard, screen)?;
        while let Some(update) = screen.try_next() {
            if update == Update::Over {
                break;
            }
            self.step(at, Some(update), Heard::default(), screen)?;
        }
        self.writer.end(at);
        self.write()?;
        let start = self.index.end().saturating_add(MAGIC.len() as u64);
        let before = Duration::from_millis(self.before.into());
        let index = self.index.chunk();
        // One that would be too long is left out: it is made again by whoever needs it.
        let last = frame(&self.sealer, self.number, true, before, &index).or_else(|_| {
            frame(&self.sealer, self.number, true, before, &Index::default().chunk())
        })?;
        self.raw(&last)?;
        self.raw(&tail(start, self.number))?;
        self.file.sync_all()
    }

    /// Writes the chunks that are complete.
    fn write(&mut self) -> io::Result<u32> {
        let mut written = 0_u32;
        while let Some(Chunk { to, bytes, .. }) = self.writer.take() {
            let bytes = zeroize::Zeroizing::new(bytes);
            let before = Duration::from_millis(self.before.into());
            let frame = frame(&self.sealer, self.number, false, before, &bytes)?;
            self.raw(&frame)?;
            let length = u32::try_from(frame.len()).map_err(io::Error::other)?;
            let head = head(&bytes).map_err(io::Error::other)?;
            self.index.push(Entry { length, head }).map_err(io::Error::other)?;
            self.number =
                self.number.checked_add(1).ok_or_else(|| io::Error::other("it is too long"))?;
            self.before = to;
            written = written.saturating_add(length);
        }
        Ok(written)
    }

    fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.progress.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}
