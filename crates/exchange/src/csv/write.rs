//! Tables as we write them, with what spreadsheets would run as a formula guarded.

use patchbay_model::Secret;
use zeroize::Zeroizing;

const HEADER: [&str; 9] =
    ["Folder", "Name", "Protocol", "Address", "Port", "User", "Tags", "Notes", "MAC"];
const PASSWORD: &str = "Password";

/// A row as it is written.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The folders, outermost first.
    pub folders: Vec<String>,
    /// The name.
    pub name: String,
    /// "SSH".
    pub protocol: String,
    /// The address.
    pub address: String,
    /// The port, where it has one beside its address.
    pub port: Option<u16>,
    /// The user.
    pub user: String,
    /// The tags.
    pub tags: Vec<String>,
    /// The notes.
    pub notes: String,
    /// The hardware address.
    pub mac: String,
    /// The password, where passwords are written.
    pub password: Option<Secret<String>>,
}

/// The table, with a column for passwords or without.
#[must_use]
pub fn write(rows: &[Row], passwords: bool) -> Zeroizing<Vec<u8>> {
    // As much as it may need, so that it does not move and leave copies of passwords behind.
    let room: usize = rows.iter().map(|row| 4 * size(row) + 64).sum();
    let mut out = Zeroizing::new(Vec::with_capacity(room + 256));
    let header = HEADER.iter().copied().chain(passwords.then_some(PASSWORD));
    line(&mut out, header);
    for row in rows {
        let folders = joined(&row.folders);
        let port = row.port.map_or_else(String::new, |port| port.to_string());
        let tags = row.tags.join(",");
        let cells = [
            folders.as_str(),
            &row.name,
            &row.protocol,
            &row.address,
            &port,
            &row.user,
            &tags,
            &row.notes,
            &row.mac,
        ];
        let password = row.password.as_ref().map_or("", |password| password.expose_secret());
        line(&mut out, cells.into_iter().chain(passwords.then_some(password)));
    }
    out
}

fn size(row: &Row) -> usize {
    let lists = row.folders.iter().chain(&row.tags).map(|text| text.len() + 1).sum::<usize>();
    let password = row.password.as_ref().map_or(0, |password| password.expose_secret().len());
    lists + row.name.len() + row.address.len() + row.user.len() + row.notes.len() + password
}

fn line<'a>(out: &mut Vec<u8>, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        let guard = is_dangerous(cell);
        let quote = cell.contains([',', '"', '\n', '\r', ';', '\t']) || cell != cell.trim();
        if quote {
            out.push(b'"');
        }
        if guard {
            out.push(b'\'');
        }
        for byte in cell.bytes() {
            if byte == b'"' {
                out.push(b'"');
            }
            out.push(byte);
        }
        if quote {
            out.push(b'"');
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// Whether a spreadsheet might take it for a formula, or for something that was guarded.
fn is_dangerous(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell without its guard.
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_dangerous(rest) => rest,
        _ => cell,
    }
}

/// Whether we wrote it.
pub(super) fn is_ours(first: &[String]) -> bool {
    first.len() >= HEADER.len() && first.iter().zip(HEADER).all(|(cell, name)| cell == name)
}

/// Folders as one cell: slashes between them, a backslash before those inside a name.
fn joined(folders: &[String]) -> String {
    let escaped = folders.iter().map(|name| name.replace('\\', "\\\\").replace('/', "\\/"));
    escaped.collect::<Vec<_>>().join("/")
}

/// The folders of a cell. In tables of others a backslash separates as well.
pub(super) fn split_folders(cell: &str, ours: bool) -> Vec<String> {
    if !ours {
        return cell.split(['/', '\\']).map(str::to_owned).collect();
    }
    let mut folders = vec![String::new()];
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        let plain = match c {
            '/' => {
                folders.push(String::new());
                continue;
            }
            '\\' => chars.next().unwrap_or('\\'),
            c => c,
        };
        if let Some(last) = folders.last_mut() {
            last.push(plain);
        }
    }
    folders
}
