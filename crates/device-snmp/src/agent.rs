//! One socket for any number of agents, and one agent behind it.
//!
//! Messages, authentication, privacy and which answer belongs to which request are `async-snmp`'s. Deliberately absent:
//! traps, and SNMP over TCP. Its futures are boxed here: they are large, and nested so deeply that the compiler gives up
//! on whoever nests them further.

use crate::{
    Access, Asked, Refusal, SnmpError,
    columns::{Cells, Columns, Fault, Limits},
};
use async_snmp::{
    Client, DesSaltState, EngineCache, Error, ErrorStatus, Oid, PersistedDesSaltState, Retry,
    UdpHandle, UdpTransport, Value, VarBind,
};
use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::Semaphore;

/// Variables of one bulk answer at most: some 3 kB, which the agents of switches send in two or three fragments.
const VARIABLES: usize = 120;
/// Columns of one request. Agents with small buffers refuse more than some 30.
const COLUMNS: usize = 24;

/// What the system is asked to keep of what comes in. Many give a twentieth of it, which is still twice what a socket has
/// that asks for nothing.
const BUFFER: usize = 4 << 20;
/// Questions on their way at once. Their answers, some 6 kB each, have room in what systems give at least; one that is lost
/// is waited for in vain.
const AT_ONCE: usize = 32;
/// After so long without an answer a question is not counted among them any more, so that dead agents hold nobody up.
const TURN: Duration = Duration::from_millis(100);

/// How long an agent is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// For one answer.
    pub answer: Duration,
    /// How often a question is asked again. A change never is.
    pub repeats: u32,
    /// For a whole table, however often it goes on.
    pub table: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(2), repeats: 2, table: Duration::from_secs(60) }
    }
}

/// What agents are asked through: a socket for each family of addresses.
pub struct Socket {
    v4: UdpTransport,
    // A system may be without it.
    v6: Option<UdpTransport>,
    engines: Arc<EngineCache>,
    salt: DesSaltState,
    turns: Arc<Semaphore>,
}

