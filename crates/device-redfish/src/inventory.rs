//! What a machine is made of.

use crate::{
    Client, Health, RedfishError,
    json::{count, flag, link, links, list, text},
};
use serde_json::Value;

/// All of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Inventory {
    /// In their sockets.
    pub processors: Vec<Processor>,
    /// In their slots.
    pub memory: Vec<MemoryModule>,
    /// At their controllers.
    pub drives: Vec<Drive>,
    /// Of the machine, and not of its controller.
    pub networks: Vec<NetworkPort>,
}

/// A processor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Processor {
    /// Where it is.
    pub slot: String,
    /// What it is.
    pub model: Option<String>,
    /// How many cores it has.
    pub cores: Option<u64>,
    /// How many threads they run.
    pub threads: Option<u64>,
    /// At most, in MHz.
    pub speed: Option<u64>,
    /// How well it is.
    pub health: Option<Health>,
}

/// A memory module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemoryModule {
    /// Where it is.
    pub slot: String,
    /// In MiB.
    pub size: Option<u64>,
    /// `DDR5` and so on.
    pub kind: Option<String>,
    /// In MHz.
    pub speed: Option<u64>,
    /// Who made it.
    pub manufacturer: Option<String>,
    /// What the manufacturer calls it.
    pub part: Option<String>,
    /// Which one it is.
    pub serial: Option<String>,
    /// How well it is.
    pub health: Option<Health>,
}

/// A drive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drive {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub model: Option<String>,
    /// In bytes.
    pub size: Option<u64>,
    /// `SSD` or `HDD`.
    pub media: Option<String>,
    /// `SATA`, `SAS`, `NVMe`.
    pub protocol: Option<String>,
    /// Which one it is.
    pub serial: Option<String>,
    /// Whether it says that it will fail.
    pub will_fail: Option<bool>,
    /// How well it is.
    pub health: Option<Health>,
}

/// A place for a network cable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkPort {
    /// What it is called.
    pub name: String,
    /// Its address, as the machine writes it.
    pub mac: Option<String>,
    /// In Mbit/s.
    pub speed: Option<u64>,
    /// Whether there is a signal.
    pub up: Option<bool>,
    /// IP addresses that the machine's operating system has told.
    pub addresses: Vec<String>,
    /// How well it is.
    pub health: Option<Health>,
}

/// What is not there, though there is a place for it.
fn is_absent(body: &Value) -> bool {
    text(body, &["Status", "State"]).is_some_and(|state| state == "Absent")
}

fn name(body: &Value) -> String {
    text(body, &["Name"]).or_else(|| text(body, &["Id"])).unwrap_or_default()
}

fn place(body: &Value, key: &str) -> String {
    text(body, &[key]).unwrap_or_else(|| name(body))
}

impl Processor {
    /// Reads a `Processor`.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        Self {
            slot: place(body, "Socket"),
            model: text(body, &["Model"]),
            cores: count(body, &["TotalCores"]),
            threads: count(body, &["TotalThreads"]),
            speed: count(body, &["MaxSpeedMHz"]),
            health: Health::of(body),
        }
    }
}

impl MemoryModule {
    /// Reads a `Memory`.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        Self {
            slot: place(body, "DeviceLocator"),
            size: count(body, &["CapacityMiB"]),
            kind: text(body, &["MemoryDeviceType"]),
            speed: count(body, &["OperatingSpeedMhz"]),
            manufacturer: text(body, &["Manufacturer"]),
            part: text(body, &["PartNumber"]),
            serial: text(body, &["SerialNumber"]),
            health: Health::of(body),
        }
    }
}

impl Drive {
    /// Reads a `Drive`, or a device of `SimpleStorage`, which knows less.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        Self {
            name: name(body),
            model: text(body, &["Model"]),
            size: count(body, &["CapacityBytes"]),
            media: text(body, &["MediaType"]),
            protocol: text(body, &["Protocol"]),
            serial: text(body, &["SerialNumber"]),
            will_fail: flag(body, &["FailurePredicted"]),
            health: Health::of(body),
        }
    }
}

impl NetworkPort {
    /// Reads an `EthernetInterface`.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        let addresses = list(body, &["IPv4Addresses"]).chain(list(body, &["IPv6Addresses"]));
        let addresses = addresses.filter_map(|one| text(one, &["Address"]));
        let addresses = addresses.filter(|one| one != "0.0.0.0" && one != "::");
        Self {
            name: name(body),
            mac: text(body, &["MACAddress"]).or_else(|| text(body, &["PermanentMACAddress"])),
            speed: count(body, &["SpeedMbps"]).filter(|speed| *speed > 0),
            up: text(body, &["LinkStatus"]).map(|status| status == "LinkUp"),
            addresses: addresses.take(50).collect(),
            health: Health::of(body),
        }
    }
}

impl Client {
    /// What the machine is made of, without places that are empty. This takes a request for each part where the machine
    /// does not put them together.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn inventory(&self) -> Result<Inventory, RedfishError> {
        let system = self.system().await?.body;
        let parts = async |key: &str| -> Result<Vec<Value>, RedfishError> {
            let found = self.members_if_there(link(&system, &[key])).await?;
            Ok(found.into_iter().map(|one| one.body).filter(|body| !is_absent(body)).collect())
        };
        let processors = parts("Processors").await?.iter().map(Processor::of).collect();
        let memory = parts("Memory").await?.iter().map(MemoryModule::of).collect();
        let networks = parts("EthernetInterfaces").await?.iter().map(NetworkPort::of).collect();
        let mut drives = Vec::new();
        for storage in parts("Storage").await? {
            for drive in links(&storage, &["Drives"]).take(crate::collection::MOST_MEMBERS) {
                let drive = self.get_if_there(Some(drive)).await?;
                drives.extend(
                    drive
                        .filter(|drive| !is_absent(&drive.body))
                        .map(|drive| Drive::of(&drive.body)),
                );
            }
        }
        if drives.is_empty() {
            for simple in parts("SimpleStorage").await? {
                let devices = list(&simple, &["Devices"]).filter(|device| !is_absent(device));
                drives.extend(devices.take(crate::collection::MOST_MEMBERS).map(Drive::of));
            }
        }
        Ok(Inventory { processors, memory, drives, networks })
    }
}
