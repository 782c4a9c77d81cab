//! Doubles of servers that misbehave: no real one does on purpose.

use crate::person::{LIMIT, Person, fails, key, target, works};
use patchbay_engine_ssh::{Hop, SshError, Target, Waiting};
use patchbay_model::ErrorCode;
use patchbay_testkit::{KeyPair, Sshd};
use std::{
    future::Future,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Fails to connect to a double that treats its first visitor like this; within the time-out and a bit.
async fn visit<F, R>(behave: F) -> SshError
where
    F: FnOnce(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send,
{
    visit_for(Duration::from_millis(900), behave).await
}

async fn visit_for<F, R>(connect_timeout: Duration, behave: F) -> SshError
where
    F: FnOnce(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let double = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        behave(stream).await;
    });
    let hop =
        Hop { user: Some("x".into()), connect_timeout, ..Hop::new("web-01", "127.0.0.1", port) };
    let begun = Instant::now();
    let error = fails(Target { hops: vec![hop], ..Target::default() }, &Person::new()).await;
    assert!(
        begun.elapsed() < connect_timeout + Duration::from_secs(3),
        "{error:?} took {:?}",
        begun.elapsed()
    );
    double.abort();
    error
}

/// Keeps the connection open without reading or writing.
async fn hang(stream: TcpStream) {
    std::future::pending::<()>().await;
    drop(stream);
}

