//! A prompt: a command, its echo, what the switch says, and the prompt again.
//!
//! Nothing is typed that was not asked for: a question that nobody expected ends the session, with the question's own words.
//! Deliberately absent: what a command means (the platforms).

use super::{CliError, screen::Screen};
use std::time::Duration;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::{Instant, timeout},
};

/// Bytes that are read at once.
const PIECE: usize = 32 << 10;
/// Characters of a line that are shown of it.
const SHOWN: usize = 200;

/// How long a switch may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// Silence after which a line that looks like a question is one.
    pub quiet: Duration,
    /// Silence after which nothing comes any more; a commit of a stack of switches takes more than a minute.
    pub silence: Duration,
    /// One command in all.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { quiet: seconds(1), silence: seconds(90), whole: seconds(300) }
    }
}

/// A session with a command line.
#[derive(Debug)]
pub struct Shell<S> {
    stream: S,
    patience: Patience,
    /// What stands before the mode in the prompt: `sw1`, or `admin@sw1`.
    host: String,
    prompt: String,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Shell<S> {
    /// Waits for the first prompt.
    ///
    /// # Errors
    /// When none comes, or a question.
    pub async fn open(stream: S, patience: Patience) -> Result<Self, CliError> {
        let mut shell = Self { stream, patience, host: String::new(), prompt: String::new() };
        let mut screen = Screen::default();
        shell.prompt = shell.read(&mut screen, "", |_, tail| prompt(tail).is_some()).await?;
        shell.host = prompt(&shell.prompt).unwrap_or_default().to_owned();
        Ok(shell)
    }

    /// The prompt that came last.
    #[must_use]
    pub fn prompt(&self) -> &str {
        &self.prompt
    }

    /// What it is called in its prompt.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Runs a command; what it says, without its echo and the prompt.
    ///
    /// # Errors
    /// When the switch goes away, falls silent, asks something, or says too much. What it refuses is no error here.
    pub async fn run(&mut self, command: &str) -> Result<String, CliError> {
        // A prompt that was told anew by messages of the switch is not the answer: its echo comes first.
        let line = format!("{command}\n");
        let sent = async {
            self.stream.write_all(line.as_bytes()).await?;
            self.stream.flush().await
        };
        match timeout(self.patience.silence, sent).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(CliError::Closed),
            Err(_) => {
                return Err(CliError::Silent { command: command.to_owned(), said: String::new() });
            }
        }
        let (mut screen, host) = (Screen::default(), self.host.clone());
        let mut echoed = None;
        let ended = |screen: &Screen, tail: &str| {
            let here = prompt(tail).is_some_and(|name| is_same(&host, name));
            if here && echoed.is_none() {
                echoed = echo(&screen.text(), command);
            }
            here && echoed.is_some()
        };
        self.prompt = self.read(&mut screen, command, ended).await?;
        let text = screen.text();
        let said = text.get(echoed.unwrap_or_default()..).unwrap_or_default();
        let said = said.strip_suffix(self.prompt.as_str()).unwrap_or(said);
        Ok(said.trim_matches(['\n', '\r']).to_owned())
    }

    /// Reads until it is `ended`, and gives the last line.
    async fn read(
        &mut self,
        screen: &mut Screen,
        command: &str,
        mut ended: impl FnMut(&Screen, &str) -> bool,
    ) -> Result<String, CliError> {
        let began = Instant::now();
        let mut heard = began;
        let mut piece = vec![0; PIECE];
        loop {
            let came = timeout(self.patience.quiet, self.stream.read(&mut piece)).await;
            let tail = match came {
                Ok(Ok(0) | Err(_)) => return Err(CliError::Closed),
                Ok(Ok(count)) => {
                    heard = Instant::now();
                    if screen.push(piece.get(..count).unwrap_or_default()) {
                        return Err(CliError::TooMuch { command: command.to_owned() });
                    }
                    let tail = screen.tail();
                    if ended(screen, &tail) {
                        return Ok(tail);
                    }
                    tail
                }
                Err(_) => {
                    let tail = screen.tail();
                    if is_question(&tail) {
                        let (command, question) = (command.to_owned(), short(&tail));
                        return Err(CliError::Question { command, question });
                    }
                    tail
                }
            };
            if heard.elapsed() >= self.patience.silence || began.elapsed() >= self.patience.whole {
                return Err(CliError::Silent { command: command.to_owned(), said: short(&tail) });
            }
        }
    }
}

