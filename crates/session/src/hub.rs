//! Keeps the last output of a session and passes it to whoever watches, as fast as they acknowledge.
//!
//! A session writes into an [`Output`]; any number of [`Viewer`]s read from it, each at its own place. The writer waits
//! for the slowest of them, and for nobody when none is there. Who only [looks on](Output::look_on) is not waited for, and
//! misses what comes too fast. Deliberately absent: what the bytes mean, and the far
//! end: a writer that waits stops reading its connection, and the protocol's own flow control does the rest.

use crate::codec::{MAX_OUTPUT, ToViewer};
use bytes::{Bytes, BytesMut};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// How much output a session keeps.
pub const CAPACITY: usize = 2 * 1024 * 1024;
/// The most a viewer may leave unacknowledged before the writer waits; xterm.js stays smooth below 500 kB.
pub const WINDOW: u64 = 384 * 1024;
/// The least, which the slowest viewer gets and a new one begins with.
const LEAST_WINDOW: u64 = 64 * 1024;
/// In between it is what the viewer shows in this time: whatever is on its way when Ctrl-C is pressed still has to be
/// shown, and short lines take xterm.js ten times as long as a log.
const SHOWN_WITHIN: Duration = Duration::from_millis(40);
/// How much of the last output a viewer gets who is not waited for and has fallen behind all that is kept.
const CATCH_UP: u64 = 128 * 1024;
/// How far to look for a line to start a replay with when its beginning is lost.
const LINE_SEARCH: usize = 4096;

/// The output of one session, from its first byte on.
#[derive(Debug)]
pub struct Output {
    log: Mutex<Log>,
    /// Told when there is more to read, or it is over.
    written: Notify,
    /// Told when a viewer acknowledged or left.
    consumed: Notify,
}

#[derive(Debug)]
struct Log {
    /// The last bytes, at most `capacity`.
    kept: VecDeque<u8>,
    capacity: usize,
    /// The offset after the last byte.
    end: u64,
    closed: bool,
    seats: BTreeMap<u64, Seat>,
    next_seat: u64,
}

/// Where one viewer is.
#[derive(Debug)]
struct Seat {
    /// Everything below was handed out.
    sent: u64,
    /// Everything below is on its screen; never above `sent`.
    acked: u64,
    /// How far `acked` may be behind.
    window: u64,
    /// Since when it works on what came after `acked`; `None` while it has nothing to do.
    busy_since: Option<Instant>,
    phase: Phase,
    /// Whether the writer waits for it.
    waited_for: bool,
}

impl Seat {
    const fn new(at: u64, phase: Phase, waited_for: bool) -> Self {
        Self { sent: at, acked: at, window: LEAST_WINDOW, busy_since: None, phase, waited_for }
    }

    fn handed_out(&mut self, bytes: u64, now: Instant) {
        self.sent += bytes;
        self.busy_since.get_or_insert(now);
    }

    /// Takes an acknowledgement, and from its pace the window.
    fn ack(&mut self, offset: u64, now: Instant) {
        let offset = offset.clamp(self.acked, self.sent);
        let shown = offset - self.acked;
        if let Some(since) = self.busy_since.filter(|_| shown > 0) {
            let micros = now.saturating_duration_since(since).as_micros().max(1);
            let pace = u128::from(shown) * SHOWN_WITHIN.as_micros() / micros;
            let pace = u64::try_from(pace).unwrap_or(WINDOW).clamp(LEAST_WINDOW, WINDOW);
            self.window = (3 * self.window + pace) / 4;
            self.busy_since = (offset < self.sent).then_some(now);
        }
        self.acked = offset;
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    /// The replay was not announced yet.
    Fresh {
        lost: bool,
        live_at: u64,
    },
    /// Up to here it is old output.
    Replay {
        live_at: u64,
    },
    Live,
    Over,
}

impl Output {
    /// An empty log that keeps the last `capacity` bytes, or a little more than the window if that is less.
    #[must_use]
    pub fn new(capacity: usize) -> Arc<Self> {
        let least = usize::try_from(WINDOW).unwrap_or(usize::MAX).saturating_add(2 * MAX_OUTPUT);
        Arc::new(Self {
            log: Mutex::new(Log {
                kept: VecDeque::new(),
                capacity: capacity.max(least),
                end: 0,
                closed: false,
                seats: BTreeMap::new(),
                next_seat: 0,
            }),
            written: Notify::new(),
            consumed: Notify::new(),
        })
    }

