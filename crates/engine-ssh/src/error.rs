//! What can go wrong between here and a terminal, and how it is said.

use crate::{policy::legacy_would_help, text::phrase};
use patchbay_model::{ApiError, ErrorCode};
use std::time::Duration;

/// What was being waited for when the time was up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// For the name to resolve.
    Name,
    /// For the TCP connection, or for the jump host to make it.
    Connect,
    /// For the server's first line.
    Greeting,
    /// For the key exchange.
    Handshake,
    /// For an answer to an attempt to sign in.
    SignIn,
    /// For the terminal or the command to start.
    Shell,
}

/// Why there is no session.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SshError {
    /// The name does not resolve.
    #[error("the name {host} does not resolve: {reason}")]
    UnknownHost {
        /// The name.
        host: String,
        /// What the resolver says.
        reason: String,
    },
    /// The machine answers, and nothing listens.
    #[error("{address} refused the connection")]
    Refused {
        /// `host:port`.
        address: String,
    },
    /// There is no way there.
    #[error("{address} cannot be reached: {reason}")]
    Unreachable {
        /// `host:port`.
        address: String,
        /// What the system says.
        reason: String,
    },
    /// It may not be dialled from here.
    #[error("{address} may not be dialled from here")]
    OutOfReach {
        /// Host and port.
        address: String,
    },
    /// A Unix socket of this computer cannot be used.
    #[error("{path}: {reason}")]
    Socket {
        /// Its path.
        path: String,
        /// Why.
        reason: String,
    },
    /// Nothing came in time.
    #[error("{address}: no answer within {after:?} ({waiting:?})")]
    TimedOut {
        /// `host:port`, or the path of a socket.
        address: String,
        /// For what.
        waiting: Waiting,
        /// How long.
        after: Duration,
    },
    /// What answers is no SSH server.
    #[error("no SSH server: {said}")]
    NotSsh {
        /// Its first words, made safe to show; may be empty.
        said: String,
    },
    /// It sent far more than signing in can need.
    #[error("the server floods")]
    Flooded,
    /// It breaks the protocol.
    #[error("protocol error: {detail}")]
    Protocol {
        /// How.
        detail: String,
    },
    /// It ended the connection before there was a session.
    #[error("the server closed the connection ({waiting:?}): {reason:?}")]
    BrokeOff {
        /// During what.
        waiting: Waiting,
        /// What it said, if anything.
        reason: Option<String>,
    },
    /// Nothing in common.
    #[error("no common {kind}; ours {ours:?}, theirs {theirs:?}")]
    NoCommonAlgorithm {
        /// "key exchange", "host key", "cipher", "MAC" or "compression".
        kind: String,
        /// What Patchbay offers.
        ours: Vec<String>,
        /// What the server offers.
        theirs: Vec<String>,
    },
    /// The host key is not trusted.
    #[error("host key refused: {reason}")]
    HostKeyRefused {
        /// Why, as a sentence.
        reason: String,
    },
    /// The host key could not be kept on record.
    #[error("host key not saved: {reason}")]
    HostKeyNotSaved {
        /// Why, as a sentence.
        reason: String,
    },
    /// The server did not prove that it holds the host key it shows.
    #[error("wrong signature by the host key")]
    HostKeyForged,
    /// Every way to sign in was refused.
    #[error("sign-in refused; tried {tried:?}, the server accepts {accepts:?}")]
    AuthFailed {
        /// As whom.
        user: String,
        /// What was tried, in words.
        tried: Vec<String>,
        /// What the server would accept, in its words.
        accepts: Vec<String>,
    },
    /// The server ended it after too many attempts.
    #[error("too many attempts: {said}")]
    TooManyAttempts {
        /// As whom.
        user: String,
        /// What it said.
        said: String,
    },
    /// A private key is encrypted and no passphrase is known.
    #[error("the key needs a passphrase")]
    KeyPassphraseNeeded,
    /// The passphrase does not open the private key.
    #[error("wrong passphrase for the key")]
    KeyPassphraseWrong,
    /// A key is well-formed, and of a kind Patchbay cannot use.
    #[error("unsupported key: {reason}")]
    KeyUnsupported {
        /// Which kind.
        reason: String,
    },
    /// What should be a key is not, or is damaged.
    #[error("unreadable key: {reason}")]
    KeyUnreadable {
        /// Why.
        reason: String,
    },
    /// A certificate is unreadable or does not belong to its key.
    #[error("unusable certificate: {reason}")]
    CertificateUnusable {
        /// Why.
        reason: String,
    },
    /// No SSH agent is running where it should be.
    #[error("no SSH agent: {reason}")]
    AgentMissing {
        /// Why.
        reason: String,
    },
    /// The agent holds no key, or not the one that is wanted.
    #[error("the SSH agent has no suitable key")]
    AgentEmpty {
        /// The wanted one.
        fingerprint: Option<String>,
    },
    /// The agent would not sign.
    #[error("the SSH agent refused: {reason}")]
    AgentRefused {
        /// Why.
        reason: String,
    },
    /// A jump host would not connect onwards.
    #[error("{jump} did not forward to {to}: {reason}")]
    ForwardRefused {
        /// The jump host.
        jump: String,
        /// `host:port`, or the path of a socket.
        to: String,
        /// Why.
        reason: String,
    },
    /// A jump host failed.
    #[error("jump host {name}: {source}")]
    Jump {
        /// Its name.
        name: String,
        /// How.
        source: Box<SshError>,
    },
    /// An open connection was lost.
    #[error("connection lost: {reason:?}")]
    Lost {
        /// What the server or the system said.
        reason: Option<String>,
    },
    /// An open connection fell silent.
    #[error("no answer to keep-alives for {0:?}")]
    Silent(Duration),
    /// Signed in, and the server would not start what was asked for.
    #[error("refused: {what}")]
    ShellRefused {
        /// "a terminal", "a shell", "the command".
        what: String,
    },
    /// Something else listens at the place a tunnel is to listen at.
    #[error("{at} is taken")]
    ListenTaken {
        /// `address:port`, or the path of a socket.
        at: String,
    },
    /// A tunnel cannot listen here.
    #[error("cannot listen at {at}: {reason}")]
    ListenFailed {
        /// `address:port`, or the path of a socket.
        at: String,
        /// Why.
        reason: String,
    },
    /// The machine would not listen for a tunnel; SSH gives no reason.
    #[error("the server would not listen at {at}")]
    RemoteListenRefused {
        /// `address:port`, or the path of a socket.
        at: String,
    },
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A bug.
    #[error("internal error: {0}")]
    Internal(String),
}

