#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]
//! Events, and sessions' bytes, with a WebSocket client that others wrote.

mod support;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use patchbay_model::AppEvent;
use patchbay_server::http::Limits;
use patchbay_server::net::Timing;
use patchbay_session::{FromViewer, TerminalInput, ToViewer};
use std::time::Duration;
use support::{Fixture, Secured, serve, serve_with};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message, protocol::CloseFrame};
use tokio_tungstenite::{WebSocketStream, client_async};

type Client = WebSocketStream<Secured>;

async fn knock(server: &Fixture, headers: &[(&'static str, &str)]) -> Result<Client, u16> {
    let url = format!("wss://{}/api/stream", server.address);
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        if *name == "host" {
            request.headers_mut().remove(*name);
        }
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    match client_async(request, server.connect().await).await {
        Ok((client, _)) => Ok(client),
        Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

async fn say(client: &mut Client, message: FromViewer) {
    client.send(Message::Binary(message.encode())).await.unwrap();
}

async fn hello(server: &Fixture, token: &str) -> Client {
    let mut client = knock(server, &[]).await.unwrap();
    say(&mut client, FromViewer::Hello { resume: 0, token: token.to_owned().into() }).await;
    client
}

async fn next(client: &mut Client) -> ToViewer {
    loop {
        match client.next().await.unwrap().unwrap() {
            Message::Binary(bytes) => return ToViewer::decode(bytes).unwrap(),
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// With what the server ends the stream.
async fn goodbye(client: &mut Client) -> (u16, String) {
    while let Some(message) = client.next().await {
        if let Message::Close(Some(CloseFrame { code, reason })) = message.unwrap() {
            return (code.into(), reason.to_string());
        }
    }
    panic!("no goodbye")
}

#[tokio::test]
async fn a_terminals_bytes_pass_both_ways() {
    let server = serve().await;
    server.double.output.push(Bytes::from_static(b"before ")).await;
    let mut client = hello(&server, "one").await;
    assert_eq!(next(&mut client).await, ToViewer::Start { offset: 0, lost: false });
    let before = ToViewer::Output { offset: 0, bytes: Bytes::from_static(b"before ") };
    assert_eq!(next(&mut client).await, before);
    say(&mut client, FromViewer::Input(Bytes::from_static(b"ls\r"))).await;
    let told = server.double.told.lock().await.recv().await;
    assert!(matches!(told, Some(TerminalInput::Bytes(bytes)) if bytes == "ls\r"));
    let figures = server.ask("GET /metrics", &[], b"").await.text();
    assert!(figures.contains("patchbay_streams 1\n"), "{figures}");
    server.double.output.close();
    while next(&mut client).await != ToViewer::End {}
    assert!(matches!(client.next().await, Some(Ok(Message::Close(_))) | None));
}

#[tokio::test]
async fn strangers_and_other_sites_get_no_bytes() {
    let limits = Limits { greeting: Duration::from_millis(300), ..Limits::default() };
    let server = serve_with(&[], Timing::default(), limits).await;
    let own = server.origin();
    let cookie = ("cookie", "patchbay=pbs_good");
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null"), cookie],
        &[cookie],
        &[("origin", own.as_str()), ("origin", "https://evil.example"), cookie],
        &[("host", "evil.example")],
    ] {
        let refused = knock(&server, headers).await.map(drop);
        assert!(matches!(refused, Err(403 | 421)), "{headers:?} {refused:?}");
    }
    assert_eq!(knock(&server, &[("authorization", "Bearer bad")]).await.map(drop), Err(401));
    let mut wrong = hello(&server, "two").await;
    assert_eq!(goodbye(&mut wrong).await, (1008, "the token is not good".to_owned()));
    // A page must be the one that asked for the token.
    let mut page = knock(&server, &[("origin", &own)]).await.unwrap();
    say(&mut page, FromViewer::Hello { resume: 0, token: "one".to_owned().into() }).await;
    assert_eq!(goodbye(&mut page).await.0, 1008);
    let mut page = knock(&server, &[("origin", &own), cookie]).await.unwrap();
    say(&mut page, FromViewer::Hello { resume: 0, token: "one".to_owned().into() }).await;
    assert_eq!(next(&mut page).await, ToViewer::Start { offset: 0, lost: false });
    let mut silent = knock(&server, &[]).await.unwrap();
    assert_eq!(goodbye(&mut silent).await, (1008, "no greeting came in time".to_owned()));
    let mut garbage = knock(&server, &[]).await.unwrap();
    garbage.send(Message::Binary(Bytes::from_static(&[0x42, 0]))).await.unwrap();
    assert_eq!(goodbye(&mut garbage).await.0, 1002);
    let mut twice = hello(&server, "one").await;
    say(&mut twice, FromViewer::Hello { resume: 0, token: "one".to_owned().into() }).await;
    assert_eq!(goodbye(&mut twice).await.0, 1002);
}

#[tokio::test]
async fn who_loses_access_loses_streams_and_events_at_once() {
    let server = serve().await;
    let mut client = hello(&server, "one").await;
    assert_eq!(next(&mut client).await, ToViewer::Start { offset: 0, lost: false });
    let mut events = listen(&server).await;
    until(&mut events, ": here").await;
    server.double.end.cancel();
    assert_eq!(goodbye(&mut client).await, (1008, "access was taken away".to_owned()));
    let mut rest = String::new();
    let _cut = events.read_to_string(&mut rest).await;
}

#[tokio::test]
async fn a_viewer_that_answers_no_ping_is_gone() {
    let limits = Limits { alive: Duration::from_millis(100), ..Limits::default() };
    let server = serve_with(&[], Timing::default(), limits).await;
    // It never reads again, so that it answers nothing.
    let client = hello(&server, "one").await;
    while server.double.output.viewers() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    while server.double.output.viewers() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(client);
}

async fn listen(server: &Fixture) -> Secured {
    let mut stream = server.connect().await;
    let request = server.request("GET /api/events", &[("Authorization", "Bearer pbs_good")], b"");
    stream.write_all(&request).await.unwrap();
    stream
}

/// Reads until this was said.
async fn until(stream: &mut Secured, what: &str) -> String {
    let (mut all, mut part) = (String::new(), [0; 4096]);
    while !all.contains(what) {
        let read = stream.read(&mut part).await.unwrap();
        assert!(read > 0, "no {what} in {all}");
        all += std::str::from_utf8(part.get(..read).unwrap()).unwrap();
    }
    all
}

#[tokio::test]
async fn events_are_told_as_they_come() {
    let limits = Limits { alive: Duration::from_millis(100), ..Limits::default() };
    let server = serve_with(&[], Timing::default(), limits).await;
    let mut stream = listen(&server).await;
    let head = until(&mut stream, "retry: 1000").await;
    assert!(head.to_lowercase().contains("content-type: text/event-stream"), "{head}");
    server.double.events.send(AppEvent::Tree { revision: 7 }).unwrap();
    let event = until(&mut stream, "\"revision\":7").await;
    assert!(event.contains("data: {"), "{event}");
    until(&mut stream, "\n:\n\n").await;
    // Whoever misses some joins again.
    for revision in 0..100 {
        server.double.events.send(AppEvent::Tree { revision }).unwrap();
    }
    let mut rest = Vec::new();
    let _cut = stream.read_to_end(&mut rest).await;
}

#[tokio::test]
async fn the_end_says_why() {
    let mut server = serve().await;
    let mut client = hello(&server, "one").await;
    let mut ungreeted = knock(&server, &[]).await.unwrap();
    assert_eq!(next(&mut client).await, ToViewer::Start { offset: 0, lost: false });
    let mut events = listen(&server).await;
    until(&mut events, ": here").await;
    server.started.drain.cancel();
    for client in [&mut client, &mut ungreeted] {
        let (code, why) = goodbye(client).await;
        assert_eq!((code, why.as_str()), (1001, "the server is about to end: connect again"));
    }
    let mut rest = Vec::new();
    let _cut = events.read_to_end(&mut rest).await;
    server.started.ended().await;
}
