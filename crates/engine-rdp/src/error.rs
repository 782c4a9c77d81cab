//! What can go wrong between here and a desktop, and how it is said.

use crate::text::phrase;
use ironrdp_connector::{ConnectorError, ConnectorErrorKind};
use ironrdp_pdu::{
    nego::FailureCode,
    rdp::server_error_info::{ErrorInfo, ProtocolIndependentCode as Code},
};
use patchbay_model::{ApiError, ErrorCode};
use std::{error::Error, io, time::Duration};

/// What was being waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// For the server to say which security it wants.
    Greeting,
    /// For the TLS handshake.
    Tls,
    /// For an answer to signing in.
    SignIn,
    /// For the desktop.
    Desktop,
}

/// Why somebody may not sign in, as the server says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The name or the password is wrong.
    Wrong,
    /// Too many wrong passwords.
    Locked,
    /// The account is disabled.
    Disabled,
    /// The account has expired.
    AccountExpired,
    /// The password has expired.
    PasswordExpired,
    /// The password must be changed first.
    MustChange,
    /// Not at this hour.
    Hours,
    /// Not from this computer.
    Workstation,
    /// A restriction of the account, such as an empty password.
    Restricted,
    /// The account may not use remote desktops there.
    NotAllowed,
    /// The clocks differ too much.
    Clock,
    /// No domain controller answers.
    NoDomain,
}

/// Where a server sends the connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Redirection {
    /// The address or name to dial instead; the same server again if not given.
    pub address: Option<String>,
    /// Who is to sign in there, if that is somebody else.
    pub user: Option<String>,
    /// The domain that goes with the user.
    pub domain: Option<String>,
}

/// Why there is no desktop, or no longer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RdpError {
    /// What answers is no RDP server.
    #[error("no RDP server: {reason}")]
    NotRdp {
        /// How that shows.
        reason: String,
    },
    /// Nothing came in time.
    #[error("no answer within {after:?} ({waiting:?})")]
    TimedOut {
        /// For what.
        waiting: Waiting,
        /// How long.
        after: Duration,
    },
    /// It ended the connection before there was a desktop.
    #[error("the server closed the connection ({waiting:?})")]
    BrokeOff {
        /// During what.
        waiting: Waiting,
    },
    /// It breaks the protocol.
    #[error("protocol error: {detail}")]
    Protocol {
        /// How.
        detail: String,
    },
    /// TLS failed.
    #[error("TLS failed: {reason}")]
    Tls {
        /// Why.
        reason: String,
    },
    /// The certificate is not trusted.
    #[error("certificate refused: {reason}")]
    CertificateRefused {
        /// Why, as a sentence.
        reason: String,
    },
    /// The certificate could not be kept on record.
    #[error("certificate not saved: {reason}")]
    CertificateNotSaved {
        /// Why, as a sentence.
        reason: String,
    },
    /// It does not ask who signs in before it shows its desktop, and that was not allowed.
    #[error("the server has no network level authentication")]
    NoNla,
    /// It knows only the security of RDP before TLS.
    #[error("the server has no TLS")]
    NoTls,
    /// It wants something Patchbay does not have.
    #[error("the server wants {what}")]
    Unsupported {
        /// What.
        what: String,
    },
    /// It lets nobody in by this name and password.
    #[error("sign-in refused: {why:?}")]
    SignIn {
        /// As whom.
        user: String,
        /// Why.
        why: Refusal,
    },
    /// Signing in failed in another way.
    #[error("signing in failed: {reason}")]
    SignInFailed {
        /// How.
        reason: String,
    },
    /// It has no licence for another desktop, or they could not agree on one.
    #[error("licence: {reason}")]
    Licence {
        /// Why.
        reason: String,
    },
    /// The desktop is elsewhere.
    #[error("redirected to {to:?}")]
    Redirected {
        /// Where.
        to: Box<Redirection>,
    },
    /// The folder that was to be lent cannot be.
    #[error("no folder {path}: {reason}")]
    NoFolder {
        /// Where it should be.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The server ended the session and said why.
    #[error("the server ended the session: {reason}")]
    Ended {
        /// Why, as a clause.
        reason: String,
        /// What to do, one sentence; may be empty.
        next: String,
        /// Whether connecting again may work.
        again: bool,
    },
    /// An open connection was lost.
    #[error("connection lost: {reason:?}")]
    Lost {
        /// What the system says.
        reason: Option<String>,
    },
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A bug.
    #[error("internal error: {0}")]
    Internal(String),
}