impl Socket {
    /// Opens it. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the system has no socket to give.
    pub async fn open() -> Result<Self, SnmpError> {
        let bind = |address| UdpTransport::builder().bind(address).recv_buffer_size(BUFFER).build();
        let v4 = bind("0.0.0.0:0").await.map_err(|error| socket_error(&error))?;
        Ok(Self {
            v4,
            v6: bind("[::]:0").await.ok(),
            engines: Arc::new(EngineCache::new()),
            salt: salt()?,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// An agent by its name or address. Nothing is sent yet.
    ///
    /// # Errors
    /// When the name has no address.
    pub async fn agent(
        &self,
        host: &str,
        port: u16,
        access: &Access,
        patience: Patience,
    ) -> Result<Agent, SnmpError> {
        let no_address = |_| SnmpError::Name(host.to_owned());
        let addresses = tokio::net::lookup_host((host, port)).await.map_err(no_address)?;
        let usable = |address: &SocketAddr| address.is_ipv4() || self.v6.is_some();
        let address = addresses.into_iter().find(usable);
        let address = address.ok_or_else(|| SnmpError::Name(host.to_owned()))?;
        let machine = if port == 161 { host.to_owned() } else { format!("{host}:{port}") };
        self.agent_at(address, machine, access, patience).await
    }

    /// An agent by its address, and what it is called in errors. Nothing is sent yet.
    ///
    /// # Errors
    /// When there is no socket for it.
    pub async fn agent_at(
        &self,
        address: SocketAddr,
        machine: String,
        access: &Access,
        patience: Patience,
    ) -> Result<Agent, SnmpError> {
        let transport =
            if address.is_ipv4() { &self.v4 } else { self.v6.as_ref().unwrap_or(&self.v4) };
        let again = Retry::fixed(patience.repeats.min(10), Duration::ZERO)
            .unwrap_or_else(|_| Retry::none());
        // Only an unsigned report can say that a user or a password is wrong, since nobody can sign it for them. Whoever forges
        // one may fail a question, or choose the time that the next try is signed for: no harm in a question. A change could
        // be kept and sent again at that time, so changes believe signed reports alone.
        let client = |retry: Retry, unsigned_reports: bool| {
            let builder = Client::builder(address, access.auth.clone())
                .engine_cache(Arc::clone(&self.engines))
                .des_salt_state(self.salt.clone())
                .request_timeout(patience.answer)
                .retry(retry)
                .max_oids_per_request(COLUMNS)
                .allow_unauthenticated_v3_time_correction(unsigned_reports)
                // An answer from elsewhere is a stranger's: v1 and v2c have nothing else that tells them apart.
                .strict_source(true);
            builder.build_with(transport)
        };
        let asked = access.asked;
        let broken = |error: Box<Error>| SnmpError::of(&machine, asked, &error);
        Ok(Agent {
            asks: Box::pin(client(again, true)).await.map_err(broken)?,
            changes: Box::pin(client(Retry::none(), false)).await.map_err(broken)?,
            bulk: access.bulk,
            asked,
            table: patience.table,
            turns: Arc::clone(&self.turns),
            machine,
        })
    }
}

fn socket_error(error: &Error) -> SnmpError {
    match error.exchange_source() {
        Error::Network { source, .. } => {
            SnmpError::Socket(std::io::Error::new(source.kind(), source.to_string()))
        }
        other => SnmpError::Socket(std::io::Error::other(other.to_string())),
    }
}

/// Where salts of DES begin (RFC 3414 §8.1.1.1). No two starts of the program may begin alike: seconds since 1970 do not
/// come twice, and need no file.
fn salt() -> Result<DesSaltState, SnmpError> {
    let unable = |_| SnmpError::Unsupported;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let boots = u32::try_from(now % (1 << 31)).unwrap_or_default().clamp(1, (1 << 31) - 2);
    let before = PersistedDesSaltState::new(boots).map_err(unable)?;
    DesSaltState::restart(before, |_| Ok::<_, Infallible>(())).map_err(unable)
}

/// One agent. Dropping a future of it ends what it was doing.
#[derive(Clone)]
pub struct Agent {
    asks: Client<UdpHandle>,
    /// Sends everything once.
    changes: Client<UdpHandle>,
    bulk: bool,
    asked: Asked,
    table: Duration,
    turns: Arc<Semaphore>,
    machine: String,
}

impl Agent {
    /// What people call it.
    #[must_use]
    pub fn machine(&self) -> &str {
        &self.machine
    }

    /// Asks when it is this question's turn.
    async fn ask<T>(&self, question: impl Future<Output = T>) -> T {
        let mut question = Box::pin(question);
        // An error would say that somebody had closed the semaphore, which nobody does.
        let turn = self.turns.acquire().await;
        let soon = tokio::time::timeout(TURN, &mut question).await;
        drop(turn);
        match soon {
            Ok(answer) => answer,
            Err(_elapsed) => question.await,
        }
    }

    fn failed(&self, error: &Error) -> SnmpError {
        SnmpError::of(&self.machine, self.asked, error)
    }

    pub(crate) fn fault(&self, fault: Fault) -> SnmpError {
        let machine = self.machine.clone();
        match fault {
            Fault::Loops => SnmpError::Loops(machine),
            Fault::TooMuch => SnmpError::TooMuch(machine),
            Fault::Empty => SnmpError::Nonsense(machine),
        }
    }

    /// Single objects, in the order of their names; `None` for one it has not.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn get(&self, names: &[Oid]) -> Result<Vec<Option<Value>>, SnmpError> {
        let mut wanted: Vec<(usize, &Oid)> = names.iter().enumerate().collect();
        let mut values = vec![None; names.len()];
        while !wanted.is_empty() {
            let asked: Vec<Oid> = wanted.iter().map(|(_, name)| (*name).clone()).collect();
            match self.ask(self.asks.get_many(&asked)).await {
                Ok(answer) => {
                    if answer.varbinds.len() != asked.len() {
                        return Err(SnmpError::Nonsense(self.machine.clone()));
                    }
                    for ((at, name), variable) in wanted.drain(..).zip(answer.varbinds) {
                        if variable.oid != *name {
                            return Err(SnmpError::Nonsense(self.machine.clone()));
                        }
                        let value = Some(variable.value).filter(|value| !value.is_exception());
                        if let Some(place) = values.get_mut(at) {
                            *place = value;
                        }
                    }
                }
                // Version 1 answers nothing at all if one of them is not there, and says which.
                Err(error) => match missing(&error) {
                    Some(place) if !self.bulk && place < wanted.len() => drop(wanted.remove(place)),
                    _ => return Err(self.failed(&error)),
                },
            }
        }
        Ok(values)
    }

    /// Columns of tables, read side by side in as few requests as there can be.
    ///
    /// # Errors
    /// When it does not answer, refuses, loops, or sends more than there can be.
    pub async fn columns(&self, bases: &[Oid]) -> Result<Vec<Cells>, SnmpError> {
        let walk = async {
            let mut cells = Vec::with_capacity(bases.len());
            for some in bases.chunks(COLUMNS) {
                cells.extend(self.walk(some).await?);
            }
            Ok(cells)
        };
        let ended = tokio::time::timeout(self.table, walk).await;
        ended.unwrap_or_else(|_| Err(SnmpError::TooMuch(self.machine.clone())))
    }

    async fn walk(&self, bases: &[Oid]) -> Result<Vec<Cells>, SnmpError> {
        let mut walk = Columns::new(bases, Limits::default());
        let mut variables = VARIABLES;
        loop {
            let ask = walk.ask();
            if ask.is_empty() {
                return Ok(walk.cells());
            }
            let asked = if self.bulk {
                let rows = u32::try_from((variables / ask.len()).max(1)).unwrap_or(1);
                self.ask(self.asks.get_bulk(&ask, 0, rows)).await
            } else {
                self.ask(self.asks.get_next_many(&ask)).await.map(|answer| answer.varbinds)
            };
            match asked {
                Ok(answer) => walk.answer(answer).map_err(|fault| self.fault(fault))?,
                Err(error) => match missing(&error) {
                    Some(place) if !self.bulk => {
                        walk.end(place).map_err(|fault| self.fault(fault))?;
                    }
                    // Agents ought to send what fits, and some refuse instead.
                    _ if too_big(&error) && variables / ask.len() > 1 => variables /= 2,
                    _ => return Err(self.failed(&error)),
                },
            }
        }
    }

    /// The first rows after these places, with `single` objects before them, in one request.
    pub(crate) async fn bulk(
        &self,
        single: &[Oid],
        columns: &[Oid],
        rows: u32,
    ) -> Result<Vec<VarBind>, SnmpError> {
        let names: Vec<Oid> = single.iter().chain(columns).cloned().collect();
        let before = u32::try_from(single.len()).unwrap_or_default();
        let asked = self.ask(self.asks.get_bulk(&names, before, rows)).await;
        asked.map_err(|error| self.failed(&error))
    }

    /// The objects after these, in version 1; or which of them is the last there is, counted from 0.
    pub(crate) async fn next(
        &self,
        names: &[Oid],
    ) -> Result<Result<Vec<VarBind>, usize>, SnmpError> {
        match self.ask(self.asks.get_next_many(names)).await {
            Ok(answer) => Ok(Ok(answer.varbinds)),
            Err(error) => missing(&error).map(Err).ok_or_else(|| self.failed(&error)),
        }
    }

    /// Whether it has bulk requests and 64-bit counters.
    pub(crate) fn has_bulk(&self) -> bool {
        self.bulk
    }

    /// Changes objects, all or none of them (RFC 3416 §4.2.5). Sent once: if no answer comes, nobody knows, and whoever
    /// wants to know has to look.
    ///
    /// # Errors
    /// When it refuses, or no answer comes.
    pub async fn set(&self, changes: &[(Oid, Value)]) -> Result<(), SnmpError> {
        let answer = Box::pin(self.changes.set_many(changes)).await;
        let answer = answer.map_err(|error| self.failed(&error))?;
        // Some agents say so in the values instead of with an error.
        match answer.varbinds.iter().find(|variable| variable.value.is_exception()) {
            None => Ok(()),
            Some(variable) => Err(SnmpError::Refused {
                machine: self.machine.clone(),
                why: Refusal::NoSuchName,
                object: Some(variable.oid.to_string()),
            }),
        }
    }
}

/// Which of the variables that were asked for `noSuchName` is about, counted from 0.
fn missing(error: &Error) -> Option<usize> {
    match error.exchange_source() {
        Error::Snmp { status: ErrorStatus::NoSuchName, index, .. } => {
            usize::try_from(*index).ok()?.checked_sub(1)
        }
        _ => None,
    }
}

fn too_big(error: &Error) -> bool {
    matches!(error.exchange_source(), Error::Snmp { status: ErrorStatus::TooBig, .. })
}
