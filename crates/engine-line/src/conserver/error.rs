//! Why a console of a conserver is not there, and how each is put to people.

use patchbay_model::{ApiError, ErrorCode};

/// What went wrong. What a server said stands in it on one line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConserverError {
    /// It does not answer in time.
    #[error("it does not answer")]
    Silent,
    /// The connection was lost.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// What answers is no conserver.
    #[error("what answers is no conserver: “{0}”")]
    Strange(String),
    /// It says no.
    #[error("it refuses: {0}")]
    Refused(String),
    /// It has no TLS.
    #[error("it does not encrypt")]
    NoEncryption,
    /// It lets nobody in without TLS.
    #[error("it lets nobody in without encryption")]
    NeedsEncryption,
    /// Name and password do not fit.
    #[error("it does not take the password of {user}")]
    WrongPassword {
        /// Whose.
        user: String,
    },
    /// There is no such console, or not for whoever asks.
    #[error("it has no console {console}")]
    NoConsole {
        /// Its name.
        console: String,
    },
    /// A name that is none.
    #[error("“{0}” is no name of a console or a user")]
    Name(String),
}

impl ConserverError {
    /// What people and programs are told; `server` is what people call it.
    #[must_use]
    pub fn api_error(&self, server: &str) -> ApiError {
        let message = format!("The console server {server} gives no console: {self}.");
        let error = |code: ErrorCode, next: &str| ApiError::new(code, message.clone()).next(next);
        match self {
            Self::Silent => error(ErrorCode::TimedOut, "Check the address and the port.").retry(),
            Self::Lost(_) => error(ErrorCode::Disconnected, "Try again.").retry(),
            Self::Strange(_) => error(
                ErrorCode::Protocol,
                "Check the address and the port: conserver listens on 782.",
            ),
            Self::Refused(_) => error(
                ErrorCode::NotAllowed,
                "Whoever runs the server can let you in, in its conserver.cf.",
            ),
            Self::NoEncryption => error(
                ErrorCode::Protocol,
                "Give it a certificate (sslcredentials in its conserver.cf), or edit the machine and go without encryption.",
            ),
            Self::NeedsEncryption => {
                error(ErrorCode::Protocol, "Edit the machine and switch the encryption on.")
            }
            Self::WrongPassword { .. } => {
                error(ErrorCode::AuthFailed, "Check the identity that the machine is managed with.")
            }
            Self::NoConsole { .. } => {
                error(ErrorCode::NotFound, "Check the name: it is that of conserver.cf, in full.")
            }
            Self::Name(_) => error(ErrorCode::Invalid, "Edit the machine and correct it."),
        }
    }
}
