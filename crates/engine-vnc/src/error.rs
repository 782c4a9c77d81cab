//! What can go wrong between here and a desktop, and how it is said.

use crate::text::phrase;
use patchbay_model::{ApiError, ErrorCode};
use patchbay_session::desktop::{Outside, TooLarge};
use std::{io, time::Duration};

/// What was being waited for when the time was up or the connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// For the WebSocket, with its encryption.
    WebSocket,
    /// For the server's version.
    Greeting,
    /// For the choice of a security type, or for its encryption.
    Handshake,
    /// For an answer to a password.
    SignIn,
    /// For the size of the desktop.
    Desktop,
}

/// Why there is no desktop.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VncError {
    /// What answers is no VNC server.
    #[error("no VNC server: {said}")]
    NotVnc {
        /// Its first words, made safe to show; may be empty.
        said: String,
    },
    /// Nothing came in time.
    #[error("no answer within {after:?} ({waiting:?})")]
    TimedOut {
        /// For what.
        waiting: Waiting,
        /// How long.
        after: Duration,
    },
    /// It breaks the protocol.
    #[error("protocol error: {detail}")]
    Protocol {
        /// How.
        detail: String,
    },
    /// It ended the connection before there was a desktop.
    #[error("the server closed the connection ({waiting:?}): {reason:?}")]
    BrokeOff {
        /// During what.
        waiting: Waiting,
        /// What the system says, if anything.
        reason: Option<String>,
    },
    /// It would not go on, and said why.
    #[error("the server refused: {said}")]
    Refused {
        /// What it said.
        said: String,
    },
    /// None of its security types can be used.
    #[error("no common security type; the server has {theirs:?}")]
    NoCommonSecurity {
        /// What it offers, by name.
        theirs: Vec<String>,
    },
    /// All that could be used would neither encrypt nor check who is there.
    #[error("only unsafe security types: {theirs:?}")]
    Unsafe {
        /// What it offers, by name.
        theirs: Vec<String>,
    },
    /// The certificate or key is not trusted.
    #[error("certificate refused: {reason}")]
    CertificateRefused {
        /// Why, as a sentence.
        reason: String,
    },
    /// The certificate or key could not be kept on record.
    #[error("certificate not saved: {reason}")]
    CertificateNotSaved {
        /// Why, as a sentence.
        reason: String,
    },
    /// The encrypted connection did not come about.
    #[error("TLS: {reason}")]
    Tls {
        /// Why.
        reason: String,
    },
    /// The WebSocket was not opened.
    #[error("no WebSocket: {reason}")]
    NoWebSocket {
        /// Why, as a part of a sentence.
        reason: String,
    },
    /// The password was refused.
    #[error("sign-in refused: {said}")]
    AuthFailed {
        /// As whom, where there are users.
        user: Option<String>,
        /// What the server said; may be empty.
        said: String,
    },
    /// The server takes no more attempts for a while.
    #[error("too many attempts: {said}")]
    TooManyAttempts {
        /// What it said.
        said: String,
    },
    /// The desktop is larger than any that is shown.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// An open connection was lost.
    #[error("connection lost: {reason}")]
    Lost {
        /// What the system says.
        reason: String,
    },
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A bug.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<Outside> for VncError {
    fn from(_: Outside) -> Self {
        Self::protocol("it draws outside of the screen")
    }
}

impl VncError {
    pub(crate) fn protocol(detail: impl Into<String>) -> Self {
        Self::Protocol { detail: detail.into() }
    }

    /// What ended an exchange that was under way.
    pub(crate) fn broke_off(waiting: Waiting, error: &io::Error) -> Self {
        let reason = (error.kind() != io::ErrorKind::UnexpectedEof).then(|| error.to_string());
        Self::BrokeOff { waiting, reason }
    }

