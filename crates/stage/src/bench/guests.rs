//! From a click on a cluster of 5,000 guests in the tree until they are painted, in the real window. The app is signed in
//! nowhere before, and has read nothing: each round opens another machine that leads to the cluster.
//!
//! The peer is `curl`, which gets the same list from the same server and shows nothing: what is above it is ours. The server
//! is the testkit's double, since a cluster of this size cannot be had here.

use super::{
    ROUNDS,
    figure::{Better, Figure},
};
use crate::{
    Error, demo,
    world::{World, call, create_vault},
};
use patchbay_core::Ctx;
use patchbay_model::ManagementId;
use patchbay_testkit::{Pve, Screen};
use serde_json::{Value, json};
use std::{process::Stdio, time::Instant};
use tokio::process::Command;

const GUESTS: u32 = 5000;
const NODES: u32 = 10;
/// The first number of a guest.
const FIRST: u32 = 100;
const TOKEN: (&str, &str) = ("root@pam!bench", "0000-1111");

pub(crate) async fn take() -> Result<Vec<Figure>, Error> {
    let pve = Pve::start(&cluster()).await?;
    let world = World::empty()?;
    let ctx = world.services()?;
    create_vault(&ctx).await?;
    let signs_in = identity(&ctx).await?;
    for round in 0..ROUNDS {
        machine(&ctx, round, pve.port(), &signs_in).await?;
    }
    let screen = Screen::start(1280, 800).await?;
    let window = demo::unlocked(&world, &screen).await?;
    let (mut ours, mut peers) = (vec![], vec![]);
    for round in 0..ROUNDS {
        let script = include_str!("open-in-tree.js");
        let found = window.run_async(script, vec![json!(called(round)), json!(GUESTS)]).await?;
        ours.push(found.as_f64().ok_or_else(|| format!("the guests did not come: {found}"))?);
        peers.push(curl(pve.port()).await?);
    }
    window.close().await?;
    Ok(vec![Figure {
        name: "pve-tree",
        unit: "ms",
        better: Better::Lower,
        ours,
        peer: "curl",
        peers,
    }])
}

/// Guests on nodes in turn.
fn cluster() -> Value {
    let nodes: Vec<String> = (0..NODES).map(|node| format!("pve-{node:02}")).collect();
    let guests = (0..GUESTS).zip(nodes.iter().cycle()).map(|(guest, node)| {
        json!({
            "vmid": FIRST + guest, "name": format!("vm-{guest:04}"), "node": node,
            "status": if guest % 5 == 0 { "stopped" } else { "running" },
            "config": { "memory": 2048, "cores": 2 },
        })
    });
    json!({ "nodes": nodes, "guests": guests.collect::<Vec<_>>(), "tokens": { TOKEN.0: TOKEN.1 } })
}

fn called(round: usize) -> String {
    format!("cluster-{round}")
}

async fn identity(ctx: &Ctx) -> Result<Value, Error> {
    let draft =
        json!({ "name": "token", "user": TOKEN.0, "kind": "password", "password": TOKEN.1 });
    let saved = call(ctx, "identity_save", json!({ "draft": draft })).await?;
    Ok(saved.get("id").cloned().unwrap_or_default())
}

/// A machine that leads to the cluster, whose certificate is on record.
async fn machine(ctx: &Ctx, round: usize, port: u16, identity: &Value) -> Result<(), Error> {
    let way = json!({
        "id": ManagementId::new(), "kind": "proxmox", "address": "", "port": port,
        "identity": identity,
    });
    let draft = json!({
        "name": called(round), "address": "127.0.0.1", "tags": [], "settings": {},
        "management": [way],
    });
    let saved = call(ctx, "entry_save", json!({ "parent": null, "draft": draft })).await?;
    if round > 0 {
        return Ok(());
    }
    let entry = saved.get("id").cloned().unwrap_or_default();
    let way = way.get("id").cloned().unwrap_or_default();
    let asked = call(ctx, "management_status", json!({ "entry": entry, "refresh": true })).await?;
    let fingerprint = asked.pointer("/ways/0/question/presented/fingerprint").cloned();
    let trust = json!({
        "entry": entry, "way": way, "fingerprint": fingerprint.unwrap_or_default(),
        "replace": false,
    });
    call(ctx, "management_trust", trust).await.map(drop)
}

/// Milliseconds until all of the list has come.
async fn curl(port: u16) -> Result<f64, Error> {
    let url = format!("https://127.0.0.1:{port}/api2/json/cluster/resources");
    let started = Instant::now();
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--insecure", "--fail", "--header"])
        .arg(format!("Authorization: PVEAPIToken={}={}", TOKEN.0, TOKEN.1))
        .arg(url)
        .stdin(Stdio::null())
        .output()
        .await?;
    let took = started.elapsed().as_secs_f64() * 1000.0;
    let list: Value = serde_json::from_slice(&output.stdout)?;
    let all = list.get("data").and_then(Value::as_array).map_or(0, Vec::len);
    if all < GUESTS as usize {
        Err(format!("curl was given {all} of them").into())
    } else {
        Ok(took)
    }
}
