//! What is done with guests.

use crate::support::{container, done, id, lab, node, open, secret, status, vm};
use patchbay_device_proxmox::{
    BackupMode, Client, CloudInit, Compression, ConfigChange, FromTemplate, Guest, GuestKind,
    Measured, Migration, NewBackup, NewClone, NewSnapshot, Of, Power, ProxmoxError, Restore, Span,
};
use patchbay_testkit::pve_or_skip;
use serde_json::json;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

fn copy(number: u32, full: bool) -> NewClone {
    NewClone {
        id: id(number),
        name: Some(format!("copy-{number}")),
        description: None,
        node: None,
        pool: None,
        full,
        storage: None,
        snapshot: None,
    }
}

#[tokio::test]
async fn power_does_what_it_says() {
    if !pve_or_skip("power") {
        return;
    }
    let mut settings = lab();
    // Deaf to the button, and a virtual second is a thousandth.
    settings["guests"][0]["acpi"] = json!(false);
    settings["time_scale"] = json!(0.001);
    let (_pve, client) = open(&settings).await;
    let timeout = Some(Duration::from_secs(5));
    let deaf = client.power(&vm(100), Power::Shutdown { timeout, force: false }).await.unwrap();
    let error = client.finish(&deaf).await.unwrap_err();
    assert!(error.to_string().contains("timeout"), "{error}");
    assert_eq!(status(&client, &vm(100)).await, "running");
    done(&client, client.power(&vm(100), Power::Shutdown { timeout, force: true }).await).await;
    assert_eq!(status(&client, &vm(100)).await, "stopped");
    for (power, after) in [
        (Power::Start, "running"),
        (Power::Reset, "running"),
        (Power::Suspend { to_disk: false }, "running"),
        (Power::Resume, "running"),
        (Power::Stop, "stopped"),
    ] {
        done(&client, client.power(&vm(100), power).await).await;
        assert_eq!(status(&client, &vm(100)).await, after, "{power:?}");
        // QEMU itself knows that its processors stand still.
        let paused = matches!(power, Power::Suspend { .. });
        let now = if paused { "paused" } else { after };
        assert_eq!(client.now(&vm(100)).await.unwrap(), now, "{power:?}");
    }
    for (power, after) in [
        (Power::Reboot { timeout }, "running"),
        (Power::Shutdown { timeout, force: false }, "stopped"),
        (Power::Start, "running"),
        (Power::Stop, "stopped"),
    ] {
        done(&client, client.power(&container(102), power).await).await;
        assert_eq!(status(&client, &container(102)).await, after, "{power:?}");
        assert_eq!(client.now(&container(102)).await.unwrap(), after, "{power:?}");
    }
    let error = client.power(&container(102), Power::Reset).await.unwrap_err();
    assert!(matches!(error, ProxmoxError::Invalid(_)), "{error}");
}

#[tokio::test]
async fn a_configuration_is_changed_unless_somebody_else_was_faster() {
    if !pve_or_skip("a configuration") {
        return;
    }
    for plain in [false, true] {
        let mut settings = lab();
        settings["plain"] = json!(plain);
        let (_pve, client) = open(&settings).await;
        let read = client.config(&vm(101)).await.unwrap();
        assert_eq!(
            (read.name.as_deref(), read.cores, read.memory),
            (Some("db"), Some(1), Some(512))
        );
        let change = ConfigChange {
            cores: Some(4),
            memory: Some(4096),
            cpu_limit: Some(1.5),
            balloon: Some(1024),
            ..ConfigChange::default()
        };
        let upid = client.change(&vm(101), &change, &read.digest).await.unwrap().unwrap();
        client.finish(&upid).await.unwrap();
        let now = client.config(&vm(101)).await.unwrap();
        assert_eq!((now.cores, now.memory, now.cpu_limit), (Some(4), Some(4096), Some(1.5)));
        assert_ne!(now.digest, read.digest);
        let again = match client.change(&vm(101), &change, &read.digest).await {
            Ok(upid) => client.finish(&upid.unwrap()).await.map(|_| ()),
            Err(error) => Err(error),
        };
        assert!(matches!(again, Err(ProxmoxError::ChangedMeanwhile)), "{again:?}");

        let read = client.config(&container(102)).await.unwrap();
        let change = ConfigChange { memory: Some(1024), ..ConfigChange::default() };
        assert_eq!(client.change(&container(102), &change, &read.digest).await.unwrap(), None);
        let error = client.change(&container(102), &change, &read.digest).await.unwrap_err();
        assert!(matches!(error, ProxmoxError::ChangedMeanwhile), "{error}");
        let sockets = ConfigChange { sockets: Some(2), ..ConfigChange::default() };
        let error = client.change(&container(102), &sockets, "").await.unwrap_err();
        assert!(matches!(error, ProxmoxError::Invalid(_)), "{error}");
    }
}

