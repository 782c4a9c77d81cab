//! Juniper Junos with Enhanced Layer 2 Software. A change is made in `configure exclusive`, so that nobody's half-done work is
//! committed with it and ours is dropped with the session, and `commit confirmed MINUTES`; a second `commit` keeps it ("Commit
//! the configuration", CLI User Guide).
//!
//! Ports of an `interface-range` and what comes of groups are shown without VLANs of their own: what they inherit cannot be
//! taken away from one of them. Membership is written by numbers, so that VLANs can be renamed.

use super::{CliError, PortStatus, Reading, lists, number, text};
use crate::plan::{Config, Manner, PortConfig, VlanConfig, ordered};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

pub(super) const SETUP: &[&str] = &["set cli screen-length 0", "set cli screen-width 1024"];
pub(super) const ASKS: &[&str] = &["show configuration | display set", "show interfaces terse"];
pub(super) const MARKS: &[&str] = &["Junos:", "JUNOS"];
pub(super) const MODEL: &[&str] = &["Model:"];
pub(super) const VERSION: &[&str] = &["Junos:", "JUNOS Software Release"];

/// The part of a port's configuration that has its VLANs.
const FAMILY: &str = "unit 0 family ethernet-switching";

/// Understands a configuration as `set` lines, and the table of interfaces.
pub(super) fn read(answers: &[String]) -> Result<Reading, CliError> {
    let answer = |at: usize| answers.get(at).map_or("", String::as_str);
    let lines = lines(answer(0));
    if lines.iter().any(|line| line.iter().any(|word| word == "port-mode")) {
        let why = "its layer 2 is configured in the older way (port-mode)";
        return Err(CliError::Unreadable(why.to_owned()));
    }
    let manner = Manner { lists: true, no_native: true, addresses: true, ..Manner::default() };
    let mut config = Config { manner, vlans: vlans(&lines), ..Config::default() };
    let names: BTreeMap<&str, u16> = config_names(&lines);
    let mut ports = BTreeMap::new();
    for (name, up, link) in terse(answer(1)) {
        let at = number(name, |number| config.ports.contains_key(&number));
        let (port, native) = port(name, up, at, &lines, &names);
        for vlan in port_list(&port, native) {
            if let Some(found) = config.vlans.get_mut(&vlan) {
                found.egress.insert(at);
                if port.pvid == Some(vlan) {
                    found.untagged.insert(at);
                }
            }
        }
        let aggregate = name.starts_with("ae");
        ports.insert(at, PortStatus { link: Some(link), speed: None, aggregate });
        config.ports.insert(at, port);
    }
    if config.ports.is_empty() {
        return Err(CliError::Unreadable("it lists no port".to_owned()));
    }
    Ok(Reading { config, ports, own_timer: true })
}

/// The words of each `set` line, without what is deactivated.
fn lines(text: &str) -> Vec<Vec<String>> {
    let mut set = Vec::new();
    let mut off: Vec<Vec<String>> = Vec::new();
    for line in text.lines() {
        let mut words = words(line);
        let verb = if words.is_empty() { String::new() } else { words.remove(0) };
        match verb.as_str() {
            "set" => set.push(words),
            "deactivate" => off.push(words),
            _ => {}
        }
    }
    set.retain(|line| !off.iter().any(|path| line.starts_with(path)));
    set
}

/// Words, some of them in quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    let mut there = false;
    for c in line.trim().chars() {
        match c {
            _ if escaped => {
                word.push(c);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => (quoted, there) = (!quoted, true),
            ' ' if !quoted => {
                if there {
                    words.push(std::mem::take(&mut word));
                }
                there = false;
            }
            _ => {
                word.push(c);
                there = true;
            }
        }
    }
    if there {
        words.push(word);
    }
    words
}

/// What follows these words.
fn below<'a>(line: &'a [String], path: &[&str]) -> Option<Vec<&'a str>> {
    let (head, rest) = line.split_at_checked(path.len())?;
    head.iter().eq(path).then(|| rest.iter().map(String::as_str).collect())
}

