//! What the server remembers of a node, a guest or a storage, as series (RRDtool, `rrddata`).

use crate::{Client, Guest, Node, ProxmoxError, call::Call};
use serde::Deserialize;

/// How far back; the further, the coarser.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    /// A point a minute.
    Hour,
    /// A point every half hour, or every minute on newer servers.
    Day,
    /// A point every three hours, or every half hour.
    Week,
    /// A point every twelve hours, or every half hour.
    Month,
    /// A point a week, or every six hours.
    Year,
}

/// What a point says of the time it stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    /// The mean.
    Mean,
    /// The highest.
    Most,
}

/// A point of all series; nothing where nothing was measured.
#[derive(Clone, Copy, PartialEq, Debug, Deserialize, Default)]
pub struct Point {
    /// Seconds since the Unix epoch; [`Client::graph`] gives no point without.
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    pub time: Option<u64>,
    /// Busy processors, from 0 to 1 of all it has.
    #[serde(default, deserialize_with = "crate::lenient::de_number")]
    pub cpu: Option<f64>,
    /// Processors.
    #[serde(rename = "maxcpu", default, deserialize_with = "crate::lenient::de_number")]
    pub cpus: Option<f64>,
    /// A node's time waiting for disks, from 0 to 1.
    #[serde(rename = "iowait", default, deserialize_with = "crate::lenient::de_number")]
    pub waiting: Option<f64>,
    /// A node's load.
    #[serde(rename = "loadavg", default, deserialize_with = "crate::lenient::de_number")]
    pub load: Option<f64>,
    /// Bytes of memory in use.
    #[serde(
        rename = "mem",
        alias = "memused",
        default,
        deserialize_with = "crate::lenient::de_number"
    )]
    pub memory: Option<f64>,
    /// Bytes of memory.
    #[serde(
        rename = "maxmem",
        alias = "memtotal",
        default,
        deserialize_with = "crate::lenient::de_number"
    )]
    pub memory_all: Option<f64>,
    /// Bytes in use: of a container's root, a node's root, a storage.
    #[serde(
        rename = "disk",
        alias = "rootused",
        alias = "used",
        default,
        deserialize_with = "crate::lenient::de_number"
    )]
    pub disk: Option<f64>,
    /// Bytes there are.
    #[serde(
        rename = "maxdisk",
        alias = "roottotal",
        alias = "total",
        default,
        deserialize_with = "crate::lenient::de_number"
    )]
    pub disk_all: Option<f64>,
    /// Bytes a second that came in.
    #[serde(rename = "netin", default, deserialize_with = "crate::lenient::de_number")]
    pub received: Option<f64>,
    /// Bytes a second that went out.
    #[serde(rename = "netout", default, deserialize_with = "crate::lenient::de_number")]
    pub sent: Option<f64>,
    /// Bytes a second read from disks.
    #[serde(rename = "diskread", default, deserialize_with = "crate::lenient::de_number")]
    pub read: Option<f64>,
    /// Bytes a second written to disks.
    #[serde(rename = "diskwrite", default, deserialize_with = "crate::lenient::de_number")]
    pub written: Option<f64>,
}

/// Whose series.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measured<'a> {
    /// A node's.
    Node(&'a Node),
    /// A guest's.
    Guest(&'a Guest),
    /// A storage's, as a node sees it.
    Storage(&'a Node, &'a str),
}

impl Client {
    /// The series of something, the oldest point first.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn graph(
        &self,
        whose: Measured<'_>,
        span: Span,
        of: Of,
    ) -> Result<Vec<Point>, ProxmoxError> {
        let mut points: Vec<Point> = self.ask(&graph(whose, span, of)).await?;
        points.retain(|point| point.time.is_some());
        points.sort_by_key(|point| point.time);
        Ok(points)
    }
}

pub(crate) fn graph(whose: Measured<'_>, span: Span, of: Of) -> Call {
    let call = match whose {
        Measured::Node(node) => Call::get(&["nodes", node.as_str(), "rrddata"]),
        Measured::Guest(guest) => guest.call(Call::get, &["rrddata"]),
        Measured::Storage(node, storage) => {
            Call::get(&["nodes", node.as_str(), "storage", storage, "rrddata"])
        }
    };
    let span = match span {
        Span::Hour => "hour",
        Span::Day => "day",
        Span::Week => "week",
        Span::Month => "month",
        Span::Year => "year",
    };
    let of = match of {
        Of::Mean => "AVERAGE",
        Of::Most => "MAX",
    };
    call.with("timeframe", span).with("cf", of)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_point_has_what_was_measured() {
        let value = json!([
            { "time": 1_700_000_000, "cpu": 0.25, "maxcpu": 4, "memused": "1024", "memtotal": 4096, "iowait": null },
            { "time": "1700000060", "mem": 2048, "netin": 1.5, "diskwrite": 0 },
            { "time": 1_700_000_120, "used": 7, "total": 9 },
        ]);
        let points: Vec<Point> = serde_json::from_value(value).unwrap();
        assert_eq!((points[0].memory, points[0].memory_all), (Some(1024.0), Some(4096.0)));
        assert_eq!((points[0].waiting, points[0].received), (None, None));
        assert_eq!((points[1].time, points[1].received), (Some(1_700_000_060), Some(1.5)));
        assert_eq!((points[2].disk, points[2].disk_all), (Some(7.0), Some(9.0)));
    }
}
