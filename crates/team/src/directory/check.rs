//! What changes are possible.

use super::names::{account_name, check_name, same_name};
use super::{Directory, built_in_roles};
use crate::entity::{
    Account, ApiToken, Change, Grant, Group, Invitation, Organisation, RecoveryCode, Role, SignIn,
    Subject,
};
use crate::{TeamError, Thing};
use ipnet::IpNet;
use patchbay_model::{AccountId, OrganisationId, RoleId};
use std::net::IpAddr;

pub(super) type Checked = Result<(), TeamError>;

impl Directory {
    /// Whether a change is possible: refuses what [`Self::apply`] could not hold together. Says nothing about who may
    /// make it.
    pub fn check(&self, change: &Change) -> Checked {
        match change {
            Change::PutAccount(account) => self.check_account(account),
            Change::DeleteAccount(id) => {
                there(self.account(*id), Thing::Account)?;
                self.check_operator_left(*id, None)
            }
            Change::PutRecoveryCodes(account, codes) => self.check_codes(*account, codes),
            Change::DeleteRecoveryCode(code) => {
                let kept = self.recovery_codes_of(code.account);
                there(kept.iter().find(|one| *one == code), Thing::RecoveryCode).map(drop)
            }
            Change::PutSignIn(sign_in) => self.check_sign_in(sign_in),
            Change::DeleteSignIn(id) => there(self.sign_in(*id), Thing::SignIn).map(drop),
            Change::PutToken(token) => self.check_token(token),
            Change::DeleteToken(id) => there(self.token(*id), Thing::Token).map(drop),
            Change::PutOrganisation(organisation) => self.check_organisation(organisation),
            Change::DeleteOrganisation(id) => {
                there(self.organisation(*id), Thing::Organisation).map(drop)
            }
            Change::PutGroup(group) => self.check_group(group),
            Change::DeleteGroup(id) => there(self.group(*id), Thing::Group).map(drop),
            Change::PutRole(role) => self.check_role(role),
            Change::DeleteRole(id) => self.check_role_unused(*id),
            Change::PutGrant(grant) => self.check_grant(grant),
            Change::DeleteGrant(id) => there(self.grant(*id), Thing::Grant).map(drop),
            Change::PutInvitation(invitation) => self.check_invitation(invitation),
            Change::DeleteInvitation(id) => {
                there(self.invitation(*id), Thing::Invitation).map(drop)
            }
            Change::PutHandoff(handoff) => self.check_handoff(handoff),
            Change::DeleteHandoff(id) => there(self.handoff(*id), Thing::Handoff).map(drop),
            Change::PutProvider(provider) => self.check_provider(provider),
            Change::DeleteProvider(id) => there(self.provider(*id), Thing::Provider).map(drop),
            Change::PutLink(link) => self.check_link(link),
            Change::DeleteLink(id) => there(self.link(*id), Thing::Link).map(drop),
            Change::PutPasskey(passkey) => self.check_passkey(passkey),
            Change::DeletePasskey(id) => there(self.passkey(*id), Thing::Passkey).map(drop),
        }
    }

    fn check_account(&self, account: &Account) -> Checked {
        let name = account_name(&account.name)?;
        if self.names.get(&name).is_some_and(|other| *other != account.id) {
            return taken(Thing::Account, &account.name);
        }
        if name != account.name {
            let why = "it is not in lower case, or has space around it";
            return Err(TeamError::NameMalformed { what: Thing::Account, why });
        }
        check_name(Thing::Member, &account.display)?;
        self.check_operator_left(account.id, Some(account))
    }

    /// Whether somebody still runs the server if this account becomes that, or is deleted.
    fn check_operator_left(&self, id: AccountId, becomes: Option<&Account>) -> Checked {
        let runs = |account: &Account| account.operator && !account.suspended;
        let is_last = self.account(id).is_some_and(runs)
            && !becomes.is_some_and(runs)
            && !self.accounts().any(|other| other.id != id && runs(other));
        if is_last { Err(TeamError::LastOperator) } else { Ok(()) }
    }

    fn check_codes(&self, account: AccountId, codes: &[RecoveryCode]) -> Checked {
        there(self.account(account), Thing::Account)?;
        stays(codes.iter().all(|code| code.account == account), Thing::RecoveryCode)
    }

    fn check_sign_in(&self, new: &SignIn) -> Checked {
        there(self.account(new.account), Thing::Account)?;
        let same = |old: &SignIn| old.account == new.account && old.acting == new.acting;
        stays(self.sign_in(new.id).is_none_or(same), Thing::SignIn)?;
        if let Some(by) = new.acting {
            let by = there(self.sign_in(by), Thing::SignIn)?;
            // Nobody acts as a third person, nor as themselves.
            let is_own = by.acting.is_none() && by.account != new.account;
            there(is_own.then_some(()), Thing::SignIn)?;
        }
        let other = self.sign_in_hashes.get(&new.hash);
        free(other.is_none_or(|other| *other == new.id), Thing::SignIn)
    }

    fn check_token(&self, new: &ApiToken) -> Checked {
        there(self.account(new.account), Thing::Account)?;
        stays(self.token(new.id).is_none_or(|old| old.account == new.account), Thing::Token)?;
        check_name(Thing::Token, &new.name)?;
        for network in &new.networks {
            if parse_network(network).is_none() {
                return Err(TeamError::Network(network.clone()));
            }
        }
        let other = self.token_hashes.get(&new.hash);
        free(other.is_none_or(|other| *other == new.id), Thing::Token)
    }

