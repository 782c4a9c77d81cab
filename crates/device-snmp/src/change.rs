//! Changes of a switch over SNMP: a configuration is read, and what leads from one to another are steps of objects that are set.
//!
//! SNMP has no commit that the switch takes back by itself, so it is taken back from here. Deliberately absent: plans and the
//! task that takes them back (`patchbay-device-switch`), addresses of VLANs, which no agent lets be changed, and what a switch
//! keeps over a restart, which the standard leaves to it.

mod steps;

pub use steps::{Step, steps};

use crate::{
    Agent, SnmpError,
    switch::{STATIC, State, Vlans, column},
};
use async_snmp::{Oid, Value};
use patchbay_device_switch::{Config, Device, Manner, Plan, PortConfig, VlanConfig};
use std::time::Duration;
use steps::DESTROY;

impl Device for Agent {
    type Error = SnmpError;

    async fn config(&self) -> Result<Config, SnmpError> {
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
                trunk: None,
            };
            (port.index, config)
        });
        let vlans = vlans.into_iter().map(|(id, vlan)| {
            let config = VlanConfig {
                name: vlan.name,
                egress: vlan.egress,
                untagged: vlan.untagged,
                width: vlan.width,
                ..VlanConfig::default()
            };
            (id, config)
        });
        let (ports, vlans) = (ports.collect(), vlans.collect());
        Ok(Config { ports, vlans, manner: Manner::default() })
    }

    fn unanswered(error: &SnmpError) -> bool {
        error.unanswered()
    }

    async fn apply(
        &self,
        plan: &Plan,
        _within: Duration,
        go_on: &mut (dyn FnMut(usize) -> Result<(), String> + Send),
    ) -> Result<(), String> {
        let steps = steps(plan.before(), plan.after());
        for (done, step) in steps.iter().enumerate() {
            go_on(done)?;
            match self.set(&step.set).await {
                Ok(()) => {}
                Err(error) if error.unanswered() => self.was_done(&step.set, &error).await?,
                Err(error) => return Err(format!("{}: {error}", step.text)),
            }
        }
        go_on(steps.len())
    }

    async fn put_back(&self, back: &Plan) -> Result<(), SnmpError> {
        for step in steps(back.before(), back.after()) {
            match self.set(&step.set).await {
                Ok(()) => {}
                Err(error) if error.unanswered() => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Agent {
    /// Whether a step that was not answered was done all the same.
    async fn was_done(&self, set: &[(Oid, Value)], error: &SnmpError) -> Result<(), String> {
        let names: Vec<Oid> = set.iter().map(|(name, _)| name.clone()).collect();
        let now = self.get(&names).await.map_err(|error| error.to_string())?;
        let done = now.iter().zip(set).all(|(now, (name, wanted))| reads_as(name, wanted, now));
        if done { Ok(()) } else { Err(error.to_string()) }
    }
}

/// Whether an object that was set reads as it then would. What makes a row or removes it reads otherwise than it is set.
fn reads_as(name: &Oid, wanted: &Value, now: &Option<Value>) -> bool {
    if name.starts_with(&column(&STATIC, 5)) {
        now.is_some() != (*wanted == Value::Integer(DESTROY))
    } else {
        now.as_ref() == Some(wanted)
    }
}
