//! Keys, pointer, clipboard and size, as programs on the far desktop see them.

use crate::desk::{event, opened, tell, until};
use patchbay_model::CloseReason;
use patchbay_session::desktop::{
    Buttons, Clipboard, Cursor, DesktopEvent, DesktopInput, Key, Size, Wheel,
};
use patchbay_testkit::{TightVnc, Vnc};
use std::{
    fs,
    process::Child,
    time::{Duration, Instant},
};

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_pointer_is_where_it_is_put() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    let mut desktop = opened(&vnc).await;
    let at = |vnc: &Vnc| vnc.run("xdotool", &["getmouselocation"]).unwrap();
    tell(&desktop, DesktopInput::Pointer { x: 123, y: 45, buttons: Buttons::default() }).await;
    until(&mut desktop, "the pointer", |_| at(&vnc).starts_with("x:123 y:45 ")).await;
    tell(&desktop, DesktopInput::Pointer { x: 9_999, y: 9_999, buttons: Buttons::default() }).await;
    until(&mut desktop, "the pointer", |_| at(&vnc).starts_with("x:639 y:479 ")).await;
}

#[tokio::test]
async fn a_pointer_that_is_moved_there_is_followed() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    let mut desktop = opened(&vnc).await;
    tell(&desktop, DesktopInput::Pointer { x: 5, y: 5, buttons: Buttons::default() }).await;
    // For a while after the person moved it, the server leaves it to the person.
    let mut x = 300;
    let mut moved = None;
    until(&mut desktop, "the pointer there", |_| {
        vnc.run("xdotool", &["getmouselocation"]).unwrap().starts_with("x:5 y:5 ")
    })
    .await;
    let end = Instant::now() + Duration::from_secs(20);
    while moved.is_none() {
        assert!(Instant::now() < end, "nobody says that it moved");
        x += 1;
        vnc.run("xdotool", &["mousemove", &x.to_string(), "200"]).unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        while let Ok(event) = desktop.events.try_recv() {
            if let DesktopEvent::PointerMoved { x: at, y: 200 } = event {
                moved = Some(at);
            }
        }
    }
    assert!(moved.is_some_and(|at| (300..=x).contains(&at)));
}

#[tokio::test]
async fn programs_see_buttons_and_the_wheel() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let seen = dir.path().join("seen");
    let out = fs::File::create(&seen).unwrap();
    let mut xev = vnc.program("xev");
    xev.args(["-geometry", "300x300+0+0", "-event", "button", "-event", "keyboard"]).stdout(out);
    let _xev = Program(xev.spawn().unwrap());
    let mut desktop = opened(&vnc).await;
    let mapped = |vnc: &Vnc| vnc.run("xdotool", &["search", "--name", "Event Tester"]).is_ok();
    until(&mut desktop, "xev", |_| mapped(&vnc)).await;
    let log = || fs::read_to_string(&seen).unwrap();
    let count = |what: &str| log().matches(what).count();
    // Until the window is there, nobody sees what is pressed.
    let pressed = Buttons { right: true, ..Buttons::default() };
    let mut odd = false;
    until(&mut desktop, "a press", |desktop| {
        odd = !odd;
        let buttons = if odd { pressed } else { Buttons::default() };
        let _ = desktop.input.try_send(DesktopInput::Pointer { x: 50, y: 60, buttons });
        count("button 3") > 0
    })
    .await;
    tell(&desktop, DesktopInput::Wheel { x: 50, y: 60, wheel: Wheel { x: 0, y: -240 } }).await;
    until(&mut desktop, "two steps up", |_| count("button 4") == 4).await;
    for _ in 0..3 {
        tell(&desktop, DesktopInput::Wheel { x: 50, y: 60, wheel: Wheel { x: 0, y: 40 } }).await;
    }
    until(&mut desktop, "one step down", |_| count("button 5") == 2).await;
    let shift = Key { keysym: 0xffe1, scancode: 0x2a, down: true };
    tell(&desktop, DesktopInput::Key(shift)).await;
    until(&mut desktop, "a key", |_| count("KeyPress") == 1).await;
    assert_eq!(count("KeyRelease"), 0);
    // What is held is let go with the keyboard.
    tell(&desktop, DesktopInput::Focus(false)).await;
    until(&mut desktop, "its end", |_| count("KeyRelease") == 1).await;
    assert!(log().contains("Shift_L"), "{}", log());
}

