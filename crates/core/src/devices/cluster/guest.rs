//! Guests of a cluster: what they are, and changing them.

use super::super::{Devices, guard, reach::Way};
use super::{asks_for, reading::Found, shown, task::What};
use crate::{Authorized, CoreError};
use patchbay_device_proxmox::{
    BackupMode as Mode, Client, CloudInit, Compression, ConfigChange, FromTemplate, Measured,
    Migration, NewBackup, NewClone, NewSnapshot, Node, Of, Power, Span, VmId,
};
use patchbay_model::{
    BackupMode, ClusterTask, GraphPoint, GraphSpan, GuestBackup, GuestChange, GuestClone,
    GuestDetail, GuestFromTemplate, GuestMigration, ManagementKind, NewGuestSnapshot, NodeId,
};

/// A name of a node, as somebody typed or chose it.
pub(super) fn node(field: &str, name: &str) -> Result<Node, CoreError> {
    name.parse().map_err(|why: &str| CoreError::invalid(field, why, "Choose one of the list."))
}

/// A number for a guest.
pub(super) fn number(field: &str, number: u32) -> Result<VmId, CoreError> {
    VmId::new(number).ok_or_else(|| {
        let message = format!("{number} is no number of a guest.");
        CoreError::invalid(field, message, "They begin at 100.")
    })
}

