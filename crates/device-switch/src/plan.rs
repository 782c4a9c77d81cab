//! From what is and what is wished to what shall be. Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// What can be changed of a switch.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Config {
    /// By `ifIndex`, or by another number that stays the same between readings.
    pub ports: BTreeMap<u32, PortConfig>,
    /// By number.
    pub vlans: BTreeMap<u16, VlanConfig>,
    /// What it does in its own way.
    pub manner: Manner,
}

/// What switches do otherwise than each other. The default is a bridge after Q-BRIDGE-MIB.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Manner {
    /// Trunks have lists of VLANs, which may name such as do not exist yet.
    pub lists: bool,
    /// A trunk can be without a VLAN for what comes in untagged.
    pub no_native: bool,
    /// A trunk always has one, and sends it without a tag.
    pub always_native: bool,
    /// Addresses of VLANs can be changed.
    pub addresses: bool,
    /// The first of those of IPv4 is the primary one.
    pub primary: bool,
}

/// What can be changed of a port.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PortConfig {
    /// What the switch calls it.
    pub name: String,
    /// Whether it is wanted up.
    pub up: bool,
    /// What people wrote there.
    pub alias: String,
    /// Which port of the bridge it is; `None` for what carries no VLANs.
    pub bridge_port: Option<u32>,
    /// The VLAN of what comes in untagged.
    pub pvid: Option<u16>,
    /// The list of a trunk where there are lists, the VLAN of what comes in untagged among them if it goes out as well. None
    /// for a port that is no trunk.
    pub trunk: Option<BTreeSet<u16>>,
}

/// What can be changed of a VLAN. Ports are those of the bridge.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VlanConfig {
    /// Its name.
    pub name: String,
    /// The ports it leaves by.
    pub egress: BTreeSet<u32>,
    /// Those of them it leaves by without a tag.
    pub untagged: BTreeSet<u32>,
    /// How many bytes the switch has in its lists of ports.
    pub width: usize,
    /// Whether it has an interface for its addresses.
    pub routed: bool,
    /// Its layer-3 addresses as `address/prefix`: the primary one first where there is one, then by their numbers, those of IPv4
    /// before those of IPv6.
    pub addresses: Vec<String>,
    /// What else is configured of it that nobody could put back, so that it is not removed.
    pub besides: Option<String>,
}

/// What somebody wants. Ports are interfaces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wish {
    /// A port up or down.
    Up {
        /// Which.
        port: u32,
        /// Up.
        up: bool,
    },
    /// What is written at a port.
    Alias {
        /// Which.
        port: u32,
        /// What; at most 64 bytes (RFC 2863).
        alias: String,
    },
    /// A port in one VLAN, untagged, and in no other.
    Access {
        /// Which.
        port: u32,
        /// The VLAN.
        vlan: u16,
    },
    /// A port in these VLANs with tags, and in one without or none.
    Trunk {
        /// Which.
        port: u32,
        /// Without a tag.
        native: Option<u16>,
        /// With tags.
        tagged: BTreeSet<u16>,
    },
    /// A new VLAN.
    Create {
        /// Its number.
        vlan: u16,
        /// Its name; at most 32 bytes (RFC 4363).
        name: String,
    },
    /// Another name.
    Rename {
        /// Which.
        vlan: u16,
        /// The name.
        name: String,
    },
    /// A VLAN away.
    Remove {
        /// Which.
        vlan: u16,
    },
    /// The layer-3 addresses of a VLAN, instead of those that it has.
    Addresses {
        /// Which.
        vlan: u16,
        /// As `address/prefix`.
        addresses: Vec<String>,
    },
}

