//! Answers to what a server asks about options it agreed on.

use super::{IAC, SB, SE, TelnetOptions, option};
use bytes::BytesMut;
use patchbay_model::TerminalSize;

const IS: u8 = 0;
const SEND: u8 = 1;
/// RFC 1572.
const VAR: u8 = 0;
const VALUE: u8 = 1;
const ESC: u8 = 2;
const USERVAR: u8 = 3;
/// A pseudo-terminal has no speed; this is what others say (RFC 1079).
const SPEED: &[u8] = b"38400,38400";

/// The size of the window (RFC 1073).
pub(super) fn size(size: TerminalSize, wire: &mut BytesMut) {
    let [a, b] = size.cols.to_be_bytes();
    let [c, d] = size.rows.to_be_bytes();
    write(option::NAWS, &[a, b, c, d], wire);
}

/// Answers a question; anything else is read over.
pub(super) fn answer(option: u8, body: &[u8], what: &TelnetOptions, wire: &mut BytesMut) {
    let Some((&SEND, wanted)) = body.split_first() else { return };
    let mut text = vec![IS];
    match option {
        // There is one type only, so asking again gets the same: the end of the list (RFC 1091).
        option::TERMINAL_TYPE => text.extend_from_slice(what.terminal_type.as_bytes()),
        option::TERMINAL_SPEED => text.extend_from_slice(SPEED),
        option::NEW_ENVIRON => {
            if let Some(user) = what.user.as_ref().filter(|_| wants_user(wanted)) {
                text.push(VAR);
                text.extend_from_slice(b"USER");
                text.push(VALUE);
                for byte in user.bytes() {
                    if byte <= USERVAR {
                        text.push(ESC);
                    }
                    text.push(byte);
                }
            }
        }
        _ => return,
    }
    write(option, &text, wire);
}

/// Whether USER is among the variables that are asked for. A list without names asks for all.
fn wants_user(wanted: &[u8]) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let mut names = wanted.split(|byte| matches!(*byte, VAR | USERVAR));
    // Before the first marker there is nothing.
    names.next();
    let starts = wanted.iter().filter(|byte| matches!(**byte, VAR | USERVAR));
    starts.zip(names).any(|(kind, name)| *kind == VAR && (name.is_empty() || name == b"USER"))
}

fn write(option: u8, body: &[u8], wire: &mut BytesMut) {
    wire.extend_from_slice(&[IAC, SB, option]);
    for byte in body {
        wire.extend_from_slice(if *byte == IAC { &[IAC, IAC] } else { std::slice::from_ref(byte) });
    }
    wire.extend_from_slice(&[IAC, SE]);
}
