//! Dell SmartFabric OS10. A change is a transaction: `start transaction`, `commit` or `discard`. It has no timer: a change is
//! taken back from here. A VLAN is its interface, and its description stands for a name, as `show vlan` has it.

use super::family::Dialect;

pub(super) const DIALECT: Dialect = Dialect {
    setup: &["terminal length 0"],
    asks: &["show running-configuration", "show interface status"],
    marks: &["OS10", "SmartFabric"],
    model: &["System Type"],
    version: &["OS Version"],
    masks: false,
    vlans_are_interfaces: true,
    own_timer: |_| false,
};