impl RdpError {
    /// A decoder gave up in a way it must not.
    pub(crate) fn decoder() -> Self {
        Self::Protocol { detail: "what it sent cannot be decoded".to_owned() }
    }

    pub(crate) fn broke_off(waiting: Waiting, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData if waiting == Waiting::Greeting => {
                Self::NotRdp { reason: phrase(&error.to_string()) }
            }
            io::ErrorKind::InvalidData => Self::Protocol { detail: phrase(&error.to_string()) },
            _ => Self::BrokeOff { waiting },
        }
    }

    /// An error of the TLS handshake.
    pub(crate) fn tls(error: &io::Error) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let reason = match inner {
            Some(rustls::Error::AlertReceived(alert)) => format!("it sent the alert {alert:?}"),
            Some(rustls::Error::PeerIncompatible(_)) => {
                "it has no version or cipher in common with TLS 1.2 and 1.3".to_owned()
            }
            Some(inner) => phrase(&inner.to_string()),
            None if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Self::BrokeOff { waiting: Waiting::Tls };
            }
            None => phrase(&error.to_string()),
        };
        Self::Tls { reason }
    }

    /// An error of what drives the opening of a connection.
    pub(crate) fn connector(error: &ConnectorError, waiting: Waiting, user: &str) -> Self {
        match error.kind() {
            ConnectorErrorKind::Negotiation(failure) => negotiation(failure.code()),
            ConnectorErrorKind::AccessDenied => {
                Self::SignIn { user: user.to_owned(), why: Refusal::NotAllowed }
            }
            ConnectorErrorKind::Credssp(error) => credssp(error, user),
            _ if waiting == Waiting::SignIn => Self::SignInFailed { reason: deepest(error) },
            _ if waiting == Waiting::Greeting => Self::NotRdp { reason: deepest(error) },
            _ => Self::Protocol { detail: deepest(error) },
        }
    }

    /// What the server says when it ends a session (MS-RDPBCGR section 2.2.5.1.1); nothing if that is no error.
    #[must_use]
    pub fn ended(info: ErrorInfo) -> Option<Self> {
        let (reason, next, again) = match info {
            ErrorInfo::ProtocolIndependentCode(code) => independent(code)?,
            ErrorInfo::ProtocolIndependentLicensingCode(code) => {
                return Some(Self::Licence { reason: phrase(code.description()) });
            }
            other => (phrase(&other.description()), "", true),
        };
        Some(Self::Ended { reason, next: next.to_owned(), again })
    }

    /// What people and programs are told: what happened, to which machine, why, and the next step.
    #[must_use]
    pub fn api_error(&self, machine: &str) -> ApiError {
        self.trust(machine).or_else(|| self.sign_in(machine)).unwrap_or_else(|| self.rest(machine))
    }

    fn trust(&self, machine: &str) -> Option<ApiError> {
        Some(match self {
            Self::Tls { reason } => {
                ApiError::new(ErrorCode::NoCommonAlgorithm, format!("No encrypted connection to {machine}: {reason}."))
                    .next("Servers need TLS 1.2 or newer, and a certificate of at least 2048 bits.")
                    .retry()
            }
            Self::CertificateRefused { reason } => {
                ApiError::new(ErrorCode::HostKey, format!("The certificate of {machine} is not trusted: {}.", phrase(reason)))
                    .next("Compare its fingerprint with one you got another way, then connect again.")
            }
            Self::CertificateNotSaved { reason } => {
                ApiError::new(ErrorCode::HostKeyNotSaved, format!("The certificate of {machine} could not be saved: {}.", phrase(reason)))
                    .next("Nothing was sent to the machine. Make the vault writable, then connect again.")
            }
            Self::NoNla => ApiError::new(
                ErrorCode::NoCommonAlgorithm,
                format!("{machine} does not ask who signs in before it shows its desktop: it has no network level authentication (NLA)."),
            )
            .next("Turn NLA on there, or allow this machine to be used without it.")
            .on("allowWithoutNla"),
            Self::NoTls => ApiError::new(
                ErrorCode::NoCommonAlgorithm,
                format!("{machine} knows only the old encryption of RDP, which is not safe, and no TLS."),
            )
            .next("Turn on TLS or network level authentication there."),
            Self::Unsupported { what } => ApiError::new(
                ErrorCode::NoCommonAlgorithm,
                format!("{machine} wants {what}, which Patchbay does not have."),
            )
            .next("Allow network level authentication with a password there."),
            _ => return None,
        })
    }

    fn sign_in(&self, machine: &str) -> Option<ApiError> {
        Some(match self {
            Self::SignIn { user, why } => refusal(machine, user, *why),
            Self::SignInFailed { reason } => ApiError::new(
                ErrorCode::AuthFailed,
                format!("Signing in to {machine} failed: {reason}."),
            )
            .next("Check the user name, the domain and the password.")
            .on("identities"),
            Self::Licence { reason } => ApiError::new(
                ErrorCode::Protocol,
                format!("{machine} has no licence for this desktop: {reason}."),
            )
            .next("Its administrator must look at its remote desktop licences.")
            .retry(),
            _ => return None,
        })
    }

    fn rest(&self, machine: &str) -> ApiError {
        match self {
            Self::NotRdp { reason } => ApiError::new(
                ErrorCode::Protocol,
                format!("What answers for {machine} is not an RDP server ({reason})."),
            )
            .next("Check that the port is the RDP server's.")
            .on("port"),
            Self::TimedOut { waiting, after } => timed_out(machine, *waiting, *after),
            Self::BrokeOff { waiting } => broke_off(machine, *waiting),
            Self::Redirected { to } => redirected(machine, to),
            Self::Ended { reason, next, again } => {
                let error = ApiError::new(
                    ErrorCode::Ended,
                    format!("{machine} ended the session: {reason}."),
                )
                .next(next.clone());
                if *again { error.retry() } else { error }
            }
            Self::Lost { reason } => {
                let why = reason.as_deref().map_or_else(String::new, |r| format!(": {r}"));
                ApiError::new(
                    ErrorCode::Disconnected,
                    format!("The connection to {machine} was lost{why}."),
                )
                .next("Connect again.")
                .retry()
            }
            Self::NoFolder { path, reason } => ApiError::new(
                ErrorCode::Invalid,
                format!("The folder {path} cannot be lent to {machine} ({reason})."),
            )
            .next("Choose another folder, or lend none.")
            .on("drive"),
            Self::Cancelled => ApiError::new(
                ErrorCode::Cancelled,
                format!("Connecting to {machine} was cancelled."),
            )
            .retry(),
            Self::Internal(what) => {
                ApiError::new(ErrorCode::Internal, format!("Patchbay failed at {machine}: {what}."))
                    .next("Please report this.")
            }
            Self::Protocol { detail } => protocol(machine, detail),
            // The others are said above.
            other => protocol(machine, &other.to_string()),
        }
    }
}

