//! Reading clusters: all they have in one request, kept for a while, and looked at again and again while somebody watches.

use super::super::{
    Devices, FRESH,
    reach::{Part, Trouble, Way},
};
use super::{SLOWEST, WATCH, shown};
use crate::{Authorized, Core, CoreError, Right, sync};
use patchbay_device_proxmox::{Guest, GuestKind, Resource, ResourceKind, difference};
use patchbay_model::{
    ApiError, AppEvent, Cluster, ErrorCode, IdentityId, ManagementKind, NodeId, Timestamp,
};
use std::{
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// What a cluster had when it was read.
#[derive(Debug)]
pub(super) struct Reading {
    /// Counts them.
    number: u64,
    at: Duration,
    wall: Timestamp,
    /// Where it was read, and as whom.
    from: (String, u16, Option<IdentityId>),
    pub(super) version: String,
    pub(super) all: Vec<Resource>,
}

/// A guest as a cluster has it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) guest: Guest,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) template: bool,
    /// Whether its node is there.
    pub(super) online: bool,
    pub(super) resource: Resource,
}

impl Reading {
    /// A guest.
    pub(super) fn guest(&self, id: u32) -> Option<Found> {
        let is_it = |one: &&Resource| one.guest().is_some_and(|guest| guest.id.get() == id);
        let resource = self.all.iter().find(is_it)?;
        let ResourceKind::Guest { guest, template, .. } = &resource.kind else { return None };
        Some(Found {
            guest: guest.clone(),
            name: resource.name.clone(),
            status: resource.status.clone(),
            template: *template,
            online: self.online(guest.node.as_str()),
            resource: resource.clone(),
        })
    }

    /// Whether a node is there; one that is not listed is not known to be away.
    fn online(&self, name: &str) -> bool {
        let node = |one: &&Resource| matches!(&one.kind, ResourceKind::Node(node) if node.as_str() == name);
        self.all.iter().find(node).is_none_or(|node| node.status != "offline")
    }

    /// How many nodes and guests there are.
    pub(super) fn counts(&self) -> (usize, usize) {
        let nodes = self.all.iter().filter(|one| matches!(one.kind, ResourceKind::Node(_)));
        (nodes.count(), self.all.iter().filter(|one| one.guest().is_some()).count())
    }

    fn cluster(&self, parts: &[Part]) -> Cluster {
        shown::cluster(self.wall, &self.version, &self.all, parts)
    }
}

impl Found {
    pub(super) fn is_container(&self) -> bool {
        self.guest.kind == GuestKind::Lxc
    }

    /// `web-01 (100)`.
    pub(super) fn called(&self) -> String {
        format!("{} ({})", self.name, self.guest.id)
    }
}

