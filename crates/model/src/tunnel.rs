//! Tunnels: connections carried through a machine.

use crate::{ApiError, NodeId, SessionId, Timestamp, TunnelId};
use serde::{Deserialize, Serialize};
use specta::Type;
use std::fmt;

/// Which way a tunnel leads (as `-L`, `-R` and `-D` of ssh(1)).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum TunnelKind {
    /// From this computer to a place the machine can reach.
    #[default]
    Local,
    /// From the machine to a place this computer can reach.
    Remote,
    /// From this computer to wherever a program asks for by SOCKS 5.
    Dynamic,
}

/// An end of a tunnel.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum TunnelEnd {
    /// A TCP port.
    Port {
        /// Where it listens: an IP address, empty for loopback, `*` for all. Where it leads: a host name or IP address.
        address: String,
        /// The port; 0 to listen at any free one.
        port: u16,
    },
    /// A Unix socket.
    Socket {
        /// Its path.
        path: String,
    },
}

impl fmt::Display for TunnelEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port { address, port } if address.is_empty() => write!(f, "localhost:{port}"),
            Self::Port { address, port } if address.contains(':') && !address.starts_with('[') => {
                write!(f, "[{address}]:{port}")
            }
            Self::Port { address, port } => write!(f, "{address}:{port}"),
            Self::Socket { path } => f.write_str(path),
        }
    }
}

/// What a team server says of a place that a tunnel through its machine leads to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum TunnelReached {
    /// It is connected with.
    Connected,
    /// It is not.
    Refused {
        /// As a program hears it that asks by SOCKS 5 (RFC 1928 section 6).
        code: u8,
        /// As a person hears it: a phrase.
        reason: String,
    },
}

/// A tunnel, as it is kept with an entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Tunnel {
    /// Its id, unique in the entry.
    #[serde(default = "TunnelId::new")]
    pub id: TunnelId,
    /// What the person calls it; may be empty.
    #[serde(default)]
    pub name: String,
    /// Which way it leads.
    pub kind: TunnelKind,
    /// Where connections are made to.
    pub listen: TunnelEnd,
    /// Where they are carried to; none for a dynamic one.
    #[serde(default)]
    pub to: Option<TunnelEnd>,
    /// Whether it is started with each terminal of the machine.
    #[serde(default)]
    pub with_session: bool,
}

impl Tunnel {
    /// What to call it.
    #[must_use]
    pub fn title(&self) -> String {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        match &self.to {
            Some(to) => format!("{} → {to}", self.listen),
            None => format!("{} → SOCKS", self.listen),
        }
    }
}

/// One tunnel of a machine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TunnelRef {
    /// The machine.
    pub entry: NodeId,
    /// The tunnel.
    pub tunnel: TunnelId,
}

/// Where a tunnel stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum TunnelState {
    /// Not wanted.
    Stopped,
    /// Waits for the connection to the machine.
    Connecting,
    /// Carries connections.
    Running,
    /// The connection to the machine was lost and is tried again by itself.
    Reconnecting {
        /// Why it was lost, or not made again.
        error: ApiError,
    },
    /// Could not be started.
    Failed {
        /// Why, and what to do.
        error: ApiError,
    },
}

/// A tunnel and how it goes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TunnelInfo {
    /// The tunnel, as it was started; as it is kept if it is not running.
    pub tunnel: Tunnel,
    /// Whether it is kept with the entry.
    pub saved: bool,
    /// Where it stands.
    pub state: TunnelState,
    /// Whether a terminal started it, and it stops with that.
    pub by_session: bool,
    /// Where it listens, as people write it; empty while it does not.
    pub listening: Vec<String>,
    /// Connections that are open.
    pub open: u32,
    /// Connections there were.
    pub total: u32,
    /// Connections that were turned away.
    pub refused: u32,
    /// Bytes from this computer to the machine; exact up to 2^53.
    #[specta(type = u32)]
    pub up: f64,
    /// Bytes from the machine to this computer; exact up to 2^53.
    #[specta(type = u32)]
    pub down: f64,
    /// Bytes a second to the machine, over the last second.
    #[specta(type = u32)]
    pub up_rate: f64,
    /// Bytes a second from the machine, over the last second.
    #[specta(type = u32)]
    pub down_rate: f64,
    /// What went wrong with a connection last.
    pub problem: Option<String>,
}

/// All tunnels of a machine: those kept with it, then those started by hand.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MachineTunnels {
    /// The machine.
    pub entry: NodeId,
    /// The session that connects for them, while there is one.
    pub session: Option<SessionId>,
    /// The tunnels.
    pub tunnels: Vec<TunnelInfo>,
}

/// How often a machine used something of this computer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Use {
    /// How often.
    pub times: u32,
    /// The last time.
    pub last: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ends_are_shown_as_people_write_them() {
        let port =
            |address: &str| TunnelEnd::Port { address: address.into(), port: 80 }.to_string();
        assert_eq!(port(""), "localhost:80");
        assert_eq!(port("db"), "db:80");
        assert_eq!(port("::1"), "[::1]:80");
        assert_eq!(TunnelEnd::Socket { path: "/run/x".into() }.to_string(), "/run/x");
    }

    #[test]
    fn what_is_left_out_has_a_value() {
        let tunnel: Tunnel = serde_json::from_str(
            r#"{"kind":"dynamic","listen":{"kind":"port","address":"","port":1080}}"#,
        )
        .unwrap();
        assert!(tunnel.to.is_none() && !tunnel.with_session);
        assert_eq!(tunnel.title(), "localhost:1080 → SOCKS");
    }
}