/// `show interfaces terse`: the sockets and aggregates, whether they are wanted, and whether there is a link.
fn terse(text: &str) -> impl Iterator<Item = (&str, bool, bool)> {
    text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (name, admin, link) = (words.next()?, words.next()?, words.next()?);
        let digits = |prefix: &str| {
            name.strip_prefix(prefix)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let socket = ["ge-", "xe-", "et-", "mge-", "fe-", "ae", "me", "em", "fxp"];
        // It is typed again when the port is changed, and units are no ports.
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-/:".contains(c));
        let is_port = plain && (socket.iter().any(|prefix| digits(prefix)) || name == "vme");
        let known = matches!(admin, "up" | "down") && matches!(link, "up" | "down");
        (is_port && known).then_some((name, admin == "up", link == "up"))
    })
}

/// The numbers of VLANs by their names.
fn config_names(lines: &[Vec<String>]) -> BTreeMap<&str, u16> {
    let numbered = |line: &'_ Vec<String>| -> Option<u16> {
        let rest = below(line, &["vlans"])?;
        let [_, "vlan-id", id] = rest.as_slice() else { return None };
        id.parse().ok().filter(|id| (1..=4094).contains(id))
    };
    lines.iter().filter_map(|line| Some((line.get(1)?.as_str(), numbered(line)?))).collect()
}

fn vlans(lines: &[Vec<String>]) -> BTreeMap<u16, VlanConfig> {
    let mut vlans = BTreeMap::new();
    for (name, id) in config_names(lines) {
        let mut vlan = VlanConfig { name: name.to_owned(), ..VlanConfig::default() };
        let own = lines.iter().filter_map(|line| below(line, &["vlans", name]));
        for rest in own {
            match rest.as_slice() {
                ["vlan-id", _] => {}
                ["l3-interface", unit] if *unit == format!("irb.{id}") => vlan.routed = true,
                other => vlan.besides = vlan.besides.take().or(Some(other.join(" "))),
            }
        }
        let unit = id.to_string();
        let mut addresses = Vec::new();
        let interface =
            lines.iter().filter_map(|line| below(line, &["interfaces", "irb", "unit", &unit]));
        for rest in interface.filter(|_| vlan.routed) {
            match rest.as_slice() {
                [] | ["family", "inet" | "inet6"] => {}
                ["family", "inet" | "inet6", "address", address] => {
                    let parts = address.split_once('/').and_then(|(ip, prefix)| {
                        Some((ip.parse::<IpAddr>().ok()?, prefix.parse::<u8>().ok()?))
                    });
                    addresses.extend(parts);
                }
                other => vlan.besides = vlan.besides.take().or(Some(other.join(" "))),
            }
        }
        vlan.addresses = ordered(addresses, false);
        vlans.insert(id, vlan);
    }
    vlans
}

/// A port, and whether it has a VLAN for what comes in untagged.
fn port(
    name: &str,
    up: bool,
    at: u32,
    lines: &[Vec<String>],
    names: &BTreeMap<&str, u16>,
) -> (PortConfig, Option<u16>) {
    let mut port = PortConfig { name: name.to_owned(), up, ..PortConfig::default() };
    let is_socket = name.contains('-') || name.starts_with("ae");
    let (mut plain, mut trunk, mut native) = (is_socket, false, None);
    let mut members = BTreeSet::new();
    for rest in lines.iter().filter_map(|line| below(line, &["interfaces", name])) {
        match rest.as_slice() {
            ["description", words] => port.alias = (*words).to_owned(),
            ["native-vlan-id", id] => native = id.parse().ok(),
            ["unit", "0", "family", "ethernet-switching", rest @ ..] => match rest {
                [] => {}
                ["interface-mode", mode] => trunk = *mode == "trunk",
                ["vlan", "members", word] => match member(word, names) {
                    Some(list) => members.extend(list),
                    None => plain = false,
                },
                _ => plain = false,
            },
            ["unit", ..]
            | ["ether-options" | "gigether-options", "802.3ad", ..]
            | ["flexible-vlan-tagging" | "vlan-tagging" | "encapsulation" | "apply-groups", ..] => {
                plain = false;
            }
            _ => {}
        }
    }
    let ranged = |line: &Vec<String>| {
        below(line, &["interfaces", "interface-range"]).is_some_and(|rest| match rest.as_slice() {
            [_, "member", member] => *member == name || member.contains(['*', '[']),
            [_, "member-range", ..] => true,
            _ => false,
        })
    };
    if !plain || lines.iter().any(ranged) {
        return (port, None);
    }
    port.bridge_port = Some(at);
    if trunk {
        port.pvid = native;
        port.trunk = Some(members);
    } else {
        // One VLAN; without any it is in the default one, whatever that is.
        port.pvid = members.first().copied();
    }
    (port, native)
}

