//! Changes, with all that depends on them.

use super::Directory;
use crate::entity::{Change, Group, Organisation, Subject};
use patchbay_model::{AccountId, OrganisationId, RoleId};
use std::collections::BTreeSet;

impl Directory {
    /// Makes a change that [`Self::check`] allows. What depends on what is deleted goes too: see [`Self::dependents`].
    pub fn apply(&mut self, change: &Change) {
        for dependent in self.dependents(change) {
            self.put(&dependent);
        }
        self.put(change);
    }

    /// What else goes when a change is made, in an order in which it can be made before it:
    ///
    /// - with an account its memberships, sign-ins, tokens, recovery codes, links to providers, passkeys, what it said to
    ///   programs that ask to be let in, and invitations that it made;
    /// - with a sign-in those that were begun by it to act as somebody else;
    /// - with a provider the links to it;
    /// - with a membership (a [`Change::PutOrganisation`] that has one member less) the person's places in groups, the
    ///   grants to that person, and the invitations there that the person made;
    /// - with an organisation its groups, roles, grants and invitations;
    /// - with a group the grants to it; with a role the grants and invitations of it.
    #[must_use]
    pub fn dependents(&self, change: &Change) -> Vec<Change> {
        match change {
            Change::DeleteAccount(id) => self.with_account(*id),
            Change::DeleteSignIn(id) => {
                self.acting_by(*id).map(|one| Change::DeleteSignIn(one.id)).collect()
            }
            Change::PutOrganisation(new) => self.with_members(new),
            Change::DeleteOrganisation(id) => self.with_organisation(*id),
            Change::DeleteGroup(id) => {
                let is_its = |subject| subject == Subject::Group(*id);
                self.grants_where(|grant| is_its(grant.subject))
            }
            Change::DeleteRole(id) => self.with_role(*id),
            Change::DeleteProvider(id) => self.links_to(*id),
            _ => Vec::new(),
        }
    }

    fn with_account(&self, id: AccountId) -> Vec<Change> {
        let mut changes = Vec::new();
        for organisation in self.organisations_of(id) {
            let mut without = organisation.clone();
            without.members.remove(&id);
            changes.extend(self.with_members(&without));
            changes.push(Change::PutOrganisation(without));
        }
        let begun = self.sign_ins_of(id).flat_map(|one| self.acting_by(one.id));
        changes.extend(begun.chain(self.sign_ins_of(id)).map(|one| Change::DeleteSignIn(one.id)));
        changes.extend(self.tokens_of(id).map(|one| Change::DeleteToken(one.id)));
        let by_it = self.invitations.values().filter(|one| one.by == Some(id));
        for invitation in by_it.map(|one| Change::DeleteInvitation(one.id)) {
            if !changes.contains(&invitation) {
                changes.push(invitation);
            }
        }
        changes.extend(self.doors_of(id));
        if !self.recovery_codes_of(id).is_empty() {
            changes.push(Change::PutRecoveryCodes(id, Vec::new()));
        }
        changes
    }

    fn with_members(&self, new: &Organisation) -> Vec<Change> {
        let Some(old) = self.organisation(new.id) else { return Vec::new() };
        let gone: BTreeSet<AccountId> = old.members.difference(&new.members).copied().collect();
        if gone.is_empty() {
            return Vec::new();
        }
        let groups = self.groups(new.id).filter(|group| !group.members.is_disjoint(&gone));
        let mut changes: Vec<Change> = groups
            .map(|group| {
                let members = group.members.difference(&gone).copied().collect();
                Change::PutGroup(Group { members, ..group.clone() })
            })
            .collect();
        changes.extend(self.grants(new.id).filter_map(|grant| match grant.subject {
            Subject::Account(account) if gone.contains(&account) => {
                Some(Change::DeleteGrant(grant.id))
            }
            _ => None,
        }));
        let by_them = |by: Option<AccountId>| by.is_some_and(|by| gone.contains(&by));
        let invitations = self.invitations(Some(new.id)).filter(|one| by_them(one.by));
        changes.extend(invitations.map(|one| Change::DeleteInvitation(one.id)));
        changes
    }

    fn with_organisation(&self, id: OrganisationId) -> Vec<Change> {
        let mut changes: Vec<Change> =
            self.invitations(Some(id)).map(|one| Change::DeleteInvitation(one.id)).collect();
        changes.extend(self.grants(id).map(|grant| Change::DeleteGrant(grant.id)));
        changes.extend(self.groups(id).map(|group| Change::DeleteGroup(group.id)));
        let roles = self.roles.values().filter(|role| role.organisation == Some(id));
        changes.extend(roles.map(|role| Change::DeleteRole(role.id)));
        changes
    }

    fn with_role(&self, id: RoleId) -> Vec<Change> {
        let mut changes = self.grants_where(|grant| grant.role == id);
        let invitations = self.invitations.values().filter(|one| one.role == Some(id));
        changes.extend(invitations.map(|one| Change::DeleteInvitation(one.id)));
        changes
    }

    fn grants_where(&self, is_meant: impl Fn(&crate::entity::Grant) -> bool) -> Vec<Change> {
        let meant = self.grants.values().filter(|grant| is_meant(grant));
        meant.map(|grant| Change::DeleteGrant(grant.id)).collect()
    }

