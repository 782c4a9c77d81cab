//! What can go wrong between here and an agent, in words that say what to do.

use async_snmp::{Error, ErrorKind, ErrorStatus, v3::ReportStatus};
use std::io;

/// Why an agent could not be asked, or did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum SnmpError {
    /// The name has no address.
    #[error("{0} has no address: check the name")]
    Name(String),
    /// The system gave no socket.
    #[error("no socket for SNMP: {0}")]
    Socket(io::Error),
    /// The network could not be used.
    #[error("{machine} is not reached: {error}")]
    Network {
        /// Whom.
        machine: String,
        /// Why.
        error: io::Error,
    },
    /// Nothing came back.
    #[error("{machine} does not answer SNMP: {asked}")]
    NoAnswer {
        /// Who.
        machine: String,
        /// With what it was asked, since that is what may be wrong.
        asked: Asked,
    },
    /// A user name of a wrong length.
    #[error("a user's name has 1 to 32 bytes")]
    UserName,
    /// A password that is too short.
    #[error("passwords of SNMP version 3 have 8 bytes or more")]
    ShortPassword,
    /// A hash or cipher that this build has not.
    #[error("this combination of hash and cipher is not supported")]
    Unsupported,
    /// `usmStatsUnknownUserNames`.
    #[error("{0} does not know this user")]
    UnknownUser(String),
    /// `usmStatsWrongDigests`.
    #[error("{0} refuses the signature: the password or the hash is another")]
    WrongDigest(String),
    /// `usmStatsDecryptionErrors`.
    #[error("{0} cannot decrypt the request: the privacy password or the cipher is another")]
    Decryption(String),
    /// `usmStatsUnsupportedSecLevels`.
    #[error(
        "{0} does not let this user in at this level: it wants authentication or privacy, or knows neither"
    )]
    Level(String),
    /// `usmStatsNotInTimeWindows`.
    #[error(
        "{0} says that the request is too old: its clock or count of restarts went back; ask again"
    )]
    NotInTimeWindow(String),
    /// `usmStatsUnknownEngineIDs`, also after its id was asked for.
    #[error(
        "{0} goes by another engine id than a moment ago: two agents share this address, or it was replaced"
    )]
    UnknownEngine(String),
    /// It said no.
    #[error("{machine} refuses{}: {why}", .object.as_deref().map(|o| format!(" {o}")).unwrap_or_default())]
    Refused {
        /// Who.
        machine: String,
        /// Why.
        why: Refusal,
        /// The object it named.
        object: Option<String>,
    },
    /// The walk went back.
    #[error("{0} loops: its table does not end, so nothing of it is believed")]
    Loops(String),
    /// More than anybody can want.
    #[error("{0} sends more than a table can have, and was stopped")]
    TooMuch(String),
    /// An answer that is none.
    #[error("{0} answers what cannot be read")]
    Nonsense(String),
    /// It has not what was asked for.
    #[error("{machine} has no {what}")]
    Missing {
        /// Who.
        machine: String,
        /// What.
        what: String,
    },
}

/// With what an agent was asked, which says what its silence may mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Asked {
    /// Agents answer nobody whose community they do not know.
    #[error(
        "check its address, its access list and the community, since a wrong one looks the same"
    )]
    Community,
    /// Agents say so when they do not know a user or a signature.
    #[error("check its address, its access list and whether version 3 is on")]
    User,
    /// Many drop what they cannot decrypt without a word.
    #[error(
        "check its address, its access list and the privacy password and cipher, since wrong ones may look the same"
    )]
    Sealed,
}

/// Why an agent refused (RFC 3416 §3, RFC 1157 §4.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// `readOnly`, `notWritable`.
    #[error("it cannot be changed")]
    ReadOnly,
    /// `noAccess`, `authorizationError`.
    #[error("this community or user may not do this")]
    NoAccess,
    /// `noSuchName`, `noCreation`, `inconsistentName`.
    #[error("it is not there, or may not be changed")]
    NoSuchName,
    /// `badValue`, `wrongType`, `wrongLength`, `wrongEncoding`, `wrongValue`.
    #[error("the value is wrong")]
    BadValue,
    /// `inconsistentValue`.
    #[error("the value does not go with what is set already")]
    Inconsistent,
    /// `resourceUnavailable`.
    #[error("it has no room for this")]
    NoRoom,
    /// `genErr`, `commitFailed`, `undoFailed` and whatever is not in the standard.
    #[error("it failed on its side")]
    Failed,
    /// `tooBig`.
    #[error("the answer does not fit into a packet")]
    TooBig,
}

impl From<ErrorStatus> for Refusal {
    fn from(status: ErrorStatus) -> Self {
        match status {
            ErrorStatus::TooBig => Self::TooBig,
            ErrorStatus::ReadOnly | ErrorStatus::NotWritable => Self::ReadOnly,
            ErrorStatus::NoAccess | ErrorStatus::AuthorizationError => Self::NoAccess,
            ErrorStatus::NoSuchName | ErrorStatus::NoCreation | ErrorStatus::InconsistentName => {
                Self::NoSuchName
            }
            ErrorStatus::BadValue
            | ErrorStatus::WrongType
            | ErrorStatus::WrongLength
            | ErrorStatus::WrongEncoding
            | ErrorStatus::WrongValue => Self::BadValue,
            ErrorStatus::InconsistentValue => Self::Inconsistent,
            ErrorStatus::ResourceUnavailable => Self::NoRoom,
            _ => Self::Failed,
        }
    }
}

impl SnmpError {
    /// What a request ended with, about this machine.
    pub(crate) fn of(machine: &str, asked: Asked, error: &Error) -> Self {
        let machine = machine.to_owned();
        match error.exchange_source() {
            Error::Report { status, .. } => match status.as_ref() {
                ReportStatus::UnsupportedSecurityLevel { .. } => Self::Level(machine),
                ReportStatus::NotInTimeWindow { .. } => Self::NotInTimeWindow(machine),
                ReportStatus::UnknownUserName { .. } => Self::UnknownUser(machine),
                ReportStatus::UnknownEngineId { .. } => Self::UnknownEngine(machine),
                ReportStatus::WrongDigest { .. } => Self::WrongDigest(machine),
                ReportStatus::DecryptionError { .. } => Self::Decryption(machine),
                _ => Self::Nonsense(machine),
            },
            Error::Snmp { status, oid, .. } => Self::Refused {
                machine,
                why: (*status).into(),
                object: oid.as_ref().map(ToString::to_string),
            },
            Error::Network { source, .. } => {
                Self::Network { machine, error: io::Error::new(source.kind(), source.to_string()) }
            }
            other => match other.kind() {
                ErrorKind::Timeout | ErrorKind::ConstructionTimeout => {
                    Self::NoAnswer { machine, asked }
                }
                ErrorKind::Closed => Self::Socket(io::ErrorKind::NotConnected.into()),
                ErrorKind::Auth => Self::WrongDigest(machine),
                ErrorKind::WalkAborted => Self::Loops(machine),
                ErrorKind::OutboundMessageTooLarge => {
                    Self::Refused { machine, why: Refusal::TooBig, object: None }
                }
                _ => Self::Nonsense(machine),
            },
        }
    }

    /// Whether nothing came back that says anything, so that nobody knows whether it was done.
    #[must_use]
    pub fn unanswered(&self) -> bool {
        matches!(self, Self::NoAnswer { .. } | Self::Network { .. } | Self::Nonsense(_))
    }
}