/// Why a wish cannot be planned.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PlanError {
    /// No such interface.
    #[error("the switch has no interface {0}")]
    NoPort(u32),
    /// A port that carries no VLANs.
    #[error("{0} carries no VLANs of its own")]
    NoVlans(String),
    /// No such VLAN.
    #[error("VLAN {0} does not exist: create it first")]
    NoVlan(u16),
    /// There already.
    #[error("VLAN {0} exists already")]
    Exists(u16),
    /// No number of a VLAN.
    #[error("{0} is no number of a VLAN: they are 1 to 4094")]
    Number(u16),
    /// Untagged in it.
    #[error("{ports} still send what is untagged into VLAN {vlan}: move them first")]
    InUse {
        /// Which.
        vlan: u16,
        /// The ports' names.
        ports: String,
    },
    /// The one that is always there.
    #[error("VLAN 1 cannot be removed")]
    Default,
    /// A text that does not fit.
    #[error("{what} has {bytes} bytes, and at most {most} fit")]
    Long {
        /// What.
        what: &'static str,
        /// Its bytes.
        bytes: usize,
        /// What fits.
        most: usize,
    },
    /// Native and tagged at once.
    #[error("VLAN {0} cannot be native and tagged on one port")]
    Both(u16),
    /// There is more to it than could be put back.
    #[error(
        "VLAN {vlan} has settings that could not be put back ({what}): remove them on the switch first"
    )]
    Besides {
        /// Which.
        vlan: u16,
        /// The first of them.
        what: String,
    },
    /// Addresses where they cannot be changed.
    #[error(
        "addresses of VLANs cannot be changed by SNMP: add the switch's command line under Management"
    )]
    Fixed,
    /// No address with a prefix.
    #[error("“{0}” is no address of an interface: type one as 192.0.2.1/24 or 2001:db8::1/64")]
    Address(String),
    /// No native VLAN where there always is one.
    #[error("a trunk of this switch always has a native VLAN: choose one for {0}")]
    Native(String),
    /// Named twice.
    #[error("{0} is named twice")]
    Twice(IpAddr),
}

/// One line of a diff.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Whether it is what shall be; else it is what is and shall go.
    pub new: bool,
    /// The line.
    pub text: String,
}

/// What was read, and what shall be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    before: Config,
    after: Config,
}

impl Plan {
    /// Plans the wishes in their order.
    ///
    /// # Errors
    /// When one of them cannot be.
    pub fn new(before: Config, wishes: &[Wish]) -> Result<Self, PlanError> {
        let mut after = before.clone();
        for wish in wishes {
            after.apply(wish)?;
        }
        Ok(Self { before, after })
    }

    /// What was read.
    #[must_use]
    pub fn before(&self) -> &Config {
        &self.before
    }

    /// What shall be.
    #[must_use]
    pub fn after(&self) -> &Config {
        &self.after
    }

    /// The way back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self { before: self.after.clone(), after: self.before.clone() }
    }

    /// Whether nothing has to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before == self.after
    }

    /// The way from what is now to what was before, as far as this plan touched it: what somebody else changed meanwhile stays.
    #[must_use]
    pub fn restore(&self, now: &Config) -> Self {
        Self { before: now.clone(), after: now.with(&self.after, &self.before) }
    }

    /// What of this plan is not so in what was read now.
    #[must_use]
    pub fn missing(&self, now: &Config) -> Vec<Line> {
        diff(now, &now.with(&self.before, &self.after))
    }

    /// What changes, for people.
    #[must_use]
    pub fn diff(&self) -> Vec<Line> {
        diff(&self.before, &self.after)
    }
}

impl Config {
    fn apply(&mut self, wish: &Wish) -> Result<(), PlanError> {
        match wish {
            Wish::Up { port, up } => self.port(*port)?.up = *up,
            Wish::Alias { port, alias } => {
                fits("the description", alias, 64)?;
                self.port(*port)?.alias.clone_from(alias);
            }
            Wish::Access { port, vlan } => self.place(*port, Some(*vlan), None)?,
            Wish::Trunk { port, native, tagged } => self.place(*port, *native, Some(tagged))?,
            Wish::Create { vlan, name } => self.create(*vlan, name)?,
            Wish::Rename { vlan, name } => {
                fits("the name", name, 32)?;
                let found = self.vlans.get_mut(vlan).ok_or(PlanError::NoVlan(*vlan))?;
                found.name.clone_from(name);
            }
            Wish::Remove { vlan } => self.remove(*vlan)?,
            Wish::Addresses { vlan, addresses } => self.address(*vlan, addresses)?,
        }
        Ok(())
    }

    fn port(&mut self, port: u32) -> Result<&mut PortConfig, PlanError> {
        self.ports.get_mut(&port).ok_or(PlanError::NoPort(port))
    }

