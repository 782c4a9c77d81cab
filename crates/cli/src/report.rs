//! What is printed, and with which exit code it ends.

use patchbay_model::{ApiError, CloseReason, ErrorCode};
use std::io::Write;

/// It did not work.
pub(crate) const FAILED: u8 = 1;
/// Stopped by Ctrl-C, as shells say it.
pub(crate) const INTERRUPTED: u8 = 130;
/// No connection, as ssh(1) says it.
pub(crate) const NO_CONNECTION: u8 = 255;

/// How the program ends when something went wrong.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: ApiError,
    pub(crate) code: u8,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self { error, code: FAILED }
    }
}

impl From<patchbay_core::CoreError> for Failure {
    fn from(error: patchbay_core::CoreError) -> Self {
        ApiError::from(error).into()
    }
}

impl Failure {
    /// The machine was not reached.
    pub(crate) const fn connection(error: ApiError) -> Self {
        Self { error, code: NO_CONNECTION }
    }

    /// Says it on standard error.
    pub(crate) fn print(&self, json: bool) {
        let text = if json {
            serde_json::to_string(&self.error).unwrap_or_else(|_| self.error.to_string())
        } else {
            format!("patchbay-cli: {}", self.error)
        };
        say(&text);
    }
}

/// A line on standard error. If nobody can read it, nothing is left to be said.
pub(crate) fn say(text: &str) {
    let _nobody_reads = writeln!(std::io::stderr(), "{text}");
}

/// Text on standard output. A reader that has gone, as `head` goes, is no error.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout();
    let _nobody_reads = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// JSON on standard output, for people if it is a terminal.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<(), ApiError> {
    use std::io::IsTerminal;
    let text = if std::io::stdout().is_terminal() {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    };
    let text = text.map_err(|error| {
        ApiError::new(ErrorCode::Internal, format!("The result is not JSON: {error}."))
    })?;
    print(&format!("{text}\n"));
    Ok(())
}

/// How a remote shell or command ended.
pub(crate) fn ended(reason: CloseReason) -> Result<u8, Failure> {
    match reason {
        // A server that does not say counts as success, as it does for ssh(1) and its relatives.
        CloseReason::Exited { code } => {
            Ok(u8::try_from(code.unwrap_or(0) & 0xff).unwrap_or(FAILED))
        }
        CloseReason::Signalled { signal, message } => {
            let said = if message.is_empty() { String::new() } else { format!(": {message}") };
            say(&format!("patchbay-cli: it was ended by the signal {signal}{said}."));
            Ok(signal_number(&signal).map_or(NO_CONNECTION, |number| 128 + number))
        }
        CloseReason::Failed { error } => Err(Failure::connection(error)),
        CloseReason::ByPerson => Ok(NO_CONNECTION),
    }
}

/// Numbers of the signals of RFC 4254 section 6.10, as nearly every system has them.
fn signal_number(name: &str) -> Option<u8> {
    Some(match name {
        "HUP" => 1,
        "INT" => 2,
        "QUIT" => 3,
        "ILL" => 4,
        "ABRT" => 6,
        "FPE" => 8,
        "KILL" => 9,
        "USR1" => 10,
        "SEGV" => 11,
        "USR2" => 12,
        "PIPE" => 13,
        "ALRM" => 14,
        "TERM" => 15,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::ended;
    use patchbay_model::{ApiError, CloseReason, ErrorCode};

    #[test]
    fn exit_codes() {
        assert_eq!(ended(CloseReason::Exited { code: Some(3) }).unwrap(), 3);
        assert_eq!(ended(CloseReason::Exited { code: Some(256 + 7) }).unwrap(), 7);
        assert_eq!(ended(CloseReason::Exited { code: None }).unwrap(), 0);
        assert_eq!(ended(CloseReason::Exited { code: Some(-1) }).unwrap(), 255);
        let killed = CloseReason::Signalled { signal: "KILL".into(), message: String::new() };
        assert_eq!(ended(killed).unwrap(), 137);
        let error = ApiError::new(ErrorCode::Refused, "no");
        assert_eq!(ended(CloseReason::Failed { error }).unwrap_err().code, 255);
    }
}
