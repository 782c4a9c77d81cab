//! A big file is paused, goes on, and is compared with what it was.

use crate::steps::{App, Server};
use patchbay_testkit::{Fault, Wire};
use serde_json::json;
use std::fs;

const MIB: usize = 1024 * 1024;
const TASKS: &str = "[data-testid=tasks]";

#[tokio::test(flavor = "multi_thread")]
async fn a_big_copy_is_paused_resumed_and_verified() {
    let server = Server::start().await;
    // It stands still in the middle, so that there is a middle to pause in.
    let wire = Wire::to(server.sshd.port(), Fault::Stall { after: 8 * MIB as u64 }).await.unwrap();
    let there = tempfile::tempdir().unwrap();
    let app = App::start(&[]).await;
    let window = &app.window;
    let big: Vec<u8> = (0..24 * MIB).map(|at| (at * 31 % 253) as u8).collect();
    fs::write(app.home().join("big.img"), &big).unwrap();
    app.create_vault().await;
    app.add_machine("box", wire.port(), server.identity(), json!({})).await;
    window.click_text("[data-testid=tree-row]", "box").await.unwrap();
    app.choose("Open files").await;
    app.trust().await;
    window.find("[data-testid=files-machine]").await.unwrap();
    app.go_to_folder(there.path()).await;
    window.click_text("[data-testid=files-here] [role=row]", "big.img").await.unwrap();
    window.press("F5").await.unwrap();

    let moved = "return Number(document.querySelector('[data-testid=task] [role=progressbar]')\
        ?.getAttribute('aria-valuenow')) > 0";
    window.wait_true(moved).await.unwrap();
    window.click("[data-testid=task-pause]").await.unwrap();
    wire.set(Fault::None);
    window.wait_text(TASKS, "1 paused").await.unwrap();
    app.accessible("a copy that is paused").await;
    assert!(!there.path().join("big.img").exists(), "half a file does not have the name");
    window.click("[data-testid=task-resume]").await.unwrap();
    window.wait_text(TASKS, "1 done").await.unwrap();
    assert!(fs::read(there.path().join("big.img")).unwrap() == big, "it is the same file");

    window.click("[data-testid=task-verify]").await.unwrap();
    window.wait_text(TASKS, "All the same").await.unwrap();
    app.accessible("a copy that was verified").await;
    fs::write(there.path().join("big.img"), &big[..big.len() - 1]).unwrap();
    window.click("[data-testid=task-verify]").await.unwrap();
    window.wait_text(TASKS, "1 failed").await.unwrap();
}