    fn place(
        &mut self,
        port: u32,
        native: Option<u16>,
        trunk: Option<&BTreeSet<u16>>,
    ) -> Result<(), PlanError> {
        let none = BTreeSet::new();
        let (tagged, manner) = (trunk.unwrap_or(&none), self.manner);
        let unknown = native.iter().chain(tagged).find(|vlan| !self.vlans.contains_key(vlan));
        if let Some(vlan) = unknown {
            return Err(PlanError::NoVlan(*vlan));
        }
        if let Some(both) = native.filter(|native| tagged.contains(native)) {
            return Err(PlanError::Both(both));
        }
        let config = self.port(port)?;
        let at = config.bridge_port.ok_or_else(|| PlanError::NoVlans(config.name.clone()))?;
        if manner.always_native && trunk.is_some() && native.is_none() {
            return Err(PlanError::Native(config.name.clone()));
        }
        // Without a native one its VLAN of untagged packets stays: there is always one (RFC 4363, dot1qPvid).
        config.pvid = native.or(config.pvid.filter(|_| !manner.no_native));
        let list = trunk.filter(|_| manner.lists);
        config.trunk = list.map(|tagged| tagged.iter().copied().chain(native).collect());
        for (id, vlan) in &mut self.vlans {
            let plain = native == Some(*id);
            set(&mut vlan.untagged, at, plain);
            set(&mut vlan.egress, at, plain || tagged.contains(id));
        }
        Ok(())
    }

    fn create(&mut self, vlan: u16, name: &str) -> Result<(), PlanError> {
        fits("the name", name, 32)?;
        if !(1..=4094).contains(&vlan) {
            return Err(PlanError::Number(vlan));
        }
        if self.vlans.contains_key(&vlan) {
            return Err(PlanError::Exists(vlan));
        }
        let width = self.vlans.values().map(|vlan| vlan.width).max().unwrap_or_default();
        let mut new = VlanConfig { name: name.to_owned(), width, ..VlanConfig::default() };
        // Trunks whose lists name it already carry it from then on.
        for port in self.ports.values() {
            let listed = port.trunk.as_ref().is_some_and(|list| list.contains(&vlan));
            if let Some(at) = port.bridge_port.filter(|_| listed) {
                new.egress.insert(at);
                set(&mut new.untagged, at, port.pvid == Some(vlan));
            }
        }
        self.vlans.insert(vlan, new);
        Ok(())
    }

    fn remove(&mut self, vlan: u16) -> Result<(), PlanError> {
        if vlan == 1 {
            return Err(PlanError::Default);
        }
        let used = self.ports.values().filter(|port| port.pvid == Some(vlan));
        let used: Vec<&str> = used.map(|port| port.name.as_str()).collect();
        if !used.is_empty() {
            return Err(PlanError::InUse { vlan, ports: used.join(", ") });
        }
        let there = self.vlans.get(&vlan).ok_or(PlanError::NoVlan(vlan))?;
        if let Some(what) = &there.besides {
            return Err(PlanError::Besides { vlan, what: what.clone() });
        }
        self.vlans.remove(&vlan);
        Ok(())
    }

    fn address(&mut self, vlan: u16, addresses: &[String]) -> Result<(), PlanError> {
        if !self.manner.addresses {
            return Err(PlanError::Fixed);
        }
        let primary = self.manner.primary;
        let mut wanted: Vec<(IpAddr, u8)> = Vec::new();
        for text in addresses {
            let (address, prefix) = parsed(text)?;
            if wanted.iter().any(|(known, _)| *known == address) {
                return Err(PlanError::Twice(address));
            }
            wanted.push((address, prefix));
        }
        let found = self.vlans.get_mut(&vlan).ok_or(PlanError::NoVlan(vlan))?;
        found.routed |= !wanted.is_empty();
        found.addresses = ordered(wanted, primary);
        Ok(())
    }

    /// This, with what differs between two others made as in the second of them.
    fn with(&self, from: &Self, to: &Self) -> Self {
        let mut new = self.clone();
        for (index, port) in &mut new.ports {
            if let (Some(from), Some(to)) = (from.ports.get(index), to.ports.get(index)) {
                take(&mut port.up, &from.up, &to.up);
                take(&mut port.alias, &from.alias, &to.alias);
                take(&mut port.pvid, &from.pvid, &to.pvid);
                take(&mut port.trunk, &from.trunk, &to.trunk);
            }
        }
        for id in from.vlans.keys().chain(to.vlans.keys()).collect::<BTreeSet<_>>() {
            match (from.vlans.get(id), to.vlans.get(id)) {
                (Some(from), Some(to)) => {
                    let Some(vlan) = new.vlans.get_mut(id) else { continue };
                    take(&mut vlan.name, &from.name, &to.name);
                    take(&mut vlan.routed, &from.routed, &to.routed);
                    take(&mut vlan.addresses, &from.addresses, &to.addresses);
                    for port in from.egress.symmetric_difference(&to.egress) {
                        set(&mut vlan.egress, *port, to.egress.contains(port));
                    }
                    for port in from.untagged.symmetric_difference(&to.untagged) {
                        set(&mut vlan.untagged, *port, to.untagged.contains(port));
                    }
                }
                (None, Some(to)) => {
                    new.vlans.entry(*id).or_insert_with(|| to.clone());
                }
                (Some(_), None) => drop(new.vlans.remove(id)),
                (None, None) => {}
            }
        }
        new
    }
}

