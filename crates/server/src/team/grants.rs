//! Who has what, why, and giving and taking it.

use super::{
    Team,
    alter::{Altered, about, forbidden, saying},
    not_found,
    rights::{self, must_be_able},
};
use crate::{Caller, inside::ceiling};
use patchbay_model::{AccountId, ApiError, GrantId, NodeId, OrganisationId, RoleId};
use patchbay_team::{
    TeamError, Thing, audit,
    directory::{Directory, Reason},
    entity::{Change, Grant, Subject},
    permission::{Permission, Permissions},
};

/// Who has what on a folder, a machine or an organisation.
pub(crate) struct Look {
    /// None: it is the caller's own.
    pub(crate) organisation: Option<OrganisationId>,
    /// None: the whole organisation.
    pub(crate) node: Option<NodeId>,
    pub(crate) permissions: Permissions,
    /// What the caller may give here.
    pub(crate) givable: Permissions,
    pub(crate) grants: Vec<Grant>,
}

impl Team {
    /// The grants of an organisation that a caller may know of, those on the whole of it first.
    pub(crate) fn grants_known(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
    ) -> Result<Vec<Grant>, ApiError> {
        let directory = self.known.directory();
        rights::organisation(&directory, caller, organisation)?;
        let all = rights::whole(&directory, caller, organisation).has(Permission::Administer);
        let grants = directory.grants(organisation);
        let known = grants.filter(|grant| all || concerns(&directory, caller.account, grant));
        let mut known: Vec<Grant> = known.cloned().collect();
        known.sort_by_key(|grant| (grant.node.is_some(), grant.created, grant.id));
        Ok(known)
    }

    /// Gives a role to somebody.
    pub(crate) async fn give(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        (subject, node, role): (Subject, Option<NodeId>, RoleId),
        entry: audit::Entry,
    ) -> Result<Grant, ApiError> {
        let id = GrantId::new();
        self.alter(|directory| {
            rights::organisation(directory, caller, organisation)?;
            must_be_able(caller)?;
            if let Some(node) = node {
                let sees = self.node_name(caller, organisation, node).is_some();
                let there = self.has_node(organisation, node);
                if !(sees || there && rights::operates(directory, caller)) {
                    return Err(not_found("folder or machine").on("node"));
                }
            }
            let may = self.givable(directory, caller, organisation, node);
            if may == Permissions::NONE {
                return Err(forbidden("You may not let others have this.")
                    .next("Ask somebody who administers it."));
            }
            let found = directory.role(role);
            let found =
                found.filter(|role| role.organisation.is_none_or(|its| its == organisation));
            let found = found.ok_or_else(|| not_found("role").on("role"))?;
            if !may.covers(found.permissions) {
                return Err(forbidden(format!(
                    "“{}” allows more than you may do here yourself.",
                    found.name
                ))
                .next("Give another role, or ask somebody who may do all of it.")
                .on("role"));
            }
            let created = self.now();
            let grant = Grant { id, organisation, subject, node, role, created };
            let change = Change::PutGrant(grant.clone());
            directory.check(&change).map_err(|error| match error {
                TeamError::Unknown(Thing::Member | Thing::Group) | TeamError::Exists(_) => {
                    error.api_error().on("subject")
                }
                error => error.api_error(),
            })?;
            let entry = about(&entry, "grant", id);
            let entry = saying(entry, told(directory, &grant));
            Ok(Altered::by(vec![change], entry).and(grant))
        })
        .await
    }

