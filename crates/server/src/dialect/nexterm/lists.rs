//! Lists of entries: flat, as a tree, and those used lately.

use super::{
    Desk, Mount, key_of,
    refusal::Refusal,
    seen::{Place, Seen},
};
use axum::body::Bytes;
use patchbay_core::{Right, sync::lock};
use patchbay_model::{AccountId, NodeId, Protocol};
use patchbay_team_store::Numbered;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Mutex};

/// How many recent entries are told if nobody says.
const RECENT: usize = 5;
/// How far back the audit log is looked through for when an entry was used last, in records.
const LOOK_BACK: u32 = 1000;
/// Folders further in are told as if they were this far in: clients and their parsers go so far.
const DEEPEST: usize = 64;
/// Lists that are kept.
const MOST_LISTS: usize = 256;

/// Of which state a list is: all that was ever written, and what of it the member's services have read.
type State = (i64, u32);
type Key = (AccountId, u8, Mount);

/// The last list of each member, for as long as nothing was written.
#[derive(Default)]
pub(super) struct Lists(Mutex<HashMap<Key, (State, Bytes)>>);

impl Lists {
    fn get(&self, key: Key, state: State) -> Option<Bytes> {
        let lists = lock(&self.0);
        lists.get(&key).filter(|(of, _)| *of == state).map(|(_, bytes)| bytes.clone())
    }

    fn put(&self, key: Key, state: State, bytes: Bytes) {
        let mut lists = lock(&self.0);
        if lists.len() >= MOST_LISTS {
            lists.clear();
        }
        lists.insert(key, (state, bytes));
    }
}

/// A folder or machine, in the order of the tree.
struct Row {
    id: NodeId,
    depth: usize,
    name: String,
    is_folder: bool,
}

/// A folder that rows are being put into.
struct Open {
    depth: usize,
    folder: Value,
    inside: Vec<Value>,
}

/// How many recent entries are wanted.
pub(super) fn limit(mount: Mount, text: Option<&str>) -> Result<usize, Refusal> {
    match (text.map(str::parse), mount) {
        (None | Some(Err(_)) | Some(Ok(0)), Mount::Released) | (None, _) => Ok(RECENT),
        (Some(Ok(limit)), _) => Ok(limit),
        (Some(Err(_)), Mount::Reference) => Err(Refusal::malformed("limit must be a number")),
    }
}

