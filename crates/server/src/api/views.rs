//! What people and permissions look like to a caller.

use super::{Api, wire};
use crate::{
    Acting, Caller, Proof,
    inside::ceiling,
    team::{
        not_found,
        rights::{operates, whole},
    },
};
use patchbay_model::{AccountId, ApiError, OrganisationId, Timestamp};
use patchbay_team::{
    directory::{Directory, built_in_roles},
    entity::{Account, ApiToken, Grant, Group, Invitation, Role, SignIn, Subject},
    permission::Permission,
};

impl Api {
    pub(super) fn me(&self, caller: &Caller) -> Result<wire::Me, ApiError> {
        let directory = self.team.known.directory();
        let own = directory.account(caller.account).ok_or_else(|| not_found("account"))?;
        let all = operates(&directory, caller);
        let there = directory.organisations();
        let there = there.filter(|one| all || one.members.contains(&own.id));
        let mut organisations: Vec<_> =
            there.filter_map(|one| my_organisation(&directory, caller, one.id)).collect();
        organisations.sort_by_key(|one| folded(&one.name));
        Ok(wire::Me {
            id: own.id,
            name: own.name.clone(),
            display: own.display.clone(),
            operator: own.operator,
            totp: own.totp.is_some(),
            recovery_codes: directory.recovery_codes_of(own.id).len(),
            organisations,
            acting: acting(&directory, caller),
        })
    }

    pub(super) fn my_organisation(
        &self,
        caller: &Caller,
        id: OrganisationId,
    ) -> Result<wire::MyOrganisation, ApiError> {
        let found = my_organisation(&self.team.known.directory(), caller, id);
        found.ok_or_else(|| not_found("organisation"))
    }

    pub(super) fn sign_in_info(&self, sign_in: &SignIn, proof: Proof) -> wire::SignInInfo {
        let directory = self.team.known.directory();
        let seen = self.team.seen(sign_in.id.as_bytes());
        wire::SignInInfo {
            id: sign_in.id,
            created: sign_in.created,
            last_used: seen.map_or(sign_in.last_used, |(at, _)| at.max(sign_in.last_used)),
            expires: sign_in.expires,
            address: sign_in.address.clone(),
            client: sign_in.client.clone(),
            current: proof == Proof::SignIn(sign_in.id),
            operator: directory.acts(sign_in).map(|operator| operator.display.clone()),
        }
    }

    pub(super) fn token_info(&self, token: &ApiToken) -> wire::ApiTokenInfo {
        let seen = self.team.seen(token.id.as_bytes());
        let seen = seen.filter(|(at, _)| token.last_used.is_none_or(|known| known < *at));
        wire::ApiTokenInfo {
            id: token.id,
            name: token.name.clone(),
            permissions: token.permissions,
            networks: token.networks.clone(),
            created: token.created,
            expires: token.expires,
            last_used: seen.map(|(at, _)| at).or(token.last_used),
            last_address: seen
                .map(|(_, address)| address.to_string())
                .or_else(|| token.last_address.clone()),
        }
    }

    /// When a sign-in or token of an account was used last.
    fn last_seen(&self, directory: &Directory, account: AccountId) -> Option<Timestamp> {
        let seen = |id: &[u8; 16]| self.team.seen(id).map(|(at, _)| at);
        let sign_ins = directory.sign_ins_of(account).filter(|one| one.acting.is_none());
        let sign_ins = sign_ins.map(|one| seen(one.id.as_bytes()).max(Some(one.last_used)));
        let tokens = directory.tokens_of(account);
        let tokens = tokens.map(|one| seen(one.id.as_bytes()).max(one.last_used));
        sign_ins.chain(tokens).max().flatten()
    }

    /// The passkeys of an account, the oldest first.
    pub(super) fn passkeys_of(&self, account: AccountId) -> Vec<wire::PasskeyInfo> {
        let directory = self.team.known.directory();
        let passkeys = directory.passkeys_of(account).map(|one| wire::PasskeyInfo {
            id: one.id,
            name: one.name.clone(),
            created: one.created,
            last_used: one.last_used,
        });
        passkeys.collect()
    }

    /// Who an account is at providers.
    pub(super) fn links_of(&self, account: AccountId) -> Vec<wire::LinkInfo> {
        let directory = self.team.known.directory();
        let links = directory.links_of(account).map(|one| wire::LinkInfo {
            id: one.id,
            provider_name: directory
                .provider(one.provider)
                .map(|provider| provider.name.clone())
                .unwrap_or_default(),
            label: one.label.clone(),
            created: one.created,
        });
        links.collect()
    }

