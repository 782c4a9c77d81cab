//! Which program runs, where, and with which environment.

use portable_pty::CommandBuilder;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Belongs to the terminal or desktop Patchbay was started from and would mislead programs in ours.
const FOREIGN: &[&str] = &[
    "COLUMNS",
    "LINES",
    "STY",
    "TAURI_WEBVIEW_AUTOMATION",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "TMUX",
    "TMUX_PANE",
    "VTE_VERSION",
    "WEBKIT_DISABLE_COMPOSITING_MODE",
    "WINDOWID",
];

/// The shell to start.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LocalShell {
    /// The program; `None` is the user's own shell, as a login shell.
    pub program: Option<PathBuf>,
    /// Where it starts; `None`, or a folder that does not exist, is the home folder.
    pub cwd: Option<PathBuf>,
}

impl LocalShell {
    /// The path of the program.
    #[must_use]
    pub fn path(&self) -> String {
        match &self.program {
            Some(program) => program.display().to_string(),
            None => default_shell(),
        }
    }

    /// A short name for a tab: `bash`, `fish`, `powershell`.
    #[must_use]
    pub fn name(&self) -> String {
        let path = self.path();
        let stem = Path::new(&path).file_stem().and_then(OsStr::to_str);
        stem.unwrap_or("shell").to_owned()
    }

    pub(crate) fn command(&self) -> CommandBuilder {
        let mut command = match &self.program {
            Some(program) => CommandBuilder::new(program),
            None => default_command(),
        };
        for name in FOREIGN {
            command.env_remove(name);
        }
        for (name, _) in std::env::vars_os() {
            // They may hold a passphrase, and a Patchbay started in the terminal should not inherit them.
            if name.to_str().is_some_and(|name| name.starts_with("PATCHBAY_")) {
                command.env_remove(name);
            }
        }
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("TERM_PROGRAM", "Patchbay");
        command.env("TERM_PROGRAM_VERSION", env!("CARGO_PKG_VERSION"));
        if let Some(cwd) = &self.cwd {
            command.cwd(cwd);
        }
        command
    }
}

#[cfg(unix)]
fn default_command() -> CommandBuilder {
    // Its name gets a leading dash, which makes it a login shell.
    CommandBuilder::new_default_prog()
}

#[cfg(unix)]
fn default_shell() -> String {
    CommandBuilder::new_default_prog().get_shell()
}

#[cfg(windows)]
fn default_command() -> CommandBuilder {
    CommandBuilder::new(default_shell())
}

#[cfg(windows)]
fn default_shell() -> String {
    let root = std::env::var_os("SystemRoot").map_or_else(|| "C:\\Windows".into(), PathBuf::from);
    let powershell = root.join("System32\\WindowsPowerShell\\v1.0\\powershell.exe");
    if powershell.exists() {
        return powershell.display().to_string();
    }
    std::env::var("ComSpec").unwrap_or_else(|_| "cmd.exe".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_shell_is_named_after_its_program() {
        let shell = LocalShell { program: Some("/usr/bin/fish".into()), cwd: None };
        assert_eq!(shell.name(), "fish");
        assert!(!LocalShell::default().name().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn the_own_shell_is_a_login_shell() {
        // Asked and not run: what a person's profile does is none of this test's business.
        assert!(LocalShell::default().command().is_default_prog());
    }

    #[test]
    fn programs_learn_what_the_terminal_can_do() {
        let command = LocalShell::default().command();
        assert_eq!(command.get_env("TERM").unwrap(), "xterm-256color");
        assert_eq!(command.get_env("COLORTERM").unwrap(), "truecolor");
        assert_eq!(command.get_env("WINDOWID"), None);
    }
}
