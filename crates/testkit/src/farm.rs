//! A double of what no server of RDP that Debian packages does: it stands between a client and a real server, and sends
//! what farms of Windows servers send (MS-RDPBCGR).
//!
//! Both sides are encrypted, and NLA would notice that; so it works with TLS alone. Its certificate is its own.

use crate::{TestkitError, daemon::run};
use rustls::{
    ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};
use std::{
    io,
    net::Ipv4Addr,
    process::Command,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional, split},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// What a client shows to go on with a session: its number and the proof (section 2.2.4.3).
pub type ShownCookie = (u32, [u8; 16]);

/// What the double does besides passing on.
#[derive(Clone, Copy, Debug)]
enum Trick {
    /// Sends whoever comes to another address, in place of the desktop.
    Redirect(Ipv4Addr),
    /// Gives a cookie with these bits for the session with this number.
    Cookie(u32, [u8; 16]),
}

/// The double; gone when it is dropped.
#[derive(Debug)]
pub struct Farm {
    port: u16,
    state: Arc<State>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct State {
    trick: Trick,
    /// The real server.
    to: u16,
    shown: Mutex<Vec<Option<ShownCookie>>>,
    connections: Mutex<Vec<JoinHandle<()>>>,
}

impl Farm {
    /// Where [`Self::broker`] sends clients.
    pub const MEMBER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

    /// A broker on 127.0.0.1, which sends clients to [`Self::MEMBER`], where the server answers on the same port.
    ///
    /// # Errors
    /// When there is no port, or no certificate.
    pub async fn broker(server: u16) -> Result<Self, TestkitError> {
        let mut farm = Self::start(server, Trick::Redirect(Self::MEMBER)).await?;
        let listener = TcpListener::bind((Self::MEMBER, farm.port)).await.map_err(failed)?;
        let state = Arc::clone(&farm.state);
        farm.tasks.push(tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let passing = async move {
                    let far = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await;
                    if let Ok(mut far) = far {
                        let _over = copy_bidirectional(&mut near, &mut far).await;
                    }
                };
                state.keep(tokio::spawn(passing));
            }
        }));
        Ok(farm)
    }

    /// A server that gives a cookie to go on with the session after a loss.
    ///
    /// # Errors
    /// When there is no port, or no certificate.
    pub async fn with_cookie(
        server: u16,
        session: u32,
        bits: [u8; 16],
    ) -> Result<Self, TestkitError> {
        Self::start(server, Trick::Cookie(session, bits)).await
    }

    async fn start(to: u16, trick: Trick) -> Result<Self, TestkitError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let acceptor = acceptor()?;
        let (shown, connections) = (Mutex::default(), Mutex::default());
        let state = Arc::new(State { trick, to, shown, connections });
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let connection = between(near, acceptor.clone(), Arc::clone(&shared));
                shared.keep(tokio::spawn(async move {
                    let _over = connection.await;
                }));
            }
        });
        Ok(Self { port, state, tasks: vec![accepting] })
    }

    /// The port it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What each client so far has shown when it said who it is.
    #[must_use]
    pub fn shown(&self) -> Vec<Option<ShownCookie>> {
        self.state.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends all connections at once, without a word.
    pub fn cut(&self) {
        let mut all = self.state.connections.lock().unwrap_or_else(PoisonError::into_inner);
        all.drain(..).for_each(|connection| connection.abort());
    }

    /// The proof that whoever was given these bits can make (section 5.5), as OpenSSL works it out.
    ///
    /// # Errors
    /// When OpenSSL cannot be started.
    pub fn proof(bits: [u8; 16]) -> Result<[u8; 16], TestkitError> {
        let key = data_encoding::HEXLOWER.encode(&bits);
        let mut openssl = Command::new("openssl");
        openssl.args(["dgst", "-md5", "-mac", "HMAC", "-macopt", &format!("hexkey:{key}")]);
        // Within TLS there is no random number of the client: zeros stand for it.
        let said = run(&mut openssl, Some(&"\0".repeat(32)))?;
        let digits = said.trim().rsplit(' ').next().unwrap_or_default().as_bytes();
        let bytes = data_encoding::HEXLOWER.decode(digits).unwrap_or_default();
        bytes.try_into().map_err(|_| TestkitError::silent("openssl"))
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.cut();
    }
}