impl SshError {
    /// What people and programs are told: what happened, to which machine, why, and the next step.
    #[must_use]
    pub fn api_error(&self, machine: &str) -> ApiError {
        self.network(machine)
            .or_else(|| self.trust(machine))
            .or_else(|| self.key())
            .unwrap_or_else(|| self.rest(machine))
    }

    fn network(&self, machine: &str) -> Option<ApiError> {
        Some(match self {
            Self::UnknownHost { host, reason } => {
                ApiError::new(ErrorCode::UnknownHost, format!("The name “{host}” of {machine} does not resolve ({reason})."))
                    .next("Check the spelling, and that this computer is on the right network.")
                    .on("address")
                    .retry()
            }
            Self::Refused { address } => {
                ApiError::new(ErrorCode::Refused, format!("{machine} refused the connection: nothing listens at {address}."))
                    .next("Check the port, and that the server is running there.")
                    .on("port")
                    .retry()
            }
            Self::Unreachable { address, reason } => {
                ApiError::new(ErrorCode::Unreachable, format!("There is no way to {machine} at {address} ({reason})."))
                    .next("Check this computer's network or VPN.")
                    .retry()
            }
            Self::OutOfReach { address } => {
                ApiError::new(ErrorCode::NotAllowed, format!("{machine} ({address}) may not be reached from this server."))
                    .next("Ask who runs the server to allow the address.")
            }
            Self::Socket { path, reason } => {
                ApiError::new(ErrorCode::Unreachable, format!("{machine} cannot be reached by the socket {path} of this computer: {reason}."))
                    .next("Check the path, and that the server is running.")
                    .on("address")
                    .retry()
            }
            Self::TimedOut { address, waiting, after } => timed_out(machine, address, *waiting, *after),
            Self::NotSsh { said } if said.is_empty() => {
                ApiError::new(ErrorCode::Protocol, format!("{machine} closed the connection without an SSH greeting."))
                    .next("Check that the port is the SSH server's; it may also be refusing this computer for a while.")
                    .retry()
            }
            Self::NotSsh { said } => {
                ApiError::new(ErrorCode::Protocol, format!("What answers for {machine} is not an SSH server. It said “{said}”."))
                    .next("Check that the port is the SSH server's.")
                    .on("port")
            }
            Self::Flooded => {
                ApiError::new(ErrorCode::Protocol, format!("{machine} sent a flood of data instead of signing in, so it was cut off."))
                    .next("Check that the address and port are the SSH server's.")
            }
            Self::Protocol { detail } => {
                ApiError::new(ErrorCode::Protocol, format!("{machine} breaks the SSH protocol: {detail}."))
                    .next("Try again; if it persists, the server or something on the way to it is faulty.")
                    .retry()
            }
            Self::BrokeOff { waiting, reason } => broke_off(machine, *waiting, reason.as_deref()),
            Self::Lost { reason } => {
                let why = reason.as_deref().map_or_else(String::new, |r| format!(": {r}"));
                ApiError::new(ErrorCode::Disconnected, format!("The connection to {machine} was lost{why}."))
                    .next("Connect again.")
                    .retry()
            }
            Self::Silent(after) => ApiError::new(
                ErrorCode::Disconnected,
                format!("The connection to {machine} was lost: it has not answered for {}.", seconds(*after)),
            )
            .next("Check the network, then connect again.")
            .retry(),
            _ => return None,
        })
    }

