//! Storages, and files that go there.

use crate::support::{done, lab, node, open};
use patchbay_device_proxmox::{Content, Download, ProxmoxError, Upload};
use patchbay_testkit::{noise, pve_or_skip};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, ReadBuf};

fn iso(size: u64) -> Upload {
    Upload { content: Content::Iso, name: "debian 13.iso".to_owned(), size, checksum: None }
}

#[tokio::test]
async fn a_file_is_sent_and_stands_there() {
    if !pve_or_skip("an upload") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    let storages = client.storages(&node("pve1")).await.unwrap();
    let local = storages.iter().find(|storage| storage.name == "local").unwrap();
    assert!(local.active && local.content.contains(&"iso".to_owned()), "{local:?}");

    let data = noise(3 << 20, 1);
    let (size, mut told) = (data.len() as u64, Vec::new());
    let from = io::Cursor::new(data);
    let sent =
        client.upload(&node("pve1"), "local", &iso(size), from, |bytes| told.push(bytes)).await;
    done(&client, sent).await;
    assert_eq!(told.last(), Some(&size));
    assert!(told.len() > 3 && told.is_sorted(), "{told:?}");
    let there = client.content(&node("pve1"), "local", Some(Content::Iso)).await.unwrap();
    let file = there.iter().find(|one| one.id == "local:iso/debian 13.iso").unwrap();
    assert_eq!(file.size, Some(size));
    let gone = client.delete_volume(&node("pve1"), &file.id).await.unwrap();
    if let Some(upid) = gone {
        client.finish(&upid).await.unwrap();
    }
    assert!(client.content(&node("pve1"), "local", Some(Content::Iso)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_that_goes_wrong_leaves_nothing() {
    if !pve_or_skip("an upload that fails") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    let pve1 = node("pve1");
    let short = client.upload(&pve1, "local", &iso(9_000_000), &b"short"[..], |_| {}).await;
    let error = short.unwrap_err();
    assert_eq!(
        error.to_string(),
        "The file could not be read: it is shorter than it was said to be."
    );
    let long = client.upload(&pve1, "local", &iso(2), &b"longer"[..], |_| {}).await.unwrap_err();
    assert!(matches!(long, ProxmoxError::File(_)), "{long}");
    let wrong = client.upload(&pve1, "local-lvm", &iso(4), &b"data"[..], |_| {}).await.unwrap_err();
    assert!(matches!(wrong, ProxmoxError::Refused { .. }), "{wrong}");
    assert!(client.content(&pve1, "local", Some(Content::Iso)).await.unwrap().is_empty());
}

/// Gives a little, and then nothing more for ever.
struct Stuck(bool);

impl AsyncRead for Stuck {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Pending;
        }
        buffer.put_slice(b"a little");
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn an_upload_that_is_dropped_is_cancelled() {
    if !pve_or_skip("an upload that is dropped") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    let (begun, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let told = move |bytes| begun.send(bytes).unwrap();
    let (pve1, file) = (node("pve1"), iso(1 << 20));
    tokio::select! {
        ended = client.upload(&pve1, "local", &file, Stuck(false), told) => panic!("{ended:?}"),
        bytes = heard.recv() => assert_eq!(bytes, Some(8)),
    }
    assert!(client.content(&pve1, "local", Some(Content::Iso)).await.unwrap().is_empty());
    assert!(!client.tasks().await.unwrap().iter().any(|task| task.upid.kind == "imgcopy"));
}

#[tokio::test]
async fn a_node_fetches_a_file() {
    if !pve_or_skip("a download") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    let file = Download {
        content: Content::Template,
        url: "https://example.org/debian.tar.zst".to_owned(),
        name: "debian.tar.zst".to_owned(),
        checksum: None,
        any_certificate: false,
    };
    done(&client, client.download(&node("pve1"), "local", &file).await).await;
    let there = client.content(&node("pve1"), "local", Some(Content::Template)).await.unwrap();
    assert_eq!(there.len(), 1, "{there:?}");
}
