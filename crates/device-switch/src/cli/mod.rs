//! Switches by their own command lines: a [`Session`] at a prompt reads what can be changed, and changes it.
//!
//! [`Shell`] is a prompt, and knows no platform; what a platform says is parsed and what it is told is made by pure code, one
//! file each. Where a switch has a timer that takes a change back by itself, that timer is used, so that it comes back even if
//! this computer does not. Deliberately absent: counters, neighbours and addresses behind ports, which SNMP has.

mod blocks;
mod eos;
mod family;
mod iosxe;
mod junos;
mod lists;
mod nxos;
mod os10;
mod screen;
mod session;
mod shell;
mod text;

pub use screen::Screen;
pub use session::Session;
pub use shell::{Patience, Shell, prompt};

use crate::plan::{Config, Wish};
use family::Dialect;
use std::{collections::BTreeMap, time::Duration};

/// Whose command line it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Platform {
    /// Juniper Junos, with Enhanced Layer 2 Software.
    Junos,
    /// Arista EOS.
    Eos,
    /// Cisco NX-OS.
    NxOs,
    /// Cisco IOS-XE.
    IosXe,
    /// Dell `SmartFabric` OS10.
    Os10,
}

/// What goes wrong at a command line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CliError {
    /// The session is over.
    #[error("the switch ended the session")]
    Closed,
    /// Nothing comes any more, and no prompt was there.
    #[error("the switch says nothing more after “{command}”{}", if said.is_empty() { String::new() } else { format!(", its last line being “{said}”") })]
    Silent {
        /// After which command; empty before the first.
        command: String,
        /// The last line.
        said: String,
    },
    /// A question that nobody expected. It was not answered.
    #[error("the switch asks “{question}”{}, which was not expected", if command.is_empty() { String::new() } else { format!(" after “{command}”") })]
    Question {
        /// After which command; empty before the first.
        command: String,
        /// Its words.
        question: String,
    },
    /// More than any switch has to say.
    #[error("the switch says far too much after “{command}”")]
    TooMuch {
        /// After which command.
        command: String,
    },
    /// It does not do it.
    #[error("the switch refuses “{command}”: {said}")]
    Refused {
        /// What.
        command: String,
        /// Its words.
        said: String,
    },
    /// Somebody else has it, or a session of ours that the switch does not know to be gone yet.
    #[error("somebody else configures the switch: {said}")]
    Busy {
        /// Its words.
        said: String,
    },
    /// The account may only look.
    #[error("this account is not privileged on the switch, and Patchbay types no enable password")]
    Privilege,
    /// Another system than was said.
    #[error("this is not {0}")]
    Other(&'static str),
    /// Something that is not understood, or in the older way.
    #[error("what the switch says cannot be used: {0}")]
    Unreadable(String),
    /// A text that cannot be typed there.
    #[error("{what} “{text}” cannot be typed at this command line: {why}")]
    Text {
        /// The description or the name.
        what: &'static str,
        /// It.
        text: String,
        /// Why.
        why: &'static str,
    },
}

impl CliError {
    /// Whether nothing came back, or it could not be asked yet: it may be asked again.
    #[must_use]
    pub const fn unanswered(&self) -> bool {
        matches!(self, Self::Closed | Self::Silent { .. } | Self::Busy { .. })
    }
}

/// What a switch is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// What it calls itself.
    pub name: String,
    /// Its model; empty where it does not say.
    pub model: String,
    /// The version of its software.
    pub version: String,
}

/// How a port is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PortStatus {
    /// Whether there is a link; none where it says nothing of it.
    pub link: Option<bool>,
    /// Bits a second.
    pub speed: Option<u64>,
    /// Several sockets as one.
    pub aggregate: bool,
}

/// A switch as it was read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reading {
    /// What can be changed.
    pub config: Config,
    /// By the number of the port.
    pub ports: BTreeMap<u32, PortStatus>,
    /// Whether it takes a change back by itself.
    pub own_timer: bool,
}

/// How a change is made to go back by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Revert {
    /// By the switch, after this time.
    Within(Duration),
    /// Not by the switch.
    Never,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Junos, Self::Eos, Self::NxOs, Self::IosXe, Self::Os10];

    /// As its maker writes it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Junos => "Juniper Junos",
            Self::Eos => "Arista EOS",
            Self::NxOs => "Cisco NX-OS",
            Self::IosXe => "Cisco IOS-XE",
            Self::Os10 => "Dell OS10",
        }
    }

    /// What it has in common with others; none for what has a language of its own.
    const fn dialect(self) -> Option<&'static Dialect> {
        match self {
            Self::Junos => None,
            Self::Eos => Some(&eos::DIALECT),
            Self::NxOs => Some(&nxos::DIALECT),
            Self::IosXe => Some(&iosxe::DIALECT),
            Self::Os10 => Some(&os10::DIALECT),
        }
    }

    /// What makes the prompt fit to be read: no paging, long lines.
    const fn setup(self) -> &'static [&'static str] {
        match self.dialect() {
            None => junos::SETUP,
            Some(dialect) => dialect.setup,
        }
    }

    /// What is asked to read what can be changed, in the order in which [`Platform::read`] takes the answers.
    #[must_use]
    pub const fn asks(self) -> &'static [&'static str] {
        match self.dialect() {
            None => junos::ASKS,
            Some(dialect) => dialect.asks,
        }
    }

    /// Understands the answers.
    ///
    /// # Errors
    /// When they make no sense together.
    pub fn read(self, answers: &[String]) -> Result<Reading, CliError> {
        match self.dialect() {
            None => junos::read(answers),
            Some(dialect) => family::read(dialect, answers),
        }
    }

    /// What it says of itself.
    ///
    /// # Errors
    /// When it is another system.
    pub fn about(self, host: &str, version: &str) -> Result<About, CliError> {
        let (marks, model, number) = match self.dialect() {
            None => (junos::MARKS, junos::MODEL, junos::VERSION),
            Some(dialect) => (dialect.marks, dialect.model, dialect.version),
        };
        if !marks.iter().any(|mark| version.contains(mark)) {
            return Err(CliError::Other(self.title()));
        }
        let name = host.rsplit_once('@').map_or(host, |(_, name)| name).to_owned();
        Ok(About {
            name,
            model: text::after(version, model),
            version: text::after(version, number),
        })
    }

    /// What is typed to get from one configuration to another, without what goes before and after it.
    ///
    /// # Errors
    /// When a text cannot be typed.
    pub fn commands(self, before: &Config, after: &Config) -> Result<Vec<String>, CliError> {
        match self.dialect() {
            None => junos::commands(before, after),
            Some(dialect) => family::commands(dialect, before, after),
        }
    }

    /// A wish as it can be there: VLANs always have a name.
    #[must_use]
    pub fn named(self, wish: Wish) -> Wish {
        match wish {
            Wish::Create { vlan, name } if name.trim().is_empty() => {
                let name = match self {
                    Self::Junos => format!("vlan{vlan}"),
                    Self::Os10 => String::new(),
                    _ => format!("VLAN{vlan:04}"),
                };
                Wish::Create { vlan, name }
            }
            wish => wish,
        }
    }
}

/// Numbers for ports by their names, the same in every reading (FNV-1a, 32 bits).
fn number(name: &str, taken: impl Fn(u32) -> bool) -> u32 {
    let mut number = name
        .to_ascii_lowercase()
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    // JSON and front ends like small ones; 0 is none.
    number &= 0x7fff_ffff;
    while number == 0 || taken(number) {
        number = number.wrapping_add(1) & 0x7fff_ffff;
    }
    number
}
