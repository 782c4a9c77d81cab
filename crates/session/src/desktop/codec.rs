//! The messages between a desktop and whoever looks at it, as bytes.
//!
//! They are framed and marked as those of [`crate::codec`], with kinds of their own; the first message of a viewer is that
//! of a terminal's, [`FromViewer::Hello`](crate::FromViewer::Hello). Deliberately absent: loss. What an engine has
//! decoded is passed on as it is.

use super::{
    Audio, Buttons, Cursor, DesktopInput, Key, Leds, MOST_CURSOR, MOST_MONITORS, Monitor, Rect,
    Size, Wheel,
};
use crate::codec::{CodecError, END, SHOWN, finished, flag, open};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use std::io::{Read as _, Write as _};

/// The most bytes of pixels, sound or text in one message.
pub const MAX_PART: usize = 1024 * 1024;
/// The longest title or description, in bytes.
pub const MAX_WORDS: usize = 1024;
/// The most text typed by one message, in bytes.
pub const MAX_TYPED: usize = 64 * 1024;
/// The largest side of a thumbnail, in pixels.
pub const MAX_THUMBNAIL: u16 = 512;

const RESIZED: u8 = 0x10;
const FRAME: u8 = 0x11;
const FRAME_END: u8 = 0x12;
const CURSOR: u8 = 0x13;
const MOVED: u8 = 0x14;
const COPIED: u8 = 0x15;
const AUDIO: u8 = 0x56;
const BELL: u8 = 0x57;
const LEDS: u8 = 0x18;
const TITLE: u8 = 0x19;
const LATENCY: u8 = 0x5A;
const QUALITY: u8 = 0x1B;
const ABILITIES: u8 = 0x1C;
const PICTURE: u8 = 0x1D;
const MONITORS: u8 = 0x1E;
const THUMBNAIL: u8 = 0x5F;

const POINTER: u8 = 0x90;
const WHEEL: u8 = 0x91;
const KEY: u8 = 0x92;
const TEXT: u8 = 0x93;
const CLIPBOARD: u8 = 0x94;
const WANTED: u8 = 0x95;
const FOCUS: u8 = 0x96;
const LEDS_HERE: u8 = 0x97;
const WANTED_QUALITY: u8 = 0x98;
const SEEN: u8 = 0x99;
const REFRESH: u8 = 0x9A;
const PACKED: u8 = 0x9B;
const WANTED_THUMBNAIL: u8 = 0x9C;

const RAW: u8 = 0;
const ZLIB: u8 = 1;
/// In place of a level: the engine decides.
const AUTO: u8 = 0xFF;

/// The pixels of a rectangle: red, green, blue and 255 of each, row by row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pixels {
    /// As they are.
    Raw(Bytes),
    /// As a zlib stream (RFC 1950), for viewers that are far away.
    Zlib(Bytes),
}

impl Pixels {
    /// Compresses, unless that gains nothing.
    #[must_use]
    pub fn pack(raw: Bytes) -> Self {
        let mut packer = ZlibEncoder::new(Vec::with_capacity(raw.len() / 4), Compression::fast());
        match packer.write_all(&raw).and_then(|()| packer.finish()) {
            Ok(packed) if packed.len() < raw.len() => Self::Zlib(packed.into()),
            _ => Self::Raw(raw),
        }
    }

    /// The pixels of a rectangle.
    ///
    /// # Errors
    /// If they are damaged, or of another size.
    pub fn unpack(self, rect: Rect) -> Result<Bytes, CodecError> {
        let expected = rect.pixels() * super::BYTES;
        let raw = match self {
            Self::Raw(raw) => raw,
            Self::Zlib(_) if expected > MAX_PART => return Err(CodecError::Value(FRAME)),
            Self::Zlib(packed) => {
                let mut raw = Vec::with_capacity(expected);
                let most = u64::try_from(expected).unwrap_or(u64::MAX).saturating_add(1);
                let unpacked = ZlibDecoder::new(&packed[..]).take(most).read_to_end(&mut raw);
                unpacked.map_err(|_| CodecError::Value(FRAME))?;
                raw.into()
            }
        };
        if raw.len() == expected { Ok(raw) } else { Err(CodecError::Value(FRAME)) }
    }
}

