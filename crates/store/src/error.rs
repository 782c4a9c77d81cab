//! What can go wrong with a vault file.

use patchbay_lock::LockError;
use patchbay_model::{ApiError, ErrorCode};
use patchbay_vault::VaultError;
use std::{io, path::PathBuf};

/// Why a vault file could not be made, opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is nothing at the path.
    #[error("There is no vault at {}.", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is something at the path already, and it is not overwritten.
    #[error("There is already a file at {}.", path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// Another process has the vault open.
    #[error("The vault is open in another program: {by}.")]
    InUse {
        /// "patchbay, process 1234".
        by: String,
    },
    /// It is some other file.
    #[error("{} is not a Patchbay vault.", path.display())]
    NotAVault {
        /// The file.
        path: PathBuf,
    },
    /// It was written by a later version.
    #[error(
        "The vault was written by a newer Patchbay (format {found}; this one reads up to {known})."
    )]
    TooNew {
        /// The format of the file.
        found: u32,
        /// The newest format this version reads.
        known: u32,
    },
    /// It is damaged, or somebody changed it.
    #[error("The vault file is damaged: {what}.")]
    Damaged {
        /// What is wrong, as the end of a sentence.
        what: String,
    },
    /// It was locked meanwhile.
    #[error("The vault is locked.")]
    Locked,
    /// The OS keyring was asked for, and this vault has no wrap for it.
    #[error("This vault cannot be unlocked by the system keyring.")]
    NoKeyringWrap,
    /// There is no room; nothing was changed.
    #[error("{} could not be saved: the disk is full, or a quota or size limit was reached.", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
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
    /// Keys.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Whoever keeps the items does not take the change, or cannot answer now.
    #[error("{0}")]
    Refused(Box<ApiError>),
    /// SQLite says something this crate did not foresee.
    #[error("The vault file could not be used: {0}")]
    Database(String),
}

impl From<LockError> for StoreError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::InUse { by } => Self::InUse { by },
            LockError::Io { doing, path, source } => Self::io(doing, path)(source),
        }
    }
}

impl StoreError {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    pub(crate) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full { path },
            _ => Self::Io { doing, path, source },
        }
    }

    /// As front ends show it: what happened and what to do.
    #[must_use]
    pub fn api_error(&self) -> ApiError {
        if let Self::Refused(error) = self {
            return (**error).clone();
        }
        let (code, next) = match self {
            Self::Missing { .. } => {
                (ErrorCode::VaultMissing, "Choose where it is, or make a new vault.")
            }
            Self::Exists { .. } => (ErrorCode::VaultExists, "Choose another name, or open it."),
            Self::InUse { .. } => {
                (ErrorCode::VaultInUse, "Close that program, or lock and quit it, then try again.")
            }
            Self::NotAVault { .. } => (ErrorCode::VaultDamaged, "Choose another file."),
            Self::TooNew { .. } => (ErrorCode::VaultTooNew, "Update Patchbay on this computer."),
            Self::Damaged { .. } => {
                (ErrorCode::VaultDamaged, "Nothing was changed. Restore a backup of the vault.")
            }
            Self::Locked => (ErrorCode::VaultLocked, "Unlock it and try again."),
            Self::NoKeyringWrap => (ErrorCode::Keyring, "Unlock it with the passphrase."),
            Self::Full { .. } => {
                (ErrorCode::Storage, "Nothing was changed. Make room and try again.")
            }
            Self::Io { .. } => (ErrorCode::Storage, "Check the disk and the rights to the file."),
            Self::Database(_) => (ErrorCode::Storage, "Try again; if it stays, restore a backup."),
            Self::Vault(problem) => key_problem(problem),
            Self::Refused(error) => (error.code, ""),
        };
        let error = ApiError::new(code, self.to_string()).next(next);
        match self {
            Self::InUse { .. } | Self::Full { .. } | Self::Io { .. } | Self::Locked => {
                error.retry()
            }
            _ => error,
        }
    }
}

const fn key_problem(problem: &VaultError) -> (ErrorCode, &'static str) {
    match problem {
        VaultError::WrongPassphrase => {
            (ErrorCode::WrongPassphrase, "Try again, or use the recovery key.")
        }
        VaultError::WrongRecoveryKey => (
            ErrorCode::WrongPassphrase,
            "Make sure it belongs to this vault and was not replaced since.",
        ),
        VaultError::RecoveryCharacter(_)
        | VaultError::RecoveryLength { .. }
        | VaultError::RecoveryTypo => (ErrorCode::Invalid, "Compare it with what you wrote down."),
        VaultError::WrongKeyringKey
        | VaultError::Keyring(_)
        | VaultError::KeyringTimeout { .. }
        | VaultError::KeyringEmpty => (ErrorCode::Keyring, "Unlock it with the passphrase."),
        VaultError::WeakCost
        | VaultError::ExcessiveCost
        | VaultError::Damaged(_)
        | VaultError::Unsealable => {
            (ErrorCode::VaultDamaged, "Nothing was changed. Restore a backup of the vault.")
        }
        VaultError::Memory { .. } => (ErrorCode::Storage, "Close other programs and try again."),
        VaultError::Random(_) => (ErrorCode::Internal, "Restart the computer."),
    }
}