    fn trust(&self, machine: &str) -> Option<ApiError> {
        Some(match self {
            Self::NoCommonAlgorithm { kind, ours, theirs } => {
                no_common_algorithm(machine, kind, ours, theirs)
            }
            Self::HostKeyRefused { reason } => {
                ApiError::new(ErrorCode::HostKey, format!("The host key of {machine} is not trusted: {}.", phrase(reason)))
                    .next("Compare its fingerprint with one you got another way, then connect again.")
            }
            Self::HostKeyNotSaved { reason } => {
                ApiError::new(ErrorCode::HostKeyNotSaved, format!("The host key of {machine} could not be saved: {}.", phrase(reason)))
                    .next("Nothing was sent to the machine. Make the vault writable, then connect again.")
            }
            Self::HostKeyForged => ApiError::new(
                ErrorCode::HostKey,
                format!("{machine} did not prove that it holds the host key it shows, so nothing was sent to it."),
            )
            .next("Someone may be in between: do not go on until you know who."),
            Self::AuthFailed { user, tried, accepts } => auth_failed(machine, user, tried, accepts),
            Self::TooManyAttempts { user, said } => ApiError::new(
                ErrorCode::AuthFailed,
                format!("{machine} broke off after too many attempts to sign in as {user}: {said}."),
            )
            .next("Give the machine just the identity it accepts; restrict an agent identity to one key."),
            _ => return None,
        })
    }

