#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
//! The server against a WebSocket client that others wrote.

use super::*;
use bytes::Bytes;
use patchbay_model::TerminalSize;
use patchbay_session::{FromViewer, Output, TerminalInput, ToViewer};
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, connect_async};

const OWN: &str = if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" };
type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

struct Fixture {
    url: String,
    output: Arc<Output>,
    told: mpsc::Receiver<TerminalInput>,
}

/// A server with one session and the tokens "one", "two" and "three".
fn serve(depth: usize) -> Fixture {
    serve_within(depth, GREETING)
}

fn serve_within(depth: usize, greeting: Duration) -> Fixture {
    let server = StreamServer { greeting, ..StreamServer::bind().unwrap() };
    let url = server.url();
    let output = Output::new(patchbay_session::CAPACITY);
    let (input, told) = mpsc::channel(depth);
    let tokens = ["one", "two", "three"].map(|token| (token.to_owned(), ()));
    let tokens = Mutex::new(HashMap::from(tokens));
    let kept = Arc::clone(&output);
    let redeem: Redeem = Arc::new(move |token| {
        tokens.lock().unwrap().remove(token)?;
        Some(Redeemed::Here(Line::Terminal { output: Arc::clone(&kept), input: input.clone() }))
    });
    tokio::spawn(server.run(redeem));
    Fixture { url, output, told }
}

