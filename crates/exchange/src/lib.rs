//! The files of other programs, as what Patchbay would make of them: bytes in, folders and machines out, and the other
//! way round for the formats that are exported.
//!
//! A format is a module. Nothing here trusts its input: sizes, depth, numbers and work are bounded, and whatever is not
//! taken over is listed with its place and the reason. Deliberately absent: files (the caller reads them), the vault,
//! key files (only their paths are told), and OpenSSH's client configuration, whose includes need the file system
//! (`patchbay-core`).

pub mod csv;
mod detect;
mod format;
mod found;
mod ini;
mod known_hosts;
mod mobaxterm;
mod mremoteng;
mod putty;
mod rdp;
mod remmina;
mod royal;
pub mod ssh_config;
mod terminal;
mod text;
mod xml;

pub use detect::detect;
pub use format::Format;
pub use found::{
    Folder, Found, FoundHostKey, JumpTo, Machine, Protocol, SignIn, Skipped, supported,
};

use csv::Columns;
use patchbay_model::Secret;

/// A file that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its name, for messages and for formats that keep something in it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What a person said about a file.
#[derive(Clone, Debug)]
pub struct Options {
    /// The password the file is protected with.
    pub password: Option<Secret<String>>,
    /// Which column of a table is what; guessed without.
    pub columns: Option<Columns>,
    /// Rounds of key derivation that may be spent on one import.
    pub most_rounds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { password: None, columns: None, most_rounds: 100_000_000 }
    }
}

/// Why a file cannot be read at all.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ExchangeError {
    /// It is protected with a password, and none was given.
    #[error("The file is protected with a password.")]
    PasswordNeeded,
    /// The given password does not open it.
    #[error("The password does not open the file.")]
    PasswordWrong,
    /// It is not what it should be.
    #[error("This is not {format}: {reason}")]
    Unreadable {
        /// The format it was read as, with its article.
        format: &'static str,
        /// Why not.
        reason: String,
    },
    /// It is beyond the limits.
    #[error("There is more in it than one import takes: {0}.")]
    TooMuch(&'static str),
    /// Nothing it could be was recognized.
    #[error("The file is in no format that is understood.")]
    Unknown,
}

/// Reads files as a format. Formats of one file look at the first one.
///
/// # Errors
/// See [`ExchangeError`].
pub fn read(format: Format, files: &[File], options: &Options) -> Result<Found, ExchangeError> {
    text::within_limits(files)?;
    let mut found = Found::default();
    let Some(first) = files.first() else { return Err(ExchangeError::Unknown) };
    match format {
        Format::KnownHosts => known_hosts::read(first, &mut found),
        Format::Putty => putty::read(files, &mut found)?,
        Format::MRemoteNg => mremoteng::read(first, options, &mut found)?,
        Format::Remmina => remmina::read(files, &mut found)?,
        Format::Royal => royal::read(first, &mut found)?,
        Format::MobaXterm => mobaxterm::read(first, &mut found)?,
        Format::WindowsTerminal => terminal::read(first, &mut found)?,
        Format::Rdp => rdp::read(files, &mut found),
        Format::Termius | Format::Csv => csv::read(first, options.columns.as_ref(), &mut found)?,
        Format::OpenSsh | Format::Archive => return Err(ExchangeError::Unknown),
    }
    Ok(found)
}
