//! Switches: ports, VLANs, what they carry, and how that is changed.

use crate::{NodeId, SwitchChangeId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Whether a port carries anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PortState {
    /// It does.
    Up,
    /// It does not, though it is wanted.
    Down,
    /// It is not wanted.
    Disabled,
    /// Tests, dormant, missing, or not known.
    Other,
}

/// What a port that feeds a device does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PortPoe {
    /// Whether it may feed.
    pub enabled: bool,
    /// Whether it does.
    pub delivering: bool,
    /// In words: "delivering, class 3".
    pub detail: String,
}

/// Who is at the other end, by LLDP.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PortNeighbour {
    /// Its name, or its address.
    pub name: String,
    /// Its port.
    pub port: String,
    /// What it says of itself.
    pub description: String,
    /// Where it is managed.
    pub addresses: Vec<String>,
}

/// What a port carries: a second's worth. None for what is not known; never a false spike.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PortRates {
    /// Bits in.
    pub bits_in: Option<f64>,
    /// Bits out.
    pub bits_out: Option<f64>,
    /// Packets in that were broken or thrown away.
    pub errors_in: Option<f64>,
    /// Packets out that were.
    pub errors_out: Option<f64>,
}

/// A port.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SwitchPort {
    /// `ifIndex`.
    pub index: u32,
    /// What the switch calls it.
    pub name: String,
    /// What people wrote there.
    pub alias: String,
    /// "Ethernet", "VLAN", "aggregate", "loopback" and so on.
    pub kind: String,
    /// Whether it is a socket that something is plugged into.
    pub physical: bool,
    /// Bits a second; none where it says none.
    pub speed: Option<f64>,
    /// Whether it is wanted up.
    pub up: bool,
    /// What it is.
    pub state: PortState,
    /// Its hardware address.
    pub mac: Option<String>,
    /// Whether it carries VLANs.
    pub switched: bool,
    /// The VLAN of what comes in untagged.
    pub native: Option<u16>,
    /// VLANs with tags.
    pub tagged: Vec<u16>,
    /// What it feeds.
    pub poe: Option<PortPoe>,
    /// Who is at the other end.
    pub neighbour: Option<PortNeighbour>,
    /// How many addresses are behind it.
    pub stations: u32,
    /// What it carries, as of the last two readings.
    pub rates: PortRates,
    /// Machines of the tree that are wired to it, and their names.
    pub machines: Vec<(NodeId, String)>,
}

/// A VLAN.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SwitchVlan {
    /// Its number.
    pub id: u16,
    /// Its name.
    pub name: String,
    /// How many ports are in it without a tag, and with one.
    pub untagged: u32,
    /// The latter.
    pub tagged: u32,
    /// Its layer-3 addresses, where the switch routes it and says so.
    pub addresses: Vec<String>,
}

/// A switch.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Switch {
    /// When it was read.
    pub read: Timestamp,
    /// What it calls itself.
    pub name: String,
    /// What it says of itself.
    pub about: String,
    /// Seconds since it started.
    pub uptime: Option<f64>,
    /// Its ports.
    pub ports: Vec<SwitchPort>,
    /// Its VLANs; empty where it has none.
    pub vlans: Vec<SwitchVlan>,
    /// Whether anything can be changed with the name or community that is used; none is not tried.
    pub writable: Option<bool>,
    /// Whether its counters, neighbours and the addresses behind its ports are read, as SNMP has them.
    pub counted: bool,
    /// Whether the layer-3 addresses of its VLANs can be changed.
    pub layer3: bool,
}

/// An address behind a port.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SwitchStation {
    /// The hardware address.
    pub mac: String,
    /// In which VLAN.
    pub vlan: Option<u16>,
    /// Behind which port; none is the switch itself.
    pub port: Option<u32>,
    /// A machine of the tree with that address, and its name.
    pub machine: Option<(NodeId, String)>,
}

/// What a port carried.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PortTraffic {
    /// Of which port.
    pub index: u32,
    /// When, and what since the reading before; the oldest first, at most an hour.
    pub points: Vec<(Timestamp, PortRates)>,
}

/// What somebody wants.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SwitchWish {
    /// A port up or down.
    Up {
        /// Which.
        port: u32,
        /// Up.
        up: bool,
    },
    /// What is written at a port.
    Alias {
        /// Which.
        port: u32,
        /// What.
        alias: String,
    },
    /// A port in one VLAN, untagged, and in no other.
    Access {
        /// Which.
        port: u32,
        /// The VLAN.
        vlan: u16,
    },
    /// A port in these VLANs with tags, and in one without or none.
    Trunk {
        /// Which.
        port: u32,
        /// Without a tag.
        native: Option<u16>,
        /// With tags.
        tagged: Vec<u16>,
    },
    /// A new VLAN.
    Create {
        /// Its number.
        vlan: u16,
        /// Its name.
        name: String,
    },
    /// Another name.
    Rename {
        /// Which.
        vlan: u16,
        /// The name.
        name: String,
    },
    /// A VLAN away.
    Remove {
        /// Which.
        vlan: u16,
    },
    /// The layer-3 addresses of a VLAN, instead of those that it has.
    Addresses {
        /// Which.
        vlan: u16,
        /// As `address/prefix`; the first of IPv4 is the primary one.
        addresses: Vec<String>,
    },
}

/// One line of a diff.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanLine {
    /// Whether it is what shall be; else it is what is and shall go.
    pub new: bool,
    /// The line.
    pub text: String,
}

/// What is to be changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SwitchPlan {
    /// Hand it to `switch_apply`; good for ten minutes, and for as long as the switch is as it was.
    pub id: SwitchChangeId,
    /// What differs; empty if nothing does.
    pub diff: Vec<PlanLine>,
    /// What is typed at the switch's command line, in this order; empty where it is changed by SNMP.
    pub commands: Vec<String>,
    /// Whether the switch itself takes the change back if nobody keeps it, so that it does also without this computer.
    pub own_timer: bool,
    /// What has to be known before, as for power; its name has to be typed where it is set.
    pub guard: super::PowerGuard,
}

/// How far a change is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SwitchChangeState {
    /// Steps are sent.
    Applying {
        /// So many are done.
        done: u32,
        /// Of so many.
        all: u32,
    },
    /// All is as planned, and waits for somebody to keep it; it is taken back at this time.
    Waiting {
        /// Then.
        until: Timestamp,
    },
    /// It stays.
    Kept,
    /// It is taken back.
    Reverting {
        /// Why.
        why: String,
    },
    /// All is as it was before.
    Reverted {
        /// Why.
        why: String,
    },
    /// It could not be taken back.
    Stuck {
        /// Why.
        why: String,
        /// What differs from what was before, to be mended by hand.
        left: Vec<PlanLine>,
    },
}

/// A change on its way, or lately ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SwitchChange {
    /// Its id, which is its plan's.
    pub id: SwitchChangeId,
    /// The switch.
    pub entry: NodeId,
    /// What it is called.
    pub name: String,
    /// What differs.
    pub diff: Vec<PlanLine>,
    /// When it began.
    pub started: Timestamp,
    /// How far it is.
    pub state: SwitchChangeState,
}
