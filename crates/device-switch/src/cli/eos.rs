//! Arista EOS. A change is a configuration session: `configure session NAME`, `commit timer HH:MM:SS`, and from outside
//! `configure session NAME commit` or `abort` (EOS User Manual, "Configure Session").

use super::family::Dialect;

pub(super) const DIALECT: Dialect = Dialect {
    setup: &["terminal length 0", "terminal width 32767"],
    asks: &["show running-config", "show interfaces status", "show vlan brief"],
    marks: &["Arista"],
    model: &["Arista"],
    version: &["Software image version"],
    masks: false,
    vlans_are_interfaces: false,
    own_timer: |_| true,
};

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::{
        Plan, Wish,
        cli::{Platform, Reading},
    };
    use std::collections::BTreeSet;

    pub(super) const CONFIG: &str = "\
! Command: show running-config
! device: leaf1 (DCS-7050TX-64, EOS-4.28.3M)
!
hostname leaf1
!
vlan 20
   name servers
!
vlan 30,40
   trunk group MLAG
!
interface Port-Channel10
   description bundle
   switchport trunk native vlan 20
   switchport trunk allowed vlan 1,20
   switchport mode trunk
!
interface Ethernet1
   description uplink to core
   switchport mode trunk
!
interface Ethernet2
   switchport access vlan 20
!
interface Ethernet3
   shutdown
   channel-group 10 mode active
!
interface Ethernet4
   no switchport
   ip address 198.51.100.1/31
!
interface Management1
   ip address 192.0.2.10/24
!
interface Vlan20
   ip address 10.0.20.1/24
   ip address 10.0.21.1/24 secondary
   ipv6 address 2001:db8:20::1/64
!
interface Vlan30
   ip address 10.0.30.1/24
   ip helper-address 10.0.0.9
