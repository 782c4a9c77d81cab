//! What a desktop is told.

use super::{Clipboard, Leds, LentFile, ReadPiece, Rect, Size};

/// To the engine.
#[derive(Clone, PartialEq, Debug)]
pub enum DesktopInput {
    /// The pointer is here now, with these buttons held.
    Pointer {
        /// Pixels from the left; engines bring inside what lies outside.
        x: u16,
        /// Pixels from above.
        y: u16,
        /// What is held.
        buttons: Buttons,
    },
    /// The wheel turned while the pointer was here.
    Wheel {
        /// Pixels from the left.
        x: u16,
        /// Pixels from above.
        y: u16,
        /// How it turned.
        wheel: Wheel,
    },
    /// A key went down or up.
    Key(Key),
    /// Characters to be typed as they are, whatever keys they have there.
    Text(String),
    /// This was copied here.
    Clipboard(Clipboard),
    /// These files were copied here, in place of what was copied before.
    LendFiles(Vec<LentFile>),
    /// A piece of a file that was copied there is wanted.
    ReadPiece(ReadPiece),
    /// The viewer would like this size and scale.
    Resize {
        /// In pixels of the desktop.
        size: Size,
        /// How large things should be drawn, in percent, from 50 to 500; for machines that do so when told to.
        scale: u16,
    },
    /// The desktop got or lost the keyboard. When it is lost, all keys that are held are let go by the engine.
    Focus(bool),
    /// The lights of the keyboard here, told when the desktop gets the keyboard.
    Leds(Leds),
    /// How good the picture should be, from 0 (least data) to 9 (lossless); `None` lets the engine decide by the link.
    Quality(Option<u8>),
    /// Draw all of this again.
    Refresh(Rect),
}

/// The buttons of a mouse that are held.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a button")]
pub struct Buttons {
    /// The main one.
    pub left: bool,
    /// The wheel.
    pub middle: bool,
    /// For menus.
    pub right: bool,
    /// Backwards.
    pub back: bool,
    /// Forwards.
    pub forward: bool,
}

/// A turn of the wheel, in steps as a mouse has them: 120 is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wheel {
    /// Positive turns to the right.
    pub x: i16,
    /// Positive turns down.
    pub y: i16,
}

/// A key: what it means here, and where it lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    /// The keysym of X11 (`keysymdef.h`; characters beyond Latin-1 are 0x0100_0000 + code point); 0 if not known.
    pub keysym: u32,
    /// The place on a PC keyboard as a scan code of set 1, extended keys with 0xE000 (right Ctrl is 0xE01D); 0 if not known.
    pub scancode: u16,
    /// Down, or up.
    pub down: bool,
}
