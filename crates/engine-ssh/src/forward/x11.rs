//! The X server of this computer, for programs on the machine (RFC 4254 section 6.3).
//!
//! The machine is told a cookie made up for it. Whoever opens a connection must show that one, and gets the real one put
//! in its place: the real one never leaves this computer, and other programs on the machine get nothing. Deliberately
//! absent: X servers of other computers, and the X SECURITY extension (`ssh -X` as opposed to `ssh -Y`).

use super::{Arrival, Flow, Read, Traffic, remote, xauth};
use crate::{Display, held::Wire};
use bytes::{Buf, Bytes};
use data_encoding::HEXLOWER;
use patchbay_session::{Forwarded, Interaction, Progress};
use russh::keys::key::safe_rng;
use russh::keys::ssh_key::rand_core::Rng;
use std::{
    io,
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use subtle::ConstantTimeEq;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::mpsc,
};
use tokio_util::sync::CancellationToken;

const COOKIE: usize = 16;
/// Names and cookies of every kind known are far shorter.
const LONGEST: usize = 256;

/// What a terminal offers the machine.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    server: Server,
    screen: u32,
    made_up: [u8; COOKIE],
    real: Option<Vec<u8>>,
}

/// Where the X server listens.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Server {
    Socket(PathBuf),
    Port(u16),
}

impl Offer {
    /// The X server of this computer, `None` being the one the environment names; a few words if there is none.
    pub(crate) fn new(display: Option<&Display>) -> Result<Self, String> {
        let of_environment = || {
            let name = std::env::var("DISPLAY").ok().filter(|name| !name.is_empty())?;
            let file =
                |name| std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
            let authority =
                file("XAUTHORITY").or_else(|| file("HOME").map(|home| home.join(".Xauthority")));
            Some(Display { name, authority })
        };
        let display = display.cloned().or_else(of_environment);
        let display = display.ok_or("there is no X server here (DISPLAY is not set)")?;
        let (server, number, screen) = parse(&display.name)
            .ok_or_else(|| format!("{} is no X server of this computer", display.name))?;
        let file = display.authority.and_then(|path| {
            let small = std::fs::metadata(&path).is_ok_and(|file| file.len() <= xauth::MOST_BYTES);
            std::fs::read(path).ok().filter(|_| small)
        });
        let real = file.and_then(|file| xauth::cookie(&file, number, &host_name()));
        let mut made_up = [0; COOKIE];
        safe_rng().fill_bytes(&mut made_up);
        Ok(Self { server, screen, made_up, real })
    }

    /// What RFC 4254 section 6.3.1 sends: protocol, cookie in hexadecimal digits, screen.
    pub(crate) fn request(&self) -> (String, String, u32) {
        let protocol = String::from_utf8_lossy(xauth::MIT_MAGIC_COOKIE).into_owned();
        (protocol, HEXLOWER.encode(&self.made_up), self.screen)
    }

    async fn reach(&self) -> Result<Box<dyn Wire>, String> {
        let reached = match &self.server {
            #[cfg(unix)]
            Server::Socket(path) => tokio::net::UnixStream::connect(path)
                .await
                .map(|stream| Box::new(stream) as Box<dyn Wire>),
            #[cfg(not(unix))]
            Server::Socket(_) => Err(io::ErrorKind::Unsupported.into()),
            Server::Port(port) => TcpStream::connect(("localhost", *port))
                .await
                .map(|stream| Box::new(stream) as Box<dyn Wire>),
        };
        let inner = reached.map_err(|error| remote::words(&error))?;
        let (made_up, real) = (self.made_up, self.real.clone());
        let state = State::Setup(Vec::new());
        Ok(Box::new(Guarded { inner, state, made_up, real }))
    }
}

