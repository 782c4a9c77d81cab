//! The formats there are, by name.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A format that machines come in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// The client configuration of OpenSSH, ssh_config(5).
    OpenSsh,
    /// Host keys on record, sshd(8).
    KnownHosts,
    /// PuTTY: a registry export, or its folder on Unix.
    Putty,
    /// mRemoteNG's `confCons.xml`.
    MRemoteNg,
    /// Remmina's folder of `.remmina` files.
    Remmina,
    /// Royal TS and TSX.
    Royal,
    /// MobaXterm's sessions.
    MobaXterm,
    /// Windows Terminal's `settings.json`.
    WindowsTerminal,
    /// Remote Desktop files.
    Rdp,
    /// The table Termius imports.
    Termius,
    /// Any table.
    Csv,
    /// Patchbay's own archive.
    Archive,
}

impl Format {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 12] = [
        Self::OpenSsh,
        Self::Putty,
        Self::MRemoteNg,
        Self::Remmina,
        Self::Royal,
        Self::MobaXterm,
        Self::Termius,
        Self::WindowsTerminal,
        Self::Rdp,
        Self::KnownHosts,
        Self::Csv,
        Self::Archive,
    ];

    /// How it is named on the command line and in commands.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::OpenSsh => "openssh",
            Self::KnownHosts => "known-hosts",
            Self::Putty => "putty",
            Self::MRemoteNg => "mremoteng",
            Self::Remmina => "remmina",
            Self::Royal => "royal",
            Self::MobaXterm => "mobaxterm",
            Self::WindowsTerminal => "windows-terminal",
            Self::Rdp => "rdp",
            Self::Termius => "termius",
            Self::Csv => "csv",
            Self::Archive => "archive",
        }
    }

    /// How people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenSsh => "OpenSSH configuration",
            Self::KnownHosts => "OpenSSH known_hosts",
            Self::Putty => "PuTTY",
            Self::MRemoteNg => "mRemoteNG",
            Self::Remmina => "Remmina",
            Self::Royal => "Royal TS",
            Self::MobaXterm => "MobaXterm",
            Self::WindowsTerminal => "Windows Terminal",
            Self::Rdp => "Remote Desktop files",
            Self::Termius => "Termius",
            Self::Csv => "CSV table",
            Self::Archive => "Patchbay archive",
        }
    }

    /// How to get the file from the other program, in one line.
    #[must_use]
    pub const fn how(self) -> &'static str {
        match self {
            Self::OpenSsh => "~/.ssh/config, with the files it includes and the keys it names.",
            Self::KnownHosts => "~/.ssh/known_hosts, into the host keys of the vault.",
            Self::Putty => {
                "On Windows: reg export HKCU\\Software\\SimonTatham\\PuTTY putty.reg. On Unix: the folder ~/.putty."
            }
            Self::MRemoteNg => "confCons.xml from %APPDATA%\\mRemoteNG, encrypted or not.",
            Self::Remmina => "The folder ~/.local/share/remmina, or one .remmina file.",
            Self::Royal => {
                "The document (.rtsz) of Royal TS or TSX, or the JSON its scripts write. Passwords stay in it."
            }
            Self::MobaXterm => {
                "Right-click User sessions, Export all sessions; or MobaXterm.ini. Passwords are not in it."
            }
            Self::WindowsTerminal => {
                "Settings, Open JSON file: profiles that run ssh are taken over."
            }
            Self::Rdp => "One .rdp file, or a folder of them.",
            Self::Termius => {
                "The CSV file that Termius's import takes and its export scripts write."
            }
            Self::Csv => "Any table with a column of addresses; you choose which column is what.",
            Self::Archive => "What Export wrote, with its passphrase.",
        }
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|format| format.id() == text).ok_or(())
    }
}
