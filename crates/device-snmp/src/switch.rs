//! What a switch says of itself: ports, power over Ethernet, VLANs, addresses and neighbours.
//!
//! Each group of tables is read side by side, since rows of one answer go together and requests are what takes time.

mod addresses;
mod bridge;
mod lldp;
mod ports;
mod traffic;

pub use addresses::{InterfaceAddress, interface_address};
pub use bridge::{Learned, Station, Vlan, Vlans};
pub use lldp::{Identity, Neighbour, capabilities, management_address};
pub use ports::{Detection, Poe, PoeClass, Port, PortKind, State};
pub use traffic::{Counters, PortCounters, PortRates, rates};

pub(crate) use bridge::{PORT_VLAN, STATIC};
pub(crate) use ports::{IF, IF_X};

use crate::columns::{Cells, Index};
use async_snmp::{Oid, Value};

/// A column: the table's entry and its number there.
pub(crate) fn column(entry: &[u32], number: u32) -> Oid {
    Oid::new(entry.iter().copied().chain([number]))
}

/// A cell as a number that is not negative.
pub(crate) fn number(cells: &Cells, index: &Index) -> Option<u32> {
    let value = cells.get(index)?;
    value.as_u32().or_else(|| u32::try_from(value.as_i32()?).ok())
}

/// A cell as text; empty where it is not there.
pub(crate) fn text(cells: &Cells, index: &Index) -> String {
    cells.get(index).map(crate::text::of).unwrap_or_default()
}

/// A cell's bytes; none where it is not there.
pub(crate) fn bytes<'a>(cells: &'a Cells, index: &Index) -> &'a [u8] {
    cells.get(index).and_then(Value::as_bytes).unwrap_or_default()
}