    /// Takes a role from somebody.
    pub(crate) async fn take_back(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        id: GrantId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            rights::organisation(directory, caller, organisation)?;
            must_be_able(caller)?;
            let found = directory.grant(id).filter(|grant| grant.organisation == organisation);
            let grant = found.ok_or_else(|| not_found("grant"))?;
            let givable = self.givable(directory, caller, organisation, grant.node);
            let known = givable != Permissions::NONE
                || concerns(directory, caller.account, grant)
                || rights::whole(directory, caller, organisation).has(Permission::Administer);
            if !known {
                return Err(not_found("grant"));
            }
            if !self.may_give(directory, caller, grant) {
                return Err(forbidden("You may not take back what allows more than you may do.")
                    .next("Ask somebody who may do all of it."));
            }
            let entry = saying(about(&entry, "grant", id), told(directory, grant));
            Ok(Altered::by(vec![Change::DeleteGrant(id)], entry))
        })
        .await
    }

    /// Who has what on a folder or machine that the caller may see.
    pub(crate) fn look(&self, caller: &Caller, node: NodeId) -> Result<Look, ApiError> {
        let Some((organisation, node)) = self.place_of(caller, node)? else {
            return Ok(Look {
                organisation: None,
                node: Some(node),
                permissions: ceiling(caller.proof),
                givable: Permissions::NONE,
                grants: Vec::new(),
            });
        };
        let directory = self.known.directory();
        let path = self.path(organisation, node);
        let may = directory.permissions(caller.account, organisation, &path);
        let more = rights::whole(&directory, caller, organisation);
        let permissions = ceiling(caller.proof).within(may).and(more);
        let gives = permissions.has(Permission::Share) || permissions.has(Permission::Administer);
        let grants = if gives {
            let nodes = path.iter().copied().map(Some).chain([None]);
            nodes.flat_map(|node| directory.grants_on(organisation, node)).cloned().collect()
        } else {
            let reasons = directory.reasons(caller.account, organisation, &path);
            reasons.iter().filter_map(|one| directory.grant(one.grant).cloned()).collect()
        };
        let able = must_be_able(caller).is_ok();
        let givable = if able {
            self.givable(&directory, caller, organisation, node)
        } else {
            Permissions::NONE
        };
        Ok(Look { organisation: Some(organisation), node, permissions, givable, grants })
    }

    /// Why somebody may do something with a folder or machine, or with an organisation.
    pub(crate) fn why(
        &self,
        caller: &Caller,
        account: AccountId,
        place: Option<(OrganisationId, Option<NodeId>)>,
    ) -> Result<(Permissions, Vec<Reason>), ApiError> {
        let directory = self.known.directory();
        let Some((organisation, node)) = place else {
            // Nobody else has anything to do with what is the caller's own.
            let own = account == caller.account;
            let all = if own { ceiling(caller.proof) } else { Permissions::NONE };
            return if own { Ok((all, Vec::new())) } else { Err(not_found("account")) };
        };
        rights::organisation(&directory, caller, organisation)?;
        if account != caller.account
            && self.givable(&directory, caller, organisation, node) == Permissions::NONE
        {
            return Err(forbidden("You may only ask this about yourself.")
                .next("Ask somebody who administers it."));
        }
        if account != caller.account && !directory.is_member(account, organisation) {
            return Err(not_found("account"));
        }
        let path = self.path(organisation, node);
        let permissions = directory.permissions(account, organisation, &path);
        Ok((permissions, directory.reasons(account, organisation, &path)))
    }
}

/// Whether a grant is somebody's, by themselves, by a group or as one of all.
fn concerns(directory: &Directory, account: AccountId, grant: &Grant) -> bool {
    match grant.subject {
        Subject::Account(id) => id == account,
        Subject::Group(id) => {
            directory.group(id).is_some_and(|group| group.members.contains(&account))
        }
        Subject::Everyone => directory.is_member(account, grant.organisation),
    }
}

/// A grant in words, for the audit log.
fn told(directory: &Directory, grant: &Grant) -> String {
    let subject = match grant.subject {
        Subject::Account(id) => format!("account:{id}"),
        Subject::Group(id) => format!("group:{id}"),
        Subject::Everyone => "everyone".to_owned(),
    };
    let role = directory.role(grant.role).map_or("", |role| role.name.as_str());
    let place = match grant.node {
        Some(node) => format!("node:{node}"),
        None => format!("organisation:{}", grant.organisation),
    };
    format!("{role} to {subject} on {place}")
}
