//! What the routes take and answer, as JSON. The twin of `ui/src/lib/team/api.ts`.

mod access;
mod audit;
mod device;
mod file;
mod open;
mod organisation;
mod passkey;
mod personal;
mod provider;
mod sharing;

pub(super) use access::*;
pub(super) use audit::*;
pub(super) use device::*;
pub(super) use file::*;
pub(super) use open::*;
pub(super) use organisation::*;
pub(super) use passkey::*;
pub(super) use personal::*;
pub(super) use provider::*;
pub(super) use sharing::*;

use patchbay_team::permission::Permission;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// The schema of an id.
pub(super) struct Id;

impl JsonSchema for Id {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uuid" })
    }
}

/// The schema of a time.
pub(super) struct Time;

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "format": "int64", "description": "Milliseconds since 1970." })
    }
}

/// The schema of a permission.
pub(super) struct PermissionName;

impl JsonSchema for PermissionName {
    fn schema_name() -> Cow<'static, str> {
        "Permission".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let all = serde_json::to_value(Permission::ALL).unwrap_or_default();
        json_schema!({ "type": "string", "enum": all })
    }
}

/// The schema of something secret that is sent in.
pub(super) struct Password;

impl JsonSchema for Password {
    fn schema_name() -> Cow<'static, str> {
        "Password".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password" })
    }
}