impl State {
    fn keep(&self, connection: JoinHandle<()>) {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

fn failed(error: io::Error) -> TestkitError {
    TestkitError::file("open a port", error)
}

/// One connection: the greeting as it is, and from then on within TLS on both sides.
async fn between(mut near: TcpStream, acceptor: TlsAcceptor, state: Arc<State>) -> io::Result<()> {
    let mut far = TcpStream::connect((Ipv4Addr::LOCALHOST, state.to)).await?;
    let _quick = (near.set_nodelay(true), far.set_nodelay(true));
    far.write_all(&frame(&mut near).await?).await?;
    near.write_all(&frame(&mut far).await?).await?;
    let name = ServerName::from(std::net::IpAddr::from(Ipv4Addr::LOCALHOST));
    let (near, far) = tokio::try_join!(acceptor.accept(near), connector()?.connect(name, far))?;
    let ((mut near_in, near_out), (far_in, mut far_out)) = (split(near), split(far));
    let outwards = async {
        loop {
            let frame = frame(&mut near_in).await?;
            if let Some(info) = client_info(&frame) {
                state.shown.lock().unwrap_or_else(PoisonError::into_inner).push(cookie(info));
            }
            far_out.write_all(&frame).await?;
            far_out.flush().await?;
        }
    };
    tokio::select! {
        over = outwards => over,
        over = inwards(far_in, near_out, state.trick) => over,
    }
}

/// What comes from the server, with what the double adds.
async fn inwards(
    mut far: impl AsyncRead + Unpin,
    mut near: impl AsyncWrite + Unpin,
    trick: Trick,
) -> io::Result<()> {
    let mut desktop: Option<(Sent, u32)> = None;
    let mut given = false;
    loop {
        let next = frame(&mut far).await?;
        let demand = sent(&next).filter(|sent| control(&sent.data) == Some(1));
        if let (Some(sent), Trick::Redirect(to)) = (&demand, trick) {
            near.write_all(&sent.with(&redirection(to))).await?;
            near.flush().await?;
            // The client closes the connection.
            std::future::pending::<()>().await;
        }
        if let Some(sent) = demand {
            let id = sent.data.get(6..10).and_then(|id| id.try_into().ok());
            desktop = Some((sent, u32::from_le_bytes(id.unwrap_or_default())));
        }
        // The first drawing: the desktop is open.
        if let (Some((sent, share)), Trick::Cookie(session, bits), false) = (&desktop, trick, given)
            && next.first() != Some(&3)
        {
            near.write_all(&sent.with(&saved(*share, session, bits))).await?;
            given = true;
        }
        near.write_all(&next).await?;
        near.flush().await?;
    }
}

/// One frame: TPKT (RFC 1006), or of the fast path.
async fn frame(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; 2];
    from.read_exact(&mut frame).await?;
    let (first, second) = (frame.first().copied(), frame.get(1).copied().unwrap_or_default());
    let length = if first == Some(3) {
        let length = from.read_u16().await?;
        frame.extend(length.to_be_bytes());
        length
    } else if second & 0x80 != 0 {
        let low = from.read_u8().await?;
        frame.push(low);
        u16::from_be_bytes([second & 0x7f, low])
    } else {
        u16::from(second)
    };
    let read = frame.len();
    frame.resize(usize::from(length).max(read), 0);
    from.read_exact(frame.get_mut(read..).unwrap_or_default()).await?;
    Ok(frame)
}

/// What is sent on a channel, and whose and which (T.125).
#[derive(Debug)]
struct Sent {
    /// Initiator and channel.
    whose: [u8; 4],
    data: Vec<u8>,
}

impl Sent {
    /// The same channel, with something else on it.
    fn with(&self, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap_or(0) | 0x8000;
        let all = u16::try_from(data.len() + 15).unwrap_or(0);
        let head = [&[3, 0][..], &all.to_be_bytes(), &[2, 0xf0, 0x80, 0x68], &self.whose, &[0x70]];
        [&head.concat()[..], &length.to_be_bytes(), data].concat()
    }
}

/// The data of a frame for a channel, in either direction.
fn sent(frame: &[u8]) -> Option<Sent> {
    let rest = frame.strip_prefix(&[3, 0])?.get(2..)?.strip_prefix(&[2, 0xf0, 0x80])?;
    let (kind, rest) = rest.split_first()?;
    let (whose, rest) = rest.split_first_chunk::<4>()?;
    let length = rest.get(1)?;
    let data = rest.get(if length & 0x80 == 0 { 2 } else { 3 }..)?;
    matches!(kind, 0x64 | 0x68).then(|| Sent { whose: *whose, data: data.to_vec() })
}

/// The kind of a share control message (section 2.2.8.1.1.1.1), if it is one.
fn control(data: &[u8]) -> Option<u16> {
    let (total, rest) = data.split_first_chunk::<2>()?;
    let kind = u16::from_le_bytes(*rest.first_chunk::<2>()?);
    (usize::from(u16::from_le_bytes(*total)) == data.len() && kind & 0xf0 == 0x10)
        .then_some(kind & 0xf)
}

/// Who the client is (section 2.2.1.11).
fn client_info(frame: &[u8]) -> Option<Vec<u8>> {
    let sent = sent(frame)?;
    (sent.data.first_chunk::<4>() == Some(&[0x40, 0, 0, 0])).then_some(sent.data)
}

/// The cookie in it: a length of 28, version 1, a number and the proof.
fn cookie(info: Vec<u8>) -> Option<ShownCookie> {
    let at = info.windows(8).rposition(|part| part == [28, 0, 0, 0, 1, 0, 0, 0])?;
    let (session, rest) = info.get(at + 8..)?.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*session), *rest.first_chunk::<16>()?))
}

