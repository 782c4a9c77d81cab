//! conserver's bytes at a console. No I/O.

use crate::encode::{Speaks, Wire};
use bytes::{Bytes, BytesMut};
use patchbay_model::{LineSignal, TerminalSize};

/// What is said to the server and not to the console begins with this. It may be typed as well, as in conserver's own client.
pub(super) const ESCAPE: &[u8] = b"\x05c";
/// Begins a command between server and client; itself it is doubled.
const IAC: u8 = 0xff;

/// Both directions of a console.
#[derive(Debug, Default)]
pub struct Console {
    /// The last byte was one that begins a command.
    command: bool,
}

impl Console {
    /// Takes what came, wherever it was cut; what is to be shown goes to `shown`, answers go to `wire`.
    pub fn hear(&mut self, came: &[u8], shown: &mut BytesMut, wire: &mut BytesMut) {
        for byte in came {
            match (std::mem::take(&mut self.command), *byte) {
                (false, IAC) => self.command = true,
                (false, byte) | (true, byte @ IAC) => shown.extend_from_slice(&[byte]),
                // Somebody asked to stop for a while or to go to another console: any byte goes on.
                (true, b'Z' | b'G') => wire.extend_from_slice(b" "),
                // No program of this computer takes the place of the keyboard.
                (true, b'E') => wire.extend_from_slice(&[IAC, b'.']),
                (true, _) => {}
            }
        }
    }
}

impl Speaks for Console {
    fn greet(&mut self, _: &mut Wire) {}

    fn receive(&mut self, came: Bytes, shown: &mut BytesMut, wire: &mut Wire) {
        self.hear(&came, shown, wire);
    }

    fn typed(&mut self, typed: &[u8], _: &mut BytesMut, wire: &mut Wire) {
        for byte in typed {
            wire.extend_from_slice(if *byte == IAC {
                &[IAC, IAC]
            } else {
                std::slice::from_ref(byte)
            });
        }
    }

    fn resize(&mut self, _: TerminalSize, _: &mut Wire) {}

    fn keep_alive(&mut self, _: &mut Wire) {}

    fn signal(&mut self, signal: LineSignal, wire: &mut Wire) -> bool {
        if signal != LineSignal::Break {
            return false;
        }
        wire.extend_from_slice(ESCAPE);
        // The break that is the console's own.
        wire.extend_from_slice(b"l0");
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Console, Speaks as _};
    use bytes::{Bytes, BytesMut};
    use patchbay_model::LineSignal;

    fn received(pieces: &[&'static [u8]]) -> (Vec<u8>, Vec<u8>) {
        let (mut speaks, mut shown, mut wire) =
            (Console::default(), BytesMut::new(), BytesMut::new());
        for piece in pieces {
            speaks.receive(Bytes::from_static(piece), &mut shown, &mut wire);
        }
        (shown.to_vec(), wire.to_vec())
    }

    #[test]
    fn a_byte_that_begins_commands_is_doubled_in_both_directions() {
        assert_eq!(received(&[b"a\xff\xffb"]), (b"a\xffb".to_vec(), vec![]));
        assert_eq!(received(&[b"a\xff", b"\xffb"]), (b"a\xffb".to_vec(), vec![]));
        let mut wire = BytesMut::new();
        Console::default().typed(b"a\xffb\r", &mut BytesMut::new(), &mut wire);
        assert_eq!(&wire[..], b"a\xff\xffb\r");
    }

    #[test]
    fn a_server_that_waits_for_the_client_is_answered() {
        assert_eq!(received(&[b"[", b"\xff", b"Z x"]), (b"[ x".to_vec(), b" ".to_vec()));
        assert_eq!(received(&[b"\xffE"]), (vec![], b"\xff.".to_vec()));
        assert_eq!(received(&[b"\xff."]), (vec![], vec![]));
    }

    #[test]
    fn a_break_is_the_consoles_own() {
        let mut wire = BytesMut::new();
        assert!(Console::default().signal(LineSignal::Break, &mut wire));
        assert_eq!(&wire[..], b"\x05cl0");
        assert!(!Console::default().signal(LineSignal::DtrOn, &mut wire));
    }
}
