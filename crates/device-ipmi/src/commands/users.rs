//! Who may sign in (sections 22.26 to 22.32).

use crate::{Bmc, IpmiError, Privilege, Request, protocol::Reader};
use patchbay_model::Secret;
use zeroize::Zeroizing;

const APP: u8 = 6;
const SET_ACCESS: u8 = 0x43;
const GET_ACCESS: u8 = 0x44;
const SET_NAME: u8 = 0x45;
const GET_NAME: u8 = 0x46;
const SET_PASSWORD: u8 = 0x47;
/// The channel that the question comes in by.
const THIS_CHANNEL: u8 = 0x0e;
const NAME: usize = 16;
const NO_ACCESS: u8 = 0x0f;
/// "Apply the bits below" of Set User Access.
const CHANGE: u8 = 0x80;

/// What a user may do over the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UserAccess {
    /// How far it reaches; `None` is not at all.
    pub privilege: Option<Privilege>,
    /// May send commands.
    pub ipmi: bool,
    /// May be asked to sign in on a line.
    pub link: bool,
    /// May only call back.
    pub callback: bool,
}

/// A place for a user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// 1 to 63; 1 is the one without a name on most BMCs.
    pub number: u8,
    /// Empty in an empty place.
    pub name: String,
    /// Whether it may sign in at all, if the BMC says.
    pub enabled: Option<bool>,
    /// What it may do over the network.
    pub access: UserAccess,
}

/// All places.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UserList {
    /// By number.
    pub users: Vec<User>,
    /// How many names cannot be changed, from the first on.
    pub fixed_names: u8,
}

/// Most users there are, enabled state of the asked one, fixed names, and its access (table 22-30).
fn decode_access(data: &[u8]) -> Result<(u8, Option<bool>, u8, UserAccess), IpmiError> {
    let [most, enabled, fixed, access] = Reader::new(data).array()?;
    let state = match enabled >> 6 {
        1 => Some(true),
        2 => Some(false),
        _ => None,
    };
    let access = UserAccess {
        privilege: Privilege::of(access & 0xf),
        ipmi: access & 0x10 != 0,
        link: access & 0x20 != 0,
        callback: access & 0x40 != 0,
    };
    Ok((most & 0x3f, state, fixed & 0x3f, access))
}

fn check(number: u8) -> Result<u8, IpmiError> {
    if (1..=63).contains(&number) {
        Ok(number)
    } else {
        Err(IpmiError::Invalid("a user has a number from 1 to 63"))
    }
}

impl Bmc {
    /// Everybody, empty places among them.
    ///
    /// # Errors
    /// As for every command.
    pub async fn users(&self) -> Result<UserList, IpmiError> {
        let (most, _, fixed_names, _) = self.access(1).await?;
        let mut users = Vec::new();
        for number in 1..=most {
            users.push(self.user(number).await?);
        }
        Ok(UserList { users, fixed_names })
    }

