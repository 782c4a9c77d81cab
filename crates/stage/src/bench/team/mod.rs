//! The team server: how fast a list is told, what a relay costs, how many streams two processors carry,
//! and what is left after a kill.
//!
//! Between the client and the server is plain HTTP on loopback, as behind a proxy: what TLS costs is the same for every server.

mod kill;
mod list;
mod relay;
mod streams;

use super::figure::Figure;
use crate::Error;

pub(crate) const NAMES: &[&str] = &[
    "api-list-sqlite",
    "api-list-postgres",
    "api-list-p99",
    "relay-throughput",
    "relay-latency",
    "streams-p99",
    "streams-memory",
    "kill-server",
    "kill-database",
];

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let mut figures = Vec::new();
    let wanted =
        |group: &str| NAMES.iter().any(|figure| figure.starts_with(group) && figure.contains(name));
    if wanted("api-list") {
        figures.extend(list::take(name).await?);
    }
    if wanted("relay") {
        figures.extend(relay::take().await?);
    }
    if wanted("streams") {
        figures.extend(streams::take().await?);
    }
    if wanted("kill") {
        figures.extend(kill::take(name).await?);
    }
    figures.retain(|figure| figure.name.contains(name));
    Ok(figures)
}
