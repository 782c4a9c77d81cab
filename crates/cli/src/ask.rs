//! Questions in the terminal.
//!
//! They go to the terminal itself, so that standard input and output may be files. Nobody is asked when standard error is
//! no terminal: then nobody would see why it waits.

use patchbay_core::sessions::TOUCH;
use patchbay_model::{
    ApiError, ErrorCode, HostKeyAnswer, HostKeyQuestion, HostKeyStanding, Question, Secret,
    SessionId, SessionState,
};
use patchbay_session::{Ask, Progress};
use std::io::{BufRead, BufReader, IsTerminal, Read};

use crate::{
    app::App,
    report::{Failure, say},
};

/// Longer lines are no secrets.
const LONGEST_SECRET: usize = 4 * 1024;

/// Puts what a session asks to the person, and gives it the answer.
pub(crate) async fn answer(
    app: &App,
    session: SessionId,
    mut state: SessionState,
) -> Result<(), Failure> {
    let sessions = app.ctx.core.sessions();
    loop {
        match state {
            SessionState::Asking { prompt: asked } => {
                let id = asked.id;
                let ask = Ask {
                    kind: asked.kind,
                    machine: asked.machine,
                    title: asked.title,
                    instructions: asked.instructions,
                    questions: asked.questions,
                    again: asked.again,
                    lasting: None,
                };
                let answers =
                    tokio::task::spawn_blocking(move || prompt(&ask)).await.ok().flatten();
                // Withdrawn meanwhile, by a server that did not want to wait: its state follows.
                let _withdrawn = sessions.answer(session, id, answers);
                return Ok(());
            }
            SessionState::HostKey { question } => {
                let answer = tokio::task::spawn_blocking(move || host_key(&question)).await;
                let answer = answer.unwrap_or(HostKeyAnswer::Refuse);
                match sessions.answer_host_key(session, answer) {
                    Ok(()) => return Ok(()),
                    Err(error) => say(&ApiError::from(error).to_string()),
                }
            }
            _ => return Ok(()),
        }
        // Asked again at once: nothing changed, so no event will say so.
        state = sessions.info(session)?.state;
    }
}

/// Whether somebody is there to answer.
pub(crate) fn somebody_is_there() -> bool {
    std::io::stderr().is_terminal() && terminal().is_ok()
}

fn terminal() -> std::io::Result<std::fs::File> {
    std::fs::File::open(if cfg!(windows) { "CONIN$" } else { "/dev/tty" })
}

/// Asks without showing what is typed; `None` if it cannot be asked or was given up.
///
/// The terminal stops echoing before the question appears, so that not even what is pasted at once is shown.
pub(crate) fn secret(label: &str) -> Option<Secret<String>> {
    let input = terminal().ok()?;
    crossterm::terminal::enable_raw_mode().ok()?;
    eprint_now(label);
    let typed = hidden_line(input);
    let _gone = crossterm::terminal::disable_raw_mode();
    say("");
    typed
}

/// A line from a terminal in raw mode, with the keys that correct it.
fn hidden_line(mut input: impl Read) -> Option<Secret<String>> {
    // As long as it can get, so that it never moves and leaves a copy behind.
    let mut line = Vec::with_capacity(LONGEST_SECRET);
    let mut key = [0];
    while input.read(&mut key).is_ok_and(|count| count == 1) {
        match key {
            [b'\r' | b'\n'] => return String::from_utf8(line).ok().map(Secret::new),
            // Backspace: a whole character, which may be several bytes.
            [0x7f | 0x08] => while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
            // Ctrl-U begins anew, Ctrl-C and Ctrl-D give up.
            [0x15] => line.clear(),
            [0x03 | 0x04] => return None,
            [byte] if line.len() < LONGEST_SECRET => line.push(byte),
            _ => return None,
        }
    }
    None
}

