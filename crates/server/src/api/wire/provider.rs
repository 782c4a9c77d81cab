//! Providers that know who people are, as they are told and sent.

use super::{Id, Me, Password, Time};
use crate::team::providers::Settings;
use patchbay_model::{LinkId, ProviderId, Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How people may sign in, besides by a name and a password.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Ways {
    /// Each is a button; by OpenID Connect.
    pub(in crate::api) providers: Vec<Way>,
    /// Whether devices can make passkeys for this server by the name it was asked by.
    pub(in crate::api) passkeys: bool,
}

/// A provider, as anybody may know it.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Way {
    #[schemars(with = "Id")]
    pub(in crate::api) id: ProviderId,
    pub(in crate::api) name: String,
}

/// Where a browser goes to sign in.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct OidcBegun {
    /// At the provider.
    pub(in crate::api) address: String,
    /// What the page keeps until the browser is back; nobody but this server can read it.
    pub(in crate::api) ticket: String,
}

/// What a browser brings back from a provider.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct OidcReturn {
    /// What the page has kept.
    pub(in crate::api) ticket: String,
    #[schemars(with = "Password")]
    pub(in crate::api) code: Secret<String>,
    pub(in crate::api) state: String,
    /// Who answers, if the provider says so (RFC 9207).
    #[serde(default)]
    pub(in crate::api) iss: Option<String>,
}

/// Somebody is in, or half-way.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Entered {
    /// Null in a browser, where the cookie holds it, and half-way.
    pub(in crate::api) token: Option<String>,
    /// Null half-way.
    pub(in crate::api) account: Option<Me>,
    /// A one-time password is asked for besides: `POST /sign-in/second` takes both. Null otherwise.
    pub(in crate::api) ticket: Option<String>,
}

/// The second step of a sign-in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct SecondStep {
    pub(in crate::api) ticket: String,
    #[schemars(with = "Password")]
    pub(in crate::api) code: Secret<String>,
}

/// A provider, as those who run the server see it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct ProviderInfo {
    #[schemars(with = "Id")]
    pub(in crate::api) id: ProviderId,
    pub(in crate::api) name: String,
    pub(in crate::api) disabled: bool,
    pub(in crate::api) settings: Settings,
    /// Whether a secret is kept. It is never told.
    pub(in crate::api) has_secret: bool,
    /// How many accounts are linked to it.
    pub(in crate::api) links: usize,
    #[schemars(with = "Time")]
    pub(in crate::api) created: Timestamp,
}

/// A provider as it is to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ProviderDraft {
    pub(in crate::api) name: String,
    #[serde(default)]
    pub(in crate::api) disabled: bool,
    pub(in crate::api) settings: Settings,
    /// The client secret, or the password of who looks people up. What is kept stays if null, and goes if empty.
    #[serde(default)]
    #[schemars(with = "Option<Password>")]
    pub(in crate::api) secret: Option<Secret<String>>,
}

/// Settings to be tried.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ProviderTrial {
    /// Whose secret is used if none is sent, as long as it goes to the same place.
    #[serde(default)]
    #[schemars(with = "Option<Id>")]
    pub(in crate::api) id: Option<ProviderId>,
    pub(in crate::api) settings: Settings,
    #[serde(default)]
    #[schemars(with = "Option<Password>")]
    pub(in crate::api) secret: Option<Secret<String>>,
    /// Somebody to look up in a directory.
    #[serde(default)]
    pub(in crate::api) name: Option<String>,
    /// Their password, to be tried besides.
    #[serde(default)]
    #[schemars(with = "Option<Password>")]
    pub(in crate::api) password: Option<Secret<String>>,
}

/// How far it came.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct TrialSaid {
    /// What went well, one sentence each.
    pub(in crate::api) says: Vec<String>,
    /// What went wrong then; null if nothing did.
    pub(in crate::api) problem: Option<String>,
}

/// Who an account is elsewhere.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct LinkInfo {
    #[schemars(with = "Id")]
    pub(in crate::api) id: LinkId,
    pub(in crate::api) provider_name: String,
    /// What they are called there.
    pub(in crate::api) label: String,
    #[schemars(with = "Time")]
    pub(in crate::api) created: Timestamp,
}

/// Links of the caller, and what else could be linked.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Links {
    pub(in crate::api) links: Vec<LinkInfo>,
    pub(in crate::api) providers: Vec<Linkable>,
}

/// A provider that an account can be linked to.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Linkable {
    #[schemars(with = "Id")]
    pub(in crate::api) id: ProviderId,
    pub(in crate::api) name: String,
    /// Asked by name and password here, and not in a page of its own.
    pub(in crate::api) directory: bool,
}

/// Somebody's name and password in a directory.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct DirectoryProof {
    pub(in crate::api) name: String,
    #[schemars(with = "Password")]
    pub(in crate::api) password: Secret<String>,
}
