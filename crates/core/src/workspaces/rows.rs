//! The rows of a server's tree: a stranger's arrays, looked at before they are shown.

use patchbay_model::{NodeId, TreeRows, WorkspaceInfo};
use std::collections::HashSet;

/// More machines are a mistake of the server.
const MOST: usize = 1_000_000;

/// Whether every column has as many rows as every other, and each row has one above it to be in.
pub(super) fn is_whole(rows: &TreeRows) -> bool {
    let count = rows.ids.len();
    let columns = [
        rows.depths.len(),
        rows.folders.len(),
        rows.protocols.len(),
        rows.names.len(),
        rows.addresses.len(),
        rows.tags.len(),
        rows.icons.len(),
        rows.colors.len(),
    ];
    let mut deepest = 0;
    let mut nested = rows.depths.iter().zip(&rows.folders).all(|(depth, folder)| {
        let fits = *depth <= deepest;
        deepest = if *folder == 1 { depth.saturating_add(1) } else { *depth };
        fits && *depth < u16::MAX
    });
    nested &= rows.ids.iter().collect::<HashSet<_>>().len() == count;
    count <= MOST && columns.iter().all(|len| *len == count) && nested
}

/// Leaves rows out with everything inside them.
pub(super) fn without(rows: TreeRows, is_out: impl Fn(NodeId) -> bool) -> TreeRows {
    let mut under: Option<u16> = None;
    let stays: Vec<bool> = rows
        .ids
        .iter()
        .zip(&rows.depths)
        .map(|(id, depth)| {
            if under.is_some_and(|above| *depth > above) {
                return false;
            }
            under = is_out(*id).then_some(*depth);
            under.is_none()
        })
        .collect();
    if stays.iter().all(|stays| *stays) {
        return named(rows);
    }
    fn only<T>(column: Vec<T>, stays: &[bool]) -> Vec<T> {
        column.into_iter().zip(stays).filter(|(_, stays)| **stays).map(|(one, _)| one).collect()
    }
    named(TreeRows {
        revision: rows.revision,
        ids: only(rows.ids, &stays),
        depths: only(rows.depths, &stays),
        folders: only(rows.folders, &stays),
        protocols: only(rows.protocols, &stays),
        names: only(rows.names, &stays),
        addresses: only(rows.addresses, &stays),
        tags: only(rows.tags, &stays),
        icons: only(rows.icons, &stays),
        colors: only(rows.colors, &stays),
        direct: rows.direct,
        unkept: rows.unkept,
        // They are not managed from here.
        managed: Vec::new(),
    })
}

/// The rows with nothing said of what is not among them.
fn named(mut rows: TreeRows) -> TreeRows {
    if rows.direct.is_empty() && rows.unkept.is_empty() {
        return rows;
    }
    let ids: HashSet<NodeId> = rows.ids.iter().copied().collect();
    for list in [&mut rows.direct, &mut rows.unkept] {
        list.retain(|id| ids.contains(id));
    }
    rows
}

/// What may be kept of the rows, and be shown while the server is away. Nothing is dialled with what it does not hand out then.
pub(super) fn kept(rows: &TreeRows) -> TreeRows {
    let unkept: HashSet<NodeId> = rows.unkept.iter().copied().collect();
    let rows = without(rows.clone(), |id| unkept.contains(&id));
    TreeRows { direct: Vec::new(), unkept: Vec::new(), ..rows }
}

