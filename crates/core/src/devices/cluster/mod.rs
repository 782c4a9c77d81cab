//! Clusters of Proxmox VE: guests, storage, tasks and consoles.
//!
//! Every change runs as a task of the cluster, and is done when that task says so. Deliberately absent: the requests
//! themselves (`patchbay-device-proxmox`), and what hangs on a guest (`guard.rs`).

mod client;
mod console;
mod guest;
mod power;
mod reading;
mod shown;
mod storage;
mod task;
#[cfg(all(test, unix))]
mod tests;

pub(crate) use console::ScreenOf;
pub(super) use console::TerminalOf;
pub(super) use power::guest_verb;

use crate::sync;
use client::Held;
use patchbay_model::{ClusterTaskId, ManagementId, NodeId, PowerGuard};
use reading::Reading;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::Duration,
};
use task::Running;
use tokio_util::sync::CancellationToken;

/// How often a cluster is read that is watched.
const WATCH: Duration = Duration::from_secs(3);
/// The same for one that does not answer.
const SLOWEST: Duration = Duration::from_secs(60);

/// How long nodes take to tell each other what runs where (`pvestatd` does so every ten seconds).
const TOLD: Duration = Duration::from_secs(12);

/// What the services keep about clusters between calls.
#[derive(Debug, Default)]
pub(super) struct State {
    places: Mutex<HashMap<(NodeId, ManagementId), Arc<Place>>>,
    watched: Mutex<HashMap<NodeId, CancellationToken>>,
    tasks: Mutex<HashMap<ClusterTaskId, Arc<Running>>>,
}

/// What is kept about one cluster.
#[derive(Debug, Default)]
struct Place {
    client: tokio::sync::Mutex<Held>,
    /// Held by who reads.
    reading: tokio::sync::Mutex<()>,
    /// Readings that were begun.
    begun: AtomicU64,
    last: Mutex<Option<Arc<Reading>>>,
}

impl State {
    /// The vault is locked: nobody is signed in any more, and nothing is watched. Tasks that were begun are followed on.
    pub(super) fn rest(&self) {
        sync::lock(&self.places).clear();
        for (_, watch) in sync::lock(&self.watched).drain() {
            watch.cancel();
        }
    }
}

/// What asks for a name before something is lost.
fn asks_for(name: &str, title: String, meaning: &str) -> PowerGuard {
    PowerGuard {
        title,
        meaning: meaning.to_owned(),
        name: Some(name.to_owned()),
        dependants: Vec::new(),
        instead: None,
    }
}
