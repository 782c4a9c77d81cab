//! Raw (RFC 6143 section 7.7.1): the pixels, row by row.

use crate::{
    VncError,
    input::{Input, Step},
    pixels,
};
use patchbay_session::desktop::{BYTES, Rect, Screen};

/// How many rows are drawn.
#[derive(Default)]
pub(crate) struct Raw {
    rows: u16,
}

impl Raw {
    pub(crate) fn decode(
        &mut self,
        input: &mut Input<'_>,
        rect: Rect,
        screen: &Screen,
    ) -> Result<Step, VncError> {
        if rect.is_empty() {
            return Ok(Step::Done);
        }
        let width = usize::from(rect.width) * BYTES;
        let left = rect.height.saturating_sub(self.rows);
        let there = u16::try_from(input.len() / width.max(1)).unwrap_or(u16::MAX).min(left);
        if there == 0 && left > 0 {
            // A good deal at once, so that few are kept waiting for many.
            return Ok(Step::More(width * usize::from(left).min(16)));
        }
        let data = input.up_to(usize::from(there) * width);
        let part = Rect { y: rect.y.saturating_add(self.rows), height: there, ..rect };
        screen.draw(|canvas| -> Result<(), VncError> {
            let rows = canvas.rows(part)?;
            rows.zip(data.chunks_exact(width.max(1)))
                .for_each(|(to, from)| pixels::row_of_four(to, from));
            Ok(())
        })?;
        self.rows += there;
        if self.rows < rect.height {
            return Ok(Step::More(width));
        }
        self.rows = 0;
        Ok(Step::Done)
    }
}