    /// What ended an open connection.
    pub(crate) fn lost(error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::ConnectionReset => "it was reset from the other side".to_owned(),
            io::ErrorKind::BrokenPipe => "the other side has hung up".to_owned(),
            io::ErrorKind::TimedOut => "the other side no longer answers".to_owned(),
            _ => error.to_string(),
        };
        Self::Lost { reason }
    }

    /// What people and programs are told: what happened, to which machine, why, and the next step.
    #[must_use]
    pub fn api_error(&self, machine: &str) -> ApiError {
        self.network(machine).unwrap_or_else(|| self.trust(machine))
    }

    fn network(&self, machine: &str) -> Option<ApiError> {
        Some(match self {
            Self::NotVnc { said } if said.is_empty() => {
                ApiError::new(ErrorCode::Protocol, format!("{machine} closed the connection without a VNC greeting."))
                    .next("Check that the port is the VNC server's (usually 5900 and up); it may also be refusing this computer for a while.")
                    .retry()
            }
            Self::NotVnc { said } => {
                ApiError::new(ErrorCode::Protocol, format!("What answers for {machine} is not a VNC server. It said “{}”.", phrase(said)))
                    .next("Check that the port is the VNC server's (usually 5900 and up).")
                    .on("port")
            }
            Self::NoWebSocket { reason } => {
                ApiError::new(ErrorCode::Protocol, format!("No WebSocket to {machine}: {}.", phrase(reason)))
                    .next("Check the address: ws:// or wss://, the port, and the path that the server wants, often /websockify.")
                    .on("address")
                    .retry()
            }
            Self::TimedOut { waiting, after } => timed_out(machine, *waiting, *after),
            Self::Protocol { detail } => {
                ApiError::new(ErrorCode::Protocol, format!("{machine} breaks the VNC protocol: {}.", phrase(detail)))
                    .next("Connect again; if it persists, the server or something on the way to it is faulty.")
                    .retry()
            }
            Self::BrokeOff { waiting, reason } => broke_off(machine, *waiting, reason.as_deref()),
            Self::Refused { said } => {
                ApiError::new(ErrorCode::Refused, format!("The VNC server of {machine} refused: {}.", phrase(said)))
                    .next("Try again in a minute; the server's log may say more.")
                    .retry()
            }
            Self::TooLarge(too_large) => {
                ApiError::new(ErrorCode::Protocol, format!("{machine} offers {too_large}."))
                    .next("Choose a smaller size on the server.")
            }
            Self::Lost { reason } => {
                ApiError::new(ErrorCode::Disconnected, format!("The connection to {machine} was lost: {}.", phrase(reason)))
                    .next("Connect again.")
                    .retry()
            }
            Self::Cancelled => {
                ApiError::new(ErrorCode::Cancelled, format!("Connecting to {machine} was cancelled.")).retry()
            }
            Self::Internal(what) => ApiError::new(
                ErrorCode::Internal,
                format!("Connecting to {machine} failed in a way that should not happen ({what})."),
            )
            .next("Please report it."),
            _ => return None,
        })
    }

    fn trust(&self, machine: &str) -> ApiError {
        match self {
            Self::NoCommonSecurity { theirs } => no_common_security(machine, theirs),
            Self::Unsafe { theirs } => ApiError::new(
                ErrorCode::NoCommonAlgorithm,
                format!(
                    "{machine} would let anybody in the middle read and change everything: it offers {} only.",
                    list(theirs)
                ),
            )
            .next("Reach it through an SSH jump host, set a password on the server, or allow connections without protection for this machine.")
            .on("allowAnonymousPlain"),
            Self::CertificateRefused { reason } => ApiError::new(
                ErrorCode::HostKey,
                format!("The certificate of {machine} is not trusted: {}.", phrase(reason)),
            )
            .next("Compare its fingerprint with one you got another way, then connect again."),
            Self::CertificateNotSaved { reason } => ApiError::new(
                ErrorCode::HostKeyNotSaved,
                format!("The certificate of {machine} could not be saved: {}.", phrase(reason)),
            )
            .next("No password was sent. Make the vault writable, then connect again."),
            Self::Tls { reason } => ApiError::new(
                ErrorCode::Protocol,
                format!("No encrypted connection to {machine}: {}.", phrase(reason)),
            )
            .next("Update the VNC server, or reach it through an SSH jump host with another security type."),
            Self::AuthFailed { user, said } => auth_failed(machine, user.as_deref(), said),
            Self::TooManyAttempts { said } => ApiError::new(
                ErrorCode::AuthFailed,
                format!("{machine} takes no more attempts to sign in for now: {}.", phrase(said)),
            )
            .next("Wait a minute, then connect again with the right password.")
            .retry(),
            other => ApiError::new(
                ErrorCode::Internal,
                format!("Connecting to {machine} failed in a way that should not happen ({other})."),
            )
            .next("Please report it."),
        }
    }
}

fn list(names: &[String]) -> String {
    match names {
        [] => "nothing".into(),
        names => names.iter().take(8).map(|n| phrase(n)).collect::<Vec<_>>().join(", "),
    }
}

fn no_common_security(machine: &str, theirs: &[String]) -> ApiError {
    let error = ApiError::new(
        ErrorCode::NoCommonAlgorithm,
        format!(
            "{machine} and Patchbay have no security type in common. It offers {}.",
            list(theirs)
        ),
    );
    error
        .next("Give the server a VNC password, or a certificate (X509Vnc, X509Plain) or key (RA2).")
}

