//! What a session's desktop shows, for as long as the session lives: over connections that come and go, to any number of
//! viewers.
//!
//! A viewer has at most [`UNSEEN`] frames on their way that it has not acknowledged; what is drawn meanwhile is joined, and
//! of what is drawn twice the newer one is sent. Pixels are read when their turn to be sent comes, a strip at a time.
//! Deliberately absent: the far end. A slow viewer does not slow it; it sees fewer frames.

use super::{
    Audio, BYTES, Clipboard, Cursor, DesktopEvent, MOST_MONITORS, Rect, Region, Screen, Size,
    Update, Watcher,
    codec::{MAX_PART, MAX_WORDS, Pixels, ToDesktopViewer as Say},
};
use crate::text::is_shown;
use bytes::Bytes;
use std::{
    collections::{BTreeMap, VecDeque},
    mem::discriminant,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Frames that are sent ahead: one is drawn while the next one travels.
const UNSEEN: u32 = 2;
/// Sound that waits for a viewer, in bytes: a third of a second of what computers usually play. Later sound is worth more.
const WAITING_SOUND: usize = 64 * 1024;

/// A session's desktop.
#[derive(Debug)]
pub struct DesktopHub {
    state: Mutex<State>,
    /// Told of everything but what is drawn.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// What the present connection shows, or the last one showed; and which it is, from 1.
    screen: Option<(u32, Arc<Screen>)>,
    /// What a new viewer has to know: the last of each kind.
    known: Vec<Say>,
    /// The picture that was copied last over the present connection, in PNG, if nothing else was copied since.
    picture: Option<Bytes>,
    seats: BTreeMap<u64, Seat>,
    next_seat: u64,
    closed: bool,
}

#[derive(Debug)]
struct Seat {
    waiting: VecDeque<Say>,
    shown: bool,
    packed: bool,
    /// Frames in all.
    sent: u32,
    acked: u32,
    /// Everything is wanted again.
    again: bool,
    /// A thumbnail within this size is wanted.
    thumbnail: Option<Size>,
    /// It asked for a thumbnail at some time, so it is no place to play sound.
    small: bool,
}

impl Seat {
    /// Queues something: of each kind the last one counts, but of sound every piece.
    fn say(&mut self, say: Say) {
        match &say {
            Say::Audio(_) if self.small => return,
            Say::Audio(_) => {
                let mut room = WAITING_SOUND;
                let waiting = self.waiting.iter().rev().filter(|other| is_sound(other)).count();
                let mut keep = 0;
                for other in self.waiting.iter().rev() {
                    if let Say::Audio(Audio { samples, .. }) = other {
                        if samples.len() > room {
                            break;
                        }
                        room -= samples.len();
                        keep += 1;
                    }
                }
                let mut drop = waiting - keep;
                self.waiting.retain(|other| {
                    let old = drop > 0 && is_sound(other);
                    drop -= usize::from(old);
                    !old
                });
            }
            _ => self.waiting.retain(|other| discriminant(other) != discriminant(&say)),
        }
        self.waiting.push_back(say);
    }
}

const fn is_sound(say: &Say) -> bool {
    matches!(say, Say::Audio(_))
}

impl DesktopHub {
    /// Nothing is shown yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), changed: Notify::new() })
    }

    /// A connection is there: its screen is shown from now on.
    pub fn show(&self, screen: Arc<Screen>) {
        let mut state = self.lock();
        let number = state.screen.as_ref().map_or(0, |(number, _)| *number).wrapping_add(1);
        state.screen = Some((number, screen));
        // What the last connection said of itself is over.
        state.known.clear();
        state.picture = None;
        state.tell(&Say::Cursor(Cursor::Usual));
        drop(state);
        self.changed.notify_waiters();
    }

    /// Whether there is something to look at: the screen of the last connection, also after its end.
    #[must_use]
    pub fn has_picture(&self) -> bool {
        self.lock().screen.as_ref().is_some_and(|(_, screen)| screen.size().pixels() > 0)
    }

    /// What the present connection shows, or the last one showed.
    #[must_use]
    pub fn screen(&self) -> Option<Arc<Screen>> {
        self.lock().screen.as_ref().map(|(_, screen)| Arc::clone(screen))
    }

    /// How the pointer looks there.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        let known = self.lock().known.iter().find_map(|say| match say {
            Say::Cursor(cursor) => Some(cursor.clone()),
            _ => None,
        });
        known.unwrap_or(Cursor::Usual)
    }

    /// Passes on what an engine says. Left out are what is not for viewers, and text and sound of more than [`MAX_PART`]
    /// bytes; titles and descriptions are cut to [`MAX_WORDS`].
    pub fn tell(&self, event: DesktopEvent) {
        let copied = match &event {
            DesktopEvent::Clipboard(Clipboard::Png(png)) => Some(Some(png.clone())),
            DesktopEvent::Clipboard(_) => Some(None),
            _ => None,
        };
        let Some(say) = said(event) else { return };
        let mut state = self.lock();
        if let Some(picture) = copied {
            state.picture = picture;
        }
        state.tell(&say);
        drop(state);
        self.changed.notify_waiters();
    }

    /// The picture that was copied last, in PNG; nothing if something else was copied since, or the connection is another.
    #[must_use]
    pub fn picture(&self) -> Option<Bytes> {
        self.lock().picture.clone()
    }

    /// The session is gone: viewers are told the end.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_waiters();
    }

    /// A viewer, who has seen nothing yet.
    #[must_use]
    pub fn attach(self: &Arc<Self>) -> DesktopViewer {
        let mut state = self.lock();
        let id = state.next_seat;
        state.next_seat += 1;
        let waiting = state.known.iter().cloned().collect();
        let seat = Seat {
            waiting,
            shown: true,
            packed: false,
            sent: 0,
            acked: 0,
            again: false,
            thumbnail: None,
            small: false,
        };
        state.seats.insert(id, seat);
        drop(state);
        DesktopViewer { hub: Arc::clone(self), id, drawing: tokio::sync::Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell(&mut self, say: &Say) {
        let passing = matches!(
            say,
            Say::Audio(_) | Say::Bell | Say::Clipboard(_) | Say::Picture | Say::PointerMoved { .. }
        );
        if !passing {
            self.known.retain(|other| discriminant(other) != discriminant(say));
            self.known.push(say.clone());
        }
        self.seats.values_mut().for_each(|seat| seat.say(say.clone()));
    }
}

/// In the words for viewers.
fn said(event: DesktopEvent) -> Option<Say> {
    Some(match event {
        DesktopEvent::Cursor(cursor) => Say::Cursor(cursor),
        DesktopEvent::PointerMoved { x, y } => Say::PointerMoved { x, y },
        DesktopEvent::Clipboard(Clipboard::Text(text)) if text.len() <= MAX_PART => {
            Say::Clipboard(text)
        }
        DesktopEvent::Clipboard(Clipboard::Png(_)) => Say::Picture,
        DesktopEvent::Audio(audio) if audio.samples.len() <= MAX_PART => Say::Audio(audio),
        DesktopEvent::Bell => Say::Bell,
        DesktopEvent::Leds(leds) => Say::Leds(leds),
        DesktopEvent::Title(title) => Say::Title(words(&title)),
        DesktopEvent::Latency(ms) => Say::Latency(ms),
        DesktopEvent::Quality(text) => Say::Quality(words(&text)),
        DesktopEvent::Abilities { resize, text, clipboard, files } => {
            Say::Abilities { resize, text, clipboard, files }
        }
        DesktopEvent::Monitors(mut monitors) => {
            monitors.truncate(MOST_MONITORS);
            Say::Monitors(monitors)
        }
        DesktopEvent::Clipboard(_)
        | DesktopEvent::Files(_)
        | DesktopEvent::Piece(_)
        | DesktopEvent::Audio(_)
        | DesktopEvent::Closed(_) => {
            return None;
        }
    })
}

/// One bounded line of what is shown.
fn words(text: &str) -> String {
    let mut line: String = text.chars().filter(|c| is_shown(*c)).take(MAX_WORDS / 4).collect();
    line.shrink_to_fit();
    line
}

/// One viewer of a desktop.
#[derive(Debug)]
pub struct DesktopViewer {
    hub: Arc<DesktopHub>,
    id: u64,
    drawing: tokio::sync::Mutex<Drawing>,
}

/// What of a frame is still to be sent.
#[derive(Debug, Default)]
struct Drawing {
    watcher: Option<(u32, Watcher)>,
    strips: VecDeque<Rect>,
    /// A frame was begun.
    begun: bool,
    /// The connection whose picture was seen to its end.
    done: Option<u32>,
    over: bool,
    /// For thumbnails, which show what changed since the last of them: the connection, and nothing if it is over.
    small: Option<(u32, Option<Watcher>)>,
}

/// What to do next.
enum Next {
    Say(Say),
    /// Pixels may be sent, packed or not.
    Draw(bool),
    /// A thumbnail within this size may be sent.
    Shrink(Size),
    /// Not now.
    Wait,
    End,
}

impl DesktopViewer {
    /// The next message; waits until there is one. Nothing after the end. To be called by one task at a time.
    pub async fn next(&self) -> Option<Say> {
        let mut drawing = self.drawing.lock().await;
        if drawing.over {
            return None;
        }
        loop {
            let changed = self.hub.changed.notified();
            let mut changed = std::pin::pin!(changed);
            // From here on nothing is missed.
            changed.as_mut().enable();
            match self.look(&mut drawing) {
                Next::Say(say) => return Some(say),
                Next::End => {
                    drawing.over = true;
                    return Some(Say::End);
                }
                Next::Wait => changed.await,
                Next::Shrink(within) => {
                    let Some((_, Some(watcher))) = &drawing.small else {
                        changed.await;
                        continue;
                    };
                    let update = tokio::select! {
                        biased;
                        () = changed => continue,
                        update = watcher.next() => update,
                    };
                    match update {
                        // All of it follows as damage.
                        Update::Resized(_) => {}
                        Update::Damage(_) => {
                            if let Some((size, rgba)) = watcher.thumbnail(within) {
                                self.seat(|seat| seat.thumbnail = None);
                                return Some(Say::Thumbnail { size, rgba });
                            }
                        }
                        Update::Over => {
                            if let Some((_, watcher)) = &mut drawing.small {
                                *watcher = None;
                            }
                        }
                    }
                }
                Next::Draw(packed) => {
                    if let Some(say) = self.strip(&mut drawing, packed) {
                        return Some(say);
                    }
                    if drawing.begun {
                        continue;
                    }
                    let Some((number, watcher)) = &drawing.watcher else {
                        changed.await;
                        continue;
                    };
                    tokio::select! {
                        biased;
                        () = changed => {}
                        update = watcher.next() => match update {
                            // A connection that has not drawn yet leaves the last picture in sight.
                            Update::Resized(size) if size.pixels() == 0 => {}
                            Update::Resized(size) => return Some(Say::Resized(size)),
                            Update::Damage(region) => {
                                drawing.strips = strips(&region);
                                drawing.begun = true;
                            }
                            // What is lost stays in sight until there is a new one.
                            Update::Over => {
                                drawing.done = Some(*number);
                                drawing.watcher = None;
                            }
                        },
                    }
                }
            }
        }
    }

    /// The frame of this number, and all before it, are on the viewer's screen; a number that was not sent is passed over.
    pub fn ack(&self, frame: u32) {
        self.seat(|seat| {
            // One that was not sent is none.
            if seat.sent.wrapping_sub(frame) < seat.sent.wrapping_sub(seat.acked) {
                seat.acked = frame;
            }
        });
    }

    /// Whether anybody sees it: one nobody sees is sent no pixels.
    pub fn show(&self, shown: bool) {
        self.seat(|seat| seat.shown = shown);
    }

    /// Whether pixels are compressed ([`Pixels::Zlib`]); they are not at first.
    pub fn pack(&self, packed: bool) {
        self.seat(|seat| seat.packed = packed);
    }

    /// Sends everything again.
    pub fn again(&self) {
        self.seat(|seat| seat.again = true);
    }

    /// Sends all of it once, small, as soon as it is not what the last thumbnail showed. A viewer that is shown the desktop
    /// itself gets none.
    pub fn thumbnail(&self, within: Size) {
        self.seat(|seat| {
            seat.thumbnail = Some(within);
            seat.small = true;
        });
    }

    fn seat(&self, change: impl FnOnce(&mut Seat)) {
        if let Some(seat) = self.hub.lock().seats.get_mut(&self.id) {
            change(seat);
        }
        self.hub.changed.notify_waiters();
    }

    fn look(&self, drawing: &mut Drawing) -> Next {
        let mut state = self.hub.lock();
        let State { screen, closed, seats, .. } = &mut *state;
        let Some(seat) = seats.get_mut(&self.id) else { return Next::End };
        if let Some(say) = seat.waiting.pop_front() {
            return Next::Say(say);
        }
        if *closed {
            return Next::End;
        }
        if let Some((number, screen)) = screen {
            let watched = drawing.watcher.as_ref().is_some_and(|(seen, _)| seen == number);
            let done = drawing.done == Some(*number);
            if (!watched && !done) || seat.again {
                seat.again = false;
                drawing.watcher = Some((*number, screen.watch()));
                drawing.strips.clear();
            }
        }
        if let (false, Some(within)) = (seat.shown, seat.thumbnail) {
            if let Some((number, screen)) = screen
                && drawing.small.as_ref().is_none_or(|(seen, _)| seen != number)
            {
                drawing.small = Some((*number, Some(screen.watch())));
            }
            return Next::Shrink(within);
        }
        if !seat.shown || seat.sent.wrapping_sub(seat.acked) >= UNSEEN {
            return Next::Wait;
        }
        if drawing.begun && drawing.strips.is_empty() {
            drawing.begun = false;
            seat.sent = seat.sent.wrapping_add(1);
            return Next::Say(Say::FrameEnd(seat.sent));
        }
        Next::Draw(seat.packed)
    }

    /// The next strip that is still inside of the screen.
    fn strip(&self, drawing: &mut Drawing, packed: bool) -> Option<Say> {
        let (_, watcher) = drawing.watcher.as_ref()?;
        while let Some(strip) = drawing.strips.pop_front() {
            let mut pixels = Vec::with_capacity(strip.pixels() * BYTES);
            let read = watcher.pixels(strip, |row| pixels.extend_from_slice(row));
            if let Some(rect) = read {
                let raw = Bytes::from(pixels);
                let pixels = if packed { Pixels::pack(raw) } else { Pixels::Raw(raw) };
                return Some(Say::Frame { rect, pixels });
            }
        }
        None
    }
}

impl Drop for DesktopViewer {
    fn drop(&mut self) {
        self.hub.lock().seats.remove(&self.id);
    }
}

/// A region in pieces of a message each, from above.
pub(super) fn strips(region: &Region) -> VecDeque<Rect> {
    let mut strips = VecDeque::new();
    for rect in region.rects() {
        let row = usize::from(rect.width).max(1) * BYTES;
        let rows = u16::try_from((MAX_PART / row).max(1)).unwrap_or(u16::MAX);
        let mut y = 0;
        while y < rect.height {
            let height = rows.min(rect.height - y);
            strips.push_back(Rect { x: rect.x, y: rect.y + y, width: rect.width, height });
            y += height;
        }
    }
    strips
}

#[cfg(test)]
mod tests;
