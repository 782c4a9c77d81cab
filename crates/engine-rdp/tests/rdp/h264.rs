//! `FreeRDP`'s server again, whose encoder of H.264 is x264.

use crate::person::{LIMIT, Seen, difference, open, options};
use patchbay_engine_rdp::RdpOptions;
use patchbay_session::desktop::{DesktopEvent, Size};
use patchbay_testkit::{Shadow, shadow_or_skip};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Shows a picture of these shades, with an edge in it.
fn draw(server: &Shadow, shades: &str) {
    let file = server.dir().join("drawn.png");
    let mut convert = server.on_display("convert");
    convert.args(["-size", "640x480", &format!("gradient:{shades}"), "-fill", "white"]);
    convert.args(["-draw", "rectangle 40,40 300,200"]).arg(&file);
    assert!(convert.status().unwrap().success());
    let mut display = server.on_display("display");
    let _said = display.args(["-window", "root"]).arg(&file).output().unwrap();
}

/// Waits until the picture here is the one there, but for what the codec loses.
async fn same(seen: &mut Seen, server: &Shadow) {
    let end = Instant::now() + LIMIT;
    loop {
        seen.take();
        let (most, mean) = difference(&server.picture().unwrap(), &seen.picture());
        if mean < 4.0 {
            return;
        }
        let told: Vec<_> = seen.events.iter().map(|event| format!("{event:?}")).collect();
        assert!(Instant::now() < end, "{most}, {mean}, {told:?}\n{}", server.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_x264_encodes_is_what_is_shown() {
    if !shadow_or_skip("H.264") {
        return;
    }
    let server = Shadow::start("nla").await.unwrap();
    draw(&server, "navy-gold");
    let with = RdpOptions {
        allow_without_nla: false,
        ..options(server.port(), Shadow::USER, Shadow::PASSWORD)
    };
    let mut seen = Seen::new(open(with, Arc::default()).await.unwrap());
    assert_eq!(seen.desktop.screen.size(), Size::new(640, 480));
    same(&mut seen, &server).await;
    // What comes next is told by what has changed.
    for shades in ["red-blue", "black-lime", "white-purple"] {
        let before = seen.picture();
        draw(&server, shades);
        same(&mut seen, &server).await;
        assert!(difference(&before, &seen.picture()).1 > 20.0, "{shades} is another picture");
    }
    let told = |event: &DesktopEvent| match event {
        DesktopEvent::Quality(said) if said.contains("H.264") => Some(said.clone()),
        _ => None,
    };
    let said = seen.event("how it was encoded", told).await;
    println!("{said}");
}