#[tokio::test]
async fn disks_grow() {
    if !pve_or_skip("disks") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    for (guest, slot, before) in [(vm(100), "scsi0", 8_u64), (container(102), "rootfs", 4)] {
        let read = client.config(&guest).await.unwrap();
        let size = |config: &patchbay_device_proxmox::GuestConfig| {
            config.disks.iter().find(|disk| disk.slot == slot).unwrap().size.unwrap()
        };
        assert_eq!(size(&read), before << 30);
        let upid = client.grow_disk(&guest, slot, 2 << 30, &read.digest).await.unwrap().unwrap();
        client.finish(&upid).await.unwrap();
        let now = client.config(&guest).await.unwrap();
        assert_eq!(size(&now), (before + 2) << 30);
        let error = client.grow_disk(&guest, slot, 2 << 30, &read.digest).await.unwrap_err();
        assert!(matches!(error, ProxmoxError::ChangedMeanwhile), "{error}");
    }
    let error = client.grow_disk(&vm(100), "scsi0", 1, "").await.unwrap_err();
    assert!(matches!(error, ProxmoxError::Invalid(_)), "{error}");
}

fn drawn(snapshots: &patchbay_device_proxmox::Snapshots) -> Vec<String> {
    let name = |row: &patchbay_device_proxmox::Row<'_>| {
        row.snapshot.map_or("now", |one| &one.name).to_owned()
    };
    snapshots.rows().iter().map(|row| format!("{}{}", " ".repeat(row.depth), name(row))).collect()
}

#[tokio::test]
async fn snapshots_form_a_tree_and_are_rolled_back_to() {
    if !pve_or_skip("snapshots") {
        return;
    }
    for plain in [false, true] {
        let mut settings = lab();
        settings["plain"] = json!(plain);
        let (_pve, client) = open(&settings).await;
        let guest = vm(100);
        for (name, memory) in [("clean", false), ("tuned", true)] {
            let description = format!("{name} it is");
            let new = NewSnapshot { name: name.to_owned(), description, memory };
            done(&client, client.take_snapshot(&guest, &new).await).await;
        }
        let all = client.snapshots(&guest).await.unwrap();
        assert_eq!(drawn(&all), ["clean", " tuned", "  now"]);
        let tuned = all.all.iter().find(|one| one.name == "tuned").unwrap();
        assert_eq!((tuned.memory, tuned.description.as_str()), (true, "tuned it is"));
        done(&client, client.roll_back(&guest, "clean", true).await).await;
        let all = client.snapshots(&guest).await.unwrap();
        assert_eq!(drawn(&all), ["clean", " tuned", " now"]);
        done(&client, client.delete_snapshot(&guest, "tuned").await).await;
        assert_eq!(drawn(&client.snapshots(&guest).await.unwrap()), ["clean", " now"]);
        let new =
            NewSnapshot { name: "clean".to_owned(), description: String::new(), memory: false };
        let again = client.take_snapshot(&guest, &new).await.unwrap();
        let error = client.finish(&again).await.unwrap_err();
        assert!(matches!(error, ProxmoxError::TaskFailed { .. }), "{error}");
        let new = NewSnapshot { memory: true, ..new };
        let error = client.take_snapshot(&container(102), &new).await.unwrap_err();
        assert!(matches!(error, ProxmoxError::Invalid(_)), "{error}");
    }
}

#[tokio::test]
async fn backups_are_made_listed_restored_and_deleted() {
    if !pve_or_skip("backups") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    let new = NewBackup {
        storage: "local".to_owned(),
        mode: BackupMode::Snapshot,
        compression: Compression::Zstd,
        note: "{{guestname}}, before the upgrade".to_owned(),
        protected: false,
    };
    done(&client, client.back_up(&vm(100), &new).await).await;
    let backups = client.backups(&node("pve1"), "local", Some(id(100))).await.unwrap();
    assert_eq!(backups.len(), 1);
    assert_eq!(backups[0].notes.as_deref(), Some("web, before the upgrade"));
    assert_eq!((backups[0].guest, backups[0].size), (Some(100), Some(1 << 20)));
    assert!(client.backups(&node("pve1"), "local", Some(id(101))).await.unwrap().is_empty());

    let restore = Restore {
        node: node("pve2"),
        kind: GuestKind::Qemu,
        id: id(200),
        archive: backups[0].id.clone(),
        storage: None,
        overwrite: false,
        unique: true,
        start: true,
    };
    done(&client, client.restore(&restore).await).await;
    assert_eq!(
        status(&client, &Guest { id: id(200), ..vm(100) }.on(node("pve2"))).await,
        "running"
    );
    let over = Restore { id: id(100), ..restore };
    let error = client.restore(&over).await.unwrap_err();
    assert!(error.to_string().contains("already exists"), "{error}");
    if let Some(upid) = client.delete_volume(&node("pve1"), &backups[0].id).await.unwrap() {
        client.finish(&upid).await.unwrap();
    }
    assert!(client.backups(&node("pve1"), "local", None).await.unwrap().is_empty());
}