    fn key(&self) -> Option<ApiError> {
        Some(match self {
            Self::KeyPassphraseNeeded => {
                ApiError::new(ErrorCode::KeyPassphrase, "The private key is encrypted, and its passphrase is not known.")
                    .next("Enter the passphrase, or keep it with the identity.")
                    .on("passphrase")
            }
            Self::KeyPassphraseWrong => ApiError::new(ErrorCode::KeyPassphrase, "The passphrase does not open the private key.")
                .next("Enter the passphrase the key was encrypted with.")
                .on("passphrase"),
            Self::KeyUnsupported { reason } => {
                ApiError::new(ErrorCode::KeyUnsupported, format!("Patchbay cannot use this key: {reason}."))
                    .next("Use an Ed25519, ECDSA or RSA key, in OpenSSH, PEM or PuTTY format.")
                    .on("privateKey")
            }
            Self::KeyUnreadable { reason } => {
                ApiError::new(ErrorCode::KeyUnsupported, format!("This is not a private key Patchbay can read: {reason}."))
                    .next("Give the whole file, from its first line to its last.")
                    .on("privateKey")
            }
            Self::CertificateUnusable { reason } => {
                ApiError::new(ErrorCode::KeyUnsupported, format!("The certificate cannot be used: {reason}."))
                    .next("Give the OpenSSH certificate that was made for this key (its file ends in -cert.pub).")
                    .on("certificate")
            }
            Self::AgentMissing { reason } => ApiError::new(ErrorCode::Agent, format!("No SSH agent answers: {reason}."))
                .next(if cfg!(windows) {
                    "Start the OpenSSH Authentication Agent service or Pageant, then try again."
                } else {
                    "Start an agent (ssh-agent) and start Patchbay from the same login, so that SSH_AUTH_SOCK names it."
                })
                .retry(),
            Self::AgentEmpty { fingerprint: None } => ApiError::new(ErrorCode::Agent, "The SSH agent holds no keys.")
                .next("Add one with ssh-add, then try again.")
                .retry(),
            Self::AgentEmpty { fingerprint: Some(key) } => {
                ApiError::new(ErrorCode::Agent, format!("The SSH agent does not hold the key {key}."))
                    .next("Add it with ssh-add, or choose another key for the identity.")
                    .retry()
            }
            Self::AgentRefused { reason } => ApiError::new(ErrorCode::Agent, format!("The SSH agent would not sign: {reason}."))
                .next("Unlock the agent or confirm its question, then try again.")
                .retry(),
            _ => return None,
        })
    }

    fn rest(&self, machine: &str) -> ApiError {
        match self {
            Self::ForwardRefused { jump, to, reason } => ApiError::new(
                ErrorCode::Jump,
                format!("The jump host {jump} did not connect to {to}: {}.", phrase(reason)),
            )
            .next(format!(
                "Check that {jump} can reach it, and that its SSH server allows {}.",
                if to.starts_with('/') { "forwarding to sockets" } else { "TCP forwarding" }
            ))
            .retry(),
            Self::Jump { name, source } => {
                let inner = source.api_error(name);
                let mut error = ApiError::new(
                    ErrorCode::Jump,
                    format!(
                        "{machine} is reached through {name}, and that failed. {}",
                        inner.message
                    ),
                )
                .next(inner.next_step);
                error.retryable = inner.retryable;
                error
            }
            Self::ShellRefused { what } => ApiError::new(
                ErrorCode::ShellRefused,
                format!("Signed in to {machine}, but it would not start {what}."),
            )
            .next("Check what the account is allowed to do there."),
            Self::ListenTaken { at } => ApiError::new(
                ErrorCode::AddressTaken,
                format!("{at} is taken: another program listens there."),
            )
            .next("Choose another port or path, or end that program.")
            .on("listen")
            .retry(),
            Self::ListenFailed { at, reason } => ApiError::new(
                ErrorCode::Invalid,
                format!("A tunnel cannot listen at {at}: {reason}."),
            )
            .next("Choose another port or path.")
            .on("listen"),
            Self::RemoteListenRefused { at } => ApiError::new(
                ErrorCode::AddressTaken,
                format!("{machine} would not listen at {at}."),
            )
            .next("Something may listen there already, or its SSH server allows no remote forwarding or no such port.")
            .on("listen")
            .retry(),
            Self::Cancelled => ApiError::new(
                ErrorCode::Cancelled,
                format!("Connecting to {machine} was cancelled."),
            )
            .retry(),
            other => ApiError::new(
                ErrorCode::Internal,
                format!(
                    "Connecting to {machine} failed in a way that should not happen ({other})."
                ),
            )
            .next("Please report it."),
        }
    }
}

