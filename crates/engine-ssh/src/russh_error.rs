//! russh's errors in our words.

use crate::{SshError, Waiting, text::phrase};
use russh::{AlgorithmKind, Error};
use std::io;

impl From<Error> for SshError {
    fn from(error: Error) -> Self {
        let protocol = |detail: &str| Self::Protocol { detail: detail.to_owned() };
        match error {
            Error::NoCommonAlgo { kind, ours, theirs } => no_common(&kind, ours, theirs),
            Error::Version => Self::NotSsh { said: String::new() },
            Error::IO(error) => from_io(&error),
            Error::Disconnect | Error::HUP | Error::SendError | Error::RecvError => broke_off(None),
            Error::NoAuthMethod => {
                Self::AuthFailed { user: String::new(), tried: Vec::new(), accepts: Vec::new() }
            }
            Error::UnknownKey => Self::HostKeyRefused { reason: "it was not accepted".into() },
            Error::WrongServerSig => Self::HostKeyForged,
            Error::KexInit | Error::Kex | Error::UnknownAlgo => {
                protocol("its part of the key exchange is invalid")
            }
            Error::StrictKeyExchangeViolation { .. } => {
                protocol("a message was slipped into the key exchange, as an attacker would do")
            }
            Error::PacketAuth | Error::DecryptionError => {
                protocol("a packet was changed on its way")
            }
            Error::PacketSize(size) => {
                Self::Protocol { detail: format!("a packet of {size} bytes is out of bounds") }
            }
            Error::Inconsistent | Error::IndexOutOfBounds | Error::Pending => {
                protocol("a message makes no sense where it came")
            }
            Error::SshEncoding(_)
            | Error::Utf8(_)
            | Error::Signature(_)
            | Error::SshKey(_)
            | Error::Keys(_) => protocol("a message is malformed"),
            Error::Decompress(_) | Error::Compress(_) => protocol("compressed data is damaged"),
            // A panic in russh is caught by its task; the connection is lost, nothing else.
            Error::Join(_) => protocol("a message could not be digested"),
            other => Self::Protocol { detail: phrase(&other.to_string()) },
        }
    }
}

impl From<russh::SendError> for SshError {
    fn from(_: russh::SendError) -> Self {
        broke_off(None)
    }
}

const fn broke_off(reason: Option<String>) -> SshError {
    SshError::BrokeOff { waiting: Waiting::Handshake, reason }
}

fn from_io(error: &io::Error) -> SshError {
    broke_off(match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe => None,
        io::ErrorKind::ConnectionReset => Some("connection reset".into()),
        io::ErrorKind::TimedOut => Some("the network gave up".into()),
        _ => Some(phrase(&error.to_string())),
    })
}

fn no_common(kind: &AlgorithmKind, ours: Vec<String>, theirs: Vec<String>) -> SshError {
    let kind = match kind {
        AlgorithmKind::Kex => "key exchange",
        AlgorithmKind::Key => "host key algorithm",
        AlgorithmKind::Cipher => "cipher",
        AlgorithmKind::Compression => "compression",
        AlgorithmKind::Mac => "MAC",
    };
    // Markers of extensions are in the list of key exchanges and are none.
    let real = |names: Vec<String>| {
        names
            .into_iter()
            .filter(|n| !n.starts_with("ext-info-") && !n.starts_with("kex-strict-"))
            .collect()
    };
    SshError::NoCommonAlgorithm { kind: kind.into(), ours: real(ours), theirs: real(theirs) }
}
