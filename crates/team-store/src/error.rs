//! What can go wrong with a server's database.

use crate::items::hex;
use patchbay_lock::LockError;
use patchbay_model::{ApiError, ErrorCode};
use patchbay_team::entity::Space;
use sqlx::error::ErrorKind;
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why something could not be read or written. Unless it says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the file open.
    #[error("{} is open in another program: {by}.", path.display())]
    InUse {
        /// The database.
        path: PathBuf,
        /// "patchbay-server, process 1234".
        by: String,
    },
    /// It is some other file.
    #[error("{} is not the database of a team server.", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// There is something already, and it is not overwritten.
    #[error("There is something at {place} already.")]
    Exists {
        /// Where.
        place: String,
    },
    /// There is no such file.
    #[error("There is no file at {}.", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// It was written by a later version.
    #[error(
        "The database was written by a newer patchbay-server (tables {found}; this one knows {known})."
    )]
    TooNew {
        /// The version of its tables.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// An item is not what the writer took it for: somebody else was first.
    #[error("{}", conflict(*space, *kind, id))]
    Conflict {
        /// Whose it is.
        space: Space,
        /// What kind.
        kind: u8,
        /// Which.
        id: [u8; 16],
    },
    /// What is kept about people changed after the revision that the write was checked at.
    #[error("Somebody else changed people or permissions at the same moment.")]
    Stale {
        /// The revision of that change.
        revision: i64,
    },
    /// A name or token that has to be unlike all others is not.
    #[error("Something of that name was made at the same moment.")]
    Taken(String),
    /// What a change refers to is not there.
    #[error("What this belongs to was deleted at the same moment.")]
    Gone(String),
    /// The database cannot be reached.
    #[error("The database of this server does not answer ({0}).")]
    Unreachable(String),
    /// The connection was lost while a write was being made to last.
    #[error(
        "The connection to the database was lost at the last moment, so it is not known whether the change was saved ({0})."
    )]
    Uncertain(String),
    /// The database refuses this server: wrong name, password or address.
    #[error("The database refuses this server: {0}.")]
    Refused(String),
    /// There is no room.
    #[error(
        "The database could not be written: the disk is full, or a quota or size limit was reached."
    )]
    Full,
    /// The operating system refused.
    #[error("{} could not be {doing}: {source}.", path.display())]
    Io {
        /// "read", "written", …
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is in it cannot be.
    #[error("The database is damaged: {0}.")]
    Damaged(String),
    /// A text holds a character that no database stores.
    #[error("A text holds the character NUL, which cannot be stored.")]
    Unstorable,
    /// It was closed.
    #[error("The server is shutting down.")]
    Closed,
    /// The database says something this crate did not foresee.
    #[error("The database could not be used: {0}.")]
    Database(String),
}

fn conflict(space: Space, kind: u8, id: &[u8; 16]) -> String {
    let whose = match space {
        Space::Organisation(id) => format!("of the organisation {id}"),
        Space::Personal(id) => format!("of the account {id}"),
    };
    format!("The item {} (kind {kind}) {whose} was changed by somebody else.", hex(id))
}

impl StoreError {
    pub(crate) fn lock(of: &Path) -> impl FnOnce(LockError) -> Self {
        move |error| match error {
            LockError::InUse { by } => Self::InUse { path: of.to_owned(), by },
            LockError::Io { doing, path, source } => Self::io(doing, path)(source),
        }
    }

