#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]
//! TLS, clients that are slow, many or half gone, proxies, and the end.

mod support;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use patchbay_server::http::Limits;
use patchbay_server::net::Timing;
use sha2::{Digest as _, Sha256};
use std::time::{Duration, Instant};
use support::{Fixture, Reply, serve, serve_with};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const SHORT: Duration = Duration::from_millis(300);

fn hurried() -> Timing {
    Timing { handshake: SHORT, head: SHORT, idle: SHORT, last: SHORT, ..Timing::default() }
}

async fn h2(server: &Fixture) -> hyper::client::conn::http2::SendRequest<Body> {
    let stream = server.tls(rustls::ALL_VERSIONS, &["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    sender
}

#[tokio::test]
async fn tls_shows_the_certificate_whose_fingerprint_was_printed() {
    let server = serve().await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let stream = server.tls(&[version], &["http/1.1"]).await;
        let (_, connection) = stream.get_ref();
        let shown = &connection.peer_certificates().unwrap()[0];
        let shown = data_encoding::HEXLOWER.encode(&Sha256::digest(shown));
        assert_eq!(server.started.fingerprint, format!("SHA256:{shown}"));
    }
    assert!(server.started.says.iter().any(|line| line.contains(&server.started.fingerprint)));
}

#[tokio::test]
async fn http_2_is_spoken_and_an_idle_connection_ends() {
    let server = serve_with(&[], hurried(), Limits::default()).await;
    let mut sender = h2(&server).await;
    for _ in 0..3 {
        let uri = format!("https://{}/healthz", server.address);
        let request = Request::get(uri).body(Body::empty()).unwrap();
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(&body[..], br#"{"status":"alive"}"#);
    }
    let request = Request::get("https://evil.example/").body(Body::empty()).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), 421);
    while !sender.is_closed() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn who_says_nothing_or_little_is_put_out() {
    let server = serve_with(&[], hurried(), Limits::default()).await;
    let began = Instant::now();
    // Nothing at all; half a handshake; half a head; a request, and then nothing; HTTP/2 without a word.
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let mut half = TcpStream::connect(server.address).await.unwrap();
    half.write_all(&[0x16, 3, 1, 2]).await.unwrap();
    assert_eq!(silent.read(&mut [0; 16]).await.unwrap_or(0), 0);
    assert_eq!(half.read(&mut [0; 16]).await.unwrap_or(0), 0);
    let slow = server.raw(b"GET /healthz HTTP/1.1\r\nHost: loc").await;
    assert!(matches!(slow.status, 0 | 408), "{slow:?}");
    let kept = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    assert_eq!(server.raw(kept.as_bytes()).await.status, 200);
    let mut wordless = server.tls(rustls::ALL_VERSIONS, &["h2"]).await;
    let mut said = Vec::new();
    let _cut = wordless.read_to_end(&mut said).await;
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let server = serve().await;
    let long = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(100_000));
    let heads = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "A: b\r\n".repeat(2000));
    let smuggled = "POST /api/rpc/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n";
    for bytes in [
        &b"nonsense\r\n\r\n"[..],
        b"\0\0\0\0\0\0\0\0\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        long.as_bytes(),
        heads.as_bytes(),
        smuggled.as_bytes(),
    ] {
        let answer = server.raw(bytes).await;
        assert!(matches!(answer.status, 0 | 400..=499), "{answer:?}");
        assert!(!answer.text().contains("panicked"));
    }
    assert_eq!(server.ask("GET /healthz", &[], b"").await.status, 200);
}

#[tokio::test]
async fn plain_http_is_answered_with_what_to_do_and_nothing_else() {
    let server = serve().await;
    let mut plain = TcpStream::connect(server.address).await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let answer = Reply::read(&mut plain).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("Begin the address with https://."));
}

async fn through(server: &Fixture, headers: &[(&str, &str)], line: &str) -> Reply {
    let mut plain = TcpStream::connect(server.address).await.unwrap();
    plain.write_all(&server.request(line, headers, b"")).await.unwrap();
    Reply::read(&mut plain).await
}

