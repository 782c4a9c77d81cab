//! A key typed into the tree's filter until its result is painted, with 100,000 machines, in the real window.
//!
//! The peer is xterm-free and plain: the same names in the same webview, filtered by `Array.prototype.filter` and put into the page as a list of
//! the first hundred, which is what a page without an index of its own does.

use super::{
    figure::{Better, Figure},
    unlock::{MACHINES, name, vault},
};
use crate::{Error, demo};
use patchbay_testkit::Screen;
use serde_json::json;

/// Typed one key at a time.
const QUERIES: [&str; 4] = ["web-fra", "db-nyc-04", "cache", "9999"];

pub(crate) async fn take() -> Result<Vec<Figure>, Error> {
    let world = vault(MACHINES).await?;
    let screen = Screen::start(1280, 800).await?;
    let window = demo::unlocked(&world, &screen).await?;
    let names: Vec<String> = (0..MACHINES).map(name).collect();
    let script = include_str!("key-to-paint.js");
    let found = window.run_async(script, vec![json!(QUERIES), json!(names)]).await?;
    let times = |side: &str| -> Vec<f64> {
        found
            .get(side)
            .and_then(|list| list.as_array())
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_f64)
            .collect()
    };
    let figure = Figure {
        name: "tree",
        unit: "ms",
        better: Better::Lower,
        ours: times("ours"),
        peer: "plain-list",
        peers: times("peer"),
    };
    window.close().await?;
    if figure.ours.is_empty() { Err("no key was painted".into()) } else { Ok(vec![figure]) }
}
