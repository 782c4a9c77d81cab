//! A session at a switch's prompt: what is read of it, and how a change is begun, kept and withdrawn on each platform.
//!
//! A change that fails on the way is dropped before anything counts, where the platform can. The session is left by closing it,
//! but for Junos, whose lock is let go of first: a connection that was cut holds it until the switch notices. Whatever a platform
//! asks at its end is not answered.

use super::{About, CliError, Patience, Platform, Reading, Revert, Shell, text::refusal};
use tokio::io::{AsyncRead, AsyncWrite};

/// What only one session can have on Junos.
const LOCK: &str = "configure exclusive";

/// A session at a prompt.
#[derive(Debug)]
pub struct Session<S> {
    shell: Shell<S>,
    platform: Platform,
    about: About,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Waits for the prompt, and looks whether it is the platform that it should be.
    ///
    /// # Errors
    /// When it is not, when the account is not privileged, or when there is no talking to it.
    pub async fn open(stream: S, platform: Platform, patience: Patience) -> Result<Self, CliError> {
        let shell = Shell::open(stream, patience).await?;
        let mut session = Self { shell, platform, about: About::default() };
        session.privileged().await?;
        // Other systems do not know these, and are told apart below. Some know only one of them.
        for command in platform.setup() {
            session.shell.run(command).await?;
        }
        let version = session.ask("show version").await?;
        session.about = platform.about(session.shell.host(), &version)?;
        Ok(session)
    }

    /// What the switch is.
    #[must_use]
    pub const fn about(&self) -> &About {
        &self.about
    }

    /// `enable`, where a prompt ends with `>`. A password for that is not typed.
    async fn privileged(&mut self) -> Result<(), CliError> {
        if self.platform == Platform::Junos || self.shell.prompt().trim_end().ends_with('#') {
            return Ok(());
        }
        match self.shell.run("enable").await {
            Ok(_) if self.shell.prompt().trim_end().ends_with('#') => Ok(()),
            Ok(_) | Err(CliError::Question { .. }) => Err(CliError::Privilege),
            Err(error) => Err(error),
        }
    }

    /// Reads what can be changed.
    ///
    /// # Errors
    /// When it cannot be had or understood.
    pub async fn read(&mut self) -> Result<Reading, CliError> {
        let mut answers = Vec::new();
        for command in self.platform.asks() {
            answers.push(self.ask(command).await?);
        }
        self.platform.read(&answers)
    }

    /// Runs a command that the switch may refuse.
    async fn ask(&mut self, command: &str) -> Result<String, CliError> {
        let said = self.shell.run(command).await?;
        match refusal(&said) {
            Some(said) if command == LOCK => Err(CliError::Busy { said }),
            Some(said) => Err(CliError::Refused { command: command.to_owned(), said }),
            None => Ok(said),
        }
    }

    /// What is typed for these commands, from the first line to the last.
    #[must_use]
    pub fn lines(
        platform: Platform,
        name: &str,
        commands: &[String],
        revert: Revert,
    ) -> Vec<String> {
        let (first, last) = around(platform, name, revert);
        first.into_iter().chain(commands.iter().cloned()).chain(last).collect()
    }

    /// Types the lines of a change. `go_on` is told before each how many are done, and may end it.
    ///
    /// # Errors
    /// When one is refused or not answered, or `go_on` says why not. What was not committed is dropped, where that is how the
    /// platform works.
    pub async fn change<E: From<CliError>>(
        &mut self,
        lines: &[String],
        go_on: &mut (dyn FnMut(usize) -> Result<(), E> + Send),
    ) -> Result<(), E> {
        for (done, line) in lines.iter().enumerate() {
            let asked = match go_on(done) {
                Ok(()) => self.committed(line).await.map_err(E::from),
                Err(why) => Err(why),
            };
            if let Err(why) = asked {
                self.drop_it().await;
                return Err(why);
            }
        }
        self.leave().await;
        go_on(lines.len())
    }

    /// Lets go of the lock. The work is done by then, so that it does not matter whether it is heard.
    async fn leave(&mut self) {
        if self.platform == Platform::Junos {
            let _ = self.shell.run("exit").await;
        }
    }

