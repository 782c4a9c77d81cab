//! Rows of pixels in a zlib stream, decompressed and drawn some at a time.

use super::inflate::Inflate;
use crate::{
    VncError,
    input::{Input, Step},
};
use patchbay_session::desktop::{Rect, Screen};

/// What is decompressed at a time, if a row takes no more.
const PLAIN: usize = 128 * 1024;

/// Where in a rectangle it is.
#[derive(Default)]
pub(crate) struct Rows {
    plain: Vec<u8>,
    /// Bytes of `plain` that are no whole row yet.
    filled: usize,
    /// How many rows are drawn.
    drawn: u16,
    /// Compressed bytes to come.
    left: usize,
    /// Bytes of a row.
    row: usize,
}

impl Rows {
    /// So many compressed bytes follow, of rows that have so many bytes each.
    pub(crate) fn begin(&mut self, compressed: usize, row: usize) {
        self.filled = 0;
        self.drawn = 0;
        self.left = compressed;
        self.row = row.max(1);
        let room = self.row * (PLAIN / self.row).max(1);
        if self.plain.len() < room {
            self.plain.resize(room, 0);
        }
    }

    /// Draws what is there; `draw` turns a row as it came into one of the screen.
    pub(crate) fn decode(
        &mut self,
        stream: &mut Inflate,
        input: &mut Input<'_>,
        rect: Rect,
        screen: &Screen,
        mut draw: impl FnMut(&mut [u8], &[u8]),
    ) -> Result<Step, VncError> {
        loop {
            let room = self.plain.get_mut(self.filled..).unwrap_or_default();
            let came = stream.read(input, &mut self.left, room)?;
            if came == 0 {
                break;
            }
            self.filled += came;
            let there = u16::try_from(self.filled / self.row).unwrap_or(u16::MAX);
            let count = there.min(rect.height.saturating_sub(self.drawn));
            if count > 0 {
                let part = Rect { y: rect.y.saturating_add(self.drawn), height: count, ..rect };
                let from = self.plain.chunks_exact(self.row);
                screen.draw(|canvas| -> Result<(), VncError> {
                    canvas.rows(part)?.zip(from).for_each(|(to, from)| draw(to, from));
                    Ok(())
                })?;
                self.drawn += count;
            }
            let done = usize::from(count) * self.row;
            self.plain.copy_within(done..self.filled, 0);
            self.filled -= done;
            if self.drawn >= rect.height {
                // What may follow is thrown away, but has to go through the stream.
                self.filled = 0;
            }
        }
        if self.left > 0 {
            return Ok(Step::More(1));
        }
        if self.drawn < rect.height && rect.width > 0 {
            return Err(VncError::protocol("a compressed rectangle is too short"));
        }
        Ok(Step::Done)
    }
}
