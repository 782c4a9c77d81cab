//! What somebody may do with a thing, and why.

use super::Directory;
use crate::entity::{Grant, Subject};
use crate::permission::Permissions;
use patchbay_model::{AccountId, GrantId, GroupId, NodeId, OrganisationId, RoleId};

/// How a grant came to a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Via {
    /// It names the person.
    Own,
    /// It names a group the person is in.
    Group(GroupId),
    /// It names everybody of the organisation.
    Everyone,
}

/// On what a grant was given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// On the thing itself.
    This,
    /// On a folder that it is in.
    Folder(NodeId),
    /// On the whole organisation.
    Organisation,
}

/// One grant that counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reason {
    /// Which.
    pub grant: GrantId,
    /// What role it gives.
    pub role: RoleId,
    /// What the role allows.
    pub permissions: Permissions,
    /// How it came to the person.
    pub via: Via,
    /// From where it comes to the thing.
    pub source: Source,
}

impl Directory {
    /// What an account may do with a thing of an organisation.
    ///
    /// `path`: the folder or machine and all folders around it, innermost first; empty for the organisation itself. No
    /// permission without membership, none for an account that is suspended, and none for running the server.
    #[must_use]
    pub fn permissions(
        &self,
        who: AccountId,
        organisation: OrganisationId,
        path: &[NodeId],
    ) -> Permissions {
        self.counting(who, organisation, path)
            .filter_map(|(grant, ..)| self.role(grant.role))
            .fold(Permissions::NONE, |all, role| all.and(role.permissions))
    }

    /// Why: each grant that counts, those on the thing itself first.
    #[must_use]
    pub fn reasons(
        &self,
        who: AccountId,
        organisation: OrganisationId,
        path: &[NodeId],
    ) -> Vec<Reason> {
        self.counting(who, organisation, path)
            .filter_map(|(grant, via, source)| {
                let permissions = self.role(grant.role)?.permissions;
                Some(Reason { grant: grant.id, role: grant.role, permissions, via, source })
            })
            .collect()
    }

    fn counting(
        &self,
        who: AccountId,
        organisation: OrganisationId,
        path: &[NodeId],
    ) -> impl Iterator<Item = (&Grant, Via, Source)> {
        let may_at_all = self.account(who).is_some_and(|account| !account.suspended)
            && self.is_member(who, organisation);
        let nodes = path.iter().enumerate().map(|(depth, node)| {
            (Some(*node), if depth == 0 { Source::This } else { Source::Folder(*node) })
        });
        let places = nodes.chain([(None, Source::Organisation)]).filter(move |_| may_at_all);
        places.flat_map(move |(node, source)| {
            self.grants_on(organisation, node)
                .filter_map(move |grant| Some((grant, self.via(who, grant.subject)?, source)))
        })
    }

    /// How a member comes to be meant; none if not.
    fn via(&self, who: AccountId, subject: Subject) -> Option<Via> {
        match subject {
            Subject::Account(account) => (account == who).then_some(Via::Own),
            Subject::Group(id) => {
                let group = self.group(id)?;
                group.members.contains(&who).then_some(Via::Group(id))
            }
            Subject::Everyone => Some(Via::Everyone),
        }
    }
}
