//! Telnet against the server of GNU inetutils, raw TCP against socat.

use crate::screen::{KEYS, SIZE, Screen};
use patchbay_engine_line::{Keys, TelnetOptions, raw, telnet};
use patchbay_model::{CloseReason, ErrorCode, LineEnding, LineSignal, LocalEcho};
use patchbay_testkit::{EchoServer, Telnetd, root_or_skip};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

const SHELL: &str = "echo \"user <$USER>\"; stty echo; exec env PS1='ready> ' sh -i";

async fn stream(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).await.unwrap()
}

fn options(user: Option<&str>) -> TelnetOptions {
    let terminal_type = "xterm-256color".to_owned();
    TelnetOptions { terminal_type, user: user.map(str::to_owned), keys: KEYS }
}

async fn to_telnetd(server: &Telnetd, user: Option<&str>) -> Screen {
    let stream = stream(server.port()).await;
    let cancel = CancellationToken::new();
    Screen::of(telnet("sw-01", stream, options(user), None, SIZE, cancel))
}

#[tokio::test]
async fn type_size_and_user_arrive_and_the_size_follows_the_window() {
    if !root_or_skip("Telnet with the server of inetutils") {
        return;
    }
    let server = Telnetd::start(SHELL).await.unwrap();
    let mut screen = to_telnetd(&server, Some("ops")).await;
    screen.until("user <ops>").await;
    screen.until("ready> ").await;
    screen.type_in("echo is-$TERM; stty size\r").await;
    screen.until("is-xterm-256color\r\n24 80\r\n").await;
    screen.resize(100, 30).await;
    screen
        .type_in("until [ \"$(stty size)\" = '30 100' ]; do :; done; echo resized-$((1+1))\r")
        .await;
    screen.until("resized-2").await;
    // What is typed is echoed by the server, and not here a second time.
    screen.type_in("echo one-$((2+1))\r").await;
    screen.until("one-3\r\n").await;
    assert_eq!(screen.shown().matches("echo one-").count(), 1, "{}", screen.shown());
    screen.type_in("exit\r").await;
    assert_eq!(screen.closed().await, CloseReason::Exited { code: None });
}

#[tokio::test]
async fn any_byte_gets_there_and_back() {
    if !root_or_skip("Telnet with the server of inetutils") {
        return;
    }
    let server =
        Telnetd::start("stty raw -echo; echo ready; exec od -An -v -tx1 -w1").await.unwrap();
    let mut screen = to_telnetd(&server, None).await;
    screen.until("ready").await;
    screen.type_in(&b"\xff\x01\xfe\xc3\xbc"[..]).await;
    for byte in ["ff", "01", "fe", "c3", "bc"] {
        screen.until(byte).await;
    }
    let server =
        Telnetd::start("stty raw -echo; printf 'a\\377\\r\\nb\\r\\0end'; cat").await.unwrap();
    let mut screen = to_telnetd(&server, None).await;
    screen.until("a\u{fffd}\r\nb\r").await;
    screen.until("end").await;
}

#[tokio::test]
async fn ctrl_c_break_and_signs_of_life_are_the_servers() {
    if !root_or_skip("Telnet with the server of inetutils") {
        return;
    }
    let server = Telnetd::start(SHELL).await.unwrap();
    let mut screen = to_telnetd(&server, None).await;
    screen.until("user <>").await;
    screen.until("ready> ").await;
    for interrupt in [true, false] {
        screen.type_in("sh -c 'echo asleep-$((1+1)); exec sleep 1000'\r").await;
        screen.until("asleep-2").await;
        if interrupt {
            screen.type_in("\u{3}").await;
        } else {
            screen.signal(LineSignal::Break).await.unwrap();
        }
        screen.until("ready> ").await;
    }
    screen.signal(LineSignal::AreYouThere).await.unwrap();
    screen.until("[").await;
    assert!(screen.signal(LineSignal::DtrOn).await.unwrap_err().contains("no such wire"));
}

