//! Tabs and splits that were given a name, to be opened again.

use crate::{LayoutId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Tabs and splits with a name. They say which machines are shown and how, and hold no live session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NamedLayout {
    /// Its id.
    pub id: LayoutId,
    /// Its name: no two of a vault are called the same.
    pub name: String,
    /// JSON, at most 256 KiB. The UI owns the shape.
    pub json: String,
    /// When it was saved last.
    pub saved: Timestamp,
}
