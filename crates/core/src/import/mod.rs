//! Taking over the hosts of an OpenSSH client configuration, ssh_config(5).
//!
//! `read` turns files into steps, `resolve` answers for one alias, `plan` makes entries of the answers, and `keys` makes
//! identities of the key files. Deliberately absent: `Match` blocks and the system-wide file; whatever is not taken over
//! is listed with its line.

mod describe;
mod keys;
mod keywords;
mod known;
mod lex;
mod pattern;
mod plan;
mod read;
mod resolve;
mod tokens;
mod values;

#[cfg(test)]
mod parser_tests;
#[cfg(test)]
mod plan_tests;
#[cfg(all(test, unix))]
mod tests;

pub use describe::{Described, describe};

use crate::{Authorized, Core, CoreError, Right, WholeVault, sync, tree::ResolvedHop};
use keys::Keys;
use known::Known;
use patchbay_model::{EntryDraft, ImportHost, ImportPreview, ImportRemark, Jump, NodeId};
use plan::{Planned, Planner};
use read::Config;
use resolve::{Resolved, Resolver};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};
use tokens::Surroundings;
use values::JumpHost;

/// How an import went.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Imported {
    /// Machines added, jump hosts included.
    pub machines: usize,
    /// What was not taken over.
    pub remarks: Vec<ImportRemark>,
}

/// Import of an OpenSSH client configuration.
#[derive(Clone, Copy, Debug)]
pub struct Import<'a>(pub(crate) &'a Core);

impl Import<'_> {
    /// The file that is imported unless another one is named.
    #[must_use]
    pub fn default_path(&self) -> PathBuf {
        self.0.config().home.join(".ssh").join("config")
    }

    /// How many hosts the default file names; none if it is not there.
    pub async fn count(&self) -> usize {
        let (path, around) = (self.default_path(), self.around());
        let count = move || {
            let config = read::read(&path, &around.home).ok()?;
            Some(Resolver::new(&config, &around).aliases().0.len())
        };
        tokio::task::spawn_blocking(count).await.ok().flatten().unwrap_or_default()
    }

    /// What importing would add.
    pub async fn preview(
        &self,
        _vault: &Authorized<WholeVault>,
        path: Option<&str>,
    ) -> Result<ImportPreview, CoreError> {
        let path = self.path(path);
        let known = self.known()?;
        self.with_config(path, move |path, config, around| preview(path, config, around, &known))
            .await
    }

    /// Adds the hosts with these aliases, and the jump hosts and identities they need.
    pub async fn apply(
        &self,
        vault: &Authorized<WholeVault>,
        folder: &Authorized<Option<NodeId>>,
        path: &str,
        aliases: Vec<String>,
    ) -> Result<Imported, CoreError> {
        let path = self.path(Some(path));
        let known = self.known()?;
        let (planned, mut remarks) = self
            .with_config(path, move |_, config, around| {
                let mut resolver = Resolver::new(config, around);
                let wanted: HashSet<String> = aliases.into_iter().collect();
                let (mut found, _) = resolver.aliases();
                found.retain(|alias| wanted.contains(alias));
                let (planned, mut remarks) = Planner::new(&mut resolver, known).plan(&found);
                remarks.extend(resolver.into_remarks());
                (planned, remarks)
            })
            .await?;
        let mut keys = Keys::new(self.0, vault);
        let mut drafts = Vec::with_capacity(planned.len());
        for Planned { id, mut draft, resolved } in planned {
            draft.settings.identities = keys.of(&resolved).await?;
            drafts.push((id, draft));
        }
        remarks.extend(keys.into_remarks());
        let machines = self.add(folder, drafts, &mut remarks).await?;
        Ok(Imported { machines, remarks })
    }

    /// All at once; if one of them is refused, one by one, so that the others are added.
    async fn add(
        &self,
        folder: &Authorized<Option<NodeId>>,
        drafts: Vec<(NodeId, EntryDraft)>,
        remarks: &mut Vec<ImportRemark>,
    ) -> Result<usize, CoreError> {
        let tree = self.0.tree();
        match tree.add_entries(folder, drafts.clone()).await {
            Ok(added) => return Ok(added.len()),
            Err(CoreError::Invalid { .. }) => {}
            Err(error) => return Err(error),
        }
        let mut count = 0;
        // Jump hosts come first, so that they are there when they are named.
        for (id, draft) in jumps_first(drafts) {
            let name = draft.name.clone();
            match tree.add_entries(folder, vec![(id, draft)]).await {
                Ok(_) => count += 1,
                Err(error @ CoreError::Invalid { .. }) => remarks.push(ImportRemark {
                    file: String::new(),
                    line: 0,
                    text: name,
                    reason: error.to_string(),
                }),
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }

    async fn with_config<T: Send + 'static>(
        &self,
        path: PathBuf,
        work: impl FnOnce(&Path, &Config, &Surroundings) -> T + Send + 'static,
    ) -> Result<T, CoreError> {
        let around = self.around();
        let work = move || match read::read(&path, &around.home) {
            Ok(config) => Ok(work(&path, &config, &around)),
            Err(source) => Err(CoreError::File { action: "Reading", path, source }),
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|stopped| CoreError::Internal(stopped.to_string()))?
    }

    fn path(&self, given: Option<&str>) -> PathBuf {
        let Some(given) = given.map(str::trim).filter(|path| !path.is_empty()) else {
            return self.default_path();
        };
        match given.strip_prefix("~/") {
            Some(rest) => self.0.config().home.join(rest),
            None => PathBuf::from(given),
        }
    }

    fn around(&self) -> Surroundings {
        let config = self.0.config();
        Surroundings {
            home: config.home.clone(),
            user: config.user_name.clone(),
            host_name: config.host_name.clone(),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        }
    }

    /// The machines that are there already, with what they inherit.
    fn known(&self) -> Result<Vec<Known>, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let mut ids: Vec<NodeId> =
            sync::read(unlocked.forest()).iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        let machine = |id: NodeId| {
            // A folder, or a machine whose way is broken: nothing can be linked to it.
            let route = self.0.tree().route(&Authorized::new(id, Right::View)).ok()?;
            let ResolvedHop { entry, settings, .. } = route.into_iter().next_back()?;
            Some(Known {
                id,
                name: entry.draft.name,
                address: entry.draft.address,
                user: settings.user.value,
                port: settings.port.value,
                jump: sync::read(unlocked.forest()).jump_of(id),
                chained: false,
            })
        };
        Ok(ids.into_iter().filter_map(machine).collect())
    }
}

