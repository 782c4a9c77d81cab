//! xrdp with both of its back ends.

use crate::person::{LIMIT, Person, Seen, difference, open, options};
use patchbay_engine_rdp::{RdpError, RdpOptions};
use patchbay_model::CloseReason;
use patchbay_session::desktop::{Buttons, DesktopEvent, DesktopInput, Key, Size};
use patchbay_testkit::{Backend, Xrdp, xrdp_or_skip};
use std::{sync::Arc, time::Instant};

/// Something with edges, thin lines, letters and soft shades.
const PICTURE: &str = "convert -size 800x600 plasma:red-blue -seed 7 -fill white -stroke black \
     -draw 'rectangle 40,40 300,200 line 0,599 799,0 circle 600,400 640,440' -pointsize 28 \
     -annotate +60+120 'Patchbay 0123' $HOME/picture.png\n\
     display -window root $HOME/picture.png; touch $HOME/drawn; exec sleep 1000";

async fn desktop(server: &Xrdp) -> Seen {
    desktop_with(server, |options| options).await
}

async fn desktop_with(server: &Xrdp, change: impl Fn(RdpOptions) -> RdpOptions) -> Seen {
    let options = options(server.port(), server.account().name(), server.account().password());
    let options = change(options);
    let person = Arc::new(Person::default());
    match open(options, person).await {
        Ok(desktop) => Seen::new(desktop),
        Err(error) => panic!("{error}\n{}", server.log()),
    }
}

