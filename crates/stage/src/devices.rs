//! Devices below operating systems: a machine with a controller, a serial console and two feeds, a switch, a power unit and a
//! Proxmox VE cluster. The switch, the power unit and what the cluster's double does besides are ours; the controller is OpenIPMI's.

use crate::{Error, world::call};
use patchbay_core::Ctx;
use patchbay_model::ManagementId;
use patchbay_testkit::{IpmiSim, Pve, SnmpSwitch, ipmi_or_skip, pve_or_skip, snmpsim_or_skip};
use serde_json::{Value, json};
use std::{fs, path::Path};

/// What the serial console says: a machine that starts each time its power comes.
const SERIAL: &str = r#"#!/bin/sh
seen=0
echo "metal-01: serial console"
while :; do
  now=$(wc -l < "$STARTS")
  if [ "$now" -gt "$seen" ]; then
    seen=$now
    printf '\r\nPatchbay demo firmware 1.4\r\nMemory: 16384 MiB\r\n'
    for step in "Booting from disk" "Loading Linux 6.12" "Mounting the root file system" \
      "Starting sshd" "Reached target Multi-User System"; do
      sleep 0.4
      printf '[  OK  ] %s\r\n' "$step"
    done
    printf '\r\nmetal-01 login: '
  fi
  sleep 0.2
done
"#;

/// The devices; they end when it is dropped.
pub(crate) struct Devices {
    bmc: Option<IpmiSim>,
    snmp: Option<SnmpSwitch>,
    pve: Option<Pve>,
}

impl Devices {
    /// Starts those whose programs are installed; what is missing is said.
    pub(crate) async fn start(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder)?;
        let serial = folder.join("serial.sh");
        fs::write(&serial, SERIAL)?;
        let bmc = match ipmi_or_skip("a controller in the demo") {
            true => Some(IpmiSim::start(&format!("sh {}", serial.display()), &[]).await?),
            false => None,
        };
        let snmp = match snmpsim_or_skip("a switch and a power unit in the demo") {
            true => Some(SnmpSwitch::start().await?),
            false => None,
        };
        let pve = match pve_or_skip("a Proxmox VE cluster in the demo") {
            true => Some(Pve::start(&cluster()).await?),
            false => None,
        };
        Ok(Self { bmc, snmp, pve })
    }

    /// Puts them into the vault, in a folder of their own, beside a machine that is wired to them.
    pub(crate) async fn add_to(&self, ctx: &Ctx, ssh_port: u16) -> Result<(), Error> {
        let folder = call(
            ctx,
            "folder_save",
            json!({ "parent": null, "draft": { "name": "Rack A2", "tags": [], "settings": {} } }),
        )
        .await?;
        let folder = folder.get("id").cloned().unwrap_or_default();
        let rack = Rack { ctx, folder };
        let mut ways = Vec::new();
        if let Some(snmp) = &self.snmp {
            let of = |identity: &Value| {
                json!({
                    "kind": "snmp", "address": "", "port": snmp.port(), "version": "v2c",
                    "identity": identity,
                })
            };
            let writes = rack.identity("SNMP community of sw-core-01", "", "private").await?;
            let outlets = rack.identity("SNMP community of pdu-a2", "", SnmpSwitch::UNIT).await?;
            let switch = rack.machine("sw-core-01", "network", vec![of(&writes)], 22).await?;
            let pdu = rack.machine("pdu-a2", "cable", vec![of(&outlets)], 22).await?;
            ways.push(json!({ "kind": "outlet", "pdu": pdu, "outlet": "4" }));
            ways.push(json!({ "kind": "outlet", "pdu": pdu, "outlet": "5" }));
            ways.push(json!({ "kind": "port", "switch": switch, "port": "Gi0/3" }));
            rack.machine(
                "metal-02",
                "",
                vec![
                    json!({ "kind": "outlet", "pdu": pdu, "outlet": "3" }),
                    json!({ "kind": "port", "switch": switch, "port": "Gi0/5" }),
                ],
                ssh_port,
            )
            .await?;
        }
        if let Some(bmc) = &self.bmc {
            let signs_in =
                rack.identity("BMC administrator", IpmiSim::USER, IpmiSim::PASSWORD).await?;
            ways.insert(
                0,
                json!({
                    "kind": "bmc", "protocol": "ipmi", "address": "", "port": bmc.address().port(),
                    "identity": signs_in, "suite": 3,
                }),
            );
        }
        if !ways.is_empty() {
            rack.machine("metal-01", "", ways, ssh_port).await?;
        }
        if let Some(pve) = &self.pve {
            let signs_in = rack.identity("Proxmox VE", Pve::USER, Pve::PASSWORD).await?;
            let way = json!({
                "kind": "proxmox", "address": "", "port": pve.port(), "identity": signs_in,
            });
            let cluster = rack.machine("pve-01", "server", vec![way], 22).await?;
            let guest = json!({ "kind": "guest", "cluster": cluster, "guest": 100 });
            rack.machine("web-21", "", vec![guest], ssh_port).await?;
        }
        Ok(())
    }
}

/// Where they go.
struct Rack<'a> {
    ctx: &'a Ctx,
    folder: Value,
}

impl Rack<'_> {
    async fn identity(&self, name: &str, user: &str, password: &str) -> Result<Value, Error> {
        let draft = json!({ "name": name, "user": user, "kind": "password", "password": password });
        let saved = call(self.ctx, "identity_save", json!({ "draft": draft })).await?;
        Ok(saved.get("id").cloned().unwrap_or_default())
    }

    async fn machine(
        &self,
        name: &str,
        icon: &str,
        ways: Vec<Value>,
        port: u16,
    ) -> Result<Value, Error> {
        let management: Vec<Value> = ways
            .into_iter()
            .map(|mut way| {
                if let Some(way) = way.as_object_mut() {
                    way.insert("id".to_owned(), json!(ManagementId::new()));
                }
                way
            })
            .collect();
        let icon = (!icon.is_empty()).then_some(icon);
        let draft = json!({
            "name": name, "address": "127.0.0.1", "settings": { "port": port }, "tags": ["demo"],
            "icon": icon, "management": management,
        });
        let saved =
            call(self.ctx, "entry_save", json!({ "parent": self.folder, "draft": draft })).await?;
        Ok(saved.get("id").cloned().unwrap_or_default())
    }
}

/// Guests of each kind on two nodes, and a template.
fn cluster() -> Value {
    let disk = |guest: u32| format!("local-lvm:vm-{guest}-disk-0,size=8G");
    json!({
        "nodes": ["pve-01", "pve-02"],
        "guests": [
            { "vmid": 100, "name": "web-21", "node": "pve-01", "status": "running",
              "config": { "scsi0": disk(100), "memory": 2048, "cores": 2, "serial0": "socket" } },
            { "vmid": 101, "name": "db-21", "node": "pve-01", "status": "stopped",
              "config": { "scsi0": disk(101), "memory": 4096, "cores": 4 } },
            { "vmid": 102, "name": "cache-21", "node": "pve-02", "type": "lxc", "status": "running",
              "config": { "rootfs": "local-lvm:vm-102-disk-0,size=4G", "memory": 512, "cores": 1 } },
            { "vmid": 900, "name": "debian-12", "node": "pve-01", "template": true,
              "config": { "scsi0": "local-lvm:base-900-disk-0,size=2G",
                          "ide2": "local-lvm:vm-900-cloudinit,media=cdrom", "template": 1 } },
        ],
    })
}
