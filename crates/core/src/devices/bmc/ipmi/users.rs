//! Who may sign in: numbered places, some of them empty.

use super::Session;
use crate::{CoreError, devices::bmc::failed::Failed, plain::plain};
use patchbay_device_ipmi::{Privilege, User, UserAccess, UserList};
use patchbay_model::{BmcUser, BmcUserDraft, BmcUsers};

const ROLES: [(&str, Privilege); 4] = [
    ("Administrator", Privilege::Administrator),
    ("Operator", Privilege::Operator),
    ("User", Privilege::User),
    ("Callback", Privilege::Callback),
];

impl Session {
    pub(in crate::devices::bmc) async fn list_users(&self) -> Result<BmcUsers, Failed> {
        let all = self.bmc.users().await?;
        let named = all.users.iter().filter(|user| !user.name.is_empty());
        let free = all.users.iter().filter(|user| is_free(&all, user)).count();
        Ok(BmcUsers {
            users: named.map(|user| show(&all, user)).collect(),
            roles: ROLES.iter().map(|(name, _)| (*name).to_owned()).collect(),
            free: Some(u32::try_from(free).unwrap_or(u32::MAX)),
        })
    }

    pub(in crate::devices::bmc) async fn save_user(
        &self,
        draft: BmcUserDraft,
    ) -> Result<(), Failed> {
        let privilege = role(&draft.role)?;
        let all = self.bmc.users().await?;
        match &draft.id {
            None => self.add_user(&all, &draft, privilege).await,
            Some(id) => self.change_user(&all, find(&all, id)?, &draft, privilege).await,
        }
    }

    async fn add_user(
        &self,
        all: &UserList,
        draft: &BmcUserDraft,
        privilege: Option<Privilege>,
    ) -> Result<(), Failed> {
        if all.users.iter().any(|user| user.name == draft.name) {
            let message = format!("There is a user {} already.", draft.name);
            return Err(CoreError::invalid("name", message, "Choose another name.").into());
        }
        let place = all.users.iter().find(|user| is_free(all, user)).ok_or_else(|| {
            let message = "All places for users are taken.";
            CoreError::invalid("name", message, "Delete one that nobody needs.")
        })?;
        let number = place.number;
        let done = async {
            self.bmc.set_user_name(number, &draft.name).await?;
            if let Some(password) = &draft.password {
                self.bmc.set_password(number, password).await?;
            }
            let ipmi = privilege.is_some();
            let access = UserAccess { privilege, ipmi, link: false, callback: false };
            self.bmc.set_user_access(number, access).await?;
            self.bmc.enable_user(number, draft.enabled).await
        };
        let done = done.await;
        if done.is_err() {
            // Half a user is none.
            let _kept = self.bmc.delete_user(number).await;
        }
        Ok(done?)
    }

    async fn change_user(
        &self,
        all: &UserList,
        user: &User,
        draft: &BmcUserDraft,
        privilege: Option<Privilege>,
    ) -> Result<(), Failed> {
        let number = user.number;
        let renamed = draft.name != user.name;
        if renamed && number <= all.fixed_names {
            let message = format!("The name of {} cannot be changed.", user.name);
            return Err(CoreError::invalid("name", message, "Leave it as it is.").into());
        }
        let own = user.name == self.user;
        if own && (renamed || !draft.enabled || privilege < user.access.privilege) {
            return Err(ourselves(&user.name));
        }
        if renamed {
            self.bmc.set_user_name(number, &draft.name).await?;
        }
        if let Some(password) = &draft.password {
            self.bmc.set_password(number, password).await?;
        }
        if privilege != user.access.privilege {
            let access = UserAccess { privilege, ipmi: privilege.is_some(), ..user.access };
            self.bmc.set_user_access(number, access).await?;
        }
        if user.enabled != Some(draft.enabled) {
            self.bmc.enable_user(number, draft.enabled).await?;
        }
        Ok(())
    }

    pub(in crate::devices::bmc) async fn remove_user(&self, id: &str) -> Result<(), Failed> {
        let all = self.bmc.users().await?;
        let user = find(&all, id)?;
        if user.name == self.user {
            return Err(ourselves(&user.name));
        }
        Ok(self.bmc.delete_user(user.number).await?)
    }
}

/// Whoever saws at the branch that we sit on.
fn ourselves(name: &str) -> Failed {
    let message = format!("Patchbay signs in as {name} itself.");
    CoreError::invalid("user", message, "Choose another identity for this controller first.").into()
}

fn find<'a>(all: &'a UserList, id: &str) -> Result<&'a User, CoreError> {
    let number = id.parse::<u8>().ok();
    let found = all.users.iter().find(|user| Some(user.number) == number);
    found.filter(|user| !user.name.is_empty()).ok_or(CoreError::NotFound("user"))
}

/// The first place is the one without a name (section 22.26).
fn is_free(all: &UserList, user: &User) -> bool {
    user.name.is_empty() && user.number > 1 && user.number > all.fixed_names
}

fn role(name: &str) -> Result<Option<Privilege>, CoreError> {
    if name.is_empty() {
        return Ok(None);
    }
    let found = ROLES.iter().find(|(known, _)| *known == name).map(|(_, level)| Some(*level));
    found.ok_or_else(|| {
        let message = format!("IPMI knows no role {name}.");
        CoreError::invalid("role", message, "Choose one of those in the list.")
    })
}

fn show(all: &UserList, user: &User) -> BmcUser {
    let named = |level: Privilege| {
        let found = ROLES.iter().find(|(_, known)| *known == level);
        found.map_or_else(|| level.to_string(), |(name, _)| (*name).to_owned())
    };
    BmcUser {
        id: user.number.to_string(),
        name: plain(user.name.as_bytes()),
        enabled: user.enabled.unwrap_or(true),
        locked: false,
        role: user.access.privilege.map(named).unwrap_or_default(),
        fixed: user.number <= all.fixed_names,
    }
}
