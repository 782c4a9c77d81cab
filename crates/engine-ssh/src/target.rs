//! What to connect to, and with what.

use patchbay_model::Secret;
use std::{fmt, net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

/// A machine and the jump hosts on the way to it.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// In dialing order: the last is the machine, those before it are jump hosts.
    pub hops: Vec<Hop>,
    /// Socket of the SSH agent (the pipe's name on Windows); `None` is the one the environment names.
    pub agent: Option<PathBuf>,
    /// The X server programs on the machine may use, if that is switched on; `None` is the one the environment names.
    pub display: Option<Display>,
    /// What may be dialled from here. What a jump host dials is its own affair.
    pub reach: Reach,
}

/// Which addresses may be dialled, looked at after names were resolved: a name could lead anywhere.
#[derive(Clone, Default)]
pub struct Reach(Option<Arc<dyn Fn(IpAddr) -> bool + Send + Sync>>);

impl Reach {
    /// Those of which this is true.
    #[must_use]
    pub fn only(allowed: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(allowed)))
    }

    /// Whether this one may be dialled.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        // An IPv4 address in the clothes of IPv6 leads to the same place (RFC 4291 section 2.5.5.2).
        self.0.as_ref().is_none_or(|allowed| allowed(address.to_canonical()))
    }
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Reach(some)" } else { "Reach(all)" })
    }
}

/// An X server of this computer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Display {
    /// As in `DISPLAY`: `:0`, `localhost:10.0`, or the path of a socket and a number.
    pub name: String,
    /// The file with its cookies, as in `XAUTHORITY`.
    pub authority: Option<PathBuf>,
}

/// One machine on the way, with its own identities and its own host-key check.
#[derive(Clone, Debug)]
pub struct Hop {
    /// What the person calls it.
    pub name: String,
    /// Host name or IP address, without brackets or with them.
    pub address: String,
    /// TCP port.
    pub port: u16,
    /// User name; `None` asks for it.
    pub user: Option<String>,
    /// Tried in this order.
    pub credentials: Vec<Credential>,
    /// For name, TCP, greeting and key exchange together; again for each answer while signing in, unless people or slow
    /// back ends are involved.
    pub connect_timeout: Duration,
    /// Between keep-alive requests; `None` sends none.
    pub keep_alive: Option<Duration>,
    /// Whether to offer the outdated algorithms that old devices need, after all others.
    pub legacy_algorithms: bool,
    /// Whether to ask for compression.
    pub compression: bool,
    /// Whether programs on the machine may use the SSH agent of this computer while a terminal is open.
    pub forward_agent: bool,
    /// Whether programs on the machine may use the X server of this computer while a terminal is open.
    pub forward_x11: bool,
    /// The `TERM` to announce.
    pub terminal_type: String,
    /// Run instead of the login shell.
    pub start_command: Option<String>,
    /// What is on record about its host keys.
    pub host_keys: HostKeyHints,
}

impl Hop {
    /// A hop with Patchbay's defaults and no credentials.
    pub fn new(name: impl Into<String>, address: impl Into<String>, port: u16) -> Self {
        Self {
            name: name.into(),
            address: address.into(),
            port,
            user: None,
            credentials: Vec::new(),
            connect_timeout: Duration::from_secs(15),
            keep_alive: Some(Duration::from_secs(30)),
            legacy_algorithms: false,
            compression: false,
            forward_agent: false,
            forward_x11: false,
            terminal_type: "xterm-256color".into(),
            start_command: None,
            host_keys: HostKeyHints::default(),
        }
    }
}

/// Which kinds of host key to prefer, so that a server with several presents one that is on record.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HostKeyHints {
    /// Algorithms of the keys on record for the address, `ssh-ed25519` and so on.
    pub algorithms: Vec<String>,
    /// Whether a certificate authority is on record for the address. Only then is a certificate asked for, and
    /// [`HostKeyCheck::openssh`](patchbay_session::HostKeyCheck) may be one.
    pub certificates: bool,
}

/// A way to sign in.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A password, also for the first keyboard-interactive prompt that asks for just that.
    Password(Secret<String>),
    /// A private key.
    Key {
        /// OpenSSH, PEM (PKCS#1, PKCS#8, SEC 1) or PuTTY `.ppk` 2 and 3.
        text: Secret<String>,
        /// Its passphrase; asked for when the key is encrypted and this is missing or wrong.
        passphrase: Option<Secret<String>>,
        /// An OpenSSH certificate for it (`…-cert.pub`), offered before the bare key.
        certificate: Option<String>,
    },
    /// The keys of the SSH agent.
    Agent {
        /// `SHA256:…`: only this one.
        fingerprint: Option<String>,
    },
}