/// The VLANs that a port is in.
fn port_list(port: &PortConfig, native: Option<u16>) -> BTreeSet<u16> {
    match &port.trunk {
        Some(list) => list.iter().copied().chain(native.filter(|id| list.contains(id))).collect(),
        None => port.pvid.into_iter().filter(|_| port.bridge_port.is_some()).collect(),
    }
}

/// A name, a number, a range of them, or all.
fn member(word: &str, names: &BTreeMap<&str, u16>) -> Option<BTreeSet<u16>> {
    match names.get(word) {
        Some(id) => Some(BTreeSet::from([*id])),
        None => lists::parse(word),
    }
}

/// What is typed to get from one configuration to another, in any order: it counts at once, by a commit.
pub(super) fn commands(before: &Config, after: &Config) -> Result<Vec<String>, CliError> {
    let mut typed = Vec::new();
    let renamed: BTreeSet<u16> = before
        .vlans
        .iter()
        .filter(|(id, old)| after.vlans.get(id).is_none_or(|new| new.name != old.name))
        .map(|(id, _)| *id)
        .collect();
    let none = VlanConfig::default();
    for id in before.vlans.keys().chain(after.vlans.keys()).collect::<BTreeSet<_>>() {
        match (before.vlans.get(id), after.vlans.get(id)) {
            (old, Some(new)) => {
                changed_vlan(*id, old.unwrap_or(&none), new, old.is_some(), &mut typed)?
            }
            (Some(old), None) => {
                text::name(&old.name)?;
                typed.push(format!("delete vlans {}", old.name));
                if old.routed {
                    typed.push(format!("delete interfaces irb unit {id}"));
                }
            }
            (None, None) => {}
        }
    }
    for (at, port) in &before.ports {
        let Some(wanted) = after.ports.get(at) else { continue };
        let name = &wanted.name;
        if port.alias != wanted.alias {
            text::typed("the description", &wanted.alias)?;
            typed.push(match wanted.alias.as_str() {
                "" => format!("delete interfaces {name} description"),
                alias => format!("set interfaces {name} description \"{alias}\""),
            });
        }
        // It may be a member by a name that changes.
        let named =
            before.vlans.iter().any(|(id, vlan)| vlan.egress.contains(at) && renamed.contains(id));
        if (port.pvid, &port.trunk) != (wanted.pvid, &wanted.trunk) || named {
            placed(name, port, wanted, &mut typed);
        }
        match (port.up, wanted.up) {
            (true, false) => typed.push(format!("set interfaces {name} disable")),
            (false, true) => typed.push(format!("delete interfaces {name} disable")),
            _ => {}
        }
    }
    Ok(typed)
}

fn changed_vlan(
    id: u16,
    old: &VlanConfig,
    new: &VlanConfig,
    was: bool,
    typed: &mut Vec<String>,
) -> Result<(), CliError> {
    let name = &new.name;
    if (&old.name, old.routed, &old.addresses) == (name, new.routed, &new.addresses) && was {
        return Ok(());
    }
    text::name(name)?;
    if was {
        text::name(&old.name)?;
    }
    if old.name != *name || !was {
        typed.push(match was {
            true => format!("rename vlans {} to {name}", old.name),
            false => format!("set vlans {name} vlan-id {id}"),
        });
    }
    if new.routed && !old.routed {
        typed.push(format!("set vlans {name} l3-interface irb.{id}"));
        typed.push(format!("set interfaces irb unit {id}"));
    }
    if old.routed && !new.routed {
        typed.push(format!("delete vlans {name} l3-interface"));
        typed.push(format!("delete interfaces irb unit {id}"));
        return Ok(());
    }
    let family = |address: &str| if address.contains(':') { "inet6" } else { "inet" };
    for gone in old.addresses.iter().filter(|one| !new.addresses.contains(one)) {
        typed.push(format!(
            "delete interfaces irb unit {id} family {} address {gone}",
            family(gone)
        ));
    }
    for come in new.addresses.iter().filter(|one| !old.addresses.contains(one)) {
        typed.push(format!("set interfaces irb unit {id} family {} address {come}", family(come)));
    }
    Ok(())
}