/// Puts a workspace at the end: a folder, and what it shows inside.
pub(super) fn append(rows: &mut TreeRows, workspace: &WorkspaceInfo, inside: &TreeRows) {
    rows.ids.push(workspace.root);
    rows.depths.push(0);
    rows.folders.push(1);
    rows.protocols.push(0);
    rows.names.push(workspace.name.clone());
    for column in [&mut rows.addresses, &mut rows.tags, &mut rows.icons, &mut rows.colors] {
        column.push(String::new());
    }
    rows.ids.extend(&inside.ids);
    rows.depths.extend(inside.depths.iter().map(|depth| depth.saturating_add(1)));
    rows.folders.extend(&inside.folders);
    rows.protocols.extend(&inside.protocols);
    rows.names.extend_from_slice(&inside.names);
    rows.addresses.extend_from_slice(&inside.addresses);
    rows.tags.extend_from_slice(&inside.tags);
    rows.icons.extend_from_slice(&inside.icons);
    rows.colors.extend_from_slice(&inside.colors);
    rows.direct.extend(&inside.direct);
    rows.unkept.extend(&inside.unkept);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use patchbay_model::{WorkspaceId, WorkspaceState};

    /// A folder with a folder with a machine in it, and a machine beside.
    fn four() -> TreeRows {
        let text = |all: [&str; 4]| all.map(str::to_owned).to_vec();
        TreeRows {
            revision: 7,
            ids: (0..4).map(|_| NodeId::new()).collect(),
            depths: vec![0, 1, 2, 0],
            folders: vec![1, 1, 0, 0],
            protocols: vec![0; 4],
            names: text(["a", "b", "c", "d"]),
            addresses: text(["", "", "192.0.2.1", "192.0.2.2"]),
            tags: text([""; 4]),
            icons: text([""; 4]),
            colors: text([""; 4]),
            ..TreeRows::default()
        }
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        assert!(is_whole(&four()));
        let mut rows = four();
        rows.tags.pop();
        assert!(!is_whole(&rows));
        assert!(!is_whole(&TreeRows { depths: vec![0, 1, 3, 0], ..four() }));
        assert!(!is_whole(&TreeRows { depths: vec![1, 1, 2, 0], ..four() }));
        assert!(!is_whole(&TreeRows { folders: vec![1, 0, 0, 0], ..four() }), "inside a machine");
        let mut rows = four();
        rows.ids[3] = rows.ids[0];
        assert!(!is_whole(&rows), "one id twice");
    }

    #[test]
    fn what_is_known_elsewhere_goes_with_what_is_inside() {
        let rows = four();
        let taken = rows.ids[1];
        let left = without(rows, |id| id == taken);
        assert_eq!(left.names, ["a", "d"]);
        assert!(is_whole(&left));
    }

    #[test]
    fn a_folder_of_which_nothing_is_kept_goes_with_all_that_is_inside() {
        let rows = four();
        let (folder, inside, beside) = (rows.ids[0], rows.ids[2], rows.ids[3]);
        let rows = TreeRows { direct: vec![inside, beside], unkept: vec![folder], ..rows };
        let left = kept(&rows);
        assert_eq!(left.names, ["d"]);
        assert!(left.direct.is_empty() && left.unkept.is_empty() && is_whole(&left));
        assert_eq!(kept(&TreeRows { unkept: Vec::new(), ..rows }).names.len(), 4);
    }

    #[test]
    fn nothing_is_said_of_what_is_not_among_the_rows() {
        let rows = four();
        let (taken, theirs) = (rows.ids[2], rows.ids[3]);
        let direct = vec![NodeId::new(), taken, theirs];
        let rows = TreeRows { direct, unkept: vec![NodeId::new()], ..rows };
        let left = without(rows.clone(), |id| id == taken);
        assert_eq!((left.direct, left.unkept.len()), (vec![theirs], 0));
        assert_eq!(without(rows, |_| false).direct, [taken, theirs]);
    }

    #[test]
    fn a_workspace_is_a_folder_at_the_end() {
        let id = WorkspaceId::new();
        let info = WorkspaceInfo {
            id,
            root: NodeId::from_bytes(*id.as_bytes()),
            name: "Lab".into(),
            address: "https://lab.example".into(),
            fingerprint: None,
            account: None,
            state: WorkspaceState::Connected,
            problem: None,
            as_of: None,
        };
        let (mut rows, inside) = (four(), four());
        append(&mut rows, &info, &inside);
        assert_eq!(rows.names, ["a", "b", "c", "d", "Lab", "a", "b", "c", "d"]);
        assert_eq!(rows.depths, [0, 1, 2, 0, 0, 1, 2, 3, 1]);
        assert_eq!(rows.revision, 7);
        assert!(is_whole(&rows));
    }
}