/// Connects every program that shows the right cookie to the X server, and says each time that it was used.
pub(crate) async fn serve(
    mut arrivals: mpsc::Receiver<Arrival>,
    offer: Offer,
    interaction: Arc<dyn Interaction>,
    stop: CancellationToken,
) {
    let near = || {
        let (offer, interaction) = (offer.clone(), Arc::clone(&interaction));
        async move {
            interaction.progress(Progress::Used(Forwarded::X11));
            offer.reach().await
        }
    };
    let (flow, traffic) = (Flow::new(), Arc::new(Traffic::default()));
    remote::serve(&mut arrivals, &flow, &traffic, &stop, "the X server", near).await;
    if let Some(problem) = traffic.problem() {
        interaction.progress(Progress::Note(problem));
    }
}

/// The server, its number and the screen of a `DISPLAY`.
fn parse(name: &str) -> Option<(Server, u32, u32)> {
    let (host, number) = name.rsplit_once(':')?;
    let (number, screen) = number.split_once('.').unwrap_or((number, "0"));
    let (number, screen): (u32, u32) = (number.parse().ok()?, screen.parse().ok()?);
    let server = match host {
        "" | "unix" if cfg!(unix) => Server::Socket(format!("/tmp/.X11-unix/X{number}").into()),
        // macOS gives the path of a socket, with the number as part of its name.
        path if path.starts_with('/') => Server::Socket(format!("{path}:{number}").into()),
        "" | "localhost" | "127.0.0.1" | "[::1]" => {
            Server::Port(u16::try_from(number).ok()?.checked_add(6000)?)
        }
        _ => return None,
    };
    Some((server, number, screen))
}

/// As libXau knows this computer; without it the best of the other cookies is taken.
fn host_name() -> Vec<u8> {
    let name = std::fs::read("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim_ascii().to_vec()
}

/// The beginning of a connection (X Window System Protocol section 8).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    head: [u8; 12],
    name: Vec<u8>,
    data: Vec<u8>,
}

/// Reads the beginning of a connection; `None` if it is none.
#[must_use]
pub fn setup(bytes: &[u8]) -> Option<Read<Setup>> {
    let Some((head, rest)) = bytes.split_first_chunk::<12>() else {
        return match bytes.first() {
            None | Some(b'B' | b'l') => Some(Read::More(12 - bytes.len())),
            Some(_) => None,
        };
    };
    let [order, _, _, _, _, _, n0, n1, d0, d1, _, _] = *head;
    let short = |bytes| match order {
        b'B' => Some(usize::from(u16::from_be_bytes(bytes))),
        b'l' => Some(usize::from(u16::from_le_bytes(bytes))),
        _ => None,
    };
    let (name, data) = (short([n0, n1])?, short([d0, d1])?);
    if name > LONGEST || data > LONGEST {
        return None;
    }
    let whole = padded(name) + padded(data);
    if rest.len() < whole {
        return Some(Read::More(whole - rest.len()));
    }
    let part =
        |from: usize, length: usize| rest.get(from..from + length).unwrap_or_default().to_vec();
    Some(Read::Done(Setup { head: *head, name: part(0, name), data: part(padded(name), data) }))
}

impl Setup {
    /// Whether it shows this cookie.
    fn shows(&self, cookie: &[u8]) -> bool {
        self.name == xauth::MIT_MAGIC_COOKIE && bool::from(self.data.ct_eq(cookie))
    }

    /// The same with another cookie, or none.
    #[must_use]
    pub fn with(&self, cookie: Option<&[u8]>) -> Bytes {
        let (name, data) =
            cookie.map_or((&[][..], &[][..]), |data| (xauth::MIT_MAGIC_COOKIE, data));
        let [order, a, b, c, d, e, _, _, _, _, f, g] = self.head;
        let short = |length: usize| {
            let length = u16::try_from(length).unwrap_or(0);
            if order == b'B' { length.to_be_bytes() } else { length.to_le_bytes() }
        };
        let ([n0, n1], [d0, d1]) = (short(name.len()), short(data.len()));
        let mut bytes = vec![order, a, b, c, d, e, n0, n1, d0, d1, f, g];
        for part in [name, data] {
            bytes.extend_from_slice(part);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes.into()
    }
}

const fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}