impl Desk<'_> {
    /// `GET …/list`, as it is sent.
    pub(super) async fn list(&self) -> Result<Bytes, Refusal> {
        let (account, bits) = key_of(self.asker.0.account, self.asker.0.proof);
        let key = (account, bits, self.dialect.mount);
        let team = &self.dialect.shared.inside.0;
        // Read before the list is made: what is written meanwhile makes another one.
        let state = (team.revision(), self.ctx.core.vault().tree_revision());
        if let Some(bytes) = self.dialect.shared.lists.get(key, state) {
            return Ok(bytes);
        }
        let list = match self.dialect.mount {
            Mount::Reference => self.flat().await?,
            Mount::Released => self.tree().await?,
        };
        let bytes = Bytes::from(list.to_string());
        self.dialect.shared.lists.put(key, state, bytes.clone());
        Ok(bytes)
    }

    fn rows(&self) -> Result<Vec<Row>, Refusal> {
        let rows = self.ctx.core.tree().rows(&self.ctx.authorize_vault(Right::View)?)?;
        let nodes = rows.ids.into_iter().zip(rows.depths).zip(rows.folders).zip(rows.names);
        let row = |(((id, depth), folder), name)| Row {
            id,
            depth: usize::from(depth),
            name,
            is_folder: folder == 1,
        };
        Ok(nodes.map(row).collect())
    }

    async fn flat(&self) -> Result<Value, Refusal> {
        let known = self.identities()?;
        let rows = self.rows()?;
        let machines = rows.iter().filter(|row| !row.is_folder);
        let seen: Vec<Seen> = machines.filter_map(|row| self.seen(row.id, &known)).collect();
        let numbers = self.number(&seen).await?;
        Ok(seen.iter().map(|one| one.flat(numbers)).collect())
    }

    async fn tree(&self) -> Result<Value, Refusal> {
        let known = self.identities()?;
        let rows = self.rows()?;
        let machines = rows.iter().filter(|row| !row.is_folder);
        let seen: Vec<Seen> = machines.filter_map(|row| self.seen(row.id, &known)).collect();
        let numbers = self.number(&seen).await?;
        let by_id: HashMap<NodeId, &Seen> = seen.iter().map(|one| (one.entry.id, one)).collect();
        let things = rows
            .iter()
            .filter(|row| row.is_folder)
            .map(|row| (Numbered::Folder, *row.id.as_bytes()));
        let organisations = self.member.organisations();
        let wholes = organisations.iter().map(|(id, ..)| (Numbered::Organisation, *id.as_bytes()));
        numbers.give(self.dialect.store(), things.chain(wholes)).await?;
        let organisation = |place: Place| {
            let id = place.organisation?;
            numbers.known((Numbered::Organisation, *id.as_bytes()))
        };
        let mut open = vec![Open { depth: 0, folder: Value::Null, inside: Vec::new() }];
        for row in &rows {
            while open.last().is_some_and(|folder| folder.depth > row.depth.min(DEEPEST)) {
                close(&mut open);
            }
            let Some(around) = open.last_mut() else { break };
            if !row.is_folder {
                let position = around.inside.len();
                around.inside.extend(by_id.get(&row.id).map(|one| one.in_tree(numbers, position)));
                continue;
            }
            let whole = organisations.iter().find(|(_, root, _)| *root == row.id);
            let folder = match whole {
                Some((id, ..)) => {
                    let number = numbers.known((Numbered::Organisation, *id.as_bytes()));
                    let id = format!("org-{}", number.unwrap_or_default());
                    json!({ "id": id, "name": row.name, "type": "organization" })
                }
                None => json!({
                    "id": numbers.known((Numbered::Folder, *row.id.as_bytes())),
                    "name": row.name,
                    "type": "folder",
                    "position": around.inside.len(),
                    "organizationId": organisation(self.place(row.id, None)),
                }),
            };
            open.push(Open { depth: row.depth.min(DEEPEST) + 1, folder, inside: Vec::new() });
        }
        while open.len() > 1 {
            close(&mut open);
        }
        Ok(open.pop().map(|all| all.inside).unwrap_or_default().into())
    }

    /// `GET …/recent`.
    pub(super) async fn recent(&self, limit: usize) -> Result<Value, Refusal> {
        let vault = self.ctx.authorize_vault(Right::View)?;
        let ids = self.ctx.core.recents().list(&vault)?;
        let known = self.identities()?;
        let seen: Vec<Seen> =
            ids.into_iter().filter_map(|id| self.seen(id, &known)).take(limit).collect();
        let numbers = self.number(&seen).await?;
        if self.dialect.mount == Mount::Reference {
            return Ok(seen.iter().map(|one| one.flat(numbers)).collect());
        }
        let opened = self.opened().await?;
        let rows = seen.iter().map(|one| {
            json!({
                "entryId": one.id(numbers),
                "name": one.entry.draft.name,
                "icon": one.entry.draft.icon.as_deref().unwrap_or("server"),
                "type": one.kept.kind(),
                "protocol": one.kept.protocol(&one.entry.draft),
                "connectionType": connection(one),
                "timestamp": opened.get(&one.entry.id.to_string()),
                "identities": one.identity_numbers(numbers),
            })
        });
        Ok(rows.collect())
    }

    /// When the member opened what last, as RFC 3339 has it, by the end of the audit log.
    async fn opened(&self) -> Result<HashMap<String, String>, Refusal> {
        let store = self.dialect.store();
        let head = store.audit_head().await?.seq;
        let from = (head - i64::from(LOOK_BACK)).max(0) + 1;
        let account = self.asker.0.account;
        let mut opened = HashMap::new();
        for record in store.audit(from, LOOK_BACK).await? {
            let entry = record.entry;
            let own = match entry.actor {
                patchbay_team::audit::Actor::Account { account: who }
                | patchbay_team::audit::Actor::Token { account: who, .. } => who == account,
                _ => false,
            };
            if let Some(object) = entry.object
                && own
                && entry.action == "session.open"
            {
                opened.insert(object, written(entry.at));
            }
        }
        Ok(opened)
    }
}

/// A folder whose rows have all been seen goes into the one around it.
fn close(open: &mut Vec<Open>) {
    let Some(Open { mut folder, inside, .. }) = open.pop() else { return };
    if let Value::Object(fields) = &mut folder {
        fields.insert("entries".to_owned(), inside.into());
    }
    if let Some(around) = open.last_mut() {
        around.inside.push(folder);
    }
}

/// What kind of connection it was, in the words of released servers.
fn connection(seen: &Seen) -> &'static str {
    if seen.kept.kind().starts_with("pve-") {
        return "entry.pve_connect";
    }
    match seen.entry.draft.protocol {
        Protocol::Ssh if seen.kept.protocol(&seen.entry.draft) == "sftp" => "entry.sftp_connect",
        Protocol::Ssh => "entry.ssh_connect",
        Protocol::Telnet => "entry.telnet_connect",
        Protocol::Raw => "entry.raw_connect",
        Protocol::Serial => "entry.serial_connect",
        Protocol::Vnc => "entry.vnc_connect",
        Protocol::Rdp => "entry.rdp_connect",
    }
}

fn written(at: patchbay_model::Timestamp) -> String {
    let nanos = i128::from(at.0) * 1_000_000;
    time::OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok())
        .unwrap_or_default()
}
