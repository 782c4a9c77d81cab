//! Where the chunks of a recording are, and when something happened.

use super::{Damaged, HEAD, Head, INDEX, reader::head};
use bytes::Buf as _;

/// Bytes of a chunk in the index.
const ENTRY: usize = 13;

/// A chunk of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Bytes it takes in the file, with whatever is around it there.
    pub length: u32,
    /// What it says of itself.
    pub head: Head,
}

/// All chunks with events, in their order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Index {
    entries: Vec<Entry>,
    /// Where each begins, from the first on.
    starts: Vec<u64>,
    /// Chunks that begin a key frame whose last chunk is there too.
    keys: Vec<usize>,
    /// The begin of a key frame whose end is not there yet.
    open: Option<usize>,
    end: u64,
}

impl Index {
    /// Adds the next chunk.
    ///
    /// # Errors
    /// If it cannot follow: its time is before that of the last one, it is an index, or a part of no key frame.
    pub fn push(&mut self, entry: Entry) -> Result<(), Damaged> {
        let Entry { length, head } = entry;
        let early = self.entries.last().is_some_and(|last| head.from < last.head.to);
        let torn = head.is_key() && !head.begins_key() && self.open.is_none();
        if head.is_index() || early || torn {
            return Err(Damaged);
        }
        let number = self.entries.len();
        self.open = match (head.begins_key(), head.is_key()) {
            (true, _) => Some(number),
            (false, true) => self.open,
            (false, false) => None,
        };
        if head.ends_key() {
            self.keys.extend(self.open.take());
        }
        self.entries.push(entry);
        self.starts.push(self.end);
        self.end = self.end.saturating_add(length.into());
        Ok(())
    }

    /// The chunks.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Where a chunk begins, in bytes behind the begin of the first.
    #[must_use]
    pub fn start(&self, chunk: usize) -> Option<u64> {
        self.starts.get(chunk).copied()
    }

    /// Bytes of all chunks.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// The time of the last event, in milliseconds.
    #[must_use]
    pub fn length(&self) -> u32 {
        self.entries.last().map_or(0, |last| last.head.to)
    }

    /// The first chunk of the last key frame that is not behind a time.
    #[must_use]
    pub fn key_before(&self, at: u32) -> Option<usize> {
        let from = |chunk: &usize| self.entries.get(*chunk).map_or(0, |entry| entry.head.from);
        let behind = self.keys.partition_point(|key| from(key) <= at);
        self.keys.get(behind.checked_sub(1)?).copied()
    }

    /// The first chunk of the first key frame from a chunk on.
    #[must_use]
    pub fn key_from(&self, chunk: usize) -> Option<usize> {
        self.keys.get(self.keys.partition_point(|key| *key < chunk)).copied()
    }

    /// When nothing happened for at least so long, in milliseconds: the beginnings and the ends, in their order.
    ///
    /// `least` is to be longer than [`WAITS`](super::WAITS): there are no such pauses within a chunk.
    #[must_use]
    pub fn pauses(&self, least: u32) -> (Vec<u32>, Vec<u32>) {
        let mut last = 0;
        let mut pauses = (Vec::new(), Vec::new());
        for Entry { head, .. } in &self.entries {
            if head.from.saturating_sub(last) >= least {
                pauses.0.push(last);
                pauses.1.push(head.from);
            }
            last = head.to;
        }
        pauses
    }

    /// As a chunk.
    #[must_use]
    pub fn chunk(&self) -> Vec<u8> {
        let length = self.length();
        let mut bytes = Vec::with_capacity(HEAD + self.entries.len() * ENTRY);
        bytes.push(INDEX);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&length.to_le_bytes());
        for Entry { length, head } in &self.entries {
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.push(head.flags());
            bytes.extend_from_slice(&head.from.to_le_bytes());
            bytes.extend_from_slice(&head.to.to_le_bytes());
        }
        bytes
    }

    /// Reads one.
    ///
    /// # Errors
    /// If it is no index, or one that cannot be.
    pub fn read(chunk: &[u8]) -> Result<Self, Damaged> {
        let own = head(chunk)?;
        let (entries, rest) = chunk.get(HEAD..).ok_or(Damaged)?.as_chunks::<ENTRY>();
        if !own.is_index() || !rest.is_empty() {
            return Err(Damaged);
        }
        let mut index = Self::default();
        for entry in entries {
            let mut entry = entry.as_slice();
            let length = entry.get_u32_le();
            let flags = entry.get_u8();
            let head = Head::new(flags, entry.get_u32_le(), entry.get_u32_le())?;
            index.push(Entry { length, head })?;
        }
        if index.length() == own.to { Ok(index) } else { Err(Damaged) }
    }
}