fn protocol(machine: &str, detail: &str) -> ApiError {
    ApiError::new(ErrorCode::Protocol, format!("{machine} breaks the RDP protocol: {detail}."))
        .next("Try again; if it persists, the server or something on the way to it is faulty.")
        .retry()
}

fn timed_out(machine: &str, waiting: Waiting, after: Duration) -> ApiError {
    let seconds = after.as_secs();
    let (what, next) = match waiting {
        Waiting::Greeting => {
            ("say which security it wants", "Check that the port is the RDP server's.")
        }
        Waiting::Tls => (
            "finish the TLS handshake",
            "It may be overloaded, or something on the way holds TLS back.",
        ),
        Waiting::SignIn => (
            "answer the attempt to sign in",
            "It may be waiting for its domain controller; try again later.",
        ),
        Waiting::Desktop => ("start a desktop", "It may be overloaded. Try again later."),
    };
    ApiError::new(
        ErrorCode::TimedOut,
        format!("{machine} did not {what} within {seconds} seconds."),
    )
    .next(next)
    .retry()
}

fn broke_off(machine: &str, waiting: Waiting) -> ApiError {
    if waiting == Waiting::SignIn {
        let message = format!(
            "{machine} closed the connection during sign-in, as some servers do when the user name or the password is wrong."
        );
        return ApiError::new(ErrorCode::AuthFailed, message)
            .next("Check the user name, the domain and the password; the server's log says why.")
            .on("identities")
            .retry();
    }
    let (during, next) = match waiting {
        Waiting::Greeting => {
            ("before it said which security it wants", "Check that the port is the RDP server's.")
        }
        Waiting::Tls => (
            "during the TLS handshake",
            "The server's log says why; its certificate may be broken.",
        ),
        Waiting::SignIn => ("during sign-in", "Check the user name and the password."),
        Waiting::Desktop => (
            "before it showed a desktop",
            "Try again in a minute; the server's log says why it did so.",
        ),
    };
    ApiError::new(ErrorCode::Protocol, format!("{machine} closed the connection {during}."))
        .next(next)
        .retry()
}

