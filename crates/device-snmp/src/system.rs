//! Who an agent is: the system group (RFC 3418). Reading it is the test of a connection.

use crate::{Agent, SnmpError, text};
use async_snmp::Oid;
use std::time::Duration;

/// `sysUpTime.0`.
pub(crate) const UP_TIME: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 3, 0];

/// What an agent says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct System {
    /// `sysDescr`.
    pub description: String,
    /// `sysObjectID`: maker and model.
    pub object: Oid,
    /// `sysName`.
    pub name: String,
    /// `sysLocation`.
    pub location: String,
    /// `sysContact`.
    pub contact: String,
    /// `sysUpTime`: since the agent, not always the machine, started; begins again after 497 days.
    pub up: Duration,
}

impl Agent {
    /// Asks it who it is, in one request.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn system(&self) -> Result<System, SnmpError> {
        let name = |object| Oid::new([1, 3, 6, 1, 2, 1, 1, object, 0]);
        let values = self.get(&[1, 2, 3, 4, 5, 6].map(name)).await?;
        let [description, object, up, contact, name, location] = values.as_slice() else {
            return Err(SnmpError::Nonsense(self.machine().to_owned()));
        };
        let text =
            |value: &Option<async_snmp::Value>| value.as_ref().map(text::of).unwrap_or_default();
        let ticks = up.as_ref().and_then(async_snmp::Value::as_u32).unwrap_or_default();
        Ok(System {
            description: text(description),
            object: object.as_ref().and_then(|v| v.as_oid().cloned()).unwrap_or_else(Oid::empty),
            name: text(name),
            location: text(location),
            contact: text(contact),
            up: Duration::from_millis(u64::from(ticks) * 10),
        })
    }
}
