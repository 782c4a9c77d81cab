//! Tables and OpenSSH configurations: what a machine is in the end, with everything it inherits.

use super::Export;
use crate::{Authorized, CoreError, Right, sync, tree::ResolvedHop, vault::Unlocked};
use patchbay_exchange::{csv, ssh_config};
use patchbay_model::{
    EffectiveSettings, Entry, ExportDone, IdentityId, IdentityKind, ImportRemark, NodeId, Origin,
    Protocol, Secret,
};
use patchbay_store::{Field, Kind};
use std::collections::HashMap;
use zeroize::Zeroizing;

/// A machine, resolved.
struct Resolved {
    entry: Entry,
    settings: EffectiveSettings,
    folders: Vec<String>,
    tags: Vec<String>,
    /// The machines gone through, in dialling order.
    through: Vec<NodeId>,
}

impl Export<'_> {
    pub(super) async fn table(
        &self,
        folder: Option<NodeId>,
        passwords: bool,
    ) -> Result<(Zeroizing<Vec<u8>>, ExportDone), CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let (machines, remarks) = self.resolved(folder)?;
        let mut rows = Vec::with_capacity(machines.len());
        for machine in &machines {
            let identities = &machine.settings.identities.value;
            let user = user(&unlocked, machine, identities);
            rows.push(csv::Row {
                folders: machine.folders.clone(),
                name: machine.entry.draft.name.clone(),
                protocol: name(machine.entry.draft.protocol).to_owned(),
                address: machine.entry.draft.address.clone(),
                port: machine.settings.port_to(&machine.entry.draft),
                user: user.unwrap_or_default(),
                tags: machine.tags.clone(),
                notes: machine.entry.draft.notes.clone(),
                mac: machine.entry.draft.mac.clone().unwrap_or_default(),
                password: if passwords { password(&unlocked, identities).await? } else { None },
            });
        }
        let done = done(rows.len(), remarks);
        Ok((csv::write(&rows, passwords), done))
    }

    pub(super) fn ssh_config(
        &self,
        folder: Option<NodeId>,
    ) -> Result<(Zeroizing<Vec<u8>>, ExportDone), CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let (mut machines, mut remarks) = self.resolved(folder)?;
        machines.retain(|machine| {
            let ssh = machine.entry.draft.protocol == Protocol::Ssh;
            if !ssh {
                let reason = "Only SSH can be said in this format.";
                remarks.push(remark(&machine.entry.draft.name, reason));
            }
            ssh
        });
        // Machines that are gone through are needed as well.
        let mut at: HashMap<NodeId, usize> =
            machines.iter().enumerate().map(|(at, machine)| (machine.entry.id, at)).collect();
        let mut next = 0;
        while let Some(machine) = machines.get(next) {
            for id in machine.through.clone() {
                if !at.contains_key(&id)
                    && let Some(jump) = self.resolve(id)
                {
                    at.insert(id, machines.len());
                    machines.push(jump);
                }
            }
            next += 1;
        }
        let hosts: Vec<ssh_config::Host> = machines
            .iter()
            .map(|machine| {
                let settings = &machine.settings;
                let identities = &settings.identities.value;
                ssh_config::Host {
                    name: machine.entry.draft.name.clone(),
                    address: machine.entry.draft.address.clone(),
                    port: settings.port.value,
                    user: user(&unlocked, machine, identities),
                    jump: machine.through.last().and_then(|id| at.get(id).copied()),
                    connect_timeout: said(&settings.connect_timeout).copied(),
                    keep_alive: said(&settings.keep_alive).copied(),
                    compression: said(&settings.compression).copied(),
                    left_out: left_out(&unlocked, machine),
                }
            })
            .collect();
        let (text, skipped) = ssh_config::write(&hosts);
        remarks.extend(skipped.into_iter().map(|one| remark(&one.what, &one.reason)));
        Ok((Zeroizing::new(text.into_bytes()), done(hosts.len(), remarks)))
    }

    /// All machines of a folder in the order of the tree; those whose way is broken are told.
    fn resolved(
        &self,
        folder: Option<NodeId>,
    ) -> Result<(Vec<Resolved>, Vec<ImportRemark>), CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let (ids, names): (Vec<NodeId>, Vec<String>) = {
            let forest = sync::read(unlocked.forest());
            let tops = match folder {
                Some(folder) => vec![folder],
                None => forest.children(None).to_vec(),
            };
            let inside = tops.into_iter().flat_map(|top| forest.inside(top));
            let machines = inside.filter_map(|id| Some((id, forest.get(id)?)));
            let machines = machines.filter(|(_, node)| !node.is_folder());
            machines.map(|(id, node)| (id, node.name().to_owned())).unzip()
        };
        let mut remarks = Vec::new();
        let mut all = Vec::with_capacity(ids.len());
        for (id, name) in ids.into_iter().zip(names) {
            match self.resolve(id) {
                Some(machine) => all.push(machine),
                None => remarks.push(remark(&name, "The way to it is broken, so it is left out.")),
            }
        }
        Ok((all, remarks))
    }

    fn resolve(&self, id: NodeId) -> Option<Resolved> {
        let proof = Authorized::new(id, Right::View);
        let mut route = self.0.tree().route(&proof).ok()?;
        let ResolvedHop { entry, settings, .. } = route.pop()?;
        let detail = self.0.tree().detail(&proof).ok()?;
        let mut tags = detail.inherited_tags;
        tags.extend(entry.draft.tags.iter().cloned());
        tags.dedup();
        Some(Resolved {
            through: route.into_iter().map(|hop| hop.entry.id).collect(),
            folders: detail.path,
            tags,
            settings,
            entry,
        })
    }
}

