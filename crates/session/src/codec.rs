//! The messages between a session's output and whoever watches it, as bytes.
//!
//! One message is one WebSocket binary message (or one frame of another transport): a kind byte, then fields in little
//! endian. Bit 0x80 of the kind says it comes from the viewer, bit 0x40 that it may be dropped because a newer one
//! replaces it. Deliberately absent: framing, and any meaning of the bytes themselves.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use patchbay_model::{Secret, TerminalSize};

/// The most output bytes in one message.
pub const MAX_OUTPUT: usize = 64 * 1024;
/// The most input bytes in one message; a longer paste is sent as several.
pub const MAX_INPUT: usize = 1024 * 1024;
/// The longest token.
pub const MAX_TOKEN: usize = 128;
/// The longest message that can be valid, for the transport to refuse longer ones unread.
pub const MAX_MESSAGE: usize = MAX_INPUT + 1;

/// Set in kinds that a receiver who does not know them skips.
const DROPPABLE: u8 = 0x40;

const OUTPUT: u8 = 0x01;
const START: u8 = 0x02;
const LIVE: u8 = 0x03;
pub(crate) const END: u8 = 0x04;
const HELLO: u8 = 0x80;
const INPUT: u8 = 0x81;
const ACK: u8 = 0x82;
const RESIZE: u8 = 0x83;
pub(crate) const SHOWN: u8 = 0xC4;

/// What is wrong with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CodecError {
    /// A kind that does not exist, or not in this direction.
    #[error("the message kind {0:#04x} is not known")]
    Unknown(u8),
    /// It ends before its last field, or goes on after it.
    #[error("a message of kind {0:#04x} has the wrong length")]
    Length(u8),
    /// A field holds what it must not.
    #[error("a message of kind {0:#04x} has an impossible value")]
    Value(u8),
    /// Not even a kind.
    #[error("the message is empty")]
    Empty,
}

impl CodecError {
    /// Whether the message may be skipped: it is of a kind made later, marked as droppable.
    #[must_use]
    pub const fn may_skip(&self) -> bool {
        matches!(self, Self::Unknown(kind) if *kind & DROPPABLE != 0)
    }
}

/// To the viewer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ToViewer {
    /// Bytes for the screen.
    Output {
        /// How many bytes the session had written before these.
        offset: u64,
        /// At most [`MAX_OUTPUT`].
        bytes: Bytes,
    },
    /// Replay begins.
    Start {
        /// The offset of the first byte that follows.
        offset: u64,
        /// Whether output between the wanted offset and this one is no longer kept.
        lost: bool,
    },
    /// Replay is over; what follows is new.
    Live,
    /// The session is gone; nothing follows.
    End,
}

impl ToViewer {
    /// The message as bytes.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Output { offset, bytes } => {
                let mut out = BytesMut::with_capacity(9 + bytes.len());
                out.put_u8(OUTPUT);
                out.put_u64_le(*offset);
                out.put_slice(bytes);
                out.freeze()
            }
            Self::Start { offset, lost } => {
                let mut out = BytesMut::with_capacity(10);
                out.put_u8(START);
                out.put_u64_le(*offset);
                out.put_u8(u8::from(*lost));
                out.freeze()
            }
            Self::Live => Bytes::from_static(&[LIVE]),
            Self::End => Bytes::from_static(&[END]),
        }
    }

    /// Reads a message; the output shares the memory of `message`.
    ///
    /// # Errors
    /// If it is not a message of this direction.
    pub fn decode(message: Bytes) -> Result<Self, CodecError> {
        let (kind, mut body) = open(message)?;
        match kind {
            OUTPUT => {
                let offset = body.try_get_u64_le().map_err(|_| CodecError::Length(kind))?;
                if body.len() > MAX_OUTPUT {
                    return Err(CodecError::Length(kind));
                }
                Ok(Self::Output { offset, bytes: body })
            }
            START => {
                let offset = body.try_get_u64_le().map_err(|_| CodecError::Length(kind))?;
                let lost = flag(kind, &mut body)?;
                finished(kind, &body, Self::Start { offset, lost })
            }
            LIVE => finished(kind, &body, Self::Live),
            END => finished(kind, &body, Self::End),
            other => Err(CodecError::Unknown(other)),
        }
    }
}

