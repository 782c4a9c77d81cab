//! The file of a recording, at any time of it.

use super::super::file::{Chunks, End, MAGIC};
use bytes::Bytes;
use patchbay_session::desktop::{
    BYTES, Screen, Size,
    recording::{Damaged, Entry, Event, Events, Index, Painter, events, head},
};
use std::{io, sync::Arc};

/// A recording, and where in it a picture is.
pub(in super::super) struct Reader {
    chunks: Chunks,
    index: Index,
    /// How the file ends; nothing while it goes on.
    end: Option<End>,
    painter: Painter,
    /// The chunk whose events come next.
    number: usize,
    /// It was begun.
    open: Option<Events>,
    /// A key frame that says nothing new is passed over.
    passing: bool,
    /// The picture is what all before it made it.
    right: bool,
    /// Everything until here, in milliseconds, is in the picture.
    at: Option<u32>,
    /// A chunk that could not be read, and when it happened.
    torn: Option<u32>,
}

impl Reader {
    /// Reads the index, or makes it.
    pub(in super::super) fn new(chunks: Chunks, running: bool) -> io::Result<Self> {
        let mut reader = Self {
            chunks,
            index: Index::default(),
            end: None,
            painter: Painter::new(Screen::new()),
            number: 0,
            open: None,
            passing: false,
            right: false,
            at: None,
            torn: None,
        };
        if reader.chunks.end().is_some() {
            reader.end = reader.chunks.end();
        } else if running || !reader.read_index()? {
            reader.index = Index::default();
            reader.grow(running)?;
        }
        Ok(reader)
    }

    /// When what happened.
    pub(in super::super) const fn index(&self) -> &Index {
        &self.index
    }

    /// The picture, the pointer and how that looks.
    pub(super) const fn painter(&self) -> &Painter {
        &self.painter
    }

    /// How the file ends.
    pub(in super::super) const fn end(&self) -> Option<End> {
        self.end
    }

    /// When something was recorded that cannot be read, if that was met on the way to where it is.
    pub(super) const fn torn(&self) -> Option<u32> {
        self.torn
    }

    /// When something happens next, in milliseconds.
    pub(super) fn next(&self) -> Option<u32> {
        let here = self.open.as_ref().and_then(Events::peek);
        here.or_else(|| self.index.entries().get(self.number).map(|entry| entry.head.from))
    }

    /// Finds what was written since.
    pub(super) fn grow(&mut self, running: bool) -> io::Result<()> {
        if self.end.is_some() {
            return Ok(());
        }
        loop {
            let number = self.index.entries().len();
            let start = self.index.end().saturating_add(MAGIC.len() as u64);
            let Ok(numbered) = u32::try_from(number) else { break };
            self.chunks.go_to(start, numbered)?;
            let Some(chunk) = self.chunks.next()? else { break };
            let length = self.chunks.place()?.saturating_sub(start);
            let pushed = head(chunk.data()).and_then(|head| {
                let length = u32::try_from(length).map_err(|_| Damaged)?;
                if head.is_index() { Ok(()) } else { self.index.push(Entry { length, head }) }
            });
            if pushed.is_err() {
                self.end = Some(End::Damaged);
                return Ok(());
            }
            if self.chunks.end() == Some(End::Whole) {
                break;
            }
        }
        // Half a chunk is what is being written.
        let end = self.chunks.end();
        self.end = if running && end == Some(End::Cut) { None } else { end };
        Ok(())
    }

    /// Makes the picture that of a time.
    pub(super) fn show(&mut self, at: u32) -> io::Result<()> {
        // Before the first picture there is that one.
        let key = self.index.key_before(at).or_else(|| self.index.key_from(0));
        let first = key.and_then(|key| self.index.entries().get(key));
        let at = first.map_or(at, |first| at.max(first.head.from));
        let behind = self.at.is_none_or(|now| now > at);
        // What lies before a key frame need not be read.
        if behind || key.is_some_and(|key| self.number < key) {
            self.number = key.unwrap_or(0);
            (self.open, self.passing, self.right, self.torn) = (None, false, false, None);
        }
        loop {
            if self.open.is_none() {
                let Some(entry) = self.index.entries().get(self.number) else { break };
                if entry.head.from > at {
                    break;
                }
                if let Err(Damaged) = self.begin()? {
                    self.tear();
                    continue;
                }
            }
            let done = match &mut self.open {
                Some(events) => paint(events, at, &mut self.painter),
                None => Ok(true),
            };
            match done {
                Ok(true) => {
                    self.number += 1;
                    self.open = None;
                }
                Ok(false) => break,
                Err(Damaged) => self.tear(),
            }
        }
        self.at = Some(at);
        Ok(())
    }

    /// Opens the next chunk, unless it is part of a key frame that says nothing new.
    fn begin(&mut self) -> io::Result<Result<(), Damaged>> {
        let Some(Entry { head, .. }) = self.index.entries().get(self.number).copied() else {
            return Ok(Ok(()));
        };
        if head.is_key() && !head.begins_key() && self.passing {
            return Ok(Ok(()));
        }
        let events = match self.read(self.number)? {
            Ok(events) if events.head() == head => events,
            _ => return Ok(Err(Damaged)),
        };
        if head.begins_key() {
            let first = events.clone().next();
            let now = self.painter.screen().size();
            self.passing =
                self.right && matches!(first, Some(Ok((_, Event::Size(size)))) if size == now);
        }
        self.right |= head.begins_key();
        self.open = (!(head.is_key() && self.passing)).then_some(events);
        Ok(Ok(()))
    }