/// To the viewer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ToDesktopViewer {
    /// The desktop has this size now; all of it follows.
    Resized(Size),
    /// A part of a frame.
    Frame {
        /// Where it goes.
        rect: Rect,
        /// At most [`MAX_PART`] bytes, packed and unpacked.
        pixels: Pixels,
    },
    /// A frame is complete and can be shown; to be acknowledged by its number.
    FrameEnd(u32),
    /// How the pointer looks.
    Cursor(Cursor),
    /// The far end moved the pointer.
    PointerMoved {
        /// Pixels from the left.
        x: u16,
        /// Pixels from above.
        y: u16,
    },
    /// Text was copied there; at most [`MAX_PART`] bytes.
    Clipboard(String),
    /// A picture was copied there; it is had from [`DesktopHub::picture`](super::DesktopHub::picture).
    Picture,
    /// Sound to be played.
    Audio(Audio),
    /// A beep.
    Bell,
    /// The lights of the keyboard there.
    Leds(Leds),
    /// What the desktop calls itself.
    Title(String),
    /// A round trip to the machine, in milliseconds.
    Latency(u32),
    /// What decides how the picture looks, in a few words.
    Quality(String),
    /// What the far end can do beyond the least.
    Abilities {
        /// It changes its size when told to.
        resize: bool,
        /// It takes text as it is.
        text: bool,
        /// It has a clipboard.
        clipboard: bool,
        /// Files can be copied, too.
        files: bool,
    },
    /// The screens it consists of, at most [`MOST_MONITORS`].
    Monitors(Vec<Monitor>),
    /// All of it, made small: what a viewer asked for with [`FromDesktopViewer::Thumbnail`].
    Thumbnail {
        /// At most [`MAX_THUMBNAIL`] a side.
        size: Size,
        /// Red, green, blue and 255 of each pixel, row by row.
        rgba: Bytes,
    },
    /// The session is gone; nothing follows.
    End,
}

impl ToDesktopViewer {
    /// The message as bytes.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(16);
        match self {
            Self::Resized(size) => {
                out.put_u8(RESIZED);
                put_size(&mut out, *size);
            }
            Self::Frame { rect, pixels } => {
                let (encoding, bytes) = match pixels {
                    Pixels::Raw(bytes) => (RAW, bytes),
                    Pixels::Zlib(bytes) => (ZLIB, bytes),
                };
                out.reserve(10 + bytes.len());
                out.put_u8(FRAME);
                out.put_u8(encoding);
                put_rect(&mut out, *rect);
                out.put_slice(bytes);
            }
            Self::FrameEnd(id) => {
                out.put_u8(FRAME_END);
                out.put_u32_le(*id);
            }
            Self::Cursor(Cursor::Usual) => out.put_slice(&[CURSOR, 0]),
            Self::Cursor(Cursor::Hidden) => out.put_slice(&[CURSOR, 1]),
            Self::Cursor(Cursor::Picture { size, hotspot, rgba }) => {
                out.reserve(10 + rgba.len());
                out.put_slice(&[CURSOR, 2]);
                put_size(&mut out, *size);
                out.put_u16_le(hotspot.0);
                out.put_u16_le(hotspot.1);
                out.put_slice(rgba);
            }
            Self::PointerMoved { x, y } => {
                out.put_u8(MOVED);
                out.put_u16_le(*x);
                out.put_u16_le(*y);
            }
            Self::Clipboard(text) => put_text(&mut out, COPIED, text),
            Self::Picture => out.put_u8(PICTURE),
            Self::Audio(Audio { rate, channels, samples }) => {
                out.reserve(6 + samples.len());
                out.put_u8(AUDIO);
                out.put_u32_le(*rate);
                out.put_u8(*channels);
                out.put_slice(samples);
            }
            Self::Bell => out.put_u8(BELL),
            Self::Leds(leds) => out.put_slice(&[LEDS, leds_byte(*leds)]),
            Self::Title(text) => put_text(&mut out, TITLE, text),
            Self::Latency(ms) => {
                out.put_u8(LATENCY);
                out.put_u32_le(*ms);
            }
            Self::Quality(text) => put_text(&mut out, QUALITY, text),
            Self::Abilities { resize, text, clipboard, files } => {
                out.put_slice(&[ABILITIES, bits([*resize, *text, *clipboard, *files, false])]);
            }
            Self::Monitors(monitors) => {
                out.put_u8(MONITORS);
                for Monitor { id, area } in monitors {
                    out.put_u32_le(*id);
                    put_rect(&mut out, *area);
                }
            }
            Self::Thumbnail { size, rgba } => {
                out.reserve(5 + rgba.len());
                out.put_u8(THUMBNAIL);
                put_size(&mut out, *size);
                out.put_slice(rgba);
            }
            Self::End => out.put_u8(END),
        }
        out.freeze()
    }

    /// Reads a message; pixels share the memory of `message`.
    ///
    /// # Errors
    /// If it is not a message of this direction.
    pub fn decode(message: Bytes) -> Result<Self, CodecError> {
        let (kind, mut body) = open(message)?;
        let short = |_| CodecError::Length(kind);
        match kind {
            RESIZED => {
                let size = take_size(kind, &mut body)?;
                finished(kind, &body, Self::Resized(size))
            }
            FRAME => {
                let encoding = body.try_get_u8().map_err(short)?;
                let rect = take_rect(kind, &mut body)?;
                if body.len() > MAX_PART {
                    return Err(CodecError::Length(kind));
                }
                let pixels = match encoding {
                    RAW if body.len() == rect.pixels() * super::BYTES => Pixels::Raw(body),
                    RAW => return Err(CodecError::Length(kind)),
                    ZLIB => Pixels::Zlib(body),
                    _ => return Err(CodecError::Value(kind)),
                };
                Ok(Self::Frame { rect, pixels })
            }
            FRAME_END => {
                let id = body.try_get_u32_le().map_err(short)?;
                finished(kind, &body, Self::FrameEnd(id))
            }
            CURSOR => cursor(kind, body).map(Self::Cursor),
            MOVED => {
                let x = body.try_get_u16_le().map_err(short)?;
                let y = body.try_get_u16_le().map_err(short)?;
                finished(kind, &body, Self::PointerMoved { x, y })
            }
            COPIED => take_text(kind, &body, MAX_PART).map(Self::Clipboard),
            PICTURE => finished(kind, &body, Self::Picture),
            AUDIO => {
                let rate = body.try_get_u32_le().map_err(short)?;
                let channels = body.try_get_u8().map_err(short)?;
                if !(1..=2).contains(&channels) {
                    return Err(CodecError::Value(kind));
                }
                if body.len() > MAX_PART || body.len() % (2 * usize::from(channels)) != 0 {
                    return Err(CodecError::Length(kind));
                }
                Ok(Self::Audio(Audio { rate, channels, samples: body }))
            }
            BELL => finished(kind, &body, Self::Bell),
            LEDS => {
                let leds = take_leds(kind, &mut body)?;
                finished(kind, &body, Self::Leds(leds))
            }
            TITLE => take_text(kind, &body, MAX_WORDS).map(Self::Title),
            LATENCY => {
                let ms = body.try_get_u32_le().map_err(short)?;
                finished(kind, &body, Self::Latency(ms))
            }
            QUALITY => take_text(kind, &body, MAX_WORDS).map(Self::Quality),
            ABILITIES => {
                let [resize, text, clipboard, files, _] = take_bits(kind, &mut body, 4)?;
                finished(kind, &body, Self::Abilities { resize, text, clipboard, files })
            }
            MONITORS => monitors(kind, body).map(Self::Monitors),
            THUMBNAIL => thumbnail(kind, body),
            END => finished(kind, &body, Self::End),
            other => Err(CodecError::Unknown(other)),
        }
    }
}

