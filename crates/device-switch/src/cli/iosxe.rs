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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::{
        Plan, Wish,
        cli::{Platform, Reading},
    };

    const CONFIG: &str = "\
Building configuration...

Current configuration : 9876 bytes
!
version 17.9
hostname cat9k
!
archive
 path flash:archive
 write-memory
!
interface GigabitEthernet0/0
 vrf forwarding Mgmt-vrf
 ip address 192.0.2.10 255.255.255.0
!
interface GigabitEthernet1/0/1
 description uplink
 switchport trunk allowed vlan 20,30-35
 switchport trunk allowed vlan add 100-110
 switchport mode trunk
!
interface GigabitEthernet1/0/2
 switchport access vlan 20
 switchport voice vlan 30
 spanning-tree portfast
!
interface GigabitEthernet1/0/3
 shutdown
!
interface GigabitEthernet1/0/4
 switchport mode private-vlan host
!
interface GigabitEthernet1/0/5
!
interface TenGigabitEthernet1/1/1
 no switchport
 ip address 198.51.100.1 255.255.255.254
!
interface Vlan1
 no ip address
 shutdown
!
interface Vlan20
 ip address 10.0.21.1 255.255.255.0 secondary
 ip address 10.0.20.1 255.255.255.0
 ipv6 address 2001:DB8:20::1/64
!
end";
    const STATUS: &str = "
Port         Name               Status       Vlan       Duplex  Speed Type
Gi1/0/1      uplink             connected    trunk      a-full a-1000 10/100/1000BaseTX
Gi1/0/2                         notconnect   20           auto   auto 10/100/1000BaseTX
Gi1/0/3                         disabled     1            auto   auto 10/100/1000BaseTX
Gi1/0/4                         connected    1          a-full  a-100 10/100/1000BaseTX
Gi1/0/5                         connected    trunk      a-full a-1000 10/100/1000BaseTX
Te1/1/1                         connected    routed       full    10G SFP-10GBase-SR";
    const VLANS: &str = "
VLAN Name                             Status    Ports
---- -------------------------------- --------- -------------------------------
1    default                          active    Gi1/0/3, Gi1/0/4
20   servers                          active    Gi1/0/2
30   voice                            active
                                                Gi1/0/9
1002 fddi-default                     act/unsup";

    fn reading() -> Reading {
        Platform::IosXe.read(&[CONFIG, STATUS, VLANS].map(str::to_owned)).unwrap()
    }

    fn port(reading: &Reading, name: &str) -> u32 {
        *reading.config.ports.iter().find(|(_, port)| port.name.ends_with(name)).unwrap().0
    }

    #[test]
    fn a_switch_is_read() {
        let reading = reading();
        assert!(reading.own_timer);
        let of = |name: &str| &reading.config.ports[&port(&reading, name)];
        let list = of("net1/0/1").trunk.as_ref().unwrap();
        assert!(list.contains(&20) && list.contains(&105) && list.len() == 18);
        assert_eq!((of("net1/0/2").pvid, of("net1/0/3").up), (Some(20), false));
        // Private VLANs, a trunk that was negotiated, routed ones.
        for none in ["net1/0/4", "net1/0/5", "net1/1/1", "net0/0"] {
            assert_eq!(of(none).bridge_port, None, "{none}");
        }
        let speed = |name: &str| reading.ports[&port(&reading, name)].speed;
        assert_eq!((speed("net1/0/1"), speed("net1/0/2")), (Some(1_000_000_000), None));
        assert_eq!(speed("net1/1/1"), Some(10_000_000_000));
        let vlans = &reading.config.vlans;
        assert_eq!(vlans.keys().copied().collect::<Vec<_>>(), [1, 20, 30]);
        assert_eq!(vlans[&20].addresses, ["10.0.20.1/24", "10.0.21.1/24", "2001:db8:20::1/64"]);
        assert_eq!((vlans[&1].besides.as_deref(), &vlans[&20].besides), (Some("shutdown"), &None));
        let without = CONFIG.replace(" path flash:archive\n", "");
        let answers = [without.as_str(), STATUS, VLANS].map(str::to_owned);
        assert!(!Platform::IosXe.read(&answers).unwrap().own_timer);
    }

    #[test]
    fn addresses_have_masks() {
        let addresses = ["10.0.22.1/25", "10.0.21.1/24"].map(str::to_owned).to_vec();
        let plan = Plan::new(reading().config, &[Wish::Addresses { vlan: 20, addresses }]).unwrap();
        let typed = Platform::IosXe.commands(plan.before(), plan.after()).unwrap();
        let expected = [
            "interface Vlan20",
            "ip address 10.0.22.1 255.255.255.128",
            "no ipv6 address 2001:db8:20::1/64",
            "exit",
        ];
        assert_eq!(typed, expected);
        let back = Platform::IosXe.commands(plan.after(), plan.before()).unwrap();
        assert_eq!(back[1], "ip address 10.0.20.1 255.255.255.0");
    }
}
