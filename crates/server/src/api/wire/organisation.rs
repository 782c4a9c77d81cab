//! Organisations and who belongs to them.

use super::{Id, PermissionName, Time};
use patchbay_model::{AccountId, GroupId, InvitationId, RoleId, Timestamp};
use patchbay_team::{
    entity::{Policy, Record},
    permission::Permissions,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The name of an organisation.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct OrganisationName {
    pub(in crate::api) name: String,
}

/// What an organisation demands of its members.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::api) struct OrganisationPolicy {
    /// How many characters a reason has at least that is given for opening a session with a machine of it or being shown a secret of
    /// it; 0 if none is asked for.
    #[schemars(range(max = 100))]
    ask_reason: u8,
    /// Which sessions with its machines are recorded, whatever the person wants.
    record: RecordWanted,
    /// How many days such recordings are kept; 0 for ever.
    #[schemars(range(max = 3650))]
    keep_days: u16,
    /// Whether members' computers keep its tree, sealed, to be looked at while the server is away.
    keep_offline: bool,
    /// Whether members who may see the secrets of a machine may open sessions with it from their own computers, which are given these
    /// secrets for it.
    direct: bool,
}

/// Which sessions are recorded.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum RecordWanted {
    Off,
    Terminals,
    /// Terminals and desktops.
    Everything,
}

impl From<OrganisationPolicy> for Policy {
    fn from(wanted: OrganisationPolicy) -> Self {
        let OrganisationPolicy { ask_reason, record, keep_days, keep_offline, direct } = wanted;
        let record = match record {
            RecordWanted::Off => Record::Off,
            RecordWanted::Terminals => Record::Terminals,
            RecordWanted::Everything => Record::Everything,
        };
        Self { ask_reason, record, keep_days, keep_offline, direct }
    }
}

impl From<Policy> for OrganisationPolicy {
    fn from(Policy { ask_reason, record, keep_days, keep_offline, direct }: Policy) -> Self {
        let record = match record {
            Record::Off => RecordWanted::Off,
            Record::Terminals => RecordWanted::Terminals,
            Record::Everything => RecordWanted::Everything,
        };
        Self { ask_reason, record, keep_days, keep_offline, direct }
    }
}

/// A member of an organisation as the other members see it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Member {
    #[schemars(with = "Id")]
    pub(in crate::api) id: AccountId,
    pub(in crate::api) name: String,
    pub(in crate::api) display: String,
    pub(in crate::api) suspended: bool,
    /// Null for those who may not administer the organisation.
    pub(in crate::api) totp: Option<bool>,
    /// Null for those who may not administer the organisation.
    #[schemars(with = "Option<Time>")]
    pub(in crate::api) last_seen: Option<Timestamp>,
}

/// A group.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Group {
    #[schemars(with = "Id")]
    pub(in crate::api) id: GroupId,
    pub(in crate::api) name: String,
    #[schemars(with = "Vec<Id>")]
    pub(in crate::api) members: BTreeSet<AccountId>,
}

/// What a group becomes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct WantedGroup {
    pub(in crate::api) name: String,
    #[schemars(with = "Vec<Id>")]
    pub(in crate::api) members: BTreeSet<AccountId>,
}

/// A role.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Role {
    #[schemars(with = "Id")]
    pub(in crate::api) id: RoleId,
    pub(in crate::api) name: String,
    #[schemars(with = "Vec<PermissionName>")]
    pub(in crate::api) permissions: Permissions,
    /// One of those that every organisation has and nobody can change.
    pub(in crate::api) built_in: bool,
}

/// What a role becomes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct WantedRole {
    pub(in crate::api) name: String,
    #[schemars(with = "Vec<PermissionName>")]
    pub(in crate::api) permissions: Permissions,
}

/// A link to join.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Invitation {
    #[schemars(with = "Id")]
    pub(in crate::api) id: InvitationId,
    #[schemars(with = "Option<Id>")]
    pub(in crate::api) role: Option<RoleId>,
    /// Display name.
    pub(in crate::api) by: Option<String>,
    #[schemars(with = "Time")]
    pub(in crate::api) expires: Timestamp,
}

/// A link to join that is wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct WantedInvitation {
    #[schemars(with = "Option<Id>")]
    pub(in crate::api) role: Option<RoleId>,
    /// How many days it can be used.
    #[schemars(range(min = 1, max = 30))]
    pub(in crate::api) days: u32,
}

/// A link to join; the token is shown this once.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct NewInvitation {
    pub(in crate::api) token: String,
    pub(in crate::api) invitation: Invitation,
}
