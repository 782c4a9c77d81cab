//! A client configuration of OpenSSH (`core::import`).

use super::acts;
use patchbay_core::import::{Described, describe};
use patchbay_model::{ImportRemark, Jump, NodeId};
use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

/// What is offered and what would be made is bounded, no machine is reached through itself, and remarks can be shown.
pub(crate) fn run(data: &[u8]) -> bool {
    let described = describe(data, Path::new("/home/me"));
    let Described { offers, left_out, machines, remarks } = &described;
    let lines = data.split(|byte| *byte == b'\n').count();
    left_out.iter().chain(remarks).for_each(|remark| shown(remark, lines));

    let aliases: HashSet<&str> = offers.iter().map(|host| host.alias.as_str()).collect();
    assert_eq!(aliases.len(), offers.len(), "a host is offered twice");
    assert!(offers.len() <= 10_000 && !aliases.contains(""));
    for host in offers {
        assert_eq!(host.draft.name, host.alias);
        assert_ne!(host.draft.settings.port, Some(0));
        assert!(host.jumps.len() <= 16, "{:?}", host.jumps);
        assert!(host.identity_files.iter().all(|path| path.len() <= 8 * 1024));
    }
    // Each host is made, and at most so many jump hosts as its lists have places.
    assert!(machines.len() >= offers.len());
    let kept: usize =
        machines.iter().map(|(_, draft)| draft.name.len() + draft.address.len()).sum();
    assert!(kept <= 64 << 20, "{kept} bytes of names");
    ways_end(&described);
    !offers.is_empty()
}

fn shown(remark: &ImportRemark, lines: usize) {
    assert!(usize::try_from(remark.line).is_ok_and(|line| line <= lines), "{remark:?}");
    assert!(remark.text.chars().count() <= 200 && remark.reason.chars().count() <= 500);
    let acts = |c| acts(c) && c != '\t';
    assert!(!remark.text.contains(acts) && !remark.reason.contains(acts), "{remark:?}");
    assert!(!remark.reason.is_empty());
}

/// Every jump leads to a machine of the same import, and no way comes back to where it was.
fn ways_end(described: &Described) {
    let mut through: HashMap<NodeId, Option<NodeId>> = HashMap::new();
    for (id, draft) in &described.machines {
        let jump = match &draft.settings.jump {
            Some(Jump::Through { entry }) => Some(*entry),
            Some(Jump::Direct) | None => None,
        };
        assert!(through.insert(*id, jump).is_none(), "two machines with one id");
    }
    let mut done: HashSet<NodeId> = HashSet::new();
    for (start, _) in &described.machines {
        let mut way = HashSet::new();
        let mut at = Some(*start);
        while let Some(id) = at.filter(|id| !done.contains(id)) {
            assert!(way.insert(id), "a machine is reached through itself");
            let next = through.get(&id);
            assert!(next.is_some(), "a jump leads nowhere");
            at = next.copied().flatten();
        }
        done.extend(way);
    }
}