/// Nothing where nothing is said.
pub(super) fn said(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

impl Devices<'_> {
    /// The way to a cluster, and where a guest of it is now.
    pub(super) async fn guest_of(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
    ) -> Result<(Way, Found), CoreError> {
        let way = self.way_of(entry, ManagementKind::Proxmox)?;
        let found = self.find(&way, guest).await?;
        Ok((way, found))
    }

    /// The machine of the tree that a guest is, or else the one with the way to its cluster.
    pub(super) fn machine_of(&self, way: &Way, guest: u32) -> Option<NodeId> {
        let parts = self.parts_of(way.entry).ok()?;
        let part = parts.iter().find(|part| part.is_guest(guest));
        Some(part.map_or(way.entry, |part| part.entry))
    }

    /// A guest with its configuration and snapshots.
    pub async fn guest_get(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
    ) -> Result<GuestDetail, CoreError> {
        let (way, found) = self.guest_of(entry, guest).await?;
        let of = found.guest.clone();
        let asking = self.ask_cluster(&way, |client| async move {
            tokio::try_join!(client.config(&of), client.snapshots(&of), client.now(&of))
        });
        let (config, snapshots, now) = asking.await?;
        let machine = self.machine_of(&way, guest).filter(|machine| *machine != way.entry);
        let shown = shown::guest(&found.resource, machine);
        let mut shown = shown.ok_or(CoreError::NotFound("guest"))?;
        shown.status = now;
        Ok(shown::detail(shown, config, &snapshots))
    }

    /// Changes a guest's configuration.
    pub async fn guest_change(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        change: GuestChange,
    ) -> Result<ClusterTask, CoreError> {
        let (way, found) = self.guest_of(entry, guest).await?;
        let digest = change.digest;
        let change = ConfigChange {
            name: change.name,
            description: change.description,
            cores: change.cores,
            sockets: change.sockets,
            cpu_limit: change.cpu_limit,
            cpu_units: change.cpu_units,
            memory: change.memory,
            balloon: change.balloon,
        };
        let what = found.what(format!("Change {}", found.called()));
        let changing =
            |client: Client| async move { client.change(&found.guest, &change, &digest).await };
        self.begin_task(&way, what, changing).await
    }

    /// Makes a disk of a guest larger.
    pub async fn guest_grow_disk(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        slot: &str,
        gibibytes: u32,
    ) -> Result<ClusterTask, CoreError> {
        if gibibytes == 0 {
            let message = "A disk can only become larger.";
            return Err(CoreError::invalid("gibibytes", message, "Say by how many GiB."));
        }
        let (way, found) = self.guest_of(entry, guest).await?;
        let what = found.what(format!("Grow {slot} of {} by {gibibytes} GiB", found.called()));
        let growing = |client: Client| async move {
            let digest = client.config(&found.guest).await?.digest;
            client.grow_disk(&found.guest, slot, u64::from(gibibytes) << 30, &digest).await
        };
        self.begin_task(&way, what, growing).await
    }

    /// Takes a snapshot of a guest.
    pub async fn guest_take_snapshot(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        snapshot: NewGuestSnapshot,
    ) -> Result<ClusterTask, CoreError> {
        snapshot_name(&snapshot.name)?;
        let (way, found) = self.guest_of(entry, guest).await?;
        let what = found.what(format!("Snapshot {} of {}", snapshot.name, found.called()));
        let NewGuestSnapshot { name, description, memory } = snapshot;
        let new = NewSnapshot { name, description, memory };
        let taking = |client: Client| async move {
            client.take_snapshot(&found.guest, &new).await.map(Some)
        };
        self.begin_task(&way, what, taking).await
    }

    /// Takes a guest back to a snapshot: what it is now is lost. `confirmed` is the guest's name.
    pub async fn guest_roll_back(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        snapshot: &str,
        start: bool,
        confirmed: &str,
    ) -> Result<ClusterTask, CoreError> {
        let (way, found) = self.guest_of(entry, guest).await?;
        let title = format!("Roll {} back to {snapshot}", found.called());
        let meaning = "What the guest is now is lost.";
        guard::confirmed(&asks_for(&found.name, title.clone(), meaning), Some(confirmed))?;
        let what = What { noted: self.machine_of(&way, guest), ..found.what(title) };
        let rolling = |client: Client| async move {
            client.roll_back(&found.guest, snapshot, start).await.map(Some)
        };
        self.begin_task(&way, what, rolling).await
    }

    /// Deletes a snapshot of a guest.
    pub async fn guest_delete_snapshot(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        snapshot: &str,
    ) -> Result<ClusterTask, CoreError> {
        let (way, found) = self.guest_of(entry, guest).await?;
        let what = found.what(format!("Delete snapshot {snapshot} of {}", found.called()));
        let deleting = |client: Client| async move {
            client.delete_snapshot(&found.guest, snapshot).await.map(Some)
        };
        self.begin_task(&way, what, deleting).await
    }

    /// Backs a guest up.
    pub async fn guest_back_up(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        backup: GuestBackup,
    ) -> Result<ClusterTask, CoreError> {
        let compression = match backup.compression.as_str() {
            "" => Compression::None,
            "lzo" => Compression::Lzo,
            "gzip" => Compression::Gzip,
            "zstd" => Compression::Zstd,
            other => {
                let message = format!("“{other}” is no way to compress a backup.");
                return Err(CoreError::invalid(
                    "compression",
                    message,
                    "Take zstd, lzo, gzip or none.",
                ));
            }
        };
        let (way, found) = self.guest_of(entry, guest).await?;
        let what = found.what(format!("Back up {} to {}", found.called(), backup.storage));
        let new = NewBackup {
            storage: backup.storage,
            mode: match backup.mode {
                BackupMode::Snapshot => Mode::Snapshot,
                BackupMode::Suspend => Mode::Suspend,
                BackupMode::Stop => Mode::Stop,
            },
            compression,
            note: backup.note,
            protected: false,
        };
        let backing =
            |client: Client| async move { client.back_up(&found.guest, &new).await.map(Some) };
        self.begin_task(&way, what, backing).await
    }

    /// Copies a guest.
    pub async fn guest_clone(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        copy: GuestClone,
    ) -> Result<ClusterTask, CoreError> {
        let (way, found) = self.guest_of(entry, guest).await?;
        let new = self.copy(&way, copy).await?;
        let what = found.what(format!("Copy {} to {}", found.called(), called(&new)));
        let copying =
            |client: Client| async move { client.clone_guest(&found.guest, &new).await.map(Some) };
        self.begin_task(&way, what, copying).await
    }

    /// What is to be copied, with a number that is free where none is said.
    async fn copy(&self, way: &Way, copy: GuestClone) -> Result<NewClone, CoreError> {
        let id = match copy.id {
            Some(id) => number("id", id)?,
            None => self.ask_cluster(way, |client| async move { client.next_id().await }).await?,
        };
        Ok(NewClone {
            id,
            name: said(&copy.name),
            description: None,
            node: said(&copy.node).map(|name| node("node", &name)).transpose()?,
            pool: None,
            full: copy.full,
            storage: said(&copy.storage),
            snapshot: said(&copy.snapshot),
        })
    }

    /// Makes a virtual machine from a template.
    pub async fn guest_from_template(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        copy: GuestFromTemplate,
    ) -> Result<ClusterTask, CoreError> {
        let cloud_init = cloud_init(&copy)?;
        let (way, found) = self.guest_of(entry, guest).await?;
        if !found.template {
            let message = format!("{} is no template.", found.called());
            return Err(CoreError::invalid("guest", message, "Copy it instead."));
        }
        let (template, start) = (found.guest.clone(), copy.start);
        let clone = self.copy(&way, copy.clone).await?;
        let title = format!("Make {} from {}", called(&clone), found.called());
        let new = FromTemplate { clone, size: ConfigChange::default(), cloud_init, grow: None };
        let what = What { guest: Some(new.clone.id.get()), ..found.what(title) };
        let (from, wanted) = (template.clone(), new.clone());
        let (client, upid) = self
            .accepted(&way, |client| async move { client.begin_from(&from, &wanted).await })
            .await?;
        Ok(self.run(&way, what, |running| async move {
            let (cancel, told) = (&running.cancel, |news| running.news(news));
            let made = client.set_up_from(&upid, &template, &new, cancel, told).await?;
            if start {
                let started = client.power(&made, Power::Start).await?;
                return running.follow(&client, Some(&started)).await;
            }
            Ok(patchbay_device_proxmox::Exit::Good)
        }))
    }

    /// Moves a guest to another node.
    pub async fn guest_migrate(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        to: GuestMigration,
    ) -> Result<ClusterTask, CoreError> {
        let target = node("node", &to.node)?;
        let (way, found) = self.guest_of(entry, guest).await?;
        let what = found.what(format!("Move {} to {target}", found.called()));
        let GuestMigration { online, with_local_disks: local_disks, .. } = to;
        let how = Migration { target, online, local_disks, storage: None };
        let moving =
            |client: Client| async move { client.migrate(&found.guest, &how).await.map(Some) };
        self.begin_task(&way, what, moving).await
    }

    /// Deletes a guest with its disks. `confirmed` is its name.
    pub async fn guest_delete(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        confirmed: &str,
    ) -> Result<ClusterTask, CoreError> {
        let (way, found) = self.guest_of(entry, guest).await?;
        let title = format!("Delete {}", found.called());
        let meaning = "The guest and its disks are deleted; only a backup brings them back.";
        guard::confirmed(&asks_for(&found.name, title.clone(), meaning), Some(confirmed))?;
        let what = What { noted: self.machine_of(&way, guest), ..found.what(title) };
        // Jobs of the cluster that name it are left to whoever runs the cluster.
        let deleting =
            |client: Client| async move { client.delete(&found.guest, false).await.map(Some) };
        self.begin_task(&way, what, deleting).await
    }

    /// What a cluster remembers of a guest.
    pub async fn guest_graph(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        span: GraphSpan,
    ) -> Result<Vec<GraphPoint>, CoreError> {
        let (way, found) = self.guest_of(entry, guest).await?;
        let span = match span {
            GraphSpan::Hour => Span::Hour,
            GraphSpan::Day => Span::Day,
            GraphSpan::Week => Span::Week,
            GraphSpan::Month => Span::Month,
            GraphSpan::Year => Span::Year,
        };
        let asking = self.ask_cluster(&way, |client| async move {
            client.graph(Measured::Guest(&found.guest), span, Of::Mean).await
        });
        Ok(asking.await?.iter().map(shown::point).collect())
    }
}