async fn knock(url: &str, headers: &[(&'static str, &str)]) -> Result<Client, tungstenite::Error> {
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().remove(*name);
        if !value.is_empty() {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
    }
    connect_async(request).await.map(|(client, _)| client)
}

async fn say(client: &mut Client, message: FromViewer) {
    client.send(Message::Binary(message.encode())).await.unwrap();
}

async fn hello(url: &str, token: &str, resume: u64) -> Client {
    let mut client = knock(url, &[("origin", OWN)]).await.unwrap();
    say(&mut client, FromViewer::Hello { resume, token: token.to_owned().into() }).await;
    client
}

/// The next message, or `None` once the server has closed the connection.
async fn next(client: &mut Client) -> Option<ToViewer> {
    match client.next().await? {
        Ok(Message::Binary(bytes)) => Some(ToViewer::decode(bytes).unwrap()),
        Ok(_) | Err(_) => None,
    }
}

fn status(result: Result<Client, tungstenite::Error>) -> StatusCode {
    match result {
        Err(tungstenite::Error::Http(response)) => response.status(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn bytes_pass_both_ways() {
    let mut fixture = serve(8);
    fixture.output.push(Bytes::from_static(b"before ")).await;
    let mut client = hello(&fixture.url, "one", 0).await;
    assert_eq!(next(&mut client).await, Some(ToViewer::Start { offset: 0, lost: false }));
    let before = ToViewer::Output { offset: 0, bytes: Bytes::from_static(b"before ") };
    assert_eq!(next(&mut client).await, Some(before));
    assert_eq!(next(&mut client).await, Some(ToViewer::Live));
    fixture.output.push(Bytes::from_static(b"after")).await;
    let after = ToViewer::Output { offset: 7, bytes: Bytes::from_static(b"after") };
    assert_eq!(next(&mut client).await, Some(after));

    say(&mut client, FromViewer::Input(Bytes::from_static(b"ls\r"))).await;
    let size = TerminalSize { cols: 99, rows: 33, width: 0, height: 0 };
    say(&mut client, FromViewer::Resize(size)).await;
    assert!(matches!(fixture.told.recv().await, Some(TerminalInput::Bytes(b)) if b == "ls\r"));
    assert!(matches!(fixture.told.recv().await, Some(TerminalInput::Resize(s)) if s == size));

    fixture.output.close();
    assert_eq!(next(&mut client).await, Some(ToViewer::End));
    assert_eq!(next(&mut client).await, None);
}

/// Many little outputs are a few messages where nobody looks. Without that it would be one message each.
#[tokio::test]
async fn what_nobody_sees_comes_in_fewer_messages_and_is_complete() {
    const WORDS: usize = 40;
    let fixture = serve(8);
    let mut client = hello(&fixture.url, "one", 0).await;
    say(&mut client, FromViewer::Shown(false)).await;
    while next(&mut client).await != Some(ToViewer::Live) {}
    let saying = async {
        for _ in 0..WORDS {
            fixture.output.push(Bytes::from_static(b"word ")).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let hearing = async {
        let (mut messages, mut bytes) = (0, 0);
        while bytes < 5 * WORDS {
            let Some(ToViewer::Output { bytes: some, .. }) = next(&mut client).await else {
                panic!("the stream ended")
            };
            messages += 1;
            bytes += some.len();
        }
        messages
    };
    let ((), messages) = tokio::join!(saying, hearing);
    assert!(messages < WORDS / 2, "{messages} messages");
}

#[tokio::test]
async fn a_second_connection_goes_on_where_the_first_was() {
    let fixture = serve(8);
    fixture.output.push(Bytes::from_static(b"0123456789")).await;
    drop(hello(&fixture.url, "one", 0).await);
    let mut client = hello(&fixture.url, "two", 6).await;
    assert_eq!(next(&mut client).await, Some(ToViewer::Start { offset: 6, lost: false }));
    let rest = ToViewer::Output { offset: 6, bytes: Bytes::from_static(b"6789") };
    assert_eq!(next(&mut client).await, Some(rest));
}

#[tokio::test]
async fn only_the_own_page_on_the_own_port_is_let_in() {
    let fixture = serve(8);
    let port = fixture.url.rsplit(':').next().unwrap().split('/').next().unwrap().to_owned();
    let localhost = format!("localhost:{port}");
    for headers in [
        &[("origin", "https://example.org")][..],
        &[("origin", "")],
        &[("origin", "null")],
        &[("origin", "tauri://localhost.example.org")],
        &[("origin", OWN), ("host", &localhost)],
        &[("origin", OWN), ("host", "127.0.0.1")],
        &[("origin", OWN), ("host", "example.org")],
    ] {
        assert_eq!(
            status(knock(&fixture.url, headers).await),
            StatusCode::FORBIDDEN,
            "{headers:?}"
        );
    }
    let elsewhere = fixture.url.replace("/stream", "/");
    assert_eq!(status(knock(&elsewhere, &[("origin", OWN)]).await), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn two_origins_are_none() {
    let fixture = serve(8);
    let mut request = fixture.url.as_str().into_client_request().unwrap();
    request.headers_mut().append("origin", OWN.parse().unwrap());
    request.headers_mut().append("origin", "https://example.org".parse().unwrap());
    let refused = connect_async(request).await.map(|(client, _)| client);
    assert_eq!(status(refused), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_token_is_good_once() {
    let fixture = serve(8);
    let mut first = hello(&fixture.url, "one", 0).await;
    assert!(next(&mut first).await.is_some());
    let mut again = hello(&fixture.url, "one", 0).await;
    assert_eq!(next(&mut again).await, None);
    let mut wrong = hello(&fixture.url, "zero", 0).await;
    assert_eq!(next(&mut wrong).await, None);
    assert_eq!(fixture.output.viewers(), 1);
}

#[tokio::test]
async fn who_says_nothing_is_put_out() {
    let fixture = serve_within(8, Duration::from_millis(300));
    let mut silent = knock(&fixture.url, &[("origin", OWN)]).await.unwrap();
    assert_eq!(next(&mut silent).await, None);
    let address = fixture.url.trim_start_matches("ws://").trim_end_matches("/stream");
    let mut half = TcpStream::connect(address).await.unwrap();
    half.write_all(b"GET /stream HTTP/1.1\r\n").await.unwrap();
    assert_eq!(half.read(&mut [0; 64]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn garbage_ends_the_connection_and_nothing_else() {
    let fixture = serve(8);
    for garbage in
        [&b""[..], &[0x81], &[0x80, 1], &[0x42, 0], &[0x83, 0, 0, 0, 0, 0, 0, 0, 0], &[0x10]]
    {
        let mut client = knock(&fixture.url, &[("origin", OWN)]).await.unwrap();
        client.send(Message::Binary(Bytes::copy_from_slice(garbage))).await.unwrap();
        assert_eq!(next(&mut client).await, None, "{garbage:?}");
    }
    let mut client = hello(&fixture.url, "one", 0).await;
    assert!(next(&mut client).await.is_some() && next(&mut client).await.is_some());
    // A kind made later that says it may be dropped is skipped; one that does not is the end.
    client.send(Message::Binary(Bytes::from_static(&[0xC1, 7]))).await.unwrap();
    fixture.output.push(Bytes::from_static(b"still here")).await;
    assert!(matches!(next(&mut client).await, Some(ToViewer::Output { .. })));
    client.send(Message::Binary(Bytes::from_static(&[0x91, 7]))).await.unwrap();
    assert_eq!(next(&mut client).await, None);
}

#[tokio::test]
async fn too_long_a_message_is_not_read() {
    let fixture = serve(8);
    let mut client = hello(&fixture.url, "one", 0).await;
    assert!(next(&mut client).await.is_some() && next(&mut client).await.is_some());
    let long = Bytes::from(vec![0x81; MAX_MESSAGE + 1]);
    // The server may hang up before all of it is sent.
    let _ = client.send(Message::Binary(long)).await;
    assert_eq!(next(&mut client).await, None);
}

#[tokio::test]
async fn input_that_nobody_reads_does_not_hold_acknowledgements_up() {
    let mut fixture = serve(1);
    let mut client = hello(&fixture.url, "one", 0).await;
    for _ in 0..50 {
        say(&mut client, FromViewer::Input(Bytes::from(vec![b'x'; 60_000]))).await;
    }
    let output = Arc::clone(&fixture.output);
    let total = 3 * patchbay_session::CAPACITY;
    tokio::spawn(async move { output.push(Bytes::from(vec![b'y'; total])).await });
    let mut seen = 0;
    while seen < total as u64 {
        if let ToViewer::Output { offset, bytes } = next(&mut client).await.unwrap() {
            seen = offset + bytes.len() as u64;
            say(&mut client, FromViewer::Ack(seen)).await;
        }
    }
    for _ in 0..50 {
        assert!(matches!(fixture.told.recv().await, Some(TerminalInput::Bytes(_))));
    }
}

#[tokio::test]
async fn strangers_are_limited_and_cannot_keep_others_out_for_long() {
    let fixture = serve(8);
    let address = fixture.url.trim_start_matches("ws://").trim_end_matches("/stream").to_owned();
    let mut crowd = Vec::new();
    for _ in 0..STRANGERS {
        crowd.push(TcpStream::connect(&address).await.unwrap());
    }
    let mut one_more = TcpStream::connect(&address).await.unwrap();
    assert_eq!(one_more.read(&mut [0; 1]).await.unwrap_or(0), 0);
    drop(crowd);
    // Their places are free as soon as the server has noticed.
    while knock(&fixture.url, &[("origin", OWN)]).await.is_err() {
        tokio::task::yield_now().await;
    }
}
