//! Tables: comma, semicolon, tab or bar between the cells, quotes as in RFC 4180.

mod columns;
mod parse;
mod write;

pub use columns::{Columns, Table};
pub use write::{Row, write};

use crate::{
    ExchangeError, File, Found, Machine, Protocol, SignIn,
    found::{filled, port, tags, usual_port},
    text,
};
use parse::Record;
use patchbay_model::{
    EntryDraft, IdentityDraft, IdentityKind, ImportColumn as Column, Secret, Settings,
};

/// Reads a table.
pub(crate) fn read(
    file: &File,
    columns: Option<&Columns>,
    found: &mut Found,
) -> Result<(), ExchangeError> {
    let text = text::decode(&file.bytes);
    let records = parse::records(&text)?;
    let columns = match columns {
        Some(columns) => columns.clone(),
        None => Columns::guess(&records),
    };
    found.table = Some(Table::of(&records, &columns));
    if !columns.columns.contains(&Some(Column::Address)) {
        return Ok(());
    }
    // What a spreadsheet must not run was guarded when we wrote it, and is put back.
    let ours = records.first().is_some_and(|first| write::is_ours(&first.cells));
    let reader = Reader { file: &file.name, columns: &columns.columns, ours };
    for record in records.iter().skip(usize::from(columns.header)) {
        if record.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if !reader.row(record, found) {
            break;
        }
    }
    Ok(())
}

struct Reader<'a> {
    file: &'a str,
    columns: &'a [Option<Column>],
    ours: bool,
}

impl Reader<'_> {
    fn cell(&self, record: &Record, column: Column) -> String {
        let at = self.columns.iter().position(|other| *other == Some(column));
        let cell = at.and_then(|at| record.cells.get(at)).map(String::as_str).unwrap_or_default();
        if self.ours { write::unguarded(cell).to_owned() } else { cell.to_owned() }
    }

    fn row(&self, record: &Record, found: &mut Found) -> bool {
        let cell = |column| self.cell(record, column);
        let name = cell(Column::Name);
        let address = cell(Column::Address);
        let Some(address) = filled(&address) else {
            found.skip(self.file, record.line, &name, "The row has no address.");
            return true;
        };
        let protocol = protocol(&cell(Column::Protocol));
        let (host, own_port) = crate::found::host_and_port(&address);
        let usual = usual_port(&protocol);
        let written = cell(Column::Port);
        let given = match (written.trim(), own_port) {
            ("", own) => own.filter(|own| *own != usual),
            (text, _) if text.parse::<u16>().is_ok_and(|port| port != 0) => port(text, usual),
            (text, _) => {
                let reason = format!("“{text}” is not a port, so the row is left out.");
                found.skip(self.file, record.line, &name, &reason);
                return true;
            }
        };
        let user = filled(&cell(Column::User));
        let folders = write::split_folders(&cell(Column::Folder), self.ours);
        let folder = found.folder(folders.iter().map(String::as_str));
        let mut sign_ins = Vec::new();
        sign_ins.extend(key(&cell(Column::Key), found));
        let password = Secret::new(cell(Column::Password));
        sign_ins.extend(found.password(user.as_deref(), &password));
        found.add(Machine {
            folder,
            protocol,
            draft: EntryDraft {
                name: filled(&name).unwrap_or_else(|| host.to_owned()),
                address: host.to_owned(),
                mac: filled(&cell(Column::Mac)),
                tags: tags(&cell(Column::Tags)),
                notes: cell(Column::Notes).trim().to_owned(),
                settings: Settings { port: given, user, ..Settings::default() },
                ..EntryDraft::default()
            },
            sign_ins: (!sign_ins.is_empty()).then_some(sign_ins),
            jump: None,
            place: (0, record.line),
        })
    }
}

/// The path of a key, or the key itself.
fn key(cell: &str, found: &mut Found) -> Option<usize> {
    let cell = cell.trim();
    if cell.is_empty() {
        return None;
    }
    if !cell.contains("PRIVATE KEY") && !cell.starts_with("PuTTY-User-Key-File") {
        return Some(found.key_file(cell, None));
    }
    let same = |one: &SignIn| matches!(one, SignIn::Draft(draft) if draft.private_key.as_ref().is_some_and(|key| key.expose_secret() == cell));
    if let Some(at) = found.sign_ins.iter().position(same) {
        return Some(at);
    }
    found.sign_ins.push(SignIn::Draft(Box::new(IdentityDraft {
        id: None,
        name: String::new(),
        user: None,
        kind: IdentityKind::Key,
        password: None,
        private_key: Some(Secret::new(cell.to_owned())),
        passphrase: None,
        certificate: None,
        agent_fingerprint: None,
    })));
    Some(found.sign_ins.len() - 1)
}

/// The protocol a cell names; none is SSH.
fn protocol(cell: &str) -> Protocol {
    match cell.trim().to_ascii_lowercase().as_str() {
        "" | "ssh" | "ssh1" | "ssh2" => Protocol::Ssh,
        "sftp" => Protocol::Sftp,
        "telnet" => Protocol::Telnet,
        "raw" | "tcp" => Protocol::Raw,
        "serial" => Protocol::Serial,
        "rdp" => Protocol::Rdp,
        "vnc" => Protocol::Vnc,
        _ => Protocol::Other(cell.trim().chars().take(40).collect()),
    }
}

#[cfg(test)]
mod tests;
