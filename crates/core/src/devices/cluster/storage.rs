//! Storages of a cluster: what lies there, backups among it, and sending files there.

use super::super::{Devices, guard};
use super::{
    asks_for,
    guest::{node, number, said},
    shown,
    task::What,
};
use crate::{Authorized, CoreError};
use patchbay_device_proxmox::{
    Client, Content, GuestKind, Node, ProxmoxError, Restore, Upload, Volume,
};
use patchbay_model::{ClusterTask, ClusterVolume, GuestRestore, ManagementKind, NodeId};
use tokio::fs::File;

impl Devices<'_> {
    /// The backups of a guest that its node sees, the latest first.
    pub async fn guest_backups(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
    ) -> Result<Vec<ClusterVolume>, CoreError> {
        let (way, found) = self.guest_of(entry, guest).await?;
        let asking = |client: Client| async move {
            let node = &found.guest.node;
            let (mut all, mut failed) = (Vec::<Volume>::new(), None);
            for storage in client.storages(node).await? {
                if !storage.active || !storage.content.iter().any(|kind| kind == "backup") {
                    continue;
                }
                match client.backups(node, &storage.name, Some(found.guest.id)).await {
                    Ok(backups) => all.extend(backups),
                    // One that does not answer hides no other.
                    Err(error) => failed = Some(error),
                }
            }
            match failed {
                Some(error) if all.is_empty() => Err(error),
                _ => Ok(all),
            }
        };
        let mut all = self.ask_cluster(&way, asking).await?;
        all.sort_by_key(|volume| std::cmp::Reverse(volume.made));
        Ok(all.into_iter().map(shown::volume).collect())
    }

    /// Puts a backup back. Where a guest is written over, `confirmed` is its name.
    pub async fn guest_restore(
        &self,
        entry: &Authorized<NodeId>,
        restore: GuestRestore,
        confirmed: Option<String>,
    ) -> Result<ClusterTask, CoreError> {
        let (kind, was) = backed_up(&restore.volume).ok_or_else(|| {
            let message = format!("{} is no backup of a guest.", restore.volume);
            CoreError::invalid("volume", message, "Choose one of the list.")
        })?;
        let (id, on) = (number("guest", restore.guest)?, node("node", &restore.node)?);
        let way = self.way_of(entry, ManagementKind::Proxmox)?;
        let there = self.read(&way).await?.guest(restore.guest);
        let backup = last_part(&restore.volume);
        let title = match &there {
            Some(there) => format!("Write {backup} over {}", there.called()),
            None => format!("Restore {backup} as {id}"),
        };
        if let Some(there) = &there {
            let meaning = "What the guest is now is lost.";
            let guard = asks_for(&there.name, title.clone(), meaning);
            guard::confirmed(&guard, confirmed.as_deref())?;
        }
        let wanted = Restore {
            node: on,
            kind,
            id,
            archive: restore.volume,
            storage: said(&restore.storage),
            overwrite: there.is_some(),
            // Beside the one that it was made of it needs network addresses of its own.
            unique: was != Some(restore.guest),
            start: restore.start,
        };
        let noted = self.machine_of(&way, restore.guest).filter(|_| there.is_some());
        let what = What { title, guest: Some(restore.guest), noted };
        let restoring = |client: Client| async move { client.restore(&wanted).await.map(Some) };
        self.begin_task(&way, what, restoring).await
    }

    /// What lies in a storage.
    pub async fn storage_content(
        &self,
        entry: &Authorized<NodeId>,
        node: &str,
        storage: &str,
    ) -> Result<Vec<ClusterVolume>, CoreError> {
        let node = self::node("node", node)?;
        let way = self.way_of(entry, ManagementKind::Proxmox)?;
        let asking = |client: Client| async move { client.content(&node, storage, None).await };
        let mut all = self.ask_cluster(&way, asking).await?;
        all.sort_by(|a, b| (&a.content, &a.id).cmp(&(&b.content, &b.id)));
        Ok(all.into_iter().map(shown::volume).collect())
    }

    /// Uploads an image or template of this computer into a storage.
    pub async fn storage_upload(
        &self,
        entry: &Authorized<NodeId>,
        node: &str,
        storage: &str,
        content: &str,
        path: &str,
    ) -> Result<ClusterTask, CoreError> {
        let node = self::node("node", node)?;
        let content = match content {
            "iso" => Content::Iso,
            "vztmpl" => Content::Template,
            other => {
                let message = format!("A storage takes no upload of “{other}”.");
                return Err(CoreError::invalid("content", message, "Choose iso or vztmpl."));
            }
        };
        let way = self.way_of(entry, ManagementKind::Proxmox)?;
        let (upload, file) = self.file_to_send(content, path).await?;
        // Who is not let in sends nothing.
        let client = self.cluster_client(&way).await?;
        let title = format!("Upload {} to {storage} of {node}", upload.name);
        let (storage, what) = (storage.to_owned(), What { title, guest: None, noted: None });
        Ok(self.run(&way, what, |running| async move {
            let told = |sent: u64| running.done(part(sent, upload.size));
            let sending = client.upload(&node, &storage, &upload, file, told);
            let upid = tokio::select! {
                upid = sending => upid?,
                // The server throws away what it got.
                () = running.cancel.cancelled() => return Err(ProxmoxError::Cancelled),
            };
            running.follow(&client, Some(&upid)).await
        }))
    }

    /// A file of this computer, ready to be read.
    async fn file_to_send(
        &self,
        content: Content,
        path: &str,
    ) -> Result<(Upload, File), CoreError> {
        let path = self.0.vault().file_path("path", path)?;
        let unread = |source| CoreError::File { action: "Reading", path: path.clone(), source };
        // Opening what is no file, a pipe for one, could take for ever.
        let kind = tokio::fs::metadata(&path).await.map_err(unread)?;
        if !kind.is_file() {
            let message = format!("{} is no file.", path.display());
            return Err(CoreError::invalid("path", message, "Choose a file."));
        }
        let file = File::open(&path).await.map_err(unread)?;
        let size = file.metadata().await.map_err(unread)?.len();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        Ok((Upload { content, name, size, checksum: None }, file))
    }

    /// Deletes something that lies in a storage. `confirmed` is the last part of its id.
    pub async fn volume_delete(
        &self,
        entry: &Authorized<NodeId>,
        node: &str,
        volume: &str,
        confirmed: &str,
    ) -> Result<ClusterTask, CoreError> {
        let node: Node = self::node("node", node)?;
        let way = self.way_of(entry, ManagementKind::Proxmox)?;
        let title = format!("Delete {volume}");
        let guard = asks_for(last_part(volume), title.clone(), "Nothing brings it back.");
        guard::confirmed(&guard, Some(confirmed))?;
        let what = What { title, guest: None, noted: None };
        let deleting = |client: Client| async move { client.delete_volume(&node, volume).await };
        self.begin_task(&way, what, deleting).await
    }
}

