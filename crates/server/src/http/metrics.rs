//! `GET /metrics`: figures in the text format of Prometheus.

use super::{Door, Failure, Peer};
use crate::service::Caller;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use patchbay_core::sync::{read, write};
use patchbay_model::{ApiError, ErrorCode};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

/// Upper bounds of the histogram, in microseconds and as they are written.
const BOUNDS: [(u64, &str); 12] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (1_000_000, "1"),
    (5_000_000, "5"),
    (30_000_000, "30"),
];

/// Requests of one route, by method and status.
#[derive(Default)]
struct Route {
    statuses: BTreeMap<(&'static str, u16), Arc<AtomicU64>>,
    times: Arc<Times>,
}

#[derive(Default)]
struct Times {
    /// Not yet added up.
    buckets: [AtomicU64; BOUNDS.len()],
    micros: AtomicU64,
    count: AtomicU64,
}

/// All figures. Routes are templates, and methods and statuses few, so there are not many.
#[derive(Default)]
pub struct Metrics {
    routes: RwLock<BTreeMap<String, Route>>,
    streams: Arc<AtomicI64>,
    listeners: Arc<AtomicI64>,
    /// Open connections.
    pub connections: Arc<AtomicI64>,
    /// Connections that were not taken because there were too many.
    pub refused: AtomicU64,
}

/// Something that is open; no more once this is dropped.
#[derive(Debug)]
pub struct Counted(Arc<AtomicI64>);

impl Counted {
    /// One more.
    #[must_use]
    pub fn new(gauge: &Arc<AtomicI64>) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(gauge))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    pub(super) fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let (counter, times) = self.series(method, route, status);
        counter.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|(bound, _)| micros <= *bound);
        if let Some(bucket) = bucket.and_then(|at| times.buckets.get(at)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        times.micros.fetch_add(micros, Ordering::Relaxed);
        times.count.fetch_add(1, Ordering::Relaxed);
    }

    fn series(
        &self,
        method: &'static str,
        route: &str,
        status: u16,
    ) -> (Arc<AtomicU64>, Arc<Times>) {
        let key = (method, status);
        {
            let routes = read(&self.routes);
            if let Some(known) = routes.get(route)
                && let Some(counter) = known.statuses.get(&key)
            {
                return (Arc::clone(counter), Arc::clone(&known.times));
            }
        }
        let mut routes = write(&self.routes);
        let known = routes.entry(route.to_owned()).or_default();
        let counter = known.statuses.entry(key).or_default();
        (Arc::clone(counter), Arc::clone(&known.times))
    }

    pub(super) fn stream(&self) -> Counted {
        Counted::new(&self.streams)
    }

    pub(super) fn listener(&self) -> Counted {
        Counted::new(&self.listeners)
    }

    fn write(&self, gauges: &[crate::Gauge]) -> String {
        let mut out = String::with_capacity(4096);
        // Writing to a string does not fail.
        let _ = self.write_to(&mut out, gauges);
        out
    }

    fn write_to(&self, out: &mut String, gauges: &[crate::Gauge]) -> std::fmt::Result {
        head(out, "build_info", "gauge", "Which build this is.")?;
        writeln!(out, "patchbay_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))?;
        let open = [
            ("connections", "Open connections.", &self.connections),
            ("streams", "Sessions being looked at over WebSockets.", &self.streams),
            ("event_listeners", "Clients that are told events.", &self.listeners),
        ];
        for (name, help, gauge) in open {
            head(out, name, "gauge", help)?;
            writeln!(out, "patchbay_{name} {}", gauge.load(Ordering::Relaxed))?;
        }
        for gauge in gauges {
            head(out, gauge.name, "gauge", gauge.help)?;
            writeln!(out, "patchbay_{} {}", gauge.name, gauge.value)?;
        }
        head(out, "connections_refused_total", "counter", "Connections beyond the limits.")?;
        let refused = self.refused.load(Ordering::Relaxed);
        writeln!(out, "patchbay_connections_refused_total {refused}")?;
        self.write_requests(out)
    }

    fn write_requests(&self, out: &mut String) -> std::fmt::Result {
        let routes = read(&self.routes);
        head(out, "http_requests_total", "counter", "Requests that were answered.")?;
        for (route, known) in routes.iter() {
            for ((method, status), count) in &known.statuses {
                let count = count.load(Ordering::Relaxed);
                writeln!(
                    out,
                    "patchbay_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}"
                )?;
            }
        }
        let name = "patchbay_http_request_seconds";
        head(out, "http_request_seconds", "histogram", "Until the answer began.")?;
        for (route, known) in routes.iter() {
            let mut below = 0;
            for ((_, bound), bucket) in BOUNDS.iter().zip(&known.times.buckets) {
                below += bucket.load(Ordering::Relaxed);
                writeln!(out, "{name}_bucket{{route=\"{route}\",le=\"{bound}\"}} {below}")?;
            }
            let count = known.times.count.load(Ordering::Relaxed).max(below);
            writeln!(out, "{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {count}")?;
            let sum = Duration::from_micros(known.times.micros.load(Ordering::Relaxed));
            writeln!(out, "{name}_sum{{route=\"{route}\"}} {}", sum.as_secs_f64())?;
            writeln!(out, "{name}_count{{route=\"{route}\"}} {count}")?;
        }
        Ok(())
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(out, "# HELP patchbay_{name} {help}\n# TYPE patchbay_{name} {kind}")
}

/// For operators, and for this computer itself: a proxy on this computer speaks for others and counts as neither.
pub(super) async fn show(
    State(door): State<Arc<Door>>,
    peer: Peer,
    caller: Option<Caller>,
) -> Result<impl IntoResponse, Failure> {
    let here = peer.direct && peer.address.is_loopback();
    match &caller {
        Some(caller) if door.service.operator(caller) => {}
        None if here => {}
        None => {
            let error = ApiError::new(ErrorCode::AuthFailed, "Nobody is signed in.");
            return Err(Failure::signed_out(error.next("Send the token of an operator.")));
        }
        Some(_) => {
            return Err(Failure::invalid(
                StatusCode::FORBIDDEN,
                "Only operators may see the server's figures.",
                "Send the token of an operator.",
            ));
        }
    }
    let text = door.metrics.write(&door.service.gauges());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let metrics = Metrics::default();
        for (status, micros) in [(200, 400), (200, 700), (404, 700), (200, 40_000_000)] {
            metrics.answered("GET", "/x", status, Duration::from_micros(micros));
        }
        let _open = metrics.stream();
        let gauge = crate::Gauge { name: "sessions", help: "Sessions.", value: 2.0 };
        let text = metrics.write(&[gauge]);
        for line in [
            "patchbay_http_requests_total{method=\"GET\",route=\"/x\",status=\"200\"} 3",
            "patchbay_http_request_seconds_bucket{route=\"/x\",le=\"0.0005\"} 1",
            "patchbay_http_request_seconds_bucket{route=\"/x\",le=\"0.001\"} 3",
            "patchbay_http_request_seconds_bucket{route=\"/x\",le=\"30\"} 3",
            "patchbay_http_request_seconds_bucket{route=\"/x\",le=\"+Inf\"} 4",
            "patchbay_http_request_seconds_count{route=\"/x\"} 4",
            "patchbay_streams 1",
            "patchbay_sessions 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }
}