#[tokio::test(flavor = "multi_thread")]
async fn hangs_at_once() {
    let error = visit(hang).await;
    assert!(matches!(error, SshError::TimedOut { waiting: Waiting::Greeting, .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hangs_after_the_greeting() {
    let error = visit(|mut stream| async move {
        stream.write_all(b"SSH-2.0-Double\r\n").await.unwrap();
        hang(stream).await;
    })
    .await;
    assert!(matches!(error, SshError::TimedOut { waiting: Waiting::Handshake, .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_instead_of_a_greeting() {
    let error = visit(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n").await.unwrap();
    })
    .await;
    assert_eq!(error, SshError::NotSsh { said: "HTTP/1.1 400 Bad Request".into() });
    let error = visit(|mut stream| async move {
        let _ = stream.write_all(&[0x16, 3, 1, 0, 0xff].repeat(5000)).await;
        hang(stream).await;
    })
    .await;
    assert!(matches!(error, SshError::NotSsh { .. }), "{error:?}");
    let error = visit(|mut stream| async move {
        stream.write_all(b"SSH-1.5-Ancient\r\n").await.unwrap();
    })
    .await;
    assert!(
        matches!(&error, SshError::Protocol { detail } if detail.contains("version 1")),
        "{error:?}"
    );
    // One line that never ends, and lines without end.
    for line in [b"x".as_slice(), b"Welcome, welcome\r\n"] {
        let error = visit(move |mut stream| async move {
            let lines = line.repeat(1000);
            while stream.write_all(&lines).await.is_ok() {}
        })
        .await;
        assert!(matches!(error, SshError::NotSsh { .. }), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closes_at_once_or_in_the_middle() {
    let error = visit(|stream| async move { drop(stream) }).await;
    assert_eq!(error, SshError::NotSsh { said: String::new() });
    let error = visit(|mut stream| async move {
        stream.write_all(b"SSH-2.0-Double\r\n").await.unwrap();
        let mut some = [0; 64];
        let _ = stream.read(&mut some).await;
    })
    .await;
    assert!(matches!(error, SshError::BrokeOff { waiting: Waiting::Handshake, .. }), "{error:?}");
    assert_eq!(error.api_error("web-01").code, ErrorCode::Protocol);
}

/// A packet before encryption (RFC 4253 section 6).
fn packet(payload: &[u8]) -> Vec<u8> {
    let mut padding = 8 - (payload.len() + 5) % 8;
    if padding < 4 {
        padding += 8;
    }
    let mut packet = u32::try_from(payload.len() + 1 + padding).unwrap().to_be_bytes().to_vec();
    packet.push(u8::try_from(padding).unwrap());
    packet.extend_from_slice(payload);
    packet.resize(packet.len() + padding, 0);
    packet
}

/// A KEXINIT with these ten lists.
fn kexinit(lists: [&str; 10]) -> Vec<u8> {
    let mut payload = vec![20];
    payload.extend_from_slice(&[7; 16]);
    for list in lists {
        payload.extend_from_slice(&u32::try_from(list.len()).unwrap().to_be_bytes());
        payload.extend_from_slice(list.as_bytes());
    }
    payload.extend_from_slice(&[0; 5]);
    packet(&payload)
}

const KEX: [&str; 10] = [
    "curve25519-sha256",
    "ssh-ed25519",
    "aes128-ctr",
    "aes128-ctr",
    "hmac-sha2-256",
    "hmac-sha2-256",
    "none",
    "none",
    "",
    "",
];

/// Greets, then sends these bytes again and again until the other side hangs up.
async fn greet_and_repeat(mut stream: TcpStream, first: Vec<u8>, again: Vec<u8>) {
    stream.write_all(b"SSH-2.0-Double\r\n").await.unwrap();
    let _ = stream.write_all(&first).await;
    let (mut read, mut write) = stream.into_split();
    let drain = async {
        let mut sink = [0; 4096];
        while read.read(&mut sink).await.is_ok_and(|n| n > 0) {}
    };
    let flood = async {
        if again.is_empty() {
            std::future::pending::<()>().await;
        }
        let much = again.repeat(1 + 60_000 / again.len());
        while write.write_all(&much).await.is_ok() {}
    };
    tokio::join!(drain, flood);
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_before_the_key_exchange() {
    // Messages to be ignored, without end.
    let ignore = packet(&[&[2][..], &[0, 0, 0, 0]].concat());
    let error =
        visit_for(LIMIT / 2, move |stream| greet_and_repeat(stream, Vec::new(), ignore)).await;
    assert_eq!(error, SshError::Flooded);
    let debug = packet(&[4; 3000]);
    let error =
        visit_for(LIMIT / 2, move |stream| greet_and_repeat(stream, kexinit(KEX), debug)).await;
    assert_eq!(error, SshError::Flooded);
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_in_the_key_exchange() {
    let mut nested = 20u8.to_be_bytes().to_vec();
    nested.extend_from_slice(&[0xff; 3000]);
    let reply = {
        // KEX_ECDH_REPLY with a host key of 200 certificates inside each other.
        let name = b"ssh-ed25519-cert-v01@openssh.com";
        let mut key = Vec::new();
        for _ in 0..200 {
            key.extend_from_slice(&32u32.to_be_bytes());
            key.extend_from_slice(name);
            key.extend_from_slice(&[0; 4]);
        }
        let mut payload = vec![31];
        payload.extend_from_slice(&u32::try_from(key.len()).unwrap().to_be_bytes());
        payload.extend_from_slice(&key);
        payload.extend_from_slice(&[0; 64]);
        packet(&payload)
    };
    let cases = [
        ("a length beyond all bounds", [0xff; 64].to_vec()),
        ("a length of nothing", [0; 64].to_vec()),
        (
            "random bytes",
            (0..4000u32)
                .map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 24).unwrap())
                .collect(),
        ),
        ("a damaged KEXINIT", packet(&nested)),
        ("an empty packet", packet(&[])),
        ("sign-in succeeded", packet(&[52])),
        ("new keys at once", packet(&[21])),
        ("the reply before the question", reply.clone()),
        ("a bad host key", [kexinit(KEX), reply].concat()),
        ("empty lists", kexinit([""; 10])),
        ("huge lists", kexinit([&"a,".repeat(30_000), "", "", "", "", "", "", "", "", ""])),
        (
            "disconnect",
            packet(&[&[1, 0, 0, 0, 2, 0, 0, 0, 4][..], b"no\x1b!", &[0, 0, 0, 0]].concat()),
        ),
        ("disconnect for no known reason", packet(&[1, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0, 0])),
    ];
    for (name, bytes) in cases {
        let error = visit(move |stream| greet_and_repeat(stream, bytes, Vec::new())).await;
        let said = error.api_error("web-01");
        assert!(
            matches!(
                said.code,
                ErrorCode::Protocol | ErrorCode::NoCommonAlgorithm | ErrorCode::TimedOut
            ),
            "{name}: {error:?}"
        );
        assert!(!said.message.contains('\u{1b}'), "{name}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_go_on_while_one_misbehaves() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let sshd = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    let flood = packet(&[&[2][..], &[0, 0, 0, 0]].concat());
    let bad = tokio::spawn(visit_for(LIMIT / 2, move |stream| {
        greet_and_repeat(stream, Vec::new(), flood)
    }));
    works(target(&sshd, vec![key(&pair)]), &Person::new()).await;
    assert_eq!(bad.await.unwrap(), SshError::Flooded);
}