/// A connection to the X server whose beginning is looked at, and its cookie changed.
struct Guarded {
    inner: Box<dyn Wire>,
    state: State,
    made_up: [u8; COOKIE],
    real: Option<Vec<u8>>,
}

enum State {
    /// What has come of the beginning.
    Setup(Vec<u8>),
    /// What is still to be written of it.
    Greeting(Bytes),
    Open,
}

impl Guarded {
    /// Takes up to what is missing of the beginning; says how much.
    fn look(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let refused = || io::Error::from(io::ErrorKind::PermissionDenied);
        let State::Setup(seen) = &mut self.state else { return Ok(0) };
        let missing = match setup(seen).ok_or_else(refused)? {
            Read::More(missing) => missing,
            Read::Done(_) => 0,
        };
        let taken = bytes.get(..missing.min(bytes.len())).unwrap_or_default();
        seen.extend_from_slice(taken);
        if let Read::Done(setup) = setup(seen).ok_or_else(refused)? {
            if !setup.shows(&self.made_up) {
                return Err(refused());
            }
            self.state = State::Greeting(setup.with(self.real.as_deref()));
        }
        Ok(taken.len())
    }

    fn poll_greeting(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let State::Greeting(left) = &mut self.state {
            if left.is_empty() {
                self.state = State::Open;
                break;
            }
            let count = ready!(Pin::new(&mut self.inner).poll_write(cx, left))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            left.advance(count);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if matches!(this.state, State::Setup(_)) {
            return Poll::Ready(this.look(bytes));
        }
        ready!(this.poll_greeting(cx))?;
        Pin::new(&mut this.inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_greeting(cx))?;
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_read(cx, buffer)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_servers_of_this_computer() {
        let socket = |path: &str| Server::Socket(path.into());
        assert_eq!(parse(":0"), Some((socket("/tmp/.X11-unix/X0"), 0, 0)));
        assert_eq!(parse("unix:7.1"), Some((socket("/tmp/.X11-unix/X7"), 7, 1)));
        assert_eq!(parse("localhost:10.0"), Some((Server::Port(6010), 10, 0)));
        assert_eq!(parse("/run/org.xquartz:0"), Some((socket("/run/org.xquartz:0"), 0, 0)));
        for bad in ["", "0", ":", ":x", "far.example.com:0", "localhost:70000", ":0.x"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    fn head(order: u8, name: &[u8], data: &[u8]) -> Vec<u8> {
        let empty =
            Setup { head: [order, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0], name: vec![], data: vec![] };
        let mut bytes = empty.with(Some(data)).to_vec();
        if name != xauth::MIT_MAGIC_COOKIE {
            bytes.iter_mut().skip(12).take(3).for_each(|byte| *byte = b'?');
        }
        bytes
    }

    #[test]
    fn the_beginning_is_read_to_the_byte_in_both_orders() {
        for order in [b'B', b'l'] {
            let bytes = head(order, xauth::MIT_MAGIC_COOKIE, &[7; 16]);
            assert_eq!(bytes.len(), 12 + 20 + 16);
            for end in 0..bytes.len() {
                let Some(Read::More(more)) = setup(bytes.get(..end).unwrap()) else {
                    unreachable!()
                };
                assert!(more > 0 && end + more <= bytes.len());
            }
            let Some(Read::Done(read)) = setup(&bytes) else { unreachable!() };
            assert!(read.shows(&[7; 16]) && !read.shows(&[8; 16]) && !read.shows(&[7; 15]));
            assert_eq!(read.with(Some(&[7; 16])), bytes);
            assert_eq!(read.with(None).len(), 12);
        }
        let other = setup(&head(b'l', b"other", &[7; 16])).unwrap();
        assert!(matches!(other, Read::Done(other) if !other.shows(&[7; 16])));
        assert_eq!(setup(b"GET / HTTP/1.1"), None);
        assert_eq!(setup(&[b'l', 0, 11, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0]), None);
    }
}
