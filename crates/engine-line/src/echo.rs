//! What is typed, as a terminal that echoes it would show it.

use bytes::BytesMut;

/// Shows typed bytes: Enter goes to the next line, Backspace takes a character back, other control characters stand as
/// `^C`, since what they do is the far end's affair.
pub(crate) fn show(typed: &[u8], shown: &mut BytesMut) {
    for byte in typed {
        match *byte {
            b'\r' | b'\n' => shown.extend_from_slice(b"\r\n"),
            b'\t' => shown.extend_from_slice(b"\t"),
            0x08 | 0x7f => shown.extend_from_slice(b"\x08 \x08"),
            control @ 0..=0x1f => shown.extend_from_slice(&[b'^', control + b'@']),
            byte => shown.extend_from_slice(&[byte]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::show;
    use bytes::BytesMut;

    #[test]
    fn nothing_typed_acts_on_the_screen_but_enter_and_backspace() {
        let mut shown = BytesMut::new();
        show("aü\r\x7f\u{3}\u{1b}[A".as_bytes(), &mut shown);
        assert_eq!(shown, "aü\r\n\x08 \x08^C^[[A".as_bytes());
    }
}
