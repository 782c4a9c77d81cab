//! Backups of guests: making, listing, restoring, deleting.

use crate::{
    Client, Content, Guest, GuestKind, Node, ProxmoxError, Upid, VmId, Volume, call::Call, storage,
};

/// What happens to a guest while its backup is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BackupMode {
    /// It runs on.
    Snapshot,
    /// It stands still for a moment.
    Suspend,
    /// It is shut down, and started again.
    Stop,
}

/// How small a backup is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compression {
    /// Not at all.
    None,
    /// Fast.
    Lzo,
    /// For old programs.
    Gzip,
    /// Good and fast.
    Zstd,
}

/// A backup to make.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewBackup {
    /// The storage it goes to.
    pub storage: String,
    /// What happens to the guest meanwhile.
    pub mode: BackupMode,
    /// How small it is made.
    pub compression: Compression,
    /// Words that are kept with it; `{{guestname}}` and its like stand for what they say.
    pub note: String,
    /// Whether nothing deletes it until somebody says so.
    pub protected: bool,
}

/// A backup to restore.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restore {
    /// Where to.
    pub node: Node,
    /// What was backed up.
    pub kind: GuestKind,
    /// The number that the guest will have.
    pub id: VmId,
    /// The backup, as [`Volume::id`] names it.
    pub archive: String,
    /// The storage its disks go to; where they came from if it is not said.
    pub storage: Option<String>,
    /// Whether a guest of that number is overwritten.
    pub overwrite: bool,
    /// Whether it gets addresses of its own, because the other one lives on.
    pub unique: bool,
    /// Whether it is started after that.
    pub start: bool,
}

impl Client {
    /// Makes a backup.
    ///
    /// # Errors
    /// If the server says no.
    pub async fn back_up(&self, guest: &Guest, new: &NewBackup) -> Result<Upid, ProxmoxError> {
        self.start(&back_up(guest, new)).await
    }

    /// The backups on a storage, of one guest or of all.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn backups(
        &self,
        node: &Node,
        storage: &str,
        of: Option<VmId>,
    ) -> Result<Vec<Volume>, ProxmoxError> {
        self.ask(&storage::content(node, storage, Some(Content::Backup), of)).await
    }

    /// Makes a guest of a backup.
    ///
    /// # Errors
    /// If the server says no.
    pub async fn restore(&self, restore: &Restore) -> Result<Upid, ProxmoxError> {
        self.start(&restore_call(restore)).await
    }
}

pub(crate) fn back_up(guest: &Guest, new: &NewBackup) -> Call {
    let mode = match new.mode {
        BackupMode::Snapshot => "snapshot",
        BackupMode::Suspend => "suspend",
        BackupMode::Stop => "stop",
    };
    let compression = match new.compression {
        Compression::None => "0",
        Compression::Lzo => "lzo",
        Compression::Gzip => "gzip",
        Compression::Zstd => "zstd",
    };
    let note = Some(&new.note).filter(|note| !note.is_empty());
    let call = Call::post(&["nodes", guest.node.as_str(), "vzdump"]).with("vmid", guest.id);
    let call = call.with("storage", &new.storage).with("mode", mode).with("compress", compression);
    // A job of the cluster deletes old backups; one that a person asks for deletes none.
    call.maybe("notes-template", note).flag("protected", new.protected).with("remove", 0)
}

pub(crate) fn restore_call(restore: &Restore) -> Call {
    let call = Call::post(&["nodes", restore.node.as_str(), restore.kind.as_str()]);
    let call = call.with("vmid", restore.id);
    let call = match restore.kind {
        GuestKind::Qemu => call.with("archive", &restore.archive),
        GuestKind::Lxc => call.with("ostemplate", &restore.archive).flag("restore", true),
    };
    let call = call.maybe("storage", restore.storage.as_deref()).flag("force", restore.overwrite);
    call.flag("unique", restore.unique).flag("start", restore.start)
}
