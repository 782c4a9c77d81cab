//! A relay of datagrams in front of an agent, which changes, repeats or swallows what passes.

use crate::TestkitError;
use std::{
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Where a datagram goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pass {
    /// To the agent.
    Ask,
    /// To whoever asked.
    Answer,
}

/// The relay; ends when it is dropped.
#[derive(Debug)]
pub struct SnmpRelay {
    port: u16,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SnmpRelay {
    /// Starts it in front of a port of 127.0.0.1. `rule` gives what goes on for each datagram: itself, others, or nothing.
    ///
    /// # Errors
    /// When there is no socket.
    pub fn start(
        target: u16,
        rule: impl FnMut(Pass, Vec<u8>) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Result<Self, TestkitError> {
        let open = || {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            socket.set_read_timeout(Some(Duration::from_millis(2)))?;
            Ok(socket)
        };
        let front = open().map_err(|e| TestkitError::file("open a socket", e))?;
        let back = open().map_err(|e| TestkitError::file("open a socket", e))?;
        let port = front.local_addr().map_err(|e| TestkitError::file("open a socket", e))?.port();
        let ends = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ends);
        let thread = thread::spawn(move || pass(&front, &back, target, rule, &told));
        Ok(Self { port, ends, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for SnmpRelay {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn pass(
    front: &UdpSocket,
    back: &UdpSocket,
    target: u16,
    mut rule: impl FnMut(Pass, Vec<u8>) -> Vec<Vec<u8>>,
    ends: &AtomicBool,
) {
    let mut buffer = vec![0; 65_536];
    let mut asker: Option<SocketAddr> = None;
    while !ends.load(Ordering::Relaxed) {
        if let Ok((length, from)) = front.recv_from(&mut buffer) {
            asker = Some(from);
            for data in rule(Pass::Ask, buffer.iter().take(length).copied().collect()) {
                let _ = back.send_to(&data, (Ipv4Addr::LOCALHOST, target));
            }
        }
        if let (Ok((length, _)), Some(asker)) = (back.recv_from(&mut buffer), asker) {
            for data in rule(Pass::Answer, buffer.iter().take(length).copied().collect()) {
                let _ = front.send_to(&data, asker);
            }
        }
    }
}
