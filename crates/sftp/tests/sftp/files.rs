use crate::server::{Server, noise};
use bytes::Bytes;
use patchbay_sftp::{Attributes, OpenOptions, SftpError, StatusCode};

fn both() -> OpenOptions {
    OpenOptions { read: true, ..OpenOptions::create() }
}

#[tokio::test]
async fn bytes_go_where_the_offset_says() {
    let server = Server::start().await;
    let file = server.client.open(b"file", both()).await.unwrap();
    file.write_at(5, Bytes::from_static(b"world")).await.unwrap();
    file.write_at(0, Bytes::from_static(b"hello")).await.unwrap();
    assert_eq!(&file.read_at(3, 4).await.unwrap()[..], b"lowo");
    assert_eq!(&file.read_at(8, 100).await.unwrap()[..], b"ld");
    assert!(file.read_at(10, 100).await.unwrap().is_empty());
    assert!(file.read_at(1 << 40, 1).await.unwrap().is_empty());
    assert!(file.read_at(0, 0).await.unwrap().is_empty());
    file.sync().await.unwrap();
    file.close().await.unwrap();
    assert_eq!(server.content(b"file"), b"helloworld");
}

#[tokio::test]
async fn one_request_is_as_long_as_the_server_takes() {
    let server = Server::start().await;
    let content = noise(1_000_000);
    let file = server.client.open(b"file", both()).await.unwrap();
    file.write_at(0, content.clone().into()).await.unwrap();
    assert_eq!(server.content(b"file"), content);
    let read = file.read_at(1, usize::MAX).await.unwrap();
    assert_eq!(read.len(), server.client.limits().read as usize);
    assert_eq!(&read[..], &content[1..=read.len()]);
}

#[tokio::test]
async fn open_files_have_attributes() {
    let server = Server::start().await;
    let file = server.client.open(b"file", OpenOptions::create_new().mode(0o600)).await.unwrap();
    assert_eq!(file.stat().await.unwrap().permissions, Some(0o100_600));
    let wanted = Attributes { size: Some(7), permissions: Some(0o644), ..Attributes::default() };
    file.set_attributes(&wanted).await.unwrap();
    let found = file.stat().await.unwrap();
    assert_eq!((found.size, found.permissions), (Some(7), Some(0o100_644)));
}

#[tokio::test]
async fn small_files_go_and_come_in_one_round_trip() {
    let server = Server::start().await;
    for length in [0, 1, 4096, 300_000] {
        let content = Bytes::from(noise(length));
        let file = server.client.open(b"small", OpenOptions::create()).await.unwrap();
        let looks = Attributes { permissions: Some(0o640), ..Attributes::default() };
        let wrote = file.write_whole(content.clone(), &looks).await.unwrap();
        assert_eq!((wrote.data, wrote.attributes, wrote.closed), (Ok(()), Ok(()), Ok(())));
        assert_eq!(server.content(b"small"), content);
        assert_eq!(server.client.stat(b"small").await.unwrap().permissions, Some(0o100_640));
        let file = server.client.open(b"small", OpenOptions::read()).await.unwrap();
        let read = file.read_whole(10_000).await.unwrap();
        assert_eq!(read, content.slice(..length.min(10_000)));
    }
    let file = server.client.open(b"small", OpenOptions::read()).await.unwrap();
    let refused = file.write_whole(Bytes::from_static(b"x"), &Attributes::default()).await.unwrap();
    assert!(matches!(refused.data, Err(SftpError::Status { .. })), "{refused:?}");
    assert_eq!(refused.closed, Ok(()));
}

#[tokio::test]
async fn options_mean_what_they_say() {
    let server = Server::start().await;
    let client = &server.client;
    server.put(b"file", b"12345");
    assert!(client.open(b"file", OpenOptions::create_new()).await.is_err());
    let missing = client.open(b"missing", OpenOptions::write()).await.unwrap_err();
    assert!(missing.is(StatusCode::NoSuchFile));
    let file = client.open(b"file", OpenOptions::write()).await.unwrap();
    file.write_at(1, Bytes::from_static(b"x")).await.unwrap();
    assert_eq!(server.content(b"file"), b"1x345");
    assert!(file.read_at(0, 1).await.is_err());
    client.open(b"file", OpenOptions::create()).await.unwrap().close().await.unwrap();
    assert_eq!(server.content(b"file"), b"");
}

#[tokio::test]
async fn nothing_goes_through_a_closed_file() {
    let server = Server::start().await;
    server.put(b"a", b"");
    server.put(b"b", b"untouched");
    let a = server.client.open(b"a", OpenOptions::write()).await.unwrap();
    let (mut writer, mut reader) = (a.writer(0, 8), a.reader(0, 8));
    a.close().await.unwrap();
    // The server gives the next file the same handle.
    let b = server.client.open(b"b", OpenOptions { read: true, ..OpenOptions::write() }).await;
    let b = b.unwrap();
    let refused = writer.write(Bytes::from_static(b"lost")).await.unwrap_err();
    assert_eq!(refused, SftpError::FileClosed);
    assert_eq!(reader.next().await.unwrap_err(), SftpError::FileClosed);
    assert_eq!(&b.read_at(0, 100).await.unwrap()[..], b"untouched");
}

#[tokio::test]
async fn a_file_that_is_dropped_is_closed() {
    let server = Server::start().await;
    server.put(b"file", b"");
    let before = server.open_files();
    let file = server.client.open(b"file", OpenOptions::read()).await.unwrap();
    let reader = file.reader(0, 8);
    drop(file);
    server.client.stat(b".").await.unwrap();
    assert_eq!(server.open_files(), before + 1);
    drop(reader);
    server.client.stat(b".").await.unwrap();
    assert_eq!(server.open_files(), before);
}

#[tokio::test]
async fn the_server_copies_from_file_to_file() {
    let server = Server::start().await;
    if !server.client.extensions().copy_data {
        return;
    }
    let content = noise(3_000_000);
    server.put(b"from", &content);
    let from = server.client.open(b"from", OpenOptions::read()).await.unwrap();
    let to = server.client.open(b"to", OpenOptions::create()).await.unwrap();
    server.client.copy_data((&from, 1_000), (&to, 10), 2_000_000).await.unwrap();
    let copied = server.content(b"to");
    assert_eq!(&copied[10..], &content[1_000..2_001_000]);
    server.client.copy_data((&from, 0), (&to, 0), 0).await.unwrap();
    // Where the source ends there is no more to copy, be it within a request or before it.
    server.client.copy_data((&from, 2_999_999), (&to, 0), 100_000_000).await.unwrap();
    server.client.copy_data((&from, 3_000_000), (&to, 0), 1).await.unwrap();
    assert_eq!(server.content(b"to")[0], content[2_999_999]);
    let other = Server::start().await;
    let foreign = other.client.copy_data((&from, 0), (&to, 0), 1).await.unwrap_err();
    assert_eq!(foreign, SftpError::FileClosed);
}