/// Asks, showing what is typed; `None` if it cannot be asked or was given up.
pub(crate) fn shown(label: &str) -> Option<String> {
    eprint_now(label);
    let mut line = String::new();
    let count = BufReader::new(terminal().ok()?).read_line(&mut line).ok()?;
    (count > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

fn eprint_now(text: &str) {
    use std::io::Write;
    let mut out = std::io::stderr();
    let _nobody_reads = write!(out, "{text}").and_then(|()| out.flush());
}

/// Asks what a server asks.
pub(crate) fn prompt(ask: &Ask) -> Option<Vec<Secret<String>>> {
    if !somebody_is_there() {
        say(&format!(
            "patchbay-cli: {} asks for {}, and nobody is there to answer.",
            ask.machine,
            wanted(&ask.questions)
        ));
        return None;
    }
    if ask.again {
        say("That was not accepted.");
    }
    for text in [&ask.title, &ask.instructions] {
        if !text.trim().is_empty() {
            say(text.trim_end());
        }
    }
    ask.questions
        .iter()
        .map(|question| {
            let label = format!("{} — {} ", ask.machine, question.label.trim());
            if question.echo { shown(&label).map(Secret::new) } else { secret(&label) }
        })
        .collect()
}

fn wanted(questions: &[Question]) -> String {
    let labels: Vec<String> = questions
        .iter()
        .map(|question| format!("“{}”", question.label.trim().trim_end_matches(':')))
        .collect();
    labels.join(" and ")
}

/// Asks about a host key. Without anybody to ask it is refused, and what to do is said.
pub(crate) fn host_key(question: &HostKeyQuestion) -> HostKeyAnswer {
    for line in describe(question) {
        say(&line);
    }
    if !somebody_is_there() {
        say(&format!(
            "Nobody is there to decide, so it is refused. Compare the fingerprint with one you got another way; then run \
             “patchbay-cli connect” to {} in a terminal, or open it in the window, to decide.",
            question.machine
        ));
        return HostKeyAnswer::Refuse;
    }
    match question.standing {
        HostKeyStanding::Revoked => HostKeyAnswer::Refuse,
        HostKeyStanding::Changed => {
            let typed = shown(
                "Type the last eight characters of the new fingerprint to replace it, or nothing to stop: ",
            );
            match typed.map(|typed| typed.trim().to_owned()) {
                Some(last_eight) if !last_eight.is_empty() => HostKeyAnswer::Replace { last_eight },
                _ => HostKeyAnswer::Refuse,
            }
        }
        HostKeyStanding::Unknown => loop {
            let typed = shown("Trust it? (yes: keep it on record, once: only now, no: stop) ");
            match typed.as_deref().map(str::trim) {
                Some("yes") => return HostKeyAnswer::Trust,
                Some("once") => return HostKeyAnswer::Once,
                Some("no") | None => return HostKeyAnswer::Refuse,
                Some(_) => say("Please write yes, once or no."),
            }
        },
    }
}

fn describe(question: &HostKeyQuestion) -> Vec<String> {
    let key = &question.presented;
    let mut lines = vec![match question.standing {
        HostKeyStanding::Unknown => {
            format!("{} ({}) is not known yet.", question.machine, question.host)
        }
        HostKeyStanding::Changed => {
            format!(
                "THE HOST KEY OF {} ({}) HAS CHANGED. Somebody may be in between.",
                question.machine, question.host
            )
        }
        HostKeyStanding::Revoked => {
            format!(
                "THE HOST KEY OF {} ({}) IS REVOKED. It cannot be trusted.",
                question.machine, question.host
            )
        }
    }];
    lines.push(format!("  presented  {} {}", key.algorithm, key.fingerprint));
    for record in &question.on_record {
        lines.push(format!(
            "  on record  {} {}  ({})",
            record.algorithm, record.fingerprint, record.source
        ));
    }
    if !question.also_at.is_empty() {
        lines.push(format!("  the presented key is on record for {}", question.also_at.join(", ")));
    }
    if question.standing == HostKeyStanding::Unknown {
        lines.extend(key.picture.lines().map(|line| format!("  {line}")));
    }
    lines
}

/// What is worth a line while connecting: what the server says before signing in.
pub(crate) fn progress(progress: &Progress) {
    match progress {
        Progress::Banner(text) => say(text.trim_end()),
        Progress::Began { detail, .. } if detail == TOUCH => say("Touch your security key."),
        _ => {}
    }
}

/// Nobody is there who knows the passphrase.
pub(crate) fn no_passphrase() -> ApiError {
    ApiError::new(ErrorCode::VaultLocked, "The vault is locked, and nobody is there to type the passphrase.")
        .next("Set PATCHBAY_PASSPHRASE, use --passphrase-stdin, or enable the keyring in the window's settings.")
}

#[cfg(test)]
mod tests {
    use super::hidden_line;

    fn typed(keys: &str) -> Option<String> {
        hidden_line(keys.as_bytes()).map(|line| line.expose_secret().clone())
    }

    #[test]
    fn keys_that_correct_a_hidden_line() {
        assert_eq!(typed("secret\rmore").as_deref(), Some("secret"));
        assert_eq!(typed("aß\u{7f}b\r").as_deref(), Some("ab"));
        assert_eq!(typed("wrong\u{15}right\n").as_deref(), Some("right"));
        assert_eq!(typed("\u{7f}\r").as_deref(), Some(""));
        assert_eq!(typed("given up\u{3}\r"), None);
        assert_eq!(typed("no end"), None);
        assert_eq!(typed(&"x".repeat(5_000)), None);
    }
}
