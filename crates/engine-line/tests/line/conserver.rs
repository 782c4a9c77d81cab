//! Consoles against the conserver that others wrote.

use crate::screen::Screen;
use patchbay_engine_line::conserver::{ConserverError, Place, Talk};
use patchbay_model::{CloseReason, LineSignal, Secret};
use patchbay_testkit::{Conserver, conserver_or_skip};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

const SHELL: &str = "stty -echo; exec env PS1='ready> ' sh -i";
const BYTES: &str = "stty raw -echo; echo ready; exec od -An -v -tx1 -w1";

async fn talk(port: u16) -> Talk<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    Talk::begin(stream).await.unwrap()
}

fn password(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// Signed in at what keeps a console.
async fn keeper(server: &Conserver, user: &str, console: &str) -> Talk<TcpStream> {
    let mut master = talk(server.port()).await;
    master.sign_in(user, &password(Conserver::PASSWORD)).await.unwrap();
    let Place::Port(port) = master.find(console).await.unwrap() else { panic!("it is elsewhere") };
    let mut keeper = talk(port).await;
    keeper.sign_in(user, &password(Conserver::PASSWORD)).await.unwrap();
    keeper
}

async fn open(server: &Conserver, user: &str, console: &str, force: bool) -> Screen {
    let attached = keeper(server, user, console).await.attach(console, force).await.unwrap();
    Screen::of(attached.terminal("db-01", CancellationToken::new()))
}

#[tokio::test]
async fn a_console_is_typed_at_and_any_byte_gets_there() {
    if !conserver_or_skip("a console of conserver") {
        return;
    }
    let server = Conserver::start(&[("box", SHELL), ("bytes", BYTES)], false).await.unwrap();
    let mut screen = open(&server, Conserver::USER, "box", false).await;
    screen.type_in("echo one-$((1+1))\r").await;
    screen.until("one-2\r\n").await;
    // What somebody types to conserver itself that stops its client stops nothing here.
    screen.type_in("\u{5}cz").await;
    screen.until("-- attached]").await;
    screen.type_in("echo two-$((1+1))\r").await;
    screen.until("two-2\r\n").await;
    let mut bytes = open(&server, Conserver::USER, "bytes", false).await;
    bytes.type_in(&b"\xff\x01\xfe\xc3"[..]).await;
    for byte in ["ff", "01", "fe", "c3"] {
        bytes.until(byte).await;
    }
    assert_eq!(screen.signal(LineSignal::Break).await, Ok(()));
    screen.until("[halt sent]").await;
    assert!(screen.signal(LineSignal::DtrOn).await.is_err());
    screen.type_in("\u{5}c.").await;
    assert_eq!(screen.closed().await, CloseReason::Exited { code: None });
}

#[tokio::test]
async fn whoever_comes_second_looks_on_until_they_take_it_over() {
    if !conserver_or_skip("a console that somebody else has") {
        return;
    }
    let server = Conserver::start(&[("box", SHELL)], false).await.unwrap();
    let free = keeper(&server, Conserver::OTHER, "box").await.info("box").await.unwrap();
    assert!(free.up && free.writable && free.writer.is_none(), "{free:?}");
    let mut first = open(&server, Conserver::OTHER, "box", false).await;
    first.type_in("echo mine-$((1+1))\r").await;
    first.until("mine-2").await;
    let taken = keeper(&server, Conserver::USER, "box").await.info("box").await.unwrap();
    assert!(taken.writer.as_ref().unwrap().starts_with("eva@"), "{taken:?}");

    let mut second = open(&server, Conserver::USER, "box", false).await;
    second.until("[eva@").await;
    second.until("has this console").await;
    second.type_in("echo never-$((1+1))\r").await;
    second.until("[read-only").await;
    first.type_in("echo seen-$((1+1))\r").await;
    second.until("seen-2").await;
    assert!(!second.shown().contains("never-2"), "{}", second.shown());

    let mut third = open(&server, Conserver::USER, "box", true).await;
    third.until("taken this console over from eva@").await;
    first.until("[forced to `spy' mode by ops@").await;
    third.type_in("echo taken-$((1+1))\r").await;
    third.until("taken-2").await;
    assert!(!first.shown().contains("never-2"), "{}", first.shown());
}

#[tokio::test]
async fn each_refusal_is_told() {
    if !conserver_or_skip("refusals of conserver") {
        return;
    }
    let server = Conserver::start(&[("box", SHELL), ("look", SHELL)], false).await.unwrap();
    let wrong = talk(server.port()).await.sign_in("ops", &password("wrong")).await;
    assert_eq!(wrong, Err(ConserverError::WrongPassword { user: "ops".to_owned() }));
    let two = talk(server.port()).await.sign_in("ops\r\ncall box", &password("pass")).await;
    assert!(matches!(two, Err(ConserverError::Name(_))), "{two:?}");
    let mut master = talk(server.port()).await;
    master.sign_in("ops", &password(Conserver::PASSWORD)).await.unwrap();
    let none = ConserverError::NoConsole { console: "nix".to_owned() };
    assert_eq!(master.find("nix").await, Err(none));
    // conserver goes by the first name that begins so, which may be another machine's.
    let Ok(Place::Port(port)) = master.find("bo").await else { panic!("conserver takes it") };
    let mut keeper = talk(port).await;
    keeper.sign_in("ops", &password(Conserver::PASSWORD)).await.unwrap();
    let none = ConserverError::NoConsole { console: "bo".to_owned() };
    assert_eq!(keeper.attach("bo", false).await.map(drop), Err(none));
    let mut looks = open(&server, Conserver::USER, "look", false).await;
    looks.until("You may see this console, and not type.").await;

    let secured = talk(server.port()).await.secure().await;
    // It says that it can, and has no certificate to show: the handshake fails, which is the caller's to tell.
    assert!(secured.is_ok());
    let echo = patchbay_testkit::EchoServer::start().await.unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", echo.port())).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 mail\r\n").await.unwrap();
    let strange = Talk::begin(stream).await.map(drop);
    assert_eq!(strange, Err(ConserverError::Strange("220 mail".to_owned())));
}
