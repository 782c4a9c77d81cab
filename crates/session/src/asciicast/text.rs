//! Bytes of a terminal as text, whatever pieces they come in.

/// Turns bytes into text; a character that is cut is kept until its rest comes.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// The beginning of a character: at most three bytes.
    rest: Vec<u8>,
}

impl Decoder {
    /// The text that is complete by now. What cannot be UTF-8 becomes U+FFFD.
    pub fn decode(&mut self, bytes: &[u8]) -> String {
        self.rest.extend_from_slice(bytes);
        let mut text = String::with_capacity(self.rest.len());
        let mut kept = 0;
        for chunk in self.rest.utf8_chunks() {
            text.push_str(chunk.valid());
            let invalid = chunk.invalid();
            if invalid.is_empty() {
                continue;
            }
            kept = invalid.len();
            text.push('\u{fffd}');
        }
        // A cut character can only be the last thing, and only bytes that still could become one are kept.
        let at = self.rest.len() - kept.min(self.rest.len());
        let tail = self.rest.split_off(at);
        self.rest.clear();
        if kept > 0 && text.ends_with('\u{fffd}') && may_go_on(&tail) {
            text.pop();
            self.rest = tail;
        }
        text
    }

    /// What is left when nothing follows any more.
    pub fn finish(&mut self) -> String {
        if std::mem::take(&mut self.rest).is_empty() {
            String::new()
        } else {
            '\u{fffd}'.to_string()
        }
    }
}

/// Whether these bytes are the beginning of a character.
fn may_go_on(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_err_and(|error| error.error_len().is_none() && error.valid_up_to() == 0)
}
