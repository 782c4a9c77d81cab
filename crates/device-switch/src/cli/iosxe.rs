//! Cisco IOS-XE. Lines count at once. With an archive (`archive`, `path`) a change is made in `configure terminal revert timer
//! MINUTES`, and kept by `configure confirm` or taken back by `configure revert now` ("Configuration Rollback Confirmed
//! Change"); without one it is taken back from here.

use super::family::Dialect;

pub(super) const DIALECT: Dialect = Dialect {
    setup: &["terminal length 0", "terminal width 511"],
    // VLANs are no part of the configuration where VTP keeps them.
    asks: &["show running-config", "show interfaces status", "show vlan brief"],
    marks: &["IOS XE", "IOS-XE"],
    model: &["Model Number", "\ncisco "],
    version: &["Cisco IOS XE Software, Version", "Version"],
    masks: true,
    vlans_are_interfaces: false,
    own_timer: |blocks| {
        let archive = blocks.iter().find(|block| block.head == "archive");
        archive.is_some_and(|block| block.lines.iter().any(|line| line.starts_with("path ")))
    },
};
