//! Where a cluster is reached, and the certificate that is trusted there.

use crate::ProxmoxError;
use sha2::{Digest as _, Sha256};
use std::{
    fmt::{self, Write as _},
    io,
    str::FromStr,
    time::Duration,
};
use tokio::{net::TcpStream, time::timeout};

/// For a connection, and for its handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// An encrypted connection.
pub(crate) type Connection = patchbay_tls::TlsStream<TcpStream>;

/// The port of Proxmox VE's API.
pub const PORT: u16 = 8006;

/// SHA-256 of a certificate, written as Proxmox VE shows it: 32 pairs of hexadecimal digits with colons between.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of a certificate in DER.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl FromStr for Fingerprint {
    type Err = &'static str;

    /// Reads 64 hexadecimal digits of any case, with or without colons, and with or without `SHA256:` before them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "A fingerprint is 64 hexadecimal digits (SHA-256), as the node shows it under Certificates.";
        let text = text.trim();
        let digits = text.strip_prefix("SHA256:").unwrap_or(text);
        let digits: Vec<u8> = digits.bytes().filter(|byte| *byte != b':').collect();
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(&digits).map_err(|_| WRONG)?;
        bytes.try_into().map(Self).map_err(|_| WRONG)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_char(':')?;
            }
            write!(f, "{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A node of a cluster, which answers for all of it, trusted as long as it shows one certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site {
    /// A name, or an IP address without brackets.
    pub host: String,
    /// TCP port; [`PORT`] where nobody says otherwise.
    pub port: u16,
    /// The certificate that was looked at and trusted.
    pub pinned: Fingerprint,
}

impl Site {
    /// Looks which certificate is shown at an address, and says nothing to whoever shows it.
    ///
    /// # Errors
    /// If nobody answers by TLS.
    pub async fn look(host: &str, port: u16) -> Result<Fingerprint, ProxmoxError> {
        dial(host, port).await.map(|(_, shown)| shown)
    }

    /// As it stands in `Host` (RFC 9110 section 7.2).
    pub(crate) fn authority(&self) -> String {
        authority(&self.host, self.port)
    }

    /// Connects, and makes sure of who answers before anything is said.
    pub(crate) async fn connect(&self) -> Result<Connection, ProxmoxError> {
        let (stream, shown) = dial(&self.host, self.port).await?;
        if shown == self.pinned {
            return Ok(stream);
        }
        Err(ProxmoxError::CertificateChanged { at: self.authority(), shown })
    }
}

fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

async fn dial(host: &str, port: u16) -> Result<(Connection, Fingerprint), ProxmoxError> {
    let at = || authority(host, port);
    let unreachable = |why: String| ProxmoxError::Unreachable { at: at(), why };
    let slow = || unreachable(format!("nothing came within {} seconds", PATIENCE.as_secs()));
    let connecting = timeout(PATIENCE, TcpStream::connect((host, port))).await;
    let tcp = connecting.map_err(|_| slow())?.map_err(|error| unreachable(plain(&error)))?;
    tcp.set_nodelay(true).map_err(|error| unreachable(plain(&error)))?;
    let securing = timeout(PATIENCE, patchbay_tls::connect(tcp, host)).await;
    let secured = securing
        .map_err(|_| slow())?
        .map_err(|error| ProxmoxError::NoTls { at: at(), why: error.to_string() })?;
    let shown = Fingerprint::of(secured.chain.first().map_or(&[][..], Vec::as_slice));
    Ok((secured.stream, shown))
}

/// Why a connection failed, in a few words.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => {
            "the connection broke".to_owned()
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "there is no way there".to_owned()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_fingerprint_is_read_however_it_is_written() {
        let fingerprint = Fingerprint::of(b"a certificate");
        let shown = fingerprint.to_string();
        assert_eq!(shown.len(), 95);
        let plain = shown.replace(':', "").to_lowercase();
        for text in [shown.as_str(), &plain, &format!(" SHA256:{plain}\n")] {
            assert_eq!(text.parse(), Ok(fingerprint), "{text}");
        }
        for wrong in ["", "AB", &plain[1..], &format!("{plain}00"), &plain.replace('a', "x")] {
            assert!(wrong.parse::<Fingerprint>().is_err() || wrong == plain, "{wrong}");
        }
    }

    #[test]
    fn an_address_stands_in_host_as_it_should() {
        assert_eq!(authority("pve.example.org", 8006), "pve.example.org:8006");
        assert_eq!(authority("2001:db8::7", 443), "[2001:db8::7]:443");
    }
}
