#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]
//! What requests get, good and bad ones.

mod support;

use patchbay_server::http::Limits;
use patchbay_server::net::Timing;
use std::sync::atomic::Ordering;
use std::time::Duration;
use support::{Reply, serve, serve_with};
use tokio::io::AsyncWriteExt as _;

fn error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

const JSON: (&str, &str) = ("Content-Type", "application/json");
const GOOD: (&str, &str) = ("Authorization", "Bearer pbs_good");
const COOKIE: (&str, &str) = ("Cookie", "patchbay=pbs_good");
const WEB: (&str, &str) = ("X-Patchbay-Client", "web");

#[tokio::test]
async fn a_command_runs_for_who_is_signed_in() {
    let server = serve().await;
    let answer = server.rpc("echo", r#"{"a":1}"#).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, r#"{"a":1}"#));
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    let caller = server.double.callers.lock().unwrap()[0];
    assert_eq!(caller.account, server.double.account);
    assert_eq!(caller.request.to_string(), answer.header("x-request-id"));
    assert_eq!(server.ask("POST /api/rpc/echo", &[GOOD], b"").await.text(), "{}");
    let me = server.ask("GET /api/v1/me", &[GOOD], b"").await;
    assert_eq!(me.text(), server.double.account.to_string());
}

#[tokio::test]
async fn every_error_is_json_with_a_request_id() {
    let server = serve().await;
    for (line, headers, body, expected) in [
        ("GET /api/v1/nothing", &[][..], "", error(404, "notFound")),
        ("GET /api", &[], "", error(404, "notFound")),
        ("DELETE /api/rpc/echo", &[GOOD], "", error(405, "invalid")),
        ("POST /", &[], "", error(405, "invalid")),
        ("POST /api/v1/me", &[GOOD], "", error(405, "invalid")),
        ("GET /favicon.ico", &[], "", error(404, "notFound")),
        ("POST /api/rpc/echo", &[GOOD], "{}", error(415, "invalid")),
        ("POST /api/rpc/none", &[GOOD, JSON], "{}", error(404, "notFound")),
        ("POST /api/rpc/field", &[GOOD, JSON], "{}", error(400, "invalid")),
        // That a machine refuses a password must not sign the person out.
        ("POST /api/rpc/machine", &[GOOD, JSON], "{}", error(502, "authFailed")),
        ("POST /api/rpc/%ff", &[GOOD, JSON], "{}", error(400, "invalid")),
        ("GET /api/stream", &[], "", error(400, "invalid")),
    ] {
        let answer = server.ask(line, headers, body.as_bytes()).await;
        assert_eq!(answer.error(), expected, "{line}");
    }
    let answer = server.ask("POST /api/rpc/echo", &[GOOD, JSON], b"\xff\xfe").await;
    assert_eq!(answer.error(), error(400, "invalid"));
}

#[tokio::test]
async fn a_panic_costs_one_request_and_says_nothing_of_itself() {
    let server = serve().await;
    let answer = server.rpc("panic", r#"{"password":"hush"}"#).await;
    assert_eq!(answer.error(), error(500, "internal"));
    assert!(!answer.text().contains("hush") && !answer.text().contains(".rs"), "{}", answer.text());
    assert_eq!(server.rpc("echo", "1").await.status, 200);
}

#[tokio::test]
async fn without_a_good_token_nobody_is_signed_in() {
    let server = serve().await;
    let long = format!("Bearer {}", "x".repeat(5000));
    for header in [
        ("Authorization", ""),
        ("Authorization", "Bearer pbs_bad"),
        ("Authorization", "Bearer"),
        ("Authorization", "Basic cGJzX2dvb2Q="),
        ("Authorization", &long),
        ("Cookie", "patchbay=pbs_bad"),
        ("Cookie", "patchbay=pbs_good; patchbay=pbs_bad"),
    ] {
        for route in ["GET /api/v1/me", "GET /api/events"] {
            let answer = server.ask(route, &[header], b"").await;
            assert_eq!(answer.error(), error(401, "authFailed"), "{header:?}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    server.double.down.store(true, Ordering::Relaxed);
    let answer = server.ask("GET /api/v1/me", &[GOOD], b"").await;
    assert_eq!(answer.error(), error(503, "storage"));
    let answer = server.ask("GET /readyz", &[], b"").await;
    assert_eq!(answer.error(), error(503, "unreachable"));
    assert!(!answer.text().contains("hush"));
    assert_eq!(server.ask("GET /healthz", &[], b"").await.status, 200);
}

#[tokio::test]
async fn another_site_can_do_nothing() {
    let server = serve().await;
    let own = server.origin();
    let rpc = "POST /api/rpc/echo";
    let fine: &[&[(&str, &str)]] = &[
        &[COOKIE, WEB, ("Origin", &own)],
        &[COOKIE, WEB, ("Origin", &own), ("Sec-Fetch-Site", "same-origin")],
        &[GOOD],
        &[GOOD, ("Origin", &own)],
    ];
    for headers in fine {
        assert_eq!(server.ask(rpc, headers, b"").await.status, 200, "{headers:?}");
    }
    let other_port = format!("https://{}:1", server.address.ip());
    let plain = own.replace("https", "http");
    let refused: &[&[(&str, &str)]] = &[
        &[COOKIE],
        &[COOKIE, WEB],
        &[COOKIE, ("Origin", &own)],
        &[COOKIE, WEB, ("Origin", "https://evil.example")],
        &[COOKIE, WEB, ("Origin", "null")],
        &[COOKIE, WEB, ("Origin", &other_port)],
        &[COOKIE, WEB, ("Origin", &plain)],
        &[COOKIE, WEB, ("Origin", &own), ("Origin", "https://evil.example")],
        &[COOKIE, WEB, ("Origin", &own), ("Sec-Fetch-Site", "cross-site")],
        &[GOOD, ("Origin", "https://evil.example")],
        &[("Origin", "https://evil.example")],
    ];
    for headers in refused {
        let answer = server.ask(rpc, headers, b"").await;
        assert_eq!(answer.error(), error(403, "invalid"), "{headers:?}");
    }
    let before = server.double.callers.lock().unwrap().len();
    assert_eq!(before, fine.len());
    assert_eq!(server.ask("GET /api/v1/me", &[COOKIE], b"").await.status, 200);
    let answer = server.ask("GET /api/v1/me", &[COOKIE, ("Origin", "null")], b"").await;
    assert_eq!(answer.error(), error(403, "invalid"));
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_name_that_is_not_ours_gets_nothing() {
    let server =
        serve_with(&["--name", "team.example.org"], Timing::default(), Limits::default()).await;
    for host in ["team.example.org", "Team.Example.org:7443", "localhost:1", "127.0.0.1"] {
        assert_eq!(server.ask("GET /api/v1/me", &[GOOD, ("Host", host)], b"").await.status, 200);
    }
    for host in ["evil.example", "team.example.org.evil.example", "192.0.2.1"] {
        for path in ["/api/v1/me", "/", "/metrics"] {
            let answer = server.ask(&format!("GET {path}"), &[GOOD, ("Host", host)], b"").await;
            assert_eq!(answer.error(), error(421, "invalid"), "{host}");
        }
        assert_eq!(server.ask("GET /healthz", &[("Host", host)], b"").await.status, 200);
    }
    for request in [
        &b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"[..],
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET https://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ] {
        assert_eq!(server.raw(request).await.error(), error(400, "invalid"));
    }
}

#[tokio::test]
async fn bodies_are_bounded_in_length_and_time() {
    let limits =
        Limits { body: 10_000, body_time: Duration::from_millis(300), ..Limits::default() };
    let server = serve_with(&[], Timing::default(), limits).await;
    let fits = format!("\"{}\"", "x".repeat(9_998));
    assert_eq!(server.rpc("echo", &fits).await.status, 200);
    assert_eq!(server.rpc("echo", &format!("{fits} ")).await.error(), error(413, "invalid"));
    let head = |how: &str| {
        let headers = [GOOD, JSON, ("Transfer-Encoding", how)];
        server.request("POST /api/rpc/echo", &headers, b"")
    };
    let mut chunked = head("chunked");
    for _ in 0..4 {
        chunked.extend(b"fa0\r\n");
        chunked.extend([b' '; 4000]);
        chunked.extend(b"\r\n");
    }
    assert_eq!(server.raw(&chunked).await.error(), error(413, "invalid"));
    let slow = [&head("chunked")[..], b"5\r\n12"].concat();
    assert_eq!(server.raw(&slow).await.error(), error(408, "timedOut"));
    let mut stream = server.connect().await;
    let broken = [&head("chunked")[..], b"nonsense\r\n\r\n"].concat();
    stream.write_all(&broken).await.unwrap();
    let answer = Reply::read(&mut stream).await;
    assert_eq!(answer.error(), error(400, "invalid"));
    assert_eq!(server.double.callers.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn pages_are_served_and_paths_lead_nowhere_else() {
    let server = serve().await;
    for page in ["/", "/setup", "/machines/7"] {
        let answer = server.ask(&format!("GET {page}"), &[], b"").await;
        assert_eq!(answer.status, 200);
        assert!(answer.text().contains("<title>Patchbay</title>"));
        assert_eq!(answer.header("cache-control"), "no-cache");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("x-frame-options"), "DENY");
    }
    let script = "GET /assets/index-Bzwz.js";
    let plain = server.ask(script, &[], b"").await;
    assert_eq!(plain.header("content-type"), "text/javascript; charset=utf-8");
    assert!(plain.header("cache-control").contains("immutable"));
    let packed = server.ask(script, &[("Accept-Encoding", "br, gzip;q=0.5")], b"").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() < plain.body.len() / 4);
    let unwanted = server.ask(script, &[("Accept-Encoding", "gzip;q=0")], b"").await;
    assert_eq!(unwanted.body, plain.body);
    let known = server.ask(script, &[("If-None-Match", plain.header("etag"))], b"").await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    // What a browser has kept keeps the policy that came with it.
    let page = server.ask("GET /", &[], b"").await;
    let known = server.ask("GET /", &[("If-None-Match", page.header("etag"))], b"").await;
    assert_eq!((known.status, known.header("content-security-policy")), (304, ""));
    assert_eq!(server.ask("HEAD /", &[], b"").await.body.len(), 0);
    // The key of the certificate lies one folder up.
    for path in [
        "/../certificate.pem",
        "/%2e%2e/certificate.pem",
        "/assets/../../certificate.pem",
        "/assets/%2e%2e%2f%2e%2e%2fcertificate.pem",
        "/..\\certificate.pem",
        "/%5c..%5ccertificate.pem",
        "//etc/passwd.",
        "/assets/",
        "/assets/gone.js",
        "/index.html%00",
    ] {
        let answer = server.ask(&format!("GET {path}"), &[], b"").await;
        assert_eq!(answer.error(), error(404, "notFound"), "{path}");
    }
}

#[tokio::test]
async fn figures_are_for_operators_and_this_computer() {
    let server = serve().await;
    server.rpc("echo", "1").await;
    let here = server.ask("GET /metrics", &[], b"").await;
    assert!(here.text().contains(
        "patchbay_http_requests_total{method=\"POST\",route=\"/api/rpc/{command}\",status=\"200\"} 1"
    ));
    assert!(here.text().contains("patchbay_connections 1\n"));
    assert_eq!(server.ask("GET /metrics", &[GOOD], b"").await.error(), error(403, "invalid"));
    let operator = ("Authorization", "Bearer pbt_operator");
    assert_eq!(server.ask("GET /metrics", &[operator], b"").await.status, 200);
}