#[tokio::test]
async fn a_proxy_speaks_for_others_and_nobody_else_does() {
    let line = ["--behind-proxy", "127.0.0.0/8", "--name", "team.example.org"];
    let server = serve_with(&line, Timing::default(), Limits::default()).await;
    let host = ("Host", "team.example.org");
    let from = ("X-Forwarded-For", "203.0.113.9, 192.0.2.7");
    let here = through(&server, &[host, from], "GET /api/v1/here").await;
    assert_eq!(here.text(), "192.0.2.7");
    // What the proxy's own computer may see, its clients may not.
    assert_eq!(through(&server, &[host, from], "GET /metrics").await.status, 401);
    assert_eq!(through(&server, &[host], "GET /metrics").await.status, 401);
    let own = ("Origin", "https://team.example.org");
    let page = [host, ("Cookie", "patchbay=pbs_good"), ("X-Patchbay-Client", "web"), own];
    let rpc = "POST /api/rpc/echo";
    assert_eq!(through(&server, &page, rpc).await.status, 403);
    let secure = [&page[..], &[("X-Forwarded-Proto", "https")]].concat();
    assert_eq!(through(&server, &secure, rpc).await.status, 200);

    let direct = serve().await;
    let spoofed = direct.ask("GET /api/v1/here", &[from], b"").await;
    assert_eq!(spoofed.text(), "127.0.0.1");
}

#[tokio::test]
async fn two_thousand_connections_are_too_many_and_change_nothing_for_later() {
    let line = ["--connections-per-address", "100"];
    let server = serve_with(&line, Timing::default(), Limits::default()).await;
    let mut crowd = Vec::new();
    for _ in 0..2000 {
        if let Ok(stream) = TcpStream::connect(server.address).await {
            crowd.push(stream);
        }
    }
    let mut turned_away = 0;
    for stream in &mut crowd {
        // Those that are let in wait for a handshake; the others read the end.
        let read = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut [0; 1])).await;
        turned_away += usize::from(read.is_ok());
    }
    assert!(turned_away >= 1900, "{turned_away}");
    assert!(crowd.len() - turned_away >= 90, "{turned_away} of {}", crowd.len());
    drop(crowd);
    // Their places are free as soon as the server has noticed.
    let answer = loop {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let waits = tokio::time::timeout(Duration::from_millis(50), stream.read(&mut [0; 1])).await;
        if waits.is_err() {
            drop(stream);
            break server.ask("GET /metrics", &[], b"").await;
        }
    };
    let refused = answer.text();
    let refused =
        refused.lines().find(|line| line.starts_with("patchbay_connections_refused_total"));
    assert!(refused.unwrap().rsplit(' ').next().unwrap().parse::<usize>().unwrap() >= 1900);
}

#[tokio::test]
async fn the_end_waits_for_what_is_under_way() {
    let mut server = serve().await;
    let mut idle = server.connect().await;
    let waiting = {
        let headers = [("Authorization", "Bearer pbs_good")];
        let request = server.request("POST /api/rpc/wait", &headers, b"");
        let mut stream = server.connect().await;
        stream.write_all(&request).await.unwrap();
        tokio::spawn(async move { Reply::read(&mut stream).await })
    };
    server.double.waiting.notified().await;
    server.started.drain.cancel();
    let ready = server.ask("GET /readyz", &[], b"").await;
    assert_eq!(ready.error(), (503, "unreachable".to_owned()));
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap_or(0), 0);
    server.double.go.notify_one();
    let answer = waiting.await.unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (200, "\"done\""));
    server.started.ended().await;
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let timing = Timing { drain: SHORT, ..Timing::default() };
    let mut server = serve_with(&[], timing, Limits::default()).await;
    let request =
        server.request("POST /api/rpc/wait", &[("Authorization", "Bearer pbs_good")], b"");
    let mut stream = server.connect().await;
    stream.write_all(&request).await.unwrap();
    server.double.waiting.notified().await;
    server.started.drain.cancel();
    server.started.ended().await;
    assert_eq!(Reply::read(&mut stream).await.status, 0);
}

#[tokio::test]
async fn a_command_is_finished_even_if_the_client_hangs_up() {
    let server = serve().await;
    let request =
        server.request("POST /api/rpc/wait", &[("Authorization", "Bearer pbs_good")], b"");
    let mut stream = server.connect().await;
    stream.write_all(&request).await.unwrap();
    server.double.waiting.notified().await;
    drop(stream);
    while !server.ask("GET /metrics", &[], b"").await.text().contains("patchbay_connections 1\n") {}
    server.double.go.notify_one();
    let finished = server.double.waiting.notified();
    tokio::time::timeout(Duration::from_secs(10), finished).await.unwrap();
}
