//! Letting in whom a provider knows, or linking them.

use super::super::{
    Team, Visitor, Welcome,
    alter::{Altered, about, conflict, saying},
};
use patchbay_model::{AccountId, ApiError, ErrorCode, LinkId, ProviderId, Secret};
use patchbay_team::{
    audit::{self, Outcome},
    directory::{self, Directory},
    entity::{Account, Change, Group, Link, Provider, Subject},
    throttle::Charge,
};
use serde::{Deserialize, Serialize};

/// Whom a provider says somebody is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Vouched {
    pub(crate) provider: ProviderId,
    /// What the provider calls them for good.
    pub(crate) subject: String,
    /// What they sign in with there; decides nothing.
    pub(crate) name: String,
    pub(crate) display: String,
    pub(crate) label: String,
    /// The groups that the provider says they are in.
    pub(crate) groups: Vec<String>,
}

impl Team {
    /// Lets somebody in whom a provider knows. An account that asks for one-time passwords is asked for one, unless the
    /// provider is trusted for it.
    pub(super) async fn let_in(
        &self,
        vouched: &Vouched,
        code: Option<&Secret<String>>,
        visitor: &Visitor,
        action: &str,
    ) -> Result<Welcome, ApiError> {
        let whole = self.provider(vouched.provider)?;
        let creates = whole.settings.creates().cloned();
        let follows = match &whole.settings {
            super::settings::Settings::Ldap(one) => one.groups.clone(),
            super::settings::Settings::Oidc(_) => Default::default(),
        };
        let trusted = whole.settings.trusted();
        let done = self
            .alter(|directory| {
                let provider = open_provider(directory, vouched.provider)?;
                let mut changes = Vec::new();
                let mut entries = Vec::new();
                let account = match directory.linked(provider.id, &vouched.subject) {
                    Some(account) if account.suspended => return Err(not_known(provider)),
                    Some(account) => {
                        if !trusted {
                            changes.extend(self.second_factor(account.id, code)?);
                        }
                        account.clone()
                    }
                    None => {
                        let creates = creates.as_ref().ok_or_else(|| not_known(provider))?;
                        let (account, made) = self.newcomer(directory, vouched, creates)?;
                        changes.extend(made);
                        changes.push(Change::PutLink(self.link(account.id, vouched)));
                        let entry = self.visit(account.id, "account.create", visitor);
                        let by = format!("by {} as {}", provider.name, vouched.label);
                        entries.push(saying(about(&entry, "account", account.id), by));
                        account
                    }
                };
                changes.extend(in_groups(directory, &changes, account.id, vouched, &follows));
                let (welcome, sign_in) = self.welcome(account.id, visitor)?;
                changes.push(sign_in);
                changes.extend(self.expired(account.id));
                let entry = self.visit(account.id, action, visitor);
                entries.push(saying(about(&entry, "provider", provider.id), &provider.name));
                let answer = (welcome.account, welcome.sign_in, welcome.token);
                Ok(Altered { changes, entries, answer })
            })
            .await;
        done.map(|(account, sign_in, token)| Welcome { account, sign_in, token })
    }

    /// An account for somebody who has none.
    fn newcomer(
        &self,
        directory: &Directory,
        vouched: &Vouched,
        creates: &super::settings::Creates,
    ) -> Result<(Account, Vec<Change>), ApiError> {
        let name = free_name(directory, &vouched.name).ok_or_else(|| {
            conflict("There is no name left here for this account.")
                .next("Ask somebody who runs this server for an account, and link it.")
        })?;
        let display: String = vouched.display.trim().chars().take(128).collect();
        let display = if display.is_empty() { name.clone() } else { display };
        let id = AccountId::new();
        let account = Account {
            id,
            name,
            display,
            password: None,
            totp: None,
            totp_step: 0,
            operator: false,
            suspended: false,
            created: self.now(),
        };
        let mut changes = vec![Change::PutAccount(account.clone())];
        let organisation = directory.organisation(creates.organisation).cloned();
        let mut organisation = organisation.ok_or_else(|| {
            conflict("The organisation that new accounts belong to is gone.")
                .next("Whoever runs this server can choose another for this provider.")
        })?;
        organisation.members.insert(id);
        changes.push(Change::PutOrganisation(organisation));
        let role = creates.role.filter(|role| directory.role(*role).is_some());
        changes.extend(role.map(|role| {
            Change::PutGrant(self.grant(creates.organisation, Subject::Account(id), role))
        }));
        Ok((account, changes))
    }

