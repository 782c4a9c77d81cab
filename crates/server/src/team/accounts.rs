//! Accounts, as those who run the server change them.

use super::{
    Team,
    acting::over,
    alter::{Altered, about, forbidden, saying},
    not_found,
    personal::others,
    rights::must_operate,
    space::SpaceItems,
};
use crate::Caller;
use patchbay_model::{AccountId, ApiError, LinkId, PasskeyId, Secret};
use patchbay_team::{
    audit,
    directory::Directory,
    entity::{Account, Change, Link, Passkey, Space},
};

impl Team {
    /// Lets somebody run the server or not, suspends somebody or not. Who is suspended is signed in nowhere any more.
    pub(crate) async fn set_account(
        &self,
        caller: &Caller,
        id: AccountId,
        (operator, suspended): (Option<bool>, Option<bool>),
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let old = account(directory, caller, id)?;
            let new = Account {
                operator: operator.unwrap_or(old.operator),
                suspended: suspended.unwrap_or(old.suspended),
                ..old.clone()
            };
            let mut changes = Vec::new();
            if new.suspended {
                changes = others(directory, id, None);
            }
            let words = format!("operator: {}, suspended: {}", new.operator, new.suspended);
            changes.push(Change::PutAccount(new));
            // Who runs the server acts as others, and nobody as them.
            let mut after = directory.clone();
            changes.iter().for_each(|change| after.apply(change));
            changes.extend(over(&after, self.now()));
            Ok(Altered::by(changes, saying(about(&entry, "account", id), words)))
        })
        .await
    }

    /// Gives somebody who forgot it another password.
    pub(crate) async fn reset_password(
        &self,
        caller: &Caller,
        id: AccountId,
        password: &Secret<String>,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        let whose = another(&self.known.directory(), caller, id)?.clone();
        let hashed = self.hash_password(password, &[&whose.name, &whose.display]).await?;
        self.alter(|directory| {
            let old = another(directory, caller, id)?;
            let mut changes = others(directory, id, None);
            let password = Some(hashed.clone());
            changes.push(Change::PutAccount(Account { password, ..old.clone() }));
            Ok(Altered::by(changes, about(&entry, "account", id)))
        })
        .await
    }

    /// Asks somebody for one-time passwords no more who has lost the device and the recovery codes.
    pub(crate) async fn reset_totp(
        &self,
        caller: &Caller,
        id: AccountId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let old = another(directory, caller, id)?;
            let new = Account { totp: None, ..old.clone() };
            let changes = vec![Change::PutAccount(new), Change::PutRecoveryCodes(id, Vec::new())];
            Ok(Altered::by(changes, about(&entry, "account", id)))
        })
        .await
    }

    /// Takes a link of somebody else's away, even if nothing else lets them in: whoever is there by it must be out.
    pub(crate) async fn remove_link(
        &self,
        caller: &Caller,
        id: AccountId,
        link: LinkId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let whose = another(directory, caller, id)?;
            let is_theirs = |one: &&Link| one.account == whose.id;
            let link = directory.link(link).filter(is_theirs).ok_or_else(|| not_found("link"))?;
            let provider = directory.provider(link.provider).map(|one| one.name.as_str());
            let words = format!("{} at {}", link.label, provider.unwrap_or("a provider"));
            let mut changes = others(directory, id, None);
            changes.push(Change::DeleteLink(link.id));
            Ok(Altered::by(changes, saying(about(&entry, "account", id), words)))
        })
        .await
    }

    /// Removes a passkey of somebody else's, even if nothing else lets them in: whoever found the device must be out.
    pub(crate) async fn remove_passkey_of(
        &self,
        caller: &Caller,
        id: AccountId,
        passkey: PasskeyId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let whose = another(directory, caller, id)?;
            let is_theirs = |one: &&Passkey| one.account == whose.id;
            let passkey = directory.passkey(passkey).filter(is_theirs);
            let passkey = passkey.ok_or_else(|| not_found("passkey"))?;
            let mut changes = others(directory, id, None);
            changes.push(Change::DeletePasskey(passkey.id));
            Ok(Altered::by(changes, saying(about(&entry, "account", id), &passkey.name)))
        })
        .await
    }

    /// Deletes an account with its personal machines.
    pub(crate) async fn delete_account(
        &self,
        caller: &Caller,
        id: AccountId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let old = account(directory, caller, id)?;
            let entry = saying(about(&entry, "account", id), &old.name);
            Ok(Altered::by(vec![Change::DeleteAccount(id)], entry))
        })
        .await?;
        self.known.set_space(Space::Personal(id), SpaceItems::default());
        Ok(())
    }
}

/// An account, for those who run the server.
pub(super) fn account<'a>(
    directory: &'a Directory,
    caller: &Caller,
    id: AccountId,
) -> Result<&'a Account, ApiError> {
    must_operate(directory, caller)?;
    directory.account(id).ok_or_else(|| not_found("account"))
}

/// Somebody else's account: whoever found a place where an operator is signed in must not be able to keep others out of it.
fn another<'a>(
    directory: &'a Directory,
    caller: &Caller,
    id: AccountId,
) -> Result<&'a Account, ApiError> {
    if id == caller.account {
        return Err(forbidden("This is your own account.")
            .next("Change it in “Your account”, with your current password or a code."));
    }
    account(directory, caller, id)
}
