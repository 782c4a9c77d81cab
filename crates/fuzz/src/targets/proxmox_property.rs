//! Property strings of Proxmox VE's configurations (`device_proxmox::{Properties, Disk}`).

use super::text;
use patchbay_device_proxmox::{Disk, Properties, bytes_of};

/// The first line is the key, what follows is the value. What is read stands in what came, and the same is read of it
/// with empty parts between. Understood is a disk.
pub(crate) fn run(data: &[u8]) -> bool {
    let text = text(data);
    let (key, value) = text.split_once('\n').unwrap_or((&text, ""));
    let _bounded = bytes_of(value);
    let read = Properties::read(value);
    if let Some(read) = &read {
        assert!(read.main.is_none_or(|main| value.contains(main) && !main.contains([',', '='])));
        let spaced = format!(",{},,", value.replace(',', ",,"));
        assert!(Properties::read(&spaced).is_none_or(|again| again.main == read.main));
        let size = read.get("size");
        assert!(size.is_none_or(|size| value.contains(&format!("size={size}"))));
    }
    let Some(disk) = Disk::read(key, value) else { return false };
    assert!(read.is_some() && disk.slot == key && value.contains(&disk.volume));
    assert!(disk.storage().is_none_or(|storage| disk.volume.starts_with(storage)));
    assert!(disk.optical || !disk.is_cloud_init());
    true
}