#[tokio::test]
async fn what_is_typed_arrives() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (ready, typed) = (dir.path().join("ready"), dir.path().join("typed"));
    let mut xterm = vnc.program("xterm");
    let script = format!("touch {}; cat >{}", ready.display(), typed.display());
    xterm.args(["-geometry", "80x24+0+0", "-u8", "-e", "sh", "-c", &script]);
    let _xterm = Program(xterm.spawn().unwrap());
    let mut desktop = opened(&vnc).await;
    until(&mut desktop, "xterm", |_| ready.exists()).await;
    tell(&desktop, DesktopInput::Pointer { x: 100, y: 100, buttons: Buttons::default() }).await;
    until(&mut desktop, "the pointer", |_| {
        vnc.run("xdotool", &["getmouselocation"]).unwrap().starts_with("x:100 y:100 ")
    })
    .await;
    let text = "Grüße, {World}!\n";
    tell(&desktop, DesktopInput::Text(text.to_owned())).await;
    until(&mut desktop, "the text", |_| fs::read_to_string(&typed).unwrap() == text).await;
}

#[tokio::test]
async fn a_viewer_that_only_watches_changes_nothing() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    let mut options = crate::desk::options(vnc.port());
    options.view_only = true;
    let desktop = crate::desk::open(options, &std::sync::Arc::default()).await.unwrap();
    let before = vnc.run("xdotool", &["getmouselocation"]).unwrap();
    tell(&desktop, DesktopInput::Pointer { x: 1, y: 1, buttons: Buttons::default() }).await;
    tell(&desktop, DesktopInput::Key(Key { keysym: 0x61, scancode: 0, down: true })).await;
    // Whoever is slower than another connection's pointer has had time enough.
    let mut other = opened(&vnc).await;
    tell(&other, DesktopInput::Pointer { x: 77, y: 88, buttons: Buttons::default() }).await;
    let at = |vnc: &Vnc| vnc.run("xdotool", &["getmouselocation"]).unwrap();
    until(&mut other, "the other's pointer", |_| at(&vnc) != before).await;
    assert!(at(&vnc).starts_with("x:77 y:88 "), "{}", at(&vnc));
}

// The server asks for the text when a program does, which waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn the_clipboard_goes_both_ways() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    let mut desktop = opened(&vnc).await;
    for text in ["from here: ü", "drei €\nlines — of it\n", &"much ✓ ".repeat(20_000)] {
        tell(&desktop, DesktopInput::Clipboard(Clipboard::Text(text.to_owned()))).await;
        let paste = || vnc.run("xclip", &["-o", "-selection", "clipboard"]).unwrap_or_default();
        until(&mut desktop, "the clipboard there", |_| paste() == text).await;
    }
    let copy = "printf 'from there: € ✓\\nnext' | xclip -i -selection clipboard >/dev/null 2>&1";
    vnc.run("sh", &["-c", copy]).unwrap();
    let text = event(&mut desktop, |event| match event {
        DesktopEvent::Clipboard(Clipboard::Text(text)) => Some(text),
        _ => None,
    })
    .await;
    assert_eq!(text, "from there: € ✓\nnext");
}

