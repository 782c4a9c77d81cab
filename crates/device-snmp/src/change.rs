//! Changes of a switch: what is and what is wished become a plan, the plan a diff for people and steps for the switch, and
//! whatever was done can be taken back.
//!
//! SNMP has no commit that the switch takes back by itself, so it is taken back from here: [`Change`] holds the plan until it
//! is confirmed. Deliberately absent: the command lines of makers, and what a switch keeps over a restart, which the standard
//! leaves to it.

mod guard;
mod plan;
mod steps;

pub use guard::{Change, Outcome, Timing};
pub use plan::{Config, Line, Plan, PlanError, PortConfig, VlanConfig, Wish};
pub use steps::Step;

use crate::{
    Agent, SnmpError,
    switch::{State, Vlans},
};

impl Agent {
    /// What can be changed of the switch, as it is.
    ///
    /// # Errors
    /// When it does not answer, refuses, or loops.
    pub async fn config(&self) -> Result<Config, SnmpError> {
        let ports = self.ports().await?;
        let Vlans { vlans, pvid, interfaces } = self.vlans().await?;
        let bridge = |interface: u32| {
            interfaces.iter().find(|(_, found)| **found == interface).map(|(port, _)| *port)
        };
        let ports = ports.into_values().map(|port| {
            let bridge_port = bridge(port.index);
            let config = PortConfig {
                name: port.name,
                up: port.admin == State::Up,
                alias: port.alias,
                bridge_port,
                pvid: bridge_port.and_then(|port| pvid.get(&port).copied()),
            };
            (port.index, config)
        });
        let vlans = vlans.into_iter().map(|(id, vlan)| {
            let config = VlanConfig {
                name: vlan.name,
                egress: vlan.egress,
                untagged: vlan.untagged,
                width: vlan.width,
            };
            (id, config)
        });
        Ok(Config { ports: ports.collect(), vlans: vlans.collect() })
    }
}
