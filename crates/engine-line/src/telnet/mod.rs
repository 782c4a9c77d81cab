//! Telnet (RFC 854, 855) without I/O: bytes in, bytes out.
//!
//! The far end may ask for anything in any order and as often as it likes; what is agreed on is small, an option is
//! answered only when its state changes (RFC 1143), and no answer is longer than a few dozen bytes. Patchbay never asks
//! to turn an option off, so that half of RFC 1143's states cannot come up. Deliberately absent: line mode (RFC 1184),
//! LFLOW, X display, encryption, and any variable of the environment but the user name.

mod option;
mod reader;
mod sub;

use crate::{
    Keys, echo,
    encode::{Speaks, Wire},
};
use bytes::{Bytes, BytesMut};
use option::{Asked, Options, Side};
use patchbay_model::{LineEnding, LineSignal, LocalEcho, TerminalSize};
use reader::{Heard, Reader};

pub use reader::MOST_SUBNEGOTIATION;

/// Interpret as command.
pub(crate) const IAC: u8 = 255;
pub(crate) const DONT: u8 = 254;
pub(crate) const DO: u8 = 253;
pub(crate) const WONT: u8 = 252;
pub(crate) const WILL: u8 = 251;
pub(crate) const SB: u8 = 250;
pub(crate) const AYT: u8 = 246;
pub(crate) const BRK: u8 = 243;
pub(crate) const NOP: u8 = 241;
pub(crate) const SE: u8 = 240;

/// What a Telnet session announces and how it behaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TelnetOptions {
    /// The terminal type (RFC 1091).
    pub terminal_type: String,
    /// Sent as USER (RFC 1572) if the server asks; `None` never offers it.
    pub user: Option<String>,
    /// How keys become bytes.
    pub keys: Keys,
}

/// One end of a Telnet connection: the user's.
#[derive(Debug)]
pub struct Telnet {
    what: TelnetOptions,
    size: TerminalSize,
    options: Options,
    reader: Reader,
}

impl Telnet {
    /// Before the first byte.
    #[must_use]
    pub fn new(what: TelnetOptions, size: TerminalSize) -> Self {
        let options = Options::new(what.user.is_some());
        Self { what, size, options, reader: Reader::default() }
    }

    /// What is said first: the options that make a terminal of it (as most clients do, so that servers that wait to be
    /// asked work as well as those that ask).
    pub fn start(&mut self, wire: &mut BytesMut) {
        self.options.offer(wire);
    }

    /// Takes what came. What is to be shown goes to `shown`, answers go to `wire`.
    pub fn hear(&mut self, came: &[u8], shown: &mut BytesMut, wire: &mut BytesMut) {
        let Self { reader, options, what, size } = self;
        let mut at = came;
        while let Some(heard) = reader.next(&mut at, options.his_binary(), shown) {
            match heard {
                Heard::Option { verb, option } => {
                    if options.hear(verb, option, wire) == Some(Asked::Size) {
                        sub::size(*size, wire);
                    }
                }
                Heard::Sub { option, body } if options.is_mine(option) => {
                    sub::answer(option, body, what, wire);
                }
                // Asked about an option that was never agreed on.
                Heard::Sub { .. } => {}
            }
        }
    }

    /// How much of a question is kept.
    #[cfg(test)]
    fn reader_holds(&self) -> usize {
        self.reader.holds()
    }

    /// Takes what was typed.
    pub fn say(&mut self, typed: &[u8], shown: &mut BytesMut, wire: &mut BytesMut) {
        let binary = self.options.my_binary();
        for byte in typed {
            match (*byte, self.what.keys.enter) {
                (IAC, _) => wire.extend_from_slice(&[IAC, IAC]),
                (b'\r', LineEnding::Lf) => wire.extend_from_slice(b"\n"),
                // RFC 856: in binary a carriage return is one, and needs nothing after it.
                (b'\r', _) if binary => wire.extend_from_slice(b"\r"),
                (b'\r', LineEnding::Cr) => wire.extend_from_slice(b"\r\0"),
                (b'\r', LineEnding::CrLf) => wire.extend_from_slice(b"\r\n"),
                (byte, _) => wire.extend_from_slice(&[byte]),
            }
        }
        let shows = match self.what.keys.echo {
            LocalEcho::On => true,
            LocalEcho::Off => false,
            LocalEcho::Auto => !self.options.is_on(Side::His, option::ECHO),
        };
        if shows {
            echo::show(typed, shown);
        }
    }
}

impl Speaks for Telnet {
    fn greet(&mut self, wire: &mut Wire) {
        self.start(wire);
    }

    fn receive(&mut self, came: Bytes, shown: &mut BytesMut, wire: &mut Wire) {
        self.hear(&came, shown, wire);
    }

    fn typed(&mut self, typed: &[u8], shown: &mut BytesMut, wire: &mut Wire) {
        self.say(typed, shown, wire);
    }

    fn resize(&mut self, size: TerminalSize, wire: &mut Wire) {
        let changed = (size.cols, size.rows) != (self.size.cols, self.size.rows);
        self.size = size;
        if changed && self.options.is_on(Side::Mine, option::NAWS) {
            sub::size(size, wire);
        }
    }

    fn keep_alive(&mut self, wire: &mut Wire) {
        wire.extend_from_slice(&[IAC, NOP]);
    }

    fn signal(&mut self, signal: LineSignal, wire: &mut Wire) -> bool {
        let command = match signal {
            LineSignal::Break => BRK,
            LineSignal::AreYouThere => AYT,
            LineSignal::DtrOn | LineSignal::DtrOff | LineSignal::RtsOn | LineSignal::RtsOff => {
                return false;
            }
        };
        wire.extend_from_slice(&[IAC, command]);
        true
    }
}

#[cfg(test)]
mod tests;
