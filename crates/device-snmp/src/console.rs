//! Console servers and KVM switches by port: which ports there are, and whether one is free. Opening a port is another
//! protocol's matter.

use crate::{
    Agent, SnmpError,
    columns::Index,
    switch::{column, number, text},
};

/// `portDataEntry` of RemoteKVMDevice-MIB, which the maker calls common to Dominion KX and KSX of all generations, LX and the
/// second SX.
const PORT_DATA: [u32; 11] = [1, 3, 6, 1, 4, 1, 13742, 3, 1, 4, 1];

/// The families that have these tables, as Patchbay calls them.
pub const CONSOLES: [&str; 3] =
    ["raritanDominionSX", "raritanDominionKXII", "raritanDominionKXIII"];

/// A port of a console server or KVM switch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConsolePort {
    /// `portDataNumber`: the number on the case.
    pub number: u32,
    /// `portDataName`.
    pub name: String,
    /// `portDataType`: what is plugged in, in the maker's words.
    pub kind: String,
    /// `portDataStatus`.
    pub status: PortStatus,
}

/// Whether somebody can be let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PortStatus {
    /// 1: nothing answers there.
    Inactive,
    /// 2: something is there, and nobody uses it.
    Available,
    /// 3: somebody uses it, and there is room for more.
    Connected,
    /// 4: as many use it as may.
    Busy,
    /// What is not in the module.
    Unknown,
}

impl Agent {
    /// The ports of a console server or KVM switch.
    ///
    /// # Errors
    /// When it does not answer, refuses, loops, or is none of these families.
    pub async fn console_ports(&self) -> Result<Vec<ConsolePort>, SnmpError> {
        let cells = self.columns(&[2, 3, 4, 5].map(|n| column(&PORT_DATA, n))).await?;
        let [numbers, names, kinds, states] = cells.as_slice() else { return Ok(Vec::new()) };
        if numbers.is_empty() {
            let what = "ports as Raritan Dominion has them".to_owned();
            return Err(SnmpError::Missing { machine: self.machine().to_owned(), what });
        }
        let port = |index: &Index| {
            Some(ConsolePort {
                number: number(numbers, index)?,
                name: text(names, index),
                kind: text(kinds, index),
                status: match number(states, index) {
                    Some(1) => PortStatus::Inactive,
                    Some(2) => PortStatus::Available,
                    Some(3) => PortStatus::Connected,
                    Some(4) => PortStatus::Busy,
                    _ => PortStatus::Unknown,
                },
            })
        };
        Ok(numbers.keys().filter_map(port).collect())
    }
}
