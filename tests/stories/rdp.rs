//! An RDP desktop in a tab, against xrdp with both of its back ends.

use crate::steps::App;
use patchbay_testkit::{Backend, Fault, Window, Wire, Xrdp, xrdp_or_skip};
use serde_json::json;
use std::{fs, path::Path, time::Duration};

const DESKTOP: &str = "[data-testid=desktop]";
const PATIENCE: Duration = Duration::from_secs(30);
/// A terminal whose keys end up in a file, in the middle of a desktop of one colour: without a window manager keys go
/// where the pointer is.
const SESSION: &str = "exec xterm -geometry 60x24+250+150 -e sh -c 'touch \"$HOME/ready\"; exec cat > \"$HOME/typed\"'";
/// The colour of the desktop, and how far a lossy picture may be from it.
const BACKGROUND: [u8; 3] = [0x20, 0x40, 0x60];
const CLOSE: u8 = 12;

/// The picture has the size of its tab.
const FOLLOWS: &str = "const c = document.querySelector('[data-testid=desktop]');
    const a = document.querySelector('[data-testid=desktop-area]');
    return !!c && Math.abs(c.width - a.clientWidth) < 2 && Math.abs(c.height - a.clientHeight) < 2";
const WIDTH: &str = "return document.querySelector('[data-testid=desktop]').width";
/// A pixel near the last one of the picture: what the desktop itself is painted in. RemoteFX blurs what lies at the edge.
const CORNER: &str = "const c = document.querySelector('[data-testid=desktop]');
    if (!c?.width) return [];
    return [...c.getContext('2d').getImageData(c.width - 80, c.height - 80, 1, 1).data].slice(0, 3)";
/// The wire of the test is cut by the next byte over it: this moves the pointer.
const PICTURE: &str = "[aria-label^='Desktop of']";

/// Waits until a file of the session holds this.
async fn holds(server: &Xrdp, name: &str, wanted: &str) {
    let read = || fs::read_to_string(server.home().join(name)).unwrap_or_default();
    let waiting = async {
        while read() != wanted {
            tokio::task::yield_now().await;
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        let pointer = server.run("xdotool", &["getmouselocation"]).await;
        panic!("{name} holds {:?}; the pointer there is at {pointer:?}", read());
    }
}

async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !so().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "waited in vain for {what}");
}

/// The desktop is on the screen, to its last corner.
async fn painted(window: &Window) {
    let mut corner = json!([]);
    let looking = async {
        loop {
            corner = window.run(CORNER, vec![]).await.unwrap();
            let close = |(at, wanted): (usize, &u8)| {
                let found = corner[at].as_u64().and_then(|part| u8::try_from(part).ok());
                found.is_some_and(|found| found.abs_diff(*wanted) <= CLOSE)
            };
            if BACKGROUND.iter().enumerate().all(close) {
                return;
            }
        }
    };
    let seen = tokio::time::timeout(PATIENCE, looking).await.is_ok();
    assert!(seen, "the corner is {corner}; {}", window.page_text().await);
}