    pub(super) fn link(&self, account: AccountId, vouched: &Vouched) -> Link {
        Link {
            id: LinkId::new(),
            account,
            provider: vouched.provider,
            subject: vouched.subject.clone(),
            label: vouched.label.clone(),
            created: self.now(),
        }
    }

    /// Says how a try ended that was counted.
    pub(crate) async fn conclude<T>(
        &self,
        charge: Charge,
        done: Result<T, ApiError>,
        (who, action): (&str, &str),
        visitor: &Visitor,
    ) -> Result<T, ApiError> {
        match done {
            Ok(done) => {
                self.throttle().succeeded(charge);
                Ok(done)
            }
            Err(error) if matches!(error.code, ErrorCode::AuthFailed | ErrorCode::NotAllowed) => {
                self.turned_away(who, action, &error, visitor).await?;
                Err(error)
            }
            Err(error) => {
                self.throttle().undecided(charge);
                Err(error)
            }
        }
    }

    /// Writes down that somebody was not let in, and why.
    pub(crate) async fn turned_away(
        &self,
        who: &str,
        action: &str,
        why: &ApiError,
        visitor: &Visitor,
    ) -> Result<(), ApiError> {
        let entry = audit::Entry {
            actor: audit::Actor::Nobody,
            object: Some(who.chars().take(100).collect()),
            outcome: Outcome::Refused,
            address: Some(visitor.address.to_string()),
            detail: Some(why.message.clone()),
            ..self.server_entry(action)
        };
        let turn = self.turn().await;
        self.commit(&turn, Vec::new(), Vec::new(), vec![entry]).await
    }
}

/// A provider that may be asked.
pub(super) fn open_provider(directory: &Directory, id: ProviderId) -> Result<&Provider, ApiError> {
    let found = directory.provider(id).filter(|one| !one.disabled);
    found.ok_or_else(|| super::super::not_found("provider"))
}

/// The same for those who have no account here and for those who may not sign in.
fn not_known(provider: &Provider) -> ApiError {
    ApiError::new(
        ErrorCode::AuthFailed,
        format!("{} knows you, but lets you into no account of this server.", provider.name),
    )
    .next("If you have an account here, sign in another way and link it under Your account. If not, ask for an invitation.")
}

/// A name like the one that somebody has elsewhere, and that nobody has here.
fn free_name(directory: &Directory, wanted: &str) -> Option<String> {
    let is_good = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-+@".contains(*c);
    let mut base: String = wanted.to_lowercase().chars().filter(is_good).take(56).collect();
    base = base.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
    if base.is_empty() {
        "person".clone_into(&mut base);
    }
    let numbered = (2..1000).map(|number| format!("{base}-{number}"));
    let is_free = |name: &String| {
        directory::account_name(name).is_ok() && directory.account_named(name).is_none()
    };
    std::iter::once(base.clone()).chain(numbered).find(is_free)
}

/// What makes somebody a member of the groups that follow the provider's, and of no other of those.
fn in_groups(
    directory: &Directory,
    before: &[Change],
    account: AccountId,
    vouched: &Vouched,
    follows: &std::collections::BTreeMap<String, patchbay_model::GroupId>,
) -> Vec<Change> {
    // Names of directory entries are compared without regard to case (RFC 4517 section 4.2.15).
    let is_in = |name: &String| vouched.groups.iter().any(|one| one.eq_ignore_ascii_case(name));
    let mut wanted = std::collections::BTreeMap::new();
    for (name, group) in follows {
        *wanted.entry(*group).or_insert(false) |= is_in(name);
    }
    let joins = |group: &Group| {
        let new = before.iter().any(|change| match change {
            Change::PutOrganisation(one) => {
                one.id == group.organisation && one.members.contains(&account)
            }
            _ => false,
        });
        new || directory.is_member(account, group.organisation)
    };
    let changed = wanted.into_iter().filter_map(|(id, inside)| {
        let mut group = directory.group(id).filter(|group| joins(group))?.clone();
        let done =
            if inside { group.members.insert(account) } else { group.members.remove(&account) };
        done.then_some(Change::PutGroup(group))
    });
    changed.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_from_elsewhere_become_names_here() {
        let nobody = Directory::new();
        for (there, here) in [
            ("Ada", "ada"),
            ("ada@example.org", "ada@example.org"),
            ("Ada Byron", "adabyron"),
            ("..-Ж", "person"),
            ("", "person"),
        ] {
            assert_eq!(free_name(&nobody, there).as_deref(), Some(here), "{there}");
        }
        assert_eq!(free_name(&nobody, &"x".repeat(500)).unwrap().len(), 56);
    }
}
