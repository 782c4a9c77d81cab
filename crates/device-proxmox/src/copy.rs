//! Guests from guests: clones, new ones of a template, and moving to another node.

use crate::{
    Client, CloudInit, ConfigChange, Exit, Guest, GuestKind, Node, ProxmoxError, TaskNews, Upid,
    VmId, call::Call,
};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

/// A copy to make.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewClone {
    /// Its number.
    pub id: VmId,
    /// Its name.
    pub name: Option<String>,
    /// Notes about it.
    pub description: Option<String>,
    /// The node it is on after that; that of the guest if it is not said.
    pub node: Option<Node>,
    /// The pool it is in.
    pub pool: Option<String>,
    /// Whether its disks are copied, to this storage or their own; else they hang on a template's.
    pub full: bool,
    /// The storage of a full copy's disks.
    pub storage: Option<String>,
    /// The guest as it was at this snapshot.
    pub snapshot: Option<String>,
}

/// A guest to make of a template.
#[derive(Clone, Debug)]
pub struct FromTemplate {
    /// The copy.
    pub clone: NewClone,
    /// Its size, where it is not the template's.
    pub size: ConfigChange,
    /// What cloud-init sets up; nothing for a template without it.
    pub cloud_init: Option<CloudInit>,
    /// Bytes that a disk is to grow by.
    pub grow: Option<(String, u64)>,
}

/// How a guest is moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Migration {
    /// Where to.
    pub target: Node,
    /// Whether it runs on; a container is shut down and started there instead.
    pub online: bool,
    /// Whether disks go along that only its node has. A container's always do.
    pub local_disks: bool,
    /// The storage that disks go to.
    pub storage: Option<String>,
}

/// Whether a virtual machine can be moved.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Default)]
pub struct Movable {
    /// Whether it runs.
    #[serde(default, deserialize_with = "crate::lenient::de_flag")]
    pub running: bool,
    /// Nodes that have all it needs; nothing where the server does not say.
    #[serde(rename = "allowed_nodes", default)]
    pub nodes: Option<Vec<Node>>,
    /// Disks that only its node has.
    #[serde(default)]
    pub local_disks: Vec<LocalDisk>,
    /// Devices of its node that it holds; with any it stays.
    #[serde(default)]
    pub local_resources: Vec<String>,
}

/// A disk that only one node has.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct LocalDisk {
    /// `local-lvm:vm-100-disk-0`.
    #[serde(rename = "volid")]
    pub volume: String,
}

impl Client {
    /// Makes a copy.
    ///
    /// # Errors
    /// If the server says no.
    pub async fn clone_guest(&self, guest: &Guest, new: &NewClone) -> Result<Upid, ProxmoxError> {
        self.start(&clone_call(guest, new)).await
    }

    /// Makes a guest of a template and sets it up: copies it, gives it its size, tells cloud-init, makes its disk larger.
    /// It is off after that. If something fails after the copy was made, the copy stays as it is.
    ///
    /// # Errors
    /// If a task fails or the server says no; [`ProxmoxError::Invalid`] if the template has no drive for cloud-init.
    pub async fn create_from(
        &self,
        template: &Guest,
        new: &FromTemplate,
        cancel: &CancellationToken,
        told: impl FnMut(TaskNews) + Send,
    ) -> Result<Guest, ProxmoxError> {
        let upid = self.begin_from(template, new).await?;
        self.set_up_from(&upid, template, new, cancel, told).await
    }

    /// The first half of [`Self::create_from`]: asks for the copy.
    ///
    /// # Errors
    /// If the server says no; [`ProxmoxError::Invalid`] if the template has no drive for cloud-init.
    pub async fn begin_from(
        &self,
        template: &Guest,
        new: &FromTemplate,
    ) -> Result<Upid, ProxmoxError> {
        if new.cloud_init.is_some() {
            let config = self.config(template).await?;
            if template.kind == GuestKind::Lxc
                || !config.disks.iter().any(crate::Disk::is_cloud_init)
            {
                let why = "The template has no drive for cloud-init: add one to it first.";
                return Err(ProxmoxError::Invalid(why.to_owned()));
            }
        }
        self.clone_guest(template, &new.clone).await
    }

    /// The other half: waits for the copy, and sets it up.
    ///
    /// # Errors
    /// If a task fails or the server says no. The copy stays as it is then.
    pub async fn set_up_from(
        &self,
        upid: &Upid,
        template: &Guest,
        new: &FromTemplate,
        cancel: &CancellationToken,
        mut told: impl FnMut(TaskNews) + Send,
    ) -> Result<Guest, ProxmoxError> {
        self.follow(upid, cancel, &mut told).await?;
        let node = new.clone.node.clone().unwrap_or_else(|| template.node.clone());
        let guest = Guest { node, kind: template.kind, id: new.clone.id };
        if new.size != ConfigChange::default() {
            let digest = self.config(&guest).await?.digest;
            let change = self.change(&guest, &new.size, &digest).await?;
            self.through(change, cancel, &mut told).await?;
        }
        if let Some(settings) = &new.cloud_init {
            let digest = self.config(&guest).await?.digest;
            let change = self.set_cloud_init(&guest, settings, &digest).await?;
            self.through(change, cancel, &mut told).await?;
        }
        if let Some((slot, bytes)) = &new.grow {
            let digest = self.config(&guest).await?.digest;
            let change = self.grow_disk(&guest, slot, *bytes, &digest).await?;
            self.through(change, cancel, &mut told).await?;
        }
        Ok(guest)
    }

    async fn through(
        &self,
        change: Option<Upid>,
        cancel: &CancellationToken,
        told: impl FnMut(TaskNews) + Send,
    ) -> Result<Exit, ProxmoxError> {
        match change {
            Some(upid) => self.follow(&upid, cancel, told).await,
            None => Ok(Exit::Good),
        }
    }

    /// Whether a virtual machine can be moved, and what hinders it.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn movable(&self, guest: &Guest) -> Result<Movable, ProxmoxError> {
        self.ask(&movable(guest)).await
    }

    /// Moves a guest to another node; it has its number there, as [`Guest::on`].
    ///
    /// # Errors
    /// If the server says no.
    pub async fn migrate(&self, guest: &Guest, how: &Migration) -> Result<Upid, ProxmoxError> {
        self.start(&migrate(guest, how)).await
    }
}

pub(crate) fn clone_call(guest: &Guest, new: &NewClone) -> Call {
    let name = match guest.kind {
        GuestKind::Qemu => "name",
        GuestKind::Lxc => "hostname",
    };
    let call = guest.call(Call::post, &["clone"]).with("newid", new.id);
    let call = call.maybe(name, new.name.as_deref());
    let call = call.maybe("description", new.description.as_deref());
    let call = call.maybe("target", new.node.as_ref()).maybe("pool", new.pool.as_deref());
    let call = call.maybe("snapname", new.snapshot.as_deref()).with("full", u8::from(new.full));
    call.maybe("storage", new.storage.as_deref().filter(|_| new.full))
}

pub(crate) fn movable(guest: &Guest) -> Call {
    guest.call(Call::get, &["migrate"])
}

pub(crate) fn migrate(guest: &Guest, how: &Migration) -> Call {
    let call = guest.call(Call::post, &["migrate"]).with("target", &how.target);
    match guest.kind {
        GuestKind::Qemu => {
            let call = call.flag("online", how.online).flag("with-local-disks", how.local_disks);
            call.maybe("targetstorage", how.storage.as_deref())
        }
        GuestKind::Lxc => {
            call.flag("restart", how.online).maybe("target-storage", how.storage.as_deref())
        }
    }
}