/// The name in a prompt: `sw1#`, `sw1>`, `sw1(config-if)# `, `admin@sw1> `. None if the line is none.
#[must_use]
pub fn prompt(line: &str) -> Option<&str> {
    let line = line.trim_end_matches(' ');
    let line = line.strip_suffix(['#', '>'])?;
    let name = match line.strip_suffix(')') {
        Some(mode) => {
            mode.split_once('(').map(|(name, mode)| (name, !mode.contains([' ', ')'])))?
        }
        None => (line, true),
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:@/~".contains(c);
    let named = name.0.contains(|c: char| c.is_ascii_alphanumeric());
    (name.1 && named && name.0.len() <= 128 && name.0.chars().all(fits)).then_some(name.0)
}

/// Whether a prompt is that of this switch: long names are cut in prompts of modes.
fn is_same(host: &str, name: &str) -> bool {
    host.starts_with(name) || name.starts_with(host)
}

/// Where the echo of a command ends, the end of its line with it. Switches break long lines anywhere.
fn echo(text: &str, command: &str) -> Option<usize> {
    let wanted: Vec<char> = command.chars().filter(|c| !c.is_whitespace()).collect();
    let shown: Vec<(usize, char)> =
        text.char_indices().filter(|(_, c)| !c.is_whitespace()).collect();
    let mut places = shown.windows(wanted.len().max(1));
    let found = places.position(|place| place.iter().map(|(_, c)| c).eq(&wanted))?;
    let last = shown.get(found + wanted.len().checked_sub(1)?).map(|(at, c)| at + c.len_utf8())?;
    let end = text.get(last..)?.find('\n')?;
    Some(last + end + 1)
}

/// Whether a line that nothing follows waits for an answer.
fn is_question(line: &str) -> bool {
    let line = line.trim().to_ascii_lowercase();
    let ends = [
        "?",
        "[confirm]",
        "[y/n]",
        "(y/n)",
        "(yes/no)",
        "[yes/no]",
        "[yes,no]",
        "(yes)",
        "(no)",
        "[n]",
        "[y]",
        "]:",
        ")?:",
        "password:",
        "passphrase:",
        "username:",
        "login:",
        "(y/n):",
        "(yes/no):",
        "to continue",
        "to continue.",
    ];
    line.contains("--more--")
        || line.contains("(more")
        || ends.iter().any(|end| line.ends_with(end))
}

/// What is shown of a line.
pub(super) fn short(line: &str) -> String {
    line.trim().chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use tokio::io::{DuplexStream, duplex};

    const PATIENCE: Patience = Patience {
        quiet: Duration::from_millis(200),
        silence: Duration::from_secs(2),
        whole: Duration::from_secs(5),
    };

    /// A switch that says one thing after another, each after a line was typed.
    fn switch(says: &'static [&'static str]) -> (DuplexStream, tokio::task::JoinHandle<String>) {
        let (ours, mut theirs) = duplex(1 << 10);
        let typed = tokio::spawn(async move {
            let mut typed = String::new();
            for (at, text) in says.iter().enumerate() {
                theirs.write_all(text.as_bytes()).await.unwrap();
                if at + 1 < says.len() {
                    while !typed.ends_with('\n') || typed.lines().count() <= at {
                        typed.push(char::from(theirs.read_u8().await.unwrap()));
                    }
                }
            }
            let mut rest = String::new();
            let _ = theirs.read_to_string(&mut rest).await;
            typed + &rest
        });
        (ours, typed)
    }

    #[tokio::test]
    async fn an_answer_is_what_stands_between_echo_and_prompt() {
        let (stream, typed) = switch(&[
            "Last login: Mon\r\n### authorised only ###\r\n\r\nsw1>",
            // A message, and the prompt told anew before the echo.
            "\r\n*Mar 1: %SYS-5: restarted\r\nsw1>\r\nsw1>show clo\r\nck\r\n10:00\r\n#sw2#\r\nsw1(config-s-x)#",
        ]);
        let mut shell = Shell::open(stream, PATIENCE).await.unwrap();
        assert_eq!((shell.prompt(), shell.host()), ("sw1>", "sw1"));
        assert_eq!(shell.run("show clock").await.unwrap(), "10:00\n#sw2#");
        assert_eq!(shell.prompt(), "sw1(config-s-x)#");
        drop(shell);
        assert_eq!(typed.await.unwrap(), "show clock\n");
    }

    #[tokio::test]
    async fn an_unexpected_question_is_said_and_not_answered() {
        for question in
            ["Proceed with reload? [confirm]", "Password: ", "Overwrite (y/n)? ", " --More-- "]
        {
            let all: &'static [&'static str] = Box::leak(Box::new([
                "sw1#",
                Box::leak(format!("write memory\r\n{question}").into_boxed_str()) as &str,
            ]));
            let (stream, typed) = switch(all);
            let mut shell = Shell::open(stream, PATIENCE).await.unwrap();
            let error = shell.run("write memory").await.unwrap_err();
            let expected = CliError::Question {
                command: "write memory".to_owned(),
                question: question.trim().to_owned(),
            };
            assert_eq!(error, expected);
            drop(shell);
            assert_eq!(typed.await.unwrap(), "write memory\n");
        }
    }

    #[tokio::test]
    async fn one_that_goes_away_or_says_nothing_is_told_apart() {
        let (stream, mut far) = duplex(64);
        far.write_all(b"sw1#").await.unwrap();
        let patience = Patience { silence: Duration::from_millis(300), ..PATIENCE };
        let mut shell = Shell::open(stream, patience).await.unwrap();
        let silent = shell.run("show x").await.unwrap_err();
        assert!(matches!(silent, CliError::Silent { .. }) && silent.unanswered(), "{silent}");
        drop(far);
        assert_eq!(shell.run("show x").await, Err(CliError::Closed));
    }

    #[test]
    fn prompts_are_known_by_their_form() {
        for (line, name) in [
            ("sw1#", "sw1"),
            ("switch(config-if)# ", "switch"),
            ("admin@ex-1> ", "admin@ex-1"),
            ("OS10(conf-if-eth1/1/1)# ", "OS10"),
            ("leaf1.lab(config-s-patchb-if-Et1)#", "leaf1.lab"),
        ] {
            assert_eq!(prompt(line), Some(name), "{line}");
        }
        for line in ["", "#", "###", "two words#", "sw1", "[edit]", "sw1(a b)#", "sw1$ ", "é#"] {
            assert_eq!(prompt(line), None, "{line}");
        }
        assert!(is_same("a-very-long-name", "a-very-long") && !is_same("sw1", "other"));
    }
}