impl Found {
    /// A task about it.
    pub(super) fn what(&self, title: String) -> What {
        What { title, guest: Some(self.guest.id.get()), noted: None }
    }
}

/// `web-02 (101)`.
fn called(new: &NewClone) -> String {
    match &new.name {
        Some(name) => format!("{name} ({})", new.id),
        None => new.id.to_string(),
    }
}

/// A letter, then letters, digits, `_` and `-`, at most 40 (the schema's format `pve-configid`).
fn snapshot_name(name: &str) -> Result<(), CoreError> {
    let fits = name.len() <= 40
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && name != "current";
    if fits {
        return Ok(());
    }
    let message = "A snapshot is called by a letter, then letters, digits, _ and -, at most 40.";
    Err(CoreError::invalid("name", message, "Type another name."))
}

/// What cloud-init sets up; nothing where nothing is said.
fn cloud_init(copy: &GuestFromTemplate) -> Result<Option<CloudInit>, CoreError> {
    let keys = copy.ssh_keys.lines().filter_map(said).collect::<Vec<_>>();
    let (user, ip) = (said(&copy.user), address(&copy.address, &copy.gateway)?);
    if user.is_none() && ip.is_none() && keys.is_empty() {
        return Ok(None);
    }
    Ok(Some(CloudInit { user, keys, ip, ..CloudInit::default() }))
}

