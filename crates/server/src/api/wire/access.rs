//! Who may do what, and why.

use super::{Id, PermissionName, Role, Time};
use patchbay_model::{AccountId, GrantId, GroupId, NodeId, OrganisationId, RoleId, Timestamp};
use patchbay_team::{entity, permission::Permissions};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who has a role.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::api) enum Subject {
    Account {
        #[schemars(with = "Id")]
        id: AccountId,
    },
    Group {
        #[schemars(with = "Id")]
        id: GroupId,
    },
    Everyone {},
}

impl From<entity::Subject> for Subject {
    fn from(subject: entity::Subject) -> Self {
        match subject {
            entity::Subject::Account(id) => Self::Account { id },
            entity::Subject::Group(id) => Self::Group { id },
            entity::Subject::Everyone => Self::Everyone {},
        }
    }
}

impl From<Subject> for entity::Subject {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Account { id } => Self::Account(id),
            Subject::Group { id } => Self::Group(id),
            Subject::Everyone {} => Self::Everyone,
        }
    }
}

/// Somebody has a role on something, and on all that is in it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Grant {
    #[schemars(with = "Id")]
    pub(in crate::api) id: GrantId,
    pub(in crate::api) subject: Subject,
    /// Name of the person (as displayed) or group; the organisation's for everyone.
    pub(in crate::api) subject_name: String,
    /// Null: on the whole organisation.
    #[schemars(with = "Option<Id>")]
    pub(in crate::api) node: Option<NodeId>,
    /// Name of the folder or machine, or of the organisation; null if the caller may not see it.
    pub(in crate::api) node_name: Option<String>,
    #[schemars(with = "Id")]
    pub(in crate::api) role: RoleId,
    pub(in crate::api) role_name: String,
    #[schemars(with = "Vec<PermissionName>")]
    pub(in crate::api) permissions: Permissions,
    #[schemars(with = "Time")]
    pub(in crate::api) created: Timestamp,
    /// Whether the caller may take it back.
    pub(in crate::api) may_remove: bool,
}

/// A role that somebody is to have.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewGrant {
    pub(in crate::api) subject: Subject,
    /// Null: on the whole organisation.
    #[schemars(with = "Option<Id>")]
    pub(in crate::api) node: Option<NodeId>,
    #[schemars(with = "Id")]
    pub(in crate::api) role: RoleId,
}

/// An organisation by its name.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct OrganisationLook {
    #[schemars(with = "Id")]
    pub(in crate::api) id: OrganisationId,
    pub(in crate::api) name: String,
}

/// Somebody who can be given a role.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Candidate {
    pub(in crate::api) subject: Subject,
    pub(in crate::api) name: String,
    pub(in crate::api) detail: Option<String>,
}

/// Who has what on a folder or machine.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Access {
    /// Null: it is the caller's own, and nobody else can see it.
    pub(in crate::api) organisation: Option<OrganisationLook>,
    /// What a new grant names; null if this stands for the whole organisation.
    #[schemars(with = "Option<Id>")]
    pub(in crate::api) node: Option<NodeId>,
    /// What the caller may do with it.
    #[schemars(with = "Vec<PermissionName>")]
    pub(in crate::api) permissions: Permissions,
    /// Those made here first, then those of each folder around it, innermost first, then those of the organisation. Whoever may
    /// neither share nor administer it gets those that they have their own permissions from.
    pub(in crate::api) grants: Vec<Grant>,
    /// Roles that the caller may give here.
    pub(in crate::api) may_give: Vec<Role>,
    /// People and groups that can be given one.
    pub(in crate::api) candidates: Vec<Candidate>,
}

/// About whom, and about what: one of `node` and `organisation`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct WhyQuery {
    #[schemars(with = "Id")]
    pub(in crate::api) account: AccountId,
    #[serde(default)]
    #[schemars(with = "Option<Id>")]
    pub(in crate::api) node: Option<NodeId>,
    #[serde(default)]
    #[schemars(with = "Option<Id>")]
    pub(in crate::api) organisation: Option<OrganisationId>,
}

/// How a grant came to a person.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(in crate::api) enum Through {
    Own,
    Group { name: String },
    Everyone,
}

/// A grant that counts.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Reason {
    #[schemars(with = "Id")]
    pub(in crate::api) grant: GrantId,
    pub(in crate::api) role_name: String,
    #[schemars(with = "Vec<PermissionName>")]
    pub(in crate::api) permissions: Permissions,
    pub(in crate::api) through: Through,
    /// Where it was made: null for the whole organisation, or else a folder around the thing or the thing itself.
    #[schemars(with = "Option<Id>")]
    pub(in crate::api) node: Option<NodeId>,
    pub(in crate::api) node_name: Option<String>,
}

/// Why somebody may do something.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Why {
    #[schemars(with = "Vec<PermissionName>")]
    pub(in crate::api) permissions: Permissions,
    pub(in crate::api) reasons: Vec<Reason>,
}