    /// Adds output; waits while a viewer is too far behind. Does nothing once closed.
    ///
    /// Dropping the future loses what was not written yet, so keep it until it is done.
    pub async fn push(&self, mut bytes: Bytes) {
        while !bytes.is_empty() {
            let consumed = self.consumed.notified();
            if self.try_write(&mut bytes) {
                self.written.notify_waiters();
            } else {
                consumed.await;
            }
        }
    }

    /// Ends it: viewers get what is left, then [`ToViewer::End`]. What is kept stays readable.
    pub fn close(&self) {
        self.lock().closed = true;
        self.written.notify_waiters();
        self.consumed.notify_waiters();
    }

    /// Starts watching at offset `from`, or at the oldest byte that is kept.
    #[must_use]
    pub fn attach(self: &Arc<Self>, from: u64) -> Viewer {
        self.seated(from, true)
    }

    /// The same for somebody whom the writer does not wait for. One that falls behind all that is kept is told
    /// [`ToViewer::Start`] anew, with the last of it.
    #[must_use]
    pub fn look_on(self: &Arc<Self>, from: u64) -> Viewer {
        self.seated(from, false)
    }

    fn seated(self: &Arc<Self>, from: u64, waited_for: bool) -> Viewer {
        let mut log = self.lock();
        let oldest = log.start();
        let lost = from < oldest;
        let at = if lost { log.line_from(oldest) } else { from.min(log.end) };
        let phase = Phase::Fresh { lost, live_at: log.end };
        let seat = log.next_seat;
        log.next_seat += 1;
        log.seats.insert(seat, Seat::new(at, phase, waited_for));
        drop(log);
        Viewer { output: Arc::clone(self), seat }
    }

    /// How many bytes were written so far.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.lock().end
    }

    /// How many are watching.
    #[must_use]
    pub fn viewers(&self) -> usize {
        self.lock().seats.len()
    }

    /// Takes the next piece of `bytes` into the log, unless a viewer is too far behind.
    fn try_write(&self, bytes: &mut Bytes) -> bool {
        let mut log = self.lock();
        if log.closed {
            bytes.clear();
            return true;
        }
        let room = |seat: &Seat| (seat.acked + seat.window).saturating_sub(log.end);
        let waited_for = log.seats.values().filter(|seat| seat.waited_for);
        let room = waited_for.map(room).min().unwrap_or(u64::MAX);
        if room == 0 {
            return false;
        }
        let most = usize::try_from(room).unwrap_or(MAX_OUTPUT).min(MAX_OUTPUT);
        let piece = bytes.split_to(bytes.len().min(most));
        log.append(&piece);
        true
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        // A panic elsewhere while it was held leaves counters that are still consistent.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn start(&self) -> u64 {
        self.end - self.kept.len() as u64
    }

    fn append(&mut self, piece: &[u8]) {
        let over = (self.kept.len() + piece.len()).saturating_sub(self.capacity);
        self.kept.drain(..over.min(self.kept.len()));
        self.kept.extend(piece);
        self.end += piece.len() as u64;
    }

    /// The offset of the first line from `from` on, so that a replay does not start within a character or a sequence.
    fn line_from(&self, from: u64) -> u64 {
        let skip = usize::try_from(from.saturating_sub(self.start())).unwrap_or(usize::MAX);
        let feed = self.kept.iter().skip(skip).take(LINE_SEARCH).position(|byte| *byte == b'\n');
        from + feed.map_or(0, |at| at as u64 + 1)
    }

