//! What may be a name.

use crate::{TeamError, Thing};

const LONGEST_ACCOUNT: usize = 64;
const LONGEST: usize = 128;

/// The name of an account as it is kept, from what a person types: without space around it, in lower case.
pub fn account_name(typed: &str) -> Result<String, TeamError> {
    let name = typed.trim().to_lowercase();
    let malformed = |why| Err(TeamError::NameMalformed { what: Thing::Account, why });
    if name.is_empty() {
        return malformed("it is empty");
    }
    if name.len() > LONGEST_ACCOUNT {
        return malformed("it is too long");
    }
    // Letters of other scripts look like these: nobody should be able to look like somebody else.
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+@".contains(&b)) {
        return malformed("it has characters that names of accounts do not have");
    }
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return malformed("it does not begin with a letter or a digit");
    }
    Ok(name)
}

/// Refuses names that cannot be read in a list.
pub(super) fn check_name(what: Thing, name: &str) -> Result<(), TeamError> {
    let malformed = |why| Err(TeamError::NameMalformed { what, why });
    if name.trim().is_empty() {
        return malformed("it is empty");
    }
    if name.trim() != name {
        return malformed("it has space around it");
    }
    if name.chars().count() > LONGEST {
        return malformed("it is too long");
    }
    if name.chars().any(acts) {
        return malformed("it has characters that cannot be seen");
    }
    Ok(())
}

/// Whether two names are the same to people.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// Characters that do something on a screen instead of being seen: controls, marks of direction, of no width.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
