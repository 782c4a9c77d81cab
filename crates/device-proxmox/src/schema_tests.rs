//! Every request that can be made, held against the server's own schema.
//!
//! `tests/schema.json` is an extract of Proxmox VE's description of its API, made by `tests/schema.py`: the methods that are
//! used here with their parameters.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::{
    backup, call::Call, client, config, console, copy, graph, power, resources, signin, snapshot,
    storage, task, upload, *,
};
use patchbay_model::Secret;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

type Schema = BTreeMap<String, BTreeMap<String, Value>>;

fn schema() -> Schema {
    serde_json::from_str(include_str!("../tests/schema.json")).unwrap()
}

fn node() -> Node {
    "pve-1".parse().unwrap()
}

fn guest(kind: GuestKind) -> Guest {
    Guest { node: node(), kind, id: VmId::new(100).unwrap() }
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn of_cluster(all: &mut Vec<Call>) {
    let upid: Upid =
        "UPID:pve-1:0000A1B2:0000C3D4:65D3A1B0:qmstart:100:root@pam!lab:".parse().unwrap();
    all.extend([
        client::version(),
        signin::ask("root@pam", &secret("x")),
        signin::answer_challenge("root@pam", &secret("PVE:!tfa!x"), &secret("123456")),
        resources::resources(),
        resources::next_id(),
        task::recent(),
        task::status(&upid),
        task::log_from(&upid, 50),
        task::stop(&upid),
    ]);
}

fn of_power(guest: &Guest, all: &mut Vec<Call>) {
    all.push(power::now(guest));
    let timeout = Some(Duration::from_secs(60));
    for power in [
        Power::Start,
        Power::Shutdown { timeout, force: true },
        Power::Shutdown { timeout: None, force: false },
        Power::Stop,
        Power::Reset,
        Power::Reboot { timeout },
        Power::Suspend { to_disk: false },
        Power::Suspend { to_disk: true },
        Power::Resume,
    ] {
        let refused = guest.kind == GuestKind::Lxc
            && matches!(power, Power::Reset | Power::Suspend { to_disk: true });
        match power::power_call(guest, power) {
            Ok(call) => all.push(call),
            Err(error) => assert!(refused, "{error}"),
        }
    }
    all.extend([power::delete(guest, true), power::delete(guest, false)]);
}

fn of_config(guest: &Guest, all: &mut Vec<Call>) {
    let container = guest.kind == GuestKind::Lxc;
    let change = ConfigChange {
        name: Some("web".to_owned()),
        description: Some("the shop".to_owned()),
        cores: Some(4),
        sockets: Some(2).filter(|_| !container),
        cpu_limit: Some(1.5),
        cpu_units: Some(100),
        memory: Some(2048),
        balloon: Some(1024).filter(|_| !container),
    };
    all.push(config::config(guest));
    all.push(config::change_config(guest, &change, "abc").unwrap());
    let slot = if container { "rootfs" } else { "scsi0" };
    all.push(config::grow(guest, slot, 1 << 30, "abc").unwrap());
    if !container {
        let settings = CloudInit {
            user: Some("ops".to_owned()),
            password: Some(secret("x y")),
            keys: vec!["ssh-ed25519 AAAA+/= a b".to_owned(), "ssh-rsa BB".to_owned()],
            ip: Some("ip=192.0.2.7/24,gw=192.0.2.1".to_owned()),
            name_server: Some("192.0.2.1".to_owned()),
            search_domain: Some("example.org".to_owned()),
        };
        all.push(config::cloud_init(guest, &settings, "abc"));
    }
}

fn of_copies(guest: &Guest, all: &mut Vec<Call>) {
    let linked = NewClone {
        id: VmId::new(101).unwrap(),
        name: None,
        description: None,
        node: None,
        pool: None,
        full: false,
        storage: Some("left-out".to_owned()),
        snapshot: None,
    };
    let full = NewClone {
        name: Some("web".to_owned()),
        description: Some("a & b".to_owned()),
        node: Some("pve2".parse().unwrap()),
        pool: Some("shop".to_owned()),
        full: true,
        storage: Some("local-lvm".to_owned()),
        snapshot: Some("before".to_owned()),
        ..linked.clone()
    };
    assert!(!copy::clone_call(guest, &linked).params.iter().any(|(name, _)| name == "storage"));
    all.extend([copy::clone_call(guest, &linked), copy::clone_call(guest, &full)]);
    if guest.kind == GuestKind::Qemu {
        all.push(copy::movable(guest));
    }
    for (online, local_disks) in [(true, true), (false, false)] {
        let storage = Some("local-lvm".to_owned()).filter(|_| local_disks);
        let target = "pve2".parse().unwrap();
        all.push(copy::migrate(guest, &Migration { target, online, local_disks, storage }));
    }
}

fn of_snapshots_and_backups(guest: &Guest, all: &mut Vec<Call>) {
    let memory = guest.kind == GuestKind::Qemu;
    let new = NewSnapshot { name: "before".to_owned(), description: "x".to_owned(), memory };
    all.extend([
        snapshot::list(guest),
        snapshot::take(guest, &new).unwrap(),
        snapshot::roll_back(guest, "before", true),
        snapshot::delete(guest, "before"),
    ]);
    for mode in [BackupMode::Snapshot, BackupMode::Suspend, BackupMode::Stop] {
        for compression in
            [Compression::None, Compression::Lzo, Compression::Gzip, Compression::Zstd]
        {
            let (storage, note) = ("local".to_owned(), "{{guestname}}".to_owned());
            let new = NewBackup { storage, mode, compression, note, protected: true };
            all.push(backup::back_up(guest, &new));
        }
    }
    all.push(backup::restore_call(&Restore {
        node: node(),
        kind: guest.kind,
        id: guest.id,
        archive: "local:backup/vzdump-qemu-100.vma.zst".to_owned(),
        storage: Some("local-lvm".to_owned()),
        overwrite: true,
        unique: true,
        start: true,
    }));
}

fn of_graphs_and_consoles(guest: &Guest, all: &mut Vec<Call>) {
    let node = node();
    for whose in [Measured::Node(&node), Measured::Guest(guest), Measured::Storage(&node, "local")]
    {
        for span in [Span::Hour, Span::Day, Span::Week, Span::Month, Span::Year] {
            all.extend([graph::graph(whose, span, Of::Mean), graph::graph(whose, span, Of::Most)]);
        }
    }
    if guest.kind == GuestKind::Qemu {
        all.push(console::vnc(guest));
    }
    all.push(console::term(TerminalAt::Guest(guest)));
    all.push(console::term(TerminalAt::Node(&node)));
    all.push(console::guest_socket(guest, 5900).with("vncticket", "x"));
    all.push(console::node_socket(&node, 5999).with("vncticket", "x"));
}

fn of_storages(all: &mut Vec<Call>) {
    let node = node();
    let kinds =
        [Content::Iso, Content::Template, Content::Backup, Content::Images, Content::RootDir];
    all.push(storage::storages(&node));
    all.push(storage::content(&node, "local", None, VmId::new(100)));
    all.extend(kinds.map(|kind| storage::content(&node, "local", Some(kind), None)));
    all.push(storage::delete(&node, "local", "local:iso/a b.iso"));
    for (content, kind) in [(Content::Iso, HashKind::Sha256), (Content::Template, HashKind::Sha512)]
    {
        let checksum = Some(Checksum { kind, hex: "ab".repeat(32) });
        let name = "a.iso".to_owned();
        let file = Upload { content, name: name.clone(), size: 1, checksum: checksum.clone() };
        let call = upload::upload(&node, "local").with("filename", &file.name);
        all.push(
            upload::fields(&file)
                .into_iter()
                .fold(call, |call, (name, value)| call.with(name, value)),
        );
        let url = "https://example.org/a.iso".to_owned();
        let file = Download { content, url, name, checksum, any_certificate: true };
        all.push(storage::download(&node, "local", &file));
    }
}

fn every_call() -> Vec<Call> {
    let mut all = Vec::new();
    of_cluster(&mut all);
    of_storages(&mut all);
    for kind in [GuestKind::Qemu, GuestKind::Lxc] {
        let guest = guest(kind);
        of_power(&guest, &mut all);
        of_config(&guest, &mut all);
        of_copies(&guest, &mut all);
        of_snapshots_and_backups(&guest, &mut all);
        of_graphs_and_consoles(&guest, &mut all);
    }
    all
}

/// The method's name in the schema, and what stands in its path.
fn found<'a>(schema: &'a Schema, call: &Call) -> Option<(&'a str, Vec<(String, String)>)> {
    let segments: Vec<String> = call
        .path
        .split('/')
        .map(|segment| percent_decode_str(segment).decode_utf8().unwrap().into_owned())
        .collect();
    schema.keys().find_map(|key| {
        let path = key.strip_prefix(call.method.as_str())?.strip_prefix(' ')?;
        let parts: Vec<&str> = path.split('/').collect();
        let mut values = Vec::new();
        for (part, segment) in parts.iter().zip(&segments) {
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => values.push((name.to_owned(), segment.clone())),
                None if part == segment => {}
                None => return None,
            }
        }
        (parts.len() == segments.len()).then_some((key.as_str(), values))
    })
}