    fn check_organisation(&self, new: &Organisation) -> Checked {
        check_name(Thing::Organisation, &new.name)?;
        if self.organisations().any(|one| one.id != new.id && same_name(&one.name, &new.name)) {
            return taken(Thing::Organisation, &new.name);
        }
        let is_known = |member| self.account(member).is_some();
        there(new.members.iter().copied().all(is_known).then_some(()), Thing::Account).map(drop)
    }

    fn check_group(&self, new: &Group) -> Checked {
        let organisation = there(self.organisation(new.organisation), Thing::Organisation)?;
        let old = self.group(new.id);
        stays(old.is_none_or(|old| old.organisation == new.organisation), Thing::Group)?;
        check_name(Thing::Group, &new.name)?;
        let has_name = |one: &Group| one.id != new.id && same_name(&one.name, &new.name);
        if self.groups(new.organisation).any(has_name) {
            return taken(Thing::Group, &new.name);
        }
        let are_members = new.members.is_subset(&organisation.members);
        there(are_members.then_some(()), Thing::Member).map(drop)
    }

    fn check_role(&self, new: &Role) -> Checked {
        if let Some(built_in) = built_in_roles().into_iter().find(|one| one.id == new.id) {
            let name = built_in.name.clone();
            return if built_in == *new { Ok(()) } else { Err(TeamError::BuiltInRole { name }) };
        }
        if let Some(organisation) = new.organisation {
            there(self.organisation(organisation), Thing::Organisation)?;
        }
        stays(
            self.role(new.id).is_none_or(|old| old.organisation == new.organisation),
            Thing::Role,
        )?;
        check_name(Thing::Role, &new.name)?;
        let meets = |one: &Role| {
            one.organisation.is_none()
                || new.organisation.is_none()
                || one.organisation == new.organisation
        };
        let has_name = |one: &Role| one.id != new.id && same_name(&one.name, &new.name);
        if self.roles.values().any(|one| meets(one) && has_name(one)) {
            return taken(Thing::Role, &new.name);
        }
        Ok(())
    }

    fn check_role_unused(&self, id: RoleId) -> Checked {
        let role = there(self.role(id), Thing::Role)?;
        let name = role.name.clone();
        if built_in_roles().iter().any(|one| one.id == id) {
            return Err(TeamError::BuiltInRole { name });
        }
        let is_used = self.grants.values().any(|grant| grant.role == id)
            || self.invitations.values().any(|invitation| invitation.role == Some(id));
        if is_used { Err(TeamError::RoleInUse { name }) } else { Ok(()) }
    }

    fn check_grant(&self, new: &Grant) -> Checked {
        let organisation = there(self.organisation(new.organisation), Thing::Organisation)?;
        let old = self.grant(new.id);
        stays(old.is_none_or(|old| old.organisation == new.organisation), Thing::Grant)?;
        match new.subject {
            Subject::Account(account) => {
                let is_member = organisation.members.contains(&account);
                there(is_member.then_some(()), Thing::Member)?;
            }
            Subject::Group(group) => {
                let group = self.group(group).filter(|one| one.organisation == new.organisation);
                there(group, Thing::Group)?;
            }
            Subject::Everyone => {}
        }
        self.check_role_there(new.role, new.organisation)?;
        let is_same =
            |one: &Grant| one.id != new.id && one.subject == new.subject && one.role == new.role;
        free(!self.grants_on(new.organisation, new.node).any(is_same), Thing::Grant)
    }

    fn check_role_there(&self, role: RoleId, organisation: OrganisationId) -> Checked {
        let is_there = |role: &&Role| role.organisation.is_none_or(|its| its == organisation);
        there(self.role(role).filter(is_there), Thing::Role).map(drop)
    }

    fn check_invitation(&self, new: &Invitation) -> Checked {
        if let Some(organisation) = new.organisation {
            there(self.organisation(organisation), Thing::Organisation)?;
        }
        let old = self.invitation(new.id);
        stays(old.is_none_or(|old| old.organisation == new.organisation), Thing::Invitation)?;
        match (new.role, new.organisation) {
            (Some(role), Some(organisation)) => self.check_role_there(role, organisation)?,
            (Some(_), None) => return Err(TeamError::Unknown(Thing::Organisation)),
            (None, _) => {}
        }
        if let Some(by) = new.by {
            there(self.account(by), Thing::Account)?;
        }
        let other = self.invitation_hashes.get(&new.hash);
        free(other.is_none_or(|other| *other == new.id), Thing::Invitation)
    }
}

/// A network, or an address as the network of itself alone.
pub(super) fn parse_network(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok();
    network.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

pub(super) fn there<T>(found: Option<T>, what: Thing) -> Result<T, TeamError> {
    found.ok_or(TeamError::Unknown(what))
}

pub(super) fn stays(is_so: bool, what: Thing) -> Checked {
    if is_so { Ok(()) } else { Err(TeamError::Moved(what)) }
}

pub(super) fn free(is_so: bool, what: Thing) -> Checked {
    if is_so { Ok(()) } else { Err(TeamError::Exists(what)) }
}

pub(super) fn taken(what: Thing, name: &str) -> Checked {
    Err(TeamError::NameTaken { what, name: name.to_owned() })
}
