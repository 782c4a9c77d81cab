//! Reading a recording, which may come from anybody: what cannot be as we write it is damage.

use super::{HEAD, INDEX, KEY, KEY_FIRST, KEY_LAST, MOST_RAW};
use crate::desktop::{BYTES, Cursor, MOST_PIXELS, Rect, Screen, Size, ToDesktopViewer as Say};
use bytes::{Buf as _, Bytes};
use std::{sync::Arc, time::Duration};

/// A chunk is not as it was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a part of this recording is damaged")]
pub struct Damaged;

/// What a chunk says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Head {
    flags: u8,
    /// Time of its first event, in milliseconds.
    pub from: u32,
    /// Time of its last event, not before the first.
    pub to: u32,
}

impl Head {
    pub(super) fn new(flags: u8, from: u32, to: u32) -> Result<Self, Damaged> {
        let known = match flags {
            0 | INDEX => true,
            _ => flags & KEY != 0 && flags & !(KEY | KEY_FIRST | KEY_LAST) == 0,
        };
        // All of a key frame happens at once.
        let fits = if flags & KEY == 0 { from <= to } else { from == to };
        if known && fits { Ok(Self { flags, from, to }) } else { Err(Damaged) }
    }

    pub(super) const fn flags(self) -> u8 {
        self.flags
    }

    /// Whether it is part of a key frame.
    #[must_use]
    pub const fn is_key(self) -> bool {
        self.flags & KEY != 0
    }

    /// Whether a key frame begins with it.
    #[must_use]
    pub const fn begins_key(self) -> bool {
        self.flags & KEY_FIRST != 0
    }

    /// Whether a key frame ends with it.
    #[must_use]
    pub const fn ends_key(self) -> bool {
        self.flags & KEY_LAST != 0
    }

    /// Whether it is the index, and holds no events.
    #[must_use]
    pub const fn is_index(self) -> bool {
        self.flags & INDEX != 0
    }
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// A key frame begins: the screen has this size.
    Size(Size),
    /// Pixels, as many as the rectangle has.
    Pixels(Rect, Bytes),
    /// How the pointer looks.
    Cursor(Cursor),
    /// Where the pointer is, from the left and from above.
    Pointer(u16, u16),
}

/// What a chunk says of itself.
///
/// # Errors
/// If it is none.
pub fn head(chunk: &[u8]) -> Result<Head, Damaged> {
    let mut head = chunk.get(..HEAD).ok_or(Damaged)?;
    let (flags, from, to) = (head.get_u8(), head.get_u32_le(), head.get_u32_le());
    Head::new(flags, from, to)
}

/// The events of a chunk with their times, one after the other. Nothing follows damage.
///
/// # Errors
/// If it is no chunk with events.
pub fn events(chunk: Bytes) -> Result<Events, Damaged> {
    let head = head(&chunk)?;
    if head.is_index() {
        return Err(Damaged);
    }
    let begun = !head.begins_key();
    Ok(Events { head, rest: chunk.slice(HEAD..), at: head.from, raw: 0, begun })
}

/// Events of a chunk.
#[derive(Clone, Debug)]
pub struct Events {
    head: Head,
    rest: Bytes,
    at: u32,
    /// Bytes of pixels so far.
    raw: usize,
    /// The size was said, if it is to be said here.
    begun: bool,
}

impl Events {
    /// What the chunk says of itself.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The time of the next event, in milliseconds.
    #[must_use]
    pub fn peek(&self) -> Option<u32> {
        self.rest.get(..4).map(|mut time| time.get_u32_le())
    }

    fn read(&mut self) -> Result<(u32, Event), Damaged> {
        let at = self.rest.try_get_u32_le().map_err(|_| Damaged)?;
        let length = self.rest.try_get_u32_le().map_err(|_| Damaged)?;
        let length = usize::try_from(length).map_err(|_| Damaged)?;
        if at < self.at || at > self.head.to || length > self.rest.len() {
            return Err(Damaged);
        }
        self.at = at;
        let message = Say::decode(self.rest.split_to(length)).map_err(|_| Damaged)?;
        let begins = matches!(message, Say::Resized(_));
        // The size comes first in a key frame, and nowhere else.
        if begins == self.begun {
            return Err(Damaged);
        }
        self.begun = true;
        let event = match message {
            Say::Resized(size) if (1..=MOST_PIXELS).contains(&size.pixels()) => Event::Size(size),
            Say::Frame { rect, pixels } => {
                self.raw = self.raw.saturating_add(rect.pixels() * BYTES);
                if rect.is_empty() || self.raw > MOST_RAW {
                    return Err(Damaged);
                }
                Event::Pixels(rect, pixels.unpack(rect).map_err(|_| Damaged)?)
            }
            Say::Cursor(cursor) => Event::Cursor(cursor),
            Say::PointerMoved { x, y } => Event::Pointer(x, y),
            _ => return Err(Damaged),
        };
        Ok((at, event))
    }
}

impl Iterator for Events {
    type Item = Result<(Duration, Event), Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let read = self.read();
        if read.is_err() {
            self.rest.clear();
        }
        Some(read.map(|(at, event)| (Duration::from_millis(at.into()), event)))
    }
}

/// Draws events on a screen, and keeps what is not on it.
#[derive(Debug)]
pub struct Painter {
    screen: Arc<Screen>,
    /// How the pointer looks.
    pub cursor: Cursor,
    /// Where it is, if that was ever said.
    pub pointer: Option<(u16, u16)>,
}

impl Painter {
    /// On an empty screen.
    #[must_use]
    pub const fn new(screen: Arc<Screen>) -> Self {
        Self { screen, cursor: Cursor::Usual, pointer: None }
    }

    /// The screen it draws on.
    #[must_use]
    pub const fn screen(&self) -> &Arc<Screen> {
        &self.screen
    }

    /// Draws.
    ///
    /// # Errors
    /// If it lies outside of the screen.
    pub fn apply(&mut self, event: Event) -> Result<(), Damaged> {
        match event {
            Event::Size(size) => {
                self.pointer = None;
                self.screen.resize(size).map_err(|_| Damaged)
            }
            Event::Pixels(rect, pixels) => {
                self.screen.draw(|canvas| canvas.put(rect, &pixels)).map_err(|_| Damaged)
            }
            Event::Cursor(cursor) => {
                self.cursor = cursor;
                Ok(())
            }
            Event::Pointer(x, y) => {
                self.pointer = Some((x, y));
                Ok(())
            }
        }
    }
}