/// Why a value does not fit.
fn misfit(value: &str, of: &Value) -> Option<&'static str> {
    let bound = |name: &str| of.get(name).and_then(lenient::number);
    let number = match of["type"].as_str().unwrap() {
        "integer" => match value.parse::<i64>() {
            Ok(number) => Some(number as f64),
            Err(_) => return Some("no integer"),
        },
        "number" => match value.parse::<f64>() {
            Ok(number) => Some(number),
            Err(_) => return Some("no number"),
        },
        "boolean" if value != "0" && value != "1" => return Some("no boolean"),
        _ => None,
    };
    if number.is_some_and(|number| bound("minimum").is_some_and(|least| number < least)) {
        return Some("too small");
    }
    if number.is_some_and(|number| bound("maximum").is_some_and(|most| number > most)) {
        return Some("too large");
    }
    if of["enum"].as_array().is_some_and(|all| !all.iter().any(|one| one == value)) {
        return Some("none of those it can be");
    }
    if bound("maxLength").is_some_and(|most| value.len() as f64 > most) {
        return Some("too long");
    }
    let fits =
        |pattern: &str| regex::Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(value);
    if of["pattern"].as_str().is_some_and(|pattern| !fits(pattern)) {
        return Some("not as its pattern");
    }
    // The formats of `PVE::JSONSchema` that values of ours have; lists of them have commas between.
    let format = match of["format"].as_str().unwrap_or_default() {
        "pve-node" => "[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?",
        "pve-vmid" | "pve-vmid-list" => "[1-9][0-9]{2,8}",
        "pve-configid" => "[A-Za-z][\\w-]+",
        "pve-storage-id" | "storage-pair-list" => "[a-zA-Z][a-zA-Z0-9._-]*[a-zA-Z0-9]",
        "dns-name" | "dns-name-list" => "[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?",
        "urlencoded" => "[A-Za-z0-9%._~-]*",
        _ => ".*",
    };
    if fits(format) { None } else { Some("not in its format") }
}