fn done(machines: usize, remarks: Vec<ImportRemark>) -> ExportDone {
    ExportDone {
        machines: u32::try_from(machines).unwrap_or(u32::MAX),
        remarks,
        ..ExportDone::default()
    }
}

fn remark(name: &str, reason: &str) -> ImportRemark {
    ImportRemark { file: String::new(), line: 0, text: name.to_owned(), reason: reason.to_owned() }
}

const fn name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Ssh => "SSH",
        Protocol::Telnet => "Telnet",
        Protocol::Raw => "Raw",
        Protocol::Serial => "Serial",
        Protocol::Vnc => "VNC",
        Protocol::Rdp => "RDP",
    }
}

/// A value that somebody set.
fn said<T>(value: &patchbay_model::Effective<T>) -> Option<&T> {
    (value.origin != Origin::BuiltIn).then_some(&value.value)
}

/// The user a machine signs in as, where it is not whoever sits here.
fn user(unlocked: &Unlocked, machine: &Resolved, identities: &[IdentityId]) -> Option<String> {
    machine.settings.user.value.clone().or_else(|| {
        let all = sync::read(unlocked.identities());
        identities.iter().find_map(|id| all.get(id).and_then(|identity| identity.user.clone()))
    })
}

/// The first password among identities.
async fn password(
    unlocked: &Unlocked,
    identities: &[IdentityId],
) -> Result<Option<Secret<String>>, CoreError> {
    for id in identities {
        let data = unlocked.vault().get(Kind::IdentitySecret, *id.as_bytes(), Field::Password);
        if let Some(data) = data.await? {
            return Ok(std::str::from_utf8(&data).ok().map(|text| Secret::new(text.to_owned())));
        }
    }
    Ok(None)
}

fn left_out(unlocked: &Unlocked, machine: &Resolved) -> Vec<String> {
    let all = sync::read(unlocked.identities());
    let mut reasons = Vec::new();
    for identity in machine.settings.identities.value.iter().filter_map(|id| all.get(id)) {
        let name = &identity.name;
        reasons.push(match identity.kind {
            IdentityKind::Password => format!("The password “{name}” stays in the vault."),
            IdentityKind::Key => {
                format!("The key “{name}” is in the vault and has no path to name.")
            }
            IdentityKind::Agent => continue,
        });
    }
    if machine.settings.start_command.value.is_some() {
        reasons.push("Its start command is left out.".to_owned());
    }
    reasons
}