/// The last part of a volume's id: `debian.iso` of `local:iso/debian.iso`.
fn last_part(volume: &str) -> &str {
    volume.rsplit(['/', ':']).next().unwrap_or(volume)
}

#[expect(clippy::cast_precision_loss, reason = "it is shown as a bar")]
fn part(sent: u64, of: u64) -> f64 {
    if of == 0 { 1.0 } else { (sent as f64 / of as f64).min(1.0) }
}

/// What was backed up, and its number: `vzdump-qemu-100-2026_01_31-02_00_00.vma.zst` of a storage with files,
/// `backup/ct/102/2026-01-31T02:00:00Z` of a Proxmox Backup Server.
fn backed_up(volume: &str) -> Option<(GuestKind, Option<u32>)> {
    let (_, path) = volume.split_once(':')?;
    let (kind, rest) = match path.strip_prefix("backup/") {
        Some(rest) => match rest.split_once('/') {
            Some(found) => found,
            None => rest.strip_prefix("vzdump-")?.split_once('-')?,
        },
        None => path.rsplit('/').next()?.strip_prefix("vzdump-")?.split_once('-')?,
    };
    let kind = match kind {
        "qemu" | "vm" => GuestKind::Qemu,
        "lxc" | "ct" => GuestKind::Lxc,
        _ => return None,
    };
    Some((kind, rest.split(['-', '/']).next().and_then(|number| number.parse().ok())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_says_what_it_is_of() {
        let of = |volume| backed_up(volume);
        let file = "local:backup/vzdump-qemu-100-2026_01_31-02_00_00.vma.zst";
        assert_eq!(of(file), Some((GuestKind::Qemu, Some(100))));
        let deeper = "nas:dump/vzdump-lxc-102-2026_01_31-02_00_00.tar.zst";
        assert_eq!(of(deeper), Some((GuestKind::Lxc, Some(102))));
        let server = "pbs:backup/ct/102/2026-01-31T02:00:00Z";
        assert_eq!(of(server), Some((GuestKind::Lxc, Some(102))));
        for other in ["local:iso/debian.iso", "local:backup/x", "", "pbs:backup/host/a/b"] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(last_part("local:iso/debian.iso"), "debian.iso");
        assert_eq!(last_part("local-lvm:vm-100-disk-0"), "vm-100-disk-0");
    }
}