/// From the viewer, after its greeting.
#[derive(Clone, PartialEq, Debug)]
pub enum FromDesktopViewer {
    /// For the machine. What a terminal's codec bounds is bounded here, too.
    Input(DesktopInput),
    /// The frame of this number was shown.
    Ack(u32),
    /// Whether anybody sees the desktop; one that says nothing is taken as seen.
    Shown(bool),
    /// Whether pixels are to be compressed.
    Packed(bool),
    /// Everything is to be sent again.
    Again,
    /// All of the desktop is wanted once within this size, which is at most [`MAX_THUMBNAIL`] a side: as soon as it is not
    /// what the last one showed. For viewers that show nothing else.
    Thumbnail(Size),
}

impl FromDesktopViewer {
    /// The message as bytes; nothing for an input that viewers do not send.
    #[must_use]
    pub fn encode(&self) -> Option<Bytes> {
        let mut out = BytesMut::with_capacity(16);
        match self {
            Self::Input(input) => put_input(&mut out, input)?,
            Self::Ack(id) => {
                out.put_u8(SEEN);
                out.put_u32_le(*id);
            }
            Self::Shown(shown) => out.put_slice(&[SHOWN, u8::from(*shown)]),
            Self::Packed(packed) => out.put_slice(&[PACKED, u8::from(*packed)]),
            Self::Again => out.put_u8(REFRESH),
            Self::Thumbnail(size) => {
                out.put_u8(WANTED_THUMBNAIL);
                put_size(&mut out, *size);
            }
        }
        Some(out.freeze())
    }

