//! A terminal is recorded, found again and played.

use crate::steps::{App, Front, Server, in_both_fronts};
use patchbay_testkit::terminals_or_skip;
use std::{fs, path::Path};

in_both_fronts!(a_recording_is_found_and_played_and_not_readable_on_disk);

async fn a_recording_is_found_and_played_and_not_readable_on_disk(front: Front) {
    if !terminals_or_skip("the story of a recording") {
        return;
    }
    let server = Server::start().await;
    let app = App::open(front).await;
    let window = &app.window;
    server.add_to(&app, "web-01").await;
    app.connect("web-01").await;
    app.trust().await;
    app.works("before").await;

    app.choose("Start recording").await;
    window.find("[data-testid=recording-sign]").await.unwrap();
    app.accessible("a terminal that is recorded").await;
    app.works("taped").await;
    app.choose("Stop recording").await;
    window
        .wait_true("return !document.querySelector('[data-testid=recording-sign]')")
        .await
        .unwrap();
    app.works("later").await;

    app.choose("Recordings").await;
    window.wait_text("[data-testid=recordings-total]", "1 recording").await.unwrap();
    window.wait_text("[data-testid=recording-list]", "web-01").await.unwrap();
    app.accessible("recordings").await;
    window.fill("[data-testid=recordings-search]", "later-42").await.unwrap();
    window.wait_text("[data-testid=recordings]", "Nothing found").await.unwrap();
    window.fill("[data-testid=recordings-search]", "taped-42").await.unwrap();
    window.wait_text("[data-testid=recordings]", "1 line found").await.unwrap();
    app.accessible("a search in recordings").await;
    window.click_text("[data-testid=recording-hits] [role=option]", "taped-42").await.unwrap();
    window.wait_text("[data-testid=recording-player] .xterm-rows", "taped-42").await.unwrap();
    app.accessible("a recording being played").await;

    let mut files = 0;
    unreadable(&app.kept(), b"taped-42", &mut files);
    assert!(files > 2, "what is kept and the recording are there");
}

/// No file in a folder holds a word.
fn unreadable(folder: &Path, word: &[u8], files: &mut usize) {
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            unreadable(&path, word, files);
        } else if let Ok(bytes) = fs::read(&path) {
            *files += 1;
            let found = bytes.windows(word.len()).any(|window| window == word);
            assert!(!found, "{} holds what a terminal showed", path.display());
        }
    }
}