    pub(crate) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full,
            _ => Self::Io { doing, path, source },
        }
    }

    /// Whether the same call may work later, with nothing else changed.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        matches!(
            self,
            Self::InUse { .. } | Self::Unreachable(_) | Self::Full | Self::Io { .. } | Self::Closed
        )
    }

    /// As front ends show it: what happened and what to do.
    #[must_use]
    pub fn api_error(&self) -> ApiError {
        let (code, next) = match self {
            Self::InUse { .. } => (ErrorCode::Storage, "Stop that program and try again."),
            Self::NotOurs { .. } => (ErrorCode::Storage, "Choose another file."),
            Self::Exists { .. } => (ErrorCode::Storage, "Choose another place, or move it away."),
            Self::Missing { .. } => (ErrorCode::NotFound, "Check the path."),
            Self::TooNew { .. } => (ErrorCode::Storage, "Update patchbay-server."),
            Self::Conflict { .. } | Self::Stale { .. } => {
                (ErrorCode::Conflict, "Look at what it is now, then make your change again.")
            }
            Self::Taken(_) => (ErrorCode::Conflict, "Choose another name."),
            Self::Gone(_) => (ErrorCode::NotFound, "Look at what is there now."),
            Self::Unreachable(_) => (ErrorCode::Storage, "Try again in a moment."),
            Self::Uncertain(_) => {
                (ErrorCode::Storage, "Look whether it was, before you try again.")
            }
            Self::Refused(_) => {
                (ErrorCode::Storage, "Check the address, name and password of the database.")
            }
            Self::Full => (ErrorCode::Storage, "Make room and try again."),
            Self::Io { .. } => (ErrorCode::Storage, "Check the disk and the rights to the file."),
            Self::Damaged(_) => (ErrorCode::Storage, "Restore a backup."),
            Self::Unstorable => (ErrorCode::Invalid, "Leave it out."),
            Self::Closed => (ErrorCode::Storage, "Try again in a moment."),
            Self::Database(_) => (ErrorCode::Storage, "Try again; if it stays, look at the logs."),
        };
        let error = ApiError::new(code, self.to_string()).next(next);
        if self.retryable() { error.retry() } else { error }
    }
}

/// What an error of a database means.
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let said = words(&error);
        let Some(database) = error.as_database_error() else {
            return match error {
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::WorkerCrashed => Self::Unreachable(said),
                sqlx::Error::PoolTimedOut => {
                    Self::Unreachable("no connection in five seconds".to_owned())
                }
                sqlx::Error::PoolClosed => Self::Closed,
                sqlx::Error::Configuration(_) => Self::Refused(said),
                sqlx::Error::RowNotFound => Self::Damaged("a row is missing".to_owned()),
                _ => Self::Database(said),
            };
        };
        match database.kind() {
            ErrorKind::UniqueViolation => return Self::Taken(said),
            ErrorKind::ForeignKeyViolation => return Self::Gone(said),
            _ => {}
        }
        let code = database.code().unwrap_or_default();
        match code.parse::<u32>() {
            Ok(number) if code.len() < 5 => sqlite(number, said),
            _ => postgres(&code, said),
        }
    }
}

/// <https://sqlite.org/rescode.html>; the low byte is the primary code.
fn sqlite(code: u32, said: String) -> StoreError {
    match (code, code & 0xff) {
        // 778: a write that failed for another reason than ENOSPC: a quota or a limit on file sizes.
        (778, _) | (_, 13) => StoreError::Full,
        // 522: a read that came up short.
        (522, _) | (_, 11 | 26) => StoreError::Damaged(said),
        (_, 5 | 6) => StoreError::Unreachable(said),
        _ => StoreError::Database(said),
    }
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn postgres(code: &str, said: String) -> StoreError {
    match code {
        "53100" | "53200" => StoreError::Full,
        // Too many connections; a server that starts or stops; one that only follows another; waits that were cut short.
        "53300" | "57P01" | "57P02" | "57P03" | "57014" | "25006" | "25P03" | "55P03" | "40001"
        | "40P01" => StoreError::Unreachable(said),
        "3D000" | "42501" => StoreError::Refused(said),
        _ if code.starts_with("08") => StoreError::Unreachable(said),
        _ if code.starts_with("28") => StoreError::Refused(said),
        _ if code.starts_with("XX") => StoreError::Damaged(said),
        _ => StoreError::Database(said),
    }
}

/// The database's own words, on one line.
fn words(error: &sqlx::Error) -> String {
    if let sqlx::Error::Io(problem) = error {
        return problem.to_string();
    }
    let said =
        error.as_database_error().map_or_else(|| error.to_string(), |e| e.message().to_owned());
    let line = said.lines().last().unwrap_or_default().trim().trim_end_matches('.');
    line.chars().take(200).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
