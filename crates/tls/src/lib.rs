//! TLS 1.2 and 1.3 as a client, to machines whose certificates no authority signed.
//!
//! The handshake takes every certificate whose holder signed it, and hands out what was shown. Whoever calls has it judged
//! before anything secret is sent: by then only the greeting of TLS has gone out. Deliberately absent: authorities and
//! names, certificates of our own, sessions that are resumed (every connection shows its certificate), and time limits,
//! which callers have for all that they wait for.

mod verifier;

pub use tokio_rustls::client::TlsStream;
pub use verifier::holder;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::{io, sync::Arc};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        AlertDescription, ClientConfig, Error, ProtocolVersion, crypto, pki_types::ServerName,
    },
};

/// The most certificates that are handed out; a server may send more.
pub const MOST_CERTIFICATES: usize = 16;

/// Why there is no encrypted connection. The messages stand inside a sentence about the server.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The connection ended in the middle of the handshake.
    #[error("the connection broke off during the handshake")]
    BrokeOff,
    /// The server ended it with an alert (RFC 8446 section 6).
    #[error("it sent the alert {0:?}")]
    Alert(AlertDescription),
    /// The server speaks only versions, or has only ciphers, that are not safe.
    #[error("it has no version or cipher in common with TLS 1.2 and 1.3")]
    NothingInCommon,
    /// The server did not say who it is.
    #[error("it shows no certificate")]
    NoCertificate,
    /// What came is no TLS, or not as it should be: a server that does not hold its certificate's key, for one.
    #[error(transparent)]
    Broken(Error),
    /// The stream failed.
    #[error(transparent)]
    Stream(io::Error),
}

/// A stream that is encrypted, to whoever holds the key of the first certificate.
#[derive(Debug)]
pub struct Secured<S> {
    /// What to read and write from now on.
    pub stream: TlsStream<S>,
    /// The certificates in DER, the server's own first, then what it says signed it: one to [`MOST_CERTIFICATES`] of them.
    pub chain: Vec<Vec<u8>>,
}

impl<S> Secured<S> {
    /// "TLS 1.3" or "TLS 1.2".
    #[must_use]
    pub fn version(&self) -> &'static str {
        match self.stream.get_ref().1.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            _ => "TLS 1.2",
        }
    }
}

/// A certificate's fingerprint as people compare and pin it: `SHA256:` and 64 hexadecimal digits.
#[must_use]
pub fn fingerprint(der: &[u8]) -> String {
    format!("SHA256:{}", HEXLOWER.encode(&Sha256::digest(der)))
}

/// Encrypts a stream. The server is told `address` if that is a name (RFC 6066 section 3), and never what else is
/// known of it.
///
/// # Errors
/// When the handshake fails. A certificate that nobody should trust is no error here.
pub async fn connect<S>(stream: S, address: &str) -> Result<Secured<S>, TlsError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let provider = Arc::new(crypto::ring::default_provider());
    let verifier = holder(Arc::clone(&provider), |_| true);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Broken)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let name = ServerName::try_from(address.to_owned()).unwrap_or_else(|_| {
        // What is no name (an underscore, a scope, a path) cannot be told to the server.
        config.enable_sni = false;
        ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into())
    });
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let stream = connecting.await.map_err(TlsError::of)?;
    let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let chain: Vec<_> =
        certificates.iter().take(MOST_CERTIFICATES).map(|one| one.to_vec()).collect();
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    Ok(Secured { stream, chain })
}

impl TlsError {
    fn of(error: io::Error) -> Self {
        match error.downcast::<Error>() {
            Ok(Error::AlertReceived(alert)) => Self::Alert(alert),
            Ok(Error::PeerIncompatible(_)) => Self::NothingInCommon,
            Ok(Error::NoCertificatesPresented) => Self::NoCertificate,
            Ok(error) => Self::Broken(error),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Self::BrokeOff,
            Err(error) => Self::Stream(error),
        }
    }
}
