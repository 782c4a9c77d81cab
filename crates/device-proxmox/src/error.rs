//! What can go wrong with a cluster, and how each is put to people.

use crate::Fingerprint;
use patchbay_model::{ApiError, ErrorCode};

/// What went wrong. What a server said stands in it on one line, without what acts on a screen, and cut.
#[derive(Debug, thiserror::Error)]
pub enum ProxmoxError {
    /// Nobody answers.
    #[error("{at} does not answer: {why}.")]
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
    /// Another certificate than the one that was pinned. Nothing was sent to whoever showed it.
    #[error("{at} shows another certificate than the one that was trusted.")]
    CertificateChanged {
        /// Host and port.
        at: String,
        /// Of the certificate it shows.
        shown: Fingerprint,
    },
    /// User and password do not fit.
    #[error("The cluster refused the password of {user}.")]
    WrongPassword {
        /// `user@realm`.
        user: String,
    },
    /// A one-time password is asked for besides.
    #[error("The cluster asks for a one-time password of {user}.")]
    NeedsCode {
        /// `user@realm`.
        user: String,
    },
    /// The one-time password does not fit.
    #[error("The cluster refused the one-time password of {user}.")]
    WrongCode {
        /// `user@realm`.
        user: String,
    },
    /// The second factor is none that can be typed.
    #[error("{user} has a second factor that cannot be typed, such as a security key.")]
    OtherFactor {
        /// `user@realm`.
        user: String,
    },
    /// The cluster takes the sign-in no more: a token that was deleted or has expired, for one.
    #[error("The cluster refused the sign-in of {who}: {why}.")]
    SignedOut {
        /// `user@realm`, or `user@realm!token`.
        who: String,
        /// In the server's words.
        why: String,
    },
    /// The rights do not go as far.
    #[error("The cluster does not allow that: {why}.")]
    NotAllowed {
        /// In the server's words; they name the privilege and the path.
        why: String,
    },
    /// The server has no such request, because it is older, or no Proxmox VE.
    #[error("The server knows no {request}.")]
    UnknownRequest {
        /// Method and path.
        request: String,
    },
    /// No node of the cluster has this name.
    #[error("The cluster has no node {node}.")]
    UnknownNode {
        /// Its name.
        node: String,
    },
    /// The guest or the thing is not there any more, or is on another node.
    #[error("That is not there any more: {why}.")]
    Gone {
        /// In the server's words.
        why: String,
    },
    /// The node that answers cannot reach the one that the request is about (status 595 and its kin).
    #[error("The node {node} cannot be reached by the cluster: {why}.")]
    NodeUnreachable {
        /// Its name.
        node: String,
        /// In the server's words.
        why: String,
    },
    /// Values that the server does not take.
    #[error("The cluster does not take {}.", listed(fields))]
    Parameters {
        /// Each name with the server's words about it.
        fields: Vec<(String, String)>,
    },
    /// Somebody else has changed the configuration since it was read.
    #[error("Somebody else has changed the configuration meanwhile.")]
    ChangedMeanwhile,
    /// The server said no for another reason.
    #[error("The cluster refused: {why}.")]
    Refused {
        /// Of HTTP.
        status: u16,
        /// In the server's words.
        why: String,
    },
    /// A request was accepted and its task failed.
    #[error("The task {kind} of {about} on {node} failed: {why}.")]
    TaskFailed {
        /// `qmstart` and the like.
        kind: String,
        /// A guest's number, a storage's name; may be empty.
        about: String,
        /// Where it ran.
        node: String,
        /// Its exit status.
        why: String,
        /// The last lines of its log.
        log: Vec<String>,
    },
    /// What answered is no Proxmox VE, or something in between answered for it.
    #[error("What answers at {at} is no Proxmox VE, or something in between: status {status}.")]
    Strange {
        /// Host and port.
        at: String,
        /// Of HTTP.
        status: u16,
    },
    /// It answered with more than anything can be.
    #[error("The answer of {at} is larger than it can be.")]
    TooLarge {
        /// Host and port.
        at: String,
    },
    /// The console did not open.
    #[error("The console did not open: {why}.")]
    Console {
        /// In a few words.
        why: String,
    },
    /// What was asked for cannot be asked for.
    #[error("{0}")]
    Invalid(String),
    /// A file could not be read while it was uploaded.
    #[error("The file could not be read: {0}.")]
    File(std::io::Error),
    /// It was cancelled.
    #[error("It was cancelled.")]
    Cancelled,
}

