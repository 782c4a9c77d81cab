use crate::double::{HANDLE, greeted, string};
use patchbay_sftp::{OpenOptions, Options, SftpError};
use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

const CLOSE: u8 = 4;

fn hasty() -> Options {
    Options { request_timeout: Duration::from_millis(250), ..Options::default() }
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_and_may_recover() {
    let (client, mut double) = greeted(hasty()).await;
    assert_eq!(client.stat(b"a").await.unwrap_err(), SftpError::TimedOut);
    let (_, late, _) = double.request().await;
    let answering = async {
        let (_, id, _) = double.request().await;
        // The late answer is known as one, and nobody gets it in place of another.
        double.status(late, 2).await;
        double.reply(105, id, b"\0\0\0\x01\0\0\0\0\0\0\0\x07").await;
    };
    let (found, ()) = tokio::join!(client.stat(b"b"), answering);
    assert_eq!(found.unwrap().size, Some(7));
}

#[tokio::test]
async fn a_silent_server_gets_so_many_requests_and_no_more() {
    let (client, mut double) = greeted(hasty()).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..3000 {
        let client = client.clone();
        tasks.spawn(async move { client.stat(b"a").await.unwrap_err() });
    }
    while let Some(error) = tasks.join_next().await {
        assert_eq!(error.unwrap(), SftpError::TimedOut);
    }
    drop(client);
    let sent = double.rest().await.len();
    assert!(sent > 0 && sent <= 1024 * (4 + 1 + 4 + 4 + 1), "{sent} bytes");
}

#[tokio::test]
async fn a_server_that_reads_nothing_is_not_waited_for() {
    let (client, double) = greeted(hasty()).await;
    let long = vec![b'x'; 30_000];
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (client, long) = (client.clone(), long.clone());
        tasks.spawn(async move { client.stat(&long).await.unwrap_err() });
    }
    while let Some(error) = tasks.join_next().await {
        assert_eq!(error.unwrap(), SftpError::TimedOut);
    }
    drop(double);
}

#[tokio::test]
async fn a_handle_that_comes_too_late_is_given_back() {
    let (client, mut double) = greeted(Options::default()).await;
    let (_, id, _) = {
        let mut opening = pin!(client.open(b"file", OpenOptions::read()));
        let begun = poll_fn(|cx| Poll::Ready(opening.as_mut().poll(cx).is_pending()));
        assert!(begun.await);
        double.request().await
    };
    double.reply(HANDLE, id, &string(b"late")).await;
    let (kind, _, handle) = double.request().await;
    assert_eq!((kind, handle), (CLOSE, string(b"late")));
}

#[tokio::test]
async fn a_refusal_of_closing_is_heard() {
    let (client, mut double) = greeted(Options::default()).await;
    let opening = client.open(b"file", OpenOptions::create());
    let (file, _) = tokio::join!(opening, double.answer(HANDLE, string(b"h")));
    let refusing = async {
        let (kind, id, _) = double.request().await;
        assert_eq!(kind, CLOSE);
        double.status(id, 4).await;
    };
    let (closed, ()) = tokio::join!(file.unwrap().close(), refusing);
    assert!(matches!(closed.unwrap_err(), SftpError::Status { .. }));
    // It is not closed a second time.
    drop(client);
    assert!(double.rest().await.is_empty());
}
