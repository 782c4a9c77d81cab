//! Bytes of a terminal as plain lines. Pure.

/// What is kept of them at most.
const MOST: usize = 8 << 20;

/// Within which escape sequence (ECMA-48) a byte is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Within {
    #[default]
    Nothing,
    /// After ESC.
    Escape,
    /// After ESC and an intermediate byte: one more follows.
    Intermediate,
    /// Until a byte from `@` to `~`.
    Control,
    /// Until BEL, or ESC and `\`.
    Text,
    /// After the ESC that ends it.
    TextEnd,
}

/// Lines without escape sequences, echoes of the cursor, and other control characters.
#[derive(Clone, Debug, Default)]
pub struct Screen {
    text: Vec<u8>,
    within: Within,
    /// The cursor is at the beginning of the line: what comes next is written over it.
    returned: bool,
    /// How many bytes there were.
    taken: usize,
}

impl Screen {
    /// Takes what came. Whether it is too much.
    #[must_use]
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        self.taken = self.taken.saturating_add(bytes.len());
        if self.taken > MOST {
            return true;
        }
        for byte in bytes {
            self.take(*byte);
        }
        false
    }

    /// The lines so far.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// The line that is not at its end yet.
    #[must_use]
    pub fn tail(&self) -> String {
        let start = self.line();
        String::from_utf8_lossy(self.text.get(start..).unwrap_or_default()).into_owned()
    }

    /// Where the last line begins.
    fn line(&self) -> usize {
        self.text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
    }

    fn take(&mut self, byte: u8) {
        self.within = match (self.within, byte) {
            (Within::Nothing, 0x1b) => Within::Escape,
            (Within::Nothing, _) => {
                self.write(byte);
                Within::Nothing
            }
            (Within::Escape, b'[') => Within::Control,
            (Within::Escape, b']' | b'P' | b'X' | b'^' | b'_') => Within::Text,
            (Within::Escape, 0x20..=0x2f) => Within::Intermediate,
            (Within::Control, 0x40..=0x7e) => Within::Nothing,
            (Within::Control, 0x20..=0x3f) => Within::Control,
            (Within::Text, 0x07) => Within::Nothing,
            (Within::Text | Within::TextEnd, 0x1b) => Within::TextEnd,
            (Within::Text, _) => Within::Text,
            (Within::TextEnd, b'\\') => Within::Nothing,
            (Within::TextEnd, _) => Within::Text,
            (Within::Escape | Within::Intermediate | Within::Control, _) => Within::Nothing,
        };
    }

    fn write(&mut self, byte: u8) {
        match byte {
            b'\n' => {
                self.returned = false;
                self.text.push(byte);
            }
            b'\r' => self.returned = true,
            0x08 => {
                let start = self.line();
                // A character may have several bytes.
                while self.text.len() > start {
                    if self.text.pop().is_some_and(|last| last & 0xc0 != 0x80) {
                        break;
                    }
                }
            }
            b'\t' | 0x20..=0x7e | 0x80.. => {
                if std::mem::take(&mut self.returned) {
                    self.text.truncate(self.line());
                }
                self.text.push(byte);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Screen;

    fn shown(bytes: &[u8]) -> String {
        let mut screen = Screen::default();
        // One by one: sequences are cut anywhere.
        for byte in bytes {
            assert!(!screen.push(&[*byte]));
        }
        screen.text()
    }

    #[test]
    fn only_what_can_be_read_is_left() {
        assert_eq!(shown(b"a\r\nb\r\r\nc"), "a\nb\nc");
        assert_eq!(shown(b"\x1b[?25h\x1b[1;32msw1\x1b[0m# "), "sw1# ");
        assert_eq!(shown(b"\x1b]0;title\x07sw1>\x1b]2;x\x1b\\ "), "sw1> ");
        assert_eq!(shown(b"\x1b(Bok\x1b=\x07\x00"), "ok");
        assert_eq!(shown(b" --More-- \r          \rnext"), "next");
        assert_eq!(shown(b"ab\x08c\xc3\xa9\x08d\n\x08e"), "acd\ne");
        assert_eq!(shown(b"caf\xc3\xa9 \xff"), "café \u{fffd}");
    }

    #[test]
    fn too_much_is_said() {
        let mut screen = Screen::default();
        let piece = vec![b'\x1b'; 1 << 20];
        assert!((0..8).all(|_| !screen.push(&piece)));
        assert!(screen.push(&piece));
    }
}
