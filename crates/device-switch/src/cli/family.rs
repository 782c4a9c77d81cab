//! What EOS, NX-OS, IOS-XE and OS10 have in common: blocks of interfaces with `switchport` lines. What is different is a
//! [`Dialect`].
//!
//! Only what is plainly an access port or a trunk is changed: members of an aggregate, routed ports, and what has mappings,
//! private VLANs or the like are shown as ports without VLANs of their own. A mode that is not configured counts as access, and
//! is configured as such when it is put back.

use super::{
    CliError, PortStatus, Reading,
    blocks::{Block, below, blocks},
    lists, number, text,
};
use crate::plan::{Config, Manner, PortConfig, VlanConfig, ordered};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// Characters of a list in one line; more are added by further lines.
const LINE: usize = 180;

/// In what the platforms differ.
pub(super) struct Dialect {
    /// See [`super::Platform`].
    pub(super) setup: &'static [&'static str],
    /// The configuration, a table of ports, and a table of VLANs where the configuration has not all of them.
    pub(super) asks: &'static [&'static str],
    /// Words in `show version` by which it is known.
    pub(super) marks: &'static [&'static str],
    /// What the model stands after.
    pub(super) model: &'static [&'static str],
    /// What the version stands after.
    pub(super) version: &'static [&'static str],
    /// Addresses have masks, not prefixes.
    pub(super) masks: bool,
    /// A VLAN is an interface and nothing else; its name is a description.
    pub(super) vlans_are_interfaces: bool,
    /// How it takes a change back by itself, by its configuration.
    pub(super) own_timer: fn(&[Block<'_>]) -> bool,
}

/// Understands a configuration, and tables of ports and VLANs.
pub(super) fn read(dialect: &Dialect, answers: &[String]) -> Result<Reading, CliError> {
    let answer = |at: usize| answers.get(at).map_or("", String::as_str);
    let blocks = blocks(answer(0));
    let table = statuses(answer(1));
    let mut config = Config {
        manner: Manner {
            lists: true,
            addresses: true,
            primary: true,
            always_native: dialect.vlans_are_interfaces,
            ..Manner::default()
        },
        vlans: vlans(dialect, &blocks, answer(2)),
        ..Config::default()
    };
    if config.vlans.is_empty() {
        return Err(CliError::Unreadable("it lists no VLAN".to_owned()));
    }
    let mut ports = BTreeMap::new();
    for block in &blocks {
        let Some(name) = port_name(block.head) else { continue };
        let status = table.iter().find(|row| is_short(&row.name, &name));
        let at = number(&name, |number| config.ports.contains_key(&number));
        let (port, places) = port(dialect, block, name, status, at);
        for (vlan, tagged) in places {
            let Some(found) = config.vlans.get_mut(&vlan) else { continue };
            found.egress.insert(at);
            if !tagged {
                found.untagged.insert(at);
            }
        }
        let aggregate = port.name.to_ascii_lowercase().starts_with("port-channel");
        let link = status.map(|row| row.up);
        ports.insert(at, PortStatus { link, speed: status.and_then(|row| row.speed), aggregate });
        config.ports.insert(at, port);
    }
    if config.ports.is_empty() {
        return Err(CliError::Unreadable("it lists no port".to_owned()));
    }
    Ok(Reading { config, ports, own_timer: (dialect.own_timer)(&blocks) })
}

/// A row of the table of ports.
struct Row {
    name: String,
    up: bool,
    disabled: bool,
    routed: bool,
    trunk: bool,
    speed: Option<u64>,
}

/// `show interfaces status`: the words below `Status` are its state, VLAN, duplex and speed; the port's name is first.
fn statuses(text: &str) -> Vec<Row> {
    let mut head = "";
    let mut rows = Vec::new();
    for line in text.lines() {
        if line.starts_with("Port") && line.contains("Status") {
            head = line;
            continue;
        }
        let mut words = line.split_whitespace();
        let Some(first) = words.next().filter(|first| !first.starts_with('-')) else { continue };
        // OS10 writes `Eth 1/1/1`.
        let name = match first.contains(|c: char| c.is_ascii_digit()) {
            true => first.to_owned(),
            false => format!("{first}{}", words.next().unwrap_or_default()),
        };
        let Some(rest) = below(head, line, "Status") else { continue };
        let words: Vec<&str> = rest.split_whitespace().collect();
        let Some(state) = words.first() else { continue };
        rows.push(Row {
            name,
            up: matches!(*state, "connected" | "up"),
            disabled: *state == "disabled",
            routed: words.get(1) == Some(&"routed"),
            trunk: words.get(1) == Some(&"trunk"),
            speed: words.windows(2).find_map(speed),
        });
    }
    rows
}

/// `1G`, `10G`, `a-1000`; a number alone is one only after the duplex mode, as VLANs have numbers too.
fn speed(pair: &[&str]) -> Option<u64> {
    let [before, word] = pair else { return None };
    let is_mode = matches!(before.trim_start_matches("a-"), "full" | "half" | "auto");
    let (word, agreed) = word.strip_prefix("a-").map_or((*word, is_mode), |word| (word, true));
    let (digits, unit) = match word.strip_suffix(['G', 'g']) {
        Some(digits) => (digits, 1_000_000_000),
        None if word.ends_with('M') || agreed => (word.trim_end_matches('M'), 1_000_000),
        None => return None,
    };
    digits.parse::<u64>().ok().filter(|speed| *speed <= 1_000_000)?.checked_mul(unit)
}

/// Whether a short name is that of a port: `Gi1/0/1` of `GigabitEthernet1/0/1`.
fn is_short(short: &str, name: &str) -> bool {
    let parts = |name: &str| {
        let at = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
        let (word, digits) = name.split_at(at);
        (word.to_ascii_lowercase(), digits.to_owned())
    };
    let ((short, at), (word, digits)) = (parts(short), parts(name));
    at == digits && word.starts_with(&short)
}

/// The name of a socket or an aggregate of them.
fn port_name(head: &str) -> Option<String> {
    let name = head.strip_prefix("interface ")?.trim();
    let word = name.to_ascii_lowercase();
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '/');
    let is_port = word.ends_with("ethernet")
        || word.ends_with("gige")
        || matches!(word, "port-channel" | "management" | "mgmt");
    // It is typed again when the port is changed.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-/:".contains(c);
    (is_port && word.len() < name.len() && name.chars().all(plain)).then(|| name.to_owned())
}