/// Waits until the screen shows what the display does, to within `most` of each colour on average.
async fn same_picture(server: &Xrdp, seen: &mut Seen, mean: f64) -> (u8, f64) {
    let end = Instant::now() + LIMIT;
    loop {
        seen.take();
        let (theirs, ours) = (server.picture().await.unwrap(), seen.picture());
        let found =
            if theirs.len() == ours.len() { difference(&theirs, &ours) } else { (255, 255.0) };
        if found.1 <= mean {
            return found;
        }
        assert!(Instant::now() < end, "the pictures differ by {found:?}\n{}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

async fn until_file(server: &Xrdp, name: &str, holds: impl Fn(&str) -> bool) -> String {
    let end = Instant::now() + LIMIT;
    loop {
        let text = std::fs::read_to_string(server.home().join(name)).unwrap_or_default();
        if holds(&text) {
            return text;
        }
        assert!(Instant::now() < end, "{name} holds {text:?}\n{}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bitmaps_are_shown_as_they_are() {
    if !xrdp_or_skip("a desktop of xrdp through Xvnc") {
        return;
    }
    let server = Xrdp::start(Backend::Xvnc, PICTURE).await.unwrap();
    let mut seen = desktop(&server).await;
    until_file(&server, "drawn", |_| server.home().join("drawn").exists()).await;
    assert_eq!(seen.desktop.screen.size(), Size::new(800, 600));
    let (most, _) = same_picture(&server, &mut seen, 0.0).await;
    assert_eq!(most, 0, "bitmaps lose nothing");
    assert!(seen.events.iter().any(|event| matches!(event, DesktopEvent::Cursor(_))));
    seen.desktop.cancel.cancel();
    assert_eq!(seen.closed().await, CloseReason::ByPerson);
}

#[tokio::test(flavor = "multi_thread")]
async fn remote_fx_is_shown_closely() {
    if !xrdp_or_skip("a desktop of xrdp through Xorg") {
        return;
    }
    let server = Xrdp::start(Backend::Xorg, PICTURE).await.unwrap();
    let mut seen = desktop(&server).await;
    until_file(&server, "drawn", |_| server.home().join("drawn").exists()).await;
    let (most, mean) = same_picture(&server, &mut seen, 4.0).await;
    assert!(mean < 4.0 && most < 120, "{most} {mean}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_text_and_pointer_arrive() {
    if !xrdp_or_skip("keys and pointer at xrdp") {
        return;
    }
    let session = "xterm -geometry 80x24+0+0 -fa Mono -e sh -c 'stty -echo; touch $HOME/ready; exec cat > $HOME/typed' &\n\
         exec xev -root -event button -event mouse > $HOME/buttons";
    for backend in [Backend::Xvnc, Backend::Xorg] {
        let server = Xrdp::start(backend, session).await.unwrap();
        // This server knows the characters of the keyboard it was told of, here the German one.
        let german = |options| RdpOptions { keyboard_layout: Some(0x407), ..options };
        let mut seen = desktop_with(&server, german).await;
        until_file(&server, "ready", |_| server.home().join("ready").exists()).await;
        let at = |x, y, buttons| DesktopInput::Pointer { x, y, buttons };
        seen.tell(at(200, 200, Buttons::default())).await;
        for (scancode, keysym) in [(0x23, 0x68), (0x17, 0x69), (0x2a, 0xffe1), (0x1e, 0x41)] {
            seen.tell(DesktopInput::Key(Key { keysym, scancode, down: true })).await;
        }
        // Shift and A are let go by the engine.
        seen.tell(DesktopInput::Focus(false)).await;
        seen.tell(DesktopInput::Text("-äß€-\n".to_owned())).await;
        until_file(&server, "typed", |text| text == "hiA-äß€-\n").await;
        let where_is = server.run("xdotool", &["getmouselocation"]).await.unwrap();
        assert!(where_is.starts_with("x:200 y:200"), "{where_is}");
        // Beside the terminal.
        let right = Buttons { right: true, ..Buttons::default() };
        seen.tell(at(780, 590, right)).await;
        seen.tell(at(780, 590, Buttons::default())).await;
        let turned = patchbay_session::desktop::Wheel { x: 0, y: 120 };
        seen.tell(DesktopInput::Wheel { x: 780, y: 590, wheel: turned }).await;
        let buttons = until_file(&server, "buttons", |text| text.contains("button 5")).await;
        assert!(buttons.contains("button 3"), "{buttons}");
        seen.take();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_arrives_whole_and_in_order() {
    if !xrdp_or_skip("a long text at xrdp") {
        return;
    }
    let session = "exec xterm -e sh -c 'stty -echo; touch $HOME/ready; exec cat > $HOME/typed'";
    let server = Xrdp::start(Backend::Xvnc, session).await.unwrap();
    let mut seen = desktop(&server).await;
    until_file(&server, "ready", |_| server.home().join("ready").exists()).await;
    seen.tell(DesktopInput::Pointer { x: 200, y: 200, buttons: Buttons::default() }).await;
    let text: String = (0..300).map(|n| format!("line {n} of a long text\n")).collect();
    seen.tell(DesktopInput::Text(text.clone())).await;
    until_file(&server, "typed", |typed| typed == text).await;
    seen.take();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_finds_the_session_as_it_was() {
    if !xrdp_or_skip("coming back to xrdp") {
        return;
    }
    let server = Xrdp::start(Backend::Xvnc, PICTURE).await.unwrap();
    let seen = desktop(&server).await;
    until_file(&server, "drawn", |_| server.home().join("drawn").exists()).await;
    let display = server.run("sh", &["-c", "echo $DISPLAY"]).await.unwrap();
    // Dropped without a word: it is said goodbye to all the same.
    drop(seen);
    std::fs::remove_file(server.home().join("drawn")).unwrap();
    let mut seen = desktop(&server).await;
    let (most, _) = same_picture(&server, &mut seen, 0.0).await;
    assert_eq!(most, 0);
    assert_eq!(server.run("sh", &["-c", "echo $DISPLAY"]).await.unwrap(), display);
    assert!(!server.home().join("drawn").exists(), "nothing was started anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_trusted_ends_it_before_anything_is_sent() {
    if !xrdp_or_skip("the certificate of xrdp") {
        return;
    }
    let server = Xrdp::start(Backend::Xvnc, "exec sleep 1000").await.unwrap();
    let person = Arc::new(Person { distrusts: true, ..Person::default() });
    let (user, password) = (server.account().name(), server.account().password());
    let error =
        open(options(server.port(), user, password), Arc::clone(&person)).await.unwrap_err();
    assert!(matches!(error, RdpError::CertificateRefused { .. }), "{error}");
    let checked = person.checked.lock().unwrap();
    assert_eq!(checked.len(), 1);
    assert_eq!((checked[0].address.as_str(), checked[0].port), ("127.0.0.1", server.port()));
    let known = std::process::Command::new("openssl")
        .args(["x509", "-outform", "DER", "-in"])
        .arg(server.dir().join("cert.pem"))
        .output()
        .unwrap();
    assert_eq!(checked[0].chain, [known.stdout]);
    assert!(!server.log().contains(user), "the name was not told:\n{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_nla_is_refused_unless_allowed() {
    if !xrdp_or_skip("xrdp without NLA") {
        return;
    }
    let server = Xrdp::start(Backend::Xvnc, "exec sleep 1000").await.unwrap();
    let strict = RdpOptions { allow_without_nla: false, ..options(server.port(), "ada", "wrong") };
    let error = open(strict, Arc::default()).await.unwrap_err();
    assert_eq!(error, RdpError::NoNla);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_out_there_has_left() {
    if !xrdp_or_skip("signing out at xrdp") {
        return;
    }
    let server = Xrdp::start(Backend::Xvnc, "while ! test -e $HOME/leave; do sleep 0.1; done")
        .await
        .unwrap();
    let seen = desktop(&server).await;
    server.on_display("true").await.unwrap();
    std::fs::write(server.home().join("leave"), "").unwrap();
    let reason = seen.closed().await;
    assert!(matches!(reason, CloseReason::Exited { .. }), "{reason:?}\n{}", server.log());
}
