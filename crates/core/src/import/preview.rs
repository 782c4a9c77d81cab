//! What an import would make, as a list to pick from.

use super::{
    Content, Read,
    known::{Known, Machines},
    openssh::{self, Offer},
    remark,
};
use patchbay_exchange::{Format, Found, JumpTo, Machine, SignIn, supported};
use patchbay_model::{
    EntryDraft, IdentityKind, ImportKind, ImportLock, ImportPreview, ImportRemark, ImportRow,
    ImportTable, NodeId, Protocol,
};

/// What a file shows before its password is known.
pub(super) fn locked(path: String, format: Format, lock: ImportLock) -> ImportPreview {
    ImportPreview {
        path,
        format: format.id().to_owned(),
        format_name: format.name().to_owned(),
        lock,
        rows: Vec::new(),
        remarks: Vec::new(),
        table: None,
    }
}

/// `place` tells where a machine is.
pub(super) fn preview(
    read: &Read,
    known: Vec<Known>,
    place: &dyn Fn(NodeId) -> String,
) -> ImportPreview {
    let known = Machines::new(known);
    let there = |protocol: Protocol, draft: &EntryDraft| {
        let port = draft.settings.port.or(protocol.default_port()).unwrap_or_default();
        let user = draft.settings.user.as_deref();
        known.same(protocol, &draft.address, port, user).map(|known| place(known.id))
    };
    let mut shown = locked(read.path.clone(), read.format, ImportLock::Open);
    match &read.content {
        Content::OpenSsh(config, around) => {
            let (offers, remarks) =
                openssh::offers(std::path::Path::new(&read.path), config, around);
            shown.remarks = remarks;
            shown.rows = offers
                .into_iter()
                .map(|offer| {
                    let there = there(Protocol::Ssh, &offer.draft);
                    of_offer(offer, there)
                })
                .collect();
        }
        Content::Found(found) => {
            shown.remarks = skipped(read, found);
            shown.table = found.table.as_ref().map(|table| ImportTable {
                header: table.columns.header,
                names: table.names.clone(),
                samples: table.samples.clone(),
                columns: table.columns.columns.clone(),
            });
            for (at, machine) in found.machines.iter().enumerate() {
                match supported(&machine.protocol) {
                    Ok(protocol) => {
                        let there = there(protocol, &machine.draft);
                        shown.rows.push(of_machine(found, at, machine, there));
                    }
                    Err(reason) => shown.remarks.push(unsupported(read, found, machine, &reason)),
                }
            }
            shown.rows.extend(found.host_keys.iter().enumerate().map(|(at, key)| ImportRow {
                key: host_key_key(at, &key.host),
                kind: ImportKind::HostKey,
                name: if key.host.starts_with('|') { "(hashed)".into() } else { key.host.clone() },
                folder: String::new(),
                summary: key.key.split(' ').next().unwrap_or_default().to_owned(),
                sign_in: Vec::new(),
                jumps: Vec::new(),
                there: None,
            }));
        }
    }
    shown
}

/// How a machine of a file is named when it is picked: also by its name, so that a file that has changed since is noticed.
pub(super) fn machine_key(at: usize, machine: &Machine) -> String {
    format!("{at} {}", machine.draft.name)
}

/// The same for a host key.
pub(super) fn host_key_key(at: usize, host: &str) -> String {
    format!("key {at} {host}")
}

/// What reading the file left out.
pub(super) fn skipped(read: &Read, found: &Found) -> Vec<ImportRemark> {
    let file = |name: &str| {
        if name.is_empty() {
            read.names.first().cloned().unwrap_or_default()
        } else {
            name.to_owned()
        }
    };
    let of = |one: &patchbay_exchange::Skipped| {
        remark(&file(&one.file), one.line, &one.what, &one.reason)
    };
    found.skipped.iter().map(of).collect()
}

/// A machine of a protocol that is not spoken.
pub(super) fn unsupported(
    read: &Read,
    found: &Found,
    machine: &Machine,
    reason: &str,
) -> ImportRemark {
    let (file, line) = machine.place;
    let file = read.names.get(file).map(String::as_str).unwrap_or_default();
    let folder = folder_path(found, machine.folder);
    let name = &machine.draft.name;
    let what = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
    remark(file, line, &what, reason)
}

fn folder_path(found: &Found, folder: Option<usize>) -> String {
    let mut names = Vec::new();
    let mut at = folder;
    // Folders come after the one they are in, so this ends.
    while let Some(folder) = at.and_then(|at| found.folders.get(at)) {
        names.push(folder.draft.name.as_str());
        at = folder.parent.filter(|parent| at.is_some_and(|at| *parent < at));
    }
    names.reverse();
    names.join("/")
}

fn of_offer(offer: Offer, there: Option<String>) -> ImportRow {
    ImportRow {
        kind: ImportKind::Machine,
        name: offer.alias.clone(),
        folder: String::new(),
        summary: summary(&offer.draft),
        sign_in: offer.identity_files.into_iter().chain(offer.certificate_files).collect(),
        jumps: offer.jumps,
        there,
        key: offer.alias,
    }
}

fn of_machine(found: &Found, at: usize, machine: &Machine, there: Option<String>) -> ImportRow {
    let sign_in = machine.sign_ins.iter().flatten().filter_map(|at| found.sign_ins.get(*at));
    ImportRow {
        key: machine_key(at, machine),
        kind: ImportKind::Machine,
        name: machine.draft.name.clone(),
        folder: folder_path(found, machine.folder),
        summary: summary(&machine.draft),
        sign_in: sign_in.map(sign_in_words).collect(),
        jumps: machine.jump.as_ref().and_then(|jump| jump_words(found, jump)).into_iter().collect(),
        there,
    }
}

fn sign_in_words(sign_in: &SignIn) -> String {
    match sign_in {
        SignIn::KeyFile { path, .. } => path.clone(),
        SignIn::Draft(draft) if !draft.name.is_empty() => draft.name.clone(),
        SignIn::Draft(draft) => match draft.kind {
            IdentityKind::Password => "password",
            IdentityKind::Key => "key",
            IdentityKind::Agent => "agent",
        }
        .to_owned(),
    }
}

fn jump_words(found: &Found, jump: &JumpTo) -> Option<String> {
    match jump {
        JumpTo::Direct => None,
        JumpTo::Machine(at) => found.machines.get(*at).map(|machine| machine.draft.name.clone()),
        JumpTo::Named { host, .. } => Some(host.clone()),
    }
}

/// `user@address:port`, the port where it is not 22.
fn summary(draft: &EntryDraft) -> String {
    let user = draft.settings.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
    let address = &draft.address;
    match draft.settings.port {
        Some(port) if port != 22 && address.contains(':') => format!("{user}[{address}]:{port}"),
        Some(port) if port != 22 => format!("{user}{address}:{port}"),
        _ => format!("{user}{address}"),
    }
}