fn problems(schema: &Schema, call: &Call, used: &mut BTreeSet<String>) -> Vec<String> {
    let name = format!("{} {}", call.method, call.path);
    let Some((key, mut values)) = found(schema, call) else {
        return vec![format!("{name} is not in the schema")];
    };
    used.insert(key.to_owned());
    values.extend(call.params.iter().map(|(name, value)| (name.clone(), value.to_string())));
    let known = &schema[key];
    let mut problems = Vec::new();
    for (parameter, value) in &values {
        let letters = parameter.trim_end_matches(|c: char| c.is_ascii_digit());
        let of = known.get(parameter).or_else(|| known.get(&format!("{letters}[n]")));
        match of.map(|of| misfit(value, of)) {
            None => problems.push(format!("{name}: no parameter {parameter}")),
            Some(Some(why)) => problems.push(format!("{name}: {parameter}={value}: {why}")),
            Some(None) => {}
        }
    }
    for (parameter, of) in known {
        if of["optional"] != 1 && !values.iter().any(|(name, _)| name == parameter) {
            problems.push(format!("{name}: {parameter} is missing"));
        }
    }
    let names: BTreeSet<_> = values.iter().map(|(name, _)| name).collect();
    if names.len() != values.len() {
        problems.push(format!("{name}: something stands twice"));
    }
    problems
}

