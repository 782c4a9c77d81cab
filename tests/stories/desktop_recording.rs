//! A desktop is recorded, found in the list and played.

use crate::steps::{App, Front, canvas, in_both_fronts};
use patchbay_testkit::{Vnc, Window};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

async fn shows(window: &Window, at: &str, picture: &[u8]) {
    let same = async {
        while !canvas::shows(window, at, || picture.to_vec()).await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, same).await.expect("the page shows that picture");
}

in_both_fronts!(a_recorded_desktop_is_played_pixel_for_pixel);

async fn a_recorded_desktop_is_played_pixel_for_pixel(front: Front) {
    let server = Vnc::builder("X509Vnc").start().await.unwrap();
    server.run("xsetroot", &["-solid", "#336699"]).unwrap();
    let app = App::open(front).await;
    let window = &app.window;
    let address = format!("vnc://127.0.0.1:{}", server.port());
    window.fill("[data-testid=quick-connect]", &address).await.unwrap();
    window.press("Enter").await.unwrap();
    app.trust().await;
    window.find("[data-testid=prompt-card]").await.unwrap();
    window.fill("[data-testid=prompt-answer-0]", "test").await.unwrap();
    window.click("[data-testid=prompt-send]").await.unwrap();
    let first = server.seen().unwrap();
    shows(window, "[data-testid=desktop]", &first).await;

    app.leave_desktop().await;
    app.choose("Start recording").await;
    window.find("[data-testid=recording-sign]").await.unwrap();
    server.run("xsetroot", &["-solid", "#aa3311"]).unwrap();
    let last = server.seen().unwrap();
    shows(window, "[data-testid=desktop]", &last).await;
    app.accessible("a desktop that is recorded").await;
    app.leave_desktop().await;
    app.choose("Stop recording").await;
    let stopped = "return !document.querySelector('[data-testid=recording-sign]')";
    window.wait_true(stopped).await.unwrap();

    app.choose("Recordings").await;
    window.wait_text("[data-testid=recordings-total]", "1 recording").await.unwrap();
    window.click_text("button", "Play").await.unwrap();
    window.find("[data-testid=recorded-desktop]").await.unwrap();
    window.click("[data-testid=player-toggle]").await.unwrap();
    window.press("End").await.unwrap();
    shows(window, "[data-testid=recorded-desktop]", &last).await;
    window.press("Home").await.unwrap();
    shows(window, "[data-testid=recorded-desktop]", &first).await;
    window.find("[data-testid=strip-picture] canvas").await.unwrap();
    app.accessible("a desktop being played").await;
}
