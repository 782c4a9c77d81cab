//! Many agents at once, and ours: those of others take so long for an answer that nobody could tell how fast the one is who
//! asks. They are switches of IF-MIB (RFC 2863) with counters that go on, wrap and begin anew; some are dead. Version 2c only,
//! reading only.

use super::answer::{Cell, Value, answer};
use crate::TestkitError;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tokio::{net::UdpSocket, sync::oneshot};

/// Agents of one block of addresses.
const BLOCK: usize = 250;
/// Each so manieth agent is dead.
const DEAD: usize = 10;
/// When counters of 32 bits wrap, in hundredths of a second since the start.
const WRAP: u64 = 500;
/// What the agents' clocks say at the start, in hundredths of a second.
const UP: u64 = 10_000_000;
/// What counters say at the start.
const FIRST_32: u64 = 2_000_000_000;
const FIRST_64: u64 = 1 << 40;
/// `ifEntry` and `ifXEntry`, as they are sent.
const IF: [u8; 8] = [0x2b, 6, 1, 2, 1, 2, 2, 1];
const IF_X: [u8; 9] = [0x2b, 6, 1, 2, 1, 31, 1, 1, 1];
/// What an agent's counters do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nature {
    /// They go on.
    Steady,
    /// Those of 32 bits wrap [`SnmpFleet::WRAPPED`] after the start.
    Wraps,
    /// They are set to nothing at the turn, and the agent does not say so.
    Cleared,
    /// They are set to nothing at the turn, because the agent starts anew.
    Restarted,
    /// Nothing there ever answers.
    Dead,
}

/// The agents; they end when it is dropped.
///
/// Linux answers on all of 127.0.0.0/8, so that addresses of their own need no rights. Other systems have to be given them.
#[derive(Debug)]
pub struct SnmpFleet {
    addresses: Vec<SocketAddr>,
    state: Arc<State>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    // Bound, so that what is asked there is lost and not refused.
    _dead: Vec<std::net::UdpSocket>,
}

#[derive(Debug)]
struct State {
    start: Instant,
    /// When the counters began anew, in hundredths of a second since the start; 0 when they have not.
    turned: AtomicU64,
    cells: Vec<Cell<Kind>>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// `sysUpTime`.
    Up,
    Integer(u8),
    Gauge(u32),
    /// The name of a port.
    Name(u8),
    /// What it counts in a hundredth of a second.
    Counter32(u64),
    Counter64(u64),
    /// A moment: the agent's start.
    Started,
}

impl SnmpFleet {
    /// Who may read.
    pub const COMMUNITY: &str = "public";
    /// The speed of all ports, in bits a second.
    pub const SPEED: u64 = 1_000_000_000;
    /// The columns of counters: octets in and out, packets in and out, errors in and out, discards in and out.
    pub const COLUMNS: [&str; 8] = [
        "1.3.6.1.2.1.31.1.1.1.6",
        "1.3.6.1.2.1.31.1.1.1.10",
        "1.3.6.1.2.1.31.1.1.1.7",
        "1.3.6.1.2.1.31.1.1.1.11",
        "1.3.6.1.2.1.2.2.1.14",
        "1.3.6.1.2.1.2.2.1.20",
        "1.3.6.1.2.1.2.2.1.13",
        "1.3.6.1.2.1.2.2.1.19",
    ];
    /// When counters wrap, after the start.
    pub const WRAPPED: Duration = Duration::from_millis(WRAP * 10);

    /// Starts so many, each tenth of them dead, with so many ports each, 120 at most.
    ///
    /// # Errors
    /// When there are not enough sockets.
    pub fn start(count: usize, ports: u8) -> Result<Self, TestkitError> {
        let broken = |e| TestkitError::file("open a socket", e);
        let port = super::free_port()?;
        let addresses: Vec<SocketAddr> =
            (0..count).map(|number| (address(number), port).into()).collect();
        let (mut dead, mut living) = (Vec::new(), Vec::new());
        for (number, address) in addresses.iter().enumerate() {
            let socket = std::net::UdpSocket::bind(address).map_err(broken)?;
            match nature(number) {
                Nature::Dead => dead.push(socket),
                nature => {
                    socket.set_nonblocking(true).map_err(broken)?;
                    living.push((nature, socket));
                }
            }
        }
        let state = State { start: Instant::now(), turned: AtomicU64::new(0), cells: cells(ports) };
        let state = Arc::new(state);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        let runtime = runtime.map_err(broken)?;
        let (end, ended) = oneshot::channel();
        let told = Arc::clone(&state);
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                for (nature, socket) in living {
                    tokio::spawn(serve(nature, socket, Arc::clone(&told)));
                }
                let _ended = ended.await;
            });
        });
        Ok(Self { addresses, state, end: Some(end), thread: Some(thread), _dead: dead })
    }

    /// Where they answer, or do not.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What an agent's counters do.
    #[must_use]
    pub fn nature(&self, number: usize) -> Nature {
        nature(number)
    }

    /// Since when they run.
    #[must_use]
    pub fn started(&self) -> Instant {
        self.state.start
    }

    /// From now on, the counters of some have begun anew.
    pub fn turn(&self) {
        self.state.turned.store(self.state.ticks().max(1), Ordering::Relaxed);
    }

    /// What a counter, by its place in [`Self::COLUMNS`], really counts in a second.
    #[must_use]
    pub fn per_second(counter: u8, port: u8) -> u64 {
        each(counter, port) * 100
    }
}

