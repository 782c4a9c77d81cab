//! Extended Clipboard (registry: pseudo-encoding 0xC0A1E5CE): text in UTF-8, fetched when it is wanted. Deliberately
//! absent: its other formats, which no server for Unix offers.

use crate::{VncError, input::Input};
use flate2::{Compression, Decompress, FlushDecompress, write::ZlibEncoder};
use patchbay_session::desktop::MOST_CLIPBOARD;
use std::io::Write;

const TEXT: u32 = 1;
const CAPS: u32 = 1 << 24;
const REQUEST: u32 = 1 << 25;
const PEEK: u32 = 1 << 26;
const NOTIFY: u32 = 1 << 27;
const PROVIDE: u32 = 1 << 28;

/// The longest message: text that does not compress, and its frame.
pub(crate) const MOST_MESSAGE: usize = MOST_CLIPBOARD + MOST_CLIPBOARD / 1000 + 1024;

/// What the server can take, and what it may ask for.
#[derive(Default)]
pub(crate) struct Shared {
    /// What it said it can do; nothing before it did.
    theirs: Option<u32>,
    text: String,
}

/// What a message of the server comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Nothing,
    /// It was copied there.
    Text(String),
}

impl Shared {
    /// Whether the server speaks this.
    pub(crate) const fn is_on(&self) -> bool {
        self.theirs.is_some()
    }

    /// This was copied here.
    pub(crate) fn copied(&mut self, text: String, out: &mut Vec<u8>) {
        self.text = text;
        if self.theirs.is_some_and(|theirs| theirs & NOTIFY != 0) {
            message(out, NOTIFY | TEXT, &[]);
        } else {
            self.provide(out);
        }
    }

    fn provide(&self, out: &mut Vec<u8>) {
        let text = self.text.replace('\n', "\r\n") + "\0";
        let length = u32::try_from(text.len()).unwrap_or_default();
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        let packed = encoder
            .write_all(&length.to_be_bytes())
            .and_then(|()| encoder.write_all(text.as_bytes()))
            .and_then(|()| encoder.finish());
        // Writing to memory does not fail.
        if let Ok(packed) = packed {
            message(out, PROVIDE | TEXT, &packed);
        }
    }

    /// What the server sent, without its length.
    pub(crate) fn told(&mut self, data: &[u8], out: &mut Vec<u8>) -> Result<Told, VncError> {
        let mut data = Input::new(data);
        let flags =
            data.u32().ok_or_else(|| VncError::protocol("a clipboard message without flags"))?;
        if flags & CAPS != 0 {
            self.theirs = Some(flags);
            // Of what it copies nothing is to be sent unasked: a length of 0.
            message(out, CAPS | TEXT | REQUEST | PEEK | NOTIFY | PROVIDE, &[0; 4]);
        } else if flags & PROVIDE != 0 {
            if flags & TEXT != 0 {
                return unpack(data.rest()).map(Told::Text);
            }
        } else if flags & NOTIFY != 0 {
            if flags & TEXT != 0 {
                message(out, REQUEST | TEXT, &[]);
            }
        } else if flags & REQUEST != 0 {
            if flags & TEXT != 0 && !self.text.is_empty() {
                self.provide(out);
            }
        } else if flags & PEEK != 0 {
            let there = if self.text.is_empty() { 0 } else { TEXT };
            message(out, NOTIFY | there, &[]);
        }
        Ok(Told::Nothing)
    }
}

fn message(out: &mut Vec<u8>, flags: u32, data: &[u8]) {
    let length = i32::try_from(4 + data.len()).unwrap_or_default();
    out.extend([6, 0, 0, 0]);
    out.extend((-length).to_be_bytes());
    out.extend(flags.to_be_bytes());
    out.extend(data);
}

/// A length and text, compressed. Text comes first of all formats.
fn unpack(data: &[u8]) -> Result<String, VncError> {
    let damaged = || VncError::protocol("its clipboard is damaged");
    let mut stream = Decompress::new(true);
    let mut read = |from: &[u8], into: &mut [u8]| -> Result<usize, VncError> {
        let (mut from, mut filled) = (from, 0);
        while let Some(room) = into.get_mut(filled..).filter(|room| !room.is_empty()) {
            let (before_in, before_out) = (stream.total_in(), stream.total_out());
            stream.decompress(from, room, FlushDecompress::Sync).map_err(|_| damaged())?;
            let taken = usize::try_from(stream.total_in() - before_in).unwrap_or_default();
            let wrote = usize::try_from(stream.total_out() - before_out).unwrap_or_default();
            from = from.get(taken..).unwrap_or_default();
            filled += wrote;
            if taken + wrote == 0 {
                break;
            }
        }
        if filled < into.len() { Err(damaged()) } else { Ok(data.len() - from.len()) }
    };
    let mut length = [0; 4];
    let taken = read(data, &mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    // zlib packs a thousand bytes into one at most.
    if length > MOST_CLIPBOARD || length > data.len().saturating_mul(1040) + 1024 {
        return Err(VncError::protocol("its clipboard is too long"));
    }
    let mut text = vec![0; length];
    read(data.get(taken..).unwrap_or_default(), &mut text)?;
    let text = String::from_utf8(text)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(text.trim_end_matches('\0').replace("\r\n", "\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn what_is_provided_is_understood() {
        let (mut here, mut there) = (Shared::default(), Shared::default());
        let mut out = Vec::new();
        assert_eq!(here.told(&(CAPS | TEXT).to_be_bytes(), &mut out).unwrap(), Told::Nothing);
        out.clear();
        let text = "one\ntwo — drei\n".to_owned();
        // It cannot be notified, so it is told at once.
        here.copied(text.clone(), &mut out);
        assert_eq!(there.told(&out[8..], &mut Vec::new()).unwrap(), Told::Text(text));
    }

    #[test]
    fn nobody_is_told_a_length_to_believe() {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&16_000_000_u32.to_be_bytes()).unwrap();
        encoder.write_all(b"short").unwrap();
        assert!(unpack(&encoder.finish().unwrap()).is_err());
    }
}
