//! The text of a snippet (`core::snippets`), filled in for a shell.

use super::{halves, text};
use patchbay_core::snippets::filled_with;

/// Whatever is filled in stays one word for a POSIX shell, and what is no hole stays as it is.
pub(crate) fn run(data: &[u8]) -> bool {
    let (body, value) = halves(data);
    let (body, value) = (text(body), text(value));
    let filled = filled_with(&body, "x", &value);
    if !body.contains("{{") {
        assert_eq!(filled, body);
        return false;
    }
    // Alone, it is the value and nothing else, once a shell has taken the quotes off.
    let alone = filled_with("{{x}}", "x", &value);
    assert_eq!(unquoted(&alone).as_deref(), Some(&*value), "{alone:?}");
    filled != body
}

/// What a shell makes of one word (POSIX.1-2024 XCU 2.2); `None` if it is not one, or means more than its letters.
fn unquoted(word: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => loop {
                match chars.next()? {
                    '\'' => break,
                    c => out.push(c),
                }
            },
            '\\' => out.push(chars.next()?),
            c if c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c) => out.push(c),
            _ => return None,
        }
    }
    Some(out)
}
