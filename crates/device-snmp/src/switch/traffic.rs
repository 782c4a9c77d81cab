//! What ports have carried: counters of IF-MIB, each with the agent's clock in the same answer, and rates between two readings.

use super::{
    column, number,
    ports::{IF, IF_X, Port, PortKind},
};
use crate::{
    Agent, SnmpError,
    columns::{Cells, Columns, Fault, Index, Limits},
    rate::{Moment, Rate, Reading, Unit, Width, rate},
};
use async_snmp::{Oid, Value};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Rows of one answer. Eleven columns of so many rows are some 6 kB.
const ROWS: u32 = 25;

/// `ifXEntry` and `ifEntry` of each counter: 64 bits first, 32 where there are none.
const WIDE: [u32; 4] = [6, 10, 7, 11];
const NARROW: [u32; 4] = [10, 16, 11, 17];
/// Errors and discards, in and out, which have 32 bits everywhere.
const TROUBLE: [u32; 4] = [14, 20, 13, 19];

/// A port's counters at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PortCounters {
    /// When.
    pub at: Moment,
    /// Bytes in.
    pub octets_in: Option<Reading>,
    /// Bytes out.
    pub octets_out: Option<Reading>,
    /// Packets to one receiver in.
    pub packets_in: Option<Reading>,
    /// Packets to one receiver out.
    pub packets_out: Option<Reading>,
    /// Packets in that were broken.
    pub errors_in: Option<Reading>,
    /// Packets out that could not be sent because of errors.
    pub errors_out: Option<Reading>,
    /// Packets in that were thrown away.
    pub discards_in: Option<Reading>,
    /// Packets out that were thrown away.
    pub discards_out: Option<Reading>,
}

/// All ports' counters, by `ifIndex`.
pub type Counters = BTreeMap<u32, PortCounters>;

/// What a port carries: bytes and packets a second, or why nobody knows. `None` for what the switch does not count.
#[derive(Clone, PartialEq, Debug)]
pub struct PortRates {
    /// Bytes in.
    pub octets_in: Option<Rate>,
    /// Bytes out.
    pub octets_out: Option<Rate>,
    /// Packets to one receiver in.
    pub packets_in: Option<Rate>,
    /// Packets to one receiver out.
    pub packets_out: Option<Rate>,
    /// Packets in that were broken.
    pub errors_in: Option<Rate>,
    /// Packets out that could not be sent because of errors.
    pub errors_out: Option<Rate>,
    /// Packets in that were thrown away.
    pub discards_in: Option<Rate>,
    /// Packets out that were thrown away.
    pub discards_out: Option<Rate>,
}

/// The rates of all ports that are in both readings and among the ports.
#[must_use]
pub fn rates(
    ports: &BTreeMap<u32, Port>,
    earlier: &Counters,
    later: &Counters,
) -> BTreeMap<u32, PortRates> {
    let both = later.iter().filter_map(|(index, after)| Some((index, earlier.get(index)?, after)));
    both.map(|(index, before, after)| {
        // What a port without wire says of its speed binds it to nothing.
        let wire = |port: &&Port| matches!(port.kind, PortKind::Ethernet | PortKind::Aggregate);
        let speed = ports.get(index).filter(wire).and_then(|port| port.speed);
        let one = |unit, of: fn(&PortCounters) -> Option<Reading>| {
            Some(rate(unit, speed, (before.at, of(before)?), (after.at, of(after)?)))
        };
        let rates = PortRates {
            octets_in: one(Unit::Octets, |c| c.octets_in),
            octets_out: one(Unit::Octets, |c| c.octets_out),
            packets_in: one(Unit::Packets, |c| c.packets_in),
            packets_out: one(Unit::Packets, |c| c.packets_out),
            errors_in: one(Unit::Packets, |c| c.errors_in),
            errors_out: one(Unit::Packets, |c| c.errors_out),
            discards_in: one(Unit::Packets, |c| c.discards_in),
            discards_out: one(Unit::Packets, |c| c.discards_out),
        };
        (*index, rates)
    })
    .collect()
}