/// Section 2.2.13.3.1, with an address and no more. Its version is 0, unlike that of others.
fn redirection(to: Ipv4Addr) -> Vec<u8> {
    let address: Vec<u8> = format!("{to}\0").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let length = u32::try_from(address.len()).unwrap_or(0).to_le_bytes();
    let (session, flags) = (3_u32.to_le_bytes(), 1_u32.to_le_bytes());
    let packet = u16::try_from(12 + 4 + address.len() + 8).unwrap_or(0).to_le_bytes();
    let body = [&[0, 0][..], &[0, 4], &packet, &session, &flags, &length, &address, &[0; 8], &[0]];
    with_control(0x0a, &body.concat())
}

/// Section 2.2.10.1.1.4, with a cookie and no more.
fn saved(share: u32, session: u32, bits: [u8; 16]) -> Vec<u8> {
    let cookie = [&28_u32.to_le_bytes()[..], &1_u32.to_le_bytes(), &session.to_le_bytes(), &bits];
    let (cookie, cookie_is) = (cookie.concat(), 28_u32.to_le_bytes());
    let fields = [&1_u32.to_le_bytes()[..], &cookie_is, &cookie].concat();
    let length = u16::try_from(2 + fields.len()).unwrap_or(0).to_le_bytes();
    let info = [&3_u32.to_le_bytes()[..], &length, &fields, &[0; 570]].concat();
    let size = u16::try_from(info.len() + 4).unwrap_or(0).to_le_bytes();
    let head = [&share.to_le_bytes()[..], &[0, 1], &size, &[0x26, 0, 0, 0]].concat();
    with_control(0x17, &[head, info].concat())
}

fn with_control(kind: u8, body: &[u8]) -> Vec<u8> {
    let total = u16::try_from(6 + body.len()).unwrap_or(0).to_le_bytes();
    [&total[..], &[kind, 0, 0xea, 3], body].concat()
}

fn acceptor() -> Result<TlsAcceptor, TestkitError> {
    let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a directory", e))?;
    let (key, certificate) = (dir.path().join("key.pem"), dir.path().join("cert.pem"));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]);
    openssl.args(["-subj", "/CN=farm", "-addext", "subjectAltName=IP:127.0.0.1"]);
    openssl.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
    run(&mut openssl, None)?;
    let unread = |_| TestkitError::waited("a certificate that can be read");
    let certificate = CertificateDer::from_pem_file(&certificate).map_err(unread)?;
    let key = PrivateKeyDer::from_pem_file(&key).map_err(unread)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![certificate], key));
    let config = config.map_err(|_| TestkitError::waited("a certificate that can be used"))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn connector() -> io::Result<TlsConnector> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Loopback(provider)))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Trusts the server on loopback, which is the test's own.
#[derive(Debug)]
struct Loopback(Arc<CryptoProvider>);

impl ServerCertVerifier for Loopback {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
