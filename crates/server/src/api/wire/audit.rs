//! The audit log.

use super::{Id, Time};
use patchbay_model::{AccountId, Timestamp, TokenId};
use patchbay_team::audit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which records.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct AuditQuery {
    /// The first one's number; 1 if it is left out.
    #[serde(default)]
    pub(in crate::api) from: Option<i64>,
    /// How many at most: 1 to 500, which it is if it is left out.
    #[serde(default)]
    pub(in crate::api) limit: Option<u32>,
}

/// A record of the audit log, as it is hashed.
#[derive(Serialize, JsonSchema)]
#[serde(transparent)]
pub(in crate::api) struct AuditRecord(
    #[schemars(with = "RecordShape")] pub(in crate::api) audit::Record,
);

/// The end of the audit log, to be kept elsewhere.
#[derive(Serialize, JsonSchema)]
#[serde(transparent)]
pub(in crate::api) struct AuditHead(#[schemars(with = "HeadShape")] pub(in crate::api) audit::Head);

macro_rules! shapes {
    ($($(#[$meta:meta])* $kind:ident $name:ident { $($body:tt)* })+) => {$(
        #[derive(JsonSchema)]
        $(#[$meta])*
        #[serde(rename_all = "camelCase")]
        #[expect(dead_code, reason = "it only describes what another type writes")]
        $kind $name { $($body)* }
    )+};
}

shapes! {
    /// The last record's number and hash.
    #[schemars(rename = "Head")]
    struct HeadShape {
        seq: i64,
        /// SHA-256 in hexadecimal.
        hash: String,
    }

    /// A record of the audit log.
    #[schemars(rename = "Record")]
    struct RecordShape {
        /// Its place: 1 is the first.
        seq: i64,
        entry: EntryShape,
        /// Hash of the record before it, in hexadecimal.
        previous: String,
        /// SHA-256 in hexadecimal.
        hash: String,
    }

    /// Something that was done or tried.
    #[schemars(rename = "Entry")]
    struct EntryShape {
        #[schemars(with = "Time")]
        at: Timestamp,
        actor: ActorShape,
        /// What: `role.create` and so on.
        action: String,
        /// With what, as a kind and an id.
        object: Option<String>,
        /// From where.
        address: Option<String>,
        reason: Option<String>,
        outcome: OutcomeShape,
        detail: Option<String>,
    }

    /// What came of it.
    #[schemars(rename = "Outcome")]
    enum OutcomeShape { Done, Refused, Failed }

    /// Who did it.
    #[schemars(rename = "Actor")]
    #[serde(tag = "kind")]
    enum ActorShape {
        Account {
            #[schemars(with = "Id")]
            account: AccountId,
        },
        Token {
            #[schemars(with = "Id")]
            token: TokenId,
            #[schemars(with = "Id")]
            account: AccountId,
        },
        Server,
        Nobody,
    }
}