/// A picture file as red, green and blue of each pixel.
fn pixels(png: &Path) -> Vec<u8> {
    let rgb = png.with_extension("rgb");
    let to = format!("rgb:{}", rgb.display());
    let mut convert = std::process::Command::new("convert");
    let done = convert.arg(png).args(["-depth", "8", &to]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    fs::read(rgb).unwrap()
}

async fn story(backend: Backend) {
    let server = Xrdp::start(backend, SESSION).await.unwrap();
    let wire = Wire::to(server.port(), Fault::None).await.unwrap();
    let app = App::start(&[]).await;
    let window = &app.window;
    app.create_vault().await;
    let account = server.account();
    let identity =
        json!({ "name": "desk", "user": account.name(), "password": account.password() });
    let settings = json!({ "weakSignIn": true });
    app.add_desktop("desk-01", "rdp", wire.port(), identity, settings).await;
    app.connect("desk-01").await;

    let card = window.wait_text("[data-testid=trust-card]", "CN=127.0.0.1").await.unwrap();
    assert!(card.contains("signed by itself"), "{card}");
    app.accessible("the certificate of an RDP server").await;
    app.trust().await;
    window.find(DESKTOP).await.unwrap();
    painted(window).await;
    window.wait_true(FOLLOWS).await.unwrap();
    app.accessible("an RDP desktop").await;

    // What is typed arrives there, in the terminal below the pointer. The driver presses no Shift, and RDP knows keys only.
    until("the terminal", async || server.home().join("ready").exists()).await;
    window.click(PICTURE).await.unwrap();
    window.wait_true("return document.activeElement.matches('[data-remote-keys]')").await.unwrap();
    window.type_keys("hello desk 42").await.unwrap();
    window.press("Enter").await.unwrap();
    holds(&server, "typed", "hello desk 42\n").await;

    // The desktop has the size of the tab, also after that has changed.
    let width = window.run(WIDTH, vec![]).await.unwrap();
    window.resize(1000, 700).await.unwrap();
    until("a smaller desktop", async || window.run(WIDTH, vec![]).await.unwrap() != width).await;
    window.wait_true(FOLLOWS).await.unwrap();
    painted(window).await;

    // A picture of it, as another program pastes it.
    app.leave_desktop().await;
    app.choose("Copy a picture of the desktop").await;
    window.wait_text("[data-testid=notice]", "Copied a picture").await.unwrap();
    let png = app.home().join("pasted.png");
    let mut xclip = app.program("xclip");
    let pasted = xclip.args(["-selection", "clipboard", "-t", "image/png", "-o"]).output().unwrap();
    fs::write(&png, &pasted.stdout).unwrap();
    let (ours, theirs) = (pixels(&png), server.picture().await.unwrap());
    assert_eq!(ours.len(), theirs.len(), "{pasted:?}");
    let far: u64 = ours.iter().zip(&theirs).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(far / (ours.len() as u64) < 3, "it shows something else");

    // The connection is lost: that is said on the picture, and the same session comes back by itself.
    wire.set(Fault::Cut { after: 0, times: u64::MAX });
    window.click(PICTURE).await.unwrap();
    let bar = window.wait_text("[data-testid=closed-bar]", "Tried again").await.unwrap();
    assert!(bar.contains("desk-01") && bar.contains("of 20"), "{bar}");
    window.find("[data-testid=desktop-again]").await.unwrap();
    app.accessible("a lost desktop").await;
    wire.set(Fault::None);
    window.find("[data-testid=desktop-pace]").await.unwrap();
    window.wait_true("return !document.querySelector('[data-testid=closed-bar]')").await.unwrap();
    painted(window).await;
    window.click(PICTURE).await.unwrap();
    window.type_keys("back").await.unwrap();
    window.press("Enter").await.unwrap();
    holds(&server, "typed", "hello desk 42\nback\n").await;

    // Somebody who does not want to wait says so, or gives up.
    wire.set(Fault::Cut { after: 0, times: u64::MAX });
    window.click(PICTURE).await.unwrap();
    window.wait_text("[data-testid=closed-bar]", "Tried again").await.unwrap();
    window.click("[data-testid=lost-stop]").await.unwrap();
    window.wait_text("[data-testid=closed-bar]", "Disconnected from desk-01").await.unwrap();
    wire.set(Fault::None);
    window.click("[data-testid=closed-reconnect]").await.unwrap();
    window.find("[data-testid=desktop-pace]").await.unwrap();
    painted(window).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rdp_desktop_by_bitmaps_is_used_lost_and_comes_back() {
    if xrdp_or_skip("the story of an RDP desktop through Xvnc") {
        story(Backend::Xvnc).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rdp_desktop_by_remote_fx_is_used_lost_and_comes_back() {
    if xrdp_or_skip("the story of an RDP desktop through Xorg") {
        story(Backend::Xorg).await;
    }
}