    /// A line that counts only if the switch says so.
    async fn committed(&mut self, line: &str) -> Result<(), CliError> {
        let said = self.ask(line).await?;
        let commits = self.platform == Platform::Junos && line.starts_with("commit");
        if commits && !said.contains("commit complete") {
            let said = super::shell::short(&said);
            return Err(CliError::Refused { command: line.to_owned(), said });
        }
        Ok(())
    }

    /// Leaves a change that is not committed. What is said to it does not matter: the session ends with it anyway.
    async fn drop_it(&mut self) {
        let lines: &[&str] = match self.platform {
            Platform::Junos => &["rollback 0", "exit"],
            Platform::Eos => &["abort"],
            Platform::Os10 => &["end", "discard"],
            Platform::IosXe | Platform::NxOs => &["end"],
        };
        for line in lines {
            if self.shell.run(line).await.is_err() {
                return;
            }
        }
    }

    /// Ends the switch's own timer: the change stays.
    ///
    /// # Errors
    /// When it does not do that.
    pub async fn confirm(&mut self, name: &str) -> Result<(), CliError> {
        let lines = match self.platform {
            Platform::Junos => vec![LOCK.to_owned(), "commit".to_owned()],
            Platform::Eos => vec![format!("configure session {name} commit")],
            Platform::IosXe => vec!["configure confirm".to_owned()],
            Platform::NxOs | Platform::Os10 => Vec::new(),
        };
        for line in lines {
            self.committed(&line).await?;
        }
        self.leave().await;
        Ok(())
    }

    /// Has the change stay over a restart.
    ///
    /// # Errors
    /// When it does not do that.
    pub async fn save(&mut self) -> Result<(), CliError> {
        let line = match self.platform {
            // What is committed stays.
            Platform::Junos => return Ok(()),
            Platform::NxOs => "copy running-config startup-config",
            Platform::Eos | Platform::IosXe | Platform::Os10 => "write memory",
        };
        self.ask(line).await.map(drop)
    }

    /// Has the switch do at once what its timer would do.
    ///
    /// # Errors
    /// When it does not do that, as when the timer ran out already.
    pub async fn withdraw(&mut self, name: &str) -> Result<(), CliError> {
        let line = match self.platform {
            // A commit of what puts it back ends the timer as well.
            Platform::Junos | Platform::NxOs | Platform::Os10 => return Ok(()),
            Platform::Eos => format!("configure session {name} abort"),
            Platform::IosXe => "configure revert now".to_owned(),
        };
        self.ask(&line).await.map(drop)
    }
}

/// What goes before and after the lines of a change.
fn around(platform: Platform, name: &str, revert: Revert) -> (Vec<String>, Vec<String>) {
    let seconds = match revert {
        Revert::Within(time) => Some(time.as_secs()),
        Revert::Never => None,
    };
    // Whole minutes, and never less than was asked for.
    let minutes = seconds.map(|seconds| seconds.div_ceil(60).clamp(1, 120));
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    match (platform, seconds.zip(minutes)) {
        (Platform::Junos, Some((_, minutes))) => {
            (owned(&[LOCK]), vec![format!("commit confirmed {minutes}")])
        }
        (Platform::Junos, None) => (owned(&[LOCK]), owned(&["commit"])),
        (Platform::Eos, timer) => {
            let last = match timer {
                Some((seconds, _)) => {
                    let (hours, rest) = (seconds / 3600, seconds % 3600);
                    format!("commit timer {hours:02}:{:02}:{:02}", rest / 60, rest % 60)
                }
                None => "commit".to_owned(),
            };
            (vec![format!("configure session {name}")], vec![last])
        }
        (Platform::IosXe, Some((_, minutes))) => {
            (vec![format!("configure terminal revert timer {minutes}")], owned(&["end"]))
        }
        (Platform::IosXe, None) | (Platform::NxOs, _) => {
            (owned(&["configure terminal"]), owned(&["end"]))
        }
        (Platform::Os10, _) => {
            (owned(&["start transaction", "configure terminal"]), owned(&["end", "commit"]))
        }
    }
}