    pub(super) fn account_info(&self, account: &Account) -> wire::AccountInfo {
        let directory = self.team.known.directory();
        let mut organisations: Vec<String> =
            directory.organisations_of(account.id).map(|one| one.name.clone()).collect();
        organisations.sort_by_key(|name| folded(name));
        wire::AccountInfo {
            id: account.id,
            name: account.name.clone(),
            display: account.display.clone(),
            operator: account.operator,
            suspended: account.suspended,
            totp: account.totp.is_some(),
            created: account.created,
            last_seen: self.last_seen(&directory, account.id),
            organisations,
        }
    }

    /// The members of an organisation. Those who administer it are told a little more.
    pub(super) fn members(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
    ) -> Result<Vec<wire::Member>, ApiError> {
        let directory = self.team.known.directory();
        let more = whole(&directory, caller, organisation).has(Permission::Administer);
        let found = directory.organisation(organisation);
        let found = found.ok_or_else(|| not_found("organisation"))?;
        let accounts = found.members.iter().filter_map(|id| directory.account(*id));
        let mut members: Vec<_> = accounts
            .map(|account| wire::Member {
                id: account.id,
                name: account.name.clone(),
                display: account.display.clone(),
                suspended: account.suspended,
                totp: more.then_some(account.totp.is_some()),
                last_seen: more.then(|| self.last_seen(&directory, account.id)).flatten(),
            })
            .collect();
        members.sort_by_key(|member| (folded(&member.display), member.name.clone()));
        Ok(members)
    }

    pub(super) fn grant(&self, caller: &Caller, grant: &Grant) -> wire::Grant {
        let directory = self.team.known.directory();
        let organisation = directory.organisation(grant.organisation);
        let its_name = organisation.map(|one| one.name.clone()).unwrap_or_default();
        let subject_name = match grant.subject {
            Subject::Account(id) => directory.account(id).map(|one| one.display.clone()),
            Subject::Group(id) => directory.group(id).map(|one| one.name.clone()),
            Subject::Everyone => Some(its_name.clone()),
        };
        let role = directory.role(grant.role);
        wire::Grant {
            id: grant.id,
            subject: grant.subject.into(),
            subject_name: subject_name.unwrap_or_default(),
            node: grant.node,
            node_name: match grant.node {
                Some(node) => self.team.node_name(caller, grant.organisation, node),
                None => Some(its_name),
            },
            role: grant.role,
            role_name: role.map(|role| role.name.clone()).unwrap_or_default(),
            permissions: role.map(|role| role.permissions).unwrap_or_default(),
            created: grant.created,
            may_remove: self.team.may_give(&directory, caller, grant),
        }
    }

    pub(super) fn invitation(&self, invitation: &Invitation) -> wire::Invitation {
        let directory = self.team.known.directory();
        let by = invitation.by.and_then(|by| directory.account(by));
        wire::Invitation {
            id: invitation.id,
            role: invitation.role,
            by: by.map(|account| account.display.clone()),
            expires: invitation.expires,
        }
    }

    /// The roles of an organisation: the built-in ones from the least to the most, then by name.
    pub(super) fn roles(&self, organisation: OrganisationId) -> Vec<wire::Role> {
        let directory = self.team.known.directory();
        let own = directory.roles(organisation).filter(|role| role.organisation.is_some());
        let mut own: Vec<wire::Role> = own.map(role).collect();
        own.sort_by_key(|role| folded(&role.name));
        let mut roles: Vec<wire::Role> = built_in_roles().iter().map(role).collect();
        roles.append(&mut own);
        roles
    }
}

/// Who acts as the caller, if somebody does.
fn acting(directory: &Directory, caller: &Caller) -> Option<wire::ActingLook> {
    let Acting { sign_in, operator } = caller.proof.acting()?;
    let expires = directory.sign_in(sign_in)?.expires;
    let operator = directory.account(operator)?.display.clone();
    Some(wire::ActingLook { operator, expires })
}

fn my_organisation(
    directory: &Directory,
    caller: &Caller,
    id: OrganisationId,
) -> Option<wire::MyOrganisation> {
    let found = directory.organisation(id)?;
    Some(wire::MyOrganisation {
        id,
        name: found.name.clone(),
        member: found.members.contains(&caller.account),
        permissions: whole(directory, caller, id).within(ceiling(caller.proof)),
        policy: found.policy.into(),
    })
}

pub(super) fn role(role: &Role) -> wire::Role {
    wire::Role {
        id: role.id,
        name: role.name.clone(),
        permissions: role.permissions,
        built_in: role.organisation.is_none(),
    }
}

pub(super) fn group(group: &Group) -> wire::Group {
    wire::Group { id: group.id, name: group.name.clone(), members: group.members.clone() }
}

/// As names are sorted.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}
