//! Recordings of desktops: what they showed, as chunks that a file keeps in order.
//!
//! A chunk can be read alone. All integers are little endian:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | flags: 1 part of a key frame, 2 its first chunk, 4 its last chunk, 8 the index |
//! | 4 | time of its first event, in milliseconds from the beginning |
//! | 4 | time of its last event |
//! | … | events: 4 bytes time, 4 bytes length, and so many bytes of a message to a viewer ([`codec`](super::codec)) |
//!
//! Of the messages there are four: the size, a rectangle of pixels (mostly packed by zlib; never more than
//! [`MAX_PART`](super::codec::MAX_PART) of them), how the pointer looks, and where it is. Pixels are exact: nothing is
//! lost but what changed between two frames.
//!
//! A **key frame** says everything: it begins with the size (which is said nowhere else), and all its events have the
//! same time. It repeats what the events before it made, so whoever plays through can pass it over unless the size is
//! another one. There is one at the beginning and after a change of size, and then whenever [`KEY_EVERY`] or
//! [`KEY_BYTES`] have passed since the last one and something changes: to go to a time is to read from the key frame
//! before it. Nothing is written while nothing changes.
//!
//! The **index** is the last chunk of a recording that was finished: for each chunk before it the bytes it takes in the
//! file, its flags and its two times (4, 1, 4 and 4 bytes). One that is missing, because the program was killed or it
//! would have been too long, is made again by reading the chunks.
//!
//! Deliberately absent: files and ciphers (the core has those), what was typed or clicked, the clipboard, and sound.

mod index;
mod reader;
mod writer;

#[cfg(test)]
mod tests;

pub use index::{Entry, Index};
pub use reader::{Damaged, Event, Events, Head, Painter, events, head};
pub use writer::{Chunk, Writer};

use std::time::Duration;

/// The longest time between two key frames while something changes.
pub const KEY_EVERY: Duration = Duration::from_secs(10);
/// The most bytes between two key frames, unless a key frame itself takes more than a quarter of that.
pub const KEY_BYTES: usize = 16 * 1024 * 1024;

/// What happens later than this after the first event of a chunk belongs to the next one, in milliseconds.
pub const WAITS: u32 = 2_000;

/// A chunk is complete when its events take this much.
const CHUNK: usize = 256 * 1024;
/// Or when they are this much without compression.
const CHUNK_RAW: usize = 8 * 1024 * 1024;
/// More than a chunk of ours holds is damage: it would take long to unpack.
const MOST_RAW: usize = 2 * CHUNK_RAW;

const KEY: u8 = 1;
const KEY_FIRST: u8 = 2;
const KEY_LAST: u8 = 4;
const INDEX: u8 = 8;
/// Bytes before the events of a chunk.
const HEAD: usize = 9;
