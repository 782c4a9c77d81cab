//! Proxmox VE without a cluster: fakepve (PyPI) behind TLS, as others wrote it or with a double of ours over it that does
//! what the real server does besides (`double.py` says what). And a double that says what a test wants, whatever it is asked.

use crate::{
    TestkitError,
    daemon::{Daemon, free_port, run},
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use serde_json::Value;
use std::{
    fs, io,
    net::{Ipv4Addr, TcpStream as Probe},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, split},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;

const LIMIT: Duration = Duration::from_secs(60);
const SCRIPT: &str = include_str!("double.py");
/// The most that is put into one TLS record where they are cut.
const RECORD: u64 = 900;

/// A cluster; ends when it is dropped.
#[derive(Debug)]
pub struct Pve {
    port: u16,
    certificate: Vec<u8>,
    connections: Arc<AtomicU64>,
    front: JoinHandle<()>,
    // Before the folder.
    daemon: Daemon,
    dir: TempDir,
}

impl Pve {
    /// The user that is always there.
    pub const USER: &str = "root@pam";
    /// Its password.
    pub const PASSWORD: &str = "secret";

    /// Starts a cluster with these settings: `guests`, `nodes`, `tokens`, `factors`, `time_scale` and what else
    /// `double.py` reads. Heads and bodies come in TLS records that are cut anywhere.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(settings: &Value) -> Result<Self, TestkitError> {
        Self::at(settings, 0).await
    }

    /// Starts one on a port that another one had, with a certificate of its own.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_at(settings: &Value, port: u16) -> Result<Self, TestkitError> {
        Self::at(settings, port).await
    }

    async fn at(settings: &Value, port: u16) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::write(&path, text).map_err(|e| TestkitError::file(format!("write {name}"), e))?;
            Ok::<_, TestkitError>(path)
        };
        let script = write("double.py", SCRIPT)?;
        let settings = write("settings.json", &settings.to_string())?;
        let behind = free_port()?;
        let mut command = Command::new(python());
        command.arg(script).arg(behind.to_string()).arg(settings);
        let mut daemon = Daemon::start(command, &dir.path().join("log"))?;
        let listens = || Probe::connect(("127.0.0.1", behind)).is_ok();
        daemon.until("fakepve", LIMIT, listens).await?;

        let (acceptor, certificate) = acceptor(dir.path())?;
        let failed = |e| TestkitError::file("open a port", e);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let connections = Arc::new(AtomicU64::new(0));
        let front = tokio::spawn(front(listener, acceptor, behind, Arc::clone(&connections)));
        Ok(Self { port, certificate, connections, front, daemon, dir })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its certificate in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// How many connections there were.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    /// From now on it takes no ticket that it gave.
    ///
    /// # Errors
    /// When it does not say so in time.
    pub async fn forget_sign_ins(&self) -> Result<(), TestkitError> {
        let told = Command::new("kill").arg("-USR1").arg(self.daemon.id().to_string()).status();
        told.map_err(|e| TestkitError::start("kill", e))?;
        let end = Instant::now() + LIMIT;
        while !self.log().contains("forgotten") {
            if Instant::now() > end {
                return Err(TestkitError::waited("forgotten tickets"));
            }
            crate::moment().await;
        }
        Ok(())
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Pve {
    fn drop(&mut self) {
        self.front.abort();
    }
}

/// A double: what answers by TLS with what it was told to say, right or wrong. It ends when it is dropped.
#[derive(Debug)]
pub struct PveLiar {
    port: u16,
    certificate: Vec<u8>,
    connections: Arc<AtomicU64>,
    answering: JoinHandle<()>,
}

impl PveLiar {
    /// Starts it with the bytes of a whole answer for each connection, the last for all that follow. It hangs up after
    /// that, or says `then` again and again for as long as somebody listens.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(says: &[&[u8]], then: Option<&[u8]>) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let (acceptor, certificate) = acceptor(dir.path())?;
        let failed = |e| TestkitError::file("open a port", e);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let connections = Arc::new(AtomicU64::new(0));
        let mut says = says.iter().map(|says| says.to_vec()).collect::<Vec<_>>().into_iter();
        let (mut last, then) = (Vec::new(), then.map(<[u8]>::to_vec));
        let count = Arc::clone(&connections);
        let answering = tokio::spawn(async move {
            let mut all = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                last = says.next().unwrap_or(last);
                let (acceptor, says, then) = (acceptor.clone(), last.clone(), then.clone());
                all.spawn(async move {
                    let _ended = lie(near, acceptor, &says, then.as_deref()).await;
                });
            }
        });
        Ok(Self { port, certificate, connections, answering })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its certificate in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// How many connections there were.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for PveLiar {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

async fn lie(
    near: TcpStream,
    acceptor: TlsAcceptor,
    says: &[u8],
    then: Option<&[u8]>,
) -> io::Result<()> {
    let mut stream = acceptor.accept(near).await?;
    // A request, or enough of it.
    let _asked = stream.read(&mut [0; 16 * 1024]).await?;
    stream.write_all(says).await?;
    while let Some(then) = then {
        stream.write_all(then).await?;
    }
    stream.shutdown().await
}

async fn front(listener: TcpListener, acceptor: TlsAcceptor, to: u16, count: Arc<AtomicU64>) {
    // Ends them all when it is dropped.
    let mut connections = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        let (acceptor, number) = (acceptor.clone(), count.fetch_add(1, Ordering::SeqCst));
        connections.spawn(async move {
            // Whoever hangs up in the middle has done so on purpose.
            let _ended = carry(near, acceptor, to, number).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn carry(near: TcpStream, acceptor: TlsAcceptor, to: u16, seed: u64) -> io::Result<()> {
    near.set_nodelay(true)?;
    let (mut near_in, mut near_out) = split(acceptor.accept(near).await?);
    let (mut far_in, mut far_out) =
        TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await?.into_split();
    let up = async {
        tokio::io::copy(&mut near_in, &mut far_out).await?;
        far_out.shutdown().await
    };
    let down = async {
        let (mut numbers, mut buffer) = (seed, vec![0; 64 * 1024]);
        loop {
            let came = far_in.read(&mut buffer).await?;
            let mut rest = buffer.get(..came).unwrap_or_default();
            if rest.is_empty() {
                return near_out.shutdown().await;
            }
            while !rest.is_empty() {
                // SplitMix64's step, so that each connection is cut in its own way and always in the same.
                numbers = numbers.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let length = usize::try_from((numbers >> 33) % RECORD).unwrap_or(0) + 1;
                let (record, later) = rest.split_at(length.min(rest.len()));
                // What is flushed is a record of its own.
                near_out.write_all(record).await?;
                near_out.flush().await?;
                rest = later;
            }
        }
    };
    tokio::select! {
        ended = up => ended,
        ended = down => ended,
    }
}

fn acceptor(dir: &Path) -> Result<(TlsAcceptor, Vec<u8>), TestkitError> {
    let (key, certificate) = (dir.join("pve.key"), dir.join("pve.pem"));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    openssl.args(["-nodes", "-days", "2", "-subj", "/CN=pve1"]);
    run(openssl.arg("-keyout").arg(&key).arg("-out").arg(&certificate), None)?;
    let unread = |_| TestkitError::waited("a certificate that can be read");
    let certificate = CertificateDer::from_pem_file(&certificate).map_err(unread)?;
    let key = PrivateKeyDer::from_pem_file(&key).map_err(unread)?;
    let der = certificate.to_vec();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![certificate], key));
    let config = config.map_err(|_| TestkitError::waited("a certificate that can be used"))?;
    Ok((TlsAcceptor::from(Arc::new(config)), der))
}

/// Python with fakepve, where `cargo xtask test` puts it: beside what was built.
fn python() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    let below = Path::new("peers/fakepve/bin/python");
    own.ancestors().map(|folder| folder.join(below)).find(|path| path.exists()).unwrap_or_default()
}

/// Whether it can be started; if not, prints that `what` was skipped and why.
#[must_use]
pub fn pve_or_skip(what: &str) -> bool {
    let there = python().exists();
    if !there {
        eprintln!("skipped: {what} (fakepve is not there: `cargo xtask test` installs it)");
    }
    there
}
