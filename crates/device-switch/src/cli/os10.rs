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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::{Plan, PlanError, Wish, cli::Platform};
    use std::collections::BTreeSet;

    const CONFIG: &str = "\
! Version 10.5.2.3
!
hostname OS10
!
interface vlan1
 no shutdown
!
interface vlan20
 description \"all servers\"
 no shutdown
 ip address 10.0.20.1/24
 vrrp-group 1
!
interface vlan30
 no shutdown
!
interface mgmt1/1/1
 no shutdown
 no ip address dhcp
 ip address 192.0.2.10/24
!
interface ethernet1/1/1
 description uplink
 no shutdown
 switchport mode trunk
 switchport access vlan 1
 switchport trunk allowed vlan 20,30
 flowcontrol receive on
!
interface ethernet1/1/2
 shutdown
 switchport access vlan 20
!
interface ethernet1/1/3
 no shutdown
 channel-group 1 mode active
 no switchport";
    const STATUS: &str = "\
---------------------------------------------------------------------------------------------
Port            Description     Status   Speed    Duplex   Mode Vlan Tagged-Vlans
---------------------------------------------------------------------------------------------
Eth 1/1/1       uplink          up       25G      full     T    1    20,30
Eth 1/1/2                       down     0        full     A    20   -
Eth 1/1/3                       up       25G      full     -";

    #[test]
    fn a_switch_is_read_and_changed() {
        let reading = Platform::Os10.read(&[CONFIG, STATUS].map(str::to_owned)).unwrap();
        let port = |name: &str| {
            let found = reading.config.ports.iter().find(|(_, port)| port.name == name);
            found.map(|(at, port)| (*at, port)).unwrap()
        };
        let (at, first) = port("ethernet1/1/1");
        assert_eq!(
            (first.pvid, first.trunk.as_ref()),
            (Some(1), Some(&BTreeSet::from([1, 20, 30])))
        );
        assert_eq!(reading.ports[&at].link, Some(true));
        assert_eq!(reading.ports[&at].speed, Some(25_000_000_000));
        assert_eq!(
            (port("ethernet1/1/2").1.up, port("ethernet1/1/3").1.bridge_port),
            (false, None)
        );
        assert_eq!(port("mgmt1/1/1").1.bridge_port, None);
        let vlans = &reading.config.vlans;
        assert_eq!(
            (vlans[&20].name.as_str(), vlans[&20].besides.as_deref()),
            ("all servers", Some("vrrp-group 1"))
        );
        assert_eq!((vlans[&30].routed, &vlans[&30].besides), (true, &None));

        let wishes = [
            Wish::Trunk { port: at, native: Some(30), tagged: [20].into() },
            Wish::Alias { port: at, alias: "to core 1".into() },
        ];
        let plan = Plan::new(reading.config.clone(), &wishes).unwrap();
        let typed = Platform::Os10.commands(plan.before(), plan.after()).unwrap();
        let expected = [
            "interface ethernet1/1/1",
            "description \"to core 1\"",
            "switchport mode trunk",
            "no switchport trunk allowed vlan 30",
            "switchport access vlan 30",
            "exit",
        ];
        assert_eq!(typed, expected);
        let back = Platform::Os10.commands(plan.after(), plan.before()).unwrap();
        let expected = [
            "switchport mode trunk",
            "switchport access vlan 1",
            "switchport trunk allowed vlan 30",
        ];
        assert_eq!(back[2..5], expected);
        let none = [Wish::Trunk { port: at, native: None, tagged: [20].into() }];
        let refused = Plan::new(reading.config.clone(), &none);
        assert_eq!(refused, Err(PlanError::Native("ethernet1/1/1".into())));
        let gone = Plan::new(reading.config, &[Wish::Remove { vlan: 30 }]);
        assert!(gone.is_ok(), "it has nothing that would be lost");
    }
}
