//! Live sessions that others look at.

use super::{Id, Password, Time};
use patchbay_model::{
    GuestId, Secret, SessionDesktop, SessionGuest, SessionSharing, ShareId, TerminalSize, Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// For whom a link is: whoever has it, people with an account, or members of the organisation of the machine.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) enum ShareAudience {
    Anybody,
    Account,
    Organisation,
}

/// A link to a session.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Share {
    #[schemars(with = "Id")]
    pub(in crate::api) id: ShareId,
    /// Control can be given to those who come by it.
    pub(in crate::api) may_control: bool,
    pub(in crate::api) audience: ShareAudience,
    #[schemars(with = "Time")]
    pub(in crate::api) created: Timestamp,
    #[schemars(with = "Time")]
    pub(in crate::api) expires: Timestamp,
    /// How many who came by it are there.
    pub(in crate::api) guests: usize,
}

/// The links of a session, and what others there can be.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Shares {
    /// The newest first.
    pub(in crate::api) shares: Vec<Share>,
    /// The organisation that the machine belongs to; null if it is the caller's own.
    pub(in crate::api) organisation: Option<String>,
}

/// A link that is wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::api) struct WantedShare {
    pub(in crate::api) may_control: bool,
    pub(in crate::api) audience: ShareAudience,
    /// How many minutes it can be used.
    #[schemars(range(min = 1, max = 10080))]
    pub(in crate::api) minutes: u32,
}

/// A link to a session; the token is shown this once.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct NewShare {
    pub(in crate::api) token: String,
    pub(in crate::api) share: Share,
}

/// Who is at a session.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Guests {
    /// The longest first.
    pub(in crate::api) guests: Vec<Guest>,
    /// The guest who has control; null if the owner has it.
    #[schemars(with = "Option<Id>")]
    pub(in crate::api) control: Option<GuestId>,
}

/// Somebody who looks at a session of somebody else's.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Guest {
    #[schemars(with = "Id")]
    pub(in crate::api) id: GuestId,
    pub(in crate::api) name: String,
    /// They have signed in; if not, the name is only what they said.
    pub(in crate::api) known: bool,
    pub(in crate::api) may_control: bool,
    #[schemars(with = "Time")]
    pub(in crate::api) since: Timestamp,
    /// They asked for control.
    pub(in crate::api) asks: bool,
}

impl From<SessionSharing> for Guests {
    fn from(SessionSharing { guests, control, .. }: SessionSharing) -> Self {
        Self { guests: guests.into_iter().map(Guest::from).collect(), control }
    }
}

impl From<SessionGuest> for Guest {
    fn from(guest: SessionGuest) -> Self {
        let SessionGuest { id, name, known, may_control, since, asks } = guest;
        Self { id, name, known, may_control, since, asks }
    }
}

/// Who is to have control.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Control {
    /// Null: the owner.
    #[schemars(with = "Option<Id>")]
    pub(in crate::api) guest: Option<GuestId>,
}

/// What a link to a session says before anybody joins.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct ShareLook {
    /// Display name of who shares it.
    pub(in crate::api) by: String,
    /// It is a desktop, and no terminal.
    pub(in crate::api) desktop: bool,
    pub(in crate::api) may_control: bool,
    pub(in crate::api) audience: ShareAudience,
    #[schemars(with = "Time")]
    pub(in crate::api) expires: Timestamp,
}

/// Somebody joins by a link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct JoinShare {
    /// Of the link.
    #[schemars(with = "Password")]
    pub(in crate::api) token: Secret<String>,
    /// Of who has not signed in; others are called by their account.
    #[serde(default)]
    pub(in crate::api) name: String,
}

/// Somebody has joined.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct JoinedShare {
    /// Who they are there.
    #[schemars(with = "Id")]
    pub(in crate::api) guest: GuestId,
    /// Proves that it is them, for the other routes below `/shares`.
    pub(in crate::api) key: String,
}

/// Somebody who has joined.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct GuestKey {
    #[schemars(with = "Password")]
    pub(in crate::api) key: Secret<String>,
}

/// Somebody who has joined, and wants to know what is new.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct GuestAsks {
    #[schemars(with = "Password")]
    pub(in crate::api) key: Secret<String>,
    /// The version that is known: the answer comes when there is another one, or after 20 seconds.
    #[serde(default)]
    pub(in crate::api) after: Option<u64>,
}

/// What a guest wants of control.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) enum GuestWish {
    Ask,
    Withdraw,
    GiveBack,
}

/// A guest wants something of control.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct GuestControl {
    #[schemars(with = "Password")]
    pub(in crate::api) key: Secret<String>,
    pub(in crate::api) wish: GuestWish,
}

/// Whether there is something to see.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) enum SharedState {
    Connecting,
    Open,
    Lost,
    Closed,
}

/// The size of the owner's terminal.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct SharedSize {
    pub(in crate::api) cols: u16,
    pub(in crate::api) rows: u16,
}

impl From<TerminalSize> for SharedSize {
    fn from(TerminalSize { cols, rows, .. }: TerminalSize) -> Self {
        Self { cols, rows }
    }
}

/// How a session stands, as a guest sees it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct SharedSession {
    pub(in crate::api) version: u64,
    /// What the session is called.
    pub(in crate::api) title: String,
    pub(in crate::api) state: SharedState,
    /// Set for a desktop, as in the session's own information.
    #[schemars(with = "Option<serde_json::Value>")]
    pub(in crate::api) desktop: Option<SessionDesktop>,
    /// Null for a desktop.
    pub(in crate::api) size: Option<SharedSize>,
    /// Display name of who shares it.
    pub(in crate::api) owner: String,
    /// The guest who asks.
    #[schemars(with = "Id")]
    pub(in crate::api) me: GuestId,
    /// Whether control can be given to them.
    pub(in crate::api) may_control: bool,
    #[serde(flatten)]
    pub(in crate::api) present: Guests,
    /// When the link they came by expires.
    #[schemars(with = "Option<Time>")]
    pub(in crate::api) expires: Option<Timestamp>,
}

/// A way to a session's bytes, over `/api/stream`.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Attachment {
    pub(in crate::api) url: String,
    /// Good for one connection within ten seconds, from the page that asked for it.
    pub(in crate::api) token: String,
}
