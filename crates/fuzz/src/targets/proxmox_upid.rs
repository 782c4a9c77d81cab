//! The name of a task of Proxmox VE, which a server gives (`device_proxmox::Upid`), and what its log says of progress.

use super::{acts, text};
use patchbay_device_proxmox::{Exit, Upid, percent};

/// What is read is written as it came, and none of its parts acts or leads elsewhere in a path.
pub(crate) fn run(data: &[u8]) -> bool {
    let text = text(data);
    assert!(percent(&text).is_none_or(|done| (0.0..=1.0).contains(&done)), "{text:?}");
    if let Exit::Failed(why) = Exit::of(&text) {
        assert!(!why.contains(acts) && why.len() <= text.len(), "{why:?}");
    }
    let Ok(upid) = text.parse::<Upid>() else { return false };
    assert_eq!(upid.to_string(), text);
    assert!(!text.contains(acts) && upid.started >= 0, "{text:?}");
    for part in [upid.node.as_str(), &upid.kind, &upid.user] {
        assert!(!part.is_empty() && !part.contains(':'), "{text:?}");
    }
    assert!(!upid.node.as_str().contains(['/', '.', '%']), "{text:?}");
    true
}
