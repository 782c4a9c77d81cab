//! What goes wrong between here and a command line, as people read it.

use crate::{
    CoreError,
    devices::reach::{Trouble, Way},
};
use patchbay_device_switch::cli::CliError;
use patchbay_model::{ApiError, ErrorCode, HostKeyQuestion};

/// What goes wrong with a switch at its command line.
#[derive(Debug, thiserror::Error)]
pub(in crate::devices) enum Problem {
    /// At its prompt.
    #[error(transparent)]
    Cli(#[from] CliError),
    /// Its host key has to be looked at first.
    #[error("its host key is not trusted")]
    Question(Box<HostKeyQuestion>),
    /// It is not reached, or lets nobody in.
    #[error("{}", .0.message.trim_end_matches('.'))]
    Reach(Box<ApiError>),
}

impl Problem {
    /// Whether nothing came back, so that it may be asked again.
    pub(in crate::devices) fn unanswered(&self) -> bool {
        match self {
            Self::Cli(error) => error.unanswered(),
            Self::Question(_) => false,
            // Who signs people in there may be cut off as well.
            Self::Reach(error) => error.code != ErrorCode::HostKey,
        }
    }

    pub(in crate::devices) fn trouble(self, way: &Way) -> Trouble {
        match self {
            Self::Question(question) => Trouble::Question(question),
            Self::Reach(error) => Trouble::Error(*error),
            Self::Cli(error) => Trouble::Error(said(way, &error)),
        }
    }
}

/// A problem of a command line as a sentence about the machine, with what to do next.
pub(in crate::devices) fn told(way: &Way, problem: Problem) -> CoreError {
    problem.trouble(way).into()
}

fn said(way: &Way, error: &CliError) -> ApiError {
    let machine = way.machine();
    let say = |code, message: String, next: &str| ApiError::new(code, message).next(next);
    match error {
        CliError::Closed => say(
            ErrorCode::Disconnected,
            format!("{machine} ended the session at its command line."),
            "Try again; its log says why it did so.",
        )
        .retry(),
        CliError::Silent { .. } => say(
            ErrorCode::TimedOut,
            format!("{machine} gave no answer at its command line: {error}."),
            "Try again. If that happens each time, check that the account gets a prompt there and no menu.",
        )
        .retry(),
        CliError::Question { .. } => say(
            ErrorCode::Protocol,
            format!("{machine} was left alone with a question: {error}."),
            "Sign in there yourself, see to what it asks, and try again.",
        ),
        CliError::Busy { .. } => say(
            ErrorCode::Conflict,
            format!("{machine} is being configured: {error}."),
            "Wait until they are done, and try again.",
        )
        .retry(),
        CliError::Privilege => say(
            ErrorCode::NotAllowed,
            format!("{machine} does not let this account read its configuration: {error}."),
            "Give the machine an identity whose account is privileged from the start (privilege 15 or network-admin).",
        ),
        CliError::Refused { .. } => say(
            ErrorCode::Conflict,
            format!("{machine} does not do this: {error}."),
            "Check what the account may do there, and how the switch is configured.",
        ),
        CliError::Other(_) => say(
            ErrorCode::Invalid,
            format!("{machine} is another system: {error}."),
            "Edit the machine and choose whose command line it is under Management.",
        )
        .on("management"),
        CliError::Text { .. } => say(
            ErrorCode::Invalid,
            format!("This cannot be planned for {machine}: {error}."),
            "Change the text, or change it at the switch yourself.",
        )
        .on("wishes"),
        CliError::TooMuch { .. } | CliError::Unreadable(_) => say(
            ErrorCode::Protocol,
            format!("{machine} is not understood: {error}."),
            "Change it at its own command line, or add SNMP under Management to read it.",
        ),
    }
}

/// A text that cannot be typed, or anything else that is known before something is sent.
pub(in crate::devices) fn refused(way: &Way, error: &CliError) -> CoreError {
    CoreError::Api(Box::new(said(way, error)))
}
