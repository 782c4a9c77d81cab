//! Which options are in force, and agreeing on them (RFC 1143).

use super::{DO, DONT, IAC, WILL, WONT};
use bytes::BytesMut;

/// RFC 856.
const BINARY: u8 = 0;
/// RFC 857.
pub(crate) const ECHO: u8 = 1;
/// Suppress go ahead, RFC 858.
const SGA: u8 = 3;
/// RFC 1091.
pub(crate) const TERMINAL_TYPE: u8 = 24;
/// Window size, RFC 1073.
pub(crate) const NAWS: u8 = 31;
/// RFC 1079.
pub(crate) const TERMINAL_SPEED: u8 = 32;
/// RFC 1572.
pub(crate) const NEW_ENVIRON: u8 = 39;

/// More answers about one option than this are no negotiation any more.
const MOST_ANSWERS: u8 = 32;

/// Whose option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// We do it: DO and DONT ask, WILL and WONT answer.
    Mine,
    /// The far end does it.
    His,
}

/// What follows from an agreement at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Asked {
    /// The window's size is wanted, now and whenever it changes.
    Size,
}

/// The states of RFC 1143 that can come up for somebody who never asks to turn anything off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    #[default]
    No,
    Yes,
    WantYes,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    mine: State,
    his: State,
    answers: u8,
}

/// All 256 options.
#[derive(Debug)]
pub(crate) struct Options {
    known: Box<[Known; 256]>,
    names_user: bool,
}

impl Options {
    pub(crate) fn new(names_user: bool) -> Self {
        Self { known: Box::new([Known::default(); 256]), names_user }
    }

    /// Asks for what makes a terminal of the connection.
    pub(crate) fn offer(&mut self, wire: &mut BytesMut) {
        let user = self.names_user.then_some(NEW_ENVIRON);
        for option in [TERMINAL_TYPE, NAWS, TERMINAL_SPEED, SGA].into_iter().chain(user) {
            self.ask(Side::Mine, option, wire);
        }
        for option in [SGA, ECHO] {
            self.ask(Side::His, option, wire);
        }
    }

    fn ask(&mut self, side: Side, option: u8, wire: &mut BytesMut) {
        if let Some(known) = self.known.get_mut(usize::from(option)) {
            *known.side(side) = State::WantYes;
            wire.extend_from_slice(&[IAC, if side == Side::Mine { WILL } else { DO }, option]);
        }
    }

    pub(crate) fn is_on(&self, side: Side, option: u8) -> bool {
        self.known.get(usize::from(option)).is_some_and(|known| match side {
            Side::Mine => known.mine == State::Yes,
            Side::His => known.his == State::Yes,
        })
    }

    pub(crate) fn is_mine(&self, option: u8) -> bool {
        self.is_on(Side::Mine, option)
    }

    pub(crate) fn my_binary(&self) -> bool {
        self.is_on(Side::Mine, BINARY)
    }

    pub(crate) fn his_binary(&self) -> bool {
        self.is_on(Side::His, BINARY)
    }

    /// Whether Patchbay would have it.
    const fn wanted(&self, side: Side, option: u8) -> bool {
        match side {
            Side::His => matches!(option, BINARY | ECHO | SGA),
            Side::Mine => match option {
                BINARY | SGA | TERMINAL_TYPE | NAWS | TERMINAL_SPEED => true,
                NEW_ENVIRON => self.names_user,
                _ => false,
            },
        }
    }

    /// Takes one of the four verbs, and answers it if it changes something or is refused.
    pub(crate) fn hear(&mut self, verb: u8, option: u8, wire: &mut BytesMut) -> Option<Asked> {
        let (side, on) = match verb {
            WILL => (Side::His, true),
            WONT => (Side::His, false),
            DO => (Side::Mine, true),
            _ => (Side::Mine, false),
        };
        let wanted = self.wanted(side, option);
        let known = self.known.get_mut(usize::from(option))?;
        let state = known.side(side);
        let (next, answers) = match (*state, on) {
            (State::No, true) if wanted => (State::Yes, true),
            (State::No, true) => (State::No, true),
            (State::Yes, false) => (State::No, true),
            (State::WantYes, true) => (State::Yes, false),
            (State::WantYes, false) => (State::No, false),
            // Said twice: an answer to it would be answered in turn.
            (State::No, false) | (State::Yes, true) => return None,
        };
        let began = *state != State::Yes && next == State::Yes;
        *state = next;
        if answers {
            if known.answers >= MOST_ANSWERS {
                // Somebody turns it on and off without end. What counts is left as it was said last.
                return None;
            }
            known.answers += 1;
            let verb = match (side, next == State::Yes) {
                (Side::His, true) => DO,
                (Side::His, false) => DONT,
                (Side::Mine, true) => WILL,
                (Side::Mine, false) => WONT,
            };
            wire.extend_from_slice(&[IAC, verb, option]);
        }
        (began && side == Side::Mine && option == NAWS).then_some(Asked::Size)
    }
}

impl Known {
    const fn side(&mut self, side: Side) -> &mut State {
        match side {
            Side::Mine => &mut self.mine,
            Side::His => &mut self.his,
        }
    }
}
