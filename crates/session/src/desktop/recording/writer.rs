//! Making a recording: what changed since the last frame, as chunks.

use super::{CHUNK, CHUNK_RAW, HEAD, KEY, KEY_BYTES, KEY_EVERY, KEY_FIRST, KEY_LAST, WAITS};
use crate::desktop::{
    BYTES, Cursor, Pixels, Rect, Region, Size, ToDesktopViewer as Say, Watcher, codec::MAX_PART,
    hub::strips,
};
use bytes::Bytes;
use std::{collections::VecDeque, time::Duration};

/// Pixels that are compared together, across and down.
const TILE: u16 = 64;

/// A chunk that is complete.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// Time of its first event, in milliseconds.
    pub from: u32,
    /// Time of its last event.
    pub to: u32,
    /// Its bytes, as the module describes them.
    pub bytes: Vec<u8>,
}

/// Makes the chunks of a recording.
///
/// It keeps the last picture it wrote, so that only what is truly different is written, and a key frame needs nobody
/// else. Times must not go back; one that does is taken as the last one.
#[derive(Debug)]
pub struct Writer {
    size: Size,
    /// The picture as far as it is written.
    pixels: Vec<u8>,
    cursor: Cursor,
    pointer: Option<(u16, u16)>,
    open: Open,
    done: VecDeque<Chunk>,
    /// Milliseconds.
    at: u32,
    /// When the last key frame was, how long it was, and what came behind it.
    key: Option<(u32, usize)>,
    since_key: usize,
}

/// The chunk that is being written.
#[derive(Debug, Default)]
struct Open {
    flags: u8,
    from: u32,
    to: u32,
    events: Vec<u8>,
    raw: usize,
}

impl Default for Writer {
    fn default() -> Self {
        Self {
            size: Size::default(),
            pixels: Vec::new(),
            cursor: Cursor::Usual,
            pointer: None,
            open: Open::default(),
            done: VecDeque::new(),
            at: 0,
            key: None,
            since_key: 0,
        }
    }
}

impl Writer {
    /// The screen has another size: all of it is read, as a key frame.
    pub fn resized(&mut self, at: Duration, size: Size, screen: &Watcher) {
        self.pass(at);
        if size.pixels() == 0 {
            return;
        }
        self.size = size;
        self.pixels = [0, 0, 0, 255].repeat(size.pixels());
        self.differing(screen, size.rect(), &mut Region::default());
        self.key_frame();
    }

    /// These parts may have changed.
    pub fn changed(&mut self, at: Duration, region: &Region, screen: &Watcher) {
        self.pass(at);
        let mut different = Region::default();
        for rect in region.rects() {
            if let Some(rect) = rect.intersection(self.size.rect()) {
                self.differing(screen, rect, &mut different);
            }
        }
        if different.is_empty() {
            return;
        }
        self.picture(&different);
        let Some((key_at, key_bytes)) = self.key else { return };
        let long = Duration::from_millis(u64::from(self.at - key_at)) >= KEY_EVERY;
        if long || self.since_key >= KEY_BYTES.max(key_bytes.saturating_mul(4)) {
            self.key_frame();
        }
    }

    /// The pointer looks like this now.
    pub fn cursor(&mut self, at: Duration, cursor: Cursor) {
        self.pass(at);
        if self.cursor != cursor {
            self.cursor = cursor;
            if self.key.is_some() {
                self.event(&Say::Cursor(self.cursor.clone()), 0);
            }
        }
    }

    /// The pointer is here now.
    pub fn pointer(&mut self, at: Duration, (x, y): (u16, u16)) {
        self.pass(at);
        if self.pointer != Some((x, y)) {
            self.pointer = Some((x, y));
            if self.key.is_some() {
                self.event(&Say::PointerMoved { x, y }, 0);
            }
        }
    }

    /// It is over: the time until then counts, although nothing happened.
    pub fn end(&mut self, at: Duration) {
        self.pass(at);
        if self.key.is_some() {
            self.event(&Say::Cursor(self.cursor.clone()), 0);
        }
        self.flush();
    }

    /// Whether something waits for more before it is a chunk.
    #[must_use]
    pub const fn waits(&self) -> bool {
        !self.open.events.is_empty()
    }

    /// What waits becomes a chunk.
    pub fn flush(&mut self) {
        let Open { flags, from, to, events, .. } = std::mem::take(&mut self.open);
        if events.is_empty() {
            return;
        }
        let mut bytes = Vec::with_capacity(HEAD + events.len());
        bytes.push(flags);
        bytes.extend_from_slice(&from.to_le_bytes());
        bytes.extend_from_slice(&to.to_le_bytes());
        bytes.extend_from_slice(&events);
        self.done.push_back(Chunk { from, to, bytes });
    }

