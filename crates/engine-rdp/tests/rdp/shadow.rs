//! `FreeRDP`'s server: network level authentication.

use crate::person::{LIMIT, Person, Seen, difference, open, options};
use patchbay_engine_rdp::{RdpError, RdpOptions, Waiting};
use patchbay_model::{ErrorCode, PromptKind};
use patchbay_session::desktop::{Buttons, DesktopEvent, DesktopInput, Size};
use patchbay_testkit::{Shadow, shadow_or_skip};
use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

fn strict(server: &Shadow, password: &str) -> RdpOptions {
    RdpOptions { allow_without_nla: false, ..options(server.port(), Shadow::USER, password) }
}

/// Something with edges and soft shades.
fn draw(server: &Shadow) {
    let file = server.dir().join("drawn.png");
    let mut convert = server.on_display("convert");
    convert.args(["-size", "640x480", "gradient:navy-gold", "-fill", "white"]);
    convert.args(["-draw", "rectangle 40,40 300,200"]).arg(&file);
    assert!(convert.status().unwrap().success());
    let mut display = server.on_display("display");
    let said = display.args(["-window", "root"]).arg(&file).output().unwrap();
    let colours: std::collections::BTreeSet<_> =
        server.picture().unwrap().chunks(3).map(<[u8]>::to_vec).collect();
    assert!(colours.len() > 100, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nla_lets_in_who_knows_the_password() {
    if !shadow_or_skip("network level authentication") {
        return;
    }
    for security in ["nla"] {
        let server = Shadow::start(security).await.unwrap();
        draw(&server);
        let desktop = open(strict(&server, Shadow::PASSWORD), Arc::default()).await;
        let mut seen =
            Seen::new(desktop.unwrap_or_else(|error| panic!("{error}\n{}", server.log())));
        assert_eq!(seen.desktop.screen.size(), Size::new(640, 480));
        let end = Instant::now() + LIMIT;
        loop {
            seen.take();
            let found = difference(&server.picture().unwrap(), &seen.picture());
            if found.1 < 4.0 {
                break;
            }
            assert!(Instant::now() < end, "{security}: {found:?}\n{}", server.log());
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        let quality = |event: &DesktopEvent| match event {
            DesktopEvent::Quality(said) => Some(said.clone()),
            _ => None,
        };
        let quality = seen.event("how it is drawn", quality).await;
        assert!(quality.starts_with("Graphics pipeline"), "{quality}");
        seen.tell(DesktopInput::Pointer { x: 123, y: 45, buttons: Buttons::default() }).await;
        let at = || {
            let out = server.on_display("xdotool").arg("getmouselocation").output().unwrap();
            String::from_utf8_lossy(&out.stdout).into_owned()
        };
        seen.until("the pointer", |_| at().starts_with("x:123 y:45")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_said_clearly() {
    if !shadow_or_skip("a wrong password") {
        return;
    }
    let server = Shadow::start("nla").await.unwrap();
    let error = open(strict(&server, "wrong"), Arc::default()).await.unwrap_err();
    // This server says nothing and leaves, where others give a reason.
    assert_eq!(error, RdpError::BrokeOff { waiting: Waiting::SignIn }, "{}", server.log());
    let said = error.api_error("web-01");
    assert_eq!(said.code, ErrorCode::AuthFailed);
    assert!(said.message.contains("the user name or the password is wrong"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_asked_for() {
    if !shadow_or_skip("asking for a password") {
        return;
    }
    let server = Shadow::start("nla").await.unwrap();
    let answers = Mutex::new([Shadow::USER, Shadow::PASSWORD].into());
    let person = Arc::new(Person { answers, ..Person::default() });
    let nothing = RdpOptions { user: None, ..strict(&server, "") };
    drop(open(nothing, Arc::clone(&person)).await.unwrap());
    let asked: Vec<_> = person.asked.lock().unwrap().iter().map(|ask| ask.kind).collect();
    assert_eq!(asked, [PromptKind::User, PromptKind::Password]);
    // Nobody answers.
    let error = open(strict(&server, ""), Arc::default()).await.unwrap_err();
    assert_eq!(error, RdpError::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_encryption_is_not_taken() {
    if !shadow_or_skip("the security of RDP before TLS") {
        return;
    }
    let server = Shadow::start("rdp").await.unwrap();
    let error = open(options(server.port(), "ada", "x"), Arc::default()).await.unwrap_err();
    assert_eq!(error, RdpError::NoTls, "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_rdp_server_is_said_so() {
    let echo = patchbay_testkit::EchoServer::start().await.unwrap();
    let error = open(options(echo.port(), "ada", "x"), Arc::default()).await.unwrap_err();
    assert!(matches!(error, RdpError::NotRdp { .. }), "{error:?}");
}
