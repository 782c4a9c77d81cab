//! Snapshots of a guest, and the tree they form.

use crate::{Client, Guest, GuestKind, ProxmoxError, Upid, call::Call};
use serde::Deserialize;
use std::collections::HashMap;

/// What the server calls the guest as it is now, in the list of snapshots.
const NOW: &str = "current";

/// A guest as it was once.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// Notes about it.
    #[serde(default)]
    pub description: String,
    /// When it was taken, in seconds since the Unix epoch.
    #[serde(rename = "snaptime", default, deserialize_with = "crate::lenient::de_count")]
    pub taken: Option<u64>,
    /// The one that was the guest before it.
    #[serde(default)]
    pub parent: Option<String>,
    /// Whether the guest's memory is in it.
    #[serde(rename = "vmstate", default, deserialize_with = "crate::lenient::de_flag")]
    pub memory: bool,
}

/// All snapshots of a guest.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Snapshots {
    /// As the server lists them.
    pub all: Vec<Snapshot>,
    /// The one that the guest has come from since.
    pub now: Option<String>,
}

/// A row of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row<'a> {
    /// How deep it is; 0 has no parent.
    pub depth: usize,
    /// The snapshot; nothing is the guest as it is now.
    pub snapshot: Option<&'a Snapshot>,
}

impl Snapshots {
    fn of(mut all: Vec<Snapshot>) -> Self {
        let at = all.iter().position(|snapshot| snapshot.name == NOW);
        let now = at.and_then(|at| all.remove(at).parent);
        Self { all, now }
    }

    /// The tree from the top, each above what came of it, the older first; the guest as it is now is one of the rows. One
    /// whose parent is not there, or leads in a circle, is at the top.
    #[must_use]
    pub fn rows(&self) -> Vec<Row<'_>> {
        let by_name: HashMap<&str, &Snapshot> =
            self.all.iter().map(|snapshot| (snapshot.name.as_str(), snapshot)).collect();
        let mut below: HashMap<Option<&str>, Vec<Option<&Snapshot>>> = HashMap::new();
        let mut sorted: Vec<&Snapshot> = by_name.values().copied().collect();
        sorted.sort_by_key(|snapshot| (snapshot.taken, &snapshot.name));
        for snapshot in sorted {
            let parent = snapshot.parent.as_deref().filter(|name| by_name.contains_key(name));
            let parent = parent.filter(|_| !self.circles(snapshot, &by_name));
            below.entry(parent).or_default().push(Some(snapshot));
        }
        let now = self.now.as_deref().filter(|name| by_name.contains_key(name));
        below.entry(now).or_default().push(None);
        // From the end, because what is pushed last is taken first.
        let mut rows = Vec::with_capacity(self.all.len() + 1);
        let mut open: Vec<(usize, Option<&Snapshot>)> = Vec::new();
        let push = |open: &mut Vec<_>, depth: usize, all: Vec<Option<_>>| {
            open.extend(all.into_iter().rev().map(|snapshot| (depth, snapshot)));
        };
        push(&mut open, 0, below.remove(&None).unwrap_or_default());
        while let Some((depth, snapshot)) = open.pop() {
            rows.push(Row { depth, snapshot });
            if let Some(snapshot) = snapshot {
                let children = below.remove(&Some(snapshot.name.as_str())).unwrap_or_default();
                push(&mut open, depth + 1, children);
            }
        }
        rows
    }

    /// Whether its parents lead back to it, or to others that lead to each other.
    fn circles(&self, from: &Snapshot, by_name: &HashMap<&str, &Snapshot>) -> bool {
        let mut at = from;
        for _ in 0..=self.all.len() {
            match at.parent.as_deref().and_then(|name| by_name.get(name)) {
                Some(parent) => at = parent,
                None => return false,
            }
        }
        true
    }
}

/// A snapshot to take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewSnapshot {
    /// Its name: a letter, then letters, digits, `-` and `_`.
    pub name: String,
    /// Notes about it.
    pub description: String,
    /// Whether the memory of a running virtual machine is in it.
    pub memory: bool,
}

