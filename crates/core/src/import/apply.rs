//! Making what was picked: identities first, then folders and machines in one step, then host keys.

use super::{
    Content, Import, Read,
    keys::Keys,
    merge::{Merged, merge},
    openssh::{Place, Planned, Planner, Resolver},
    preview::{host_key_key, machine_key, skipped, unsupported},
    remark,
};
use crate::{
    Authorized, CoreError, Right, WholeVault,
    hostkeys::NotKept,
    tree::{Body, Graft, checked},
};
use patchbay_exchange::{Format, Found, JumpTo, SignIn, supported};
use patchbay_model::{
    IdentityId, ImportDone, ImportRemark, Jump, Management, ManagementId, NodeId, Protocol,
    Settings,
};
use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
};

impl Import<'_> {
    /// Adds what was picked of what was read.
    pub(super) async fn add(
        &self,
        vault: &Authorized<WholeVault>,
        folder: &Authorized<Option<NodeId>>,
        read: Read,
        keys: Vec<String>,
    ) -> Result<ImportDone, CoreError> {
        let picked: HashSet<String> = keys.into_iter().collect();
        let mut identities = Keys::new(self.0, vault);
        let mut remarks = Vec::new();
        let mut done = ImportDone::default();
        let made = self.grafts(folder, read, &picked, &mut identities, &mut remarks).await;
        let (made, host_keys) = match made {
            Ok(made) => made,
            Err(error) => return Err(self.taken_back(identities, error).await),
        };
        let grafts = sound(made, &mut remarks);
        done.machines = count(&grafts, |body| matches!(body, Body::Entry(_)));
        done.folders = count(&grafts, |body| matches!(body, Body::Folder(_)));
        let new: HashSet<NodeId> = grafts.iter().map(|graft| graft.id).collect();
        let outermost =
            grafts.iter().filter(|graft| graft.parent.is_none_or(|parent| !new.contains(&parent)));
        done.added = outermost.map(|graft| graft.id).collect();
        if !grafts.is_empty()
            && let Err(error) = self.0.tree().graft(folder, grafts).await
        {
            return Err(self.taken_back(identities, error).await);
        }
        done.host_keys = self.host_keys(&host_keys, &mut remarks).await?;
        let (made, more) = identities.finish();
        done.identities = made;
        remarks.extend(more);
        done.remarks = remarks;
        Ok(done)
    }

    /// Nothing was added, so nothing stays of it.
    async fn taken_back(&self, identities: Keys<'_>, error: CoreError) -> CoreError {
        for id in identities.finish().0 {
            // It is the first error that matters.
            let _kept = self.0.identities().delete(&Authorized::new(id, Right::Edit), true).await;
        }
        error
    }

    async fn grafts(
        &self,
        folder: &Authorized<Option<NodeId>>,
        read: Read,
        picked: &HashSet<String>,
        identities: &mut Keys<'_>,
        remarks: &mut Vec<ImportRemark>,
    ) -> Result<(Vec<Graft>, Vec<(String, String, u32)>), CoreError> {
        let known = self.known()?;
        let inherited = self.0.tree().new_detail(folder)?.effective.port.value;
        match read.content {
            Content::OpenSsh(config, around) => {
                let (planned, more) = {
                    let mut resolver = Resolver::new(&config, &around);
                    let (mut found, _) = resolver.aliases();
                    found.retain(|alias| picked.contains(alias));
                    let (planned, mut more) = Planner::new(&mut resolver, known).plan(&found);
                    more.extend(resolver.into_remarks());
                    (planned, more)
                };
                remarks.extend(more);
                let mut grafts = Vec::with_capacity(planned.len());
                for Planned { id, mut draft, resolved } in planned {
                    draft.settings.identities = identities.of(&resolved).await?;
                    draft.settings.port = own_port(draft.settings.port, inherited);
                    grafts.push(Graft { id, parent: None, body: Body::Entry(Box::new(draft)) });
                }
                Ok((grafts, Vec::new()))
            }
            Content::Found(ref found) => {
                remarks.extend(skipped(&read, found));
                for machine in &found.machines {
                    if let Err(reason) = supported(&machine.protocol) {
                        remarks.push(unsupported(&read, found, machine, &reason));
                    }
                }
                let all = |(at, machine)| picked.contains(&machine_key(at, machine));
                let offered = found.machines.iter().enumerate();
                let mut offered =
                    offered.filter(|(_, machine)| supported(&machine.protocol).is_ok());
                let whole = read.format == Format::Archive && offered.all(all);
                let merged = merge(found, picked, known, whole);
                let host_keys = found
                    .host_keys
                    .iter()
                    .enumerate()
                    .filter(|(at, key)| picked.contains(&host_key_key(*at, &key.host)))
                    .map(|(_, key)| (key.host.clone(), key.key.clone(), key.line))
                    .collect();
                let inherited = (read.format != Format::Archive).then_some(inherited);
                let made = self.made(folder, &read, found, merged, inherited, identities, remarks);
                Ok((made.await?, host_keys))
            }
        }
    }

    /// The nodes of what was merged, with their identities.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a part of its own, and it is called once"
    )]
    async fn made(
        &self,
        target: &Authorized<Option<NodeId>>,
        read: &Read,
        found: &Found,
        merged: Merged,
        inherited: Option<u16>,
        identities: &mut Keys<'_>,
        remarks: &mut Vec<ImportRemark>,
    ) -> Result<Vec<Graft>, CoreError> {
        let Merged { machines, folders, ids, remarks: more } = merged;
        remarks.extend(more);
        let names = Names::of(found, read.format.name(), &machines);
        let place = |line: u32, text: &str| Place {
            file: PathBuf::from(read.names.first().cloned().unwrap_or_default()),
            line,
            text: text.to_owned(),
        };
        let mut grafts = Vec::with_capacity(machines.len() + folders.len());
        // What each folder is, in the vault.
        let mut became: HashMap<usize, NodeId> = HashMap::new();
        let mut new: HashSet<NodeId> = HashSet::new();
        for at in folders {
            let Some(folder) = found.folders.get(at) else { continue };
            let parent = folder.parent.and_then(|parent| became.get(&parent).copied());
            // Inside a new folder nothing is there yet.
            let within = match parent {
                Some(parent) if new.contains(&parent) => None,
                parent => Some(parent.or(*target.get())),
            };
            let there = match within {
                Some(within) => self.0.tree().folder_named(within, &folder.draft.name)?,
                None => None,
            };
            if let Some((id, _)) = there {
                became.insert(at, id);
                if folder.draft.settings != Settings::default()
                    || folder.sign_ins.is_some()
                    || folder.jump.is_some()
                {
                    let reason = "The folder is there already and stays as it is.";
                    remarks.push(remark("", 0, &folder.draft.name, reason));
                }
                continue;
            }
            let id = NodeId::new();
            became.insert(at, id);
            new.insert(id);
            let mut draft = folder.draft.clone();
            draft.settings.jump = folder.jump.as_ref().and_then(|jump| jump_of(jump, &ids));
            if let Some(numbers) = &folder.sign_ins {
                let place = place(0, &draft.name);
                let all = self.identities(found, numbers, &names, &place, identities).await?;
                draft.settings.identities = Some(all);
            }
            let graft = Graft { id, parent, body: Body::Folder(Box::new(draft)) };
            grafts.push(((folder.after, false), graft));
        }
        for machine in machines {
            let mut draft = machine.draft;
            if let Some(numbers) = &machine.sign_ins {
                let place = place(0, &draft.name);
                let all = self.identities(found, numbers, &names, &place, identities).await?;
                // An archive says that there are none; from others it means that none could be used.
                let none = all.is_empty() && !numbers.is_empty();
                draft.settings.identities = (!none).then_some(all);
            }
            let place = place(0, &draft.name);
            let lost = managed(&mut draft.management, &found.own_ids.0, &ids);
            for one in &mut draft.management {
                for named in one.way.identities_mut() {
                    let known = |id: IdentityId| found.own_ids.1.iter().position(|own| *own == id);
                    let number = named.and_then(known);
                    let made = self
                        .identities(found, number.as_slice(), &names, &place, identities)
                        .await?;
                    *named = made.first().copied();
                }
            }
            if lost {
                let reason = "A way to manage it is part of a machine that is not imported.";
                remarks.push(remark("", 0, &draft.name, reason));
            }
            if let Some(inherited) = inherited.filter(|_| draft.protocol == Protocol::Ssh) {
                draft.settings.port = own_port(draft.settings.port, inherited);
            }
            let parent = machine.folder.and_then(|folder| became.get(&folder).copied());
            let graft = Graft { id: machine.id, parent, body: Body::Entry(Box::new(draft)) };
            grafts.push(((machine.at, true), graft));
        }
        // In the order of the file, where folders stand between machines; each after the folder it is in.
        grafts.sort_by_key(|(place, _)| *place);
        Ok(grafts.into_iter().map(|(_, graft)| graft).collect())
    }

    async fn identities(
        &self,
        found: &Found,
        numbers: &[usize],
        names: &Names,
        place: &Place,
        identities: &mut Keys<'_>,
    ) -> Result<Vec<IdentityId>, CoreError> {
        let mut all = Vec::new();
        for number in numbers {
            let Some(sign_in) = found.sign_ins.get(*number) else { continue };
            let name = names.get(*number);
            if let Some(id) = identities.of_file(*number, sign_in, &name, place).await?
                && !all.contains(&id)
            {
                all.push(id);
            }
        }
        Ok(all)
    }

    async fn host_keys(
        &self,
        keys: &[(String, String, u32)],
        remarks: &mut Vec<ImportRemark>,
    ) -> Result<u32, CoreError> {
        if keys.is_empty() {
            return Ok(0);
        }
        let pairs: Vec<_> = keys.iter().map(|(host, key, _)| (host.clone(), key.clone())).collect();
        let not_kept = self.0.hostkeys().keep_all(&pairs).await?;
        for (at, why) in &not_kept {
            let Some((host, _, line)) = keys.get(*at) else { continue };
            let reason = match why {
                NotKept::Known => "This host key is on record already.",
                NotKept::Other => {
                    "Another host key of this kind is on record, and stays: connecting asks about the change."
                }
                NotKept::Unreadable => "This is no host key that is understood.",
            };
            remarks.push(remark("", *line, host, reason));
        }
        Ok(u32::try_from(keys.len() - not_kept.len()).unwrap_or(u32::MAX))
    }
}

