//! A big file is paused, goes on, and is compared with what it was.

use crate::steps::{App, Front, Server};
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

/// Lets files go over the machine's side, as if they were dragged in from outside.
async fn drop_files(app: &App, files: &str) {
    let script = format!(
        "const data = new DataTransfer();
        for (const file of [{files}]) data.items.add(file);
        const side = document.querySelector('[data-testid=files-machine]');
        const {{ x, y, width, height }} = side.getBoundingClientRect();
        const at = {{ clientX: x + width / 2, clientY: y + height / 2, dataTransfer: data, bubbles: true, cancelable: true }};
        side.dispatchEvent(new DragEvent('dragover', at));
        side.dispatchEvent(new DragEvent('drop', at));"
    );
    app.window.run(&script, vec![]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_sends_files_to_a_machine_and_fetches_them() {
    let server = Server::start().await;
    let there = tempfile::tempdir().unwrap();
    let app = App::open(Front::Chromium).await;
    let window = &app.window;
    server.add_to(&app, "box").await;
    window.click_text("[data-testid=tree-row]", "box").await.unwrap();
    app.choose("Open files").await;
    app.trust().await;
    window.find("[data-testid=files-machine]").await.unwrap();
    app.go_to_folder(there.path()).await;

    let big = "new File([new Uint8Array(3000000).fill(7)], 'big image.bin')";
    drop_files(&app, &format!("new File(['first'], 'note.txt'), {big}")).await;
    window.wait_text(TASKS, "1 done").await.unwrap();
    window.wait_text("[data-testid=files-machine]", "big image.bin").await.unwrap();
    assert_eq!(fs::read(there.path().join("note.txt")).unwrap(), b"first");
    assert!(fs::read(there.path().join("big image.bin")).unwrap() == vec![7; 3_000_000]);

    // What is there is asked about.
    drop_files(&app, "new File(['second'], 'note.txt')").await;
    window.find("[data-testid=conflict]").await.unwrap();
    app.accessible("a file that is there already").await;
    assert_eq!(fs::read(there.path().join("note.txt")).unwrap(), b"first");
    window.click("[data-testid=conflict-replace]").await.unwrap();
    window.wait_text(TASKS, "2 done").await.unwrap();
    assert_eq!(fs::read(there.path().join("note.txt")).unwrap(), b"second");

    // The browser has downloads of its own; here it is looked at what it would fetch.
    let caught = "HTMLAnchorElement.prototype.click = function () { window.fetched = this.href; };";
    window.run(caught, vec![]).await.unwrap();
    window.click_text("[data-testid=files-machine] [role=row]", "big image.bin").await.unwrap();
    app.choose("Download").await;
    window.wait_true("return window.fetched !== undefined").await.unwrap();
    let fetched = "const ask = new XMLHttpRequest();
        ask.open('GET', window.fetched, false);
        ask.overrideMimeType('text/plain; charset=x-user-defined');
        ask.send();
        const name = ask.getResponseHeader('content-disposition');
        return [ask.responseText.length, ask.responseText.charCodeAt(2999999) & 255, name];";
    let fetched = window.run(fetched, vec![]).await.unwrap();
    assert_eq!(fetched, json!([3_000_000, 7, "attachment; filename*=UTF-8''big%20image.bin"]));
}