    /// Reads a message.
    ///
    /// # Errors
    /// If it is not a message of this direction.
    pub fn decode(message: Bytes) -> Result<Self, CodecError> {
        let (kind, mut body) = open(message)?;
        let said = match kind {
            SEEN => Self::Ack(body.try_get_u32_le().map_err(|_| CodecError::Length(kind))?),
            SHOWN => Self::Shown(flag(kind, &mut body)?),
            PACKED => Self::Packed(flag(kind, &mut body)?),
            REFRESH => Self::Again,
            WANTED_THUMBNAIL => Self::Thumbnail(small(kind, take_size(kind, &mut body)?)?),
            _ => return take_input(kind, body).map(Self::Input),
        };
        finished(kind, &body, said)
    }
}

fn put_input(out: &mut BytesMut, input: &DesktopInput) -> Option<()> {
    match input {
        DesktopInput::Pointer { x, y, buttons } => {
            out.put_u8(POINTER);
            out.put_u16_le(*x);
            out.put_u16_le(*y);
            let Buttons { left, middle, right, back, forward } = *buttons;
            out.put_u8(bits([left, middle, right, back, forward]));
        }
        DesktopInput::Wheel { x, y, wheel } => {
            out.put_u8(WHEEL);
            out.put_u16_le(*x);
            out.put_u16_le(*y);
            out.put_i16_le(wheel.x);
            out.put_i16_le(wheel.y);
        }
        DesktopInput::Key(Key { keysym, scancode, down }) => {
            out.put_u8(KEY);
            out.put_u32_le(*keysym);
            out.put_u16_le(*scancode);
            out.put_u8(u8::from(*down));
        }
        DesktopInput::Text(text) => put_text(out, TEXT, text),
        DesktopInput::Clipboard(super::Clipboard::Text(text)) => put_text(out, CLIPBOARD, text),
        DesktopInput::Resize { size, scale } => {
            out.put_u8(WANTED);
            put_size(out, *size);
            out.put_u16_le(*scale);
        }
        DesktopInput::Focus(focus) => out.put_slice(&[FOCUS, u8::from(*focus)]),
        DesktopInput::Leds(leds) => out.put_slice(&[LEDS_HERE, leds_byte(*leds)]),
        DesktopInput::Quality(level) => out.put_slice(&[WANTED_QUALITY, level.unwrap_or(AUTO)]),
        DesktopInput::Clipboard(_)
        | DesktopInput::LendFiles(_)
        | DesktopInput::ReadPiece(_)
        | DesktopInput::Refresh(_) => return None,
    }
    Some(())
}

fn take_input(kind: u8, mut body: Bytes) -> Result<DesktopInput, CodecError> {
    let short = |_| CodecError::Length(kind);
    let input = match kind {
        POINTER => {
            let x = body.try_get_u16_le().map_err(short)?;
            let y = body.try_get_u16_le().map_err(short)?;
            let [left, middle, right, back, forward] = take_bits(kind, &mut body, 5)?;
            let buttons = Buttons { left, middle, right, back, forward };
            DesktopInput::Pointer { x, y, buttons }
        }
        WHEEL => {
            let x = body.try_get_u16_le().map_err(short)?;
            let y = body.try_get_u16_le().map_err(short)?;
            let across = body.try_get_i16_le().map_err(short)?;
            let down = body.try_get_i16_le().map_err(short)?;
            DesktopInput::Wheel { x, y, wheel: Wheel { x: across, y: down } }
        }
        KEY => {
            let keysym = body.try_get_u32_le().map_err(short)?;
            let scancode = body.try_get_u16_le().map_err(short)?;
            DesktopInput::Key(Key { keysym, scancode, down: flag(kind, &mut body)? })
        }
        TEXT => return take_text(kind, &body, MAX_TYPED).map(DesktopInput::Text),
        CLIPBOARD => {
            let text = take_text(kind, &body, MAX_PART)?;
            return Ok(DesktopInput::Clipboard(super::Clipboard::Text(text)));
        }
        WANTED => {
            let size = take_size(kind, &mut body)?;
            let scale = body.try_get_u16_le().map_err(short)?;
            if size.pixels() == 0 || !(50..=500).contains(&scale) {
                return Err(CodecError::Value(kind));
            }
            DesktopInput::Resize { size, scale }
        }
        FOCUS => DesktopInput::Focus(flag(kind, &mut body)?),
        LEDS_HERE => DesktopInput::Leds(take_leds(kind, &mut body)?),
        WANTED_QUALITY => match body.try_get_u8().map_err(short)? {
            AUTO => DesktopInput::Quality(None),
            level @ 0..=9 => DesktopInput::Quality(Some(level)),
            _ => return Err(CodecError::Value(kind)),
        },
        other => return Err(CodecError::Unknown(other)),
    };
    finished(kind, &body, input)
}