    /// One of them.
    ///
    /// # Errors
    /// As for every command.
    pub async fn user(&self, number: u8) -> Result<User, IpmiError> {
        let (_, enabled, _, access) = self.access(check(number)?).await?;
        let request = Request::again("get user name", APP, GET_NAME, &[number]);
        let name = match self.send(&request).await {
            Ok(name) => name,
            // An empty place, to some BMCs.
            Err(IpmiError::Refused { code: 0xcc | 0xcb, .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        let name = String::from_utf8_lossy(name).into_owned();
        Ok(User { number, name, enabled, access })
    }

    async fn access(&self, number: u8) -> Result<(u8, Option<bool>, u8, UserAccess), IpmiError> {
        let request = Request::again("get user access", APP, GET_ACCESS, &[THIS_CHANNEL, number]);
        decode_access(&self.send(&request).await?)
    }

    /// Names a user, which is what creating one is. An empty name deletes it on most BMCs; see [`Bmc::delete_user`].
    ///
    /// # Errors
    /// When the name is longer than 16 bytes, and as for every command.
    pub async fn set_user_name(&self, number: u8, name: &str) -> Result<(), IpmiError> {
        if name.len() > NAME {
            return Err(IpmiError::Invalid("a user name has at most 16 bytes in IPMI"));
        }
        let mut data = vec![check(number)?];
        data.extend_from_slice(name.as_bytes());
        data.resize(1 + NAME, 0);
        self.send(&Request::again("set user name", APP, SET_NAME, &data)).await.map(drop)
    }

    /// Gives a user a password. Up to 16 bytes it can be used with IPMI 1.5 too.
    ///
    /// # Errors
    /// When it is longer than 20 bytes, and as for every command.
    pub async fn set_password(
        &self,
        number: u8,
        password: &Secret<String>,
    ) -> Result<(), IpmiError> {
        self.password("set password", 2, number, password).await
    }

    /// Whether this is a user's password.
    ///
    /// # Errors
    /// When it is longer than 20 bytes, and as for every command.
    pub async fn test_password(
        &self,
        number: u8,
        password: &Secret<String>,
    ) -> Result<bool, IpmiError> {
        match self.password("test password", 3, number, password).await {
            Ok(()) => Ok(true),
            // Wrong, or set with the other length.
            Err(IpmiError::Refused { code: 0x80 | 0x81, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn password(
        &self,
        name: &'static str,
        operation: u8,
        number: u8,
        password: &Secret<String>,
    ) -> Result<(), IpmiError> {
        let password = password.expose_secret().as_bytes();
        // Bit 7: 20 bytes follow and not 16.
        let (flag, length) = match password.len() {
            0..=16 => (0, 16),
            17..=20 => (0x80, 20),
            _ => return Err(IpmiError::Invalid("a password has at most 20 bytes in IPMI")),
        };
        let mut data = Zeroizing::new(vec![check(number)? | flag, operation]);
        data.extend_from_slice(password);
        data.resize(2 + length, 0);
        let mut request = Request::again(name, APP, SET_PASSWORD, &data);
        let result = self.send(&request).await.map(drop);
        zeroize::Zeroize::zeroize(&mut request.data);
        result
    }

    /// Lets a user sign in, or not.
    ///
    /// # Errors
    /// As for every command.
    pub async fn enable_user(&self, number: u8, enabled: bool) -> Result<(), IpmiError> {
        let data = [check(number)?, u8::from(enabled)];
        self.send(&Request::again("enable user", APP, SET_PASSWORD, &data)).await.map(drop)
    }

    /// Says what a user may do over the network.
    ///
    /// # Errors
    /// As for every command.
    pub async fn set_user_access(&self, number: u8, access: UserAccess) -> Result<(), IpmiError> {
        let bits = CHANGE
            | (u8::from(access.callback) << 6)
            | (u8::from(access.link) << 5)
            | (u8::from(access.ipmi) << 4);
        let privilege = access.privilege.map_or(NO_ACCESS, Privilege::number);
        let data = [bits | THIS_CHANNEL, check(number)?, privilege];
        self.send(&Request::again("set user access", APP, SET_ACCESS, &data)).await.map(drop)
    }

    /// Takes a user's rights and name. IPMI has no command for it: a user without rights who is disabled can do nothing, and
    /// one without a name is an empty place. A BMC that keeps the last name all the same is no error.
    ///
    /// # Errors
    /// As for every command.
    pub async fn delete_user(&self, number: u8) -> Result<(), IpmiError> {
        let access = UserAccess { privilege: None, ipmi: false, link: false, callback: false };
        self.enable_user(number, false).await?;
        self.set_user_access(number, access).await?;
        match self.set_user_name(number, "").await {
            Err(IpmiError::Refused { .. }) => Ok(()),
            result => result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{UserAccess, decode_access};
    use crate::Privilege;

    #[test]
    fn access() {
        let admin = UserAccess {
            privilege: Some(Privilege::Administrator),
            ipmi: true,
            link: false,
            callback: false,
        };
        assert_eq!(decode_access(&[0x3f, 0x43, 1, 0x14]), Ok((63, Some(true), 1, admin)));
        let nobody = UserAccess { privilege: None, ipmi: false, ..admin };
        assert_eq!(decode_access(&[0x0a, 0x83, 0, 0x0f]), Ok((10, Some(false), 0, nobody)));
        assert!(decode_access(&[1, 2, 3]).is_err());
    }
}
