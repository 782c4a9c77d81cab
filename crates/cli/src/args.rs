//! What may be written on the command line.

use crate::devices;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0        it worked
  1        it did not; standard error says why and what to do
  2        the command line is wrong
  3        run: the command ended with another status than 0 on some machine
  130      cp, run: stopped by Ctrl-C
  255      connect, cp, exec, forward: no connection, or it was lost
           run: some machine was not reached, wanted an answer, or took too long
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
    /// List, play and export recordings
    Record {
        #[command(subcommand)]
        command: Record,
    },
    /// Copy files and folders to and from machines
    Cp(Cp),
    /// Run a command on many machines at once; nothing is asked on the way
    Run(Run),
    /// Import machines from other programs, or from an archive
    Import(Import),
    /// Export machines to a table, an OpenSSH configuration or an encrypted archive
    Export(Export),
    /// Carry connections through a machine, until Ctrl-C
    Forward(Forward),
    /// Show a machine's power, or do something with it by the best way that works
    Power(devices::Power),
    /// Ask a machine's management controller: sensors, log, users, what it starts from
    Bmc(devices::Bmc),
    /// Open a console of a machine by the first way that answers: SSH, serial over LAN, hypervisor, serial port
    Console(devices::Console),
    /// List the guests of a Proxmox VE cluster
    Guests {
        /// The machine that is the cluster
        name: String,
    },
    /// Power, snapshots and console of a guest
    Guest(devices::Guest),
    /// List the ports of a switch
    Ports {
        /// The machine that is the switch
        name: String,
    },
    /// Change a port of a switch: shows what differs, and takes it back unless it is kept
    Port(devices::Port),
    /// List the ports of a console server or KVM switch
    ConsolePorts {
        /// The machine.
        name: String,
    },
    /// Make, rename, address or remove a VLAN of a switch, as for ports
    Vlan(devices::Vlan),
    /// List the outlets of a power unit
    Outlets {
        /// The machine that is the power unit
        name: String,
    },
    /// Switch an outlet of a power unit
    Outlet(devices::Outlet),
    /// Ask all machines with ways to manage them
    Fleet,
    /// Look at the certificates of the ways to manage a machine, and put them on record
    Trust {
        /// The machine
        name: String,
    },
    /// Print a completion script
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Record {
    /// List the recordings of the vault, latest first
    List,
    /// Play a recording of a terminal in this one; Ctrl-C leaves
    Play {
        /// A recording of the vault by its id or title, or an asciicast file
        recording: String,
        /// How many times as fast
        #[arg(long, default_value = "1", value_name = "N", value_parser = positive)]
        speed: f64,
        /// Make pauses at most so many seconds long
        #[arg(long, value_name = "S", value_parser = positive)]
        idle_limit: Option<f64>,
    },
    /// Write a recording to a plain file: asciicast 3, or an animated PNG of a desktop
    Export {
        /// Its id or title
        recording: String,
        /// The file
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "it is not a number".to_owned())?;
    if (0.001..=1_000_000.0).contains(&number) {
        Ok(number)
    } else {
        Err("choose from 0.001 to 1000000".to_owned())
    }
}

const CP_EXAMPLES: &str = "\
Examples:
  patchbay-cli cp web-01:/var/log/nginx .          a folder with everything in it, to here
  patchbay-cli cp app.tar notes.txt web-01:        two files, to the home folder there
  patchbay-cli cp web-01:dump.sql db-02:/srv       from machine to machine, through this computer";

#[derive(Args, Debug)]
#[command(after_help = CP_EXAMPLES)]
pub(crate) struct Cp {
    /// What to copy, and last the folder to copy it into, or the name one of them gets; MACHINE:PATH is on a machine
    #[arg(required = true, num_args = 2.., value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<String>,
    /// What to do about files that are there already
    #[arg(long, value_enum, default_value_t = IfThere::Overwrite, value_name = "WHAT")]
    pub(crate) if_there: IfThere,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum IfThere {
    /// Replace them
    Overwrite,
    /// Leave them as they are
    Skip,
    /// Replace those that are older
    Newer,
    /// Give the new ones another name
    KeepBoth,
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    /// A folder with everything in it, a tag or a machine, by its whole name; may be given several times. “folder:NAME”,
    /// “tag:NAME” and “machine:NAME” say which is meant
    #[arg(long, required = true, value_name = "WHERE")]
    pub(crate) on: Vec<String>,
    /// How many machines at a time
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) concurrency: u8,
    /// Seconds a machine has, connecting included; 0 is as long as it takes
    #[arg(long, default_value_t = 0, value_name = "S", value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub(crate) timeout: u32,
    /// Print at the end, with machines that answered alike together
    #[arg(long)]
    pub(crate) group: bool,
    /// The command and its arguments; the remote shells read them joined by spaces
    #[arg(last = true, required = true, value_name = "CMD")]
    pub(crate) command: Vec<String>,
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

#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The file, or the folder of PuTTY or Remmina
    #[arg(value_hint = ValueHint::AnyPath)]
    pub(crate) file: PathBuf,
    /// The format; recognized by the content if not given
    #[arg(long, value_parser = ["openssh", "putty", "mremoteng", "remmina", "royal", "mobaxterm", "termius",
        "windows-terminal", "rdp", "known-hosts", "csv", "archive"])]
    pub(crate) format: Option<String>,
    /// The folder to import into, as Folder/Folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) into: Option<String>,
    /// Only show what would be imported
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Also import machines that are there already
    #[arg(long)]
    pub(crate) again: bool,
    /// A file whose first line is the password that the imported file is protected with
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub(crate) file_password: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Export {
    /// The file to write
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The format
    #[arg(long)]
    pub(crate) format: ExportKind,
    /// Only this folder, as Folder/Folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<String>,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) replace: bool,
    /// Write passwords into a CSV table, readable by anybody who has the file
    #[arg(long)]
    pub(crate) passwords: bool,
    /// A file whose first line is the passphrase for the archive; asked for if not given
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub(crate) archive_passphrase: Option<PathBuf>,
}

/// A format of exports.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ExportKind {
    /// A table
    Csv,
    /// The client configuration of OpenSSH
    SshConfig,
    /// Patchbay's encrypted archive
    Archive,
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