/// A port, the VLANs it is in, and with a tag or without.
fn port(
    dialect: &Dialect,
    block: &Block<'_>,
    name: String,
    status: Option<&Row>,
    at: u32,
) -> (PortConfig, Vec<(u16, bool)>) {
    let mut port =
        PortConfig { name, up: !status.is_some_and(|row| row.disabled), ..PortConfig::default() };
    let mut plain =
        !port.name.to_ascii_lowercase().starts_with('m') && !status.is_some_and(|row| row.routed);
    let (mut mode, mut access, mut native) = (None, 1, 1);
    let mut list: Option<BTreeSet<u16>> = None;
    for line in &block.lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["description", ..] => port.alias = unquoted(line.trim_start_matches("description")),
            ["shutdown"] => port.up = false,
            ["no", "shutdown"] => port.up = true,
            ["no", "switchport"]
            | ["ip" | "ipv6", "address", ..]
            | ["no", "ip", "address"]
            | ["channel-group" | "vrf", ..] => plain = false,
            ["switchport", "mode", word, ..] => mode = Some(*word),
            ["switchport", "access", "vlan", vlan] => match vlan.parse() {
                Ok(vlan) => access = vlan,
                Err(_) => plain = false,
            },
            ["switchport", "trunk", "native", "vlan", vlan] => match vlan.parse() {
                Ok(vlan) => native = vlan,
                // `tag`: a VLAN is nowhere without a tag.
                Err(_) => plain = false,
            },
            ["switchport", "trunk", "allowed", "vlan", "add", rest @ ..] => {
                match (lists::parse(&rest.concat()), &mut list) {
                    (Some(more), Some(list)) => list.extend(more),
                    _ => plain = false,
                }
            }
            ["switchport", "trunk", "allowed", "vlan", rest @ ..] => {
                list = lists::parse(&rest.concat());
                plain &= list.is_some();
            }
            ["switchport", "private-vlan" | "vlan" | "dot1q", ..]
            | ["switchport", "trunk", "group", ..]
            | ["tagged" | "untagged" | "port-channel-protocol" | "fex", ..] => plain = false,
            _ => {}
        }
    }
    let trunk = match mode {
        None | Some("dynamic") => {
            plain &= !status.is_some_and(|row| row.trunk);
            false
        }
        Some("access") => false,
        Some("trunk") => true,
        Some(_) => {
            plain = false;
            false
        }
    };
    if !plain {
        return (port, Vec::new());
    }
    port.bridge_port = Some(at);
    if !trunk {
        port.pvid = Some(access);
        return (port, vec![(access, false)]);
    }
    if dialect.vlans_are_interfaces {
        // The list of a trunk has only what is tagged, and the other is its access VLAN.
        native = access;
        list.get_or_insert_default().insert(native);
    }
    let list = list.unwrap_or_else(|| (1..=4094).collect());
    port.pvid = Some(native);
    let places = list.iter().map(|vlan| (*vlan, *vlan != native)).collect();
    port.trunk = Some(list);
    (port, places)
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or(text).to_owned()
}