/// Leads ways to manage a machine to what the machines of the archive became; whether some were left out, because theirs are not.
fn managed(ways: &mut Vec<Management>, own: &[NodeId], became: &HashMap<usize, NodeId>) -> bool {
    let before = ways.len();
    ways.retain_mut(|one| {
        one.id = ManagementId::new();
        let Some(other) = one.way.other_mut() else { return true };
        let there = own.iter().position(|id| id == other).and_then(|at| became.get(&at));
        there.is_some_and(|id| {
            *other = *id;
            true
        })
    });
    ways.len() < before
}

/// Where a folder passes another port down, a machine says its own.
fn own_port(port: Option<u16>, inherited: u16) -> Option<u16> {
    port.or((inherited != 22).then_some(22))
}

fn jump_of(jump: &JumpTo, ids: &HashMap<usize, NodeId>) -> Option<Jump> {
    match jump {
        JumpTo::Direct => Some(Jump::Direct),
        JumpTo::Machine(at) => ids.get(at).map(|entry| Jump::Through { entry: *entry }),
        JumpTo::Named { .. } => None,
    }
}

fn count(grafts: &[Graft], is: impl Fn(&Body) -> bool) -> u32 {
    u32::try_from(grafts.iter().filter(|graft| is(&graft.body)).count()).unwrap_or(u32::MAX)
}

