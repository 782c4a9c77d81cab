//! What is said over a terminal's WebSocket (`termproxy` of Proxmox VE): to the server in small frames, back as plain bytes.
//!
//! - `0:LENGTH:DATA` is typed, `1:COLS:ROWS:` is a size, `2` says that somebody is there.
//! - The first line of all is `USER:TICKET\n`, and the first bytes that come back are `OK`.

use bytes::{Buf as _, Bytes, BytesMut};
use patchbay_model::TerminalSize;

/// The longest that is typed in one frame.
pub const LONGEST: usize = 16 * 1024;

/// To the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// Typed or pasted.
    Typed(Bytes),
    /// The window has this size.
    Size {
        /// Characters across.
        cols: u16,
        /// Lines down.
        rows: u16,
    },
    /// Somebody is there.
    KeepAlive,
}

impl Frame {
    /// The frame of a window's size.
    #[must_use]
    pub const fn size(size: TerminalSize) -> Self {
        Self::Size { cols: size.cols, rows: size.rows }
    }

    /// As it is sent.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Typed(bytes) => {
                let mut frame = format!("0:{}:", bytes.len()).into_bytes();
                frame.extend_from_slice(bytes);
                frame
            }
            Self::Size { cols, rows } => format!("1:{cols}:{rows}:").into_bytes(),
            Self::KeepAlive => b"2".to_vec(),
        }
    }

    /// Takes the first frame off what a client has sent; nothing if more has to come.
    ///
    /// # Errors
    /// If no frame begins like that, or it is too long.
    pub fn take(bytes: &mut BytesMut) -> Result<Option<Self>, NoFrame> {
        match bytes.first() {
            None => Ok(None),
            Some(b'0') => {
                let Some((length, start)) = number(bytes, 1)? else { return Ok(None) };
                if length > LONGEST {
                    return Err(NoFrame);
                }
                if bytes.len() < start + length {
                    return Ok(None);
                }
                bytes.advance(start);
                Ok(Some(Self::Typed(bytes.split_to(length).freeze())))
            }
            Some(b'1') => {
                let Some((cols, start)) = number(bytes, 1)? else { return Ok(None) };
                // The colon before the rows is the one behind the columns.
                let Some((rows, start)) = number(bytes, start - 1)? else { return Ok(None) };
                bytes.advance(start);
                let fit = |number: usize| u16::try_from(number).map_err(|_| NoFrame);
                Ok(Some(Self::Size { cols: fit(cols)?, rows: fit(rows)? }))
            }
            Some(b'2') => {
                bytes.advance(1);
                Ok(Some(Self::KeepAlive))
            }
            Some(_) => Err(NoFrame),
        }
    }
}

/// What came is no frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("that is no frame of a terminal")]
pub struct NoFrame;

/// The number between the colon at `from` and the next, and what is behind that; nothing if more has to come.
fn number(bytes: &[u8], from: usize) -> Result<Option<(usize, usize)>, NoFrame> {
    const DIGITS: usize = 5;
    let rest = bytes.get(from..).unwrap_or_default();
    let Some((colon, rest)) = rest.split_first() else { return Ok(None) };
    let digits: usize = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if *colon != b':' || digits > DIGITS {
        return Err(NoFrame);
    }
    match rest.get(digits) {
        None => Ok(None),
        Some(b':') if digits > 0 => {
            let text = rest.get(..digits).unwrap_or_default();
            let number = text.iter().fold(0, |number, byte| number * 10 + usize::from(byte - b'0'));
            Ok(Some((number, from + 1 + digits + 1)))
        }
        Some(_) => Err(NoFrame),
    }
}

/// The line that opens a terminal.
#[must_use]
pub fn opening(user: &str, ticket: &str) -> String {
    format!("{user}:{ticket}\n")
}

/// Waits for the server's `OK`, which may come in any pieces and with output behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Greeting {
    heard: usize,
}

impl Greeting {
    const OK: &[u8] = b"OK";

    /// Takes what belongs to the greeting off what came. Says whether it is whole.
    ///
    /// # Errors
    /// If it is another one.
    pub fn hear(&mut self, came: &mut Bytes) -> Result<bool, NoFrame> {
        while let (Some(expected), Some(byte)) = (Self::OK.get(self.heard), came.first()) {
            if byte != expected {
                return Err(NoFrame);
            }
            came.advance(1);
            self.heard += 1;
        }
        Ok(self.heard == Self::OK.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn frames_are_what_the_server_reads() {
        let typed = Frame::Typed(Bytes::from_static("ls ü\r".as_bytes()));
        assert_eq!(typed.encode(), "0:6:ls ü\r".as_bytes());
        assert_eq!(Frame::Size { cols: 80, rows: 24 }.encode(), b"1:80:24:");
        assert_eq!(Frame::KeepAlive.encode(), b"2");
        assert_eq!(opening("root@pam", "PVEVNC:1"), "root@pam:PVEVNC:1\n");
    }

    #[test]
    fn frames_are_taken_however_they_are_cut() {
        let frames = [
            Frame::Typed(Bytes::from_static(b"a:b")),
            Frame::KeepAlive,
            Frame::Size { cols: 65_535, rows: 0 },
            Frame::Typed(Bytes::new()),
        ];
        let all: Vec<u8> = frames.iter().flat_map(Frame::encode).collect();
        for size in 1..=all.len() {
            let (mut bytes, mut taken) = (BytesMut::new(), Vec::new());
            for part in all.chunks(size) {
                bytes.extend_from_slice(part);
                while let Some(frame) = Frame::take(&mut bytes).unwrap() {
                    taken.push(frame);
                }
            }
            assert_eq!(taken, frames, "in parts of {size}");
        }
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        for wrong in [
            "x",
            "0x",
            "0::",
            "0:99999:",
            "0:123456",
            "1:80:24x",
            "1:70000:1:",
            "1:1:70000:",
            "0:-1:a",
        ] {
            let mut bytes = BytesMut::from(wrong);
            assert_eq!(Frame::take(&mut bytes), Err(NoFrame), "{wrong}");
        }
    }

    #[test]
    fn a_greeting_comes_in_pieces() {
        let mut greeting = Greeting::default();
        assert_eq!(greeting.hear(&mut Bytes::from_static(b"O")), Ok(false));
        let mut came = Bytes::from_static(b"KOK");
        assert_eq!((greeting.hear(&mut came), came), (Ok(true), Bytes::from_static(b"OK")));
        assert_eq!(Greeting::default().hear(&mut Bytes::from_static(b"no")), Err(NoFrame));
    }
}