/// The VLANs: of the table where there is one, else of their interfaces; with the addresses of those.
fn vlans(dialect: &Dialect, blocks: &[Block<'_>], table: &str) -> BTreeMap<u16, VlanConfig> {
    let mut vlans = if dialect.vlans_are_interfaces { BTreeMap::new() } else { listed(table) };
    for block in blocks {
        if let Some(list) = block.head.strip_prefix("vlan ").and_then(lists::parse) {
            // What is said of a VLAN beside its name would be lost with it.
            let more = block.lines.iter().find(|line| !line.starts_with("name "));
            for vlan in vlans.iter_mut().filter(|(id, _)| list.contains(id)) {
                vlan.1.besides = vlan.1.besides.take().or(more.map(|line| text_of(line)));
            }
        }
        let Some(id) = vlan_interface(block.head) else { continue };
        if dialect.vlans_are_interfaces {
            vlans.entry(id).or_default();
        }
        if let Some(vlan) = vlans.get_mut(&id) {
            routed(dialect, block, vlan);
        }
    }
    vlans
}

/// `show vlan brief`: number, name and state in columns below a line of dashes.
fn listed(table: &str) -> BTreeMap<u16, VlanConfig> {
    let mut columns = None;
    let mut vlans = BTreeMap::new();
    for line in table.lines() {
        if line.starts_with("----") {
            let starts: Vec<usize> = line
                .match_indices('-')
                .map(|(at, _)| at)
                .filter(|at| *at == 0 || line.as_bytes().get(at - 1) == Some(&b' '))
                .collect();
            columns = starts.get(1).copied().zip(starts.get(2).copied());
            continue;
        }
        let Some((name, state)) = columns else { continue };
        let first = line.split_whitespace().next().unwrap_or_default().trim_end_matches('*');
        let Ok(id) = first.parse::<u16>() else { continue };
        // 1002 to 1005 are of Token Ring and FDDI, and nobody can change them.
        let rest = line.get(state..).unwrap_or_default();
        if line.starts_with(' ') || rest.contains("unsup") || !(1..=4094).contains(&id) {
            continue;
        }
        let name = line.get(name..state).unwrap_or_default().trim().to_owned();
        vlans.insert(id, VlanConfig { name, ..VlanConfig::default() });
    }
    vlans
}

/// The VLAN of an interface: `Vlan20`, `vlan20`, `vlan 20`.
fn vlan_interface(head: &str) -> Option<u16> {
    let name = head.strip_prefix("interface ")?.trim().to_ascii_lowercase();
    let id = name.strip_prefix("vlan")?.trim().parse().ok()?;
    (1..=4094).contains(&id).then_some(id)
}

fn routed(dialect: &Dialect, block: &Block<'_>, vlan: &mut VlanConfig) {
    vlan.routed = true;
    let (mut first, mut others) = (Vec::new(), Vec::new());
    for line in &block.lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["no", "shutdown"] | ["no", "ip", "address"] => continue,
            ["description", ..] if dialect.vlans_are_interfaces => {
                vlan.name = unquoted(line.trim_start_matches("description"));
                continue;
            }
            ["ip" | "ipv6", "address", rest @ ..] => {
                if let Some((address, secondary)) = address(rest) {
                    let is_first = address.0.is_ipv4() && !secondary;
                    if is_first {
                        first.push(address)
                    } else {
                        others.push(address)
                    }
                    continue;
                }
            }
            _ => {}
        }
        vlan.besides = vlan.besides.take().or(Some(text_of(line)));
    }
    vlan.addresses = ordered(first.into_iter().chain(others).collect(), true);
}

