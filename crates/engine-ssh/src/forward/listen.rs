//! Sockets of this computer at which a tunnel waits for connections.

use crate::{SshError, held::Wire, text::phrase};
use futures_util::future::select_all;
use patchbay_model::TunnelEnd;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};
use tokio::net::TcpListener;

/// Bound sockets. They stay bound, and connections wait in them, while nobody serves; dropping this frees them.
#[derive(Debug)]
pub struct Listening {
    tcp: Vec<TcpListener>,
    #[cfg(unix)]
    socket: Option<unix::Socket>,
}

/// A connection that was accepted.
pub(super) struct Accepted {
    pub(super) stream: Box<dyn Wire>,
    /// Address and port of the program, as RFC 4254 section 7.2 wants them; empty for Unix sockets.
    pub(super) from: (String, u16),
}

impl Listening {
    /// Binds. An empty address is the loopback addresses of both families, `*` is all addresses.
    ///
    /// # Errors
    /// [`SshError::ListenTaken`] or [`SshError::ListenFailed`].
    pub async fn bind(end: &TunnelEnd) -> Result<Self, SshError> {
        match end {
            TunnelEnd::Port { address, port } => Self::bind_port(address, *port).await,
            #[cfg(unix)]
            TunnelEnd::Socket { path } => {
                let socket = unix::Socket::bind(path).map_err(|error| failed(path, &error))?;
                Ok(Self { tcp: Vec::new(), socket: Some(socket) })
            }
            #[cfg(not(unix))]
            TunnelEnd::Socket { path } => Err(SshError::ListenFailed {
                at: phrase(path),
                reason: "this system has no Unix sockets".into(),
            }),
        }
    }

    async fn bind_port(address: &str, port: u16) -> Result<Self, SshError> {
        let shown = |ip: IpAddr| SocketAddr::new(ip, port).to_string();
        let (first, second): (IpAddr, Option<IpAddr>) = match address {
            "" | "localhost" => (Ipv4Addr::LOCALHOST.into(), Some(Ipv6Addr::LOCALHOST.into())),
            // On most systems the first of these takes IPv4 as well.
            "*" => (Ipv6Addr::UNSPECIFIED.into(), Some(Ipv4Addr::UNSPECIFIED.into())),
            address => {
                let ip =
                    crate::dial::bare(address).parse().map_err(|_| SshError::ListenFailed {
                        at: phrase(address),
                        reason: "it is not an address of this computer".into(),
                    })?;
                (ip, None)
            }
        };
        let mut tcp = Vec::new();
        match TcpListener::bind((first, port)).await {
            Ok(listener) => tcp.push(listener),
            Err(error) if second.is_some() && !is_taken(&error) => {}
            Err(error) => return Err(failed(&shown(first), &error)),
        }
        if let Some(second) = second {
            let chosen = tcp.first().and_then(|one| one.local_addr().ok()).map(|at| at.port());
            match TcpListener::bind((second, chosen.unwrap_or(port))).await {
                Ok(listener) => tcp.push(listener),
                // A family this computer does not have, or one that the first socket has taken along.
                Err(error) if tcp.is_empty() => return Err(failed(&shown(second), &error)),
                Err(error) if is_taken(&error) && address != "*" && port != 0 => {
                    return Err(failed(&shown(second), &error));
                }
                Err(_) => {}
            }
        }
        Ok(Self {
            tcp,
            #[cfg(unix)]
            socket: None,
        })
    }

    /// Where it listens, as people write it.
    #[must_use]
    pub fn shown(&self) -> Vec<String> {
        let ports = self.tcp.iter().filter_map(|tcp| tcp.local_addr().ok());
        let shown = ports.map(|address| address.to_string());
        #[cfg(unix)]
        return shown.chain(self.socket.as_ref().map(unix::Socket::shown)).collect();
        #[cfg(not(unix))]
        shown.collect()
    }

    /// The next connection. Dropping the future loses none.
    pub(super) async fn accept(&self) -> io::Result<Accepted> {
        #[cfg(unix)]
        if let Some(socket) = &self.socket {
            let stream = socket.accept().await?;
            return Ok(Accepted { stream: Box::new(stream), from: (String::new(), 0) });
        }
        if self.tcp.is_empty() {
            return std::future::pending().await;
        }
        let accepts = self.tcp.iter().map(|tcp| Box::pin(tcp.accept()));
        let (stream, peer) = select_all(accepts).await.0?;
        stream.set_nodelay(true)?;
        Ok(Accepted { stream: Box::new(stream), from: (peer.ip().to_string(), peer.port()) })
    }
}

fn is_taken(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse
}

fn failed(at: &str, error: &io::Error) -> SshError {
    let at = phrase(at);
    let reason = match error.kind() {
        io::ErrorKind::AddrInUse => return SshError::ListenTaken { at },
        io::ErrorKind::PermissionDenied => "this user may not listen there".into(),
        io::ErrorKind::AddrNotAvailable => "this computer has no such address".into(),
        io::ErrorKind::NotFound => "there is no such folder".into(),
        _ => phrase(&error.to_string()),
    };
    SshError::ListenFailed { at, reason }
}

#[cfg(unix)]
mod unix {
    use std::{
        fs, io,
        os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt},
        path::{Path, PathBuf},
    };
    use tokio::net::{UnixListener, UnixStream};

    /// A Unix socket only its owner may use; its file goes when it does.
    #[derive(Debug)]
    pub(super) struct Socket {
        listener: UnixListener,
        path: PathBuf,
        /// Device and inode, so that only our own file is removed.
        file: (u64, u64),
    }

    impl Socket {
        /// A socket file that nobody listens at any more is replaced; anything else that is there stays.
        pub(super) fn bind(path: &str) -> io::Result<Self> {
            let path = PathBuf::from(path);
            if let Ok(there) = fs::symlink_metadata(&path) {
                let dead = there.file_type().is_socket()
                    && std::os::unix::net::UnixStream::connect(&path)
                        .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
                if !dead {
                    return Err(io::ErrorKind::AddrInUse.into());
                }
            }
            // Under another name until it is closed to others.
            let hidden = beside(&path);
            let listener = UnixListener::bind(&hidden)?;
            let moved = fs::set_permissions(&hidden, fs::Permissions::from_mode(0o600))
                .and_then(|()| fs::symlink_metadata(&hidden))
                .and_then(|file| fs::rename(&hidden, &path).map(|()| (file.dev(), file.ino())));
            match moved {
                Ok(file) => Ok(Self { listener, path, file }),
                Err(error) => {
                    let _leftover = fs::remove_file(&hidden);
                    Err(error)
                }
            }
        }

        pub(super) fn shown(&self) -> String {
            self.path.display().to_string()
        }

        pub(super) async fn accept(&self) -> io::Result<UnixStream> {
            self.listener.accept().await.map(|(stream, _)| stream)
        }
    }

    impl Drop for Socket {
        fn drop(&mut self) {
            let ours = fs::symlink_metadata(&self.path)
                .is_ok_and(|file| (file.dev(), file.ino()) == self.file);
            if ours {
                let _gone = fs::remove_file(&self.path);
            }
        }
    }

    /// A short name in the same folder: the path of a socket has 107 bytes at most.
    fn beside(path: &Path) -> PathBuf {
        use std::hash::{BuildHasher, Hasher};
        let random = std::hash::RandomState::new().build_hasher().finish();
        path.with_file_name(format!(".pb{:08x}", random & 0xffff_ffff))
    }
}
