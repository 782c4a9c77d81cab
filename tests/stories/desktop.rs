//! A remote desktop in a tab, against TigerVNC.

use crate::steps::{App, Front, canvas, in_both_fronts};
use patchbay_testkit::{Vnc, Window};
use serde_json::json;
use std::{fs, time::Duration};

const DESKTOP: &str = "[data-testid=desktop]";
const PATIENCE: Duration = Duration::from_secs(30);

/// Until the page shows what the server shows.
async fn same_picture(window: &Window, server: &Vnc) {
    let same = async {
        // The server is asked after the page: it may have changed meanwhile.
        while !canvas::shows(window, DESKTOP, || server.seen().unwrap()).await {}
    };
    if tokio::time::timeout(PATIENCE, same).await.is_err() {
        panic!("{}", difference(window, server).await);
    }
}

/// Where the two differ first, for whoever has to find out why.
async fn difference(window: &Window, server: &Vnc) -> String {
    let theirs = server.seen().unwrap();
    let script = "const c = document.querySelector('[data-testid=desktop]');
        return [c.width, c.height, ...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]";
    let ours = window.run(script, vec![]).await.unwrap();
    let number = |at: usize| ours[at].as_u64().unwrap_or_default();
    let width = usize::try_from(number(0)).unwrap();
    let pixel = |at: usize| [0, 1, 2].map(|part| number(2 + at * 4 + part));
    let wrong: Vec<usize> = (0..theirs.len() / 3)
        .filter(|at| (0..3).any(|part| u64::from(theirs[at * 3 + part]) != pixel(*at)[part]))
        .collect();
    let Some(first) = wrong.first() else { return "they are the same by now".to_owned() };
    let place = |at: usize| (at % width, at / width);
    format!(
        "{}×{}: {} pixels differ, from {:?} to {:?}; there it is {:?} and should be {:?}",
        number(0),
        number(1),
        wrong.len(),
        place(*first),
        wrong.last().map(|at| place(*at)),
        pixel(*first),
        &theirs[first * 3..first * 3 + 3]
    )
}

in_both_fronts!(a_desktop_is_seen_typed_into_resized_and_connected_again);

async fn a_desktop_is_seen_typed_into_resized_and_connected_again(front: Front) {
    let server = Vnc::builder("X509Vnc").start().await.unwrap();
    server.run("xsetroot", &["-solid", "#336699"]).unwrap();
    let app = App::open(front).await;
    let window = &app.window;
    let address = format!("vnc://127.0.0.1:{}", server.port());
    window.fill("[data-testid=quick-connect]", &address).await.unwrap();
    window.press("Enter").await.unwrap();

    let card = window.wait_text("[data-testid=trust-card]", "CN=lab").await.unwrap();
    assert!(card.contains("signed by itself"), "{card}");
    app.accessible("the certificate of a desktop that is not known").await;
    app.trust().await;
    window.find("[data-testid=prompt-card]").await.unwrap();
    window.fill("[data-testid=prompt-answer-0]", "test").await.unwrap();
    window.click("[data-testid=prompt-send]").await.unwrap();
    window.find(DESKTOP).await.unwrap();
    same_picture(window, &server).await;
    app.accessible("a desktop").await;

    // What is typed arrives there.
    let (ready, typed) = (app.home().join("ready"), app.home().join("typed"));
    let cat = format!("echo > '{}'; cat > '{}'", ready.display(), typed.display());
    let mut xterm = server.program("xterm");
    let mut xterm = xterm.args(["-geometry", "80x24+0+0", "-e", "sh", "-c", &cat]).spawn().unwrap();
    let shown = async {
        let visible = ["search", "--onlyvisible", "--class", "xterm"];
        while !ready.exists() || server.run("xdotool", &visible).is_ok_and(|it| it.is_empty()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, shown).await.unwrap();
    // Without a window manager the keys go where the pointer is: into its middle, which is that of the tab.
    window.click("[aria-label^='Desktop of']").await.unwrap();
    window.wait_true("return document.activeElement.matches('[data-remote-keys]')").await.unwrap();
    let there = async {
        while !server.run("xdotool", &["getmouselocation"]).unwrap().contains("x:3") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, there).await.expect("the pointer in the middle");
    window.type_keys("Hello, Wall 42!").await.unwrap();
    window.press("Enter").await.unwrap();
    let arrived = async {
        while fs::read_to_string(&typed).unwrap_or_default() != "Hello, Wall 42!\n" {
            tokio::task::yield_now().await;
        }
    };
    if tokio::time::timeout(PATIENCE, arrived).await.is_err() {
        let has = "const e = document.activeElement;
            return e.outerHTML.slice(0, 200) + JSON.stringify(document.querySelector('[data-testid=desktop-area]').className)";
        let has = window.run(has, vec![]).await.unwrap();
        panic!("{:?} arrived, and the page is at {has}", fs::read_to_string(&typed));
    }
    xterm.kill().unwrap();
    xterm.wait().unwrap();

    // The keyboard comes back for Ctrl and Alt, and the palette finds what can be done.
    app.leave_desktop().await;
    app.choose("Follow the tab").await;
    window
        .wait_true(
            "const c = document.querySelector('[data-testid=desktop]');
             const a = document.querySelector('[data-testid=desktop-area]');
             return Math.abs(c.width - a.clientWidth) < 2 && c.height === a.clientHeight",
        )
        .await
        .unwrap();
    window.resize(1000, 700).await.unwrap();
    window
        .wait_true(
            "const c = document.querySelector('[data-testid=desktop]');
             const a = document.querySelector('[data-testid=desktop-area]');
             return Math.abs(c.width - a.clientWidth) < 2 && c.height === a.clientHeight",
        )
        .await
        .unwrap();
    same_picture(window, &server).await;

    window.click("[data-testid=disconnect]").await.unwrap();
    window.wait_text("[data-testid=closed-bar]", "Disconnected").await.unwrap();
    window.find(DESKTOP).await.unwrap();
    server.run("xsetroot", &["-solid", "#aa3311"]).unwrap();
    window.click("[data-testid=closed-reconnect]").await.unwrap();
    window.find("[data-testid=prompt-card]").await.unwrap();
    window.fill("[data-testid=prompt-answer-0]", "test").await.unwrap();
    window.click("[data-testid=prompt-send]").await.unwrap();
    window.find("[data-testid=desktop-pace]").await.unwrap();
    // The server draws its own pointer for whoever has not moved one yet.
    window.click("[aria-label^='Desktop of']").await.unwrap();
    same_picture(window, &server).await;
    let listed = app.call("session_list", json!({})).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
}
