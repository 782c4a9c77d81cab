use crate::double::{DATA, Double, HANDLE, NAME, greeted, names, string};
use patchbay_sftp::{Client, OpenOptions, Options, SftpError};

/// What all waiters, and those who come later, hear after `answer` to the first of two requests.
async fn end_of(answer: impl AsyncFnOnce(&mut Double, u32)) -> SftpError {
    let (client, mut double) = greeted(Options::default()).await;
    let misbehaves = async {
        let (_, first, _) = double.request().await;
        double.request().await;
        answer(&mut double, first).await;
        drop(double);
    };
    let (first, second, ()) = tokio::join!(client.stat(b"a"), client.stat(b"b"), misbehaves);
    let error = first.unwrap_err();
    assert_eq!(second.unwrap_err(), error);
    assert_eq!(client.closed().await, error);
    assert_eq!(client.stat(b"c").await.unwrap_err(), error);
    error
}

fn broken(error: &SftpError) -> bool {
    matches!(error, SftpError::Broken(_))
}

#[tokio::test]
async fn lengths_beyond_all_measure_end_the_client() {
    for length in [u32::MAX, 1 << 20, 256 * 1024 + 1025] {
        let error = end_of(async |double, _| double.raw(&length.to_be_bytes()).await).await;
        assert_eq!(error, SftpError::Broken("a packet longer than any answer"));
    }
    let empty = end_of(async |double, _| double.raw(&[0; 4]).await).await;
    assert!(broken(&empty));
}

#[tokio::test]
async fn answers_to_nothing_end_the_client() {
    assert!(broken(&end_of(async |double, id| double.status(id + 77, 0).await).await));
}

#[tokio::test]
async fn answers_of_the_wrong_type_end_the_client() {
    let handle = end_of(async |double, id| double.reply(HANDLE, id, &string(b"h")).await).await;
    assert!(broken(&handle));
    assert!(broken(&end_of(async |double, id| double.status(id, 0).await).await));
    assert!(broken(&end_of(async |double, id| double.reply(2, id, b"").await).await));
}

#[tokio::test]
async fn malformed_packets_end_the_client() {
    let cut = end_of(async |double, id| double.reply(105, id, b"\0\0\0\x01\0").await).await;
    assert!(broken(&cut));
    let long = end_of(async |double, id| double.reply(105, id, b"\0\0\0\0more").await).await;
    assert!(broken(&long));
}

#[tokio::test]
async fn the_end_within_a_packet_is_the_end() {
    let error = end_of(async |double, _| double.raw(b"\0\0\0\x20\x69\0\0").await).await;
    assert_eq!(error, SftpError::Closed);
    assert_eq!(end_of(async |_, _| ()).await, SftpError::Closed);
}

#[tokio::test]
async fn more_data_than_asked_for_ends_the_client() {
    let (client, mut double) = greeted(Options::default()).await;
    let opening = client.open(b"file", OpenOptions::read());
    let (file, _) = tokio::join!(opening, double.answer(HANDLE, string(b"h")));
    let file = file.unwrap();
    let answer = string(&[7; 101]);
    let (read, _) = tokio::join!(file.read_at(0, 100), double.answer(DATA, answer));
    assert!(broken(&read.unwrap_err()));
}

async fn listing(client: &Client, double: &mut Double) -> patchbay_sftp::ReadDir {
    let (listing, _) = tokio::join!(client.read_dir(b"."), double.answer(HANDLE, string(b"h")));
    listing.unwrap()
}

#[tokio::test]
async fn a_listing_without_end_is_ended() {
    let options = Options { most_names: 5000, ..Options::default() };
    let (client, mut double) = greeted(options).await;
    let mut listing = listing(&client, &mut double).await;
    let endless = tokio::spawn(async move {
        // Only what is no name: nothing would ever be handed out that could be counted outside.
        while let (12, id, _) = double.request().await {
            double.reply(NAME, id, &names(&[b".", b"..", b"a/b"])).await;
        }
        double
    });
    assert_eq!(listing.next().await.unwrap_err(), SftpError::TooManyNames(5000));
    assert_eq!(listing.next().await.unwrap_err(), SftpError::TooManyNames(5000));
    drop(listing);
    // The request that ended the loop was the one that closes the folder.
    let mut double = endless.await.unwrap();
    let asking = client.stat(b"a");
    let answering = double.answer(105, vec![0; 4]);
    assert!(tokio::join!(asking, answering).0.is_ok());
}

#[tokio::test]
async fn a_list_of_no_names_ends_the_client() {
    let (client, mut double) = greeted(Options::default()).await;
    let mut listing = listing(&client, &mut double).await;
    let (next, _) = tokio::join!(listing.next(), double.answer(NAME, names(&[])));
    assert!(broken(&next.unwrap_err()));
}

#[tokio::test]
async fn names_that_lead_elsewhere_are_left_out_and_counted() {
    let (client, mut double) = greeted(Options::default()).await;
    let mut listing = listing(&client, &mut double).await;
    let sent = names(&[b"..", b"../etc", b"/", b"", b"nul\0", b"good", b"."]);
    let serving = async {
        double.answer(NAME, sent).await;
        // Behind the first answer, others are under way.
        while let (12, id, _) = double.request().await {
            double.status(id, 1).await;
        }
    };
    let reading = async {
        let first = listing.next().await.unwrap().unwrap();
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].name, b"good");
        assert!(listing.next().await.unwrap().is_none());
        assert_eq!(listing.refused(), 4);
        drop(listing);
    };
    tokio::join!(serving, reading);
}

#[tokio::test]
async fn short_answers_are_completed() {
    let (client, mut double) = greeted(Options::default()).await;
    let content: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let stingy = content.clone();
    let opening = client.open(b"file", OpenOptions::read());
    let (file, _) = tokio::join!(opening, double.answer(HANDLE, string(b"h")));
    let file = file.unwrap();
    tokio::spawn(async move {
        while let (5, id, body) = double.request().await {
            let offset = u64::from_be_bytes(body[5..13].try_into().unwrap()) as usize;
            let length = u32::from_be_bytes(body[13..17].try_into().unwrap()) as usize;
            let end = stingy.len().min(offset + length.min(5000));
            match stingy.get(offset..end) {
                Some(some) if !some.is_empty() => double.reply(DATA, id, &string(some)).await,
                _ => double.status(id, 1).await,
            }
        }
    });
    let (mut reader, mut read) = (file.reader(0, 16), Vec::new());
    while let Some(bytes) = reader.next().await.unwrap() {
        read.extend_from_slice(&bytes);
    }
    assert!(read == content);
}
