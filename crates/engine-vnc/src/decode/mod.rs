//! What draws: one decoder for each encoding. They take what is there, draw it, and say how much more they need.

pub(crate) mod cursor;
mod hextile;
mod inflate;
mod jpeg;
mod raw;
mod rows;
mod rre;
mod tight;
mod tiles;
mod zlib;
mod zrle;

use crate::{
    VncError,
    input::{Input, Step},
};
use hextile::Hextile;
use patchbay_session::desktop::{Rect, Screen};
use raw::Raw;
use rre::Rre;
use tight::Tight;
use zlib::Zlib;
use zrle::Zrle;

/// Numbers of encodings.
pub(crate) mod encoding {
    pub(crate) const RAW: i32 = 0;
    pub(crate) const COPY_RECT: i32 = 1;
    pub(crate) const RRE: i32 = 2;
    pub(crate) const CORRE: i32 = 4;
    pub(crate) const HEXTILE: i32 = 5;
    pub(crate) const ZLIB: i32 = 6;
    pub(crate) const TIGHT: i32 = 7;
    pub(crate) const ZRLE: i32 = 16;
    /// Plus the quality of JPEG, 0 to 9.
    pub(crate) const QUALITY: i32 = -32;
    pub(crate) const DESKTOP_SIZE: i32 = -223;
    pub(crate) const LAST_RECT: i32 = -224;
    pub(crate) const POINTER: i32 = -232;
    pub(crate) const CURSOR: i32 = -239;
    /// Plus how hard to compress, 0 to 9.
    pub(crate) const COMPRESSION: i32 = -256;
    pub(crate) const QEMU_KEYS: i32 = -258;
    pub(crate) const QEMU_AUDIO: i32 = -259;
    pub(crate) const LEDS: i32 = -261;
    pub(crate) const DESKTOP_NAME: i32 = -307;
    pub(crate) const EXTENDED_DESKTOP_SIZE: i32 = -308;
    pub(crate) const FENCE: i32 = -312;
    pub(crate) const CONTINUOUS: i32 = -313;
    pub(crate) const CURSOR_WITH_ALPHA: i32 = -314;
    pub(crate) const MORE_BUTTONS: i32 = -316;
    pub(crate) const CLIPBOARD: i32 = 0xc0a1_e5ce_u32.cast_signed();
    pub(crate) const VMWARE_CURSOR: i32 = 0x574d_5664;
    pub(crate) const VMWARE_POINTER: i32 = 0x574d_5666;
    pub(crate) const VMWARE_LEDS: i32 = 0x574d_5668;

    /// Those that have pixels, the best first.
    pub(crate) const PIXELS: &[i32] = &[TIGHT, ZRLE, COPY_RECT, HEXTILE, ZLIB, CORRE, RRE, RAW];

    /// As people know it.
    pub(crate) const fn name(encoding: i32) -> &'static str {
        match encoding {
            COPY_RECT => "CopyRect",
            RRE => "RRE",
            CORRE => "CoRRE",
            HEXTILE => "Hextile",
            ZLIB => "Zlib",
            TIGHT => "Tight",
            ZRLE => "ZRLE",
            _ => "Raw",
        }
    }
}

/// All decoders. Those that need much memory are made when they are first used.
#[derive(Default)]
pub(crate) struct Decoders {
    raw: Raw,
    rre: Rre,
    hextile: Hextile,
    zlib: Option<Zlib>,
    tight: Tight,
    zrle: Option<Zrle>,
}

impl Decoders {
    /// How many rectangles were JPEG pictures so far.
    pub(crate) const fn pictures(&self) -> u64 {
        self.tight.pictures()
    }

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
            encoding::RRE => self.rre.decode(false, input, rect, screen),
            encoding::CORRE => self.rre.decode(true, input, rect, screen),
            encoding::HEXTILE => self.hextile.decode(input, rect, screen),
            encoding::ZLIB => self.zlib.get_or_insert_with(Zlib::new).decode(input, rect, screen),
            encoding::TIGHT => self.tight.decode(input, rect, screen),
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