    /// The events of a chunk.
    pub(super) fn read(&mut self, number: usize) -> io::Result<Result<Events, Damaged>> {
        let start = self.index.start(number).map(|start| start.saturating_add(MAGIC.len() as u64));
        let (Some(start), Ok(numbered)) = (start, u32::try_from(number)) else {
            return Ok(Err(Damaged));
        };
        self.chunks.go_to(start, numbered)?;
        let chunk = self.chunks.next()?;
        Ok(chunk.ok_or(Damaged).and_then(|chunk| events(Bytes::copy_from_slice(chunk.data()))))
    }

    /// What could not be read makes all that follows wrong, until there is a key frame.
    fn tear(&mut self) {
        let entries = self.index.entries();
        self.torn = self.torn.or_else(|| entries.get(self.number).map(|entry| entry.head.from));
        self.number = self.index.key_from(self.number + 1).unwrap_or(entries.len());
        (self.open, self.passing, self.right) = (None, false, false);
    }

    /// The picture of the key frame before a time, or of the first one, made to fit into a size: its size and pixels.
    pub(super) fn small(&mut self, at: u32, most: Size) -> io::Result<Option<(Size, Vec<u8>)>> {
        let key = self.index.key_before(at).or_else(|| self.index.key_from(0));
        let Some(key) = key else { return Ok(None) };
        let mut painter = Painter::new(Screen::new());
        for number in key.. {
            let Some(Entry { head, .. }) = self.index.entries().get(number).copied() else { break };
            let Ok(events) = self.read(number)? else { return Ok(None) };
            let mut events = events;
            if paint(&mut events, head.to, &mut painter).is_err() {
                return Ok(None);
            }
            if head.ends_key() {
                break;
            }
        }
        Ok(shrink(painter.screen(), most))
    }

    fn read_index(&mut self) -> io::Result<bool> {
        let Some((start, number)) = self.chunks.tail()? else { return Ok(false) };
        self.chunks.go_to(start, number)?;
        let Some(chunk) = self.chunks.next()? else { return Ok(false) };
        let Ok(index) = Index::read(chunk.data()) else { return Ok(false) };
        let all = usize::try_from(number).is_ok_and(|number| number == index.entries().len());
        let fits = index.end().saturating_add(MAGIC.len() as u64) == start;
        if self.chunks.end() != Some(End::Whole) || !all || !fits {
            return Ok(false);
        }
        self.index = index;
        self.end = Some(End::Whole);
        Ok(true)
    }
}

/// Draws what happened until a time; whether that was all of the chunk.
fn paint(events: &mut Events, until: u32, painter: &mut Painter) -> Result<bool, Damaged> {
    while let Some(at) = events.peek() {
        if at > until {
            return Ok(false);
        }
        match events.next() {
            Some(event) => painter.apply(event?.1)?,
            None => break,
        }
    }
    Ok(true)
}

/// A small picture, each pixel of which is the mean of those it stands for. Nothing of an empty screen.
fn shrink(screen: &Arc<Screen>, most: Size) -> Option<(Size, Vec<u8>)> {
    let size = screen.size();
    let pixels = screen.read(size.rect())?;
    let wide = u64::from(size.width);
    let high = u64::from(size.height);
    if wide == 0 || high == 0 || most.pixels() == 0 {
        return None;
    }
    // As wide or as high as there is room, and never larger than it is.
    let (room, tall) = (u64::from(most.width).min(wide), u64::from(most.height).min(high));
    let (across, down) = if wide * tall > room * high {
        (room, (high * room / wide).max(1))
    } else {
        ((wide * tall / high).max(1), tall)
    };
    let small = Size::new(u16::try_from(across).ok()?, u16::try_from(down).ok()?);
    let mut out = Vec::with_capacity(small.pixels() * BYTES);
    let part = |at: u64, of: u64, all: u64| {
        let from = at * all / of;
        let to = ((at + 1) * all / of).max(from + 1);
        (usize::try_from(from).unwrap_or_default(), usize::try_from(to).unwrap_or_default())
    };
    let line = usize::from(size.width) * BYTES;
    for row in 0..down {
        let (top, bottom) = part(row, down, high);
        for column in 0..across {
            let (left, right) = part(column, across, wide);
            let mut sums = [0_u64; 3];
            let mut count = 0_u64;
            for row in pixels.chunks_exact(line).take(bottom).skip(top) {
                let (block, _) =
                    row.get(left * BYTES..right * BYTES).unwrap_or_default().as_chunks::<BYTES>();
                for [red, green, blue, _] in block {
                    for (sum, part) in sums.iter_mut().zip([red, green, blue]) {
                        *sum += u64::from(*part);
                    }
                }
                count += block.len() as u64;
            }
            let mean = |sum: u64| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX);
            out.extend(sums.map(mean));
            out.push(255);
        }
    }
    Some((small, out))
}
