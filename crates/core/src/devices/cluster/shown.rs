//! From what a cluster says to what people are shown of it.

use super::super::reach::Part;
use patchbay_device_proxmox::{
    GuestConfig, GuestKind as Kind, Point, Resource, ResourceKind, Snapshots, Usage, Volume,
};
use patchbay_model::{
    Cluster, ClusterGuest, ClusterNode, ClusterStorage, ClusterUsage, ClusterVolume, GraphPoint,
    GuestDetail, GuestDisk, GuestKind, GuestSnapshot, ManagementWay, NodeId, Timestamp,
};
use std::collections::HashMap;

/// Keys of a configuration that have a place of their own, or are no setting.
const KNOWN: &[&str] = &[
    "digest",
    "name",
    "hostname",
    "description",
    "cores",
    "sockets",
    "cpulimit",
    "cpuunits",
    "memory",
    "balloon",
];

/// Sizes and times of servers are far below where a float leaves numbers out.
#[expect(clippy::cast_precision_loss, reason = "bytes of a storage have fewer than 53 bits")]
const fn number(count: u64) -> f64 {
    count as f64
}

fn usage(usage: &Usage) -> ClusterUsage {
    ClusterUsage {
        cpu: usage.cpu,
        cpus: usage.cpus,
        memory: usage.memory.map(number),
        memory_all: usage.memory_all.map(number),
        disk: usage.disk.map(number),
        disk_all: usage.disk_all.map(number),
        uptime: usage.uptime.map(number),
    }
}

/// Seconds since the Unix epoch, as the rest of the app counts.
fn time(seconds: u64) -> Timestamp {
    Timestamp(i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX))
}

/// Which machines of the tree the guests are.
fn machines(parts: &[Part]) -> HashMap<u32, NodeId> {
    let guest = |part: &Part| match part.management.way {
        ManagementWay::Guest { guest, .. } => Some((guest, part.entry)),
        _ => None,
    };
    parts.iter().filter_map(guest).collect()
}

/// A guest in lists; none if the resource is none.
pub(super) fn guest(one: &Resource, entry: Option<NodeId>) -> Option<ClusterGuest> {
    let ResourceKind::Guest { guest, template, lock, tags, .. } = &one.kind else { return None };
    Some(ClusterGuest {
        id: guest.id.get(),
        kind: match guest.kind {
            Kind::Qemu => GuestKind::Vm,
            Kind::Lxc => GuestKind::Container,
        },
        name: one.name.clone(),
        node: guest.node.to_string(),
        status: one.status.clone(),
        template: *template,
        lock: lock.clone(),
        tags: tags.clone(),
        usage: usage(&one.usage),
        entry,
    })
}

pub(super) fn cluster(read: Timestamp, version: &str, all: &[Resource], parts: &[Part]) -> Cluster {
    let machines = machines(parts);
    let mut cluster = Cluster {
        read,
        version: version.to_owned(),
        nodes: Vec::new(),
        guests: Vec::new(),
        storages: Vec::new(),
    };
    for one in all {
        match &one.kind {
            ResourceKind::Node(node) => cluster.nodes.push(ClusterNode {
                name: node.to_string(),
                online: one.status == "online",
                usage: usage(&one.usage),
            }),
            ResourceKind::Guest { guest: of, .. } => {
                cluster.guests.extend(guest(one, machines.get(&of.id.get()).copied()));
            }
            ResourceKind::Storage { node, shared, content } => {
                cluster.storages.push(ClusterStorage {
                    name: one.name.clone(),
                    node: node.to_string(),
                    shared: *shared,
                    content: content.clone(),
                    usage: usage(&one.usage),
                });
            }
            ResourceKind::Pool => {}
        }
    }
    cluster.nodes.sort_by(|a, b| a.name.cmp(&b.name));
    cluster.guests.sort_by_key(|guest| guest.id);
    cluster.storages.sort_by(|a, b| (&a.node, &a.name).cmp(&(&b.node, &b.name)));
    cluster
}

/// A guest with all that its page shows.
pub(super) fn detail(
    guest: ClusterGuest,
    config: GuestConfig,
    snapshots: &Snapshots,
) -> GuestDetail {
    let disks = config.disks.iter().map(|disk| GuestDisk {
        slot: disk.slot.clone(),
        volume: disk.volume.clone(),
        size: disk.size.map(size).unwrap_or_default(),
    });
    let is_disk = |key: &str| config.disks.iter().any(|disk| disk.slot == key);
    let other = config.all.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str()));
    GuestDetail {
        guest,
        disks: disks.collect(),
        snapshots: tree(snapshots),
        other: other
            .filter(|(key, _)| !is_disk(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        digest: config.digest,
        description: config.description.unwrap_or_default(),
        cores: config.cores,
        sockets: config.sockets,
        cpu_limit: config.cpu_limit,
        cpu_units: config.cpu_units,
        memory: config.memory,
        balloon: config.balloon,
    }
}

/// `32G`, in the largest unit that says it whole.
fn size(bytes: u64) -> String {
    let units = [(40, "T"), (30, "G"), (20, "M"), (10, "K")];
    let whole = units.iter().find(|(shift, _)| bytes > 0 && bytes.trailing_zeros() >= *shift);
    match whole {
        Some((shift, unit)) => format!("{}{unit}", bytes >> shift),
        None => bytes.to_string(),
    }
}

fn tree(snapshots: &Snapshots) -> Vec<GuestSnapshot> {
    let rows = snapshots.rows().into_iter().map(|row| GuestSnapshot {
        depth: u32::try_from(row.depth).unwrap_or(u32::MAX),
        name: row.snapshot.map(|one| one.name.clone()).unwrap_or_default(),
        description: row.snapshot.map(|one| one.description.clone()).unwrap_or_default(),
        taken: row.snapshot.and_then(|one| one.taken).map(time),
        memory: row.snapshot.is_some_and(|one| one.memory),
    });
    rows.collect()
}

pub(super) fn volume(volume: Volume) -> ClusterVolume {
    ClusterVolume {
        id: volume.id,
        content: volume.content,
        size: number(volume.size.unwrap_or_default()),
        made: volume.made.map(time),
        guest: volume.guest.and_then(|guest| guest.try_into().ok()),
        note: volume.notes.unwrap_or_default(),
        protected: volume.protected,
    }
}

pub(super) fn point(point: &Point) -> GraphPoint {
    GraphPoint {
        time: number(point.time.unwrap_or_default()),
        cpu: point.cpu,
        memory: point.memory,
        memory_all: point.memory_all,
        received: point.received,
        sent: point.sent,
        read: point.read,
        written: point.written,
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_said_whole() {
        for (bytes, said) in [
            (0, "0"),
            (512, "512"),
            (1 << 20, "1M"),
            (32 << 30, "32G"),
            (1536 << 20, "1536M"),
            (1 << 40, "1T"),
        ] {
            assert_eq!(size(bytes), said);
        }
    }
}