/// From the viewer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FromViewer {
    /// The first message: who it is and where to go on.
    Hello {
        /// Everything below this offset is there already; 0 asks for all that is kept.
        resume: u64,
        /// Good for one connection.
        token: Secret<String>,
    },
    /// Bytes typed or pasted, at most [`MAX_INPUT`].
    Input(Bytes),
    /// Everything below this offset is on the screen.
    Ack(u64),
    /// The screen changed its size.
    Resize(TerminalSize),
    /// Whether anybody sees the screen; one that says nothing is taken as seen.
    Shown(bool),
}

impl FromViewer {
    /// The message as bytes.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::new();
        match self {
            Self::Hello { resume, token } => {
                out.put_u8(HELLO);
                out.put_u64_le(*resume);
                out.put_slice(token.expose_secret().as_bytes());
            }
            Self::Input(bytes) => {
                out.reserve(1 + bytes.len());
                out.put_u8(INPUT);
                out.put_slice(bytes);
            }
            Self::Ack(offset) => {
                out.put_u8(ACK);
                out.put_u64_le(*offset);
            }
            Self::Resize(size) => {
                out.put_u8(RESIZE);
                for value in [size.cols, size.rows, size.width, size.height] {
                    out.put_u16_le(value);
                }
            }
            Self::Shown(shown) => out.put_slice(&[SHOWN, u8::from(*shown)]),
        }
        out.freeze()
    }

    /// Reads a message; the input shares the memory of `message`.
    ///
    /// # Errors
    /// If it is not a message of this direction.
    pub fn decode(message: Bytes) -> Result<Self, CodecError> {
        let (kind, mut body) = open(message)?;
        match kind {
            HELLO => {
                let resume = body.try_get_u64_le().map_err(|_| CodecError::Length(kind))?;
                if body.is_empty() || body.len() > MAX_TOKEN {
                    return Err(CodecError::Length(kind));
                }
                let token = std::str::from_utf8(&body).map_err(|_| CodecError::Value(kind))?;
                Ok(Self::Hello { resume, token: Secret::new(token.to_owned()) })
            }
            INPUT if body.len() > MAX_INPUT => Err(CodecError::Length(kind)),
            INPUT => Ok(Self::Input(body)),
            ACK => {
                let offset = body.try_get_u64_le().map_err(|_| CodecError::Length(kind))?;
                finished(kind, &body, Self::Ack(offset))
            }
            RESIZE => {
                let mut next = || body.try_get_u16_le().map_err(|_| CodecError::Length(kind));
                let size =
                    TerminalSize { cols: next()?, rows: next()?, width: next()?, height: next()? };
                if size.cols == 0 || size.rows == 0 {
                    return Err(CodecError::Value(kind));
                }
                finished(kind, &body, Self::Resize(size))
            }
            SHOWN => {
                let shown = flag(kind, &mut body)?;
                finished(kind, &body, Self::Shown(shown))
            }
            other => Err(CodecError::Unknown(other)),
        }
    }
}

pub(crate) fn open(mut message: Bytes) -> Result<(u8, Bytes), CodecError> {
    let kind = message.try_get_u8().map_err(|_| CodecError::Empty)?;
    Ok((kind, message))
}

pub(crate) fn flag(kind: u8, body: &mut Bytes) -> Result<bool, CodecError> {
    match body.try_get_u8().map_err(|_| CodecError::Length(kind))? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(CodecError::Value(kind)),
    }
}