impl Agent {
    /// All ports' counters. `start` is what [`Moment::here`] counts from, the same for readings that are compared.
    ///
    /// # Errors
    /// When it does not answer, refuses, or loops.
    pub async fn counters(&self, start: Instant) -> Result<Counters, SnmpError> {
        let wide: Vec<Oid> = WIDE.map(|n| column(&IF_X, n)).to_vec();
        let narrow: Vec<Oid> = NARROW.map(|n| column(&IF, n)).to_vec();
        let mut bases: Vec<Oid> = TROUBLE.map(|n| column(&IF, n)).to_vec();
        bases.push(column(&IF_X, 19));
        // Version 1 has no 64 bits to send (RFC 3584 §4.2.2.1).
        bases.extend(if self.has_bulk() { &wide } else { &narrow }.iter().cloned());
        let (mut cells, mut times) = self.timed(&bases, start).await?;
        if self.has_bulk() && cells.get(5).is_some_and(Cells::is_empty) {
            bases.truncate(5);
            bases.extend(narrow);
            (cells, times) = self.timed(&bases, start).await?;
        }
        Ok(of_cells(&cells, &times))
    }

    /// Columns with the moment at which each row was read.
    async fn timed(
        &self,
        bases: &[Oid],
        start: Instant,
    ) -> Result<(Vec<Cells>, BTreeMap<u32, (Duration, u32)>), SnmpError> {
        let mut walk = Columns::new(bases, Limits::default());
        let mut answers = Vec::new();
        loop {
            let ask = walk.ask();
            if ask.is_empty() {
                let row = |(index, answer): (&Index, &usize)| {
                    Some((*index.first()?, *answers.get(*answer)?))
                };
                let times = walk.rows().iter().filter_map(row).collect();
                return Ok((walk.cells(), times));
            }
            // The object before sysUpTime.0, so that the one after it is that.
            let up = Oid::from_slice(&[1, 3, 6, 1, 2, 1, 1, 3]);
            let answer = if self.has_bulk() {
                self.bulk(&[up], &ask, ROWS).await?
            } else {
                match self.next(&[&[up], ask.as_slice()].concat()).await? {
                    Ok(answer) => answer,
                    Err(place) => {
                        let end = place.checked_sub(1).map(|column| walk.end(column));
                        end.unwrap_or(Err(Fault::Empty)).map_err(|fault| self.fault(fault))?;
                        continue;
                    }
                }
            };
            let nonsense = || SnmpError::Nonsense(self.machine().to_owned());
            let mut answer = answer.into_iter();
            let clock = answer.next().ok_or_else(nonsense)?;
            if clock.oid.arcs() != crate::system::UP_TIME {
                return Err(nonsense());
            }
            answers.push((start.elapsed(), clock.value.as_u32().ok_or_else(nonsense)?));
            walk.answer(answer.collect()).map_err(|fault| self.fault(fault))?;
        }
    }
}

fn of_cells(cells: &[Cells], times: &BTreeMap<u32, (Duration, u32)>) -> Counters {
    let [
        errors_in,
        errors_out,
        discards_in,
        discards_out,
        discontinuity,
        octets_in,
        octets_out,
        packets_in,
        packets_out,
    ] = cells
    else {
        return Counters::new();
    };
    let port = |index: &Vec<u32>| {
        let [row] = index.as_slice() else { return None };
        let (here, there) = *times.get(row)?;
        let read = |cells: &Cells| match cells.get(index)? {
            Value::Counter64(value) => Some(Reading { value: *value, width: Width::Bits64 }),
            Value::Counter32(value) => {
                Some(Reading { value: u64::from(*value), width: Width::Bits32 })
            }
            _ => None,
        };
        let counters = PortCounters {
            at: Moment { here, there, discontinuity: number(discontinuity, index) },
            octets_in: read(octets_in),
            octets_out: read(octets_out),
            packets_in: read(packets_in),
            packets_out: read(packets_out),
            errors_in: read(errors_in),
            errors_out: read(errors_out),
            discards_in: read(discards_in),
            discards_out: read(discards_out),
        };
        Some((*row, counters))
    };
    let mut rows: Vec<&Vec<u32>> = errors_in.keys().chain(octets_in.keys()).collect();
    rows.sort_unstable();
    rows.dedup();
    rows.into_iter().filter_map(port).collect()
}