impl Drop for SnmpFleet {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl State {
    fn ticks(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis() / 10).unwrap_or(u64::MAX)
    }

    /// What a cell of such an agent says now.
    fn value(&self, nature: Nature, kind: Kind, ticks: u64) -> Value {
        let turned = Some(self.turned.load(Ordering::Relaxed)).filter(|turned| *turned > 0);
        let anew = turned.filter(|_| matches!(nature, Nature::Cleared | Nature::Restarted));
        let since = ticks.saturating_sub(anew.unwrap_or_default());
        let counted = |each: u64, first: u64| match (anew, nature) {
            (Some(_), _) => each * since,
            (None, _) => first + each * ticks,
        };
        let narrow = |each: u64| match nature {
            Nature::Wraps => (1 << 32) - each * WRAP,
            _ => FIRST_32,
        };
        match kind {
            Kind::Up if nature == Nature::Restarted && anew.is_some() => Value::Ticks(since as u32),
            Kind::Up => Value::Ticks((UP + ticks) as u32),
            Kind::Integer(value) => Value::Integer(value),
            Kind::Gauge(value) => Value::Gauge(value),
            Kind::Name(port) => Value::Text(format!("port{port}")),
            Kind::Started => Value::Ticks(0),
            // It wraps.
            Kind::Counter32(each) => Value::Counter32(counted(each, narrow(each)) as u32),
            Kind::Counter64(each) => Value::Counter64(counted(each, FIRST_64)),
        }
    }
}

async fn serve(
    nature: Nature,
    socket: std::net::UdpSocket,
    state: Arc<State>,
) -> std::io::Result<()> {
    let socket = UdpSocket::from_std(socket)?;
    let mut request = vec![0; 2048];
    loop {
        let (length, from) = socket.recv_from(&mut request).await?;
        let request = request.get(..length).unwrap_or_default();
        let ticks = state.ticks();
        let value = |kind: &Kind| state.value(nature, *kind, ticks);
        if let Some(answer) = answer(request, SnmpFleet::COMMUNITY, &state.cells, value) {
            socket.send_to(&answer, from).await?;
        }
    }
}

fn address(number: usize) -> Ipv4Addr {
    let byte = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
    Ipv4Addr::new(127, 2, byte(number / BLOCK), byte(number % BLOCK + 1))
}

fn nature(number: usize) -> Nature {
    match (number % DEAD, number % 4) {
        (9, _) => Nature::Dead,
        (_, 0) => Nature::Steady,
        (_, 1) => Nature::Wraps,
        (_, 2) => Nature::Cleared,
        _ => Nature::Restarted,
    }
}

/// What a counter counts in a hundredth of a second.
fn each(counter: u8, port: u8) -> u64 {
    (u64::from(counter) + 1) * u64::from(port)
}

/// Everything there is, in the order of the names. No number in a name is above 127, so that each takes one byte.
fn cells(ports: u8) -> Vec<Cell<Kind>> {
    let mut cells = vec![Cell { name: vec![0x2b, 6, 1, 2, 1, 1, 3, 0], kind: Kind::Up }];
    let mut column = |entry: &[u8], column: u8, kind: &dyn Fn(u8) -> Kind| {
        for port in 1..=ports.min(120) {
            let name = [entry, &[column, port]].concat();
            cells.push(Cell { name, kind: kind(port) });
        }
    };
    column(&IF, 2, &Kind::Name);
    column(&IF, 3, &|_| Kind::Integer(6));
    column(&IF, 5, &|_| Kind::Gauge(1_000_000_000));
    column(&IF, 7, &|_| Kind::Integer(1));
    column(&IF, 8, &|_| Kind::Integer(1));
    for (number, counter) in [(13, 6), (14, 4), (19, 7), (20, 5)] {
        column(&IF, number, &|port| Kind::Counter32(each(counter, port)));
    }
    column(&IF_X, 1, &Kind::Name);
    for (number, counter) in [(6, 0), (7, 2), (10, 1), (11, 3)] {
        column(&IF_X, number, &|port| Kind::Counter64(each(counter, port)));
    }
    column(&IF_X, 15, &|_| Kind::Gauge(1000));
    // `ifCounterDiscontinuityTime`, which says nothing here: agents that keep quiet about it are the worse ones.
    column(&IF_X, 19, &|_| Kind::Started);
    cells
}
