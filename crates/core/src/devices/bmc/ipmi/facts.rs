//! What a machine and its controller are.

use super::{Session, if_there, words};
use crate::{devices::bmc::failed::Failed, plain::plain};
use patchbay_device_ipmi::{
    Board, BootDevice, BootOverride, Chassis, ChassisInfo, Fru, Identify, IpSource, LanSettings,
    Product,
};
use patchbay_model::{BmcBoot, BmcBootDevice, BmcFacts, BmcItem, BmcItems, BmcProtocol, Severity};

/// Inventories of parts that are read: each takes dozens of requests.
const MOST_PARTS: usize = 16;

impl Session {
    pub(in crate::devices::bmc) async fn facts(&self) -> Result<BmcFacts, Failed> {
        let chassis = self.bmc.chassis().await?;
        let lan = if_there(self.bmc.lan_settings().await)?;
        let boot = if_there(self.bmc.boot_override().await)?;
        let own = if_there(self.bmc.fru(0).await)?.unwrap_or_default();
        let parts = self.parts().await?;
        let (product, board) = (own.product.as_ref(), own.board.as_ref());
        let first = |texts: [Option<&String>; 2]| {
            let text = texts.into_iter().flatten().find(|text| !text.is_empty());
            text.map(|text| plain(text.as_bytes())).unwrap_or_default()
        };
        let manufacturer =
            first([product.map(|one| &one.manufacturer), board.map(|one| &one.manufacturer)]);
        let maker = words::manufacturer(self.info.manufacturer).unwrap_or_default();
        let mut items = vec![group("Chassis", faults(&chassis)), group("Board", inventory(&own))];
        items.push(group("Parts", parts));
        items.push(group("Firmware", self.firmware()));
        items.retain(|group| !group.items.is_empty());
        Ok(BmcFacts {
            protocol: BmcProtocol::Ipmi,
            version: self.info.ipmi.clone(),
            manufacturer: if manufacturer.is_empty() { maker.to_owned() } else { manufacturer },
            model: first([product.map(|one| &one.name), board.map(|one| &one.name)]),
            serial: first([product.map(|one| &one.serial), board.map(|one| &one.serial)]),
            bios: String::new(),
            firmware: self.info.firmware.clone(),
            health: Some(health(&chassis)),
            located: chassis.identify.map(|light| light != Identify::Off),
            boot: boot.map(boots),
            network: lan.map(network).unwrap_or_default(),
            items,
            media: Vec::new(),
        })
    }

    async fn parts(&self) -> Result<Vec<BmcItem>, Failed> {
        let Some(repository) = if_there(self.repository().await)? else { return Ok(Vec::new()) };
        let others = repository.inventories.iter().filter(|one| one.of_bmc && one.number != 0);
        let mut items = Vec::new();
        for other in others.take(MOST_PARTS) {
            let Some(fru) = if_there(self.bmc.fru(other.number).await)? else { continue };
            let found = inventory(&fru).into_iter().map(|item| item.detail).collect::<Vec<_>>();
            if !found.is_empty() {
                items.push(item(&plain(other.name.as_bytes()), &found.join("; ")));
            }
        }
        Ok(items)
    }

    fn firmware(&self) -> Vec<BmcItem> {
        let info = &self.info;
        let ready = if info.not_ready { ", starting or updating itself" } else { "" };
        let detail = format!(
            "{}, revision {} of device {}, product {}{ready}",
            info.firmware, info.revision, info.device, info.product
        );
        vec![item("Management controller", &detail)]
    }
}

fn item(name: &str, detail: &str) -> BmcItem {
    let (name, detail) = (name.to_owned(), detail.to_owned());
    BmcItem { name, detail, severity: Severity::Good }
}

fn group(title: &str, items: Vec<BmcItem>) -> BmcItems {
    BmcItems { title: title.to_owned(), items }
}

