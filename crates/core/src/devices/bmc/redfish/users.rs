//! Who may sign in.

use super::{Session, if_there, shown};
use crate::{CoreError, devices::bmc::failed::Failed};
use patchbay_device_redfish::Account;
use patchbay_model::{BmcUser, BmcUserDraft, BmcUsers};

/// Those that every controller has (DSP0266 section 13.2.8.2), for those that do not list them.
const ROLES: [&str; 3] = ["Administrator", "Operator", "ReadOnly"];

impl Session {
    pub(in crate::devices::bmc) async fn list_users(&self) -> Result<BmcUsers, Failed> {
        let accounts = self.client.accounts().await?;
        let mut roles = if_there(self.client.roles().await)?.unwrap_or_default();
        if roles.is_empty() {
            roles = ROLES.map(str::to_owned).to_vec();
        }
        // Some have roles that they do not list.
        for role in accounts.iter().filter_map(|account| account.role.as_ref()) {
            if !roles.contains(role) {
                roles.push(role.clone());
            }
        }
        Ok(BmcUsers { users: accounts.iter().map(show).collect(), roles, free: None })
    }

    pub(in crate::devices::bmc) async fn save_user(
        &self,
        draft: BmcUserDraft,
    ) -> Result<(), Failed> {
        let accounts = self.client.accounts().await?;
        match &draft.id {
            Some(id) => self.change_user(find(&accounts, id)?, &draft).await,
            None => self.add_user(&accounts, &draft).await,
        }
    }

    async fn add_user(&self, accounts: &[Account], draft: &BmcUserDraft) -> Result<(), Failed> {
        if accounts.iter().any(|account| account.user.as_ref() == Some(&draft.name)) {
            let message = format!("There is a user {} already.", draft.name);
            return Err(CoreError::invalid("name", message, "Choose another name.").into());
        }
        let Some(password) = &draft.password else {
            let message = "A new user needs a password.";
            return Err(CoreError::invalid("password", message, "Type one.").into());
        };
        let sent = self.client.create_account(&draft.name, password, &draft.role).await?;
        self.finish(sent).await?;
        if draft.enabled {
            return Ok(());
        }
        let accounts = self.client.accounts().await?;
        let new = accounts.iter().find(|account| account.user.as_ref() == Some(&draft.name));
        let new = new.ok_or(CoreError::NotFound("user"))?;
        let sent = self.client.enable_account(&new.link, false).await?;
        self.finish(sent).await
    }

    async fn change_user(&self, account: &Account, draft: &BmcUserDraft) -> Result<(), Failed> {
        let (client, link) = (&self.client, &account.link);
        if account.user.as_ref() != Some(&draft.name) {
            let message = "A management controller's users keep their names.";
            let next = "Add another one, and delete this one.";
            return Err(CoreError::invalid("name", message, next).into());
        }
        let other_role = account.role.as_ref() != Some(&draft.role);
        if draft.name == self.user && (!draft.enabled || other_role) {
            return Err(ourselves(&draft.name));
        }
        if let Some(password) = &draft.password {
            self.finish(client.set_account_password(link, password).await?).await?;
        }
        if other_role {
            self.finish(client.set_account_role(link, &draft.role).await?).await?;
        }
        if account.enabled != Some(draft.enabled) {
            self.finish(client.enable_account(link, draft.enabled).await?).await?;
        }
        if account.locked == Some(true) && draft.enabled {
            self.finish(client.unlock_account(link).await?).await?;
        }
        Ok(())
    }

    pub(in crate::devices::bmc) async fn remove_user(&self, id: &str) -> Result<(), Failed> {
        let accounts = self.client.accounts().await?;
        let account = find(&accounts, id)?;
        if account.user.as_ref() == Some(&self.user) {
            return Err(ourselves(&self.user));
        }
        let sent = self.client.delete_account(&account.link).await?;
        self.finish(sent).await
    }
}

/// Whoever saws at the branch that we sit on.
fn ourselves(name: &str) -> Failed {
    let message = format!("Patchbay signs in as {name} itself.");
    CoreError::invalid("user", message, "Choose another identity for this controller first.").into()
}

fn find<'a>(accounts: &'a [Account], id: &str) -> Result<&'a Account, CoreError> {
    accounts.iter().find(|account| account.id == id).ok_or(CoreError::NotFound("user"))
}

fn show(account: &Account) -> BmcUser {
    BmcUser {
        id: account.id.clone(),
        name: shown(account.user.as_ref()),
        enabled: account.enabled.unwrap_or(true),
        locked: account.locked == Some(true),
        role: shown(account.role.as_ref()),
        fixed: true,
    }
}
