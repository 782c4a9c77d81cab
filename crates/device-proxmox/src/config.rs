//! A guest's configuration: reading it, and changing what belongs to its size.

use crate::{
    Client, Disk, Guest, GuestKind, ProxmoxError, Upid, call::Call, lenient, property::Properties,
};
use patchbay_model::Secret;
use serde_json::Value;
use std::collections::BTreeMap;

/// A guest's configuration as it will be after its next start.
#[derive(Clone, PartialEq, Debug)]
pub struct GuestConfig {
    /// Names this reading: a change that carries it is refused if there was another since.
    pub digest: String,
    /// What the guest is called.
    pub name: Option<String>,
    /// Notes about it.
    pub description: Option<String>,
    /// Cores; of each socket for a virtual machine. A container without a bound has none.
    pub cores: Option<u32>,
    /// Sockets of a virtual machine.
    pub sockets: Option<u32>,
    /// How much of its cores it may use at a time; 0 is no bound.
    pub cpu_limit: Option<f64>,
    /// Its weight beside other guests.
    pub cpu_units: Option<u32>,
    /// Memory in MiB.
    pub memory: Option<u32>,
    /// What a virtual machine's memory may shrink to, in MiB; 0 is never.
    pub balloon: Option<u32>,
    /// Whether it is a template.
    pub template: bool,
    /// Why it cannot be changed at the moment.
    pub lock: Option<String>,
    /// Its disks by slot.
    pub disks: Vec<Disk>,
    /// All keys with their values as they came.
    pub all: BTreeMap<String, String>,
}

/// What is to be changed; nothing is left as it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ConfigChange {
    /// What the guest is called.
    pub name: Option<String>,
    /// Notes about it; empty takes them away.
    pub description: Option<String>,
    /// Cores, of each socket for a virtual machine.
    pub cores: Option<u32>,
    /// Sockets of a virtual machine.
    pub sockets: Option<u32>,
    /// How much of its cores it may use at a time; 0 is no bound.
    pub cpu_limit: Option<f64>,
    /// Its weight beside other guests.
    pub cpu_units: Option<u32>,
    /// Memory in MiB.
    pub memory: Option<u32>,
    /// What a virtual machine's memory may shrink to, in MiB; 0 is never.
    pub balloon: Option<u32>,
}

/// What cloud-init sets up at the first start.
#[derive(Clone, Debug, Default)]
pub struct CloudInit {
    /// The user; the image's own where it is not said.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Secret<String>>,
    /// Public keys of SSH, as they stand in `authorized_keys`.
    pub keys: Vec<String>,
    /// The first card's addresses: `ip=dhcp`, or `ip=192.0.2.7/24,gw=192.0.2.1`.
    pub ip: Option<String>,
    /// Addresses of name servers, with blanks between.
    pub name_server: Option<String>,
    /// The domain that names are looked for in.
    pub search_domain: Option<String>,
}

impl GuestConfig {
    fn of(values: BTreeMap<String, Value>) -> Self {
        let all: BTreeMap<String, String> = values
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), lenient::text(value)?)))
            .collect();
        let text = |key: &str| all.get(key).cloned();
        let number = |key: &str| all.get(key)?.parse::<u32>().ok();
        // Newer servers write `current=2048`.
        let memory = all.get("memory").and_then(|memory| {
            let read = Properties::read(memory)?;
            read.main.or_else(|| read.get("current"))?.parse().ok()
        });
        Self {
            digest: text("digest").unwrap_or_default(),
            name: text("name").or_else(|| text("hostname")),
            description: text("description"),
            cores: number("cores"),
            sockets: number("sockets"),
            cpu_limit: all.get("cpulimit").and_then(|limit| limit.parse().ok()),
            cpu_units: number("cpuunits"),
            memory,
            balloon: number("balloon"),
            template: number("template") == Some(1),
            lock: text("lock"),
            disks: all.iter().filter_map(|(key, value)| Disk::read(key, value)).collect(),
            all,
        }
    }
}

