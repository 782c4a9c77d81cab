//! Patterns: checked when they are saved, and found in time that is linear in the line.

use crate::CoreError;
use regex::{Regex, RegexBuilder};

/// Longer patterns are a mistake.
const LONGEST: usize = 1_000;
/// Bytes a pattern may take once it is worked out.
const SIZE: usize = 512 * 1024;

/// A pattern ready to be looked for, or what is wrong with it.
pub(super) fn compiled(pattern: &str, ignore_case: bool) -> Result<Regex, CoreError> {
    let refused = |message: String, next: &str| CoreError::invalid("pattern", message, next);
    if pattern.is_empty() {
        return Err(refused("The pattern is empty.".into(), "Type what to look for."));
    }
    if pattern.len() > LONGEST {
        let message = format!("The pattern is longer than {LONGEST} characters.");
        return Err(refused(message, "Look for less."));
    }
    let regex = RegexBuilder::new(pattern)
        .case_insensitive(ignore_case)
        .size_limit(SIZE)
        .dfa_size_limit(SIZE)
        .build();
    match regex {
        // One that is found in nothing would be found in every line.
        Ok(regex) if regex.is_match("") => Err(refused(
            "This pattern is found in an empty line, and so in every line.".into(),
            "Say what must be there: use + in place of *, or leave ? out.",
        )),
        Ok(regex) => Ok(regex),
        Err(regex::Error::CompiledTooBig(_)) => {
            Err(refused("This pattern takes too much memory.".into(), "Use smaller repetitions."))
        }
        Err(error) => Err(refused(
            format!("This is no regular expression: {}.", reason(&error.to_string())),
            "Look-around and back-references are not there; \\ before a sign takes it as it is.",
        )),
    }
}

/// The last line says why; those before show where, for a terminal.
fn reason(text: &str) -> String {
    let last = text.lines().last().unwrap_or_default();
    crate::tree::shown(last.trim_start_matches("error: ").trim_end_matches('.'))
}