#[tokio::test]
async fn a_server_that_is_killed_ends_the_session() {
    if !root_or_skip("Telnet with the server of inetutils") {
        return;
    }
    let server = Telnetd::start(SHELL).await.unwrap();
    let mut screen = to_telnetd(&server, None).await;
    screen.until("ready> ").await;
    server.drop_connections();
    assert!(!matches!(screen.closed().await, CloseReason::ByPerson));
}

#[tokio::test]
async fn output_that_nobody_takes_stops_the_server_and_cancelling_still_works() {
    if !root_or_skip("Telnet with the server of inetutils") {
        return;
    }
    let server = Telnetd::start("exec yes flood").await.unwrap();
    let mut screen = to_telnetd(&server, None).await;
    screen.until("flood").await;
    screen.terminal.cancel.cancel();
    assert_eq!(screen.closed().await, CloseReason::ByPerson);
}

#[tokio::test]
async fn a_silent_line_gets_nops() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let every = Some(Duration::from_millis(50));
    let client = stream(port).await;
    let _terminal = telnet("x", client, options(None), every, SIZE, CancellationToken::new());
    let (mut server, _) = listener.accept().await.unwrap();
    let mut heard = Vec::new();
    while !heard.windows(4).any(|said| said == [255, 241, 255, 241]) {
        assert_ne!(server.read_buf(&mut heard).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_server_that_negotiates_without_end_and_reads_nothing_fills_no_memory() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = stream(port).await;
    let mut screen =
        Screen::of(telnet("x", client, options(None), None, SIZE, CancellationToken::new()));
    let (mut server, _) = listener.accept().await.unwrap();
    server.write_all(&[255, 253, 24]).await.unwrap();
    // Each question gets an answer three times as long, until those who ask no longer get on.
    let ask = [255, 250, 24, 1, 255, 240].repeat(10_000);
    let mut asked = 0;
    while tokio::time::timeout(Duration::from_secs(2), server.write_all(&ask)).await.is_ok() {
        asked += 1;
        assert!(asked < 1_000, "everything is taken, and kept somewhere");
    }
    screen.terminal.cancel.cancel();
    assert_eq!(screen.closed().await, CloseReason::ByPerson);
}

#[tokio::test]
async fn raw_bytes_come_back_as_they_were_sent() {
    let server = EchoServer::start().await.unwrap();
    let keys = Keys { enter: LineEnding::Cr, echo: LocalEcho::Off };
    let cancel = CancellationToken::new();
    let mut screen = Screen::of(raw("x", stream(server.port()).await, keys, cancel));
    screen.type_in(&b"one\r\x00two"[..]).await;
    screen.until("one\r\0two").await;
    let keys = Keys { enter: LineEnding::CrLf, echo: LocalEcho::On };
    let cancel = CancellationToken::new();
    let mut screen = Screen::of(raw("x", stream(server.port()).await, keys, cancel));
    screen.type_in("hi\r").await;
    screen.until("hi\r\n").await;
    screen.until("hi\r\n").await;
}

#[tokio::test]
async fn the_end_of_a_connection_says_how_it_came() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let open = || async {
        let stream = stream(port).await;
        Screen::of(raw("cam-01", stream, KEYS, CancellationToken::new()))
    };
    let mut screen = open().await;
    let (mut server, _) = listener.accept().await.unwrap();
    server.write_all(b"last words").await.unwrap();
    drop(server);
    screen.until("last words").await;
    assert_eq!(screen.closed().await, CloseReason::Exited { code: None });

    let mut screen = open().await;
    let (server, _) = listener.accept().await.unwrap();
    // Closing with something unread resets.
    screen.type_in("unread").await;
    server.peek(&mut [0; 1]).await.unwrap();
    drop(server);
    let reason = screen.closed().await;
    let CloseReason::Failed { error } = reason else { panic!("{reason:?}") };
    assert_eq!(error.code, ErrorCode::Disconnected);
    assert!(error.message.contains("cam-01"), "{}", error.message);
}