fn preview(path: &Path, config: &Config, around: &Surroundings, known: &[Known]) -> ImportPreview {
    let mut resolver = Resolver::new(config, around);
    let (aliases, mut more) = resolver.aliases();
    let there: HashSet<(&str, &str)> =
        known.iter().map(|known| (known.name.as_str(), known.address.as_str())).collect();
    let mut hosts = Vec::with_capacity(aliases.len());
    for alias in aliases {
        if resolver.exhausted() {
            more = true;
            break;
        }
        let resolved = resolver.resolve(&alias);
        let exists = there.contains(&(alias.as_str(), resolved.host_name.as_str()));
        hosts.push(host(alias, &resolved, exists));
    }
    let mut remarks = config.remarks.clone();
    remarks.extend(resolver.into_remarks());
    if more {
        remarks.push(ImportRemark {
            file: path.display().to_string(),
            line: 0,
            text: String::new(),
            reason: format!(
                "There is more than fits into one import: only the first {} hosts are shown.",
                hosts.len()
            ),
        });
    }
    ImportPreview { path: path.display().to_string(), hosts, remarks }
}

fn host(alias: String, resolved: &Resolved, exists: bool) -> ImportHost {
    let user = resolved.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
    let address = &resolved.host_name;
    let summary = match resolved.port {
        Some(port) if port != 22 && address.contains(':') => format!("{user}[{address}]:{port}"),
        Some(port) if port != 22 => format!("{user}{address}:{port}"),
        _ => format!("{user}{address}"),
    };
    let files =
        |named: &[(String, read::Place)]| named.iter().map(|(path, _)| path.clone()).collect();
    ImportHost {
        draft: plan::draft(&alias, resolved),
        summary,
        identity_files: files(&resolved.identity_files),
        certificate_files: files(&resolved.certificate_files),
        jumps: resolved.jumps.iter().map(jump_text).collect(),
        exists,
        alias,
    }
}

fn jump_text(jump: &JumpHost) -> String {
    let user = jump.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
    let port = jump.port.map(|port| format!(":{port}")).unwrap_or_default();
    if jump.host.contains(':') {
        format!("{user}[{}]{port}", jump.host)
    } else {
        format!("{user}{}{port}", jump.host)
    }
}

/// In an order in which each machine comes after the one it is reached through.
fn jumps_first(mut drafts: Vec<(NodeId, EntryDraft)>) -> Vec<(NodeId, EntryDraft)> {
    let mut ordered = Vec::with_capacity(drafts.len());
    loop {
        let left: HashSet<NodeId> = drafts.iter().map(|(id, _)| *id).collect();
        let waits = |draft: &EntryDraft| matches!(&draft.settings.jump, Some(Jump::Through { entry }) if left.contains(entry));
        let (waiting, ready): (Vec<_>, Vec<_>) =
            drafts.into_iter().partition(|(_, draft)| waits(draft));
        let stuck = ready.is_empty();
        ordered.extend(ready);
        drafts = waiting;
        if stuck || drafts.is_empty() {
            ordered.extend(drafts);
            return ordered;
        }
    }
}
