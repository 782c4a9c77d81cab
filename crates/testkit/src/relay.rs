//! A relay for datagrams, which loses, repeats, holds back and changes what goes through it.

use crate::TestkitError;
use std::{
    collections::{HashMap, hash_map::Entry},
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{net::UdpSocket, task::JoinHandle};

/// Which way a datagram goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// To the server.
    There,
    /// To the client.
    Back,
}

/// Decides what becomes of a datagram: what is sent in its place, in this order.
pub type Fate = Box<dyn FnMut(Way, &[u8]) -> Vec<Vec<u8>> + Send>;

/// What came, and which way it went.
type Seen = Arc<Mutex<Vec<(Way, Vec<u8>)>>>;

/// The relay; ends when it is dropped.
#[derive(Debug)]
pub struct UdpRelay {
    address: SocketAddr,
    seen: Seen,
    task: JoinHandle<()>,
}

impl Drop for UdpRelay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A socket of its own towards the server for each client, so that answers find their way.
type Clients = HashMap<SocketAddr, Arc<UdpSocket>>;

impl UdpRelay {
    /// Starts it before a server.
    ///
    /// # Errors
    /// When the system has no socket left.
    pub async fn start(server: SocketAddr, fate: Fate) -> Result<Self, TestkitError> {
        let no = |error| TestkitError::file("open a socket", error);
        let front = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(no)?);
        let address = front.local_addr().map_err(no)?;
        let seen = Seen::default();
        let relay = Relay { server, fate: Arc::new(Mutex::new(fate)), seen: Arc::clone(&seen) };
        let task = tokio::spawn(relay.run(front));
        Ok(Self { address, seen, task })
    }

    /// Where clients send to.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What came so far, before anything was done to it.
    #[must_use]
    pub fn seen(&self) -> Vec<(Way, Vec<u8>)> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Clone)]
struct Relay {
    server: SocketAddr,
    fate: Arc<Mutex<Fate>>,
    seen: Seen,
}

impl Relay {
    fn judge(&self, way: Way, datagram: &[u8]) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push((way, datagram.to_vec()));
        self.fate.lock().unwrap_or_else(PoisonError::into_inner)(way, datagram)
    }

    async fn run(self, front: Arc<UdpSocket>) {
        let mut clients = Clients::new();
        let mut answers = tokio::task::JoinSet::new();
        let mut buffer = vec![0; 65536];
        loop {
            let Ok((length, from)) = front.recv_from(&mut buffer).await else { continue };
            if let Entry::Vacant(new) = clients.entry(from) {
                let Ok(socket) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await else { continue };
                let socket = Arc::new(socket);
                let (relay, back, front) = (self.clone(), Arc::clone(&socket), Arc::clone(&front));
                answers.spawn(async move { relay.answers(&back, &front, from).await });
                new.insert(socket);
            }
            let Some(socket) = clients.get(&from) else { continue };
            for datagram in self.judge(Way::There, buffer.get(..length).unwrap_or_default()) {
                let _lost = socket.send_to(&datagram, self.server).await;
            }
        }
    }

    async fn answers(&self, back: &UdpSocket, front: &UdpSocket, client: SocketAddr) {
        let mut buffer = vec![0; 65536];
        loop {
            let Ok((length, _)) = back.recv_from(&mut buffer).await else { continue };
            for datagram in self.judge(Way::Back, buffer.get(..length).unwrap_or_default()) {
                let _lost = front.send_to(&datagram, client).await;
            }
        }
    }
}