fn redirected(machine: &str, to: &Redirection) -> ApiError {
    let (message, next) = match &to.address {
        Some(address) => (
            format!("{machine} sends this session to {}.", phrase(address)),
            format!("Connect to {} instead.", phrase(address)),
        ),
        None => (
            format!("{machine} sends this session to another server behind the same address."),
            "Connect to that server by its own address.".to_owned(),
        ),
    };
    ApiError::new(ErrorCode::Disconnected, message).next(next).retry()
}

fn refusal(machine: &str, user: &str, why: Refusal) -> ApiError {
    let (what, next) = match why {
        Refusal::Wrong => (
            "the user name or the password is wrong",
            "Check the user name, the domain and the password.",
        ),
        Refusal::Locked => (
            "the account is locked",
            "Wait until it is unlocked, or have an administrator unlock it.",
        ),
        Refusal::Disabled => ("the account is disabled", "An administrator must enable it."),
        Refusal::AccountExpired => ("the account has expired", "An administrator must extend it."),
        Refusal::PasswordExpired => (
            "the password has expired",
            "Change it at the machine's own screen or on another computer of the domain, then connect again.",
        ),
        Refusal::MustChange => (
            "the password must be changed before the first sign-in",
            "Change it at the machine's own screen or on another computer of the domain, then connect again.",
        ),
        Refusal::Hours => {
            ("the account may not sign in at this hour", "Try again at another time.")
        }
        Refusal::Workstation => {
            ("the account may not sign in from this computer", "An administrator must allow it.")
        }
        Refusal::Restricted => (
            "the account is restricted, which an empty password is enough for",
            "Give the account a password, or ask an administrator.",
        ),
        Refusal::NotAllowed => (
            "the account may not use remote desktops there",
            "An administrator must add it to the group of remote desktop users.",
        ),
        Refusal::Clock => {
            ("its clock differs too much from the domain's", "An administrator must set the clock.")
        }
        Refusal::NoDomain => (
            "its domain cannot be asked",
            "Try again later, or use an account of the machine itself.",
        ),
    };
    let whom = if user.is_empty() { "you".to_owned() } else { phrase(user) };
    ApiError::new(ErrorCode::AuthFailed, format!("{machine} did not let {whom} sign in: {what}."))
        .next(next)
        .on("identities")
}

fn negotiation(code: FailureCode) -> RdpError {
    match code {
        FailureCode::SSL_REQUIRED_BY_SERVER => RdpError::NoNla,
        FailureCode::SSL_NOT_ALLOWED_BY_SERVER => RdpError::NoTls,
        FailureCode::SSL_CERT_NOT_ON_SERVER => {
            RdpError::Tls { reason: "it has no certificate".to_owned() }
        }
        FailureCode::SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER => {
            RdpError::Unsupported { what: "a certificate of the person who signs in".to_owned() }
        }
        FailureCode::ENTRA_AUTH_REQUIRED_BY_SERVER => {
            RdpError::Unsupported { what: "a sign-in through Microsoft Entra".to_owned() }
        }
        FailureCode::HYBRID_REQUIRED_BY_SERVER => RdpError::Unsupported {
            what: "network level authentication of another kind".to_owned(),
        },
        code => RdpError::NotRdp { reason: format!("it refused with code {}", u32::from(code)) },
    }
}

