#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]
//! What the log says of requests, and what it never says. On its own, for a process has one log.

mod support;

use std::io;
use std::sync::{Arc, Mutex};
use support::serve;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn requests_are_logged_by_route_and_id_and_no_secret_is() {
    let kept = Kept::default();
    let level = tracing::Level::TRACE;
    tracing_subscriber::fmt().json().with_max_level(level).with_writer(kept.clone()).init();
    let server = serve().await;
    let answer = server.rpc("field", r#"{"password":"hush-args"}"#).await;
    server.rpc("panic", "\"hush-panic\"").await;
    for line in
        ["GET /api/v1/invitations/hush-link", "GET /hush-page", "GET /api/events?x=hush-query"]
    {
        let bad = [("Authorization", "Bearer hush-token"), ("Cookie", "patchbay=hush-cookie")];
        server.ask(line, &bad, b"").await;
    }
    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<_> = log.lines().filter(|line| line.contains("\"patchbay_server")).collect();
    let id = answer.header("x-request-id");
    let line = ours.iter().find(|line| line.contains(id)).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let fields = &line["fields"];
    assert_eq!(fields["route"], "/api/rpc/{command}");
    assert_eq!(fields["status"], 400);
    assert_eq!(fields["account"], server.double.account.to_string());
    assert!(!ours.iter().any(|line| line.contains("hush")), "{ours:#?}");
}
