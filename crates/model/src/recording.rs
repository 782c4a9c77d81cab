//! Recordings of terminals and desktops.

use crate::{Attachment, NodeId, OrganisationId, RecordingId, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What of a terminal is recorded. Of a desktop it is what it shows, whatever is typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RecordMode {
    /// Nothing.
    #[default]
    Off,
    /// What it shows.
    Output,
    /// What it shows, and the lines typed into it that it echoed.
    OutputAndKeys,
}

/// How long recordings are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum RecordingsKept {
    /// Until somebody deletes them.
    #[default]
    Forever,
    /// So long after they ended.
    Days {
        /// 1 to 3650.
        days: u32,
    },
    /// As many as have room, the latest first.
    Size {
        /// 1 to 1024.
        gib: u32,
    },
}

/// Recordings that would be deleted by a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecordingsExpiring {
    /// How many.
    pub count: u32,
    /// Bytes of their files.
    #[specta(type = u32)]
    pub bytes: u64,
}

/// How a session is being recorded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SessionRecording {
    /// The recording; none if it could not be started.
    pub id: Option<RecordingId>,
    /// When it began.
    pub since: Timestamp,
    /// Whether what is typed is recorded as well.
    pub keys: bool,
    /// Why nothing is recorded any more, as a sentence.
    pub problem: Option<String>,
    /// The name of the organisation whose rule it is: then nobody stops it.
    pub rule: Option<String>,
}

/// How a recording ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RecordingState {
    /// It goes on.
    Running,
    /// It is whole.
    Whole,
    /// Patchbay was stopped before it was finished; what was written until then is there.
    Interrupted,
    /// Its file is not there, or not as it was written.
    Damaged,
}

/// A recording, as lists show it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecordingInfo {
    /// Its id.
    pub id: RecordingId,
    /// What people call it; the session's title at first.
    pub title: String,
    /// The address with the user, as the session had it.
    pub subtitle: String,
    /// The machine of the tree, which may be gone by now; none for a shell on this computer.
    pub machine: Option<NodeId>,
    /// When it began.
    pub started: Timestamp,
    /// How long it is, in milliseconds.
    pub length: u32,
    /// Size of its file in bytes.
    #[specta(type = u32)]
    pub bytes: u64,
    /// Whether it is of a desktop, and no terminal.
    pub desktop: bool,
    /// Columns at its beginning; pixels across, of a desktop.
    pub cols: u16,
    /// Rows at its beginning; pixels down, of a desktop.
    pub rows: u16,
    /// Whether lines that were typed are in it.
    pub keys: bool,
    /// How it ended.
    pub state: RecordingState,
    /// The organisation whose rule had it made, and whose it is; none if a person made it for themselves.
    pub organisation: Option<OrganisationId>,
    /// Whose session it was, if it was made by a rule.
    pub who: Option<String>,
}

/// A part of a recording: events as columns, in the order they happened.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecordingPart {
    /// When each happened, in milliseconds from the beginning.
    pub times: Vec<u32>,
    /// What each is, by the codes of asciicast: one of `o`, `i`, `r`, `m`, `x` per event.
    pub codes: String,
    /// What each carries.
    pub data: Vec<String>,
    /// Where the next part begins; none after the last.
    pub next: Option<u32>,
    /// Why there is no next part although the recording is not whole, as a sentence.
    pub broken: Option<String>,
}

/// Where a search goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecordingCursor {
    /// The recording to go on with.
    pub id: RecordingId,
    /// The chunk of it.
    pub chunk: u32,
}

/// A line of a recording that holds what was looked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecordingHit {
    /// The recording.
    pub id: RecordingId,
    /// When the line was complete on the screen, in milliseconds from the beginning.
    pub at: u32,
    /// The line, or the part of it around what was found.
    pub line: String,
    /// Where in `line` it was found, in UTF-16 code units.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

/// What a search found so far.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecordingSearch {
    /// In the order of the recordings, latest first, and of time within one.
    pub hits: Vec<RecordingHit>,
    /// Where to go on; none when everything was looked through.
    pub next: Option<RecordingCursor>,
    /// How many kilobytes were looked through in this step.
    pub kilobytes: u32,
    /// Recordings that cannot be read to their end.
    pub unreadable: Vec<RecordingId>,
}

/// A recording of a desktop that is being played: what it shows comes as that of a session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecordingPlay {
    /// Names the player in what follows.
    pub player: SessionId,
    /// How long it is, in milliseconds.
    pub length: u32,
    /// When long pauses begin, in which nothing changes, in milliseconds from the beginning.
    pub pauses_from: Vec<u32>,
    /// When something happens again, for each of them.
    pub pauses_to: Vec<u32>,
}

/// Where a player is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecordingMoment {
    /// When something happens next, in milliseconds from the beginning; never again if there is nothing.
    pub next: Option<u32>,
    /// How long the recording is by now, in milliseconds.
    pub length: u32,
    /// Why what follows, or what should be seen here, cannot be played, as a sentence.
    pub broken: Option<String>,
}

/// A small picture of a recording.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecordingPicture {
    /// Where to fetch its bytes: red, green, blue and 255 of each pixel, row by row.
    pub attachment: Attachment,
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
}