/// What CredSSP says (MS-CSSP, MS-ERREF section 2.3).
fn credssp(error: &sspi::Error, user: &str) -> RdpError {
    use sspi::{ErrorKind, credssp::NStatusCode as Status};
    let refused = |why| RdpError::SignIn { user: user.to_owned(), why };
    let by_status = error.nstatus.and_then(|status| {
        Some(match status {
            Status::WRONG_PASSWORD
            | Status::LOGON_FAILURE
            | Status::NO_SUCH_USER
            | Status::INVALID_ACCOUNT_NAME => Refusal::Wrong,
            Status(0xc000_0234) => Refusal::Locked,
            Status::ACCOUNT_DISABLED => Refusal::Disabled,
            Status(0xc000_0193) => Refusal::AccountExpired,
            Status::PASSWORD_EXPIRED => Refusal::PasswordExpired,
            Status(0xc000_0224) => Refusal::MustChange,
            Status::INVALID_LOGON_HOURS => Refusal::Hours,
            Status::INVALID_WORKSTATION => Refusal::Workstation,
            Status::ACCOUNT_RESTRICTION => Refusal::Restricted,
            Status::LOGON_NOT_GRANTED | Status::LOGON_TYPE_NOT_GRANTED => Refusal::NotAllowed,
            Status::TIME_DIFFERENCE_AT_DC => Refusal::Clock,
            Status::NO_LOGON_SERVERS => Refusal::NoDomain,
            _ => return None,
        })
    });
    if let Some(why) = by_status {
        return refused(why);
    }
    match error.error_type {
        ErrorKind::LogonDenied | ErrorKind::UnknownCredentials | ErrorKind::NoCredentials => {
            refused(Refusal::Wrong)
        }
        ErrorKind::TimeSkew => refused(Refusal::Clock),
        _ => RdpError::SignInFailed { reason: phrase(&error.description) },
    }
}

/// Why, what to do, and whether to try again.
fn independent(code: Code) -> Option<(String, &'static str, bool)> {
    let (next, again) = match code {
        Code::None => return None,
        Code::IdleTimeout | Code::LogonTimeout | Code::DisconnectedByOtherconnection => {
            ("Connect again.", true)
        }
        Code::ServerDeniedConnection => ("Its administrator must allow the connection.", true),
        Code::ServerInsufficientPrivileges => {
            ("An administrator must add the account to the group of remote desktop users.", false)
        }
        Code::ServerFreshCredentialsRequired => ("Connect without a kept password.", false),
        Code::RpcInitiatedLogoff | Code::LogoffByUser => ("", true),
        _ => ("Connect again; if it persists, the server's log says why.", true),
    };
    let said = phrase(code.description());
    let mut letters = said.chars();
    let reason = letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect());
    Some((reason, next, again))
}

/// The innermost cause, as a phrase: it says most.
pub(crate) fn deepest(error: &(dyn Error + 'static)) -> String {
    let mut at = error;
    while let Some(inner) = at.source() {
        at = inner;
    }
    phrase(&at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_says_who_and_what_next() {
        let errors = [
            RdpError::NotRdp { reason: "x".into() },
            RdpError::TimedOut { waiting: Waiting::Tls, after: Duration::from_secs(20) },
            RdpError::BrokeOff { waiting: Waiting::SignIn },
            RdpError::decoder(),
            RdpError::Tls { reason: "x".into() },
            RdpError::NoNla,
            RdpError::NoTls,
            RdpError::Unsupported { what: "a smart card".into() },
            RdpError::SignIn { user: "ada".into(), why: Refusal::Locked },
            RdpError::SignInFailed { reason: "x".into() },
            RdpError::Licence { reason: "x".into() },
            RdpError::Redirected { to: Box::default() },
            RdpError::Lost { reason: None },
            RdpError::Internal("x".into()),
        ];
        for error in errors {
            let said = error.api_error("web-01");
            assert!(said.message.contains("web-01"), "{said:?}");
            assert!(said.message.ends_with('.') && said.next_step.ends_with('.'), "{said:?}");
        }
    }

    #[test]
    fn the_server_s_reasons_become_sentences() {
        let other = ErrorInfo::ProtocolIndependentCode(Code::DisconnectedByOtherconnection);
        let said = RdpError::ended(other).map(|error| error.api_error("web-01").message);
        assert_eq!(
            said.as_deref(),
            Some(
                "web-01 ended the session: another user connected to the server, forcing the disconnection of the current connection."
            )
        );
        assert_eq!(RdpError::ended(ErrorInfo::ProtocolIndependentCode(Code::None)), None);
    }

    #[test]
    fn a_status_says_why_nobody_is_let_in() {
        let mut error = sspi::Error::new(sspi::ErrorKind::LogonDenied, String::new());
        error.nstatus = Some(sspi::credssp::NStatusCode(0xc000_0234));
        let why = |error: &sspi::Error| match credssp(error, "ada") {
            RdpError::SignIn { why, .. } => Some(why),
            _ => None,
        };
        assert_eq!(why(&error), Some(Refusal::Locked));
        error.nstatus = None;
        assert_eq!(why(&error), Some(Refusal::Wrong));
        error.error_type = sspi::ErrorKind::InternalError;
        assert_eq!(why(&error), None);
    }
}
