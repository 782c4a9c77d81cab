//! A live session that others look at through links of its owner's, on a team server.

use crate::{GuestId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Who else is at a session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SessionSharing {
    /// Links that can still be used.
    pub links: u32,
    /// Who came by them and is there, the longest first.
    pub guests: Vec<SessionGuest>,
    /// The guest who has control; none if the owner has it.
    pub control: Option<GuestId>,
}

/// Somebody who looks at a session of somebody else's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SessionGuest {
    /// Their id, for as long as they are there.
    pub id: GuestId,
    /// What they are called: by their account, or as they said.
    pub name: String,
    /// They have signed in to the server; if not, the name is only what they said.
    pub known: bool,
    /// Whether control can be given to them.
    pub may_control: bool,
    /// Since when they are there.
    pub since: Timestamp,
    /// They asked for control.
    pub asks: bool,
}