fn take<T: PartialEq + Clone>(place: &mut T, from: &T, to: &T) {
    if from != to {
        place.clone_from(to);
    }
}

fn set(ports: &mut BTreeSet<u32>, port: u32, there: bool) {
    if there {
        ports.insert(port);
    } else {
        ports.remove(&port);
    }
}

/// Addresses in the order in which configurations are compared: the primary one where there is one, then by their numbers.
pub(crate) fn ordered(mut addresses: Vec<(IpAddr, u8)>, primary: bool) -> Vec<String> {
    let first = addresses.iter().position(|(address, _)| address.is_ipv4()).filter(|_| primary);
    let first = first.map(|at| addresses.remove(at));
    addresses.sort_unstable();
    let all = first.into_iter().chain(addresses);
    all.map(|(address, prefix)| format!("{address}/{prefix}")).collect()
}

/// An address of an interface: neither a network's own nor one that means all or none.
fn parsed(text: &str) -> Result<(IpAddr, u8), PlanError> {
    let wrong = || PlanError::Address(text.trim().to_owned());
    let (address, prefix) = text.trim().split_once('/').ok_or_else(wrong)?;
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let host = bits(address) & !mask(prefix.min(most), most);
    let all = !mask(prefix.min(most), most) & (u128::MAX >> (128 - u32::from(most)));
    let is_network = most == 32 && prefix < 31 && (host == 0 || host == all);
    let special = address.is_unspecified() || address.is_multicast() || address.is_loopback();
    if prefix == 0 || prefix > most || is_network || special {
        return Err(wrong());
    }
    Ok((address, prefix))
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The bits of a prefix, of addresses with so many.
fn mask(prefix: u8, most: u8) -> u128 {
    u128::MAX.checked_shl(u32::from(most.saturating_sub(prefix))).unwrap_or_default()
}

fn fits(what: &'static str, text: &str, most: usize) -> Result<(), PlanError> {
    let bytes = text.len();
    if bytes > most { Err(PlanError::Long { what, bytes, most }) } else { Ok(()) }
}

fn diff(before: &Config, after: &Config) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut both = |old: Option<String>, new: Option<String>| {
        if old != new {
            lines.extend(old.map(|text| Line { new: false, text }));
            lines.extend(new.map(|text| Line { new: true, text }));
        }
    };
    for id in before.vlans.keys().chain(after.vlans.keys()).collect::<BTreeSet<_>>() {
        let named =
            |config: &Config| Some(format!("vlan {id} name {:?}", config.vlans.get(id)?.name));
        both(named(before), named(after));
        both(routed(before, *id), routed(after, *id));
    }
    for (index, port) in &before.ports {
        let Some(wanted) = after.ports.get(index) else { continue };
        let name = &port.name;
        let word = |up: bool| Some(format!("{name} {}", if up { "up" } else { "down" }));
        both(word(port.up), word(wanted.up));
        let alias = |alias: &str| Some(format!("{name} description {alias:?}"));
        both(alias(&port.alias), alias(&wanted.alias));
        both(placed(before, port), placed(after, wanted));
    }
    lines
}

/// Its addresses, where it has an interface for them.
fn routed(config: &Config, id: u16) -> Option<String> {
    let vlan = config.vlans.get(&id).filter(|vlan| vlan.routed)?;
    Some(match vlan.addresses.as_slice() {
        [] => format!("vlan {id} interface without addresses"),
        addresses => format!("vlan {id} addresses {}", addresses.join(" ")),
    })
}