    /// Makes one change and nothing else, and keeps the indexes true.
    fn put(&mut self, change: &Change) {
        match change {
            Change::PutAccount(new) => {
                if let Some(old) = self.accounts.put(new.id, new.clone()) {
                    self.names.remove(&old.name.to_lowercase());
                }
                self.names.put(new.name.to_lowercase(), new.id);
            }
            Change::DeleteAccount(id) => {
                if let Some(old) = self.accounts.remove(id) {
                    self.names.remove(&old.name.to_lowercase());
                }
            }
            Change::PutRecoveryCodes(account, codes) if codes.is_empty() => {
                self.recovery.remove(account);
            }
            Change::PutRecoveryCodes(account, codes) => {
                self.recovery.put(*account, codes.clone());
            }
            Change::DeleteRecoveryCode(code) => {
                let kept = self.recovery_codes_of(code.account);
                let left = kept.iter().filter(|one| *one != code).cloned().collect();
                self.put(&Change::PutRecoveryCodes(code.account, left));
            }
            Change::PutOrganisation(new) => {
                if let Some(old) = self.organisations.put(new.id, new.clone()) {
                    old.members.iter().for_each(|one| self.memberships.remove(one, &new.id));
                }
                new.members.iter().for_each(|one| self.memberships.put(*one, new.id));
            }
            Change::DeleteOrganisation(id) => {
                if let Some(old) = self.organisations.remove(id) {
                    old.members.iter().for_each(|one| self.memberships.remove(one, id));
                }
            }
            Change::PutRole(new) => {
                self.roles.put(new.id, new.clone());
            }
            Change::DeleteRole(id) => {
                self.roles.remove(id);
            }
            Change::PutSignIn(_)
            | Change::DeleteSignIn(_)
            | Change::PutToken(_)
            | Change::DeleteToken(_)
            | Change::PutInvitation(_)
            | Change::DeleteInvitation(_) => self.put_proof(change),
            Change::PutHandoff(_)
            | Change::DeleteHandoff(_)
            | Change::PutProvider(_)
            | Change::DeleteProvider(_)
            | Change::PutLink(_)
            | Change::DeleteLink(_)
            | Change::PutPasskey(_)
            | Change::DeletePasskey(_) => self.put_door(change),
            Change::PutGroup(_)
            | Change::DeleteGroup(_)
            | Change::PutGrant(_)
            | Change::DeleteGrant(_) => self.put_right(change),
        }
    }

    /// What somebody proves who they are with.
    fn put_proof(&mut self, change: &Change) {
        match change {
            Change::PutSignIn(new) => {
                self.put_proof(&Change::DeleteSignIn(new.id));
                self.sign_in_hashes.put(new.hash, new.id);
                self.sign_ins_of.put(new.account, new.id);
                if let Some(by) = new.acting {
                    self.acting_by.put(by, new.id);
                }
                self.sign_ins.put(new.id, new.clone());
            }
            Change::DeleteSignIn(id) => {
                if let Some(old) = self.sign_ins.remove(id) {
                    self.sign_in_hashes.remove(&old.hash);
                    self.sign_ins_of.remove(&old.account, id);
                    if let Some(by) = old.acting {
                        self.acting_by.remove(&by, id);
                    }
                }
            }
            Change::PutToken(new) => {
                self.put_proof(&Change::DeleteToken(new.id));
                self.token_hashes.put(new.hash, new.id);
                self.tokens_of.put(new.account, new.id);
                self.tokens.put(new.id, new.clone());
            }
            Change::DeleteToken(id) => {
                if let Some(old) = self.tokens.remove(id) {
                    self.token_hashes.remove(&old.hash);
                    self.tokens_of.remove(&old.account, id);
                }
            }
            Change::PutInvitation(new) => {
                self.put_proof(&Change::DeleteInvitation(new.id));
                self.invitation_hashes.put(new.hash, new.id);
                self.invitations.put(new.id, new.clone());
            }
            Change::DeleteInvitation(id) => {
                if let Some(old) = self.invitations.remove(id) {
                    self.invitation_hashes.remove(&old.hash);
                }
            }
            _ => {}
        }
    }

    /// What decides what somebody may do.
    fn put_right(&mut self, change: &Change) {
        match change {
            Change::PutGroup(new) => {
                self.put_right(&Change::DeleteGroup(new.id));
                self.groups_in.put(new.organisation, new.id);
                self.groups.put(new.id, new.clone());
            }
            Change::DeleteGroup(id) => {
                if let Some(old) = self.groups.remove(id) {
                    self.groups_in.remove(&old.organisation, id);
                }
            }
            Change::PutGrant(new) => {
                self.put_right(&Change::DeleteGrant(new.id));
                self.grants_in.put(new.organisation, new.id);
                self.grants_on.put((new.organisation, new.node), new.id);
                self.grants.put(new.id, new.clone());
            }
            Change::DeleteGrant(id) => {
                if let Some(old) = self.grants.remove(id) {
                    self.grants_in.remove(&old.organisation, id);
                    self.grants_on.remove(&(old.organisation, old.node), id);
                }
            }
            _ => {}
        }
    }
}
