//! What is told and taken where nobody has to be signed in.

use super::{Me, Password, Time};
use patchbay_model::{Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A server, as anybody may know it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct ServerInfo {
    /// What it is called.
    pub(in crate::api) name: String,
    pub(in crate::api) version: &'static str,
    /// Whether there is an account already; if not, only the set-up link leads on.
    pub(in crate::api) set_up: bool,
    /// SHA-256 of its certificate; null behind a proxy.
    pub(in crate::api) fingerprint: Option<String>,
}

/// A node of a server. Any of them serves any request.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Node {
    /// How people reach it.
    pub(in crate::api) url: String,
    /// SHA-256 of its certificate; null behind a proxy.
    pub(in crate::api) fingerprint: Option<String>,
}

/// A password to be judged, and the name it is for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ToJudge {
    #[schemars(with = "Password")]
    pub(in crate::api) password: Secret<String>,
    pub(in crate::api) name: String,
}

/// How good a password is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct PassphraseStrength {
    /// 0 (worst) to 4; from 3 on it can be used.
    pub(in crate::api) score: u8,
    pub(in crate::api) bits: u32,
    pub(in crate::api) label: String,
    pub(in crate::api) guess_time: String,
    /// How to make it better; empty if it can be used.
    pub(in crate::api) hint: String,
}

/// The first account of a server.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct SetUp {
    /// Of the set-up link.
    #[schemars(with = "Password")]
    pub(in crate::api) token: Secret<String>,
    pub(in crate::api) name: String,
    pub(in crate::api) display: String,
    #[schemars(with = "Password")]
    pub(in crate::api) password: Secret<String>,
    /// The name of the first organisation.
    pub(in crate::api) organisation: String,
}

/// What somebody shows to be let in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct SignIn {
    pub(in crate::api) name: String,
    #[schemars(with = "Password")]
    pub(in crate::api) password: Secret<String>,
    /// A one-time password or a recovery code, however it is spaced.
    #[serde(default)]
    #[schemars(with = "Option<Password>")]
    pub(in crate::api) code: Option<Secret<String>>,
}

/// Somebody joins with a new account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Join {
    /// Of the link.
    #[schemars(with = "Password")]
    pub(in crate::api) token: Secret<String>,
    pub(in crate::api) name: String,
    pub(in crate::api) display: String,
    #[schemars(with = "Password")]
    pub(in crate::api) password: Secret<String>,
}

/// Somebody is signed in.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct SignedIn {
    /// Null in a browser, where the cookie holds it.
    pub(in crate::api) token: Option<String>,
    pub(in crate::api) account: Me,
}

/// What a link to join says before anybody joins.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct InvitationLook {
    /// Null for the set-up link.
    pub(in crate::api) organisation: Option<String>,
    /// Display name of who made it; null if that account is gone.
    pub(in crate::api) by: Option<String>,
    /// Name of the role that comes with it.
    pub(in crate::api) role: Option<String>,
    #[schemars(with = "Time")]
    pub(in crate::api) expires: Timestamp,
}
