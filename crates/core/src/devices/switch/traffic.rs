//! What ports carried in the last hour. A rate is there only where two readings prove it: gaps stay gaps.

use crate::Clock;
use patchbay_device_snmp::{
    Agent, SnmpError,
    rate::Rate,
    switch::{self, Counters, Port},
};
use patchbay_model::{PortRates, PortTraffic, Timestamp};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::{Duration, Instant},
};

/// Readings closer together say nothing new.
const LEAST: Duration = Duration::from_secs(2);
/// What is kept, in milliseconds.
const HOUR: i64 = 60 * 60 * 1000;
/// Points that are kept of a port at most.
const POINTS: usize = 900;

/// The counters of a switch as they were read last, and what its ports carried.
pub(in crate::devices) struct Traffic {
    /// What the moments of readings are counted from.
    start: Instant,
    last: Option<(Duration, Counters)>,
    points: BTreeMap<u32, VecDeque<(Timestamp, PortRates)>>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self { start: Instant::now(), last: None, points: BTreeMap::new() }
    }
}

impl Traffic {
    /// Reads the counters, unless that was done a moment ago.
    pub(super) async fn count(
        &mut self,
        agent: &Agent,
        ports: &BTreeMap<u32, Port>,
        clock: &dyn Clock,
    ) -> Result<(), SnmpError> {
        let now = clock.now();
        if self.last.as_ref().is_some_and(|(read, _)| now.saturating_sub(*read) < LEAST) {
            return Ok(());
        }
        let counters = agent.counters(self.start).await?;
        if let Some((_, earlier)) = &self.last {
            let rates = switch::rates(ports, earlier, &counters);
            let at = clock.wall();
            for (index, rates) in rates {
                self.points.entry(index).or_default().push_back((at, rates_of(&rates)));
            }
            self.forget(at);
        }
        self.last = Some((now, counters));
        Ok(())
    }

    fn forget(&mut self, now: Timestamp) {
        for points in self.points.values_mut() {
            let old = |(at, _): &(Timestamp, _)| now.0.saturating_sub(at.0) > HOUR;
            while points.len() > POINTS || points.front().is_some_and(old) {
                points.pop_front();
            }
        }
        self.points.retain(|_, points| !points.is_empty());
    }

    /// What each port carries by the last two readings.
    pub(super) fn rates(&self) -> HashMap<u32, PortRates> {
        let points = self.points.iter();
        points.filter_map(|(index, points)| Some((*index, points.back()?.1))).collect()
    }

    /// What these ports carried; of all of them if none is named.
    pub(super) fn points(&self, ports: &[u32]) -> Vec<PortTraffic> {
        let wanted =
            self.points.iter().filter(|(index, _)| ports.is_empty() || ports.contains(index));
        let traffic = |(index, points): (&u32, &VecDeque<_>)| PortTraffic {
            index: *index,
            points: points.iter().copied().collect(),
        };
        wanted.map(traffic).collect()
    }
}

fn rates_of(rates: &switch::PortRates) -> PortRates {
    let bits = |rate| known(&[rate]).map(|octets| octets * 8.0);
    PortRates {
        bits_in: bits(rates.octets_in),
        bits_out: bits(rates.octets_out),
        errors_in: known(&[rates.errors_in, rates.discards_in]),
        errors_out: known(&[rates.errors_out, rates.discards_out]),
    }
}

/// The sum of what is counted; nothing if nothing is, or if one of them is not known.
fn known(rates: &[Option<Rate>]) -> Option<f64> {
    let mut sum = None;
    for rate in rates.iter().flatten() {
        match rate {
            Rate::PerSecond(rate) => sum = Some(sum.unwrap_or_default() + rate),
            Rate::Gap(_) => return None,
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{Traffic, known};
    use patchbay_device_snmp::rate::{Gap, Rate};
    use patchbay_model::{PortRates, Timestamp};

    #[test]
    fn what_is_not_known_is_no_number() {
        let (two, gap) = (Some(Rate::PerSecond(2.0)), Some(Rate::Gap(Gap::Restarted)));
        assert_eq!(known(&[two, two]), Some(4.0));
        assert_eq!(known(&[two, None]), Some(2.0));
        assert_eq!(known(&[two, gap]), None);
        assert_eq!(known(&[None, None]), None);
    }

    #[test]
    fn an_hour_is_kept() {
        let mut traffic = Traffic::default();
        for minute in 0..100 {
            let at = Timestamp(minute * 60_000);
            traffic.points.entry(1).or_default().push_back((at, PortRates::default()));
            traffic.forget(at);
        }
        traffic.points.entry(2).or_default().push_back((Timestamp(0), PortRates::default()));
        traffic.forget(Timestamp(99 * 60_000));
        let kept = traffic.points(&[]);
        assert_eq!(kept.len(), 1);
        let first = kept.first().and_then(|port| port.points.first());
        assert_eq!(first.map(|(at, _)| *at), Some(Timestamp(39 * 60_000)));
        assert!(traffic.points(&[7]).is_empty());
    }
}