/// `memory (value must be …)`, more than one with commas between.
fn listed(fields: &[(String, String)]) -> String {
    let one = |(name, why): &(String, String)| format!("{name} ({why})");
    fields.iter().map(one).collect::<Vec<_>>().join(", ")
}

impl ProxmoxError {
    /// Whether the same may work in a moment, because something in between failed.
    pub(crate) const fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::NodeUnreachable { .. })
    }
}

impl From<ProxmoxError> for ApiError {
    fn from(error: ProxmoxError) -> Self {
        use ProxmoxError as E;
        let message = error.to_string();
        match error {
            E::Unreachable { .. } => Self::new(ErrorCode::Unreachable, message)
                .next("Check the address, port 8006 and the network, then try again.")
                .retry(),
            E::NoTls { .. } => Self::new(ErrorCode::Protocol, message)
                .next("Check the address and the port: Proxmox VE listens on 8006.")
                .retry(),
            E::CertificateChanged { shown, .. } => Self::new(ErrorCode::HostKey, message).next(format!(
                "It is now {shown}. Compare it with what the node shows under Certificates, and trust it only if they are equal."
            )),
            E::WrongPassword { .. } => Self::new(ErrorCode::AuthFailed, message)
                .next("Check the password, and the realm behind the @.")
                .on("password"),
            E::NeedsCode { .. } => Self::new(ErrorCode::NeedsCode, message)
                .next("Type the code that the authenticator app shows, or a recovery key.")
                .on("code"),
            E::WrongCode { .. } => Self::new(ErrorCode::NeedsCode, message)
                .next("Wait for the next code and type that; a recovery key works once. After too many wrong ones the cluster takes none.")
                .on("code"),
            E::OtherFactor { .. } => Self::new(ErrorCode::AuthFailed, message)
                .next("Use an API token, or give the user an authenticator app besides."),
            E::SignedOut { .. } => Self::new(ErrorCode::SignedOut, message)
                .next("Sign in again, or make a new API token in the cluster."),
            E::NotAllowed { .. } => Self::new(ErrorCode::NotAllowed, message)
                .next("Whoever runs the cluster can give the user or the token that privilege."),
            E::UnknownRequest { .. } => Self::new(ErrorCode::Protocol, message)
                .next("Check that this is Proxmox VE 7 or newer."),
            E::UnknownNode { .. } | E::Gone { .. } => Self::new(ErrorCode::NotFound, message)
                .next("It may have been moved or deleted: look at the tree again."),
            E::NodeUnreachable { .. } => Self::new(ErrorCode::Unreachable, message)
                .next("Check that the node is on and in the cluster, then try again.")
                .retry(),
            E::Parameters { ref fields } => {
                let field = fields.first().map(|(name, _)| name.clone());
                Self { field, ..Self::new(ErrorCode::Invalid, message) }
            }
            E::ChangedMeanwhile => Self::new(ErrorCode::Conflict, message)
                .next("Look at it again, then change it."),
            E::Refused { .. } => Self::new(ErrorCode::Ended, message),
            E::TaskFailed { .. } => {
                Self::new(ErrorCode::Ended, message).next("The task's log says more.")
            }
            E::Strange { .. } => Self::new(ErrorCode::Protocol, message)
                .next("Check the address, and whatever stands between.")
                .retry(),
            E::TooLarge { .. } => Self::new(ErrorCode::Protocol, message),
            E::Console { .. } => Self::new(ErrorCode::ShellRefused, message)
                .next("Check that the guest runs, then try again.")
                .retry(),
            E::Invalid(_) => Self::new(ErrorCode::Invalid, message),
            E::File(_) => Self::new(ErrorCode::Storage, message),
            E::Cancelled => Self::new(ErrorCode::Cancelled, message),
        }
    }
}