impl Client {
    /// A guest's configuration.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn config(&self, guest: &Guest) -> Result<GuestConfig, ProxmoxError> {
        self.ask(&config(guest)).await.map(GuestConfig::of)
    }

    /// Changes a configuration, if it is still the one that was read with this digest. What a running guest cannot take
    /// is done at its next start. A container's is changed at once, without a task.
    ///
    /// # Errors
    /// [`ProxmoxError::ChangedMeanwhile`] if it is not; [`ProxmoxError::Invalid`] if a container cannot have it; if the
    /// server says no.
    pub async fn change(
        &self,
        guest: &Guest,
        change: &ConfigChange,
        digest: &str,
    ) -> Result<Option<Upid>, ProxmoxError> {
        self.start_or_done(&change_config(guest, change, digest)?).await
    }

    /// Makes a disk larger by so many bytes; there is no way back. The guest's own partitions stay as they are.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn grow_disk(
        &self,
        guest: &Guest,
        slot: &str,
        bytes: u64,
        digest: &str,
    ) -> Result<Option<Upid>, ProxmoxError> {
        self.start_or_done(&grow(guest, slot, bytes, digest)?).await
    }

    /// Sets what cloud-init of a virtual machine does at its first start.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn set_cloud_init(
        &self,
        guest: &Guest,
        settings: &CloudInit,
        digest: &str,
    ) -> Result<Option<Upid>, ProxmoxError> {
        self.start_or_done(&cloud_init(guest, settings, digest)).await
    }
}

pub(crate) fn config(guest: &Guest) -> Call {
    guest.call(Call::get, &["config"])
}

pub(crate) fn change_config(
    guest: &Guest,
    change: &ConfigChange,
    digest: &str,
) -> Result<Call, ProxmoxError> {
    let call = match guest.kind {
        // By a task, because what is plugged in while it runs takes its time.
        GuestKind::Qemu => guest.call(Call::post, &["config"]),
        GuestKind::Lxc if change.sockets.is_some() || change.balloon.is_some() => {
            let why = "A container has neither sockets nor a balloon.";
            return Err(ProxmoxError::Invalid(why.to_owned()));
        }
        GuestKind::Lxc => guest.call(Call::put, &["config"]),
    };
    let name = match guest.kind {
        GuestKind::Qemu => "name",
        GuestKind::Lxc => "hostname",
    };
    let call = call.maybe(name, change.name.as_deref());
    let call = call.maybe("description", change.description.as_deref());
    let call = call.maybe("cores", change.cores).maybe("sockets", change.sockets);
    let call = call.maybe("cpulimit", change.cpu_limit).maybe("cpuunits", change.cpu_units);
    let call = call.maybe("memory", change.memory).maybe("balloon", change.balloon);
    if call.params.is_empty() {
        return Err(ProxmoxError::Invalid("There is nothing to change.".to_owned()));
    }
    Ok(call.with("digest", digest))
}

pub(crate) fn grow(
    guest: &Guest,
    slot: &str,
    bytes: u64,
    digest: &str,
) -> Result<Call, ProxmoxError> {
    // The server rounds to its own blocks; whole MiB are more than any of them.
    const STEP: u64 = 1 << 20;
    if bytes == 0 || !bytes.is_multiple_of(STEP) {
        return Err(ProxmoxError::Invalid("A disk grows by whole MiB.".to_owned()));
    }
    let call = guest.call(Call::put, &["resize"]).with("disk", slot);
    Ok(call.with("size", format!("+{}M", bytes / STEP)).with("digest", digest))
}

pub(crate) fn cloud_init(guest: &Guest, settings: &CloudInit, digest: &str) -> Call {
    let password = settings.password.as_ref().map(|password| password.expose_secret().as_str());
    // The server wants keys encoded once more than the rest (the schema's format `urlencoded`).
    let keys = (!settings.keys.is_empty()).then(|| crate::call::encoded(&settings.keys.join("\n")));
    let call = guest.call(Call::post, &["config"]).maybe("ciuser", settings.user.as_deref());
    let call = call.maybe("cipassword", password).maybe("sshkeys", keys);
    let call = call.maybe("ipconfig0", settings.ip.as_deref());
    let call = call.maybe("nameserver", settings.name_server.as_deref());
    call.maybe("searchdomain", settings.search_domain.as_deref()).with("digest", digest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_configuration_is_read_with_what_newer_servers_write() {
        let values = json!({
            "digest": "abc", "name": "web", "cores": 4, "sockets": "1", "cpulimit": "0.5", "memory": "current=2048",
            "scsi0": "local-lvm:vm-100-disk-0,size=32G", "ide2": "none,media=cdrom", "template": 1, "net0": "virtio=AA",
            "odd": {"a": 1},
        });
        let config = GuestConfig::of(serde_json::from_value(values).unwrap());
        assert_eq!((config.cores, config.sockets, config.memory), (Some(4), Some(1), Some(2048)));
        assert_eq!((config.cpu_limit, config.template), (Some(0.5), true));
        assert_eq!(config.disks.len(), 2);
        assert!(config.all.contains_key("net0") && !config.all.contains_key("odd"));
        let old = GuestConfig::of(serde_json::from_value(json!({ "memory": 512 })).unwrap());
        assert_eq!((old.memory, old.digest.as_str()), (Some(512), ""));
    }
}