#[tokio::test]
async fn an_old_server_has_a_clipboard_and_shows_what_it_has() {
    let vnc = TightVnc::start().await.unwrap();
    vnc.run("xsetroot", &["-solid", "#123456"]).unwrap();
    let person = std::sync::Arc::new(crate::person::Person::default());
    let mut desktop = crate::desk::open(crate::desk::options(vnc.port()), &person).await.unwrap();
    until(&mut desktop, "the background", |desktop| {
        crate::desk::shown(desktop).chunks(3).all(|pixel| pixel == [0x12, 0x34, 0x56])
    })
    .await;
    // It takes Latin-1 and puts it where X programs of its time look.
    let text = Clipboard::Text("from here: ü€".to_owned());
    tell(&desktop, DesktopInput::Clipboard(text)).await;
    let buffer = || vnc.run("xprop", &["-root", "CUT_BUFFER0"]).unwrap();
    until(&mut desktop, "the clipboard there", |_| {
        buffer().contains("from here: ü?") || buffer().contains("from here: \\374?")
    })
    .await;
    vnc.run("xprop", &["-root", "-f", "CUT_BUFFER0", "8s", "-set", "CUT_BUFFER0", "from there"])
        .unwrap();
    event(&mut desktop, |event| {
        let text = Clipboard::Text("from there".to_owned());
        (event == DesktopEvent::Clipboard(text)).then_some(())
    })
    .await;
    let progress = person.progress.lock().unwrap();
    assert!(format!("{progress:?}").contains("VncAuth (Tight), not encrypted"), "{progress:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_is_measured_and_the_picture_follows() {
    let vnc =
        Vnc::builder("None").argument("-desktop").argument("Büro – lab").start().await.unwrap();
    let mut options = crate::desk::options(vnc.port());
    options.quality = None;
    let mut desktop = crate::desk::open(options, &std::sync::Arc::default()).await.unwrap();
    event(&mut desktop, |event| match event {
        DesktopEvent::Title(title) => title.contains("Büro – lab").then_some(()),
        _ => None,
    })
    .await;
    event(&mut desktop, |event| match event {
        DesktopEvent::Latency(ms) => (ms < 1_000).then_some(()),
        _ => None,
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let mut seed = 0;
    for (wanted, says) in [
        (Some(2), "Tight, JPEG quality 2"),
        (Some(9), "Tight, lossless"),
        (Some(7), "Tight, JPEG quality 7"),
    ] {
        tell(&desktop, DesktopInput::Quality(wanted)).await;
        let end = Instant::now() + Duration::from_secs(20);
        let mut said = String::new();
        while said != says {
            assert!(Instant::now() < end, "{said} instead of {says}");
            seed += 1;
            let file = dir.path().join(format!("{seed}.ppm"));
            crate::picture::write(&file, 640, 480, seed);
            vnc.show(&file).unwrap();
            while let Ok(event) = desktop.events.try_recv() {
                if let DesktopEvent::Quality(now) = event {
                    said = now;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_beep_is_heard() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    let mut desktop = opened(&vnc).await;
    vnc.run("xdotool", &["mousemove", "5", "5"]).unwrap();
    vnc.run("xset", &["b", "on", "b", "100"]).unwrap();
    let _xterm = vnc.run("xterm", &["-e", "sh", "-c", "printf '\\a'; sleep 1"]).unwrap();
    event(&mut desktop, |event| (event == DesktopEvent::Bell).then_some(())).await;
}

#[tokio::test]
async fn the_desktop_takes_another_size() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    let mut desktop = opened(&vnc).await;
    event(&mut desktop, |event| {
        matches!(event, DesktopEvent::Abilities { resize: true, .. }).then_some(())
    })
    .await;
    tell(&desktop, DesktopInput::Resize { size: Size::new(800, 500), scale: 100 }).await;
    until(&mut desktop, "the size", |desktop| desktop.screen.size() == Size::new(800, 500)).await;
    assert!(vnc.run("xdpyinfo", &[]).unwrap().contains("800x500 pixels"));
    // The far end changes it by itself.
    vnc.run("xrandr", &["-s", "640x480"]).unwrap();
    until(&mut desktop, "the size", |desktop| desktop.screen.size() == Size::new(640, 480)).await;
}

#[tokio::test]
async fn the_pointer_has_a_picture() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    let mut desktop = opened(&vnc).await;
    // The X server has none before the pointer moves.
    tell(&desktop, DesktopInput::Pointer { x: 9, y: 9, buttons: Buttons::default() }).await;
    vnc.run("xsetroot", &["-cursor_name", "watch"]).unwrap();
    event(&mut desktop, |event| match event {
        DesktopEvent::Cursor(Cursor::Picture { size, hotspot, rgba }) => {
            assert_eq!(rgba.len(), size.pixels() * 4);
            assert!(hotspot.0 < size.width && hotspot.1 < size.height);
            Some(())
        }
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn the_end_is_told() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    let mut desktop = opened(&vnc).await;
    drop(vnc);
    let reason = event(&mut desktop, |event| match event {
        DesktopEvent::Closed(reason) => Some(reason),
        _ => None,
    })
    .await;
    assert!(!matches!(reason, CloseReason::ByPerson), "{reason:?}");
    assert_eq!(desktop.events.recv().await, None);

    let vnc = Vnc::builder("None").start().await.unwrap();
    let mut desktop = opened(&vnc).await;
    desktop.cancel.cancel();
    event(&mut desktop, |event| {
        (event == DesktopEvent::Closed(CloseReason::ByPerson)).then_some(())
    })
    .await;
}
