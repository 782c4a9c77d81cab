//! The one error shape that front ends see.

use serde::{Deserialize, Serialize};
use specta::Type;
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// What went wrong, for programs. People read the message.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
        #[serde(rename_all = "camelCase")]
        pub enum ErrorCode { $($(#[$doc])* $name,)+ }
    };
}

codes! {
    /// The input breaks a rule; `field` says which.
    Invalid,
    /// No such thing, or it was deleted.
    NotFound,
    /// Somebody else changed it meanwhile, or it is in use.
    Conflict,
    /// Unlock the vault first.
    VaultLocked,
    /// There is no vault yet.
    VaultMissing,
    /// The passphrase or recovery key does not open the vault.
    WrongPassphrase,
    /// The vault file is damaged, or was tampered with.
    VaultDamaged,
    /// Another process has the vault open.
    VaultInUse,
    /// The vault was written by a newer Patchbay.
    VaultTooNew,
    /// A vault is already at that path.
    VaultExists,
    /// The disk is full or the file cannot be written.
    Storage,
    /// The passphrase must be given again first.
    NeedsPassphrase,
    /// The OS keyring refused.
    Keyring,
    /// The name does not resolve.
    UnknownHost,
    /// The machine answers, and nothing listens on the port.
    Refused,
    /// Nothing answered in time.
    TimedOut,
    /// No route, or the network is down.
    Unreachable,
    /// What answers does not speak the protocol, or broke off.
    Protocol,
    /// No algorithm in common.
    NoCommonAlgorithm,
    /// The person's rights do not go as far.
    NotAllowed,
    /// Somebody is signed in no more.
    SignedOut,
    /// A one-time password is asked for besides.
    NeedsCode,
    /// Whoever shares it wants to know why, and writes it down.
    NeedsReason,
    /// Too much in too short a time.
    Throttled,
    /// The machine refused every way to sign in.
    AuthFailed,
    /// A key needs a passphrase, or it was wrong.
    KeyPassphrase,
    /// A key or certificate is of a kind Patchbay cannot use.
    KeyUnsupported,
    /// The SSH agent is not there or refused.
    Agent,
    /// The host key is not trusted.
    HostKey,
    /// The host key could not be saved.
    HostKeyNotSaved,
    /// The jump host failed; the message says which.
    Jump,
    /// The serial port is missing, in use, or may not be opened.
    SerialPort,
    /// The connection was lost.
    Disconnected,
    /// The machine ended the session, and said so.
    Ended,
    /// The machine would not open a terminal or run the command.
    ShellRefused,
    /// Something else listens at the address or socket already.
    AddressTaken,
    /// It was cancelled.
    Cancelled,
    /// The desktop refused: clipboard, dialog, browser, window.
    Desktop,
    /// A bug: please report it.
    Internal,
}

/// What went wrong, to which machine, why, and what to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub struct ApiError {
    /// For programs.
    pub code: ErrorCode,
    /// One sentence: what happened, to what.
    pub message: String,
    /// The next step, one sentence; may be empty.
    pub next_step: String,
    /// The input field it is about.
    pub field: Option<String>,
    /// Whether the same call may work later.
    pub retryable: bool,
}

impl ApiError {
    /// An error with no field, not retryable.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            next_step: String::new(),
            field: None,
            retryable: false,
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn next(mut self, step: impl Into<String>) -> Self {
        self.next_step = step.into();
        self
    }

    /// Names the input field.
    #[must_use]
    pub fn on(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says that the same call may work later.
    #[must_use]
    pub const fn retry(mut self) -> Self {
        self.retryable = true;
        self
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.next_step.is_empty() { Ok(()) } else { write!(f, " {}", self.next_step) }
    }
}