/// `ip=192.0.2.7/24,gw=192.0.2.1`, or the same for IPv6.
fn address(address: &str, gateway: &str) -> Result<Option<String>, CoreError> {
    let Some(address) = said(address) else { return Ok(None) };
    if address == "dhcp" {
        return Ok(Some("ip=dhcp".to_owned()));
    }
    let problem = |field: &str, message: String| {
        Err(CoreError::invalid(field, message, "Type dhcp, or an address as 192.0.2.7/24."))
    };
    let parsed = address.split_once('/').and_then(|(ip, prefix)| {
        Some((ip.parse::<std::net::IpAddr>().ok()?, prefix.parse::<u8>().ok()?))
    });
    let Some((ip, prefix)) = parsed.filter(|(ip, prefix)| *prefix <= bits(*ip)) else {
        return problem("address", format!("“{address}” is no address with its prefix."));
    };
    let six = if ip.is_ipv6() { "6" } else { "" };
    let gateway = match said(gateway) {
        None => String::new(),
        Some(gateway) => match gateway.parse::<std::net::IpAddr>() {
            Ok(to) if to.is_ipv6() == ip.is_ipv6() => format!(",gw{six}={to}"),
            _ => return problem("gateway", format!("“{gateway}” is no address for it.")),
        },
    };
    Ok(Some(format!("ip{six}={ip}/{prefix}{gateway}")))
}

const fn bits(ip: std::net::IpAddr) -> u8 {
    if ip.is_ipv6() { 128 } else { 32 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::field;

    #[test]
    fn addresses_are_written_as_a_cluster_reads_them() {
        let written = |ip: &str, gateway: &str| address(ip, gateway).unwrap();
        assert_eq!(written("", ""), None);
        assert_eq!(written(" dhcp ", "").as_deref(), Some("ip=dhcp"));
        let four = written("192.0.2.7/24", "192.0.2.1");
        assert_eq!(four.as_deref(), Some("ip=192.0.2.7/24,gw=192.0.2.1"));
        let six = written("2001:db8::7/64", "2001:db8::1");
        assert_eq!(six.as_deref(), Some("ip6=2001:db8::7/64,gw6=2001:db8::1"));
        for wrong in ["192.0.2.7", "192.0.2.7/33", "192.0.2.7/24,ip6=auto", "x/24"] {
            assert_eq!(field(address(wrong, "")), "address");
        }
        assert_eq!(field(address("192.0.2.7/24", "2001:db8::1")), "gateway");
    }

    #[test]
    fn snapshots_have_names_that_a_cluster_takes() {
        for good in ["a", "before-upgrade", "Z_9"] {
            snapshot_name(good).unwrap();
        }
        for wrong in ["", "9a", "a b", "ä", "current", &"a".repeat(41)] {
            assert_eq!(field(snapshot_name(wrong)), "name");
        }
    }
}
