//! What a caller may do with organisations, accounts and permissions. What a member may do with machines is in `known.rs`.

use super::{Team, Whose, alter::forbidden, known::root_of, not_found};
use crate::{Caller, inside::ceiling};
use patchbay_core::sync::read;
use patchbay_model::{ApiError, NodeId, OrganisationId};
use patchbay_team::{
    directory::Directory,
    entity::{Account, Grant, Organisation, Space},
    permission::{Permission, Permissions},
};

/// The account of a caller.
pub(crate) fn own<'a>(directory: &'a Directory, caller: &Caller) -> Result<&'a Account, ApiError> {
    directory.account(caller.account).ok_or_else(|| not_found("account"))
}

/// Whether a caller runs this server. A token does so only if it may administer.
pub(crate) fn operates(directory: &Directory, caller: &Caller) -> bool {
    directory.account(caller.account).is_some_and(|own| own.operator && !own.suspended)
        && ceiling(caller.proof).has(Permission::Administer)
}

pub(crate) fn must_operate(directory: &Directory, caller: &Caller) -> Result<(), ApiError> {
    if operates(directory, caller) {
        return Ok(());
    }
    Err(forbidden("Only those who run this server may do this.").next("Ask one of them."))
}

/// Tokens without `administer` change nothing about people and what they may do.
pub(crate) fn must_be_able(caller: &Caller) -> Result<(), ApiError> {
    if ceiling(caller.proof).has(Permission::Administer) {
        return Ok(());
    }
    Err(forbidden("This token may not change accounts or permissions.")
        .next("Use one that may administer, or sign in."))
}

/// Whoever acts as somebody else has no say about that person's own account, and does not show themselves to others as them.
pub(crate) fn must_be_oneself(caller: &Caller) -> Result<(), ApiError> {
    if caller.proof.acting().is_none() {
        return Ok(());
    }
    Err(forbidden("You see this as somebody else, who alone may do this.")
        .next("Stop first, to go on as yourself."))
}

/// An organisation, for its members and for those who run the server. For all others there is no such organisation.
pub(crate) fn organisation<'a>(
    directory: &'a Directory,
    caller: &Caller,
    id: OrganisationId,
) -> Result<&'a Organisation, ApiError> {
    directory
        .organisation(id)
        .filter(|_| directory.is_member(caller.account, id) || operates(directory, caller))
        .ok_or_else(|| not_found("organisation"))
}

/// What a caller may do with the whole of an organisation. Who runs the server may administer it, and no more.
pub(crate) fn whole(
    directory: &Directory,
    caller: &Caller,
    organisation: OrganisationId,
) -> Permissions {
    let own = directory.permissions(caller.account, organisation, &[]);
    let runs = directory.account(caller.account).is_some_and(|own| own.operator && !own.suspended);
    let more = if runs { Permissions::of(&[Permission::Administer]) } else { Permissions::NONE };
    ceiling(caller.proof).within(own.and(more))
}

/// The organisation, if the caller may administer the whole of it.
pub(crate) fn must_administer<'a>(
    directory: &'a Directory,
    caller: &Caller,
    id: OrganisationId,
) -> Result<&'a Organisation, ApiError> {
    let found = organisation(directory, caller, id)?;
    if whole(directory, caller, id).has(Permission::Administer) {
        return Ok(found);
    }
    must_be_able(caller)?;
    Err(forbidden(format!("You may not administer “{}”.", found.name))
        .next("Ask somebody who administers it."))
}

impl Team {
    /// A folder or machine of an organisation and the folders around it, innermost first; none if it is the organisation.
    pub(crate) fn path(&self, organisation: OrganisationId, node: Option<NodeId>) -> Vec<NodeId> {
        let items = self.known.space(Space::Organisation(organisation));
        node.map(|node| read(&items).path(node)).unwrap_or_default()
    }

    /// What a caller may give to others. Who runs the server may give everything: an organisation that nobody administers any
    /// more has to be helped by somebody.
    pub(crate) fn givable(
        &self,
        directory: &Directory,
        caller: &Caller,
        organisation: OrganisationId,
        node: Option<NodeId>,
    ) -> Permissions {
        let all = if operates(directory, caller) {
            Permissions::ALL
        } else {
            let path = self.path(organisation, node);
            directory.permissions(caller.account, organisation, &path)
        };
        let may = ceiling(caller.proof).within(all);
        let gives = may.has(Permission::Share) || may.has(Permission::Administer);
        if gives { may } else { Permissions::NONE }
    }

    /// Whether a caller may give this, and take it back.
    pub(crate) fn may_give(&self, directory: &Directory, caller: &Caller, grant: &Grant) -> bool {
        let may = self.givable(directory, caller, grant.organisation, grant.node);
        may != Permissions::NONE
            && ceiling(caller.proof).has(Permission::Administer)
            && directory.role(grant.role).is_some_and(|role| may.covers(role.permissions))
    }

    /// The name of a folder or machine, for those who may see it.
    pub(crate) fn node_name(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        node: NodeId,
    ) -> Option<String> {
        let directory = self.known.directory();
        let path = self.path(organisation, Some(node));
        let may = directory.permissions(caller.account, organisation, &path);
        let sees = ceiling(caller.proof).within(may).has(Permission::See);
        let items = self.known.space(Space::Organisation(organisation));
        sees.then(|| read(&items).node(node).map(|node| node.name().to_owned())).flatten()
    }

    /// Whether there is such a folder or machine in the organisation.
    pub(crate) fn has_node(&self, organisation: OrganisationId, node: NodeId) -> bool {
        let items = self.known.space(Space::Organisation(organisation));
        read(&items).node(node).is_some()
    }

    /// Where a folder or machine that the caller may see belongs: to an organisation, or to the caller alone. The folder that an
    /// organisation is in the tree stands for the whole of it.
    pub(crate) fn place_of(
        &self,
        caller: &Caller,
        node: NodeId,
    ) -> Result<Option<(OrganisationId, Option<NodeId>)>, ApiError> {
        let nothing = || not_found("folder or machine");
        let directory = self.known.directory();
        let as_root = directory.organisations().find(|one| root_of(one.id) == node);
        if let Some(root) = as_root {
            return organisation(&directory, caller, root.id)
                .map(|found| Some((found.id, None)))
                .map_err(|_| nothing());
        }
        let eyes = Whose::of(caller).eyes();
        let may = ceiling(caller.proof).within(self.known.node(eyes, node));
        if !may.has(Permission::See) {
            return Err(nothing());
        }
        match self.known.home(eyes, patchbay_store::Kind::Node, *node.as_bytes()) {
            Some(Space::Organisation(organisation)) => Ok(Some((organisation, Some(node)))),
            Some(Space::Personal(_)) => Ok(None),
            None => Err(nothing()),
        }
    }
}