async fn from_template(client: &Client, new: &FromTemplate) -> Result<Guest, ProxmoxError> {
    client.create_from(&vm(900), new, &CancellationToken::new(), |_| {}).await
}

#[tokio::test]
async fn a_guest_is_made_of_a_template_with_cloud_init() {
    if !pve_or_skip("a template") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    let keys = vec!["ssh-ed25519 AAAA+/= ada@lab".to_owned(), "ssh-rsa BBBB".to_owned()];
    let settings = CloudInit {
        user: Some("ops".to_owned()),
        password: Some(secret("s3cret & more")),
        keys,
        ip: Some("ip=192.0.2.7/24,gw=192.0.2.1".to_owned()),
        name_server: Some("192.0.2.1".to_owned()),
        search_domain: Some("example.org".to_owned()),
    };
    let new = FromTemplate {
        clone: copy(201, true),
        size: ConfigChange { cores: Some(2), memory: Some(1024), ..ConfigChange::default() },
        cloud_init: Some(settings.clone()),
        grow: Some(("scsi0".to_owned(), 8 << 30)),
    };
    let guest = from_template(&client, &new).await.unwrap();
    let made = client.config(&guest).await.unwrap();
    assert_eq!((made.cores, made.memory, made.template), (Some(2), Some(1024), false));
    assert_eq!(made.disks.iter().find(|disk| disk.slot == "scsi0").unwrap().size, Some(10 << 30));
    assert_eq!(made.all["ciuser"], "ops");
    assert_eq!(made.all["sshkeys"], "ssh-ed25519%20AAAA%2B%2F%3D%20ada%40lab%0Assh-rsa%20BBBB");
    assert_eq!(made.all["ipconfig0"], "ip=192.0.2.7/24,gw=192.0.2.1");

    let none = FromTemplate { clone: copy(202, true), cloud_init: Some(settings), ..new };
    let cancel = CancellationToken::new();
    let error = client.create_from(&vm(101), &none, &cancel, |_| {}).await.unwrap_err();
    assert!(matches!(error, ProxmoxError::Invalid(_)), "{error}");
}

#[tokio::test]
async fn guests_are_copied_moved_and_deleted() {
    if !pve_or_skip("copies") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    done(&client, client.clone_guest(&vm(900), &copy(301, false)).await).await;
    assert_eq!(client.config(&vm(301)).await.unwrap().name.as_deref(), Some("copy-301"));
    let movable = client.movable(&vm(100)).await.unwrap();
    assert!(movable.running);
    assert_eq!(movable.nodes, Some(vec![node("pve2")]));
    assert_eq!(movable.local_disks[0].volume, "local-lvm:vm-100-disk-0");
    let offline =
        Migration { target: node("pve2"), online: false, local_disks: true, storage: None };
    let error = client.migrate(&vm(100), &offline).await.unwrap_err();
    assert!(error.to_string().contains("running"), "{error}");
    let online = Migration { online: true, ..offline };
    done(&client, client.migrate(&vm(100), &online).await).await;
    assert_eq!(status(&client, &vm(100).on(node("pve2"))).await, "running");
    let moved = client.migrate(&container(102), &online).await;
    done(&client, moved).await;
    assert_eq!(status(&client, &container(102).on(node("pve2"))).await, "running");
    done(&client, client.delete(&vm(301), true).await).await;
    let error = client.config(&vm(301)).await.unwrap_err();
    assert!(matches!(error, ProxmoxError::Gone { .. }), "{error}");
}

#[tokio::test]
async fn graphs_have_points() {
    if !pve_or_skip("graphs") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    let (pve1, guest) = (node("pve1"), vm(100));
    for whose in [Measured::Node(&pve1), Measured::Guest(&guest), Measured::Storage(&pve1, "local")]
    {
        let points = client.graph(whose, Span::Hour, Of::Mean).await.unwrap();
        assert_eq!(points.len(), 70, "{whose:?}");
        assert!(points.is_sorted_by_key(|point| point.time), "{whose:?}");
        let (last, before) = (points[69], points[68]);
        assert_eq!((last.disk, before.disk, before.disk_all), (None, Some(0.68), Some(0.68)));
        let measured = !matches!(whose, Measured::Storage(..));
        assert_eq!((before.memory.is_some(), before.cpu.is_some()), (measured, measured));
    }
    // Others wrote one that knows the request and has measured nothing.
    let mut settings = lab();
    settings["plain"] = json!(true);
    let (_pve, client) = open(&settings).await;
    let points = client.graph(Measured::Node(&pve1), Span::Week, Of::Most).await.unwrap();
    assert!(points.is_empty(), "{points:?}");
}
