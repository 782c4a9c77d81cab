//! What is different where the services work for somebody who sits elsewhere: on a team server.
//!
//! There the person has rights on each machine and no computer beneath: no shell, files, ports, agent or display of it,
//! and not every address may be dialled. Deliberately absent: who has which rights (the server knows).

use crate::sync::lock;
use crate::{Core, CoreError, Right};
use patchbay_engine_ssh::Reach;
use patchbay_model::{
    ApiError, ErrorCode, IdentityId, NodeId, OrganisationId, RecordingId, VaultId,
};
use std::{
    collections::{BTreeSet, HashMap},
    fmt::Debug,
    path::PathBuf,
    sync::{Arc, Mutex},
};

/// What the person may do.
pub trait Rights: Debug + Send + Sync {
    /// With a folder or machine.
    fn node(&self, id: NodeId, right: Right) -> bool;

    /// Whether the secrets that are kept with it may be used for it.
    fn secrets(&self, id: NodeId) -> bool;

    /// With the tree as a whole, as to put something at its root.
    fn root(&self, right: Right) -> bool;

    /// With an identity.
    fn identity(&self, id: IdentityId, right: Right) -> bool;

    /// A node is about to be written as a copy of another one: what is kept elsewhere with that goes along.
    fn copying(&self, from: NodeId, to: NodeId);

    /// The rule by which sessions with a machine are recorded, if there is one.
    fn recording_rule(&self, machine: NodeId) -> Option<RecordingRule>;

    /// What the organisations of the person say about computers that are not the server.
    fn beyond(&self) -> Vec<Beyond>;

    /// Whether the secrets of an identity may leave the server, as far as its organisation is concerned.
    fn lets_out(&self, identity: IdentityId) -> bool;
}

/// What an organisation says about computers of its members.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beyond {
    /// The folder that it is in the tree.
    pub root: NodeId,
    /// They may keep its tree, to show it while the server is away.
    pub keep_offline: bool,
    /// They may dial its machines themselves, with what that takes.
    pub direct: bool,
}

/// Sessions with a machine are recorded, whatever the person wants.
#[derive(Clone, Debug)]
pub struct RecordingRule {
    /// Whose the recordings are.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// Who has the session.
    pub who: String,
    /// Desktops are recorded as well, and not terminals alone.
    pub desktops: bool,
}

/// What the services of all people here have in common about recordings that are made by a rule.
#[derive(Clone, Debug)]
pub struct RuleRecordings {
    /// Holds a folder for each organisation's.
    folder: PathBuf,
    /// What is written there is there after the next start.
    stays: bool,
    /// Those that go on, whoever has the session.
    running: Arc<Mutex<BTreeSet<RecordingId>>>,
}

impl RuleRecordings {
    /// Their files lie in this folder. Unless it `stays`, none are made: a rule is not kept by files that are soon gone.
    #[must_use]
    pub fn new(folder: PathBuf, stays: bool) -> Self {
        Self { folder, stays, running: Arc::default() }
    }

    /// Fails where a recording would be gone after the next start.
    pub(crate) fn can_be_kept(&self) -> Result<(), CoreError> {
        if self.stays {
            return Ok(());
        }
        let message = "This node of the team server has no folder for recordings.";
        let next = "Whoever runs it starts it with --data DIR.";
        let refused = ApiError::new(ErrorCode::Conflict, message).next(next);
        Err(CoreError::Api(Box::new(refused)))
    }

    /// Where an organisation's lie.
    #[must_use]
    pub fn folder_of(&self, organisation: OrganisationId) -> PathBuf {
        self.folder.join(organisation.to_string())
    }

    /// Whether one goes on.
    #[must_use]
    pub fn is_running(&self, id: RecordingId) -> bool {
        lock(&self.running).contains(&id)
    }

    pub(crate) fn begun(&self, id: RecordingId) {
        lock(&self.running).insert(id);
    }

    pub(crate) fn over(&self, id: RecordingId) {
        lock(&self.running).remove(&id);
    }
}

/// What the files of an organisation's recordings are sealed for.
pub(crate) const fn vault_of(organisation: OrganisationId) -> VaultId {
    VaultId::from_bytes(*organisation.as_bytes())
}

/// How the services are kept apart from the computer that they run on.
#[derive(Clone, Debug)]
pub struct Served {
    /// What the person may do.
    pub rights: Arc<dyn Rights>,
    /// Which addresses may be dialled.
    pub reach: Reach,
    /// Recordings that are made by a rule.
    pub recordings: RuleRecordings,
}

impl Core {
    pub(crate) fn served(&self) -> Option<&Served> {
        self.config().served.as_ref()
    }

    /// Which addresses may be dialled from here.
    pub(crate) fn reach(&self) -> Reach {
        self.served().map(|served| served.reach.clone()).unwrap_or_default()
    }

    /// Whether this computer is the person's own.
    pub(crate) fn is_own(&self) -> bool {
        self.served().is_none()
    }

    /// Fails where this computer is not the person's own.
    pub(crate) fn own_computer(&self, what: &str) -> Result<(), CoreError> {
        if self.is_own() {
            return Ok(());
        }
        Err(CoreError::Forbidden(format!("{what} of the team server")))
    }

    pub(crate) fn may_node(&self, id: NodeId, right: Right) -> Result<(), CoreError> {
        match self.served() {
            Some(served) if !served.rights.node(id, right) => Err(forbidden(right, "this machine")),
            _ => Ok(()),
        }
    }

    /// The rule by which a session with this machine is recorded.
    pub(crate) fn recording_rule(&self, machine: NodeId, desktop: bool) -> Option<RecordingRule> {
        let rule = self.served()?.rights.recording_rule(machine)?;
        (rule.desktops || !desktop).then_some(rule)
    }

    pub(crate) fn may_use_secrets(&self, id: NodeId) -> bool {
        self.served().is_none_or(|served| served.rights.secrets(id))
    }

    pub(crate) fn copying(&self, copies: &HashMap<NodeId, NodeId>) {
        let Some(served) = self.served() else { return };
        for (from, to) in copies {
            served.rights.copying(*from, *to);
        }
    }

    pub(crate) fn may_folder(&self, id: Option<NodeId>, right: Right) -> Result<(), CoreError> {
        match (self.served(), id) {
            (_, Some(id)) => self.may_node(id, right),
            (Some(served), None) if !served.rights.root(right) => {
                Err(forbidden(right, "the list of machines"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn may_identity(&self, id: IdentityId, right: Right) -> Result<(), CoreError> {
        match self.served() {
            Some(served) if !served.rights.identity(id, right) => {
                Err(forbidden(right, "this identity"))
            }
            _ => Ok(()),
        }
    }
}

fn forbidden(right: Right, thing: &str) -> CoreError {
    let verb = match right {
        Right::View => "see",
        Right::Use => "connect with",
        Right::Edit => "change",
        Right::Reveal => "see the secrets of",
    };
    CoreError::Forbidden(format!("{verb} {thing}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{ApiError, RuleRecordings};

    #[test]
    fn nothing_is_recorded_by_a_rule_where_files_do_not_stay() {
        let refused = RuleRecordings::new("nowhere".into(), false).can_be_kept().unwrap_err();
        assert!(ApiError::from(refused).next_step.contains("--data"));
        assert!(RuleRecordings::new("somewhere".into(), true).can_be_kept().is_ok());
    }
}
