//! One socket for each family of addresses, and who gets what comes in.

use super::{Bmc, Options};
use crate::{Class, IpmiError, Login, ping, pong, unwrap_rmcp};
use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    net::UdpSocket,
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

/// No packet of IPMI is longer; what is, is cut and then refused for its length.
const MOST_PACKET: usize = 2048;
/// What waits for one BMC's turn; more is dropped, as networks do.
const DEPTH: usize = 32;
/// What the system is asked to keep while a thousand BMCs answer at once.
const BUFFER: usize = 4 << 20;

type Boxes = HashMap<SocketAddr, Vec<(u64, mpsc::Sender<Vec<u8>>)>>;

/// Talks to any number of BMCs over one socket. Sessions end when it and all its [`Bmc`]s are dropped.
#[derive(Clone, Debug)]
pub struct Bmcs(Arc<Sockets>);

#[derive(Debug)]
struct Sockets {
    v4: Arc<UdpSocket>,
    /// Not there where the system has no IPv6.
    v6: Option<Arc<UdpSocket>>,
    boxes: Arc<Mutex<(u64, Boxes)>>,
    readers: Vec<JoinHandle<()>>,
}

impl Drop for Sockets {
    fn drop(&mut self) {
        for reader in &self.readers {
            reader.abort();
        }
    }
}

/// What comes from one address, and the way there.
#[derive(Debug)]
pub(crate) struct Mailbox {
    number: u64,
    peer: SocketAddr,
    socket: Arc<UdpSocket>,
    packets: mpsc::Receiver<Vec<u8>>,
    sockets: Arc<Sockets>,
}

fn lock(boxes: &Mutex<(u64, Boxes)>) -> MutexGuard<'_, (u64, Boxes)> {
    boxes.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bind(address: SocketAddr) -> io::Result<Arc<UdpSocket>> {
    let domain = socket2::Domain::for_address(address);
    let socket = socket2::Socket::new(domain, socket2::Type::DGRAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // The system gives as much of it as it likes.
    let _less = socket.set_recv_buffer_size(BUFFER);
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into()).map(Arc::new)
}

impl Bmcs {
    /// Opens the sockets. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn new() -> Result<Self, IpmiError> {
        let none = |error: io::Error| IpmiError::Unreachable(error.to_string());
        let v4 = bind((Ipv4Addr::UNSPECIFIED, 0).into()).map_err(none)?;
        let v6 = bind((Ipv6Addr::UNSPECIFIED, 0).into()).ok();
        let boxes = Arc::default();
        let readers = std::iter::once(&v4)
            .chain(&v6)
            .map(|socket| tokio::spawn(read(Arc::clone(socket), Arc::clone(&boxes))))
            .collect();
        Ok(Self(Arc::new(Sockets { v4, v6, boxes, readers })))
    }

    /// A BMC at this address; the port is 623 nearly everywhere. Nothing is sent before the first command.
    #[must_use]
    pub fn bmc(&self, address: SocketAddr, login: Login, options: Options) -> Bmc {
        Bmc::new(self.clone(), address, login, options)
    }

    /// Asks whether something at this address speaks IPMI, without signing in.
    ///
    /// # Errors
    /// When nothing answers within the time.
    pub async fn ping(&self, address: SocketAddr, wait: Duration) -> Result<bool, IpmiError> {
        const TAG: u8 = 1;
        let mut mailbox = self.mailbox(address)?;
        mailbox.send(&ping(TAG)).await?;
        let until = Instant::now() + wait;
        loop {
            let packet = mailbox.packet(until).await?;
            if let Ok((Class::Asf, message)) = unwrap_rmcp(&packet)
                && let Ok(answer) = pong(message)
                && answer.tag == TAG
            {
                return Ok(answer.ipmi);
            }
        }
    }

    pub(crate) fn mailbox(&self, peer: SocketAddr) -> Result<Mailbox, IpmiError> {
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let socket = if peer.is_ipv4() { Some(&self.0.v4) } else { self.0.v6.as_ref() };
        let socket =
            socket.ok_or_else(|| IpmiError::Unreachable("this computer has no IPv6".to_owned()))?;
        let (sender, packets) = mpsc::channel(DEPTH);
        let mut boxes = lock(&self.0.boxes);
        boxes.0 += 1;
        let number = boxes.0;
        boxes.1.entry(peer).or_default().push((number, sender));
        let (socket, sockets) = (Arc::clone(socket), Arc::clone(&self.0));
        Ok(Mailbox { number, peer, socket, packets, sockets })
    }
}

async fn read(socket: Arc<UdpSocket>, boxes: Arc<Mutex<(u64, Boxes)>>) {
    let mut packet = vec![0; MOST_PACKET];
    loop {
        // Errors are those of packets that were sent (a port that is closed), and say nothing about whose they were.
        let Ok((length, from)) = socket.recv_from(&mut packet).await else {
            tokio::task::yield_now().await;
            continue;
        };
        let Some(packet) = packet.get(..length) else { continue };
        let mut boxes = lock(&boxes);
        for (_, sender) in boxes.1.get_mut(&from).into_iter().flatten() {
            // One that is full drops it: whoever waits there sends again.
            let _full = sender.try_send(packet.to_vec());
        }
    }
}

impl Mailbox {
    pub(crate) async fn send(&self, packet: &[u8]) -> Result<(), IpmiError> {
        let sent = self.socket.send_to(packet, self.peer).await;
        sent.map(drop).map_err(|error| IpmiError::Unreachable(error.to_string()))
    }

    pub(crate) const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Sends it if that takes no waiting.
    pub(crate) fn try_send(&self, packet: &[u8]) {
        let _unsent = self.socket.try_send_to(packet, self.peer);
    }

    /// The next packet from there, from whatever session.
    pub(crate) async fn packet(&mut self, until: Instant) -> Result<Vec<u8>, IpmiError> {
        match timeout_at(until, self.packets.recv()).await {
            Ok(Some(packet)) => Ok(packet),
            _ => Err(IpmiError::Silent),
        }
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        let mut boxes = lock(&self.sockets.boxes);
        if let Some(at) = boxes.1.get_mut(&self.peer) {
            at.retain(|(number, _)| *number != self.number);
            if at.is_empty() {
                boxes.1.remove(&self.peer);
            }
        }
    }
}
