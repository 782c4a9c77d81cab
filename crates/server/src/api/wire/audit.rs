//! The audit log.

use super::{Id, Time};
use patchbay_model::{AccountId, OrganisationId, Timestamp, TokenId};
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

/// Which entries: those of which everything that is said is so.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct AuditFind {
    /// Those before this number: what `next` of the page before says.
    #[serde(default)]
    pub(in crate::api) before: Option<i64>,
    /// Those after this number only.
    #[serde(default)]
    pub(in crate::api) after: Option<i64>,
    /// How many at most: 1 to 500; 100 if it is left out. An export has all of them.
    #[serde(default)]
    pub(in crate::api) limit: Option<u32>,
    /// By whom: the id of an account, also of one that somebody acted as, `server` for the server by itself, `nobody` for whoever had not signed in.
    #[serde(default)]
    pub(in crate::api) who: Option<String>,
    /// Actions with commas between; one that ends with a dot stands for all that begin so.
    #[serde(default)]
    pub(in crate::api) action: Option<String>,
    /// With what, word for word.
    #[serde(default)]
    pub(in crate::api) object: Option<String>,
    /// Not before this time.
    #[schemars(with = "Option<Time>")]
    #[serde(default)]
    pub(in crate::api) since: Option<i64>,
    /// Before this time.
    #[schemars(with = "Option<Time>")]
    #[serde(default)]
    pub(in crate::api) until: Option<i64>,
    /// What came of it.
    #[schemars(with = "Option<OutcomeShape>")]
    #[serde(default)]
    pub(in crate::api) outcome: Option<audit::Outcome>,
    /// Some text in the action, object, address, reason or detail. Letters A to Z fit in either case.
    #[serde(default)]
    pub(in crate::api) text: Option<String>,
}

/// A page of the audit log.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct AuditPage {
    /// Newest first. There may be fewer than asked for, or none, and yet more before `next`: a long log is looked through in stretches.
    pub(in crate::api) entries: Vec<AuditLine>,
    /// Goes on as `before`; null if all was looked at.
    pub(in crate::api) next: Option<i64>,
    /// The last record of the log.
    pub(in crate::api) head: i64,
    /// How far back was looked, if there is more.
    #[schemars(with = "Option<Time>")]
    pub(in crate::api) back_to: Option<Timestamp>,
}

/// An entry of the audit log, with names as they are today.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct AuditLine {
    pub(in crate::api) seq: i64,
    #[schemars(with = "EntryShape")]
    pub(in crate::api) entry: audit::Entry,
    /// SHA-256 of the record, in hexadecimal.
    pub(in crate::api) hash: String,
    /// Display name of who did it; null if there is no such account any more, or it was no person.
    pub(in crate::api) who: Option<String>,
    /// Display name of the person as whom it was done; null if it was not done as somebody else, or there is no such account any more.
    pub(in crate::api) as_name: Option<String>,
    /// Name of the token it was done with.
    pub(in crate::api) token: Option<String>,
    /// What `object` is: `machine`, `folder`, `identity`, `account`, `organisation`, `group`, `role`, `token` or `recording`.
    pub(in crate::api) object_kind: Option<&'static str>,
    /// How `object` is called.
    pub(in crate::api) object_name: Option<String>,
    pub(in crate::api) organisation_name: Option<String>,
}

/// A check of the whole log.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct AuditCheck {
    #[schemars(with = "Time")]
    pub(in crate::api) started: Timestamp,
    /// When this was so; how long it took, once it is through.
    #[schemars(with = "Time")]
    pub(in crate::api) told: Timestamp,
    /// Records that were looked at.
    pub(in crate::api) done: i64,
    /// Records there were at the start.
    pub(in crate::api) total: i64,
    pub(in crate::api) state: AuditCheckState,
}

/// Where a check stands.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(in crate::api) enum AuditCheckState {
    Running,
    Cancelled,
    /// The log is what was written.
    Sound {
        /// Checkpoints that hold for it.
        checkpoints: usize,
        /// The last record that one of them vouches for.
        vouched: i64,
    },
    /// It is not.
    Broken {
        /// From this record on.
        seq: i64,
        how: String,
    },
    /// It could not be looked at.
    Failed {
        why: String,
    },
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
        /// Which organisation it concerns.
        #[schemars(with = "Option<Id>")]
        organisation: Option<OrganisationId>,
        /// As whom the actor, who runs the server, saw it; null if as themselves.
        #[schemars(with = "Option<Id>")]
        #[serde(rename = "as")]
        acting_as: Option<AccountId>,
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
