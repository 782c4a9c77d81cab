//! Power units and their outlets.

use crate::{NodeId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Whether an outlet feeds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum OutletState {
    /// It feeds.
    On,
    /// It does not.
    Off,
    /// It is about to change.
    Pending,
    /// The unit does not know.
    Unknown,
}

/// What an outlet can be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum OutletAction {
    /// On.
    On,
    /// Off.
    Off,
    /// Off and on again.
    Cycle,
}

/// What is measured; none for what is not.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OutletLoad {
    /// The current.
    pub amperes: Option<f64>,
    /// The voltage.
    pub volts: Option<f64>,
    /// The active power.
    pub watts: Option<f64>,
    /// The energy since the meter was reset.
    pub kilowatt_hours: Option<f64>,
}

/// An outlet.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PduOutlet {
    /// Its place in the unit, `7` or `1.7`.
    pub id: String,
    /// What the unit calls it.
    pub name: String,
    /// Whether it feeds.
    pub state: OutletState,
    /// What is measured there.
    pub load: OutletLoad,
    /// Machines of the tree that it feeds, and their names.
    pub feeds: Vec<(NodeId, String)>,
}

/// A power unit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Pdu {
    /// When it was read.
    pub read: Timestamp,
    /// Maker and models, and the key of its family.
    pub family: String,
    /// The key.
    pub family_key: String,
    /// What it says of itself.
    pub about: String,
    /// Whether it can cycle an outlet by itself, so that it goes on again also when this app is gone.
    pub cycles: bool,
    /// The whole.
    pub load: OutletLoad,
    /// Its outlets.
    pub outlets: Vec<PduOutlet>,
}