impl Devices<'_> {
    /// A cluster with its nodes, guests and storages.
    pub async fn cluster_get(
        &self,
        entry: &Authorized<NodeId>,
        refresh: bool,
    ) -> Result<Cluster, CoreError> {
        let way = self.way_of(entry, ManagementKind::Proxmox)?;
        let kept = if refresh { None } else { self.kept_reading(&way)? };
        let reading = match kept {
            Some(reading) => reading,
            None => self.read(&way).await?,
        };
        Ok(reading.cluster(&self.parts_of(way.entry)?))
    }

    /// What was read of a cluster not long ago.
    pub(super) fn kept_reading(&self, way: &Way) -> Result<Option<Arc<Reading>>, CoreError> {
        let (host, port, identity) = way.cluster()?;
        let now = self.0.clock().now();
        let reading = sync::lock(&self.place(way).last).clone();
        Ok(reading.filter(|reading| {
            let from = (reading.from.0.as_str(), reading.from.1, reading.from.2);
            from == (host, port, identity) && now.saturating_sub(reading.at) < FRESH
        }))
    }

    /// Reads a cluster now. Many who want that at the same time are given one reading. Front ends are told if it is not as
    /// it was.
    pub(super) async fn read(&self, way: &Way) -> Result<Arc<Reading>, Trouble> {
        let (host, port, identity) = way.cluster()?;
        let place = self.place(way);
        let before = place.begun.load(Ordering::Acquire);
        let _turn = place.reading.lock().await;
        let from = (host.to_owned(), port, identity);
        let last = sync::lock(&place.last).clone();
        // One that began after it was asked for here is as good.
        if let Some(last) = &last
            && last.number > before
            && last.from == from
        {
            return Ok(Arc::clone(last));
        }
        let number = place.begun.fetch_add(1, Ordering::AcqRel) + 1;
        let asking = self.ask_cluster(way, |client| async move {
            let all = client.resources().await?;
            Ok((client.version().version.clone(), all))
        });
        let (version, all) = asking.await?;
        let (at, wall) = (self.0.clock().now(), self.0.clock().wall());
        let differs =
            last.is_some_and(|last| last.from == from && !difference(&last.all, &all).is_empty());
        let reading = Arc::new(Reading { number, at, wall, from, version, all });
        *sync::lock(&place.last) = Some(Arc::clone(&reading));
        if differs {
            self.0.emit(AppEvent::Cluster { entry: way.entry });
        }
        Ok(reading)
    }

    /// Where a guest is now.
    pub(super) async fn find(&self, way: &Way, guest: u32) -> Result<Found, Trouble> {
        let found = self.read(way).await?.guest(guest);
        found.ok_or_else(|| {
            let message = format!("The cluster of {} has no guest {guest}.", way.machine());
            let next = "It may have been deleted, or whoever signs in may not see it.";
            Trouble::Error(ApiError::new(ErrorCode::NotFound, message).next(next))
        })
    }

    /// Reads a cluster after something was done there, and tells front ends.
    pub(super) async fn read_again(&self, way: &Way) {
        if let Err(trouble) = self.read(way).await {
            tracing::debug!(?trouble, "a cluster could not be read again");
            // What was read before is not so any more.
            *sync::lock(&self.place(way).last) = None;
        }
        self.0.emit(AppEvent::Cluster { entry: way.entry });
    }

    /// Whether a cluster is looked at every few seconds from now on; the event `cluster` says when it changed. It ends when
    /// the vault is locked.
    pub async fn cluster_watch(
        &self,
        entry: &Authorized<NodeId>,
        on: bool,
    ) -> Result<(), CoreError> {
        let way = self.way_of(entry, ManagementKind::Proxmox)?;
        let mut watched = sync::lock(&self.0.devices.cluster.watched);
        if !on {
            if let Some(watch) = watched.remove(&way.entry) {
                watch.cancel();
            }
            return Ok(());
        }
        watched.entry(way.entry).or_insert_with(|| {
            let stop = CancellationToken::new();
            let watching = watch(self.0.weak(), way.entry, stop.clone());
            tokio::spawn(stop.clone().run_until_cancelled_owned(watching));
            stop
        });
        Ok(())
    }
}

/// Reads a cluster again and again; the rarer the longer it fails.
async fn watch(core: Weak<Core>, entry: NodeId, stop: CancellationToken) {
    let mut wait = WATCH;
    let mut answers = true;
    loop {
        let Some(alive) = core.upgrade() else { return };
        let devices = alive.devices();
        // It may have been edited meanwhile, and no longer be one.
        let Ok(way) = devices.way_of(&Authorized::new(entry, Right::Use), ManagementKind::Proxmox)
        else {
            if !stop.is_cancelled() {
                sync::lock(&alive.devices.cluster.watched).remove(&entry);
            }
            return;
        };
        let read = devices.read(&way).await;
        let changed = std::mem::replace(&mut answers, read.is_ok()) != answers;
        wait = match read {
            Ok(_) => WATCH,
            Err(trouble) => {
                tracing::debug!(?trouble, "a cluster that is watched could not be read");
                // Whoever asks is told why, and not what was there before.
                *sync::lock(&devices.place(&way).last) = None;
                (wait * 2).min(SLOWEST)
            }
        };
        if changed {
            alive.emit(AppEvent::Cluster { entry });
        }
        let until = alive.clock().until(alive.clock().now() + wait);
        // The services may end meanwhile.
        drop(alive);
        until.await;
    }
}