/// Those that the vault takes. What is inside a folder that it does not take goes where the folder would have, and a
/// machine whose jump host it does not take is reached directly.
fn sound(grafts: Vec<Graft>, remarks: &mut Vec<ImportRemark>) -> Vec<Graft> {
    let mut refused: HashMap<NodeId, Option<NodeId>> = HashMap::new();
    let mut kept = Vec::with_capacity(grafts.len());
    for mut graft in grafts {
        if let Some(above) = graft.parent.and_then(|parent| refused.get(&parent)) {
            graft.parent = *above;
        }
        let name = match &graft.body {
            Body::Entry(draft) => draft.name.clone(),
            Body::Folder(draft) => draft.name.clone(),
        };
        match checked(graft.body) {
            Ok(body) => kept.push(Graft { body, ..graft }),
            Err(error) => {
                refused.insert(graft.id, graft.parent);
                remarks.push(remark("", 0, &name, &error.to_string()));
            }
        }
    }
    for graft in &mut kept {
        let (name, settings) = match &mut graft.body {
            Body::Entry(draft) => (&draft.name, &mut draft.settings),
            Body::Folder(draft) => (&draft.name, &mut draft.settings),
        };
        if let Some(Jump::Through { entry }) = settings.jump
            && refused.contains_key(&entry)
        {
            settings.jump = None;
            let reason =
                "The machine it is reached through was left out, so it is reached directly.";
            remarks.push(remark("", 0, name, reason));
        }
    }
    kept
}

/// Names for identities that have none: what they are for, if it is one machine, or else where they are from.
struct Names(Vec<(usize, String)>, &'static str, Vec<Option<String>>);

impl Names {
    fn of(found: &Found, format: &'static str, machines: &[super::merge::NewMachine]) -> Self {
        let mut uses = vec![(0, String::new()); found.sign_ins.len()];
        for machine in machines {
            for number in machine.sign_ins.iter().flatten() {
                if let Some((count, name)) = uses.get_mut(*number) {
                    *count += 1;
                    name.clone_from(&machine.draft.name);
                }
            }
        }
        let user = |sign_in: &SignIn| match sign_in {
            SignIn::Draft(draft) => draft.user.clone(),
            SignIn::KeyFile { .. } => None,
        };
        Self(uses, format, found.sign_ins.iter().map(user).collect())
    }

    fn get(&self, number: usize) -> String {
        let user = self.2.get(number).cloned().flatten();
        match (self.0.get(number), user) {
            (Some((1, machine)), Some(user)) => format!("{user}@{machine}"),
            (Some((1, machine)), None) => machine.clone(),
            (_, Some(user)) => format!("{user} from {}", self.1),
            (_, None) => format!("From {}", self.1),
        }
    }
}