#[test]
fn every_request_fits_the_schema_of_the_server() {
    let (schema, mut used) = (schema(), BTreeSet::new());
    let problems: Vec<_> =
        every_call().iter().flat_map(|call| problems(&schema, call, &mut used)).collect();
    assert_eq!(problems, [""; 0]);
    let unused: Vec<_> = schema.keys().filter(|key| !used.contains(*key)).collect();
    assert_eq!(unused, [""; 0], "in the extract and never asked for");
}

#[test]
fn a_request_that_does_not_fit_is_found() {
    let schema = schema();
    let guest = guest(GuestKind::Qemu);
    let start = || guest.call(Call::post, &["status", "start"]);
    for (call, problem) in [
        (start().with("timeut", 1), "no parameter timeut"),
        (start().with("timeout", "1.5"), "timeout=1.5: no integer"),
        (start().with("timeout", -1), "timeout=-1: too small"),
        (start().with("skiplock", "yes"), "skiplock=yes: no boolean"),
        (start().with("timeout", 1).with("timeout", 2), "something stands twice"),
        (guest.call(Call::get, &["rrddata"]), "timeframe is missing"),
        (guest.call(Call::get, &["rrddata"]).with("timeframe", "eon"), "none of those it can be"),
        (
            guest.call(Call::put, &["resize"]).with("disk", "scsi0").with("size", "-1G"),
            "not as its pattern",
        ),
        (guest.call(Call::post, &["snapshot"]).with("snapname", "1"), "not in its format"),
        (guest.call(Call::get, &["status", "start"]), "is not in the schema"),
    ] {
        let problems = problems(&schema, &call, &mut BTreeSet::new()).join("; ");
        assert!(problems.contains(problem), "{problem}: {problems}");
    }
}

/// The list above has each function that makes a request: one that is new and not in it fails here.
#[test]
fn no_request_is_left_out() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let own = fs::read_to_string(sources.join("schema_tests.rs")).unwrap();
    let makes =
        regex::Regex::new(r"pub\(crate\) fn (\w+)\([^{]*?\) -> (?:Result<)?Call\b").unwrap();
    let mut made = 0;
    for file in fs::read_dir(&sources).unwrap() {
        let path = file.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if ["call", "guest", "schema_tests"].contains(&module.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        let builders = makes.captures_iter(text).count();
        for found in makes.captures_iter(text) {
            let name = format!("{module}::{}(", &found[1]);
            assert!(own.contains(&name), "{name}…) is not held against the schema");
        }
        // No request is put together elsewhere.
        let begins = ["Call::get", "Call::post", "Call::put", "Call::delete"];
        let begun: usize = begins.iter().map(|begin| text.matches(begin).count()).sum();
        assert!(begun == 0 || builders > 0, "{module} makes requests in no function of its own");
        made += builders;
    }
    assert!(made > 30, "only {made} were found");
}