/// What is not empty, with what it is.
fn line(parts: &[(&str, &str)]) -> String {
    let named = parts.iter().filter(|(_, text)| !text.trim().is_empty());
    let named = named.map(|(name, text)| format!("{name}{}", plain(text.trim().as_bytes())));
    named.collect::<Vec<_>>().join(", ")
}

fn inventory(fru: &Fru) -> Vec<BmcItem> {
    let mut items = Vec::new();
    if let Some(Product { manufacturer, name, part, version, serial, asset, .. }) = &fru.product {
        let detail = line(&[
            ("", manufacturer),
            ("", name),
            ("part ", part),
            ("version ", version),
            ("serial ", serial),
            ("asset ", asset),
        ]);
        items.push(item("Product", &detail));
    }
    if let Some(Board { manufacturer, name, part, serial, .. }) = &fru.board {
        let detail = line(&[("", manufacturer), ("", name), ("part ", part), ("serial ", serial)]);
        items.push(item("Board", &detail));
    }
    if let Some(ChassisInfo { part, serial, .. }) = &fru.chassis {
        items.push(item("Chassis", &line(&[("part ", part), ("serial ", serial)])));
    }
    items.retain(|item| !item.detail.is_empty());
    for area in &fru.damaged {
        let detail = "What is written down of it is damaged.";
        let damaged = item(&format!("Inventory of the {area}"), detail);
        items.push(BmcItem { severity: Severity::Warning, ..damaged });
    }
    items
}

/// What is wrong with it; empty if nothing is.
fn faults(chassis: &Chassis) -> Vec<BmcItem> {
    let all = [
        (
            chassis.overload,
            "Power",
            "went off because it took more than it may",
            Severity::Critical,
        ),
        (chassis.power_fault, "Power supply", "broken", Severity::Critical),
        (chassis.fan_fault, "Fan", "broken", Severity::Critical),
        (chassis.drive_fault, "Drive", "broken", Severity::Critical),
        (chassis.interlock, "Power", "off because the case is open", Severity::Warning),
        (chassis.intrusion, "Case", "somebody opened it", Severity::Warning),
    ];
    let wrong = all.into_iter().filter(|(is, ..)| *is);
    wrong.map(|(_, name, detail, severity)| BmcItem { severity, ..item(name, detail) }).collect()
}

fn health(chassis: &Chassis) -> Severity {
    faults(chassis).into_iter().map(|item| item.severity).max().unwrap_or_default()
}

fn network(lan: LanSettings) -> Vec<BmcItem> {
    let how = match lan.source {
        IpSource::Static => "set by hand",
        IpSource::Dhcp => "by DHCP",
        IpSource::Firmware => "by the machine's firmware",
        IpSource::Unspecified | IpSource::Other => "by other means",
    };
    let mac = lan.mac.map(|byte| format!("{byte:02x}")).join(":");
    let mut items = vec![
        item("Address", &format!("{}, mask {}, {how}", lan.address, lan.netmask)),
        item("Hardware address", &mac),
    ];
    if !lan.gateway.is_unspecified() {
        items.push(item("Gateway", &lan.gateway.to_string()));
    }
    if let Some(vlan) = lan.vlan {
        items.push(item("VLAN", &vlan.to_string()));
    }
    items
}

const fn boots(boot: Option<BootOverride>) -> BmcBoot {
    let Some(BootOverride { device, persistent, uefi }) = boot else {
        return BmcBoot { device: BmcBootDevice::None, persistent: false, uefi: None };
    };
    let device = match device {
        BootDevice::None => BmcBootDevice::None,
        BootDevice::Pxe => BmcBootDevice::Network,
        BootDevice::Disk | BootDevice::SafeDisk => BmcBootDevice::Disk,
        BootDevice::Diagnostic => BmcBootDevice::Diagnostics,
        BootDevice::Cdrom => BmcBootDevice::Optical,
        BootDevice::Setup => BmcBootDevice::Setup,
        BootDevice::RemoteMedia | BootDevice::Removable => BmcBootDevice::Removable,
    };
    BmcBoot { device, persistent, uefi: Some(uefi) }
}
