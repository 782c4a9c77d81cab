//! What is told of a controller that does not do what it was asked.

use crate::CoreError;
use patchbay_device_ipmi::IpmiError;
use patchbay_device_redfish::RedfishError;
use patchbay_model::{ApiError, ErrorCode};

/// Why something was not done.
#[derive(Debug)]
pub(super) enum Failed {
    Ipmi(IpmiError),
    Redfish(RedfishError),
    /// Put as people read it.
    Plain(ApiError),
}

/// Whose controller it is, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Who<'a> {
    pub(super) machine: &'a str,
    pub(super) host: &'a str,
}

impl From<IpmiError> for Failed {
    fn from(error: IpmiError) -> Self {
        Self::Ipmi(error)
    }
}

impl From<RedfishError> for Failed {
    fn from(error: RedfishError) -> Self {
        Self::Redfish(error)
    }
}

impl From<CoreError> for Failed {
    fn from(error: CoreError) -> Self {
        Self::Plain(error.into())
    }
}

impl Failed {
    /// Whether nothing more is to be expected of whoever is signed in.
    pub(super) const fn ends_session(&self) -> bool {
        match self {
            Self::Ipmi(error) => !matches!(
                error,
                IpmiError::Privilege(_)
                    | IpmiError::Refused { .. }
                    | IpmiError::Invalid(_)
                    | IpmiError::ConsoleBusy
                    | IpmiError::ConsoleOff
            ),
            Self::Redfish(error) => matches!(
                error,
                RedfishError::Unreachable { .. }
                    | RedfishError::NoTls { .. }
                    | RedfishError::Changed { .. }
                    | RedfishError::Lost { .. }
                    | RedfishError::NotRedfish { .. }
                    | RedfishError::WrongPassword { .. }
                    | RedfishError::Locked { .. }
                    | RedfishError::PasswordChangeRequired { .. }
                    | RedfishError::SessionsFull { .. }
            ),
            Self::Plain(_) => false,
        }
    }

    /// Whether another certificate is shown than the one on record.
    pub(super) const fn is_certificate(&self) -> bool {
        matches!(self, Self::Redfish(RedfishError::Changed { .. }))
    }

    /// As people read it.
    pub(super) fn api_error(self, who: Who<'_>) -> ApiError {
        match self {
            Self::Ipmi(error) => by_ipmi(&error, who),
            Self::Redfish(error) => by_redfish(&error, who),
            Self::Plain(error) => error,
        }
    }
}

/// What is told of an error of IPMI.
pub(super) fn by_ipmi(error: &IpmiError, who: Who<'_>) -> ApiError {
    let Who { machine, host } = who;
    let says = format!("The management controller of {machine} at {host}: {error}.");
    let of = |code: ErrorCode, next: &str| ApiError::new(code, says.clone()).next(next);
    match error {
        IpmiError::Unreachable(_) => {
            of(ErrorCode::Unreachable, "Check the address, and that the network leads there.")
                .retry()
        }
        IpmiError::Silent => ApiError::new(
            ErrorCode::TimedOut,
            format!("The management controller of {machine} at {host} does not answer by IPMI."),
        )
        .next("Check its address, and that IPMI over LAN is switched on there.")
        .retry(),
        IpmiError::Garbled(_) => {
            of(ErrorCode::Protocol, "Check the address, or restart the controller.").retry()
        }
        IpmiError::WrongUser => of(
            ErrorCode::AuthFailed,
            "Choose another identity for it, or allow this user to sign in over the network there.",
        ),
        IpmiError::WrongPassword => of(
            ErrorCode::AuthFailed,
            "Choose another identity or correct its password; an account that is locked refuses the right one too.",
        ),
        IpmiError::NoSuite(_) => of(
            ErrorCode::NoCommonAlgorithm,
            "Choose another cipher suite for it under Management, or switch one on there.",
        ),
        IpmiError::Full => of(ErrorCode::Throttled, "Try again in a minute.").retry(),
        IpmiError::Privilege(_) => {
            of(ErrorCode::NotAllowed, "Choose an identity that may do more there.")
        }
        IpmiError::Refused { code, .. } => match code {
            // Busy, out of room, updating, starting.
            0xc0 | 0xc3 | 0xc4 | 0xd0..=0xd2 => {
                of(ErrorCode::Throttled, "Try again later.").retry()
            }
            0xd5 => of(ErrorCode::Conflict, "Look at the state of the machine first."),
            0xc1 | 0xc2 | 0xd6 => of(ErrorCode::NotAllowed, "This controller does not offer it."),
            _ => of(ErrorCode::Protocol, "Its own web page or log may say more."),
        },
        IpmiError::NotKnown { .. } => {
            of(ErrorCode::Disconnected, "Look at the machine before you try it again.")
        }
        IpmiError::Invalid(text) => ApiError::new(ErrorCode::Invalid, sentence(text)),
        IpmiError::ConsoleBusy => ApiError::new(
            ErrorCode::Conflict,
            format!("The serial console of {machine} is in use by another session."),
        )
        .next("Open it so that the other one is ended, or wait until it is free.")
        .retry(),
        IpmiError::ConsoleOff => of(
            ErrorCode::NotAllowed,
            "Switch serial over LAN on in the controller's settings, and allow it to this account.",
        ),
    }
}

