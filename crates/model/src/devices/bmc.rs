//! What a management controller says of its machine, whether by IPMI or by Redfish.

use super::BmcProtocol;
use crate::{Secret, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// How bad something is.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Nothing is wrong.
    #[default]
    Good,
    /// Attention is wanted.
    Warning,
    /// It is wanted at once.
    Critical,
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum BmcSensorKind {
    /// How warm it is.
    Temperature,
    /// How fast it turns.
    Fan,
    /// Volts.
    Voltage,
    /// Amperes.
    Current,
    /// Watts.
    Power,
    /// States in words.
    State,
    /// Anything else.
    Other,
}

/// A reading of the past.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SensorPoint {
    /// When.
    pub at: Timestamp,
    /// What it showed.
    pub value: f64,
}

/// One sensor.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BmcSensor {
    /// What it is called.
    pub name: String,
    /// What it measures.
    pub kind: BmcSensorKind,
    /// What it shows; none if it is not there or shows nothing.
    pub value: Option<f64>,
    /// In what: `°C`, `rpm`, `V`, `A`, `W`, `%`.
    pub unit: String,
    /// What it says in words, if it says words.
    pub states: Vec<String>,
    /// How bad that is.
    pub severity: Severity,
    /// Below these: attention is wanted, at once, something breaks.
    pub lower: (Option<f64>, Option<f64>, Option<f64>),
    /// The same above.
    pub upper: (Option<f64>, Option<f64>, Option<f64>),
    /// What it showed since the app started, the oldest first; at most six hours, a point a minute.
    pub history: Vec<SensorPoint>,
}

/// All sensors.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BmcSensors {
    /// When they were read.
    pub read: Timestamp,
    /// What protocol said it.
    pub protocol: BmcProtocol,
    /// In the controller's order.
    pub sensors: Vec<BmcSensor>,
}

/// Something that was written down.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BmcLogEntry {
    /// Its number or id.
    pub id: String,
    /// When, if the controller's clock was set.
    pub at: Option<Timestamp>,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about: a sensor, "BIOS", "Power".
    pub source: String,
    /// What happened.
    pub message: String,
    /// As the controller has it, in hexadecimal; IPMI alone.
    pub raw: Option<String>,
}

/// The event log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BmcLog {
    /// What it is called, where there are several.
    pub name: String,
    /// The newest first; at most 2,000.
    pub entries: Vec<BmcLogEntry>,
    /// Whether it can be cleared.
    pub can_clear: bool,
    /// Entries were lost, or there are more than are shown.
    pub cut: bool,
}

/// What a machine starts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum BmcBootDevice {
    /// What its firmware says.
    None,
    /// Network.
    Network,
    /// Hard disk.
    Disk,
    /// CD or DVD, also a virtual one.
    Optical,
    /// USB or floppy.
    Removable,
    /// The set-up of the firmware.
    Setup,
    /// Diagnostic partition.
    Diagnostics,
}

/// What a machine is to start from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BmcBoot {
    /// From what.
    pub device: BmcBootDevice,
    /// Whether that holds from now on, and not once.
    pub persistent: bool,
    /// UEFI or BIOS; none is as it is.
    pub uefi: Option<bool>,
}

/// A thing that the machine has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BmcItem {
    /// "CPU 1", "DIMM A1".
    pub name: String,
    /// What it is, in a line.
    pub detail: String,
    /// How well it is.
    pub severity: Severity,
}

/// Things of a kind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BmcItems {
    /// "Processors", "Memory", "Drives", "Network", "Firmware", "Board".
    pub title: String,
    /// They.
    pub items: Vec<BmcItem>,
}

/// What a machine and its controller are.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BmcFacts {
    /// What it speaks.
    pub protocol: BmcProtocol,
    /// Version of that.
    pub version: String,
    /// Who made the machine; empty where nobody says, as for all of these.
    pub manufacturer: String,
    /// What it is.
    pub model: String,
    /// Its serial number.
    pub serial: String,
    /// Version of its BIOS or UEFI.
    pub bios: String,
    /// Version of the controller's firmware.
    pub firmware: String,
    /// How well it is altogether.
    pub health: Option<Severity>,
    /// Whether its light is on; none where it cannot tell.
    pub located: Option<bool>,
    /// What it starts from next; none where it cannot tell.
    pub boot: Option<BmcBoot>,
    /// Addresses of the controller itself, and how it has them.
    pub network: Vec<BmcItem>,
    /// What it has.
    pub items: Vec<BmcItems>,
    /// Virtual media; none where there are none.
    pub media: Vec<BmcMedia>,
}

/// A drive that an image can be put into from afar.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BmcMedia {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The image in it.
    pub image: Option<String>,
}

/// A user of the controller.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BmcUser {
    /// Number or id.
    pub id: String,
    /// Name; empty in an empty place.
    pub name: String,
    /// Whether it may sign in.
    pub enabled: bool,
    /// Whether it is locked after wrong passwords.
    pub locked: bool,
    /// One of [`BmcUsers::roles`]; empty is none.
    pub role: String,
    /// Whether its name can be changed.
    pub fixed: bool,
}

/// All users.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BmcUsers {
    /// Those with a name.
    pub users: Vec<BmcUser>,
    /// What a user can be.
    pub roles: Vec<String>,
    /// How many more fit; none is any number.
    pub free: Option<u32>,
}

/// A new or changed user.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BmcUserDraft {
    /// None makes a new one.
    pub id: Option<String>,
    /// Name.
    pub name: String,
    /// Password; none leaves it.
    pub password: Option<Secret<String>>,
    /// One of [`BmcUsers::roles`].
    pub role: String,
    /// Whether it may sign in.
    pub enabled: bool,
}
