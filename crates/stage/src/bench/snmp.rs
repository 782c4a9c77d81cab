//! What the ports of a thousand switches have carried: 8 counters of 100 ports each, asked of all of them by version 2c. A tenth
//! of them is dead: what is sent there is lost.
//!
//! The agents are our own (`testkit/snmp/fleet.rs`), in this process and on a thread: snmpsim takes 10 ms of processor time for
//! 64 variables, so that two minutes of it would be all that is measured. The peer is `snmpbulkwalk` for each column of each
//! agent, as many at once as it is fastest with; it reads one column at a time. (One `snmpbulkget` for each agent, told all
//! columns and the number of ports, took about a quarter of that, tried once by hand.) Both wait 2 s for an answer and ask
//! again twice, as the app does, so that a dead agent is given up after 6 s. `snmp-sweep` ends when all are read or given up,
//! and never before that; `snmp-sweep-living` when all that live are read.
//!
//! Before, ours reads twice, and between the readings counters wrap, are cleared, and agents start anew: each rate must be
//! what was really counted, or none.

use super::{
    ROUNDS,
    figure::{Better, Figure},
    runs,
};
use crate::Error;
use patchbay_device_snmp::{
    Access, Credentials, Patience, SnmpError, Socket,
    rate::Rate,
    switch::{Counters, Port, PortRates, rates},
};
use patchbay_model::Secret;
use patchbay_testkit::{Nature, SnmpFleet};
use std::{
    collections::BTreeMap,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

pub(crate) const NAMES: &[&str] = &["snmp-sweep", "snmp-sweep-living"];

const AGENTS: usize = 1000;
const PORTS: u8 = 100;
/// What is tried for the peer, which starts a process for each column of each agent.
const PROCESSES: [usize; 3] = [128, 256, 512];
/// How far a rate may be from what was counted: clocks of agents count hundredths of a second.
const EXACT: f64 = 0.01;

/// What a reading brought, by the number of the agent.
type Read = BTreeMap<usize, Counters>;

/// Seconds until all agents that live were read, and until the others were given up as well.
struct Taken {
    living: f64,
    all: f64,
}

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let fleet = SnmpFleet::start(AGENTS, PORTS)?;
    no_false_spike(&fleet).await?;
    let columns = tempfile::NamedTempFile::new()?;
    for address in fleet.addresses() {
        for column in SnmpFleet::COLUMNS {
            writeln!(columns.as_file(), "{address} {column}")?;
        }
    }
    let best = runs::fastest(&PROCESSES, async |processes| {
        Ok(bulkwalk(&fleet, columns.path(), processes).await?.all)
    });
    let best = best.await?;
    let (mut ours, mut peers) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        ours.push(swept(&fleet).await?.0);
        peers.push(bulkwalk(&fleet, columns.path(), best).await?);
    }
    let figure = |name, of: fn(&Taken) -> f64| Figure {
        name,
        unit: "s",
        better: Better::Lower,
        ours: ours.iter().map(of).collect(),
        peer: "snmpbulkwalk",
        peers: peers.iter().map(of).collect(),
    };
    let figures = [figure("snmp-sweep", |t| t.all), figure("snmp-sweep-living", |t| t.living)];
    Ok(figures.into_iter().filter(|figure| figure.name.contains(name)).collect())
}

/// Ours, from a new socket on: all agents at once.
async fn swept(fleet: &SnmpFleet) -> Result<(Taken, Read), Error> {
    let begin = Instant::now();
    let socket = Socket::open().await?;
    let access = access()?;
    let start = fleet.started();
    let mut asking = JoinSet::new();
    for (number, address) in fleet.addresses().iter().enumerate() {
        let agent = socket.agent_at(*address, address.to_string(), &access, Patience::default());
        let agent = agent.await?;
        asking.spawn(async move { (number, agent.counters(start).await) });
    }
    let (mut read, mut living) = (Read::new(), f64::NAN);
    while let Some(asked) = asking.join_next().await {
        match asked? {
            (number, Ok(counters)) => {
                read.insert(number, counters);
                living = begin.elapsed().as_secs_f64();
            }
            (number, Err(SnmpError::NoAnswer { .. })) if fleet.nature(number) == Nature::Dead => {}
            (number, Err(error)) => return Err(format!("agent {number}: {error}").into()),
        }
    }
    let all = begin.elapsed().as_secs_f64();
    Ok((Taken { living, all }, read))
}

