//! What no server should say, by a double that says it.

use crate::support::{secret, vm};
use patchbay_device_proxmox::{Client, Exit, Fingerprint, Power, ProxmoxError, SignIn, Site, Upid};
use patchbay_model::ApiError;
use patchbay_testkit::PveLiar;

fn token() -> SignIn {
    SignIn::Token { id: "root@pam!lab".to_owned(), secret: secret("0000-1111") }
}

fn site(liar: &PveLiar) -> Site {
    let pinned = Fingerprint::of(liar.certificate());
    Site { host: "127.0.0.1".to_owned(), port: liar.port(), pinned }
}

async fn told(says: &str, then: Option<&[u8]>) -> ProxmoxError {
    let liar = PveLiar::start(&[says.as_bytes()], then).await.unwrap();
    let error = Client::open(site(&liar), token()).await.unwrap_err();
    let shown = ApiError::from(error);
    assert!(shown.message.len() < 600 && !shown.message.contains(char::is_control), "{shown}");
    Client::open(site(&liar), token()).await.unwrap_err()
}

fn json(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn lies_about_length_are_found() {
    let huge = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
    let error = told(huge, None).await;
    assert!(matches!(error, ProxmoxError::TooLarge { .. }), "{error}");
    // No length, and no end: no more is read than any answer can have.
    let endless = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut chunk = b"100000\r\n".to_vec();
    chunk.resize(chunk.len() + 0x10_0000, b' ');
    chunk.extend_from_slice(b"\r\n");
    let error = told(endless, Some(&chunk)).await;
    assert!(matches!(error, ProxmoxError::TooLarge { .. }), "{error}");
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"data\":";
    let error = told(short, None).await;
    assert!(matches!(error, ProxmoxError::Unreachable { .. }), "{error}");
    let header = format!("X: {}\r\n", "x".repeat(1_000));
    let error = told("HTTP/1.1 200 OK\r\n", Some(header.as_bytes())).await;
    assert!(matches!(error, ProxmoxError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn what_is_no_proxmox_is_called_so() {
    for says in [
        json("<html>"),
        json("{\"data\":[]}"),
        json("{\"data\":{\"version\":5}}"),
        json(&"[".repeat(100_000)),
        "HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
            .to_owned(),
        "HTTP/1.1 503 Down\r\nContent-Length: 4\r\n\r\ndown".to_owned(),
    ] {
        let error = told(&says, None).await;
        assert!(matches!(error, ProxmoxError::Strange { .. }), "{error}");
    }
    for says in ["SSH-2.0-OpenSSH_9.2\r\n", "", "HTTP/1.1 \u{1b}[2J"] {
        let error = told(says, None).await;
        assert!(matches!(error, ProxmoxError::Unreachable { .. }), "{error}");
    }
}

#[tokio::test]
async fn what_changes_something_is_sent_once() {
    let version = json("{\"data\":{\"version\":\"9.0\"}}");
    for (says, accepted) in [(json("{\"data\":\"no task\"}"), true), (String::new(), false)] {
        let liar = PveLiar::start(&[version.as_bytes(), says.as_bytes()], None).await.unwrap();
        let client = Client::open(site(&liar), token()).await.unwrap();
        let error = client.power(&vm(100), Power::Reset).await.unwrap_err();
        // Whether it was done nobody knows, and nobody asks for it again.
        match accepted {
            true => assert!(matches!(error, ProxmoxError::Strange { .. }), "{error}"),
            false => assert!(matches!(error, ProxmoxError::Unreachable { .. }), "{error}"),
        }
        assert_eq!(liar.connections(), 2);
    }
}

#[tokio::test]
async fn a_task_that_cannot_be_looked_at_for_a_moment_is_looked_at_again() {
    let version = json("{\"data\":{\"version\":\"9.0\"}}");
    let busy =
        "HTTP/1.1 596 Connection timed out\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let ended = json("{\"data\":{\"status\":\"stopped\",\"exitstatus\":\"OK\"}}");
    let log = json("{\"data\":[{\"n\":1,\"t\":\"TASK OK\"}]}");
    let says = [version.as_str(), busy, busy, &ended, &log].map(str::as_bytes);
    let liar = PveLiar::start(&says, None).await.unwrap();
    let client = Client::open(site(&liar), token()).await.unwrap();
    let upid: Upid = "UPID:pve1:0000A1B2:0000C3D4:65D3A1B0:qmstart:100:root@pam:".parse().unwrap();
    assert_eq!(client.finish(&upid).await.unwrap(), Exit::Good);
    assert_eq!(liar.connections(), 5);
}
