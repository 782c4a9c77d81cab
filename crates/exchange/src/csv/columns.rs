//! What the columns of a table are: guessed by their names, and decided by a person.

use super::parse::Record;
use patchbay_model::ImportColumn as Column;
use std::net::IpAddr;

/// Rows shown beside the choice.
const SAMPLES: usize = 3;
const LONGEST_SAMPLE: usize = 60;
const HIDDEN: &str = "••••••";

/// What the columns are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Columns {
    /// Whether the first row names them.
    pub header: bool,
    /// What each is; `None` is left out.
    pub columns: Vec<Option<Column>>,
}

/// A table as it is shown to whoever decides.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    /// What the columns are taken for.
    pub columns: Columns,
    /// Their names.
    pub names: Vec<String>,
    /// The first rows, without secrets.
    pub samples: Vec<Vec<String>>,
}

/// Names of columns, in the order they are looked for: "IP" is the better address where there is also a "Host".
const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Address,
        &[
            "hostnameip",
            "ipaddress",
            "ip",
            "address",
            "hostname",
            "fqdn",
            "computername",
            "host",
            "server",
            "dns",
            "uri",
        ],
    ),
    (
        Column::Name,
        &[
            "name",
            "label",
            "title",
            "displayname",
            "alias",
            "connectionname",
            "sessionname",
            "connection",
            "session",
            "host",
            "hostname",
            "server",
            "machine",
        ],
    ),
    (Column::Port, &["port", "portnumber", "sshport"]),
    (Column::User, &["username", "user", "login", "loginname", "userid", "account"]),
    (Column::Password, &["password", "passwort", "pass", "pwd", "motdepasse", "contraseña"]),
    (Column::Folder, &["folder", "groups", "group", "path", "category", "location"]),
    (Column::Tags, &["tags", "tag", "labels", "keywords"]),
    (Column::Notes, &["notes", "note", "comments", "comment", "description", "descr", "info"]),
    (Column::Protocol, &["protocol", "type", "connectiontype"]),
    (Column::Mac, &["mac", "macaddress", "hardwareaddress"]),
    (Column::Key, &["sshkey", "keyfile", "privatekey", "identityfile", "key"]),
];

impl Columns {
    /// A guess, by the names in the first row or by what the cells look like.
    pub(super) fn guess(records: &[Record]) -> Self {
        let Some(first) = records.first() else { return Self::default() };
        let names: Vec<String> = first.cells.iter().map(|cell| plain(cell)).collect();
        let mut columns = vec![None; names.len()];
        for (column, known) in NAMES {
            let free = |name: &&str| {
                names
                    .iter()
                    .zip(&columns)
                    .position(|(other, taken)| other == *name && taken.is_none())
            };
            let at = known.iter().find_map(free);
            if let Some(place) = at.and_then(|at| columns.get_mut(at)) {
                *place = Some(*column);
            }
        }
        // One cell that happens to be called "server" is no header.
        let header = columns.iter().flatten().count() >= 2.min(names.len())
            && columns.contains(&Some(Column::Address));
        if header {
            return Self { header, columns };
        }
        Self { header: false, columns: by_looks(records, names.len()) }
    }
}

fn by_looks(records: &[Record], width: usize) -> Vec<Option<Column>> {
    let mut columns = vec![None; width];
    let all = |at: usize, fits: &dyn Fn(&str) -> bool| {
        records
            .iter()
            .take(20)
            .all(|record| record.cells.get(at).is_some_and(|cell| fits(cell.trim())))
    };
    let address = |cell: &str| {
        cell.parse::<IpAddr>().is_ok()
            || (cell.contains('.')
                && cell.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)))
    };
    let at = (0..width).find(|at| all(*at, &address));
    let Some(at) = at else { return columns };
    if let Some(place) = columns.get_mut(at) {
        *place = Some(Column::Address);
    }
    let number = |cell: &str| cell.parse::<u16>().is_ok();
    let port = (0..width).find(|other| *other != at && all(*other, &number));
    if let Some(place) = port.and_then(|port| columns.get_mut(port)) {
        *place = Some(Column::Port);
    }
    if at > 0
        && let Some(place) = columns.first_mut().filter(|place| place.is_none())
    {
        *place = Some(Column::Name);
    }
    columns
}

/// Lower case, letters and digits alone.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(40).collect()
}

fn is_secret(name: &str) -> bool {
    let name = plain(name);
    ["pass", "pwd", "secret", "token", "key", "kennwort", "contrase", "senha"]
        .iter()
        .any(|part| name.contains(part))
}

impl Table {
    pub(super) fn of(records: &[Record], columns: &Columns) -> Self {
        let width = records.iter().take(SAMPLES + 1).map(|record| record.cells.len()).max();
        let width = width.unwrap_or_default();
        let first = records.first().filter(|_| columns.header);
        let name = |at: usize| {
            let given = first.and_then(|first| first.cells.get(at)).map(|cell| cell.trim());
            match given.filter(|name| !name.is_empty()) {
                Some(name) => name.chars().take(LONGEST_SAMPLE).collect(),
                None => format!("Column {}", at + 1),
            }
        };
        let names: Vec<String> = (0..width).map(name).collect();
        let mut columns = columns.clone();
        columns.columns.resize(width, None);
        let secret = |at: usize| {
            matches!(columns.columns.get(at), Some(Some(Column::Password | Column::Key)))
                || names.get(at).is_some_and(|name| is_secret(name))
        };
        let shown = |(at, cell): (usize, &String)| match cell.trim() {
            "" => String::new(),
            _ if secret(at) => HIDDEN.to_owned(),
            cell => cell.chars().take(LONGEST_SAMPLE).collect(),
        };
        let rows = records.iter().skip(usize::from(columns.header)).take(SAMPLES);
        let samples = rows.map(|row| row.cells.iter().enumerate().map(shown).collect()).collect();
        Self { samples, names, columns }
    }
}
