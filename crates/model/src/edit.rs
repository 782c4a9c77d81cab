//! Files of machines that are edited on this computer, as the UI sees them.

use crate::{ApiError, EditId, FileEntry, NodeId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Where an edited file stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum EditState {
    /// The machine has what this computer has.
    Saved,
    /// What was saved here is on its way.
    Uploading,
    /// What was saved here goes to the machine once it is connected again.
    Waiting,
    /// Somebody changed the file on the machine meanwhile.
    Conflict {
        /// What is there now; nothing if it was taken away.
        there: Option<Box<FileEntry>>,
    },
    /// It could not be uploaded. What was saved here is still here.
    Failed {
        /// Why, and what to do.
        error: ApiError,
    },
    /// Patchbay ended before what was saved here reached the machine.
    Left,
}

/// A file of a machine that is edited on this computer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EditInfo {
    /// Its id.
    pub id: EditId,
    /// What the file is called.
    pub name: String,
    /// The machine.
    pub node: NodeId,
    /// What the machine is called.
    pub machine: String,
    /// Where the file is on the machine.
    pub path: String,
    /// Where it stands.
    pub state: EditState,
    /// When it reached the machine last; never yet, if nothing is here.
    pub uploaded: Option<Timestamp>,
}

/// What becomes of what was saved here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EditAnswer {
    /// It goes to the machine, unless somebody changed the file there.
    Upload,
    /// It goes to the machine, whatever is there.
    Overwrite,
    /// It goes to the machine under a name with the date; what is edited is that file from then on.
    KeepBoth,
    /// It is given up for what the machine has.
    FetchAgain,
}
