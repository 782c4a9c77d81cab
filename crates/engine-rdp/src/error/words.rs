//! What people and programs are told of an error: what happened, to which machine, why, and the next step.

use super::{RdpError, Redirection, Refusal, Waiting};
use crate::text::phrase;
use patchbay_model::{ApiError, ErrorCode};
use std::time::Duration;

impl RdpError {
    /// What people and programs are told.
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
                    ErrorCode::Disconnected,
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
}
