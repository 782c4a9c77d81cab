//! What can go wrong between here and a desktop. How people are told is in `words.rs`.

mod words;

use crate::text::phrase;
use ironrdp_connector::{ConnectorError, ConnectorErrorKind};
use ironrdp_pdu::{
    nego::FailureCode,
    rdp::server_error_info::{ErrorInfo, ProtocolIndependentCode as Code},
};
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
