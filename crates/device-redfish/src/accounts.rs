//! Who may sign in at a controller.

use crate::{
    Client, Link, RedfishError, Resource, Sent,
    json::{flag, link, text},
};
use patchbay_model::Secret;
use serde_json::{Value, json};

/// Somebody who may sign in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Where it is.
    pub link: Link,
    /// Its id there.
    pub id: String,
    /// The name to sign in with; none for a slot that nobody has.
    pub user: Option<String>,
    /// What it may do: `Administrator`, `Operator`, `ReadOnly`, or one of the machine's own.
    pub role: Option<String>,
    /// Whether it may sign in at all.
    pub enabled: Option<bool>,
    /// Whether too many wrong passwords have locked it.
    pub locked: Option<bool>,
}

impl Account {
    /// Reads a `ManagerAccount`.
    #[must_use]
    pub fn of(link: &Link, body: &Value) -> Self {
        Self {
            id: text(body, &["Id"]).unwrap_or_else(|| link.name().to_owned()),
            link: link.clone(),
            user: text(body, &["UserName"]),
            role: text(body, &["RoleId"]),
            enabled: flag(body, &["Enabled"]),
            locked: flag(body, &["Locked"]),
        }
    }
}

impl Client {
    /// Those who may sign in, without slots that nobody has.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn accounts(&self) -> Result<Vec<Account>, RedfishError> {
        let found = self.members(&self.accounts_link().await?).await?;
        let all = found.iter().map(|one| Account::of(&one.link, &one.body));
        Ok(all.filter(|account| account.user.is_some()).collect())
    }

    /// The roles that an account can have.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn roles(&self) -> Result<Vec<String>, RedfishError> {
        let service = self.account_service().await?;
        let roles = self.members_if_there(link(&service.body, &["Roles"])).await?;
        let name = |role: &Resource| {
            let named = text(&role.body, &["RoleId"]).or_else(|| text(&role.body, &["Id"]));
            named.unwrap_or_else(|| role.link.name().to_owned())
        };
        Ok(roles.iter().map(name).collect())
    }

    /// Lets somebody in: as a new account, or in an empty slot where accounts are slots.
    ///
    /// # Errors
    /// If the machine says no, to the password for one, or has no slot left.
    pub async fn create_account(
        &self,
        user: &str,
        password: &Secret<String>,
        role: &str,
    ) -> Result<Sent, RedfishError> {
        let accounts = self.accounts_link().await?;
        let body = json!({
            "UserName": user, "Password": password.expose_secret(), "RoleId": role, "Enabled": true,
        });
        if !self.vendor().facts().account_slots {
            match self.post(&accounts, &body).await {
                Err(error) if error.is_refused(&[405, 501]) => {}
                sent => return sent,
            }
        }
        let slots = self.members(&accounts).await?;
        // The first is reserved where accounts are slots, so it comes last elsewhere and never there.
        let reserved = usize::from(self.vendor().facts().account_slots);
        let is_free = |slot: &&Resource| {
            text(&slot.body, &["UserName"]).is_none()
                && flag(&slot.body, &["Enabled"]) != Some(true)
        };
        let free = slots.iter().skip(reserved).find(is_free);
        let free = free.ok_or_else(|| self.missing("slot left for another account"))?;
        self.patch(free, &body).await
    }

    /// Gives an account another password.
    ///
    /// # Errors
    /// If the machine says no.
    pub async fn set_account_password(
        &self,
        account: &Link,
        password: &Secret<String>,
    ) -> Result<Sent, RedfishError> {
        self.change(account, &json!({ "Password": password.expose_secret() })).await
    }

    /// Lets an account do more or less.
    ///
    /// # Errors
    /// If the machine says no.
    pub async fn set_account_role(&self, account: &Link, role: &str) -> Result<Sent, RedfishError> {
        self.change(account, &json!({ "RoleId": role })).await
    }

    /// Lets an account in, or keeps it out.
    ///
    /// # Errors
    /// If the machine says no.
    pub async fn enable_account(
        &self,
        account: &Link,
        enabled: bool,
    ) -> Result<Sent, RedfishError> {
        self.change(account, &json!({ "Enabled": enabled })).await
    }

    /// Forgives wrong passwords. `Locked` can be set to false only (DSP0268).
    ///
    /// # Errors
    /// If the machine says no.
    pub async fn unlock_account(&self, account: &Link) -> Result<Sent, RedfishError> {
        self.change(account, &json!({ "Locked": false })).await
    }

    /// Removes an account, or empties its slot where accounts are slots.
    ///
    /// # Errors
    /// If the machine says no.
    pub async fn delete_account(&self, account: &Link) -> Result<Sent, RedfishError> {
        if !self.vendor().facts().account_slots {
            match self.delete(account).await {
                Err(error) if error.is_refused(&[405, 501]) => {}
                sent => return sent,
            }
        }
        self.change(account, &json!({ "UserName": "", "Enabled": false })).await
    }

    async fn change(&self, account: &Link, body: &Value) -> Result<Sent, RedfishError> {
        let account = self.get(account).await?;
        self.patch(&account, body).await
    }

    async fn account_service(&self) -> Result<Resource, RedfishError> {
        let service = link(self.root(), &["AccountService"]);
        self.get(&service.ok_or_else(|| self.missing("accounts"))?).await
    }

    async fn accounts_link(&self) -> Result<Link, RedfishError> {
        let service = self.account_service().await?;
        link(&service.body, &["Accounts"]).ok_or_else(|| self.missing("accounts"))
    }
}
