//! The file of a recording: sealed chunks, one behind the other.
//!
//! `MAGIC`, then per chunk four bytes (little endian: the length, and in the highest bit whether it is the last) and so many
//! sealed bytes. In a chunk is the time of the last event before it (eight bytes, milliseconds, little endian), and then
//! what happened. Of a terminal that is whole lines of asciicast 3: all chunks without those times are a file of that
//! format. Of a desktop it is a chunk of `patchbay_session::desktop::recording`; the last one is its index, and behind it
//! stand where that begins in the file (eight bytes) and its number (four), so that it is found from the end.

use patchbay_session::{
    asciicast::{Event, Item, Parser},
    desktop::recording,
};
use patchbay_vault::StreamSealer;
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
    time::Duration,
};

/// How a file begins.
pub(super) const MAGIC: &[u8; 16] = b"patchbay rec 1\r\n";
const LAST: u32 = 1 << 31;
/// No chunk of ours is longer; a length that says more is damage.
const LONGEST: u32 = 4 * 1024 * 1024;
/// The time at the beginning of a chunk.
const TIME: usize = 8;
/// Behind the index of a desktop.
const TAIL: usize = 12;

/// What stands behind the index of a desktop, which begins there.
pub(super) fn tail(start: u64, number: u32) -> [u8; TAIL] {
    let mut tail = [0; TAIL];
    let (from, behind) = tail.split_at_mut(8);
    from.copy_from_slice(&start.to_le_bytes());
    behind.copy_from_slice(&number.to_le_bytes());
    tail
}

/// The bytes of a chunk as they are appended to the file.
pub(super) fn frame(
    sealer: &StreamSealer,
    number: u32,
    last: bool,
    before: Duration,
    what: &[u8],
) -> io::Result<Vec<u8>> {
    let mut data = zeroize::Zeroizing::new(Vec::with_capacity(TIME + what.len()));
    data.extend_from_slice(&milliseconds(before).to_le_bytes());
    data.extend_from_slice(what);
    let sealed = sealer.seal(number, last, &data).map_err(io::Error::other)?;
    let length = u32::try_from(sealed.len()).ok().filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| io::Error::other("a chunk is too long"))?;
    let mut frame = Vec::with_capacity(4 + sealed.len());
    frame.extend_from_slice(&(length | if last { LAST } else { 0 }).to_le_bytes());
    frame.extend_from_slice(&sealed);
    Ok(frame)
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Where reading stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// Behind the last chunk.
    Whole,
    /// Where nothing more was written, or half a chunk.
    Cut,
    /// At a chunk that is not as it was written.
    Damaged,
}

/// A chunk, opened.
pub(super) struct Chunk {
    pub(super) number: u32,
    /// The time of the last event before it.
    pub(super) before: Duration,
    lines: zeroize::Zeroizing<Vec<u8>>,
}

impl Chunk {
    /// What is in it.
    pub(super) fn data(&self) -> &[u8] {
        self.lines.get(TIME..).unwrap_or_default()
    }

    /// Its lines.
    pub(super) fn text(&self) -> &str {
        str::from_utf8(self.data()).unwrap_or_default()
    }

    /// The time of its last event.
    fn end(&self, desktop: bool) -> Duration {
        if desktop {
            let head = recording::head(self.data());
            return head.map_or(self.before, |head| Duration::from_millis(head.to.into()));
        }
        self.events().last().map_or(self.before, |(at, _)| at)
    }

    /// What happened in it. A header and what cannot be understood are left out.
    pub(super) fn events(&self) -> impl Iterator<Item = (Duration, Event)> {
        let mut parser = Parser::within(self.before);
        self.text().lines().filter_map(move |line| match parser.next(line) {
            Ok(Some(Item::Event(at, event))) => Some((at, event)),
            _ => None,
        })
    }
}

/// Reads the chunks of a file in order.
pub(super) struct Chunks {
    file: BufReader<File>,
    sealer: StreamSealer,
    number: u32,
    end: Option<End>,
}

impl Chunks {
    /// At the first chunk.
    pub(super) fn open(path: &Path, sealer: StreamSealer) -> io::Result<Self> {
        let mut file = BufReader::new(File::open(path)?);
        let mut magic = [0; MAGIC.len()];
        let end = match file.read_exact(&mut magic) {
            Ok(()) if &magic == MAGIC => None,
            Ok(()) => Some(End::Damaged),
            Err(_) => Some(End::Cut),
        };
        Ok(Self { file, sealer, number: 0, end })
    }

