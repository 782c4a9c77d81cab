use crate::server::{Server, noise};
use bytes::Bytes;
use patchbay_sftp::{OpenOptions, Reader, SftpError};
use sha2::{Digest, Sha256};

const WINDOW: usize = 128;

async fn all(mut reader: Reader) -> Vec<u8> {
    let mut read = Vec::new();
    while let Some(bytes) = reader.next().await.unwrap() {
        assert!(!bytes.is_empty());
        read.extend_from_slice(&bytes);
    }
    assert!(reader.next().await.unwrap().is_none());
    read
}

#[tokio::test]
async fn a_big_file_comes_back_as_it_went() {
    let server = Server::start().await;
    let content = Bytes::from(noise(48 * 1024 * 1024 + 12_345));
    let file = server.client.open(b"big", OpenOptions::create()).await.unwrap();
    let mut writer = file.writer(0, WINDOW);
    for part in content.chunks(1_000_003) {
        writer.write(content.slice_ref(part)).await.unwrap();
    }
    let acknowledged = writer.acknowledged();
    let on_its_way = (WINDOW * 64 * 1024) as u64;
    assert!(acknowledged <= content.len() as u64);
    assert!(acknowledged >= content.len() as u64 - on_its_way, "{acknowledged}");
    writer.finish().await.unwrap();
    file.close().await.unwrap();
    assert_eq!(Sha256::digest(server.content(b"big")), Sha256::digest(&content));

    let file = server.client.open(b"big", OpenOptions::read()).await.unwrap();
    let mut digest = Sha256::new();
    let mut reader = file.reader(0, WINDOW);
    while let Some(bytes) = reader.next().await.unwrap() {
        digest.update(&bytes);
    }
    assert_eq!(digest.finalize(), Sha256::digest(&content));
    assert_eq!(
        all(file.reader(content.len() as u64 - 7, WINDOW)).await,
        content[content.len() - 7..]
    );
}

#[tokio::test]
async fn short_files_and_odd_windows_are_read() {
    let server = Server::start().await;
    for length in [0, 1, 65_535, 65_536, 65_537, 300_000] {
        let content = noise(length);
        server.put(b"file", &content);
        let file = server.client.open(b"file", OpenOptions::read()).await.unwrap();
        for window in [0, 1, 3, WINDOW] {
            assert_eq!(all(file.reader(0, window)).await, content);
            // However long it was said to be.
            for said in [0, 1, 1 << 20, u64::MAX] {
                assert_eq!(all(file.reader(0, window).expecting(said)).await, content);
            }
        }
        assert!(all(file.reader(1 << 40, WINDOW)).await.is_empty());
    }
}

#[tokio::test]
async fn a_server_without_limits_gets_small_pieces() {
    let server = Server::with(&["-P", "limits"]).await;
    assert!(!server.client.extensions().limits);
    let content = noise(1_000_000);
    let options = OpenOptions { read: true, ..OpenOptions::create() };
    let file = server.client.open(b"file", options).await.unwrap();
    file.write_at(0, content.clone().into()).await.unwrap();
    assert_eq!(all(file.reader(0, WINDOW)).await, content);
}

#[tokio::test]
async fn transfers_side_by_side_do_not_mix() {
    let server = Server::start().await;
    let content = noise(4_000_000);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..12_usize {
        let (client, content) = (server.client.clone(), content[n * 1000..].to_vec());
        tasks.spawn(async move {
            let options = OpenOptions { read: true, ..OpenOptions::create() };
            let file = client.open(format!("{n}").as_bytes(), options).await.unwrap();
            let mut writer = file.writer(0, WINDOW);
            writer.write(content.clone().into()).await.unwrap();
            writer.finish().await.unwrap();
            assert_eq!(all(file.reader(0, WINDOW)).await, content);
            file.close().await.unwrap();
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn a_write_that_fails_is_reported() {
    let server = Server::start().await;
    server.put(b"file", b"");
    let file = server.client.open(b"file", OpenOptions::read()).await.unwrap();
    let mut writer = file.writer(0, 4);
    let mut failed = None;
    for _ in 0..10 {
        if let Err(error) = writer.write(Bytes::from_static(b"x")).await {
            failed = Some(error);
        }
    }
    let failed = failed.expect("ten writes do not fit into a window of four");
    assert!(matches!(failed, SftpError::Status { .. }));
    assert_eq!(writer.finish().await.unwrap_err(), failed);
    let mut writer = file.writer(0, 4);
    writer.write(Bytes::from_static(b"x")).await.unwrap();
    assert!(matches!(writer.finish().await.unwrap_err(), SftpError::Status { .. }));
}

#[tokio::test]
async fn reading_a_folder_fails_each_time() {
    let server = Server::start().await;
    let file = server.client.open(b".", OpenOptions::read()).await.unwrap();
    let mut reader = file.reader(0, WINDOW);
    let first = reader.next().await.unwrap_err();
    assert_eq!(reader.next().await.unwrap_err(), first);
}
