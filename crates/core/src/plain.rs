//! Text from machines without what would move a cursor or hide something.

use crate::tree::is_deceptive;

/// Characters of a line that are shown.
pub(crate) const LONGEST_LINE: usize = 4_000;

/// A line as it would be read.
pub(crate) fn plain(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches('\r');
    // What a progress bar wrote before is under what it wrote last.
    let text = text.rsplit('\r').next().unwrap_or(text);
    let mut out = String::new();
    let mut chars = text.chars();
    let mut count = 0;
    while let Some(c) = chars.next() {
        if count == LONGEST_LINE {
            out.push('…');
            break;
        }
        match c {
            '\x1b' => skip_sequence(&mut chars),
            '\u{9b}' => skip_until(&mut chars, |c| ('\x40'..='\x7e').contains(&c)),
            '\t' => out.push('\t'),
            c if c.is_control() => {}
            c if is_deceptive(c) => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
        count += 1;
    }
    out
}

/// The rest of an escape sequence (ECMA-48 5.4 and 5.6).
fn skip_sequence(chars: &mut std::str::Chars<'_>) {
    match chars.next() {
        Some('[') => skip_until(chars, |c| ('\x40'..='\x7e').contains(&c)),
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(c) = chars.next() {
                if c == '\x07' || c == '\u{9c}' {
                    return;
                }
                if c == '\x1b' {
                    chars.next();
                    return;
                }
            }
        }
        Some(c) if (' '..='/').contains(&c) => skip_until(chars, |c| ('0'..='~').contains(&c)),
        _ => {}
    }
}

fn skip_until(chars: &mut std::str::Chars<'_>, last: impl Fn(char) -> bool) {
    for c in chars.by_ref() {
        if last(c) {
            return;
        }
    }
}
