//! Import previews.

use crate::EntryDraft;
use serde::{Deserialize, Serialize};
use specta::Type;

/// One host found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportHost {
    /// The alias in the file; names the host when it is picked.
    pub alias: String,
    /// The entry that would be made; its identities and jump are made on import.
    pub draft: EntryDraft,
    /// User@address:port, for the list.
    pub summary: String,
    /// Private key files it names.
    pub identity_files: Vec<String>,
    /// Certificate files it names.
    pub certificate_files: Vec<String>,
    /// Aliases or addresses it jumps through, first hop first.
    pub jumps: Vec<String>,
    /// A machine with this name and address is already there.
    pub exists: bool,
}

/// Something not taken over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportRemark {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The line's text.
    pub text: String,
    /// Why.
    pub reason: String,
}

/// What an import would do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    /// The file that was read.
    pub path: String,
    /// What was found.
    pub hosts: Vec<ImportHost>,
    /// What was not understood.
    pub remarks: Vec<ImportRemark>,
}
