//! What a machine and its controller are.

use super::{Session, if_there, line, severity, shown};
use crate::{devices::bmc::failed::Failed, plain::plain};
use patchbay_device_redfish::{
    Boot, BootFor, BootMode, Drive, Firmware, Health, Inventory, MemoryModule, NetworkPort,
    Processor, VirtualMedia,
};
use patchbay_model::{BmcBoot, BmcBootDevice, BmcFacts, BmcItem, BmcItems, BmcMedia, BmcProtocol};

impl Session {
    pub(in crate::devices::bmc) async fn facts(&self) -> Result<BmcFacts, Failed> {
        let client = &self.client;
        let status = client.status().await?;
        let boot = client.boot().await?;
        let manager = if_there(client.manager().await)?;
        let network = if_there(client.manager_networks().await)?.unwrap_or_default();
        let inventory = if_there(client.inventory().await)?.unwrap_or_default();
        let firmware = if_there(client.firmware().await)?.unwrap_or_default();
        let media = if_there(client.virtual_media().await)?.unwrap_or_default();
        let Inventory { processors, memory, drives, networks } = inventory;
        let mut items = vec![
            group("Processors", processors.into_iter().map(processor)),
            group("Memory", memory.into_iter().map(module)),
            group("Drives", drives.into_iter().map(drive)),
            group("Network", networks.into_iter().map(port)),
            group("Firmware", firmware.into_iter().map(version)),
        ];
        items.retain(|group| !group.items.is_empty());
        let serial = status.serial.as_ref().or(status.sku.as_ref());
        Ok(BmcFacts {
            protocol: BmcProtocol::Redfish,
            version: shown(client.version().as_ref()),
            manufacturer: shown(status.manufacturer.as_ref()),
            model: shown(status.model.as_ref()),
            serial: shown(serial),
            bios: shown(status.bios_version.as_ref()),
            firmware: shown(manager.as_ref().and_then(|manager| manager.firmware.as_ref())),
            health: status.health.map(|health| severity(Some(health))),
            located: status.located,
            boot: boots(&boot),
            network: network.into_iter().map(port).collect(),
            items,
            media: media.into_iter().map(virtual_drive).collect(),
        })
    }
}

fn group(title: &str, items: impl Iterator<Item = BmcItem>) -> BmcItems {
    BmcItems { title: title.to_owned(), items: items.collect() }
}

fn item(name: &str, detail: String, health: Option<Health>) -> BmcItem {
    BmcItem { name: plain(name.as_bytes()), detail, severity: severity(health) }
}

fn processor(one: Processor) -> BmcItem {
    let Processor { slot, model, cores, threads, speed, health } = one;
    let cores = cores.map(|cores| format!("{cores} cores"));
    let threads = threads.map(|threads| format!("{threads} threads"));
    item(&slot, line([model, cores, threads, speed.map(|mhz| format!("{mhz} MHz"))]), health)
}

fn module(one: MemoryModule) -> BmcItem {
    let MemoryModule { slot, size, kind, speed, manufacturer, part, serial, health } = one;
    let size = size.map(|mib| match mib % 1_024 {
        0 if mib > 0 => format!("{} GiB", mib / 1_024),
        _ => format!("{mib} MiB"),
    });
    let speed = speed.map(|mhz| format!("{mhz} MHz"));
    let serial = serial.map(|serial| format!("serial {serial}"));
    item(&slot, line([size, kind, speed, manufacturer, part, serial]), health)
}

fn drive(one: Drive) -> BmcItem {
    let Drive { name, model, size, media, protocol, serial, will_fail, health } = one;
    let size = size.map(|bytes| format!("{} GB", bytes / 1_000_000_000));
    let serial = serial.map(|serial| format!("serial {serial}"));
    let failing = will_fail == Some(true);
    let warning = failing.then(|| "says that it will fail".to_owned());
    let health = if failing { health.max(Some(Health::Warning)) } else { health };
    item(&name, line([model, size, media, protocol, serial, warning]), health)
}

fn port(one: NetworkPort) -> BmcItem {
    let NetworkPort { name, mac, speed, up, addresses, health } = one;
    let up = up.map(|up| if up { "link up" } else { "no link" }.to_owned());
    let speed = speed.map(|mbit| format!("{mbit} Mbit/s"));
    item(&name, line([mac, up, speed, Some(addresses.join(" "))]), health)
}

fn version(one: Firmware) -> BmcItem {
    let Firmware { id, name, version, health, .. } = one;
    // Dell keeps those that it could go back to, and those that wait.
    let other = ["Previous", "Available"].into_iter().find(|state| id.starts_with(state));
    item(&name, line([version, other.map(str::to_lowercase)]), health)
}

fn virtual_drive(one: VirtualMedia) -> BmcMedia {
    let VirtualMedia { id, kinds, image, inserted, .. } = one;
    let kinds = line(kinds.into_iter().map(Some));
    let name = if kinds.is_empty() { id.clone() } else { format!("{id} ({kinds})") };
    let unnamed = || "an image without a name".to_owned();
    let image = inserted.then(|| image.map_or_else(unnamed, |image| plain(image.as_bytes())));
    BmcMedia { name: plain(name.as_bytes()), id, image }
}

/// None where it is something that cannot be said here.
fn boots(boot: &Boot) -> Option<BmcBoot> {
    let uefi = boot.mode.map(|mode| mode == BootMode::Uefi);
    let persistent = boot.holds == BootFor::Continuous;
    let device = match boot.target.as_deref() {
        None => BmcBootDevice::None,
        _ if boot.holds == BootFor::Disabled => BmcBootDevice::None,
        Some("Pxe") => BmcBootDevice::Network,
        Some("Hdd") => BmcBootDevice::Disk,
        Some("Cd" | "UsbCd") => BmcBootDevice::Optical,
        Some("Usb" | "Floppy" | "SDCard") => BmcBootDevice::Removable,
        Some("BiosSetup") => BmcBootDevice::Setup,
        Some("Diags") => BmcBootDevice::Diagnostics,
        Some(_) => return None,
    };
    Some(BmcBoot { device, persistent, uefi })
}
