//! What is offered in the key exchange, and the sizes of things.
//!
//! Strict key exchange (the answer to Terrapin) is asked for always, and russh then insists on it whenever the server
//! offers it: a message out of order ends the connection.

use crate::Hop;
use russh::{
    Preferred, SshId, cipher, client, compression, kex,
    keys::{Algorithm, EcdsaCurve, HashAlg},
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

    /// Bytes read from the network at once.
    pub(crate) const fn read_ahead(self) -> usize {
        match self {
            // There may be a thousand of them.
            Self::Terminal => 8 * 1024,
            Self::Files | Self::Tunnels | Self::Jump => 32 * 1024,
        }
    }

    const fn ciphers(self) -> &'static [cipher::Name] {
        match self {
            Self::Files | Self::Tunnels => BULK_CIPHERS,
            Self::Terminal | Self::Jump => CIPHERS,
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

const KEX: &[kex::Name] = &[
    kex::MLKEM768X25519_SHA256,
    kex::CURVE25519,
    kex::CURVE25519_PRE_RFC_8731,
    kex::ECDH_SHA2_NISTP256,
    kex::ECDH_SHA2_NISTP384,
    kex::ECDH_SHA2_NISTP521,
    kex::DH_GEX_SHA256,
    kex::DH_G16_SHA512,
    kex::DH_G18_SHA512,
    kex::DH_G14_SHA256,
    kex::EXTENSION_SUPPORT_AS_CLIENT,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
];

/// In the order that is quickest where the processor knows AES, as nearly all that move much do.
const BULK_CIPHERS: &[cipher::Name] = &[
    cipher::AES_256_GCM,
    cipher::AES_128_GCM,
    cipher::CHACHA20_POLY1305,
    cipher::AES_256_CTR,
    cipher::AES_192_CTR,
    cipher::AES_128_CTR,
];

const CIPHERS: &[cipher::Name] = &[
    cipher::CHACHA20_POLY1305,
    cipher::AES_256_GCM,
    cipher::AES_128_GCM,
    cipher::AES_256_CTR,
    cipher::AES_192_CTR,
    cipher::AES_128_CTR,
];

/// Host keys. RSA only with SHA-2: a signature with SHA-1 (`ssh-rsa`) proves nothing any more.
const HOST_KEYS: &[Algorithm] = &[
    Algorithm::Ed25519,
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
    Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
    Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
];

/// russh's configuration for a hop.
pub(crate) fn config(hop: &Hop, carries: Carries) -> Arc<client::Config> {
    let host_keys = preferred_host_keys(&hop.host_keys.algorithms);
    Arc::new(client::Config {
        client_id: SshId::Standard(Cow::Borrowed(concat!(
            "SSH-2.0-Patchbay_",
            env!("CARGO_PKG_VERSION")
        ))),
        window_size: carries.window(),
        channel_buffer_size: carries.buffer(),
        preferred: Preferred {
            kex: Cow::Borrowed(KEX),
            host_key_certificates: if hop.host_keys.certificates {
                host_keys.clone().into()
            } else {
                Cow::Borrowed(&[])
            },
            key: host_keys.into(),
            cipher: Cow::Borrowed(carries.ciphers()),
            // zlib that starts before sign-in is more for a stranger to attack than it is worth.
            compression: if hop.compression {
                Cow::Borrowed(&[compression::ZLIB_LEGACY, compression::NONE])
            } else {
                Cow::Borrowed(&[compression::NONE, compression::ZLIB_LEGACY])
            },
            ..Preferred::DEFAULT
        },
        nodelay: true,
        ..client::Config::default()
    })
}

/// Those on record first, so that a server with several keys shows one that can be compared.
fn preferred_host_keys(on_record: &[String]) -> Vec<Algorithm> {
    let known = |algorithm: &Algorithm| {
        let name = match algorithm {
            Algorithm::Rsa { .. } => "ssh-rsa".to_owned(),
            other => other.to_string(),
        };
        on_record.contains(&name)
    };
    let (mut first, rest): (Vec<_>, Vec<_>) = HOST_KEYS.iter().cloned().partition(known);
    first.extend(rest);
    first
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn keys_on_record_come_first_and_none_gets_lost() {
        let order = preferred_host_keys(&["ssh-rsa".into(), "ssh-dss".into()]);
        assert_eq!(order[0], Algorithm::Rsa { hash: Some(HashAlg::Sha512) });
        assert_eq!(order[2], Algorithm::Ed25519);
        assert_eq!(order.len(), HOST_KEYS.len());
        assert!(!order.contains(&Algorithm::Rsa { hash: None }));
    }
}
