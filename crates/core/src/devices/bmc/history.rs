//! What sensors showed since the services started.

use crate::devices::reach::Way;
use patchbay_model::{BmcSensor, ManagementId, ManagementWay, NodeId, SensorPoint, Timestamp};
use std::collections::{HashMap, VecDeque};

/// Between two points, in milliseconds.
const STEP: i64 = 60_000;
/// How far back they go, in milliseconds.
const SPAN: i64 = 6 * 60 * 60 * 1_000;

/// A sensor by its name, and which of those with the same name.
type Name = (String, usize);

/// The past of all sensors.
#[derive(Debug, Default)]
pub(super) struct Histories(HashMap<(NodeId, ManagementId), Past>);

#[derive(Debug)]
struct Past {
    /// Another way is another machine's past.
    way: ManagementWay,
    last: Timestamp,
    points: HashMap<Name, VecDeque<SensorPoint>>,
}

impl Histories {
    /// Notes what sensors show now, and gives each its past.
    pub(super) fn note(&mut self, way: &Way, sensors: &mut [BmcSensor], now: Timestamp) {
        self.0.retain(|_, past| now.0 - past.last.0 <= SPAN);
        let key = (way.entry, way.management.id);
        let is_it = |past: &Past| past.way == way.management.way;
        if self.0.get(&key).is_some_and(|past| !is_it(past)) {
            self.0.remove(&key);
        }
        let past = self.0.entry(key).or_insert_with(|| Past {
            way: way.management.way.clone(),
            last: now,
            points: HashMap::new(),
        });
        past.last = now;
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let mut names = Vec::with_capacity(sensors.len());
        for sensor in &*sensors {
            let before = seen.entry(sensor.name.as_str()).or_default();
            names.push((sensor.name.clone(), *before));
            *before += 1;
        }
        past.points.retain(|name, _| names.contains(name));
        for (sensor, name) in sensors.iter_mut().zip(names) {
            sensor.history = past.add(name, sensor.value, now);
        }
    }
}

impl Past {
    fn add(&mut self, name: Name, value: Option<f64>, now: Timestamp) -> Vec<SensorPoint> {
        let points = self.points.entry(name).or_default();
        while points.front().is_some_and(|point| now.0 - point.at.0 > SPAN) {
            points.pop_front();
        }
        let due = points.back().is_none_or(|last| now.0 - last.at.0 >= STEP);
        if let Some(value) = value.filter(|_| due) {
            points.push_back(SensorPoint { at: now, value });
        }
        points.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Past, SPAN, STEP};
    use patchbay_model::{BmcProtocol, ManagementWay, Timestamp};
    use std::collections::HashMap;

    #[test]
    fn a_point_a_minute_for_six_hours() {
        let way = ManagementWay::Bmc {
            protocol: BmcProtocol::Ipmi,
            address: String::new(),
            port: None,
            identity: None,
            system: None,
            suite: None,
            unprotected: false,
        };
        let mut past = Past { way, last: Timestamp(0), points: HashMap::new() };
        let name = || ("CPU".to_owned(), 0);
        assert_eq!(past.add(name(), Some(40.0), Timestamp(0)).len(), 1);
        assert_eq!(past.add(name(), Some(41.0), Timestamp(STEP - 1)).len(), 1);
        assert_eq!(past.add(name(), None, Timestamp(STEP)).len(), 1);
        let two = past.add(name(), Some(42.0), Timestamp(STEP));
        assert_eq!(two.iter().map(|point| point.value).collect::<Vec<_>>(), [40.0, 42.0]);
        for minute in 2..=1_000 {
            past.add(name(), Some(1.0), Timestamp(minute * STEP));
        }
        let all = past.add(name(), None, Timestamp(1_000 * STEP));
        assert_eq!(all.len() as i64, SPAN / STEP + 1);
        assert_eq!(all.first().map(|point| point.at), Some(Timestamp(640 * STEP)));
    }
}
