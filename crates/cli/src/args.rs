//! What may be written on the command line.

use clap::{Args, Parser, Subcommand, ValueHint};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0        it worked
  1        it did not; standard error says why and what to do
  2        the command line is wrong
  255      connect, exec, forward: no connection, or it was lost
  others   connect, exec: that of the remote shell or command; 128 + n if signal n ended it

Passphrase, from the first of these that is there:
  PATCHBAY_PASSPHRASE, the first line of standard input (--passphrase-stdin),
  this computer's keyring if the vault allows it, a question in the terminal

Names of machines are matched exactly, then without case, then by their beginning. “Folder/Name” and ids work too.";

/// Reach and run every machine you have.
#[derive(Parser, Debug)]
#[command(name = "patchbay-cli", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The vault file
    #[arg(long, global = true, value_name = "PATH", env = "PATCHBAY_VAULT", value_hint = ValueHint::FilePath)]
    pub(crate) vault: Option<PathBuf>,
    /// Print JSON, errors included
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Take the passphrase from the first line of standard input
    #[arg(long, global = true)]
    pub(crate) passphrase_stdin: bool,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Run one of the commands the window runs, with JSON in and out
    Call(Call),
    /// List the commands that “call” knows
    Commands,
    /// List machines
    List {
        /// Only those whose name, folder, address or tags contain this
        filter: Option<String>,
    },
    /// Show a machine with everything it inherits
    Show {
        /// The machine
        name: String,
    },
    /// Open a terminal on a machine; Enter ~ . closes it, Enter ~ B sends a break
    Connect {
        /// The machine
        name: String,
    },
    /// Run a command on a machine
    Exec {
        /// The machine
        name: String,
        /// The command and its arguments; the remote shell reads them joined by spaces
        #[arg(last = true, required = true, value_name = "CMD")]
        command: Vec<String>,
    },
    /// Carry connections through a machine, until Ctrl-C
    Forward(Forward),
    /// Print a completion script
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
}

const FORWARD_EXAMPLES: &str = "\
Examples:
  patchbay-cli forward web-01 -L 8080:db:5432      localhost:8080 here is db:5432 as seen from web-01
  patchbay-cli forward web-01 -R 9000:localhost:80 localhost:9000 of web-01 is port 80 here
  patchbay-cli forward web-01 -D 1080              a SOCKS 5 proxy at localhost:1080
  patchbay-cli forward web-01 metrics              a tunnel kept with the machine

A path stands for a Unix socket. Without an address before the port only this computer (with -R: only the machine) can
connect; * or nothing before the first colon is everybody.";

#[derive(Args, Debug)]
#[command(after_help = FORWARD_EXAMPLES)]
pub(crate) struct Forward {
    /// The machine
    pub(crate) name: String,
    /// From this computer to a place the machine can reach
    #[arg(short = 'L', value_name = "[BIND:]PORT:HOST:PORT")]
    pub(crate) local: Vec<String>,
    /// From the machine to a place this computer can reach
    #[arg(short = 'R', value_name = "[BIND:]PORT:HOST:PORT")]
    pub(crate) remote: Vec<String>,
    /// From this computer to wherever a program asks for by SOCKS 5
    #[arg(short = 'D', value_name = "[BIND:]PORT")]
    pub(crate) dynamic: Vec<String>,
    /// Tunnels kept with the machine
    #[arg(value_name = "TUNNEL")]
    pub(crate) names: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Call {
    /// The command, see “patchbay-cli commands”
    #[arg(required_unless_present = "list")]
    pub(crate) command: Option<String>,
    /// Its arguments as a JSON object; “-” reads them from standard input
    #[arg(value_name = "JSON")]
    pub(crate) arguments: Option<String>,
    /// List the commands instead
    #[arg(long, conflicts_with_all = ["command", "arguments"])]
    pub(crate) list: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::{Cli, Command};
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_follows_two_dashes_is_the_remote_command() {
        let cli = Cli::try_parse_from([
            "patchbay-cli",
            "exec",
            "db",
            "--json",
            "--",
            "ls",
            "--json",
            "-l",
        ])
        .unwrap();
        assert!(cli.options.json);
        let Command::Exec { name, command } = cli.command else { panic!("exec") };
        assert_eq!((name.as_str(), command.join(" ").as_str()), ("db", "ls --json -l"));
        assert!(Cli::try_parse_from(["patchbay-cli", "exec", "db"]).is_err());
        assert!(Cli::try_parse_from(["patchbay-cli", "call"]).is_err());
        assert!(Cli::try_parse_from(["patchbay-cli", "call", "--list"]).is_ok());
    }
}
