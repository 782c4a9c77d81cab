use crate::server::{Server, noise};
use patchbay_sftp::{OpenOptions, SftpError};
use std::{future::Future, pin::pin, task::Poll};

/// Lets `future` begin, and drops it if it is not done at once.
async fn begin<F: Future>(future: F) {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| {
        let _ = future.as_mut().poll(cx);
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn transfers_dropped_midway_leave_the_client_usable() {
    let server = Server::start().await;
    let content = noise(8_000_000);
    server.put(b"file", &content);
    let before = server.open_files();
    for _ in 0..20 {
        let file = server.client.open(b"file", OpenOptions::read()).await.unwrap();
        let mut reader = file.reader(0, 128);
        begin(reader.next()).await;
        reader.next().await.unwrap();
        begin(reader.next()).await;
        let copy = server.client.open(b"copy", OpenOptions::create()).await.unwrap();
        begin(copy.write_at(0, content.clone().into())).await;
    }
    server.client.stat(b"file").await.unwrap();
    assert_eq!(server.open_files(), before);
    let file = server.client.open(b"file", OpenOptions::read()).await.unwrap();
    assert_eq!(&file.read_at(5, 5).await.unwrap()[..], &content[5..10]);
}

#[tokio::test]
async fn no_byte_is_lost_by_dropping_next() {
    let server = Server::start().await;
    let content = noise(3_000_000);
    server.put(b"file", &content);
    let file = server.client.open(b"file", OpenOptions::read()).await.unwrap();
    let (mut reader, mut read) = (file.reader(0, 16), Vec::new());
    loop {
        let next = tokio::select! {
            biased;
            next = reader.next() => next,
            () = tokio::task::yield_now() => continue,
        };
        match next.unwrap() {
            Some(bytes) => read.extend_from_slice(&bytes),
            None => break,
        }
    }
    assert!(read == content);
}

#[tokio::test]
async fn a_file_whose_opening_was_dropped_is_closed() {
    let server = Server::start().await;
    server.put(b"file", b"");
    let before = server.open_files();
    for _ in 0..50 {
        begin(server.client.open(b"file", OpenOptions::read())).await;
        begin(server.client.read_dir(b".")).await;
    }
    // The first is answered behind those that open; their closing is then under way before the second.
    server.client.stat(b".").await.unwrap();
    server.client.stat(b".").await.unwrap();
    assert_eq!(server.open_files(), before);
}

#[tokio::test]
async fn the_last_clone_ends_the_server() {
    let mut server = Server::start().await;
    let closed = server.client.closed();
    let Server { client, child, .. } = &mut server;
    let clone = client.clone();
    let file = clone.open(b"file", OpenOptions::create()).await.unwrap();
    drop(std::mem::replace(client, other().await));
    drop(clone);
    file.stat().await.unwrap();
    drop(file);
    assert_eq!(closed.await, SftpError::Closed);
    assert!(child.wait().await.unwrap().success());
}

async fn other() -> patchbay_sftp::Client {
    Server::start().await.client
}

#[tokio::test]
async fn everyone_hears_that_the_server_was_killed() {
    let mut server = Server::start().await;
    let sparse = std::fs::File::create(server.path(b"sparse")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    let file = server.client.open(b"sparse", OpenOptions::read()).await.unwrap();
    let mut reader = file.reader(0, 128);
    reader.next().await.unwrap().unwrap();
    server.signal("STOP");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = server.client.clone();
        tasks.spawn(async move { client.stat(b".").await.unwrap_err() });
    }
    tasks.spawn(server.client.closed());
    tasks.spawn(async move {
        loop {
            match reader.next().await {
                Ok(bytes) => assert!(bytes.is_some()),
                Err(error) => break error,
            }
        }
    });
    server.child.start_kill().unwrap();
    while let Some(error) = tasks.join_next().await {
        assert_eq!(error.unwrap(), SftpError::Closed);
    }
    assert_eq!(server.client.stat(b".").await.unwrap_err(), SftpError::Closed);
}
