//! What can go wrong between a request and its answer.
//!
//! Deliberately absent: sentences for the person, which need the machine's and the file's name and are made by whoever
//! knows them.

use std::{fmt, io};

/// The answer to a request that did not work (section 7 of the draft).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StatusCode {
    /// It worked. Never inside an error.
    Ok,
    /// Nothing more to read.
    Eof,
    /// There is no such file or folder.
    NoSuchFile,
    /// The account may not do that.
    PermissionDenied,
    /// Anything else; servers use it for "exists", "not empty" and "disk full" alike.
    Failure,
    /// The server could not read the request.
    BadMessage,
    /// The server has no connection to its storage.
    NoConnection,
    /// The server lost the connection to its storage.
    ConnectionLost,
    /// The server cannot do that at all.
    Unsupported,
    /// A code that version 3 does not know.
    Other(u32),
}

impl StatusCode {
    pub(crate) const fn from_wire(code: u32) -> Self {
        match code {
            0 => Self::Ok,
            1 => Self::Eof,
            2 => Self::NoSuchFile,
            3 => Self::PermissionDenied,
            4 => Self::Failure,
            5 => Self::BadMessage,
            6 => Self::NoConnection,
            7 => Self::ConnectionLost,
            8 => Self::Unsupported,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("done"),
            Self::Eof => f.write_str("end of file"),
            Self::NoSuchFile => f.write_str("no such file"),
            Self::PermissionDenied => f.write_str("permission denied"),
            Self::Failure => f.write_str("failure"),
            Self::BadMessage => f.write_str("bad message"),
            Self::NoConnection => f.write_str("no connection"),
            Self::ConnectionLost => f.write_str("connection lost"),
            Self::Unsupported => f.write_str("not supported"),
            Self::Other(code) => write!(f, "status {code}"),
        }
    }
}

/// Why a request has no result.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SftpError {
    /// The server says no. The client stays usable.
    #[error("the server answers {code}: {message}")]
    Status {
        /// Which kind of no.
        code: StatusCode,
        /// Its words: at most 200 characters, what nobody sees replaced by U+FFFD; may be empty.
        message: String,
    },
    /// What answers is no SFTP server, for instance because a shell start-up file prints something.
    #[error("no SFTP server: {said}")]
    NotSftp {
        /// The first 100 characters of it that can be seen, on one line; may be empty.
        said: String,
    },
    /// It speaks SFTP, and only a version other than 3.
    #[error("the server speaks SFTP version {0}, not 3")]
    UnsupportedVersion(u32),
    /// The connection has ended, by the server's doing or by that of this side.
    #[error("the SFTP connection is closed")]
    Closed,
    /// Nothing came for the whole time a request may wait. The client stays usable, should the server recover.
    #[error("the server stopped answering")]
    TimedOut,
    /// The server broke the protocol, which ended the connection.
    #[error("the server broke the SFTP protocol: {0}")]
    Broken(&'static str),
    /// The streams below failed, which ended the connection.
    #[error("the connection failed: {reason}")]
    Io {
        /// Of which kind.
        kind: io::ErrorKind,
        /// What the system says.
        reason: String,
    },
    /// The server does not offer the extension that is needed.
    #[error("the server does not offer {0}")]
    NotOffered(&'static str),
    /// A listing has more names than [`Options::most_names`](crate::Options::most_names).
    #[error("the folder lists more than {0} names")]
    TooManyNames(usize),
    /// A path holds a NUL byte, which no server takes.
    #[error("a path holds a NUL byte")]
    NulInPath,
    /// The request is longer than the server takes, because of its paths.
    #[error("the request is longer than the server takes")]
    TooLong,
    /// The file was closed here, or belongs to another client.
    #[error("the file is closed")]
    FileClosed,
}

impl SftpError {
    /// Whether it is a [`SftpError::Status`] of this code.
    #[must_use]
    pub fn is(&self, code: StatusCode) -> bool {
        matches!(self, Self::Status { code: found, .. } if *found == code)
    }
}

impl From<io::Error> for SftpError {
    /// All the ways in which a stream says that the other side is gone are [`SftpError::Closed`].
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::NotConnected
            | io::ErrorKind::WriteZero => Self::Closed,
            kind => Self::Io { kind, reason: error.to_string() },
        }
    }
}