fn timed_out(machine: &str, waiting: Waiting, after: Duration) -> ApiError {
    let after = format!("{} s", after.as_secs());
    let (message, next) = match waiting {
        Waiting::WebSocket => (
            format!("{machine} accepted the connection, but opened no WebSocket within {after}."),
            "Check the address: ws:// or wss://, the port and the path.",
        ),
        Waiting::Greeting => (
            format!("{machine} accepted the connection, but sent no VNC greeting within {after}."),
            "Check that the port is the VNC server's; it may also be overloaded.",
        ),
        Waiting::Handshake => (
            format!("{machine} greeted, then did not agree on the security within {after}."),
            "It may be overloaded, or a faulty link drops large packets (MTU). Try again.",
        ),
        Waiting::SignIn => (
            format!("{machine} did not answer the sign-in within {after}."),
            "Somebody may have to confirm it there. Try again later.",
        ),
        Waiting::Desktop => (
            format!("Signed in to {machine}, but it did not show its desktop within {after}."),
            "It may be overloaded. Try again later.",
        ),
    };
    ApiError::new(ErrorCode::TimedOut, message).next(next).retry()
}

fn broke_off(machine: &str, waiting: Waiting, reason: Option<&str>) -> ApiError {
    let during = match waiting {
        Waiting::WebSocket => "before there was a WebSocket",
        Waiting::Greeting => "before it greeted",
        Waiting::Handshake => "while agreeing on the security",
        Waiting::SignIn => "during sign-in",
        Waiting::Desktop => "before it showed its desktop",
    };
    let said = reason.map_or_else(String::new, |r| format!(" ({})", phrase(r)));
    let next = if waiting == Waiting::WebSocket {
        "Check the address: ws:// or wss://, the port and the path."
    } else {
        "Try again in a minute; the server's log says why it did so."
    };
    ApiError::new(ErrorCode::Protocol, format!("{machine} closed the connection {during}{said}."))
        .next(next)
        .retry()
}

fn auth_failed(machine: &str, user: Option<&str>, said: &str) -> ApiError {
    let who = user.map_or_else(|| "the password".to_owned(), |user| format!("{user} in"));
    let said = phrase(said);
    let said = if said.is_empty() { String::new() } else { format!(" It said “{said}”.") };
    let message = match user {
        Some(_) => format!("{machine} did not let {who}.{said}"),
        None => format!("{machine} did not accept {who}.{said}"),
    };
    let next = if user.is_some() {
        "Check the user name and the password."
    } else {
        "Check the password."
    };
    ApiError::new(ErrorCode::AuthFailed, message).next(next).on("password").retry()
}

#[cfg(test)]
mod tests {
    use super::{VncError, Waiting};
    use patchbay_model::ErrorCode;
    use std::time::Duration;

    #[test]
    fn every_error_says_what_where_and_what_next() {
        let theirs = vec!["TLSVnc".to_owned()];
        let errors = [
            VncError::NotVnc { said: "SSH-2.0\u{1b}".into() },
            VncError::NotVnc { said: String::new() },
            VncError::TimedOut { waiting: Waiting::Desktop, after: Duration::from_secs(3) },
            VncError::protocol("it draws outside of the screen"),
            VncError::BrokeOff { waiting: Waiting::SignIn, reason: None },
            VncError::Refused { said: "Too many clients".into() },
            VncError::NoCommonSecurity { theirs: theirs.clone() },
            VncError::Unsafe { theirs },
            VncError::CertificateRefused { reason: "It changed.".into() },
            VncError::CertificateNotSaved { reason: "The vault is locked.".into() },
            VncError::Tls { reason: "bad record".into() },
            VncError::NoWebSocket { reason: "the web server answered “404 Not Found”".into() },
            VncError::TimedOut { waiting: Waiting::WebSocket, after: Duration::from_secs(3) },
            VncError::AuthFailed { user: Some("ada".into()), said: "Nope.".into() },
            VncError::AuthFailed { user: None, said: String::new() },
            VncError::TooManyAttempts { said: "Too many security failures".into() },
            VncError::Lost { reason: "it was reset".into() },
            VncError::Internal("x".into()),
        ];
        for error in errors {
            let told = error.api_error("lab-01");
            assert!(told.message.contains("lab-01"), "{told}");
            assert!(told.message.ends_with(['.', '”']), "{told}");
            assert!(!told.message.contains(".."), "{told}");
            assert!(!told.message.contains('\u{1b}'), "{told}");
            assert!(!told.next_step.is_empty(), "{told}");
        }
        let refused = VncError::AuthFailed { user: Some("ada".into()), said: "Nope.".into() };
        let told = refused.api_error("lab-01");
        assert_eq!(told.code, ErrorCode::AuthFailed);
        assert_eq!(told.message, "lab-01 did not let ada in. It said “Nope”.");
    }
}
