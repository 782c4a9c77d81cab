//! What a desktop says besides its pixels.

use super::{CopiedFile, Piece, Rect, Size};
use bytes::Bytes;
use patchbay_model::CloseReason;

/// The largest side of a cursor, in pixels. A larger one is not shown.
pub const MOST_CURSOR: u16 = 512;
/// The most text a clipboard brings, in bytes; the rest is cut off.
pub const MOST_CLIPBOARD: usize = 16 * 1024 * 1024;

/// The most screens of a desktop that are told; those after them are left out.
pub const MOST_MONITORS: usize = 16;

/// From the engine.
#[derive(Clone, PartialEq, Debug)]
pub enum DesktopEvent {
    /// The screens the desktop consists of; one if the far end does not say. The size of all of them together is that of
    /// the [`Screen`](super::Screen).
    Monitors(Vec<Monitor>),
    /// How the pointer looks from now on; it is drawn by the viewer.
    Cursor(Cursor),
    /// The far end moved the pointer itself.
    PointerMoved {
        /// Pixels from the left.
        x: u16,
        /// Pixels from above.
        y: u16,
    },
    /// Something was copied there.
    Clipboard(Clipboard),
    /// Files were copied there, at most [`MOST_FILES`](super::MOST_FILES); none if something else was copied since.
    Files(Vec<CopiedFile>),
    /// A piece of one of them, or that it cannot be had.
    Piece(Piece),
    /// Sound to be played.
    Audio(Audio),
    /// A beep.
    Bell,
    /// The lights of the keyboard there.
    Leds(Leds),
    /// What the desktop calls itself, on one line.
    Title(String),
    /// A round trip to the machine, in milliseconds.
    Latency(u32),
    /// What decides how the picture looks changed: a few words, "Tight, JPEG quality 6".
    Quality(String),
    /// What the far end can do beyond the least.
    Abilities {
        /// Whether it changes its size when told to.
        resize: bool,
        /// Whether it takes [`DesktopInput::Text`](super::DesktopInput::Text).
        text: bool,
        /// Whether it has a clipboard.
        clipboard: bool,
        /// Whether files can be copied, too.
        files: bool,
    },
    /// The end; nothing follows.
    Closed(CloseReason),
}

/// One screen of a desktop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Monitor {
    /// The far end's name for it.
    pub id: u32,
    /// Where it lies on the [`Screen`](super::Screen), as the far end has it: not always inside.
    pub area: Rect,
}

/// How a pointer looks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cursor {
    /// As this computer's own usual one.
    Usual,
    /// It is not shown.
    Hidden,
    /// A picture, at most [`MOST_CURSOR`] a side.
    Picture {
        /// Its size.
        size: Size,
        /// The pixel that points, from the left and from above.
        hotspot: (u16, u16),
        /// Red, green, blue and alpha (not premultiplied) of each pixel, row by row.
        rgba: Bytes,
    },
}

/// What was copied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Clipboard {
    /// Text with LF line ends, at most [`MOST_CLIPBOARD`] bytes.
    Text(String),
    /// A picture in PNG (ISO/IEC 15948).
    Png(Bytes),
}

/// A piece of sound: signed 16-bit samples in little endian, channels interleaved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Audio {
    /// Samples a second of each channel.
    pub rate: u32,
    /// 1 or 2.
    pub channels: u8,
    /// The samples.
    pub samples: Bytes,
}

/// The lights of a keyboard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Leds {
    /// Scroll Lock.
    pub scroll: bool,
    /// Num Lock.
    pub num: bool,
    /// Caps Lock.
    pub caps: bool,
}