/// Membership anew: single members may be names, numbers or ranges.
fn placed(name: &str, port: &PortConfig, wanted: &PortConfig, typed: &mut Vec<String>) {
    let had = port.trunk.as_ref().map_or(port.pvid.is_some(), |list| !list.is_empty());
    if had {
        typed.push(format!("delete interfaces {name} {FAMILY} vlan members"));
    }
    if port.trunk.is_some() && port.pvid.is_some() {
        typed.push(format!("delete interfaces {name} native-vlan-id"));
    }
    let mode = if wanted.trunk.is_some() { "trunk" } else { "access" };
    typed.push(format!("set interfaces {name} {FAMILY} interface-mode {mode}"));
    let members = match &wanted.trunk {
        Some(list) if lists::is_all(list) => vec!["all".to_owned()],
        Some(list) => {
            lists::ranges(list).iter().flat_map(|part| part.split(',')).map(str::to_owned).collect()
        }
        None => wanted.pvid.iter().map(ToString::to_string).collect(),
    };
    for member in members {
        typed.push(format!("set interfaces {name} {FAMILY} vlan members {member}"));
    }
    if let (Some(_), Some(native)) = (&wanted.trunk, wanted.pvid) {
        typed.push(format!("set interfaces {name} native-vlan-id {native}"));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::{Plan, Wish, cli::Platform};

    const CONFIG: &str = r#"set version 20.4R3.8
set system host-name ex1
set system login message "use of ge-0/0/9 \"only\" by staff"
set interfaces ge-0/0/0 description "uplink to core"
set interfaces ge-0/0/0 native-vlan-id 20
set interfaces ge-0/0/0 unit 0 family ethernet-switching interface-mode trunk
set interfaces ge-0/0/0 unit 0 family ethernet-switching vlan members servers
set interfaces ge-0/0/0 unit 0 family ethernet-switching vlan members 30-31
set interfaces ge-0/0/1 unit 0 family ethernet-switching interface-mode access
set interfaces ge-0/0/1 unit 0 family ethernet-switching vlan members voice
set interfaces ge-0/0/2 ether-options 802.3ad ae0
set interfaces ge-0/0/3 unit 0 family inet address 198.51.100.1/31
set interfaces ge-0/0/4 disable
set interfaces ge-0/0/5 unit 0 family ethernet-switching vlan members gone
deactivate interfaces ge-0/0/5 unit 0
set interfaces interface-range desks member ge-0/0/6
set interfaces irb unit 20 family inet address 10.0.20.1/24
set interfaces irb unit 20 family inet6 address 2001:DB8:20::1/64
set interfaces irb unit 30 family inet address 10.0.30.1/24
set interfaces irb unit 30 family inet filter input voice
set vlans servers vlan-id 20
set vlans servers l3-interface irb.20
set vlans voice vlan-id 30
set vlans voice l3-interface irb.30
set vlans spare vlan-id 31"#;
    const TERSE: &str = "\
Interface               Admin Link Proto    Local                 Remote
ge-0/0/0                up    up
ge-0/0/0.0              up    up   eth-switch
ge-0/0/1                up    down
ge-0/0/2                up    up
ge-0/0/2.0              up    up   aenet    --> ae0.0
ge-0/0/3                up    up
ge-0/0/4                down  down
ge-0/0/5                up    down
ge-0/0/6                up    up
ae0                     up    up
bme0                    up    up
irb                     up    up
me0                     up    up
vme                     up    down";

    fn reading() -> Reading {
        Platform::Junos.read(&[CONFIG.to_owned(), TERSE.to_owned()]).unwrap()
    }

    fn port(reading: &Reading, name: &str) -> u32 {
        *reading.config.ports.iter().find(|(_, port)| port.name == name).unwrap().0
    }

    #[test]
    fn a_switch_is_read() {
        let reading = reading();
        let names: BTreeSet<&str> =
            reading.config.ports.values().map(|port| port.name.as_str()).collect();
        let sockets = ["ge-0/0/0", "ge-0/0/1", "ge-0/0/2", "ge-0/0/3", "ge-0/0/4", "ge-0/0/5"];
        assert_eq!(names, sockets.into_iter().chain(["ge-0/0/6", "ae0", "me0", "vme"]).collect());
        let of = |name: &str| &reading.config.ports[&port(&reading, name)];
        assert_eq!(of("ge-0/0/0").alias, "uplink to core");
        assert_eq!(of("ge-0/0/0").pvid, Some(20));
        assert_eq!(of("ge-0/0/0").trunk, Some(BTreeSet::from([20, 30, 31])));
        assert_eq!((of("ge-0/0/1").pvid, of("ge-0/0/4").up), (Some(30), false));
        for none in ["ge-0/0/2", "ge-0/0/3", "ge-0/0/6", "me0", "vme"] {
            assert_eq!(of(none).bridge_port, None, "{none}");
        }
        // What is deactivated is not there.
        assert_eq!((of("ge-0/0/5").bridge_port.is_some(), of("ge-0/0/5").pvid), (true, None));
        let vlans = &reading.config.vlans;
        assert_eq!(vlans[&20].addresses, ["10.0.20.1/24", "2001:db8:20::1/64"]);
        assert_eq!(vlans[&30].besides.as_deref(), Some("family inet filter input voice"));
        assert_eq!((vlans[&20].besides.as_ref(), vlans[&31].routed), (None, false));
        assert!(vlans[&20].untagged.contains(&port(&reading, "ge-0/0/0")));
    }

    #[test]
    fn changes_are_typed_as_people_do() {
        let reading = reading();
        let at = |name: &str| port(&reading, name);
        let wishes = [
            Wish::Rename { vlan: 30, name: "phones".into() },
            Wish::Create { vlan: 40, name: "guests".into() },
            Wish::Access { port: at("ge-0/0/0"), vlan: 40 },
            Wish::Alias { port: at("ge-0/0/0"), alias: String::new() },
            Wish::Trunk { port: at("ge-0/0/5"), native: None, tagged: [20, 40].into() },
            Wish::Addresses { vlan: 40, addresses: vec!["10.0.40.1/24".into()] },
            Wish::Up { port: at("ge-0/0/4"), up: true },
            Wish::Up { port: at("ge-0/0/1"), up: false },
        ];
        let plan = Plan::new(reading.config.clone(), &wishes).unwrap();
        let typed = Platform::Junos.commands(plan.before(), plan.after()).unwrap();
        for line in [
            "rename vlans voice to phones",
            "set vlans guests vlan-id 40",
            "set vlans guests l3-interface irb.40",
            "set interfaces irb unit 40 family inet address 10.0.40.1/24",
            "delete interfaces ge-0/0/0 description",
            "delete interfaces ge-0/0/0 unit 0 family ethernet-switching vlan members",
            "delete interfaces ge-0/0/0 native-vlan-id",
            "set interfaces ge-0/0/0 unit 0 family ethernet-switching interface-mode access",
            "set interfaces ge-0/0/0 unit 0 family ethernet-switching vlan members 40",
            // It was a member by the name that changes.
            "set interfaces ge-0/0/1 unit 0 family ethernet-switching vlan members 30",
            "set interfaces ge-0/0/5 unit 0 family ethernet-switching vlan members 20",
            "delete interfaces ge-0/0/4 disable",
            "set interfaces ge-0/0/1 disable",
        ] {
            assert!(typed.iter().any(|one| one == line), "{line}\n{typed:#?}");
        }
        assert!(!typed.iter().any(|line| line.contains("ge-0/0/5 native")), "{typed:#?}");
        let back = Platform::Junos.commands(plan.after(), plan.before()).unwrap();
        for line in ["delete vlans guests", "delete interfaces irb unit 40"] {
            assert!(back.iter().any(|one| one == line), "{line}\n{back:#?}");
        }
        let older = format!(
            "{CONFIG}\nset interfaces ge-0/0/7 unit 0 family ethernet-switching port-mode trunk"
        );
        assert!(Platform::Junos.read(&[older, TERSE.to_owned()]).is_err());
        assert!(Platform::Junos.read(&[String::new(), String::new()]).is_err());
    }
}
