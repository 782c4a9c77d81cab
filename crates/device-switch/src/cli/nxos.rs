//! Cisco NX-OS on Nexus switches. Lines count at once, and it has no timer: a change is taken back from here. What is a layer-2
//! port when nothing is said depends on the model and on `system default switchport`, so the table of ports says it.

use super::family::Dialect;

pub(super) const DIALECT: Dialect = Dialect {
    setup: &["terminal length 0", "terminal width 511"],
    asks: &["show running-config", "show interface status", "show vlan brief"],
    marks: &["NX-OS", "Nexus"],
    model: &["\n  cisco "],
    version: &["NXOS: version", "system:    version"],
    masks: false,
    vlans_are_interfaces: false,
    own_timer: |_| false,
};