fn cursor(kind: u8, mut body: Bytes) -> Result<Cursor, CodecError> {
    let short = |_| CodecError::Length(kind);
    match body.try_get_u8().map_err(short)? {
        0 => finished(kind, &body, Cursor::Usual),
        1 => finished(kind, &body, Cursor::Hidden),
        2 => {
            let size = take_size(kind, &mut body)?;
            let hotspot =
                (body.try_get_u16_le().map_err(short)?, body.try_get_u16_le().map_err(short)?);
            if size.width > MOST_CURSOR || size.height > MOST_CURSOR {
                return Err(CodecError::Value(kind));
            }
            if body.len() != size.pixels() * super::BYTES {
                return Err(CodecError::Length(kind));
            }
            Ok(Cursor::Picture { size, hotspot, rgba: body })
        }
        _ => Err(CodecError::Value(kind)),
    }
}

fn monitors(kind: u8, mut body: Bytes) -> Result<Vec<Monitor>, CodecError> {
    let mut monitors = Vec::new();
    while body.has_remaining() {
        let id = body.try_get_u32_le().map_err(|_| CodecError::Length(kind))?;
        monitors.push(Monitor { id, area: take_rect(kind, &mut body)? });
        if monitors.len() > MOST_MONITORS {
            return Err(CodecError::Length(kind));
        }
    }
    Ok(monitors)
}

fn thumbnail(kind: u8, mut body: Bytes) -> Result<ToDesktopViewer, CodecError> {
    let size = small(kind, take_size(kind, &mut body)?)?;
    if body.len() != size.pixels() * super::BYTES {
        return Err(CodecError::Length(kind));
    }
    Ok(ToDesktopViewer::Thumbnail { size, rgba: body })
}

/// A size that a thumbnail may have.
fn small(kind: u8, size: Size) -> Result<Size, CodecError> {
    let fits = size.pixels() > 0 && size.width.max(size.height) <= MAX_THUMBNAIL;
    if fits { Ok(size) } else { Err(CodecError::Value(kind)) }
}

fn put_rect(out: &mut BytesMut, rect: Rect) {
    out.put_u16_le(rect.x);
    out.put_u16_le(rect.y);
    put_size(out, rect.size());
}

fn take_rect(kind: u8, body: &mut Bytes) -> Result<Rect, CodecError> {
    let x = body.try_get_u16_le().map_err(|_| CodecError::Length(kind))?;
    let y = body.try_get_u16_le().map_err(|_| CodecError::Length(kind))?;
    let Size { width, height } = take_size(kind, body)?;
    Ok(Rect { x, y, width, height })
}

fn put_size(out: &mut BytesMut, size: Size) {
    out.put_u16_le(size.width);
    out.put_u16_le(size.height);
}

fn take_size(kind: u8, body: &mut Bytes) -> Result<Size, CodecError> {
    let mut next = || body.try_get_u16_le().map_err(|_| CodecError::Length(kind));
    Ok(Size { width: next()?, height: next()? })
}

fn put_text(out: &mut BytesMut, kind: u8, text: &str) {
    out.reserve(1 + text.len());
    out.put_u8(kind);
    out.put_slice(text.as_bytes());
}

fn take_text(kind: u8, body: &Bytes, most: usize) -> Result<String, CodecError> {
    if body.len() > most {
        return Err(CodecError::Length(kind));
    }
    std::str::from_utf8(body).map(str::to_owned).map_err(|_| CodecError::Value(kind))
}

/// The first is the lowest.
fn bits(set: [bool; 5]) -> u8 {
    set.iter().rev().fold(0, |bits, set| bits << 1 | u8::from(*set))
}

/// So many flags; others must not be set.
fn take_bits(kind: u8, body: &mut Bytes, count: u32) -> Result<[bool; 5], CodecError> {
    let byte = body.try_get_u8().map_err(|_| CodecError::Length(kind))?;
    if u32::from(byte) >> count != 0 {
        return Err(CodecError::Value(kind));
    }
    Ok([0, 1, 2, 3, 4].map(|bit| byte >> bit & 1 == 1))
}

fn leds_byte(Leds { scroll, num, caps }: Leds) -> u8 {
    bits([scroll, num, caps, false, false])
}

fn take_leds(kind: u8, body: &mut Bytes) -> Result<Leds, CodecError> {
    let [scroll, num, caps, ..] = take_bits(kind, body, 3)?;
    Ok(Leds { scroll, num, caps })
}

#[cfg(test)]
mod tests;
