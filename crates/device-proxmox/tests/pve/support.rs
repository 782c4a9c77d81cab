//! What the tests share.

use patchbay_device_proxmox::{
    Client, Exit, Fingerprint, Guest, GuestKind, Node, ProxmoxError, SignIn, Site, Upid, VmId,
};
use patchbay_model::Secret;
use patchbay_testkit::Pve;
use serde_json::{Value, json};

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

pub(crate) fn site(pve: &Pve) -> Site {
    let pinned = Fingerprint::of(pve.certificate());
    Site { host: "127.0.0.1".to_owned(), port: pve.port(), pinned }
}

pub(crate) fn password() -> SignIn {
    let user = Pve::USER.to_owned();
    SignIn::Password { user, password: secret(Pve::PASSWORD), code: None }
}

/// Guests of each kind on two nodes, and a template.
pub(crate) fn lab() -> Value {
    let disk = "local-lvm:vm-100-disk-0,size=8G";
    json!({
        "nodes": ["pve1", "pve2"],
        "guests": [
            { "vmid": 100, "name": "web", "status": "running",
              "config": { "scsi0": disk, "memory": 2048, "cores": 2, "serial0": "socket" } },
            { "vmid": 101, "name": "db", "status": "stopped", "config": { "cores": 1, "memory": 512 } },
            { "vmid": 102, "name": "cache", "type": "lxc", "status": "running",
              "config": { "rootfs": "local-lvm:vm-102-disk-0,size=4G", "memory": 512, "cores": 1 } },
            { "vmid": 900, "name": "debian", "template": true,
              "config": { "scsi0": "local-lvm:base-900-disk-0,size=2G", "ide2": "local-lvm:vm-900-cloudinit,media=cdrom",
                          "template": 1 } },
        ],
    })
}

pub(crate) async fn open(settings: &Value) -> (Pve, Client) {
    let pve = Pve::start(settings).await.unwrap();
    let client = Client::open(site(&pve), password()).await.unwrap();
    (pve, client)
}

pub(crate) fn node(name: &str) -> Node {
    name.parse().unwrap()
}

pub(crate) fn id(number: u32) -> VmId {
    VmId::new(number).unwrap()
}

pub(crate) fn vm(number: u32) -> Guest {
    Guest { node: node("pve1"), kind: GuestKind::Qemu, id: id(number) }
}

pub(crate) fn container(number: u32) -> Guest {
    Guest { kind: GuestKind::Lxc, ..vm(number) }
}

/// Follows what was accepted.
pub(crate) async fn done(client: &Client, accepted: Result<Upid, ProxmoxError>) {
    let exit = client.finish(&accepted.unwrap()).await.unwrap();
    assert_eq!(exit, Exit::Good);
}

pub(crate) async fn status(client: &Client, guest: &Guest) -> String {
    let all = client.resources().await.unwrap();
    all.into_iter().find(|one| one.guest() == Some(guest)).unwrap().status
}
