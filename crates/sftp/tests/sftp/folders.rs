use crate::server::Server;
use patchbay_sftp::{DirEntry, FileKind, OpenOptions, SftpError, StatusCode};
use std::collections::BTreeSet;

async fn list(server: &Server, path: &[u8]) -> Vec<DirEntry> {
    let mut listing = server.client.read_dir(path).await.unwrap();
    let mut found = Vec::new();
    while let Some(entries) = listing.next().await.unwrap() {
        assert!(!entries.is_empty());
        found.extend(entries);
    }
    assert!(listing.next().await.unwrap().is_none());
    assert_eq!(listing.refused(), 0);
    found
}

#[tokio::test]
async fn ten_thousand_names_are_listed_once_each() {
    let server = Server::start().await;
    let names: BTreeSet<_> = (0..10_000).map(|n| format!("name {n:05}").into_bytes()).collect();
    names.iter().for_each(|name| server.put(name, b""));
    let found = list(&server, b".").await;
    assert_eq!(found.len(), 10_000);
    assert_eq!(found.into_iter().map(|entry| entry.name).collect::<BTreeSet<_>>(), names);
}

#[tokio::test]
async fn an_empty_folder_lists_nothing() {
    let server = Server::start().await;
    assert!(list(&server, b".").await.is_empty());
}

#[tokio::test]
async fn kinds_and_sizes_are_listed() {
    let server = Server::start().await;
    server.put(b"file", b"12345");
    server.client.make_dir(b"folder", Some(0o700)).await.unwrap();
    server.client.symlink(b"nowhere", b"link").await.unwrap();
    let mut found = list(&server, b".").await;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let kinds: Vec<_> = found.iter().map(|entry| entry.attributes.kind()).collect();
    assert_eq!(kinds, [FileKind::File, FileKind::Folder, FileKind::Link]);
    assert_eq!(found[0].attributes.size, Some(5));
}

#[tokio::test]
async fn names_that_are_no_utf8_are_names() {
    let server = Server::start().await;
    let (old, new) = (&b"caf\xe9 \xff\xfe"[..], &b"\x80\xbf"[..]);
    server.put(old, b"coffee");
    let found = list(&server, b".").await;
    assert_eq!(found[0].name, old);
    let file = server.client.open(old, OpenOptions::read()).await.unwrap();
    assert_eq!(&file.read_at(0, 100).await.unwrap()[..], b"coffee");
    file.close().await.unwrap();
    server.client.rename(old, new).await.unwrap();
    assert_eq!(list(&server, b".").await[0].name, new);
    assert!(server.client.realpath(new).await.unwrap().ends_with(new));
    server.client.remove_file(new).await.unwrap();
    assert!(list(&server, b".").await.is_empty());
}

#[tokio::test]
async fn folders_are_made_and_deleted() {
    let server = Server::start().await;
    server.client.make_dir(b"folder", Some(0o711)).await.unwrap();
    let made = server.client.stat(b"folder").await.unwrap();
    assert_eq!(made.permissions.unwrap() & 0o7777, 0o711);
    let again = server.client.make_dir(b"folder", None).await.unwrap_err();
    assert!(again.is(StatusCode::Failure), "{again}");
    server.put(b"folder/file", b"");
    assert!(server.client.remove_dir(b"folder").await.unwrap_err().is(StatusCode::Failure));
    server.client.remove_file(b"folder/file").await.unwrap();
    server.client.remove_dir(b"folder").await.unwrap();
    let gone = server.client.read_dir(b"folder").await.unwrap_err();
    assert!(
        matches!(gone, SftpError::Status { code: StatusCode::NoSuchFile, message } if message == "No such file")
    );
}

#[tokio::test]
async fn a_listing_that_is_dropped_closes_its_folder() {
    let server = Server::start().await;
    (0..1000).for_each(|n| server.put(format!("{n}").as_bytes(), b""));
    let before = server.open_files();
    let mut listing = server.client.read_dir(b".").await.unwrap();
    assert!(listing.next().await.unwrap().is_some());
    assert_eq!(server.open_files(), before + 1);
    drop(listing);
    // Requests are done in order, so the folder is closed when this one is answered.
    server.client.stat(b".").await.unwrap();
    assert_eq!(server.open_files(), before);
}
