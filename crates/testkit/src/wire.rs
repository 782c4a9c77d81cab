//! A piece of network between a client and a server on loopback that is as bad as a test or figure needs it.
//!
//! Deliberately absent: less bandwidth. What is put in is delay, which keeps what is on its way, and breaks.

use crate::TestkitError;
use bytes::Bytes;
use std::{
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{Instant, sleep_until},
};

/// Bytes that are taken at once.
const PIECE: usize = 64 * 1024;
/// Pieces that are on their way at most.
const ON_THE_WAY: usize = 2048;

/// What is wrong with a wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nothing.
    None,
    /// Every byte comes this much later, in each direction.
    Delay(Duration),
    /// Each connection is cut after so many bytes came through in both directions together, for so many connections.
    Cut {
        /// The bytes.
        after: u64,
        /// The connections.
        times: u64,
    },
    /// Each connection stands still after so many bytes came through in both directions together.
    Stall {
        /// The bytes.
        after: u64,
    },
}

/// A port of 127.0.0.1 that leads to another one. It is gone when it is dropped, with the connections over it.
#[derive(Debug)]
pub struct Wire {
    port: u16,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    to: u16,
    fault: watch::Sender<Fault>,
    cuts: AtomicU64,
    connections: Mutex<Vec<JoinHandle<()>>>,
}

impl Wire {
    /// Leads to a port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn to(port: u16, fault: Fault) -> Result<Self, TestkitError> {
        let failed = |error| TestkitError::file("open a port", error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let own = listener.local_addr().map_err(failed)?.port();
        let state = Arc::new(State {
            to: port,
            fault: watch::Sender::new(fault),
            cuts: AtomicU64::new(0),
            connections: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let connection = tokio::spawn(connect(near, Arc::clone(&shared)));
                shared.connections.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            }
        });
        Ok(Self { port: own, state, accepting })
    }

    /// The port it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// How many connections it has cut.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.state.cuts.load(Ordering::SeqCst)
    }

    /// From now on something else is wrong with it. Connections that stand still go on.
    pub fn set(&self, fault: Fault) {
        self.state.fault.send_replace(fault);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
        let connections = self.state.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.iter().for_each(JoinHandle::abort);
    }
}

async fn connect(near: TcpStream, state: Arc<State>) {
    let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, state.to)).await else { return };
    let _quick = (near.set_nodelay(true), far.set_nodelay(true));
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let passed = AtomicU64::new(0);
    // The first that ends takes the other with it.
    tokio::select! {
        () = pass(near_in, far_out, &state, &passed) => {}
        () = pass(far_in, near_out, &state, &passed) => {}
    }
}

/// Passes bytes on until either end is gone or the wire is cut. What was taken and not given by then is lost.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    state: &State,
    passed: &AtomicU64,
) {
    let (sender, mut receiver) = mpsc::channel::<(Instant, Bytes)>(ON_THE_WAY);
    let mut fault = state.fault.subscribe();
    let taking = async {
        let mut piece = vec![0; PIECE];
        while let Ok(count @ 1..) = from.read(&mut piece).await {
            let delay = match *state.fault.borrow() {
                Fault::Delay(delay) => delay,
                _ => Duration::ZERO,
            };
            let bytes = Bytes::copy_from_slice(piece.get(..count).unwrap_or_default());
            if sender.send((Instant::now() + delay, bytes)).await.is_err() {
                return;
            }
        }
    };
    let giving = async {
        while let Some((due, bytes)) = receiver.recv().await {
            if due > Instant::now() {
                sleep_until(due).await;
            }
            if to.write_all(&bytes).await.is_err() {
                return;
            }
            let count = bytes.len() as u64;
            let now = passed.fetch_add(count, Ordering::SeqCst) + count;
            let wrong = *fault.borrow_and_update();
            match wrong {
                Fault::None | Fault::Delay(_) => {}
                Fault::Cut { after, times } => {
                    if now >= after && state.cuts.load(Ordering::SeqCst) < times {
                        state.cuts.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                }
                Fault::Stall { after } => {
                    if now >= after && fault.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    };
    tokio::select! {
        () = taking => {}
        () = giving => {}
    }
}
