//! A machine below its operating system, in the window: its power, its sensors, its serial console, the outlet behind it, and the
//! guests of a cluster. Only
//! a vault's machines are managed, so there is no such story in a browser.

use crate::steps::{App, Front, TERMINAL};
use patchbay_testkit::{IpmiSim, Pve, SnmpSwitch, ipmi_or_skip, pve_or_skip, snmpsim_or_skip};
use serde_json::{Value, json};

/// Ids of ways, which are anything that names one.
const WAYS: [&str; 3] = [
    "0195d0f0-0000-7000-8000-000000000001",
    "0195d0f0-0000-7000-8000-000000000002",
    "0195d0f0-0000-7000-8000-000000000003",
];

async fn identity(app: &App, name: &str, user: &str, password: &str) -> Value {
    let draft = json!({ "id": null, "name": name, "user": user, "kind": "password", "password": password,
        "privateKey": null, "passphrase": null, "certificate": null, "agentFingerprint": null });
    app.call("identity_save", json!({ "draft": draft })).await["id"].clone()
}

async fn machine(app: &App, name: &str, port: u16, management: Value) -> Value {
    let draft = json!({ "name": name, "address": "127.0.0.1", "settings": { "port": port }, "management": management });
    let args = json!({ "id": null, "parent": null, "draft": draft });
    app.call("entry_save", args).await["id"].clone()
}

/// Opens a page of a machine from the tree.
async fn open(app: &App, name: &str, page: &str, shows: &str) {
    let window = &app.window;
    window.wait_text("[data-testid=tree]", name).await.unwrap();
    window.click_text("[data-testid=tree-row]", name).await.unwrap();
    window.wait_text("[data-testid=tree-row][aria-selected=true]", name).await.unwrap();
    app.choose(page).await;
    window.find(shows).await.unwrap();
}

#[tokio::test]
async fn a_machine_is_switched_measured_and_reached_below_its_operating_system() {
    let name = "the story of a machine below its operating system";
    if !ipmi_or_skip(name) || !snmpsim_or_skip(name) {
        return;
    }
    let bmc = IpmiSim::start("while read line; do echo heard $line; done", &[]).await.unwrap();
    let snmp = SnmpSwitch::start().await.unwrap();
    let app = App::open(Front::Window).await;
    let window = &app.window;
    let community = identity(&app, "community", "", SnmpSwitch::UNIT).await;
    let unit = json!([{ "id": WAYS[0], "name": "", "kind": "snmp", "address": "", "port": snmp.port(),
        "version": "v2c", "identity": community }]);
    let pdu = machine(&app, "pdu-a2", 1, unit).await;
    let signs_in = identity(&app, "administrator", IpmiSim::USER, IpmiSim::PASSWORD).await;
    let ways = json!([
        { "id": WAYS[1], "name": "", "kind": "bmc", "protocol": "ipmi", "address": "", "port": bmc.address().port(),
            "identity": signs_in, "suite": 3 },
        { "id": WAYS[2], "name": "", "kind": "outlet", "pdu": pdu, "outlet": "4" },
    ]);
    // Nothing listens at its own port.
    machine(&app, "metal-01", 1, ways).await;

    open(&app, "metal-01", "Power and hardware", "[data-testid=power-page]").await;
    window.wait_text("[data-testid=power-state]", "Off").await.unwrap();
    window.click("[data-testid=power-on]").await.unwrap();
    window.wait_text("[data-testid=power-state]", "On").await.unwrap();
    assert!(bmc.on());
    window.wait_text("[data-testid=power-page]", "DJtemp").await.unwrap();
    app.accessible("power and sensors of a machine").await;

    // The first rung does not answer, and the second one is the serial console.
    window.wait_text("[data-testid=open-console]", "serial over LAN").await.unwrap();
    window.click("[data-testid=open-console]").await.unwrap();
    let typing = "return !!document.activeElement?.closest('.xterm')";
    window.find(TERMINAL).await.unwrap();
    window.wait_true(typing).await.unwrap();
    window.type_keys("hello\n").await.unwrap();
    window.wait_text(TERMINAL, "heard hello").await.unwrap();

    // Its power is not taken away without its name.
    open(&app, "metal-01", "Power and hardware", "[data-testid=power-page]").await;
    window.click("[data-testid=power-off]").await.unwrap();
    window.wait_text("[data-testid=power-guard]", "Force off metal-01?").await.unwrap();
    app.accessible("the question before a machine loses its power").await;
    window.fill("[data-testid=power-guard-name]", "metal-01").await.unwrap();
    window.click("[data-testid=power-guard-go]").await.unwrap();
    window.wait_text("[data-testid=power-state]", "Off").await.unwrap();
    assert!(!bmc.on());

    open(&app, "pdu-a2", "Open ports", "[data-testid=ports-page]").await;
    window.wait_text("[data-testid=ports-page]", "is a power unit").await.unwrap();
    let show = "[...document.querySelectorAll('[data-testid=ports-page] button')].find((one) => one.innerText.includes('outlets')).click()";
    window.run(show, vec![]).await.unwrap();
    window.wait_text("[data-testid=outlets-page]", "metal-01").await.unwrap();
    app.accessible("the outlets of a power unit").await;
}

#[tokio::test]
async fn the_guests_of_a_cluster_stand_in_the_tree_and_open_from_there() {
    if !pve_or_skip("the story of guests in the tree") {
        return;
    }
    let disk = "local-lvm:vm-102-disk-0,size=4G";
    let lab = json!({
        "nodes": ["pve-01"],
        "guests": [
            { "vmid": 101, "name": "db-21", "node": "pve-01", "status": "stopped" },
            { "vmid": 102, "name": "cache-21", "node": "pve-01", "type": "lxc", "status": "running",
              "config": { "rootfs": disk } },
        ],
    });
    let pve = Pve::start(&lab).await.unwrap();
    let app = App::open(Front::Window).await;
    let window = &app.window;
    let signs_in = identity(&app, "root", Pve::USER, Pve::PASSWORD).await;
    let way = json!([{ "id": WAYS[0], "name": "", "kind": "proxmox", "address": "", "port": pve.port(),
        "identity": signs_in }]);
    machine(&app, "lab-cluster", 1, way).await;

    // Its certificate is looked at before a name or password goes there.
    open(&app, "lab-cluster", "Power and hardware", "[data-testid=trust]").await;
    window.click("[data-testid=trust]").await.unwrap();
    window.wait_true("return !document.querySelector('[data-testid=trust]')").await.unwrap();

    window.click_text("[data-testid=tree-row]", "lab-cluster").await.unwrap();
    window.press("Right").await.unwrap();
    window.wait_text("[data-testid=tree]", "cache-21").await.unwrap();
    app.accessible("guests in the tree").await;
    window.click_text("[data-testid=tree-row]", "cache-21").await.unwrap();
    window.press("Enter").await.unwrap();
    window.find(TERMINAL).await.unwrap();
    let typing = "return !!document.activeElement?.closest('.xterm')";
    window.wait_true(typing).await.unwrap();

    // One that has no console now is shown on the page of its cluster.
    window.click_text("[data-testid=tree-row]", "db-21").await.unwrap();
    window.press("Enter").await.unwrap();
    window.wait_text("[data-testid=guest-panel]", "db-21").await.unwrap();
}
