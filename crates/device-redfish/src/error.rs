//! What can go wrong with a machine, and how each is put to people.

use crate::Said;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum RedfishError {
    /// Nobody answers; nothing was asked, or nothing that changes anything.
    #[error("The management controller {at} does not answer: {why}.")]
    Unreachable {
        /// Host and port.
        at: String,
        /// In a few words.
        why: String,
    },
    /// What answers does not speak TLS as it should.
    #[error("What answers at {at} makes no encrypted connection: {why}.")]
    NoTls {
        /// Host and port.
        at: String,
        /// In a few words.
        why: String,
    },
    /// Another certificate than the one that was pinned. Nothing was said to it.
    #[error(
        "{at} shows another certificate than the one that was trusted. It is now {shown}: trust it only if whoever looks after the machine says that it was replaced."
    )]
    Changed {
        /// Host and port.
        at: String,
        /// The fingerprint of its certificate.
        shown: String,
    },
    /// A change was asked for and the answer did not come: whether it was done nobody knows.
    #[error(
        "The answer of {at} was lost: {why}. Look at the state of the machine before it is asked again."
    )]
    Lost {
        /// Host and port.
        at: String,
        /// In a few words.
        why: String,
    },
    /// It answered with more than anything can be.
    #[error("The answer of {at} is larger than it can be.")]
    TooLarge {
        /// Host and port.
        at: String,
    },
    /// What answered is no Redfish service.
    #[error(
        "What answers at {at} is no Redfish service: {why}. Check the address, and that Redfish is switched on there."
    )]
    NotRedfish {
        /// Host and port.
        at: String,
        /// In a few words.
        why: String,
    },
    /// The name or the password is wrong.
    #[error("{at} refuses the name or the password of {user}.")]
    WrongPassword {
        /// Host and port.
        at: String,
        /// Who.
        user: String,
    },
    /// The account is locked, by an administrator or after too many wrong passwords.
    #[error(
        "The account {user} of {at} is locked. Wait until it is free again, or have an administrator unlock it."
    )]
    Locked {
        /// Host and port.
        at: String,
        /// Who.
        user: String,
    },
    /// The machine does nothing else before the password is another (DSP0266 section 13.5).
    #[error("{at} wants the password of {user} changed before it does anything else.")]
    PasswordChangeRequired {
        /// Host and port.
        at: String,
        /// Who.
        user: String,
    },
    /// The account's role does not go as far.
    #[error("The account {user} may not do that on {at}: its role does not have the privilege.")]
    NotAllowed {
        /// Host and port.
        at: String,
        /// Who.
        user: String,
    },
    /// All sessions of the machine are in use.
    #[error("{at} has no session left. End others there, or wait until they time out.")]
    SessionsFull {
        /// Host and port.
        at: String,
    },
    /// Another answer than yes, in the machine's own words.
    #[error("{at} refused ({status}): {said}")]
    Refused {
        /// Host and port.
        at: String,
        /// Of HTTP.
        status: u16,
        /// Why.
        said: Said,
    },
    /// There is no such resource.
    #[error("{at} has no {what}.")]
    Missing {
        /// Host and port.
        at: String,
        /// What was looked for.
        what: String,
    },
    /// The machine does not do this.
    #[error("The machine does not offer {asked}. It offers: {offered}.")]
    NotOffered {
        /// What was asked for.
        asked: String,
        /// What there is, separated by commas.
        offered: String,
    },
    /// The controller looks after several systems, and nobody said which is meant.
    #[error("{at} looks after several systems ({ids}): say which one is meant.")]
    WhichSystem {
        /// Host and port.
        at: String,
        /// Their ids, separated by commas.
        ids: String,
    },
    /// The state that was waited for did not come.
    #[error("Waited in vain until {what}; {now}.")]
    Waited {
        /// For what.
        what: String,
        /// What is there instead.
        now: String,
    },
    /// A task was accepted and failed.
    #[error("The task {name} ended as {state}: {said}")]
    TaskFailed {
        /// Its name or id.
        name: String,
        /// Its last state, as the machine calls it.
        state: String,
        /// Why.
        said: Said,
    },
    /// What was asked for cannot be asked for.
    #[error("{0}")]
    Invalid(String),
}

impl RedfishError {
    /// Whether the machine refused with one of these statuses: it has done nothing.
    pub(crate) fn is_refused(&self, statuses: &[u16]) -> bool {
        matches!(self, Self::Refused { status, .. } if statuses.contains(status))
    }

    /// Whether it may have been done all the same.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        matches!(self, Self::Lost { .. })
    }
}
