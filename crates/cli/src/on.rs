//! What a command runs on: a folder, a tag or a machine, by name.
//!
//! Names are taken whole, unlike those of a single machine: the beginning of a name must not be enough to run something
//! on the wrong machines.

use crate::names;
use patchbay_model::{ApiError, ErrorCode, NodeId, RunTarget, TreeRows};

/// What a word may stand for.
struct Candidate {
    target: RunTarget,
    /// As it may be written so that it stands for nothing else.
    written: String,
}

/// The one thing a word stands for.
pub(crate) fn target(rows: &TreeRows, wanted: &str) -> Result<RunTarget, ApiError> {
    let all = candidates(rows, wanted);
    match all.as_slice() {
        [one] => Ok(one.target.clone()),
        [] => Err(ApiError::new(
            ErrorCode::NotFound,
            format!("No folder, tag or machine is called “{wanted}”."),
        )
        .next("Names are taken whole; “patchbay-cli list” shows all of them.")),
        several => {
            let list: Vec<&str> = several.iter().take(10).map(|one| one.written.as_str()).collect();
            let message = format!("“{wanted}” may be any of these: {}.", list.join(", "));
            Err(ApiError::new(ErrorCode::Invalid, message).next("Write it as it is listed here."))
        }
    }
}

fn candidates(rows: &TreeRows, wanted: &str) -> Vec<Candidate> {
    let (kind, name) = ["folder", "tag", "machine"]
        .into_iter()
        .find_map(|kind| Some((Some(kind), wanted.strip_prefix(kind)?.strip_prefix(':')?)))
        .unwrap_or((None, wanted));
    let may_be = |this: &str| kind.is_none_or(|kind| kind == this);
    let machines = names::machines(rows);
    let mut all = Vec::new();
    if may_be("folder") {
        let named = folders(rows).into_iter().filter(|(id, path)| is(*id, path, name));
        all.extend(named.map(|(id, path)| Candidate {
            target: RunTarget::Node { id },
            written: format!("folder:{path}"),
        }));
    }
    if may_be("tag") && machines.iter().any(|machine| machine.tags.iter().any(|tag| tag == name)) {
        let target = RunTarget::Tag { tag: name.to_owned() };
        all.push(Candidate { target, written: format!("tag:{name}") });
    }
    if may_be("machine") {
        let named = machines.iter().filter(|machine| is(machine.id, &machine.path, name));
        all.extend(named.map(|machine| Candidate {
            target: RunTarget::Node { id: machine.id },
            written: format!("machine:{}", machine.path),
        }));
    }
    // Two of one path can only be told apart by their ids.
    let paths: Vec<String> = all.iter().map(|one| one.written.clone()).collect();
    for one in &mut all {
        let twins = paths.iter().filter(|path| **path == one.written).count() > 1;
        if let (true, RunTarget::Node { id }) = (twins, &one.target) {
            one.written = id.to_string();
        }
    }
    all
}

/// Whether a node is meant: by its id, its path, or the last part of it.
fn is(id: NodeId, path: &str, name: &str) -> bool {
    name == path
        || path.rsplit_once('/').is_some_and(|(_, last)| last == name)
        || name.parse() == Ok(id)
}

/// All folders with their paths.
fn folders(rows: &TreeRows) -> Vec<(NodeId, String)> {
    let mut above: Vec<&str> = Vec::new();
    let mut folders = Vec::new();
    let columns = rows.ids.iter().zip(&rows.depths).zip(&rows.folders).zip(&rows.names);
    for (((id, depth), folder), name) in columns {
        above.truncate(usize::from(*depth));
        if *folder == 1 {
            above.push(name);
            folders.push((*id, above.join("/")));
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::target;
    use patchbay_model::{ErrorCode, NodeId, RunTarget, TreeRows};

    fn tree() -> TreeRows {
        let names = ["Web", "Edge", "edge-1", "web-1", "db", "Edge", "x"];
        TreeRows {
            ids: names.map(|_| NodeId::new()).into(),
            depths: [0, 1, 2, 1, 0, 0, 1].into(),
            folders: [1, 1, 0, 0, 0, 1, 0].into(),
            names: names.map(str::to_owned).into(),
            addresses: names.map(|_| String::new()).into(),
            tags: ["", "", "db", "", "spare old", "", ""].map(str::to_owned).into(),
            ..TreeRows::default()
        }
    }

    #[test]
    fn folders_tags_and_machines() {
        let rows = tree();
        let node = |at: usize| RunTarget::Node { id: rows.ids[at] };
        assert_eq!(target(&rows, "Web").unwrap(), node(0));
        assert_eq!(target(&rows, "Web/Edge").unwrap(), node(1));
        assert_eq!(target(&rows, "web-1").unwrap(), node(3));
        assert_eq!(target(&rows, "spare").unwrap(), RunTarget::Tag { tag: "spare".into() });
        assert_eq!(target(&rows, "machine:db").unwrap(), node(4));
        assert_eq!(target(&rows, "tag:db").unwrap(), RunTarget::Tag { tag: "db".into() });
        assert_eq!(target(&rows, &rows.ids[6].to_string()).unwrap(), node(6));
    }

    #[test]
    fn what_is_not_plain_is_refused() {
        let rows = tree();
        // The beginning of a name is not enough.
        for nothing in ["we", "web", "edge", "folder:db", "tag:old spare", ""] {
            assert_eq!(target(&rows, nothing).unwrap_err().code, ErrorCode::NotFound, "{nothing}");
        }
        let both = target(&rows, "db").unwrap_err().message;
        assert!(both.contains("tag:db, machine:db"), "{both}");
        let twins = target(&rows, "Edge").unwrap_err().message;
        assert!(twins.contains("folder:Web/Edge, folder:Edge"), "{twins}");
    }
}
