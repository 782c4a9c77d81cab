//! Taking apart what a Telnet server sends, wherever it is cut.

use super::{DO, DONT, IAC, SB, SE, WILL, WONT};
use bytes::BytesMut;

/// The longest subnegotiation that is looked at, in bytes. Nothing a server may ask is anywhere near as long; the rest
/// of a longer one is read over.
pub const MOST_SUBNEGOTIATION: usize = 512;

/// Something that is no data.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Heard<'a> {
    /// WILL, WONT, DO or DONT.
    Option { verb: u8, option: u8 },
    /// Between SB and SE, IACs no longer doubled.
    Sub { option: u8, body: &'a [u8] },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    #[default]
    Data,
    /// After a carriage return that was handed on.
    Return,
    Iac,
    Verb(u8),
    /// After SB.
    SubOption,
    Sub,
    SubIac,
}

/// What is known so far.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    state: State,
    option: u8,
    body: Vec<u8>,
    too_long: bool,
}

impl Reader {
    /// Takes bytes until something is heard or none are left. Data goes to `shown`.
    pub(crate) fn next(
        &mut self,
        bytes: &mut &[u8],
        binary: bool,
        shown: &mut BytesMut,
    ) -> Option<Heard<'_>> {
        while let Some((byte, rest)) = bytes.split_first() {
            if self.state == State::Data && self.plain(bytes, shown) {
                continue;
            }
            *bytes = rest;
            if let Some(heard) = self.step(*byte, binary, shown) {
                return Some(match heard {
                    Step::Option(verb) => Heard::Option { verb, option: self.option },
                    Step::Sub => Heard::Sub { option: self.option, body: &self.body },
                });
            }
        }
        None
    }

    /// Most of what comes is data: takes it in one piece. False if there is none.
    fn plain(&mut self, bytes: &mut &[u8], shown: &mut BytesMut) -> bool {
        let end = bytes.iter().position(|byte| matches!(*byte, IAC | b'\r'));
        let (data, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
        shown.extend_from_slice(data);
        *bytes = rest;
        !data.is_empty()
    }

    fn step(&mut self, byte: u8, binary: bool, shown: &mut BytesMut) -> Option<Step> {
        let mut heard = None;
        self.state = match (self.state, byte) {
            // RFC 854: the NUL after a carriage return only says that no line feed follows.
            (State::Return, 0) if !binary => State::Data,
            (State::Data | State::Return, IAC) => State::Iac,
            (State::Data | State::Return, byte) => {
                shown.extend_from_slice(&[byte]);
                if byte == b'\r' { State::Return } else { State::Data }
            }
            (State::Iac, IAC) => {
                shown.extend_from_slice(&[IAC]);
                State::Data
            }
            (State::Iac, WILL | WONT | DO | DONT) => State::Verb(byte),
            (State::Iac, SB) => State::SubOption,
            // NOP, GA, DM and whatever else: nothing to be done here.
            (State::Iac, _) => State::Data,
            (State::Verb(verb), option) => {
                self.option = option;
                heard = Some(Step::Option(verb));
                State::Data
            }
            // An option 255 does not exist, so this is something else, and the SB was a mistake.
            (State::SubOption, IAC) => State::Iac,
            (State::SubOption, option) => {
                self.option = option;
                self.body.clear();
                self.too_long = false;
                State::Sub
            }
            (State::Sub, IAC) => State::SubIac,
            (State::Sub, byte) => {
                self.keep(byte);
                State::Sub
            }
            (State::SubIac, IAC) => {
                self.keep(IAC);
                State::Sub
            }
            (State::SubIac, SE) => {
                if !self.too_long {
                    heard = Some(Step::Sub);
                }
                State::Data
            }
            // Its end was forgotten: what follows counts.
            (State::SubIac, WILL | WONT | DO | DONT) => State::Verb(byte),
            (State::SubIac, SB) => State::SubOption,
            (State::SubIac, _) => State::Data,
        };
        heard
    }

    #[cfg(test)]
    pub(super) const fn holds(&self) -> usize {
        self.body.len()
    }

    fn keep(&mut self, byte: u8) {
        if self.body.len() < MOST_SUBNEGOTIATION {
            self.body.push(byte);
        } else {
            self.too_long = true;
        }
    }
}

/// What one byte completed.
enum Step {
    Option(u8),
    Sub,
}
