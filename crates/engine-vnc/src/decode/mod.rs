//! What draws: one decoder for each encoding. They take what is there, draw it, and say how much more they need.

pub(crate) mod cursor;
mod inflate;
mod raw;
mod zrle;

use crate::{
    VncError,
    input::{Input, Step},
};
use patchbay_session::desktop::{Rect, Screen};
use raw::Raw;
use zrle::Zrle;

/// Numbers of encodings.
pub(crate) mod encoding {
    pub(crate) const RAW: i32 = 0;
    pub(crate) const COPY_RECT: i32 = 1;
    pub(crate) const ZRLE: i32 = 16;
    pub(crate) const DESKTOP_SIZE: i32 = -223;
    pub(crate) const CURSOR: i32 = -239;
    pub(crate) const EXTENDED_DESKTOP_SIZE: i32 = -308;

    /// Those that have pixels, the best first.
    pub(crate) const PIXELS: &[i32] = &[ZRLE, COPY_RECT, RAW];
}

/// All decoders. Those that need much memory are made when they are first used.
#[derive(Default)]
pub(crate) struct Decoders {
    raw: Raw,
    zrle: Option<Zrle>,
}

impl Decoders {
    /// Draws what is there of a rectangle in one of [`encoding`]'s that have pixels.
    pub(crate) fn decode(
        &mut self,
        encoding: i32,
        input: &mut Input<'_>,
        rect: Rect,
        screen: &Screen,
    ) -> Result<Step, VncError> {
        match encoding {
            encoding::RAW => self.raw.decode(input, rect, screen),
            encoding::COPY_RECT => copy_rect(input, rect, screen),
            encoding::ZRLE => self.zrle.get_or_insert_with(Zrle::new).decode(input, rect, screen),
            other => {
                Err(VncError::protocol(format!("it uses encoding {other} without being asked")))
            }
        }
    }
}

/// CopyRect (RFC 6143 section 7.7.2).
fn copy_rect(input: &mut Input<'_>, rect: Rect, screen: &Screen) -> Result<Step, VncError> {
    let mut ahead = *input;
    let (Some(x), Some(y)) = (ahead.u16(), ahead.u16()) else { return Ok(Step::More(4)) };
    *input = ahead;
    screen.draw(|canvas| canvas.copy(Rect { x, y, ..rect }, (rect.x, rect.y)))?;
    Ok(Step::Done)
}
