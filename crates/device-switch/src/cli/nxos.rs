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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::cli::Platform;

    const CONFIG: &str = "
!Command: show running-config
version 9.3(8) Bios:version 07.68
hostname nexus
feature interface-vlan

vlan 1,20,30
vlan 20
  name servers
vlan 30
  vn-segment 10030

interface Vlan20
  no shutdown
  ip address 10.0.20.1/24

interface port-channel1
  switchport mode trunk
  switchport trunk allowed vlan 20

interface Ethernet1/1
  switchport
  switchport mode trunk
  switchport trunk native vlan 20
  no shutdown

interface Ethernet1/2

interface Ethernet1/3
  switchport
  channel-group 1 mode active

interface mgmt0
  vrf member management
  ip address 192.0.2.10/24";
    const STATUS: &str = "
--------------------------------------------------------------------------------
Port          Name               Status    Vlan      Duplex  Speed   Type
--------------------------------------------------------------------------------
mgmt0         --                 connected routed    full    1000    --
Eth1/1        --                 connected trunk     full    10G     10Gbase-SR
Eth1/2        --                 disabled  routed    auto    auto    10Gbase-SR
Eth1/3        --                 xcvrAbsen trunk     auto    auto    --
Po1           --                 noOperMem trunk     auto    auto    --";
    const VLANS: &str = "
VLAN Name                             Status    Ports
---- -------------------------------- --------- -------------------------------
1    default                          active    Eth1/1
20   servers                          active    Po1, Eth1/1
30   VLAN0030                         active    Eth1/1";

    #[test]
    fn a_switch_is_read() {
        let reading = Platform::NxOs.read(&[CONFIG, STATUS, VLANS].map(str::to_owned)).unwrap();
        let port = |name: &str| {
            let found = reading.config.ports.iter().find(|(_, port)| port.name == name);
            found.map(|(at, port)| (*at, port)).unwrap()
        };
        let (at, first) = port("Ethernet1/1");
        assert_eq!((first.pvid, first.trunk.as_ref().unwrap().len()), (Some(20), 4094));
        assert!(reading.config.vlans[&20].untagged.contains(&at));
        assert!(reading.config.vlans[&30].egress.contains(&at));
        // Without a word it is routed here, as the table says, and down.
        assert_eq!((port("Ethernet1/2").1.bridge_port, port("Ethernet1/2").1.up), (None, false));
        assert_eq!((port("Ethernet1/3").1.bridge_port, port("mgmt0").1.bridge_port), (None, None));
        assert!(port("port-channel1").1.bridge_port.is_some() && !reading.own_timer);
        let vlans = &reading.config.vlans;
        assert_eq!(vlans[&30].besides.as_deref(), Some("vn-segment 10030"));
        assert_eq!(
            (vlans[&20].addresses.as_slice(), &vlans[&20].besides),
            (&["10.0.20.1/24".to_owned()][..], &None)
        );
        assert_eq!(reading.ports[&port("mgmt0").0].speed, Some(1_000_000_000));
    }
}
