//! What a protocol makes of bytes in both directions. No I/O.

use crate::{Keys, echo};
use bytes::{Bytes, BytesMut};
use patchbay_model::{LineEnding, LineSignal, LocalEcho, TerminalSize};

/// Bytes for the far end.
pub(crate) type Wire = BytesMut;

/// What a protocol makes of what comes and what is typed.
pub(crate) trait Speaks: Send + 'static {
    /// What is said before anything else.
    fn greet(&mut self, wire: &mut Wire);
    /// Takes what came; what is to be shown goes to `shown`, answers go to `wire`.
    fn receive(&mut self, came: Bytes, shown: &mut BytesMut, wire: &mut Wire);
    /// Takes what was typed; what is to be shown at once goes to `shown`.
    fn typed(&mut self, typed: &[u8], shown: &mut BytesMut, wire: &mut Wire);
    /// The window changed its size.
    fn resize(&mut self, size: TerminalSize, wire: &mut Wire);
    /// Something that says nothing and is understood everywhere; nothing if there is none.
    fn keep_alive(&mut self, wire: &mut Wire);
    /// Says this in the protocol's own words; false if it has none.
    fn signal(&mut self, signal: LineSignal, wire: &mut Wire) -> bool;
}

/// No protocol at all.
pub(crate) struct Plain(pub(crate) Keys);

impl Speaks for Plain {
    fn greet(&mut self, _: &mut Wire) {}

    fn receive(&mut self, came: Bytes, shown: &mut BytesMut, _: &mut Wire) {
        shown.extend_from_slice(&came);
    }

    fn typed(&mut self, typed: &[u8], shown: &mut BytesMut, wire: &mut Wire) {
        for byte in typed {
            match (byte, self.0.enter) {
                (b'\r', LineEnding::Lf) => wire.extend_from_slice(b"\n"),
                (b'\r', LineEnding::CrLf) => wire.extend_from_slice(b"\r\n"),
                _ => wire.extend_from_slice(&[*byte]),
            }
        }
        if self.0.echo == LocalEcho::On {
            echo::show(typed, shown);
        }
    }

    fn resize(&mut self, _: TerminalSize, _: &mut Wire) {}

    fn keep_alive(&mut self, _: &mut Wire) {}

    fn signal(&mut self, _: LineSignal, _: &mut Wire) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Plain, Speaks};
    use crate::Keys;
    use bytes::BytesMut;
    use patchbay_model::{LineEnding, LocalEcho};

    fn typed(enter: LineEnding, echo: LocalEcho) -> (Vec<u8>, Vec<u8>) {
        let (mut shown, mut wire) = (BytesMut::new(), BytesMut::new());
        Plain(Keys { enter, echo }).typed(b"ls\r\xff", &mut shown, &mut wire);
        (wire.to_vec(), shown.to_vec())
    }

    #[test]
    fn enter_sends_what_was_chosen() {
        assert_eq!(typed(LineEnding::Cr, LocalEcho::Auto), (b"ls\r\xff".to_vec(), vec![]));
        assert_eq!(typed(LineEnding::Lf, LocalEcho::Off).0, b"ls\n\xff");
        let (wire, shown) = typed(LineEnding::CrLf, LocalEcho::On);
        assert_eq!(wire, b"ls\r\n\xff");
        assert_eq!(shown, b"ls\r\n\xff");
    }
}
