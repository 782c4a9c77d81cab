//! What can go wrong with a server, and how each is put to people.

use patchbay_model::{ApiError, ErrorCode};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody answers.
    #[error("The team server {at} does not answer: {why}.")]
    Unreachable {
        /// The server's address.
        at: String,
        /// In a few words.
        why: String,
    },
    /// What answers does not speak TLS as it should.
    #[error("What answers at {at} makes no encrypted connection: {why}.")]
    NoTls {
        /// The server's address.
        at: String,
        /// In a few words.
        why: String,
    },
    /// No authority vouches for the certificate, and it was not pinned.
    #[error(
        "The certificate of {at} is not trusted: no authority that this computer knows vouches for it."
    )]
    Untrusted {
        /// The server's address.
        at: String,
        /// The fingerprint of its certificate.
        shown: String,
    },
    /// Another certificate than the one that was pinned.
    #[error("{at} shows another certificate than the one that was trusted.")]
    Changed {
        /// The server's address.
        at: String,
        /// The fingerprint of its certificate.
        shown: String,
    },
    /// The server said no.
    #[error("{error}")]
    Refused {
        /// Of HTTP.
        status: u16,
        /// In its own words.
        error: Box<ApiError>,
    },
    /// What answered is no team server.
    #[error("Something between here and the team server {at} answered {status}.")]
    Strange {
        /// The server's address.
        at: String,
        /// Of HTTP.
        status: u16,
    },
    /// It answered with more than anything can be.
    #[error("The answer of {at} is larger than it can be.")]
    TooLarge {
        /// The server's address.
        at: String,
    },
    /// What was asked for cannot be asked for.
    #[error("{0}")]
    Invalid(String),
}

impl ClientError {
    /// Whether the server takes the sign-in no more.
    #[must_use]
    pub const fn is_signed_out(&self) -> bool {
        matches!(self, Self::Refused { status: 401, .. })
    }

    /// Whether it is about who the server is.
    #[must_use]
    pub const fn is_certificate(&self) -> bool {
        matches!(self, Self::Changed { .. } | Self::Untrusted { .. })
    }
}

impl From<ClientError> for ApiError {
    fn from(error: ClientError) -> Self {
        let message = error.to_string();
        match error {
            ClientError::Refused { error, .. } => *error,
            ClientError::Unreachable { .. } => Self::new(ErrorCode::Unreachable, message)
                .next("Check the address and the network, then try again.")
                .retry(),
            ClientError::NoTls { .. } => Self::new(ErrorCode::Protocol, message)
                .next("Check the address and the port.")
                .retry(),
            ClientError::Untrusted { shown, .. } | ClientError::Changed { shown, .. } => {
                Self::new(ErrorCode::HostKey, message).next(format!(
                    "It is now {shown}. Ask whoever runs the server whether that is its own, and trust it only then."
                ))
            }
            ClientError::Strange { .. } => Self::new(ErrorCode::Unreachable, message)
                .next("Try again in a minute. If it stays, whoever runs the server should look at the proxy before it.")
                .retry(),
            ClientError::TooLarge { .. } => Self::new(ErrorCode::Protocol, message)
                .next("Check that this is a team server."),
            ClientError::Invalid(_) => Self::new(ErrorCode::Invalid, message),
        }
    }
}
