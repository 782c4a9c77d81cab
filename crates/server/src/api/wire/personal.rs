//! What is told people about themselves, and accounts as operators see them.

use super::{Id, LinkInfo, OrganisationPolicy, PasskeyInfo, Password, PermissionName, Time};
use patchbay_model::{AccountId, OrganisationId, Secret, SignInId, Timestamp, TokenId};
use patchbay_team::permission::Permissions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The person who is signed in.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Me {
    #[schemars(with = "Id")]
    pub(in crate::api) id: AccountId,
    /// What the person signs in with.
    pub(in crate::api) name: String,
    pub(in crate::api) display: String,
    /// Runs this server.
    pub(in crate::api) operator: bool,
    /// Whether one-time passwords are asked for.
    pub(in crate::api) totp: bool,
    /// Recovery codes that were not used yet.
    pub(in crate::api) recovery_codes: usize,
    /// Sorted by name. An operator sees every organisation of the server.
    pub(in crate::api) organisations: Vec<MyOrganisation>,
    /// Null, unless somebody who runs the server sees it as this person.
    pub(in crate::api) acting: Option<ActingLook>,
}

/// Somebody who runs the server sees it as the person.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct ActingLook {
    /// Display name of who does.
    pub(in crate::api) operator: String,
    /// It ends by then.
    #[schemars(with = "Time")]
    pub(in crate::api) expires: Timestamp,
}

/// An organisation of the person who is signed in.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct MyOrganisation {
    #[schemars(with = "Id")]
    pub(in crate::api) id: OrganisationId,
    pub(in crate::api) name: String,
    /// Whether the person belongs to it; an operator need not.
    pub(in crate::api) member: bool,
    /// What the person may do with the whole of it; an operator may always administer.
    #[schemars(with = "Vec<PermissionName>")]
    pub(in crate::api) permissions: Permissions,
    pub(in crate::api) policy: OrganisationPolicy,
}

/// A new display name.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Display {
    pub(in crate::api) display: String,
}

/// The token of a link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Link {
    #[schemars(with = "Password")]
    pub(in crate::api) token: Secret<String>,
}

/// A password in place of another.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewPassword {
    #[schemars(with = "Password")]
    pub(in crate::api) current: Secret<String>,
    #[schemars(with = "Password")]
    pub(in crate::api) new: Secret<String>,
}

/// How many sign-ins were ended.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Ended {
    pub(in crate::api) ended: usize,
}

/// For an authenticator app.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Totp {
    /// For a QR code.
    pub(in crate::api) uri: String,
    /// To be typed.
    pub(in crate::api) secret: String,
}

/// A one-time password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Code {
    #[schemars(with = "Password")]
    pub(in crate::api) code: Secret<String>,
}

/// Codes that let somebody in who has lost the device; each is good once.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct RecoveryCodes {
    pub(in crate::api) recovery_codes: Vec<String>,
}

/// Where the person is signed in.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct SignInInfo {
    #[schemars(with = "Id")]
    pub(in crate::api) id: SignInId,
    #[schemars(with = "Time")]
    pub(in crate::api) created: Timestamp,
    #[schemars(with = "Time")]
    pub(in crate::api) last_used: Timestamp,
    #[schemars(with = "Time")]
    pub(in crate::api) expires: Timestamp,
    pub(in crate::api) address: String,
    /// What it was done with, as `Firefox on Linux`.
    pub(in crate::api) client: String,
    /// The one that this request was made with.
    pub(in crate::api) current: bool,
    /// Display name of somebody who runs the server and sees it as the person by this one; null if it is the person's own.
    pub(in crate::api) operator: Option<String>,
}

/// A token of the person's.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct ApiTokenInfo {
    #[schemars(with = "Id")]
    pub(in crate::api) id: TokenId,
    pub(in crate::api) name: String,
    #[schemars(with = "Vec<PermissionName>")]
    pub(in crate::api) permissions: Permissions,
    /// Networks as `192.0.2.0/24`; from anywhere if empty.
    pub(in crate::api) networks: Vec<String>,
    #[schemars(with = "Time")]
    pub(in crate::api) created: Timestamp,
    /// Null: never.
    #[schemars(with = "Option<Time>")]
    pub(in crate::api) expires: Option<Timestamp>,
    #[schemars(with = "Option<Time>")]
    pub(in crate::api) last_used: Option<Timestamp>,
    pub(in crate::api) last_address: Option<String>,
}

/// A token that is wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct WantedToken {
    pub(in crate::api) name: String,
    #[schemars(with = "Vec<PermissionName>")]
    pub(in crate::api) permissions: Permissions,
    pub(in crate::api) networks: Vec<String>,
    /// Null: never.
    #[schemars(with = "Option<Time>")]
    pub(in crate::api) expires: Option<Timestamp>,
}

/// A token, shown this once.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct NewApiToken {
    pub(in crate::api) token: String,
    pub(in crate::api) info: ApiTokenInfo,
}

/// An account as those who run the server see it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct AccountInfo {
    #[schemars(with = "Id")]
    pub(in crate::api) id: AccountId,
    pub(in crate::api) name: String,
    pub(in crate::api) display: String,
    pub(in crate::api) operator: bool,
    pub(in crate::api) suspended: bool,
    pub(in crate::api) totp: bool,
    #[schemars(with = "Time")]
    pub(in crate::api) created: Timestamp,
    /// When a sign-in or token of it was used last.
    #[schemars(with = "Option<Time>")]
    pub(in crate::api) last_seen: Option<Timestamp>,
    /// Names, sorted.
    pub(in crate::api) organisations: Vec<String>,
}

/// How somebody can sign in, as those who run the server see it.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct AccountWays {
    /// Whether there is a password.
    pub(in crate::api) password: bool,
    pub(in crate::api) links: Vec<LinkInfo>,
    /// The oldest first.
    pub(in crate::api) passkeys: Vec<PasskeyInfo>,
}

/// What is changed about an account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct AccountChange {
    #[serde(default)]
    pub(in crate::api) operator: Option<bool>,
    #[serde(default)]
    pub(in crate::api) suspended: Option<bool>,
}

/// Why somebody wants to see the server as another does, and that it is they who ask.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ActAs {
    /// At most 500 characters; it is written into the audit log.
    pub(in crate::api) reason: String,
    /// The caller's own, if the account has one.
    #[schemars(with = "Option<Password>")]
    #[serde(default)]
    pub(in crate::api) password: Option<Secret<String>>,
    /// The caller's one-time password or recovery code, if the account asks for one.
    #[schemars(with = "Option<Password>")]
    #[serde(default)]
    pub(in crate::api) code: Option<Secret<String>>,
}

/// A password for somebody who forgot it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct GivenPassword {
    #[schemars(with = "Password")]
    pub(in crate::api) password: Secret<String>,
}