fn by_redfish(error: &RedfishError, who: Who<'_>) -> ApiError {
    use ErrorCode as C;
    let Who { machine, host } = who;
    let (code, next) = match error {
        RedfishError::Unreachable { .. } => (C::Unreachable, "Check the address and the port."),
        RedfishError::NoTls { .. } => (C::Protocol, "Check the port, and that HTTPS is on there."),
        RedfishError::Changed { .. } => (C::HostKey, "Look at it on the machine's Power page."),
        RedfishError::Lost { .. } => (C::Disconnected, ""),
        RedfishError::TooLarge { .. } | RedfishError::NotRedfish { .. } => (C::Protocol, ""),
        RedfishError::WrongPassword { .. } => {
            (C::AuthFailed, "Choose another identity for it, or correct its name and password.")
        }
        RedfishError::Locked { .. } => (C::AuthFailed, ""),
        RedfishError::PasswordChangeRequired { .. } => {
            (C::AuthFailed, "Change it on the controller's own web page, and then in the identity.")
        }
        RedfishError::NotAllowed { .. } => {
            (C::NotAllowed, "Choose an identity that may do more there.")
        }
        RedfishError::SessionsFull { .. } => (C::Throttled, ""),
        RedfishError::Refused { status: 429 | 503, .. } => (C::Throttled, "Try again later."),
        RedfishError::Refused { status: 409 | 412, .. } => (C::Conflict, "Look again."),
        RedfishError::Refused { .. } => (C::Protocol, "The controller's own log may say more."),
        RedfishError::Missing { .. } => (C::NotFound, ""),
        RedfishError::NotOffered { .. } => (C::NotAllowed, ""),
        RedfishError::WhichSystem { .. } => {
            (C::Invalid, "Edit the machine and fill it in under Management.")
        }
        RedfishError::Waited { .. } => (C::TimedOut, "Look at the machine's state."),
        RedfishError::TaskFailed { .. } => (C::Protocol, "The controller's own log may say more."),
        RedfishError::Invalid(_) => (C::Invalid, ""),
    };
    let message = match error {
        RedfishError::Unreachable { why, .. } => {
            format!("The management controller of {machine} at {host} does not answer: {why}.")
        }
        RedfishError::WrongPassword { user, .. } => format!(
            "The management controller of {machine} at {host} refuses the name or the password of {user}."
        ),
        other => format!("The management controller of {machine}: {other}"),
    };
    let told = ApiError::new(code, message).next(next);
    let again = matches!(code, C::Unreachable | C::Throttled | C::TimedOut);
    if again { told.retry() } else { told }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::{Failed, Who};
    use patchbay_device_ipmi::{IpmiError, Privilege};
    use patchbay_device_redfish::{RedfishError, Said};
    use patchbay_model::ErrorCode;

    #[test]
    fn each_is_a_plain_message_with_its_code() {
        let who = Who { machine: "web-01", host: "192.0.2.7" };
        let at = || "192.0.2.7".to_owned();
        let user = || "root".to_owned();
        let refused = |code| IpmiError::Refused { command: "reset", code };
        let all: [(Failed, ErrorCode, &str); 16] = [
            (IpmiError::WrongPassword.into(), ErrorCode::AuthFailed, "password"),
            (IpmiError::WrongUser.into(), ErrorCode::AuthFailed, "user"),
            (IpmiError::Silent.into(), ErrorCode::TimedOut, "does not answer"),
            (IpmiError::NoSuite("x").into(), ErrorCode::NoCommonAlgorithm, "cipher suite"),
            (
                IpmiError::Privilege(Privilege::Operator).into(),
                ErrorCode::NotAllowed,
                "privilege does not reach as far as operator",
            ),
            (IpmiError::Garbled("x").into(), ErrorCode::Protocol, "damaged"),
            (IpmiError::Full.into(), ErrorCode::Throttled, "in use"),
            (refused(0xc0).into(), ErrorCode::Throttled, "busy"),
            (refused(0xd5).into(), ErrorCode::Conflict, "state"),
            (IpmiError::ConsoleBusy.into(), ErrorCode::Conflict, "in use by another"),
            (IpmiError::Invalid("a name is long").into(), ErrorCode::Invalid, "A name is long."),
            (
                RedfishError::Locked { at: at(), user: user() }.into(),
                ErrorCode::AuthFailed,
                "locked",
            ),
            (
                RedfishError::WrongPassword { at: at(), user: user() }.into(),
                ErrorCode::AuthFailed,
                "password of root",
            ),
            (
                RedfishError::NotAllowed { at: at(), user: user() }.into(),
                ErrorCode::NotAllowed,
                "privilege",
            ),
            (RedfishError::SessionsFull { at: at() }.into(), ErrorCode::Throttled, "no session"),
            (
                RedfishError::Refused { at: at(), status: 500, said: Said::default() }.into(),
                ErrorCode::Protocol,
                "refused",
            ),
        ];
        for (failed, code, word) in all {
            let told = failed.api_error(who);
            assert_eq!(told.code, code, "{told}");
            assert!(told.message.contains(word), "{told}");
            assert!(!told.message.contains("..") && told.message.ends_with('.'), "{told}");
        }
    }
}
