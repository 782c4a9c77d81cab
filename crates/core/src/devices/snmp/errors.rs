//! What goes wrong between here and an agent, as people read it.

use crate::{CoreError, devices::reach::Way};
use patchbay_device_snmp::{Asked, Refusal, SnmpError};
use patchbay_model::{ApiError, ErrorCode};

/// A problem of an agent as a sentence about the machine, with what to do next.
pub(in crate::devices) fn told(way: &Way, error: &SnmpError) -> CoreError {
    let machine = way.machine();
    let place = way.address().unwrap_or_default();
    let said = |code, message: String, next: &str| ApiError::new(code, message).next(next);
    let refused = |message: &str, next: &str| {
        said(ErrorCode::AuthFailed, format!("{machine} {message}."), next)
    };
    let api = match error {
        SnmpError::Name(_) => said(
            ErrorCode::UnknownHost,
            format!("{place} cannot be found."),
            "Check the name, and that this computer's name server knows it.",
        ),
        SnmpError::Socket(why) => said(
            ErrorCode::Unreachable,
            format!("This computer gives no socket for SNMP: {why}."),
            "Check its network, and try again.",
        )
        .retry(),
        SnmpError::Network { error, .. } => said(
            ErrorCode::Unreachable,
            format!("{machine} is not reached at {place}: {error}."),
            "Check the network between here and there.",
        )
        .retry(),
        SnmpError::NoAnswer { asked, .. } => said(
            ErrorCode::TimedOut,
            format!("{machine} does not answer SNMP at {place}."),
            silence(*asked),
        )
        .retry(),
        SnmpError::UserName => said(
            ErrorCode::Invalid,
            format!("The user name for SNMP at {machine} has to have 1 to 32 bytes."),
            "Edit the machine and choose an identity with a user name.",
        )
        .on("management"),
        SnmpError::ShortPassword => said(
            ErrorCode::Invalid,
            format!("A password for SNMP at {machine} is shorter than 8 bytes, which version 3 does not allow."),
            "Choose an identity with a longer one, or change it there and here.",
        )
        .on("management"),
        SnmpError::Unsupported => said(
            ErrorCode::NoCommonAlgorithm,
            "This combination of hash and cipher is not supported.".to_owned(),
            "Edit the machine and choose others.",
        )
        .on("management"),
        SnmpError::UnknownUser(_) => refused(
            "does not know this SNMP user",
            "Check the identity's user name, and the users on the device.",
        ),
        SnmpError::WrongDigest(_) => refused(
            "refuses the signature: the password or the hash is another",
            "Check the identity's password, and the hash on the device.",
        ),
        SnmpError::Decryption(_) => refused(
            "cannot decrypt what it is asked: the privacy password or the cipher is another",
            "Check the privacy identity's password, and the cipher on the device.",
        ),
        SnmpError::Level(_) => refused(
            "does not let this SNMP user in at this level",
            "Choose a hash and cipher, or leave them out, as the user has it on the device.",
        ),
        SnmpError::Refused { why, object, .. } => denied(machine, *why, object.as_deref()),
        SnmpError::Missing { .. } => said(
            ErrorCode::NotFound,
            format!("{error}."),
            "Check that it is the right device, and its family.",
        ),
        SnmpError::NotInTimeWindow(_) | SnmpError::UnknownEngine(_) | SnmpError::Nonsense(_) => {
            said(ErrorCode::Protocol, format!("{error}."), "Try again.").retry()
        }
        SnmpError::Loops(_) | SnmpError::TooMuch(_) => said(
            ErrorCode::Protocol,
            format!("{error}."),
            "Look for a newer firmware of the device.",
        ),
    };
    CoreError::Api(Box::new(api))
}

/// What silence may mean, which depends on how it was asked.
const fn silence(asked: Asked) -> &'static str {
    match asked {
        Asked::Community => {
            "Check the address, the device's access list and the community: a wrong one is not answered at all."
        }
        Asked::User => {
            "Check the address, the device's access list, and that version 3 is switched on there."
        }
        Asked::Sealed => {
            "Check the address, the device's access list, and the privacy password and cipher: wrong ones may not be answered at all."
        }
    }
}

fn denied(machine: &str, why: Refusal, object: Option<&str>) -> ApiError {
    let (code, next) = match why {
        Refusal::NoAccess => (
            ErrorCode::NotAllowed,
            "Use a community that may do it, or a user with the hash and cipher that it may do it with.",
        ),
        Refusal::ReadOnly | Refusal::NoSuchName => (
            ErrorCode::NotAllowed,
            "Use a community or user that may change it, if the device has this at all.",
        ),
        Refusal::BadValue => (ErrorCode::Protocol, "The device does not take this value."),
        Refusal::Inconsistent => {
            (ErrorCode::Conflict, "Look at what is set on the device, and change that first.")
        }
        Refusal::NoRoom => (ErrorCode::Protocol, "Remove something on the device first."),
        Refusal::Failed => (ErrorCode::Protocol, "Look at the device's own log."),
        Refusal::TooBig => (ErrorCode::Protocol, "Try again with less at once."),
    };
    let object = object.map(|object| format!(" {object}")).unwrap_or_default();
    ApiError::new(code, format!("{machine} refuses{object}: {why}.")).next(next)
}