    /// The next chunk that is complete.
    pub fn take(&mut self) -> Option<Chunk> {
        self.done.pop_front()
    }

    /// What happened until now belongs to another time.
    fn pass(&mut self, at: Duration) {
        let at = u32::try_from(at.as_millis()).unwrap_or(u32::MAX);
        self.at = self.at.max(at);
        if self.waits() && self.at - self.open.from >= WAITS {
            self.flush();
        }
    }

    /// Takes over what is different on the screen, tile by tile.
    fn differing(&mut self, screen: &Watcher, rect: Rect, different: &mut Region) {
        let line = usize::from(self.size.width) * BYTES;
        let tile = usize::from(TILE) * BYTES;
        let columns = usize::from(rect.width).div_ceil(usize::from(TILE));
        // Of each tile of this band, the first and the last row that differ.
        let mut dirty: Vec<Option<(u16, u16)>> = vec![None; columns];
        let mut y = rect.y;
        let mut band = |dirty: &mut Vec<Option<(u16, u16)>>| {
            for (column, rows) in (0_u16..).zip(dirty.iter_mut()) {
                let Some((first, last)) = rows.take() else { continue };
                let left = column.saturating_mul(TILE);
                let width = TILE.min(rect.width.saturating_sub(left));
                different.add(Rect::new(rect.x + left, first, width, last - first + 1));
            }
        };
        let pixels = &mut self.pixels;
        screen.pixels(rect, |row| {
            let from = usize::from(y) * line + usize::from(rect.x) * BYTES;
            let Some(known) = pixels.get_mut(from..from + row.len()) else { return };
            if known != row {
                let tiles = known.chunks_mut(tile).zip(row.chunks(tile)).zip(dirty.iter_mut());
                for ((known, new), rows) in tiles {
                    if known != new {
                        known.copy_from_slice(new);
                        *rows = Some((rows.map_or(y, |(first, _)| first), y));
                    }
                }
            }
            y += 1;
            if (y - rect.y).is_multiple_of(TILE) {
                band(&mut dirty);
            }
        });
        band(&mut dirty);
    }

    /// Writes parts of the picture.
    fn picture(&mut self, region: &Region) {
        let line = usize::from(self.size.width) * BYTES;
        for strip in strips(region) {
            let mut raw = Vec::with_capacity(strip.pixels() * BYTES);
            let (left, width) = (usize::from(strip.x) * BYTES, usize::from(strip.width) * BYTES);
            let rows = self.pixels.chunks_exact(line.max(1)).skip(usize::from(strip.y));
            for row in rows.take(usize::from(strip.height)) {
                raw.extend_from_slice(row.get(left..left + width).unwrap_or_default());
            }
            let length = raw.len();
            let pixels = Pixels::pack(Bytes::from(raw));
            self.event(&Say::Frame { rect: strip, pixels }, length);
        }
    }

    fn key_frame(&mut self) {
        self.flush();
        self.open.flags = KEY | KEY_FIRST;
        self.since_key = 0;
        self.key = Some((self.at, 0));
        self.event(&Say::Resized(self.size), 0);
        self.event(&Say::Cursor(self.cursor.clone()), 0);
        if let Some((x, y)) = self.pointer {
            self.event(&Say::PointerMoved { x, y }, 0);
        }
        let mut all = Region::default();
        all.add(self.size.rect());
        self.picture(&all);
        if self.open.events.is_empty() {
            // Its last event made the last chunk full.
            if let Some(flags) = self.done.back_mut().and_then(|chunk| chunk.bytes.first_mut()) {
                *flags |= KEY_LAST;
            }
        } else {
            self.open.flags |= KEY_LAST;
            self.flush();
        }
        self.open.flags = 0;
        self.key = Some((self.at, self.since_key));
        self.since_key = 0;
    }

    fn event(&mut self, say: &Say, raw: usize) {
        let message = say.encode();
        let Ok(length) = u32::try_from(message.len()) else { return };
        let open = &mut self.open;
        if open.events.is_empty() {
            open.from = self.at;
        }
        open.to = self.at;
        open.events.extend_from_slice(&self.at.to_le_bytes());
        open.events.extend_from_slice(&length.to_le_bytes());
        open.events.extend_from_slice(&message);
        open.raw += raw;
        self.since_key += message.len();
        if open.events.len() >= CHUNK || open.raw + MAX_PART > CHUNK_RAW {
            let key = open.flags & KEY;
            self.flush();
            self.open.flags = key;
        }
    }
}