!
end";
    pub(super) const STATUS: &str = "\
Port       Name            Status       Vlan     Duplex Speed  Type         Flags Encapsulation
Et1        uplink to core  connected    trunk    full   10G    10GBASE-SR
Et2                        notconnect   20       auto   auto   10GBASE-T
Et3                        disabled     in Po10  auto   auto   10GBASE-T
Et4                        connected    routed   full   10G    10GBASE-T
Ma1                        connected    routed   a-full a-1G   10/100/1000
Po10       bundle          connected    trunk    full   20G    N/A";
    pub(super) const VLANS: &str = "\
VLAN  Name                             Status    Ports
----- -------------------------------- --------- -------------------------------
1     default                          active    Et1, Po10
20    servers                          active    Cpu, Et1, Et2, Po10
30    VLAN0030                         active    Et1
40*   VLAN0040                         active    Et1";

    fn reading() -> Reading {
        let answers = [CONFIG, STATUS, VLANS].map(str::to_owned);
        Platform::Eos.read(&answers).unwrap()
    }

    fn port(reading: &Reading, name: &str) -> u32 {
        *reading.config.ports.iter().find(|(_, port)| port.name == name).unwrap().0
    }

    fn typed(wishes: &[Wish]) -> Vec<String> {
        let plan = Plan::new(reading().config, wishes).unwrap();
        Platform::Eos.commands(plan.before(), plan.after()).unwrap()
    }

    #[test]
    fn a_switch_is_read() {
        let reading = reading();
        let names: BTreeSet<&str> =
            reading.config.ports.values().map(|p| p.name.as_str()).collect();
        let expected =
            ["Ethernet1", "Ethernet2", "Ethernet3", "Ethernet4", "Management1", "Port-Channel10"];
        assert_eq!(names, expected.into());
        let of = |name: &str| &reading.config.ports[&port(&reading, name)];
        assert_eq!(of("Ethernet1").alias, "uplink to core");
        assert_eq!((of("Ethernet2").pvid, of("Ethernet2").up), (Some(20), true));
        assert_eq!((of("Ethernet3").bridge_port, of("Ethernet3").up), (None, false));
        assert_eq!((of("Ethernet4").bridge_port, of("Management1").bridge_port), (None, None));
        assert_eq!(of("Port-Channel10").trunk, Some(BTreeSet::from([1, 20])));
        let (one, bundle) = (port(&reading, "Ethernet1"), port(&reading, "Port-Channel10"));
        let vlans = &reading.config.vlans;
        assert!(vlans[&40].egress.contains(&one) && vlans[&1].untagged.contains(&one));
        assert!(vlans[&20].untagged.contains(&bundle) && !vlans[&40].egress.contains(&bundle));
        let addresses = ["10.0.20.1/24", "10.0.21.1/24", "2001:db8:20::1/64"];
        assert_eq!(
            (vlans[&20].addresses.as_slice(), &vlans[&20].besides),
            (&addresses.map(str::to_owned)[..], &None)
        );
        assert_eq!(vlans[&30].besides.as_deref(), Some("trunk group MLAG"));
        let status = &reading.ports[&one];
        assert_eq!((status.link, status.speed), (Some(true), Some(10_000_000_000)));
        assert!(reading.ports[&bundle].aggregate && reading.own_timer);
        assert!(Platform::Eos.read(&[String::new(), String::new(), String::new()]).is_err());
    }

    #[test]
    fn changes_are_typed_as_people_do() {
        let reading = reading();
        let at = |name: &str| port(&reading, name);
        let wishes = [
            Wish::Create { vlan: 50, name: "voice".into() },
            Wish::Rename { vlan: 20, name: "hosts".into() },
            Wish::Alias { port: at("Ethernet2"), alias: "printer".into() },
            Wish::Trunk { port: at("Ethernet2"), native: Some(1), tagged: [20, 50].into() },
            Wish::Access { port: at("Port-Channel10"), vlan: 50 },
            Wish::Up { port: at("Ethernet1"), up: false },
            Wish::Up { port: at("Ethernet3"), up: true },
            Wish::Addresses {
                vlan: 50,
                addresses: vec!["2001:db8:50::1/64".into(), "10.0.50.1/24".into()],
            },
            Wish::Addresses { vlan: 20, addresses: vec!["10.0.21.1/24".into()] },
        ];
        let blocks = typed(&wishes).join("\n");
        for expected in [
            "vlan 20\nname hosts\nexit\nvlan 50\nname voice\nexit",
            "interface Ethernet2\ndescription printer\nswitchport trunk native vlan 1\nswitchport trunk allowed vlan 1,20,50\nswitchport mode trunk\nexit",
            "interface Port-Channel10\nswitchport mode access\nswitchport access vlan 50\nexit",
            "interface Ethernet3\nno shutdown\nexit",
            "interface Vlan20\nno ip address 10.0.21.1/24 secondary\nip address 10.0.21.1/24\nno ipv6 address 2001:db8:20::1/64\nexit",
            "interface Vlan50\nno shutdown\nip address 10.0.50.1/24\nipv6 address 2001:db8:50::1/64\nexit\ninterface Ethernet1\nshutdown\nexit",
        ] {
            assert!(blocks.contains(expected), "{expected}\n\n{blocks}");
        }
        let plan = Plan::new(reading.config.clone(), &wishes).unwrap().inverse();
        let back = Platform::Eos.commands(plan.before(), plan.after()).unwrap().join("\n");
        assert!(back.contains("no interface Vlan50\nno vlan 50"), "{back}");
        assert!(typed(&[]).is_empty());
        let alias = Wish::Alias { port: at("Ethernet2"), alias: "what?".into() };
        let plan = Plan::new(reading.config.clone(), &[alias]).unwrap();
        assert!(Platform::Eos.commands(plan.before(), plan.after()).is_err());
        assert!(Plan::new(reading.config, &[Wish::Remove { vlan: 30 }]).is_err());
    }
}