pub(crate) fn finished<T>(kind: u8, rest: &Bytes, message: T) -> Result<T, CodecError> {
    if rest.is_empty() { Ok(message) } else { Err(CodecError::Length(kind)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::{collection::vec, prelude::*};

    fn to_viewer() -> impl Strategy<Value = ToViewer> {
        prop_oneof![
            (any::<u64>(), vec(any::<u8>(), 0..2000))
                .prop_map(|(offset, bytes)| ToViewer::Output { offset, bytes: bytes.into() }),
            (any::<u64>(), any::<bool>())
                .prop_map(|(offset, lost)| ToViewer::Start { offset, lost }),
            Just(ToViewer::Live),
            Just(ToViewer::End),
        ]
    }

    fn from_viewer() -> impl Strategy<Value = FromViewer> {
        let size = (1..=u16::MAX, 1..=u16::MAX, any::<u16>(), any::<u16>());
        prop_oneof![
            (any::<u64>(), "[A-Za-z0-9_-]{1,128}")
                .prop_map(|(resume, token)| FromViewer::Hello { resume, token: token.into() }),
            vec(any::<u8>(), 0..2000).prop_map(|bytes| FromViewer::Input(bytes.into())),
            any::<u64>().prop_map(FromViewer::Ack),
            size.prop_map(|(cols, rows, width, height)| FromViewer::Resize(TerminalSize {
                cols,
                rows,
                width,
                height
            })),
            any::<bool>().prop_map(FromViewer::Shown),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(message in to_viewer()) {
            prop_assert_eq!(ToViewer::decode(message.encode()), Ok(message));
        }

        #[test]
        fn what_a_viewer_writes_is_read(message in from_viewer()) {
            prop_assert_eq!(FromViewer::decode(message.encode()), Ok(message));
        }

        #[test]
        fn garbage_is_refused_or_means_itself(kind in any::<u8>(), body in vec(any::<u8>(), 0..200)) {
            let mut bytes = vec![kind];
            bytes.extend(body);
            let bytes = Bytes::from(bytes);
            if let Ok(message) = ToViewer::decode(bytes.clone()) {
                prop_assert_eq!(message.encode(), &bytes);
            }
            if let Ok(message) = FromViewer::decode(bytes.clone()) {
                prop_assert_eq!(message.encode(), &bytes);
            }
        }

        #[test]
        fn every_cut_is_refused(message in from_viewer(), at in 0usize..10) {
            let whole = message.encode();
            let cut = whole.slice(..at.min(whole.len() - 1));
            if let Ok(read) = FromViewer::decode(cut.clone()) {
                // Input and a token have no length of their own, so a shorter one is still one.
                let open_ended = matches!(read, FromViewer::Input(_) | FromViewer::Hello { .. });
                prop_assert!(open_ended);
            }
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_description() {
        let output = ToViewer::Output { offset: 0x0102, bytes: Bytes::from_static(b"hi") };
        assert_eq!(&output.encode()[..], b"\x01\x02\x01\0\0\0\0\0\0hi");
        let resize = FromViewer::Resize(TerminalSize { cols: 80, rows: 24, width: 0, height: 0 });
        assert_eq!(&resize.encode()[..], b"\x83\x50\0\x18\0\0\0\0\0");
    }

    #[test]
    fn the_limits_hold() {
        let long = FromViewer::Input(vec![0; MAX_INPUT + 1].into()).encode();
        assert_eq!(FromViewer::decode(long), Err(CodecError::Length(INPUT)));
        let mut hello = vec![HELLO, 0, 0, 0, 0, 0, 0, 0, 0];
        hello.extend([b'a'; MAX_TOKEN + 1]);
        assert_eq!(FromViewer::decode(hello.into()), Err(CodecError::Length(HELLO)));
        let none = FromViewer::Resize(TerminalSize { cols: 0, rows: 1, width: 0, height: 0 });
        assert_eq!(FromViewer::decode(none.encode()), Err(CodecError::Value(RESIZE)));
    }

    #[test]
    fn only_later_kinds_that_say_so_may_be_skipped() {
        assert!(FromViewer::decode(Bytes::from_static(&[0xD0])).unwrap_err().may_skip());
        assert!(!FromViewer::decode(Bytes::from_static(&[0x90])).unwrap_err().may_skip());
        assert!(!FromViewer::decode(Bytes::new()).unwrap_err().may_skip());
    }
}