/// The peer, with the patience of ours.
async fn bulkwalk(fleet: &SnmpFleet, columns: &Path, processes: usize) -> Result<Taken, Error> {
    let who = ["snmpbulkwalk", "-v2c", "-c", SnmpFleet::COMMUNITY, "-t", "2", "-r", "2"];
    // As many rows as an answer can have that it asks for: one question for each column.
    let line = [&who[..], &["-Cr101", "-On"]].concat();
    let ran = runs::each(processes, &["-n", "2"], &line, columns).await?;
    // Lines of several processes may come one in the other, so they are only counted.
    let lines = ran.said.bytes().filter(|byte| *byte == b'\n').count();
    let living = (0..AGENTS).filter(|number| fleet.nature(*number) != Nature::Dead).count();
    if lines != living * usize::from(PORTS) * SnmpFleet::COLUMNS.len() {
        return Err(format!("snmpbulkwalk has read {lines} counters").into());
    }
    Ok(Taken { living: ran.last, all: ran.whole })
}

/// Reads twice, and looks at every rate.
async fn no_false_spike(fleet: &SnmpFleet) -> Result<(), Error> {
    let (_, earlier) = swept(fleet).await?;
    fleet.turn();
    let wrapped = fleet.started() + SnmpFleet::WRAPPED + Duration::from_secs(1);
    tokio::time::sleep_until(wrapped.into()).await;
    let (_, later) = swept(fleet).await?;
    let ports = ports(fleet).await?;
    let (mut steady, mut wraps, mut gaps) = (0, 0, 0);
    for number in 0..AGENTS {
        let nature = fleet.nature(number);
        let (Some(before), Some(after)) = (earlier.get(&number), later.get(&number)) else {
            if nature == Nature::Dead {
                continue;
            } else {
                return Err(format!("agent {number} was not read").into());
            }
        };
        let rates = rates(&ports, before, after);
        if rates.len() != usize::from(PORTS) {
            return Err(format!("agent {number} has {} ports with rates", rates.len()).into());
        }
        for (port, found) in rates {
            let anew = matches!(nature, Nature::Cleared | Nature::Restarted);
            for (counter, rate) in (0..).zip(counters(&found)) {
                let real = SnmpFleet::per_second(counter, u8::try_from(port)?) as f64;
                match rate {
                    Some(Rate::Gap(_)) if anew => gaps += 1,
                    Some(Rate::PerSecond(rate)) if !anew && (rate - real).abs() <= real * EXACT => {
                        steady += 1;
                    }
                    rate => {
                        let what =
                            format!("agent {number} ({nature:?}), port {port}, counter {counter}");
                        return Err(format!("{what}: {rate:?} in place of {real}/s").into());
                    }
                }
            }
            let value = |of: &Counters| Some(of.get(&port)?.errors_in?.value);
            wraps += usize::from(!anew && value(before) > value(after));
        }
    }
    eprintln!(
        "bench: {steady} rates are right, {gaps} are rightly none; {wraps} ports had wrapped"
    );
    if steady == 0 || gaps == 0 || wraps == 0 {
        return Err(
            "the agents did not do what they should: nothing wrapped, or nothing began anew".into(),
        );
    }
    Ok(())
}

async fn ports(fleet: &SnmpFleet) -> Result<BTreeMap<u32, Port>, Error> {
    let address = fleet.addresses().first().ok_or("no agents")?;
    let agent = Socket::open()
        .await?
        .agent_at(*address, address.to_string(), &access()?, Patience::default())
        .await?;
    Ok(agent.ports().await?)
}

fn access() -> Result<Access, Error> {
    let community = Secret::new(SnmpFleet::COMMUNITY.to_owned());
    Ok(Access::new(&Credentials::V2c { community })?)
}

/// In the order of the columns that the peer reads.
fn counters(rates: &PortRates) -> [Option<Rate>; 8] {
    [
        rates.octets_in,
        rates.octets_out,
        rates.packets_in,
        rates.packets_out,
        rates.errors_in,
        rates.errors_out,
        rates.discards_in,
        rates.discards_out,
    ]
}
