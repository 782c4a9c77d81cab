//! What can go wrong in the services, and how each is put to people.

use patchbay_model::{ApiError, ErrorCode};
use patchbay_store::StoreError;
use std::{path::PathBuf, time::Duration};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// The input breaks a rule.
    #[error("{message}")]
    Invalid {
        /// The input field, as the command names it.
        field: String,
        /// What is wrong with it, as a sentence.
        message: String,
        /// What to do; may be empty.
        next: String,
    },
    /// It is not there, or not any more.
    #[error("This {0} is not there any more.")]
    NotFound(&'static str),
    /// The vault is locked.
    #[error("The vault is locked.")]
    VaultLocked,
    /// The machines are kept on a team server.
    #[error("There is no vault file here: the machines are kept on a team server.")]
    NoVaultFile,
    /// The person's rights do not go as far.
    #[error("You may not {0}.")]
    Forbidden(String),
    /// The passphrase is wrong.
    #[error("The passphrase does not open the vault “{vault}”.")]
    WrongPassphrase {
        /// The input field, as the command names it.
        field: &'static str,
        /// Name of the vault.
        vault: String,
        /// How long to wait before the next try.
        wait: Option<Duration>,
    },
    /// Too many wrong passphrases in a row: this one was not looked at.
    #[error("There were {misses} wrong passphrases in a row, so this one was not tried.")]
    TooSoon {
        /// How many.
        misses: u32,
        /// How long to wait.
        wait: Duration,
    },
    /// A secret is shown only shortly after the passphrase was typed.
    #[error("Showing a secret needs the passphrase again.")]
    NeedsPassphrase,
    /// The keyring of the operating system refused.
    #[error("The keyring of this computer cannot be used: {0}.")]
    Keyring(String),
    /// A file could not be read or written.
    #[error("{action} {} failed: {source}.", .path.display())]
    File {
        /// "Reading", "Writing".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The operating system does not say where the person's files are.
    #[error("This computer does not say where your home directory is.")]
    NoHome,
    /// The vault file, or a key of the vault.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Already put as people read it: problems of machines.
    #[error("{0}")]
    Api(#[from] Box<ApiError>),
    /// A bug.
    #[error("Something went wrong inside Patchbay: {0}.")]
    Internal(String),
}

impl CoreError {
    /// Input that breaks a rule, with what to do about it.
    pub(crate) fn invalid(
        field: &str,
        message: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self::Invalid { field: field.to_owned(), message: message.into(), next: next.into() }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid { .. } => ErrorCode::Invalid,
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::VaultLocked => ErrorCode::VaultLocked,
            Self::NoVaultFile | Self::Forbidden(_) => ErrorCode::NotAllowed,
            Self::WrongPassphrase { .. } | Self::TooSoon { .. } => ErrorCode::WrongPassphrase,
            Self::NeedsPassphrase => ErrorCode::NeedsPassphrase,
            Self::Keyring(_) => ErrorCode::Keyring,
            Self::File { .. } => ErrorCode::Storage,
            Self::Api(error) => error.code,
            Self::Store(error) => error.api_error().code,
            Self::NoHome | Self::Internal(_) => ErrorCode::Internal,
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::Invalid { next, .. } => next.clone(),
            Self::NotFound(_) => "It may have been deleted in another window: look again.".into(),
            Self::VaultLocked => "Unlock it first.".into(),
            Self::NoVaultFile => "Ask who runs the server.".into(),
            Self::Forbidden(_) => "Ask somebody who administers it for the permission.".into(),
            Self::WrongPassphrase { wait: Some(wait), .. } => {
                format!("Try again in {}.", seconds(*wait))
            }
            Self::WrongPassphrase { .. } => {
                "Check Caps Lock and the keyboard layout, and try again.".into()
            }
            Self::TooSoon { wait, .. } => format!("Try again in {}.", seconds(*wait)),
            Self::NeedsPassphrase => "Type it to go on.".into(),
            Self::Keyring(_) => "Use the passphrase instead.".into(),
            Self::File { .. } => {
                "Check that the disk is not full and that the file may be used.".into()
            }
            Self::NoHome => "Set HOME and start again.".into(),
            Self::Internal(_) => "Please report it.".into(),
            Self::Api(error) => error.next_step.clone(),
            Self::Store(error) => error.api_error().next_step,
        }
    }
}

fn seconds(wait: Duration) -> String {
    match wait.as_secs().max(1) {
        1 => "1 second".to_owned(),
        more => format!("{more} seconds"),
    }
}

/// The one place where problems of the services take the shape front ends see.
impl From<CoreError> for ApiError {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::Api(api) => return *api,
            CoreError::Store(store) => return store.api_error(),
            _ => {}
        }
        let retryable = matches!(
            error,
            CoreError::TooSoon { .. } | CoreError::WrongPassphrase { .. } | CoreError::File { .. }
        );
        let mut api = Self::new(error.code(), error.to_string()).next(error.next_step());
        api.retryable = retryable;
        api.field = match error {
            CoreError::Invalid { field, .. } => Some(field).filter(|field| !field.is_empty()),
            CoreError::WrongPassphrase { field, .. } => Some(field.to_owned()),
            _ => None,
        };
        api
    }
}
