//! What russh is told of a connection: the algorithms of `policy`, and the sizes of things.
//!
//! Strict key exchange (the answer to Terrapin) is asked for always, and russh then insists on it whenever the server
//! offers it: a message out of order ends the connection.

use crate::{Hop, policy};
use russh::{
    Preferred, SshId, cipher,
    client::{self, GexParams},
    compression,
    keys::Algorithm,
};
use std::{borrow::Cow, sync::Arc};

/// What a connection is for. It decides how much may be on its way at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Carries {
    /// A terminal or a command.
    Terminal,
    /// Files.
    Files,
    /// Tunnels.
    Tunnels,
    /// Another connection.
    Jump,
}

impl Carries {
    /// Bytes that may be on their way.
    const fn window(self) -> u32 {
        match self {
            // Small on purpose: what is on its way when Ctrl-C is pressed still has to be shown.
            Self::Terminal => 128 * 1024,
            // Enough for a gigabit over a quarter of a second.
            Self::Files => 32 * 1024 * 1024,
            // A connection inside has a window of its own, which bounds what is on its way.
            Self::Jump | Self::Tunnels => 2 * 1024 * 1024,
        }
    }

    /// The longest packet that is taken, in bytes. russh wants no more than this.
    const fn packet(self) -> u32 {
        match self {
            Self::Terminal | Self::Tunnels | Self::Jump => 32 * 1024,
            Self::Files => 65_535,
        }
    }

    /// Bytes read from the network at once, beyond what is asked for.
    pub(crate) const fn read_ahead(self) -> usize {
        match self {
            // There may be a thousand of them.
            Self::Terminal => 4 * 1024,
            Self::Tunnels | Self::Jump => 32 * 1024,
            // Little saves copying long packets.
            Self::Files => 4 * 1024,
        }
    }

    const fn ciphers(self) -> &'static [cipher::Name] {
        match self {
            Self::Files | Self::Tunnels => policy::BULK_CIPHERS,
            Self::Terminal | Self::Jump => policy::CIPHERS,
        }
    }

    /// Messages that wait for whoever reads the channel.
    const fn buffer(self) -> usize {
        match self {
            Self::Terminal => 2,
            Self::Files | Self::Tunnels | Self::Jump => 64,
        }
    }
}

/// russh's configuration for a hop.
pub(crate) fn config(hop: &Hop, carries: Carries) -> Arc<client::Config> {
    let legacy = hop.legacy_algorithms;
    let host_keys = preferred_host_keys(&hop.host_keys.algorithms, policy::host_keys(legacy));
    Arc::new(client::Config {
        client_id: SshId::Standard(Cow::Borrowed(concat!(
            "SSH-2.0-Patchbay_",
            env!("CARGO_PKG_VERSION")
        ))),
        window_size: carries.window(),
        maximum_packet_size: carries.packet(),
        channel_buffer_size: carries.buffer(),
        preferred: Preferred {
            kex: policy::kex(legacy).into(),
            host_key_certificates: if hop.host_keys.certificates {
                host_keys.clone().into()
            } else {
                Cow::Borrowed(&[])
            },
            key: host_keys.into(),
            cipher: policy::ciphers(carries.ciphers(), legacy).into(),
            mac: policy::macs(legacy).into(),
            // zlib that starts before sign-in is more for a stranger to attack than it is worth.
            compression: if hop.compression {
                Cow::Borrowed(&[compression::ZLIB_LEGACY, compression::NONE])
            } else {
                Cow::Borrowed(&[compression::NONE, compression::ZLIB_LEGACY])
            },
        },
        // 2048 bits are the least russh takes part in.
        gex: if legacy {
            GexParams::new(2048, 2048, 8192).unwrap_or_default()
        } else {
            GexParams::default()
        },
        nodelay: true,
        ..client::Config::default()
    })
}

/// Those on record first, so that a server with several keys shows one that can be compared.
fn preferred_host_keys(on_record: &[String], offered: Vec<Algorithm>) -> Vec<Algorithm> {
    let known = |algorithm: &Algorithm| {
        let name = match algorithm {
            Algorithm::Rsa { .. } => "ssh-rsa".to_owned(),
            other => other.to_string(),
        };
        on_record.contains(&name)
    };
    let (mut first, rest): (Vec<_>, Vec<_>) = offered.into_iter().partition(known);
    first.extend(rest);
    first
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;
    use russh::keys::HashAlg;

    #[test]
    fn keys_on_record_come_first_and_none_gets_lost() {
        let order =
            preferred_host_keys(&["ssh-rsa".into(), "ssh-dss".into()], policy::host_keys(false));
        assert_eq!(order[0], Algorithm::Rsa { hash: Some(HashAlg::Sha512) });
        assert_eq!(order[2], Algorithm::Ed25519);
        assert_eq!(order.len(), policy::HOST_KEYS.len());
        assert!(!order.contains(&Algorithm::Rsa { hash: None }));
    }
}
