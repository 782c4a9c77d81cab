//! Connections to a server, and whom they lead to.

use crate::{Address, ClientError};
use patchbay_tls::{Secured, fingerprint};
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{io, sync::Arc, time::Duration};
use tokio::{net::TcpStream, sync::OnceCell, time::timeout};

/// For a connection, and for its handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// An encrypted connection.
pub(crate) type Connection = patchbay_tls::TlsStream<TcpStream>;

/// Which certificate is trusted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trust {
    /// One that an authority of this computer vouches for, for this name and this day.
    System,
    /// This one and no other, as [`fingerprint`] writes it.
    Pinned(String),
}

/// What answered, before anything was said to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Looked {
    /// Of the certificate it shows.
    pub fingerprint: String,
    /// Whether this computer's authorities vouch for it.
    pub trusted: bool,
}

/// A server that is trusted as long as it shows the right certificate.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where.
    pub address: Address,
    /// Who.
    pub trust: Trust,
    /// What this computer calls itself to the server.
    pub agent: String,
}

impl Site {
    /// Connects, and makes sure of who answers.
    ///
    /// # Errors
    /// If nobody answers, or not the one who is trusted.
    pub(crate) async fn connect(&self) -> Result<Connection, ClientError> {
        let secured = dial(&self.address).await?;
        let shown = shown(&secured);
        match &self.trust {
            Trust::Pinned(pinned) if *pinned == shown => {}
            Trust::Pinned(_) => {
                return Err(ClientError::Changed { at: self.address.to_string(), shown });
            }
            Trust::System if vouched(&self.address, &secured.chain).await => {}
            Trust::System => {
                return Err(ClientError::Untrusted { at: self.address.to_string(), shown });
            }
        }
        Ok(secured.stream)
    }

    /// Looks who answers at an address, and says nothing to them.
    ///
    /// # Errors
    /// If nobody answers by TLS.
    pub async fn look(address: &Address) -> Result<Looked, ClientError> {
        let secured = dial(address).await?;
        let trusted = vouched(address, &secured.chain).await;
        Ok(Looked { fingerprint: shown(&secured), trusted })
    }
}

async fn dial(address: &Address) -> Result<Secured<TcpStream>, ClientError> {
    let unreachable = |why: String| ClientError::Unreachable { at: address.to_string(), why };
    let slow = || unreachable(format!("nothing came within {} seconds", PATIENCE.as_secs()));
    let connecting = TcpStream::connect((address.host(), address.port()));
    let tcp = match timeout(PATIENCE, connecting).await {
        Ok(Ok(tcp)) => tcp,
        Ok(Err(error)) => return Err(unreachable(plain(&error))),
        Err(_) => return Err(slow()),
    };
    tcp.set_nodelay(true).map_err(|error| unreachable(plain(&error)))?;
    match timeout(PATIENCE, patchbay_tls::connect(tcp, address.host())).await {
        Ok(Ok(secured)) => Ok(secured),
        Ok(Err(error)) => {
            Err(ClientError::NoTls { at: address.to_string(), why: error.to_string() })
        }
        Err(_) => Err(slow()),
    }
}

/// Why a connection failed, in a few words.
pub(crate) fn plain(error: &io::Error) -> String {
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

fn shown(secured: &Secured<TcpStream>) -> String {
    fingerprint(secured.chain.first().map_or(&[][..], Vec::as_slice))
}

/// Whether an authority of this computer vouches for a certificate.
async fn vouched(address: &Address, chain: &[Vec<u8>]) -> bool {
    let Some(judge) = authorities().await else { return false };
    let mut chain = chain.iter().map(|der| CertificateDer::from(der.as_slice()));
    let (Some(own), Ok(name)) = (chain.next(), ServerName::try_from(address.host())) else {
        return false;
    };
    let above: Vec<_> = chain.collect();
    judge.verify_server_cert(&own, &above, &name, &[], UnixTime::now()).is_ok()
}

/// The authorities of this computer, read once.
async fn authorities() -> Option<Arc<WebPkiServerVerifier>> {
    static KNOWN: OnceCell<Option<Arc<WebPkiServerVerifier>>> = OnceCell::const_new();
    let read = || async { tokio::task::spawn_blocking(read).await.ok().flatten() };
    KNOWN.get_or_init(read).await.clone()
}

fn read() -> Option<Arc<WebPkiServerVerifier>> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "an authority of this computer could not be read");
    }
    roots.add_parsable_certificates(found.certs);
    let provider = Arc::new(ring::default_provider());
    // It fails where there is not one: then none vouches.
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().ok()
}