    /// Goes to a chunk without opening those before it.
    pub(super) fn skip_to(&mut self, number: u32) -> io::Result<()> {
        while self.number < number {
            let Some((length, last)) = self.length()? else { return Ok(()) };
            self.file.seek_relative(i64::from(length))?;
            self.number += 1;
            if last {
                self.end = Some(End::Whole);
            }
        }
        Ok(())
    }

    /// The next chunk; `None` at the end, and then [`Chunks::end`] says which.
    pub(super) fn next(&mut self) -> io::Result<Option<Chunk>> {
        let Some((length, last)) = self.length()? else { return Ok(None) };
        let mut sealed = vec![0; usize::try_from(length).unwrap_or_default()];
        match self.file.read_exact(&mut sealed) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.end = Some(End::Cut);
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        let opened = self.sealer.unseal(self.number, last, &sealed).ok();
        let time = opened.as_ref().and_then(|data| data.first_chunk::<TIME>().copied());
        let (Some(lines), Some(time)) = (opened, time) else {
            self.end = Some(End::Damaged);
            return Ok(None);
        };
        let number = self.number;
        self.number += 1;
        if last {
            self.end = Some(End::Whole);
        }
        let before = Duration::from_millis(u64::from_le_bytes(time));
        Ok(Some(Chunk { number, before, lines }))
    }

    /// Goes to where the chunk of this number begins in the file, from the beginning or back.
    pub(super) fn go_to(&mut self, start: u64, number: u32) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(start))?;
        (self.number, self.end) = (number, None);
        Ok(())
    }

    /// Where in the file the next chunk begins.
    pub(super) fn place(&mut self) -> io::Result<u64> {
        self.file.stream_position()
    }

    /// Where the index of a desktop begins and its number, as the end of the file has it; nobody proved it.
    pub(super) fn tail(&mut self) -> io::Result<Option<(u64, u32)>> {
        let mut tail = [0; TAIL];
        let size = self.file.seek(SeekFrom::End(0))?;
        if size < (MAGIC.len() + TAIL) as u64 {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(size - TAIL as u64))?;
        self.file.read_exact(&mut tail)?;
        let (start, number) = tail.split_at(8);
        let start = start.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        let number = number.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
        Ok(start.zip(number).filter(|(start, _)| *start < size))
    }

    /// Where reading stopped, once it did.
    pub(super) const fn end(&self) -> Option<End> {
        self.end
    }

    /// Length of the next chunk, and whether it is the last.
    fn length(&mut self) -> io::Result<Option<(u32, bool)>> {
        if self.end.is_some() {
            return Ok(None);
        }
        let mut word = [0; 4];
        match self.file.read_exact(&mut word) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.end = Some(End::Cut);
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        let word = u32::from_le_bytes(word);
        let length = word & !LAST;
        if length > LONGEST {
            self.end = Some(End::Damaged);
            return Ok(None);
        }
        Ok(Some((length, word & LAST != 0)))
    }
}

/// What a file holds, opening only its last readable chunk.
pub(super) struct Summary {
    pub(super) chunks: u32,
    pub(super) length: Duration,
    pub(super) end: End,
}

/// Looks at a file.
pub(super) fn summary(path: &Path, sealer: StreamSealer, desktop: bool) -> io::Result<Summary> {
    let size = std::fs::metadata(path)?.len();
    let mut chunks = Chunks::open(path, sealer)?;
    let mut whole = 0;
    let mut end = chunks.end;
    while end.is_none() {
        let Some((length, last)) = chunks.length()? else {
            end = chunks.end;
            break;
        };
        let at = chunks.file.stream_position()?;
        if at.saturating_add(u64::from(length)) > size {
            end = Some(End::Cut);
            break;
        }
        chunks.file.seek_relative(i64::from(length))?;
        whole += 1;
        if last {
            end = Some(End::Whole);
        }
    }
    let mut end = end.unwrap_or(End::Cut);
    let mut length = Duration::ZERO;
    if whole > 0 {
        chunks.file.seek(SeekFrom::Start(MAGIC.len() as u64))?;
        (chunks.number, chunks.end) = (0, None);
        chunks.skip_to(whole - 1)?;
        chunks.end = None;
        match chunks.next()? {
            Some(chunk) => {
                length = chunk.end(desktop);
            }
            None => end = End::Damaged,
        }
    }
    Ok(Summary { chunks: whole, length, end })
}