/// Where a port is: `access 5`, or `native 1 tagged 20 30`.
fn placed(config: &Config, port: &PortConfig) -> Option<String> {
    let at = port.bridge_port?;
    let of = |ports: fn(&VlanConfig) -> &BTreeSet<u32>| {
        let vlans = config.vlans.iter().filter(move |(_, vlan)| ports(vlan).contains(&at));
        vlans.map(|(id, _)| *id).collect::<BTreeSet<u16>>()
    };
    let plain = of(|vlan| &vlan.untagged);
    let tagged: BTreeSet<u16> = of(|vlan| &vlan.egress).difference(&plain).copied().collect();
    let list =
        |vlans: &BTreeSet<u16>| vlans.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let incoming = port.pvid.filter(|pvid| !plain.contains(pvid));
    let incoming = incoming.map(|pvid| format!(" incoming {pvid}")).unwrap_or_default();
    let name = &port.name;
    let listed = port.trunk.iter().flatten().filter(|id| !config.vlans.contains_key(id)).count();
    let others = match listed {
        0 => incoming,
        1 => format!("{incoming} and another that does not exist"),
        count => format!("{incoming} and {count} others that do not exist"),
    };
    let (incoming, is_trunk) = (others, port.trunk.is_some());
    Some(match (plain.is_empty(), tagged.is_empty()) {
        (false, true) if is_trunk => format!("{name} native {}{incoming}", list(&plain)),
        (true, true) => format!("{name} in no vlan{incoming}"),
        (false, true) => format!("{name} access {}{incoming}", list(&plain)),
        (true, false) => format!("{name} tagged {}{incoming}", list(&tagged)),
        (false, false) => {
            format!("{name} native {} tagged {}{incoming}", list(&plain), list(&tagged))
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn config() -> Config {
        let port = |n: u32| PortConfig {
            name: format!("Gi0/{n}"),
            up: true,
            alias: String::new(),
            bridge_port: Some(n),
            pvid: Some(1),
            trunk: None,
        };
        let vlan = |name: &str, ports: &[u32]| VlanConfig {
            name: name.to_owned(),
            egress: ports.iter().copied().collect(),
            untagged: ports.iter().copied().collect(),
            width: 1,
            ..VlanConfig::default()
        };
        Config {
            ports: (1..=4).map(|n| (100 + n, port(n))).collect(),
            vlans: BTreeMap::from([
                (1, vlan("default", &[1, 2, 3, 4])),
                (20, vlan("servers", &[])),
            ]),
            manner: Manner::default(),
        }
    }

    #[test]
    fn addresses_are_those_of_interfaces() {
        let manner = Manner { addresses: true, primary: true, ..Manner::default() };
        let wish = |addresses: &[&str]| Wish::Addresses {
            vlan: 20,
            addresses: addresses.iter().map(|one| (*one).to_owned()).collect(),
        };
        let planned = |one| Plan::new(Config { manner, ..config() }, &[one]);
        let plan =
            planned(wish(&["2001:DB8:0::1/64", " 192.0.2.1/24", "198.51.100.1/31"])).unwrap();
        let expected = "+vlan 20 addresses 192.0.2.1/24 198.51.100.1/31 2001:db8::1/64";
        assert_eq!(texts(&plan), [expected]);
        let gone = Plan::new(plan.after().clone(), &[wish(&[])]).unwrap();
        assert_eq!(texts(&gone).pop().unwrap(), "+vlan 20 interface without addresses");
        for wrong in [
            "192.0.2.1",
            "192.0.2.0/24",
            "192.0.2.255/24",
            "192.0.2.1/33",
            "0.0.0.0/8",
            "x/24",
            "224.0.0.1/24",
            "127.0.0.1/8",
            "2001:db8::1/0",
            "",
        ] {
            assert_eq!(planned(wish(&[wrong])), Err(PlanError::Address(wrong.to_owned())));
        }
        let twice = planned(wish(&["192.0.2.1/24", "192.0.2.1/25"]));
        assert_eq!(twice, Err(PlanError::Twice([192, 0, 2, 1].into())));
        assert_eq!(Plan::new(config(), &[wish(&[])]), Err(PlanError::Fixed));
    }

    #[test]
    fn a_list_of_a_trunk_may_name_what_does_not_exist() {
        let mut before = config();
        before.manner = Manner { lists: true, no_native: true, ..Manner::default() };
        let port = before.ports.get_mut(&103).unwrap();
        port.trunk = Some(BTreeSet::from([1, 30]));
        let plan = Plan::new(before.clone(), &[Wish::Create { vlan: 30, name: "new".to_owned() }])
            .unwrap();
        let expected = [
            "+vlan 30 name \"new\"",
            "-Gi0/3 native 1 and another that does not exist",
            "+Gi0/3 native 1 tagged 30",
        ];
        assert_eq!(texts(&plan), expected);
        let trunk = Wish::Trunk { port: 103, native: None, tagged: BTreeSet::from([20]) };
        let plan = Plan::new(before.clone(), &[trunk]).unwrap();
        let port = &plan.after().ports[&103];
        assert_eq!((port.pvid, port.trunk.as_ref()), (None, Some(&BTreeSet::from([20]))));
        let plan = Plan::new(before, &[Wish::Access { port: 103, vlan: 20 }]).unwrap();
        assert_eq!(plan.after().ports[&103].trunk, None);
        assert_eq!(plan.inverse().after(), plan.before());
    }

    fn texts(plan: &Plan) -> Vec<String> {
        let sign = |line: Line| format!("{}{}", if line.new { '+' } else { '-' }, line.text);
        plan.diff().into_iter().map(sign).collect()
    }

    #[test]
    fn a_diff_says_what_changes() {
        let wishes = [
            Wish::Create { vlan: 30, name: "voice".to_owned() },
            Wish::Access { port: 102, vlan: 20 },
            Wish::Trunk { port: 103, native: Some(1), tagged: BTreeSet::from([20, 30]) },
            Wish::Alias { port: 104, alias: "spare".to_owned() },
            Wish::Up { port: 104, up: false },
        ];
        let plan = Plan::new(config(), &wishes).unwrap();
        let expected = [
            "+vlan 30 name \"voice\"",
            "-Gi0/2 access 1",
            "+Gi0/2 access 20",
            "-Gi0/3 access 1",
            "+Gi0/3 native 1 tagged 20 30",
            "-Gi0/4 up",
            "+Gi0/4 down",
            "-Gi0/4 description \"\"",
            "+Gi0/4 description \"spare\"",
        ];
        assert_eq!(texts(&plan), expected);
        assert_eq!(plan.inverse().after(), &config());
        assert!(Plan::new(config(), &[Wish::Access { port: 102, vlan: 1 }]).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_is_said_before_anything_is_sent() {
        let fails = |wish: Wish| Plan::new(config(), &[wish]).unwrap_err();
        assert_eq!(fails(Wish::Up { port: 9, up: true }), PlanError::NoPort(9));
        assert_eq!(fails(Wish::Access { port: 101, vlan: 99 }), PlanError::NoVlan(99));
        assert_eq!(fails(Wish::Remove { vlan: 1 }), PlanError::Default);
        assert_eq!(fails(Wish::Create { vlan: 20, name: String::new() }), PlanError::Exists(20));
        assert_eq!(
            fails(Wish::Create { vlan: 4095, name: String::new() }),
            PlanError::Number(4095)
        );
        let both = Wish::Trunk { port: 101, native: Some(1), tagged: BTreeSet::from([1]) };
        assert_eq!(fails(both), PlanError::Both(1));
        let moved = [Wish::Access { port: 101, vlan: 20 }, Wish::Remove { vlan: 20 }];
        let used = Plan::new(config(), &moved).unwrap_err();
        assert_eq!(
            used.to_string(),
            "Gi0/1 still send what is untagged into VLAN 20: move them first"
        );
        let long = fails(Wish::Alias { port: 101, alias: "x".repeat(65) });
        assert!(matches!(long, PlanError::Long { bytes: 65, most: 64, .. }));
    }

    #[test]
    fn going_back_leaves_what_others_changed_meanwhile() {
        let plan = Plan::new(config(), &[Wish::Access { port: 102, vlan: 20 }]).unwrap();
        let others = [
            Wish::Access { port: 103, vlan: 20 },
            Wish::Alias { port: 102, alias: "theirs".to_owned() },
        ];
        let now = Plan::new(plan.after().clone(), &others).unwrap().after().clone();
        let back = plan.restore(&now);
        let wanted = Plan::new(config(), &others).unwrap();
        assert_eq!(back.after(), wanted.after());
        assert!(plan.missing(&now).is_empty());
        assert_eq!(plan.missing(&config()).len(), 2);
    }
}
