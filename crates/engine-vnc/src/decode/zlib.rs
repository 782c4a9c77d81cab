//! Zlib (encoding 6 of the registry): raw pixels, compressed.

use super::{inflate::Inflate, rows::Rows};
use crate::{
    VncError,
    input::{Input, Step},
    pixels,
};
use patchbay_session::desktop::{BYTES, Rect, Screen};

pub(crate) struct Zlib {
    stream: Inflate,
    rows: Rows,
    begun: bool,
}

impl Zlib {
    pub(crate) fn new() -> Self {
        Self { stream: Inflate::new(), rows: Rows::default(), begun: false }
    }

    pub(crate) fn decode(
        &mut self,
        input: &mut Input<'_>,
        rect: Rect,
        screen: &Screen,
    ) -> Result<Step, VncError> {
        if !self.begun {
            let Some(length) = input.u32() else { return Ok(Step::More(4)) };
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            self.rows.begin(length, usize::from(rect.width) * BYTES);
            self.begun = true;
        }
        let step = self.rows.decode(&mut self.stream, input, rect, screen, pixels::row_of_four)?;
        self.begun = step != Step::Done;
        Ok(step)
    }
}
