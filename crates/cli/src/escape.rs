//! `Enter ~ .` closes the connection, as in ssh(1): the way out when the far end no longer answers. `Enter ~ B` sends a
//! break.

/// Watches what is typed.
#[derive(Debug)]
pub(crate) struct Escape {
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// At the start of a line.
    Fresh,
    Line,
    Tilde,
}

/// What is left to send, and whether to close.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Typed {
    pub(crate) send: Vec<u8>,
    /// To be sent after that.
    pub(crate) breaks: bool,
    pub(crate) close: bool,
}

impl Default for Escape {
    fn default() -> Self {
        Self { state: State::Fresh }
    }
}

impl Escape {
    /// Takes what was typed. `~~` at the start of a line sends one `~`.
    pub(crate) fn typed(&mut self, bytes: &[u8]) -> Typed {
        let mut send = Vec::with_capacity(bytes.len());
        let mut breaks = false;
        for byte in bytes {
            match (self.state, byte) {
                (State::Fresh, b'~') => {
                    self.state = State::Tilde;
                    continue;
                }
                (State::Tilde, b'.') => return Typed { send, breaks, close: true },
                (State::Tilde, b'B') => {
                    breaks = true;
                    self.state = State::Fresh;
                    continue;
                }
                (State::Tilde, b'~') => {}
                (State::Tilde, _) => send.push(b'~'),
                (State::Fresh | State::Line, _) => {}
            }
            send.push(*byte);
            self.state = if matches!(byte, b'\r' | b'\n') { State::Fresh } else { State::Line };
        }
        Typed { send, breaks, close: false }
    }
}

#[cfg(test)]
mod tests {
    use super::Escape;

    fn typed(pieces: &[&str]) -> (String, bool) {
        let mut escape = Escape::default();
        let mut all = Vec::new();
        for piece in pieces {
            let typed = escape.typed(piece.as_bytes());
            all.extend(typed.send);
            if typed.close {
                return (String::from_utf8_lossy(&all).into_owned(), true);
            }
        }
        (String::from_utf8_lossy(&all).into_owned(), false)
    }

    #[test]
    fn a_break_is_no_byte() {
        let mut escape = Escape::default();
        let typed = escape.typed(b"reload\r~B");
        assert_eq!(
            (typed.send.as_slice(), typed.breaks, typed.close),
            (&b"reload\r"[..], true, false)
        );
        assert!(!escape.typed(b"B").breaks);
        assert!(escape.typed(b"\r~B~.").close);
    }

    #[test]
    fn only_at_the_start_of_a_line() {
        assert_eq!(typed(&["ls\r", "~", "."]), ("ls\r".into(), true));
        assert_eq!(typed(&["~."]), (String::new(), true));
        assert_eq!(typed(&["cd ~.\r"]), ("cd ~.\r".into(), false));
        assert_eq!(typed(&["~~."]), ("~.".into(), false));
        assert_eq!(typed(&["~/bin\r"]), ("~/bin\r".into(), false));
    }
}
