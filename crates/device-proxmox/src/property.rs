//! Property strings: what the server packs into one value, as `local-lvm:vm-100-disk-0,size=32G,ssd=1`.
//!
//! Deliberately absent: writing them. Nothing here changes one, since what is left out of it would be lost.

/// The longest that is read.
const LONGEST: usize = 16 * 1024;

/// A property string, taken apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Properties<'a> {
    /// What stands without a name: the volume of a disk, the model of a card.
    pub main: Option<&'a str>,
    named: Vec<(&'a str, &'a str)>,
}

impl<'a> Properties<'a> {
    /// Reads one; nothing if it has two values without a name, a name without letters, or is too long.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut read = Self::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((name, value)) if is_name(name) => read.named.push((name, value)),
                Some(_) => return None,
                None if read.main.is_some() => return None,
                None => read.main = Some(part),
            }
        }
        Some(read)
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.named.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Bytes of a size as the server writes it: `32G`, `512M`, `4.5T`, or a count of bytes.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 2^63, and a fraction of a byte is none"
)]
pub fn bytes_of(size: &str) -> Option<u64> {
    let (number, shift) = match size.char_indices().next_back()? {
        (at, unit @ ('K' | 'M' | 'G' | 'T')) => {
            let shift = match unit {
                'K' => 10,
                'M' => 20,
                'G' => 30,
                _ => 40,
            };
            (size.get(..at)?, shift)
        }
        _ => (size, 0_u32),
    };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let bytes = number.parse::<f64>().ok()? * (1_u64 << shift) as f64;
    (bytes < 9.0e18).then_some(bytes as u64)
}

/// A disk, or a container's volume.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Disk {
    /// `scsi0`, `rootfs`, `mp0`.
    pub slot: String,
    /// `local-lvm:vm-100-disk-0`; a path where it is no volume of a storage.
    pub volume: String,
    /// Bytes, if it says so.
    pub size: Option<u64>,
    /// A CD-ROM drive, or the drive that cloud-init reads: nothing of the guest's own.
    pub optical: bool,
}

/// Slots that hold disks; a number is behind each but `rootfs`.
const SLOTS: &[&str] = &["ide", "sata", "scsi", "virtio", "efidisk", "tpmstate", "rootfs", "mp"];

impl Disk {
    /// Reads what stands under a key of a configuration; nothing if it is no disk.
    #[must_use]
    pub fn read(slot: &str, value: &str) -> Option<Self> {
        let letters = slot.trim_end_matches(|c: char| c.is_ascii_digit());
        if !SLOTS.contains(&letters) || ((letters == "rootfs") != (letters == slot)) {
            return None;
        }
        let properties = Properties::read(value)?;
        let volume = properties
            .main
            .or_else(|| properties.get("file"))
            .or_else(|| properties.get("volume"))?;
        Some(Self {
            slot: slot.to_owned(),
            volume: volume.to_owned(),
            size: properties.get("size").and_then(bytes_of),
            optical: properties.get("media") == Some("cdrom"),
        })
    }

    /// The storage that it is on.
    #[must_use]
    pub fn storage(&self) -> Option<&str> {
        self.volume.split_once(':').map(|(storage, _)| storage)
    }

    /// Whether cloud-init reads its settings there.
    #[must_use]
    pub fn is_cloud_init(&self) -> bool {
        let name = self.volume.split_once(':').map_or("", |(_, name)| name);
        self.optical && (name == "cloudinit" || name.contains("-cloudinit"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_property_string_is_taken_apart() {
        let read = Properties::read("local-lvm:vm-100-disk-0,size=32G,ssd=1,serial=a=b").unwrap();
        assert_eq!(read.main, Some("local-lvm:vm-100-disk-0"));
        assert_eq!((read.get("size"), read.get("serial")), (Some("32G"), Some("a=b")));
        assert_eq!(read.get("iothread"), None);
        assert_eq!(Properties::read(""), Some(Properties::default()));
        for wrong in ["a,b", "=x", "a b=c", &"x".repeat(LONGEST + 1)] {
            assert_eq!(Properties::read(wrong), None);
        }
    }

    #[test]
    fn sizes_are_bytes() {
        for (size, bytes) in [
            ("32G", Some(34_359_738_368)),
            ("1.5K", Some(1_536)),
            ("512", Some(512)),
            ("4T", Some(4_398_046_511_104)),
            ("", None),
            ("G", None),
            ("-1G", None),
            ("1e9", None),
            ("1.2.3M", None),
            ("99999999999999999999T", None),
            ("1é", None),
        ] {
            assert_eq!(bytes_of(size), bytes, "{size}");
        }
    }

    #[test]
    fn disks_are_told_from_other_keys() {
        let disk = Disk::read("scsi0", "ceph:vm-100-disk-0,size=8G").unwrap();
        assert_eq!((disk.storage(), disk.size, disk.optical), (Some("ceph"), Some(8 << 30), false));
        let drive = Disk::read("ide2", "local-lvm:vm-100-cloudinit,media=cdrom").unwrap();
        assert!(drive.is_cloud_init() && drive.optical);
        assert!(!Disk::read("ide2", "none,media=cdrom").unwrap().is_cloud_init());
        assert_eq!(Disk::read("mp0", "volume=local:1,mp=/srv").unwrap().volume, "local:1");
        assert!(Disk::read("rootfs", "local:subvol-1,size=4G").is_some());
        for (slot, value) in [
            ("scsihw", "virtio"),
            ("net0", "virtio=AA"),
            ("rootfs1", "a"),
            ("mp", "a"),
            ("scsi0", "size=1G"),
        ] {
            assert_eq!(Disk::read(slot, value), None, "{slot}");
        }
    }
}
