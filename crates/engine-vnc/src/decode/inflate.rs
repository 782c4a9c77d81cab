//! One of the server's zlib streams, which run through the whole connection.
//!
//! By `zlib-rs` itself and not through `flate2`: that takes C's zlib as soon as any crate of the program asks for it, as one
//! does that RDP needs, and C's takes up to three times as long for a picture.

use crate::{VncError, input::Input};
use zlib_rs::{InflateFlush, Status};

/// The largest window (RFC 1950 section 2.2), as its logarithm.
const WINDOW: u8 = 15;

/// A zlib stream.
pub(crate) struct Inflate {
    stream: zlib_rs::Inflate,
}

impl Inflate {
    pub(crate) fn new() -> Self {
        Self { stream: zlib_rs::Inflate::new(true, WINDOW) }
    }

    /// Starts anew.
    pub(crate) fn reset(&mut self) {
        self.stream.reset(true);
    }

    /// Reads at most `left` bytes, writes what comes of them, and counts both down. Says how many were written.
    pub(crate) fn read(
        &mut self,
        input: &mut Input<'_>,
        left: &mut usize,
        out: &mut [u8],
    ) -> Result<usize, VncError> {
        let mut written = 0;
        while let Some(room) = out.get_mut(written..).filter(|room| !room.is_empty()) {
            let from = input.rest().get(..(*left).min(input.len())).unwrap_or_default();
            let (before_in, before_out) = (self.stream.total_in(), self.stream.total_out());
            let status = self
                .stream
                .decompress(from, room, InflateFlush::SyncFlush)
                .map_err(|_| VncError::protocol("its compressed data is damaged"))?;
            let count = |now: u64, before: u64| usize::try_from(now - before).unwrap_or_default();
            let read = count(self.stream.total_in(), before_in);
            let wrote = count(self.stream.total_out(), before_out);
            input.up_to(read);
            *left = left.saturating_sub(read);
            written += wrote;
            if status == Status::StreamEnd && *left > 0 && read + wrote == 0 {
                return Err(VncError::protocol("its compressed data ends too early"));
            }
            if read + wrote == 0 {
                break;
            }
        }
        Ok(written)
    }
}