/// `192.0.2.1/24`, `192.0.2.1 255.255.255.0`, each with `secondary` or not.
fn address(words: &[&str]) -> Option<((IpAddr, u8), bool)> {
    let (words, secondary) = match words {
        [words @ .., "secondary"] => (words, true),
        words => (words, false),
    };
    let (ip, prefix) = match words {
        [one] => {
            let (ip, prefix) = one.split_once('/')?;
            (ip.parse::<IpAddr>().ok()?, prefix.parse::<u8>().ok()?)
        }
        [ip, mask] => {
            let mask: std::net::Ipv4Addr = mask.parse().ok()?;
            let ones = mask.to_bits().leading_ones();
            let whole = mask.to_bits().count_ones() == ones;
            (ip.parse::<IpAddr>().ok()?, u8::try_from(ones).ok().filter(|_| whole)?)
        }
        _ => return None,
    };
    Some(((ip, prefix), secondary))
}

fn text_of(line: &str) -> String {
    line.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// What is typed to get from one configuration to another. First what makes, then what moves, then what removes; ports go
/// down last.
pub(super) fn commands(
    dialect: &Dialect,
    before: &Config,
    after: &Config,
) -> Result<Vec<String>, CliError> {
    let mut typed = Vec::new();
    for (id, vlan) in &after.vlans {
        let old = before.vlans.get(id);
        if old.is_none_or(|old| old.name != vlan.name) {
            named(dialect, *id, old, vlan, &mut typed)?;
        }
    }
    let ports = || before.ports.iter().filter_map(|(at, port)| Some((port, after.ports.get(at)?)));
    for (port, wanted) in ports() {
        let lines = port_lines(dialect, port, wanted)?;
        block(format!("interface {}", wanted.name), lines, &mut typed);
    }
    let none = VlanConfig::default();
    for (id, vlan) in &after.vlans {
        let old = before.vlans.get(id).unwrap_or(&none);
        let lines = address_lines(dialect, old, vlan)?;
        if vlan.routed {
            block(format!("interface {}", interface(dialect, *id)), lines, &mut typed);
        } else if old.routed {
            typed.push(format!("no interface {}", interface(dialect, *id)));
        }
    }
    for (id, vlan) in before.vlans.iter().filter(|(id, _)| !after.vlans.contains_key(id)) {
        if vlan.routed || dialect.vlans_are_interfaces {
            typed.push(format!("no interface {}", interface(dialect, *id)));
        }
        if !dialect.vlans_are_interfaces {
            typed.push(format!("no vlan {id}"));
        }
    }
    for (_, wanted) in ports().filter(|(port, wanted)| port.up && !wanted.up) {
        block(format!("interface {}", wanted.name), vec!["shutdown".to_owned()], &mut typed);
    }
    Ok(typed)
}

/// Lines below another, which is left again.
fn block(head: String, lines: Vec<String>, typed: &mut Vec<String>) {
    if !lines.is_empty() {
        typed.push(head);
        typed.extend(lines);
        typed.push("exit".to_owned());
    }
}

fn interface(dialect: &Dialect, vlan: u16) -> String {
    if dialect.vlans_are_interfaces { format!("vlan {vlan}") } else { format!("Vlan{vlan}") }
}

fn named(
    dialect: &Dialect,
    id: u16,
    old: Option<&VlanConfig>,
    vlan: &VlanConfig,
    typed: &mut Vec<String>,
) -> Result<(), CliError> {
    if dialect.vlans_are_interfaces {
        let mut lines = Vec::new();
        if old.map_or("", |old| old.name.as_str()) != vlan.name {
            lines.push(described("the name", &vlan.name, true)?);
        }
        typed.push(format!("interface vlan {id}"));
        typed.extend(lines);
        typed.push("exit".to_owned());
        return Ok(());
    }
    text::name(&vlan.name)?;
    block(format!("vlan {id}"), vec![format!("name {}", vlan.name)], typed);
    Ok(())
}

/// A description; with quotes where those keep blanks together.
fn described(what: &'static str, text: &str, quoted: bool) -> Result<String, CliError> {
    text::typed(what, text)?;
    Ok(match text {
        "" => "no description".to_owned(),
        text if quoted => format!("description \"{text}\""),
        text => format!("description {text}"),
    })
}

fn port_lines(
    dialect: &Dialect,
    port: &PortConfig,
    wanted: &PortConfig,
) -> Result<Vec<String>, CliError> {
    let mut lines = Vec::new();
    if port.alias != wanted.alias {
        lines.push(described("the description", &wanted.alias, dialect.vlans_are_interfaces)?);
    }
    if (port.pvid, &port.trunk) != (wanted.pvid, &wanted.trunk) {
        match &wanted.trunk {
            None => access_lines(dialect, port, wanted, &mut lines),
            Some(list) => trunk_lines(dialect, port, (wanted.pvid, list), &mut lines),
        }
    }
    if wanted.up && !port.up {
        lines.push("no shutdown".to_owned());
    }
    Ok(lines)
}

fn access_lines(
    dialect: &Dialect,
    port: &PortConfig,
    wanted: &PortConfig,
    lines: &mut Vec<String>,
) {
    if let Some(list) = port.trunk.as_ref().filter(|_| dialect.vlans_are_interfaces) {
        let tagged = list.iter().copied().filter(|vlan| Some(*vlan) != port.pvid).collect();
        listing("no switchport trunk allowed vlan", "", &tagged, lines);
    }
    lines.push("switchport mode access".to_owned());
    if let Some(vlan) = wanted.pvid {
        lines.push(format!("switchport access vlan {vlan}"));
    }
}

/// What it carries is said before it is a trunk, so that it never carries more.
fn trunk_lines(
    dialect: &Dialect,
    port: &PortConfig,
    (pvid, list): (Option<u16>, &BTreeSet<u16>),
    lines: &mut Vec<String>,
) {
    let none = BTreeSet::new();
    if dialect.vlans_are_interfaces {
        // Here the list belongs to the mode, and has no native VLAN in it.
        lines.push("switchport mode trunk".to_owned());
        let tagged = |list: &BTreeSet<u16>, pvid: Option<u16>| -> BTreeSet<u16> {
            list.iter().copied().filter(|vlan| Some(*vlan) != pvid).collect()
        };
        let (old, new) =
            (tagged(port.trunk.as_ref().unwrap_or(&none), port.pvid), tagged(list, pvid));
        listing("no switchport trunk allowed vlan", "", &(&old - &new), lines);
        if let Some(vlan) = pvid.filter(|_| pvid != port.pvid) {
            lines.push(format!("switchport access vlan {vlan}"));
        }
        listing("switchport trunk allowed vlan", "", &(&new - &old), lines);
        return;
    }
    if let Some(vlan) = pvid {
        lines.push(format!("switchport trunk native vlan {vlan}"));
    }
    match list {
        list if lists::is_all(list) => lines.push("switchport trunk allowed vlan all".to_owned()),
        list if list.is_empty() => lines.push("switchport trunk allowed vlan none".to_owned()),
        list => listing("switchport trunk allowed vlan", " add", list, lines),
    }
    if port.trunk.is_none() {
        lines.push("switchport mode trunk".to_owned());
    }
}

/// A list in as many lines as it takes, the second and later ones with a word more.
fn listing(command: &str, more: &str, list: &BTreeSet<u16>, lines: &mut Vec<String>) {
    let mut line = String::new();
    let mut word = "";
    for range in lists::ranges(list) {
        if line.len() + range.len() > LINE {
            lines.push(format!("{command}{word} {line}"));
            (line, word) = (String::new(), more);
        }
        if !line.is_empty() {
            line.push(',');
        }
        line += &range;
    }
    if !line.is_empty() {
        lines.push(format!("{command}{word} {line}"));
    }
}

fn address_lines(
    dialect: &Dialect,
    old: &VlanConfig,
    new: &VlanConfig,
) -> Result<Vec<String>, CliError> {
    let mut lines = Vec::new();
    if new.routed && !old.routed {
        lines.push("no shutdown".to_owned());
    }
    if !new.routed || old.addresses == new.addresses {
        return Ok(lines);
    }
    let four = |vlan: &VlanConfig| -> Vec<String> {
        vlan.addresses.iter().filter(|one| !one.contains(':')).cloned().collect()
    };
    let (had, wants) = (four(old), four(new));
    let spelled = |address: &str| spelled(dialect, address);
    if had != wants {
        if wants.is_empty() {
            lines.push("no ip address".to_owned());
        } else {
            // Secondary ones go first, since one that is there cannot become the primary one.
            for gone in
                had.iter().skip(1).filter(|one| !wants.iter().skip(1).any(|new| new == *one))
            {
                lines.push(format!("no ip address {} secondary", spelled(gone)?));
            }
            for (at, address) in wants.iter().enumerate() {
                if at == 0 && had.first() != Some(address) {
                    lines.push(format!("ip address {}", spelled(address)?));
                } else if at > 0 && !had.iter().skip(1).any(|old| old == address) {
                    lines.push(format!("ip address {} secondary", spelled(address)?));
                }
            }
        }
    }
    let six = |from: &VlanConfig, to: &VlanConfig| -> Vec<String> {
        let gone = from.addresses.iter().filter(|one| one.contains(':'));
        gone.filter(|one| !to.addresses.contains(one)).cloned().collect()
    };
    lines.extend(six(old, new).into_iter().map(|gone| format!("no ipv6 address {gone}")));
    lines.extend(six(new, old).into_iter().map(|new| format!("ipv6 address {new}")));
    Ok(lines)
}

/// An address of IPv4 as the platform writes it.
fn spelled(dialect: &Dialect, address: &str) -> Result<String, CliError> {
    if !dialect.masks {
        return Ok(address.to_owned());
    }
    let wrong = || CliError::Unreadable(format!("the address {address}"));
    let (ip, prefix) = address.split_once('/').ok_or_else(wrong)?;
    let prefix: u32 = prefix.parse().ok().filter(|prefix| *prefix <= 32).ok_or_else(wrong)?;
    let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or_default();
    Ok(format!("{ip} {}", std::net::Ipv4Addr::from_bits(mask)))
}
