//! Text of agents: `DisplayString` and `SnmpAdminString` (RFC 2579, RFC 3411), which are bytes of anybody's making.

use async_snmp::Value;

/// The longest text that is kept, in characters. The standard's own are at most 255 bytes.
const LONGEST: usize = 1024;

/// The text of a value: UTF-8 where it is, without what acts on a screen, without zero bytes at its end.
#[must_use]
pub fn of(value: &Value) -> String {
    value.as_bytes().map(of_bytes).unwrap_or_default()
}

/// The text of some bytes, as [`of`] has it. Line breaks stay.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let shown = |c: &char| *c == '\n' || !(c.is_control() || turns(*c));
    text.trim_end_matches(['\0', ' ', '\r', '\n']).chars().filter(shown).take(LONGEST).collect()
}

/// Whether a character turns the direction of writing round (Unicode's property Bidi_Control).
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::of_bytes;

    #[test]
    fn what_acts_on_a_screen_is_left_out() {
        assert_eq!(of_bytes(b"port 1\0\0"), "port 1");
        assert_eq!(of_bytes("a\u{1b}[2Jb\u{202e}c\nd".as_bytes()), "a[2Jbc\nd");
        assert_eq!(of_bytes(&[b'x'; 5000]).len(), 1024);
        assert_eq!(of_bytes(b"caf\xe9"), "caf\u{fffd}");
    }
}
