//! Texts that are typed at a command line, and what a switch means by a line.

use super::{CliError, shell::short};

/// Lines of an answer that may be a refusal.
const FEW: usize = 12;

/// Whether a description can be typed. At a prompt `?` asks for help at once, a tab completes, and `|`, `;` and `>` mean
/// something to some of them; quotes and backslashes are taken otherwise by each.
pub(super) fn typed(what: &'static str, text: &str) -> Result<(), CliError> {
    let wrong = |why| CliError::Text { what, text: short(text), why };
    let fits = |c: char| c.is_ascii_alphanumeric() || " -_.:,/+()[]@#=*&'~".contains(c);
    if !text.chars().all(fits) {
        return Err(wrong("it may have letters, digits, blanks and -_.:,/+()[]@#=*&'~"));
    }
    if text.trim() != text {
        return Err(wrong("it begins or ends with a blank"));
    }
    Ok(())
}

/// Whether a name of a VLAN can be typed.
pub(super) fn name(text: &str) -> Result<(), CliError> {
    let wrong = |why| CliError::Text { what: "the name", text: short(text), why };
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match text.chars().all(fits) && !text.is_empty() {
        true => Ok(()),
        false => Err(wrong("it has to have letters, digits, and -_. only")),
    }
}

/// What stands after the first of these words that is there, to the end of its line.
pub(super) fn after(text: &str, words: &[&str]) -> String {
    let found = words.iter().find_map(|word| text.split_once(word));
    let line = found.and_then(|(_, rest)| rest.lines().next()).unwrap_or_default();
    let line = line.trim().trim_start_matches([':', ' ']);
    let end = line.find([',', '(']).filter(|at| *at > 0);
    short(line.get(..end.unwrap_or(line.len())).unwrap_or_default())
}

/// What a switch says against a command; none if it did it.
pub(super) fn refusal(said: &str) -> Option<String> {
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.len() > FEW {
        return None;
    }
    let at = lines.iter().position(|line| is_refusal(line))?;
    // The marker under the place is of no use without the line above it.
    let words = lines.get(at..).unwrap_or_default().iter().filter(|line| **line != "^").take(3);
    Some(short(&words.copied().collect::<Vec<_>>().join(" ")))
}

fn is_refusal(line: &str) -> bool {
    if let Some(rest) = line.strip_prefix('%') {
        let rest = rest.trim();
        // Messages of the system (`%SYS-5-CONFIG_I`) and warnings are none.
        let is_message = rest.split_once('-').is_some_and(|(facility, rest)| {
            facility.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
                && rest.starts_with(|c: char| c.is_ascii_digit())
        });
        return !is_message && !rest.to_ascii_lowercase().starts_with("warning");
    }
    let line = line.to_ascii_lowercase();
    let begins = [
        "error:",
        "error ",
        "syntax error",
        "unknown command",
        "invalid ",
        "command rejected",
        "missing argument",
        "ambiguous",
        "permission denied",
        "authorization failed",
        "command authorization failed",
        "cannot ",
    ];
    begins.iter().any(|word| line.starts_with(word)) || line.contains("syntax error")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_known_from_messages_and_warnings() {
        for (said, words) in [
            (
                "                ^\n% Invalid input detected at '^' marker.\n",
                "% Invalid input detected at '^' marker.",
            ),
            ("% Incomplete command", "% Incomplete command"),
            (
                "error: configuration database locked by:\n  root terminal p0",
                "error: configuration database locked by: root terminal p0",
            ),
            ("               ^\nsyntax error.", "syntax error."),
            ("ERROR: VLAN 20 is reserved", "ERROR: VLAN 20 is reserved"),
            (
                "Command rejected: An interface whose trunk encapsulation is \"Auto\" cannot be trunk.",
                "Command rejected: An interface whose trunk encapsulation is \"Auto\" cannot be trunk.",
            ),
        ] {
            assert_eq!(refusal(said).as_deref(), Some(words));
        }
        for fine in [
            "",
            "%SYS-5-CONFIG_I: Configured from console by vty0",
            "% Warning: use /31 mask on non point-to-point interface cautiously",
            "! Change will take effect only after switch reboot",
            "commit complete",
            "Building configuration...\n[OK]",
        ] {
            assert_eq!(refusal(fine), None, "{fine}");
        }
    }

    #[test]
    fn what_would_mean_something_else_is_not_typed() {
        assert!(typed("the description", "uplink to core-1 (rack 4) #7").is_ok());
        for wrong in [
            "what?",
            "a|b",
            "a;b",
            "a\"b",
            "tab\there",
            "line\nbreak",
            "é",
            " a",
            "$x",
            "a\\b",
            "a!b",
            "a>b",
            "a%b",
        ] {
            assert!(typed("the description", wrong).is_err(), "{wrong}");
        }
        assert!(name("voice-2.x_y").is_ok());
        assert!(name("").is_err() && name("two words").is_err() && name("a#b").is_err());
    }
}
