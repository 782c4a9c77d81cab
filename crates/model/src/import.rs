//! Imports and exports: what is looked at, what would be made, and what came of it.

use crate::{IdentityId, NodeId, Secret};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A format that machines come in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportFormat {
    /// How commands name it.
    pub id: String,
    /// How people call it.
    pub name: String,
    /// How to get the file, in one line.
    pub how: String,
    /// Where it usually is on this computer, if it is there.
    pub usual_path: Option<String>,
    /// Whether a folder may be chosen.
    pub folder: bool,
}

/// What a column of a table is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ImportColumn {
    /// The machine's name.
    Name,
    /// Host name or IP address.
    Address,
    /// TCP port.
    Port,
    /// User name.
    User,
    /// Password.
    Password,
    /// The folders, separated by slashes.
    Folder,
    /// Tags.
    Tags,
    /// Notes.
    Notes,
    /// SSH, RDP and so on.
    Protocol,
    /// Hardware address.
    Mac,
    /// A private key, or the path of one.
    Key,
}

/// How a table is understood.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportTable {
    /// Whether the first row names the columns.
    pub header: bool,
    /// The names of the columns, or the numbers of those that have none.
    pub names: Vec<String>,
    /// The first rows; passwords and keys are dots.
    pub samples: Vec<Vec<String>>,
    /// What each column is taken for.
    pub columns: Vec<Option<ImportColumn>>,
}

/// What a person says a table's columns are.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportColumns {
    /// Whether the first row names the columns.
    pub header: bool,
    /// What each column is.
    pub columns: Vec<Option<ImportColumn>>,
}

/// What to import from.
#[derive(Clone, Debug, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ImportSource {
    /// The file or folder; without one, and without a text, `~/.ssh/config`.
    pub path: Option<String>,
    /// A text that was pasted, in place of a file.
    pub text: Option<Secret<String>>,
    /// The format's id; recognized by the content if it is not given.
    pub format: Option<String>,
    /// What the columns of a table are; guessed if not given.
    pub columns: Option<ImportColumns>,
    /// The password the file is protected with.
    pub password: Option<Secret<String>>,
}

/// What a row of a preview would become.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ImportKind {
    /// A machine.
    Machine,
    /// A host key on record.
    HostKey,
}

/// One thing found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportRow {
    /// Names it when it is picked.
    pub key: String,
    /// What it would become.
    pub kind: ImportKind,
    /// Its name.
    pub name: String,
    /// The folders it would be in, inside the chosen one.
    pub folder: String,
    /// User@address:port.
    pub summary: String,
    /// How it signs in: key files, "password".
    pub sign_in: Vec<String>,
    /// Machines it is reached through, first hop first.
    pub jumps: Vec<String>,
    /// The machine with the same protocol, address, port and user that is there already.
    pub there: Option<String>,
}

/// Something not taken over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportRemark {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 if there is none.
    pub line: u32,
    /// The line's text, or what it is about.
    pub text: String,
    /// Why.
    pub reason: String,
}

/// Whether a password is wanted before anything can be seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ImportLock {
    /// The file is open.
    Open,
    /// It wants a password.
    Needed,
    /// The given one is wrong.
    Wrong,
}

/// What an import would do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    /// The file or folder that was read; empty for a pasted text.
    pub path: String,
    /// The format's id.
    pub format: String,
    /// The format's name.
    pub format_name: String,
    /// Whether a password is wanted.
    pub lock: ImportLock,
    /// What was found.
    pub rows: Vec<ImportRow>,
    /// What is left out.
    pub remarks: Vec<ImportRemark>,
    /// How a table is understood.
    pub table: Option<ImportTable>,
}

/// How an import went.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportDone {
    /// Machines added, jump hosts included.
    pub machines: u32,
    /// Folders added.
    pub folders: u32,
    /// Host keys added.
    pub host_keys: u32,
    /// The outermost machines and folders that were added, to take the import back.
    pub added: Vec<NodeId>,
    /// The identities that were added.
    pub identities: Vec<IdentityId>,
    /// What was left out.
    pub remarks: Vec<ImportRemark>,
}

/// A format that is exported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// A table.
    Csv,
    /// The client configuration of OpenSSH.
    SshConfig,
    /// Patchbay's own encrypted archive.
    Archive,
}

/// How an export went.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExportDone {
    /// The file that was written.
    pub path: String,
    /// Machines in it.
    pub machines: u32,
    /// Folders in it.
    pub folders: u32,
    /// Identities in it.
    pub identities: u32,
    /// Host keys in it.
    pub host_keys: u32,
    /// What the format has no words for.
    pub remarks: Vec<ImportRemark>,
}