fn seconds(time: Duration) -> String {
    let s = time.as_secs();
    if s == 0 { format!("{} ms", time.as_millis()) } else { format!("{s} s") }
}

fn list(names: &[String]) -> String {
    match names {
        [] => "nothing".into(),
        names => {
            let mut text = names.iter().take(8).map(|n| phrase(n)).collect::<Vec<_>>().join(", ");
            if names.len() > 8 {
                text.push_str(" and more");
            }
            text
        }
    }
}

fn no_common_algorithm(machine: &str, kind: &str, ours: &[String], theirs: &[String]) -> ApiError {
    let error = ApiError::new(
        ErrorCode::NoCommonAlgorithm,
        format!(
            "{machine} and Patchbay have no {kind} in common. It offers {}; Patchbay offers {}.",
            list(theirs),
            list(ours)
        ),
    );
    if legacy_would_help(ours, theirs) {
        return error
            .next("What it offers is outdated: update its SSH server. If that cannot be, allow legacy algorithms for this machine.")
            .on("legacyAlgorithms");
    }
    error.next("What it offers is unsafe or unknown here: update its SSH server.")
}

fn timed_out(machine: &str, address: &str, waiting: Waiting, after: Duration) -> ApiError {
    let after = seconds(after);
    let (message, next) = match waiting {
        Waiting::Name => (
            format!("The name of {machine} was not resolved within {after}."),
            "Check this computer's network and DNS server.",
        ),
        Waiting::Connect => (
            format!("{machine} did not answer at {address} within {after}."),
            "Check that it is switched on, and that no firewall is in between.",
        ),
        Waiting::Greeting => (
            format!(
                "{machine} accepted the connection at {address}, but sent no SSH greeting within {after}."
            ),
            "Check that the port is the SSH server's; it may also be overloaded.",
        ),
        Waiting::Handshake => (
            format!("{machine} greeted, then did not finish the key exchange within {after}."),
            "It may be overloaded, or a faulty link drops large packets (MTU). Try again.",
        ),
        Waiting::SignIn => (
            format!("{machine} did not answer the sign-in within {after}."),
            "Its user directory may be down. Try again later.",
        ),
        Waiting::Shell => (
            format!("Signed in to {machine}, but it did not start a session within {after}."),
            "It may be overloaded. Try again later.",
        ),
    };
    ApiError::new(ErrorCode::TimedOut, message).next(next).retry()
}

fn broke_off(machine: &str, waiting: Waiting, reason: Option<&str>) -> ApiError {
    let during = match waiting {
        Waiting::Name | Waiting::Connect | Waiting::Greeting => "before it greeted",
        Waiting::Handshake => "during the key exchange",
        Waiting::SignIn => "during sign-in",
        Waiting::Shell => "before the session started",
    };
    let said = reason.map_or_else(String::new, |r| format!(" It said “{r}”."));
    ApiError::new(ErrorCode::Protocol, format!("{machine} closed the connection {during}.{said}"))
        .next("Try again in a minute; the server's log says why it did so.")
        .retry()
}

fn auth_failed(machine: &str, user: &str, tried: &[String], accepts: &[String]) -> ApiError {
    let message = match tried {
        [] => format!(
            "Nothing to sign in to {machine} with: it lets {user} in by {} only.",
            list(accepts)
        ),
        tried => format!(
            "{machine} did not let {user} sign in. Tried: {}. It accepts {}.",
            list(tried),
            list(accepts)
        ),
    };
    let next = if tried.is_empty() {
        "Give the machine an identity of a kind it accepts."
    } else {
        "Check the user name and the identity."
    };
    ApiError::new(ErrorCode::AuthFailed, message).next(next).on("identities")
}