    /// At most `most` bytes from offset `from` on.
    fn read(&self, from: u64, most: usize) -> Bytes {
        let skip = usize::try_from(from.saturating_sub(self.start())).unwrap_or(usize::MAX);
        let (first, second) = self.kept.as_slices();
        let head = first.get(skip..).unwrap_or_default();
        let tail = second.get(skip.saturating_sub(first.len())..).unwrap_or_default();
        let head = head.get(..most).unwrap_or(head);
        let tail = tail.get(..most - head.len()).unwrap_or(tail);
        let mut out = BytesMut::with_capacity(head.len() + tail.len());
        out.extend_from_slice(head);
        out.extend_from_slice(tail);
        out.freeze()
    }

    /// What to tell a viewer next, if there is anything now.
    fn next(&mut self, id: u64) -> Option<ToViewer> {
        let (start, end, closed) = (self.start(), self.end, self.closed);
        if self.seats.get(&id).is_some_and(|seat| !seat.waited_for && seat.sent < start) {
            let at = self.line_from(start.max(end.saturating_sub(CATCH_UP)));
            let phase = Phase::Fresh { lost: true, live_at: end };
            self.seats.insert(id, Seat::new(at, phase, false));
        }
        let seat = self.seats.get_mut(&id)?;
        // The writer waits long before this; it keeps a mistake there from turning into a wrong offset here.
        seat.sent = seat.sent.max(start);
        seat.acked = seat.acked.clamp(start.min(seat.sent), seat.sent);
        match seat.phase {
            Phase::Fresh { lost, live_at } => {
                seat.phase = Phase::Replay { live_at };
                return Some(ToViewer::Start { offset: seat.sent, lost });
            }
            Phase::Replay { live_at } if seat.sent >= live_at => {
                seat.phase = Phase::Live;
                return Some(ToViewer::Live);
            }
            Phase::Live if closed && seat.sent >= end => {
                seat.phase = Phase::Over;
                return Some(ToViewer::End);
            }
            Phase::Replay { .. } | Phase::Live | Phase::Over => {}
        }
        let until = if let Phase::Replay { live_at } = seat.phase { live_at } else { end };
        if seat.sent >= until || seat.sent - seat.acked >= seat.window {
            return None;
        }
        let offset = seat.sent;
        let most = usize::try_from(until - offset).unwrap_or(MAX_OUTPUT).min(MAX_OUTPUT);
        let bytes = self.read(offset, most);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.handed_out(bytes.len() as u64, Instant::now());
        }
        Some(ToViewer::Output { offset, bytes })
    }
}

/// Someone who watches. Dropping it stops the writer from waiting for them.
#[derive(Debug)]
pub struct Viewer {
    output: Arc<Output>,
    seat: u64,
}

impl Viewer {
    /// What to show next; `None` after [`ToViewer::End`].
    ///
    /// Waits while more is unacknowledged than the viewer shows in a moment, at most [`WINDOW`]. May be dropped at any
    /// time without losing anything.
    pub async fn next(&self) -> Option<ToViewer> {
        loop {
            let written = self.output.written.notified();
            let consumed = self.output.consumed.notified();
            {
                let mut log = self.output.lock();
                if let Some(message) = log.next(self.seat) {
                    return Some(message);
                }
                if log.seats.get(&self.seat).is_none_or(|seat| seat.phase == Phase::Over) {
                    return None;
                }
            }
            tokio::select! {
                () = written => {}
                () = consumed => {}
            }
        }
    }

    /// What can be shown at once, without waiting.
    #[must_use]
    pub fn try_next(&self) -> Option<ToViewer> {
        self.output.lock().next(self.seat)
    }

    /// Everything below `offset` is on the screen. What cannot be true is taken for the nearest that can.
    pub fn ack(&self, offset: u64) {
        if let Some(seat) = self.output.lock().seats.get_mut(&self.seat) {
            seat.ack(offset, Instant::now());
        }
        self.output.consumed.notify_waiters();
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.output.lock().seats.remove(&self.seat);
        self.output.consumed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