impl Client {
    /// All snapshots of a guest.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn snapshots(&self, guest: &Guest) -> Result<Snapshots, ProxmoxError> {
        self.ask(&list(guest)).await.map(Snapshots::of)
    }

    /// Takes one.
    ///
    /// # Errors
    /// If the server says no; a container has no memory that can be kept.
    pub async fn take_snapshot(
        &self,
        guest: &Guest,
        new: &NewSnapshot,
    ) -> Result<Upid, ProxmoxError> {
        self.start(&take(guest, new)?).await
    }

    /// Makes the guest what it was; what it is now is lost. `start` starts it after that.
    ///
    /// # Errors
    /// If the server says no.
    pub async fn roll_back(
        &self,
        guest: &Guest,
        name: &str,
        start: bool,
    ) -> Result<Upid, ProxmoxError> {
        self.start(&roll_back(guest, name, start)).await
    }

    /// Deletes one; the guest stays as it is.
    ///
    /// # Errors
    /// If the server says no.
    pub async fn delete_snapshot(&self, guest: &Guest, name: &str) -> Result<Upid, ProxmoxError> {
        self.start(&delete(guest, name)).await
    }
}

pub(crate) fn list(guest: &Guest) -> Call {
    guest.call(Call::get, &["snapshot"])
}

pub(crate) fn take(guest: &Guest, new: &NewSnapshot) -> Result<Call, ProxmoxError> {
    if new.memory && guest.kind == GuestKind::Lxc {
        let why = "The memory of a container cannot be kept in a snapshot.";
        return Err(ProxmoxError::Invalid(why.to_owned()));
    }
    let call = guest.call(Call::post, &["snapshot"]).with("snapname", &new.name);
    let description = Some(&new.description).filter(|text| !text.is_empty());
    Ok(call.maybe("description", description).flag("vmstate", new.memory))
}

pub(crate) fn roll_back(guest: &Guest, name: &str, start: bool) -> Call {
    guest.call(Call::post, &["snapshot", name, "rollback"]).flag("start", start)
}

pub(crate) fn delete(guest: &Guest, name: &str) -> Call {
    guest.call(Call::delete, &["snapshot", name])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshots(all: &[(&str, u64, Option<&str>)]) -> Snapshots {
        Snapshots::of(
            all.iter()
                .map(|(name, taken, parent)| Snapshot {
                    name: (*name).to_owned(),
                    description: String::new(),
                    taken: Some(*taken),
                    parent: parent.map(str::to_owned),
                    memory: false,
                })
                .collect(),
        )
    }

    fn drawn(snapshots: &Snapshots) -> Vec<String> {
        let rows = snapshots.rows();
        let name = |row: &Row<'_>| {
            row.snapshot.map_or("now", |snapshot| snapshot.name.as_str()).to_owned()
        };
        rows.iter().map(|row| format!("{}{}", " ".repeat(row.depth), name(row))).collect()
    }

    #[test]
    fn the_tree_has_what_is_now_where_it_came_from() {
        let all = snapshots(&[
            ("b", 2, Some("a")),
            ("a", 1, None),
            ("c", 3, Some("a")),
            ("current", 9, Some("b")),
        ]);
        assert_eq!(drawn(&all), ["a", " b", "  now", " c"]);
        assert_eq!(drawn(&snapshots(&[("current", 0, None)])), ["now"]);
        assert_eq!(drawn(&Snapshots::default()), ["now"]);
    }

    #[test]
    fn a_tree_that_is_none_is_drawn_all_the_same() {
        let all = snapshots(&[
            ("a", 1, Some("b")),
            ("b", 2, Some("a")),
            ("c", 3, Some("c")),
            ("d", 4, Some("gone")),
            ("e", 5, Some("a")),
            ("current", 9, Some("gone")),
        ]);
        let mut drawn = drawn(&all);
        drawn.sort();
        assert_eq!(drawn, ["a", "b", "c", "d", "e", "now"]);
        let long: Vec<String> = (0..3_000).map(|number| format!("s{number}")).collect();
        let chain: Vec<_> = (0..3_000_usize)
            .map(|at| {
                (
                    long.get(at).map_or("", String::as_str),
                    at as u64,
                    at.checked_sub(1).and_then(|up| long.get(up)).map(String::as_str),
                )
            })
            .collect();
        assert_eq!(snapshots(&chain).rows().len(), 3_001);
    }
}
