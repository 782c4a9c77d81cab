//! Files from here to a storage, read and sent piece by piece (RFC 7578).
//!
//! The server wants the length before and the file as the last part, and moves what it got to its place in a task.

use crate::{Checksum, Client, Content, Node, ProxmoxError, Upid, call::Call, http::invalid};
use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body_util::StreamBody;
use hyper::{
    body::Frame,
    header::{self, HeaderValue},
};
use std::{
    fmt::Write as _,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{io::AsyncRead, sync::Notify, time::sleep};
use tokio_util::io::ReaderStream;

/// Read and sent as one piece.
const PIECE: usize = 64 * 1024;
/// How long nothing may happen: a node that has everything may still hand it on to another one.
const STILL: Duration = Duration::from_secs(600);

/// A file to send.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Upload {
    /// [`Content::Iso`] or [`Content::Template`].
    pub content: Content,
    /// What it is called on the storage.
    pub name: String,
    /// Its length in bytes, to the byte.
    pub size: u64,
    /// What it must hash to.
    pub checksum: Option<Checksum>,
}

impl Client {
    /// Sends a file; `told` hears how many of its bytes have gone out. Whoever drops this has cancelled it, and the server
    /// throws away what it got. The task that is named then checks it and moves it to its place.
    ///
    /// # Errors
    /// [`ProxmoxError::File`] if the file cannot be read or has another length; [`ProxmoxError::Invalid`] if its name
    /// cannot be sent; if the server says no.
    pub async fn upload(
        &self,
        node: &Node,
        storage: &str,
        file: &Upload,
        from: impl AsyncRead + Send + 'static,
        mut told: impl FnMut(u64) + Send,
    ) -> Result<Upid, ProxmoxError> {
        let call = upload(node, storage);
        let boundary = boundary()?;
        let (before, after) = parts(file, &boundary)?;
        let length = before.len() as u64 + file.size + after.len() as u64;
        let gone = Arc::new(Gone::default());
        let body = body(before, from, file.size, after, Arc::clone(&gone));
        let kind = HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}"));
        let head = self.http().head(&call, &self.headers(false).await?)?;
        let request = head
            .header(header::CONTENT_TYPE, kind.map_err(invalid)?)
            .header(header::CONTENT_LENGTH, length)
            .body(StreamBody::new(body))
            .map_err(invalid)?;
        let sending = self.http().send_alone(request);
        tokio::pin!(sending);
        let answer = loop {
            tokio::select! {
                biased;
                answer = &mut sending => break answer,
                () = gone.more.notified() => told(gone.bytes.load(Ordering::Relaxed)),
                () = sleep(STILL) => return Err(self.http().unreachable("nothing went out for ten minutes")),
            }
        };
        // What broke here, broke the connection too.
        if let Some(error) = gone.error.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(ProxmoxError::File(error));
        }
        let upid: String = self.data(&call, &answer?)?;
        told(gone.bytes.load(Ordering::Relaxed));
        upid.parse().map_err(|_| self.strange(200))
    }
}

/// How much of a file has gone out.
#[derive(Default)]
struct Gone {
    bytes: AtomicU64,
    more: Notify,
    error: Mutex<Option<io::Error>>,
}

impl Gone {
    /// Keeps why, and ends the body in a way that is no end.
    fn broke(&self, error: io::Error) -> io::Error {
        let kind = error.kind();
        *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        kind.into()
    }
}

type Piece = Result<Frame<Bytes>, io::Error>;

fn body(
    before: String,
    from: impl AsyncRead + Send + 'static,
    size: u64,
    after: String,
    gone: Arc<Gone>,
) -> impl futures_util::Stream<Item = Piece> + Send {
    let one = |text: String| futures_util::stream::iter([Ok(Frame::data(Bytes::from(text)))]);
    let told = Arc::clone(&gone);
    let mut left = size;
    let mut count = move |piece: io::Result<Bytes>| {
        let piece = piece.map_err(|error| told.broke(error))?;
        let length = piece.len() as u64;
        left = left.checked_sub(length).ok_or_else(|| told.broke(changed("longer")))?;
        told.bytes.fetch_add(length, Ordering::Relaxed);
        told.more.notify_one();
        Ok(Frame::data(piece))
    };
    let file = ReaderStream::with_capacity(from, PIECE).then(move |piece| {
        let piece = count(piece);
        async {
            // So that it is told, and others of the thread are not kept waiting by a fast disk.
            tokio::task::yield_now().await;
            piece
        }
    });
    let short = futures_util::stream::once(async move {
        if gone.bytes.load(Ordering::Relaxed) < size {
            Some(Err(gone.broke(changed("shorter"))))
        } else {
            None
        }
    });
    let short = short.filter_map(std::future::ready);
    one(before).chain(file).chain(short).chain(one(after))
}

fn changed(how: &str) -> io::Error {
    io::Error::other(format!("it is {how} than it was said to be"))
}

/// What is before the file and behind it.
fn parts(file: &Upload, boundary: &str) -> Result<(String, String), ProxmoxError> {
    let fits = |c: char| !c.is_control() && !matches!(c, '"' | '\\' | '/');
    if file.name.is_empty() || !file.name.chars().all(fits) {
        return Err(ProxmoxError::Invalid("That is no name of a file.".to_owned()));
    }
    let mut text = String::new();
    for (name, value) in fields(file) {
        // Writing to a string cannot fail.
        let _never = write!(
            text,
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    let _never = write!(
        text,
        "--{boundary}\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"{}\"\r\nContent-Type: application/octet-stream\r\n\r\n",
        file.name
    );
    Ok((text, format!("\r\n--{boundary}--\r\n")))
}

/// The parts beside the file.
pub(crate) fn fields(file: &Upload) -> Vec<(&'static str, String)> {
    let mut fields = vec![("content", file.content.as_str().to_owned())];
    if let Some(checksum) = &file.checksum {
        fields.push(("checksum", checksum.hex.clone()));
        fields.push(("checksum-algorithm", checksum.kind.as_str().to_owned()));
    }
    fields
}

/// A line that is in no file: nobody knows it before.
fn boundary() -> Result<String, ProxmoxError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(invalid)?;
    Ok(format!("patchbay-{}", data_encoding::HEXLOWER.encode(&random)))
}

pub(crate) fn upload(node: &Node, storage: &str) -> Call {
    Call::post(&["nodes", node.as_str(), "storage", storage, "upload"])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use futures_util::TryStreamExt as _;

    fn file(size: u64) -> Upload {
        Upload { content: Content::Iso, name: "a.iso".to_owned(), size, checksum: None }
    }

    async fn sent(size: u64, from: &'static [u8]) -> Result<Vec<u8>, io::Error> {
        let gone = Arc::new(Gone::default());
        let body = body("<".to_owned(), from, size, ">".to_owned(), Arc::clone(&gone));
        let frames: Vec<_> = body.try_collect().await?;
        Ok(frames.into_iter().flat_map(|frame| frame.into_data().unwrap()).collect())
    }

    #[tokio::test]
    async fn a_file_of_another_length_ends_without_an_end() {
        assert_eq!(sent(4, b"data").await.unwrap(), b"<data>");
        assert_eq!(sent(0, b"").await.unwrap(), b"<>");
        assert!(sent(5, b"data").await.is_err());
        assert!(sent(3, b"data").await.is_err());
    }

    #[test]
    fn a_name_adds_nothing_to_a_part() {
        for wrong in ["", "a\"b", "a\r\nb", "a/b", "..\\x"] {
            assert!(
                parts(&Upload { name: wrong.to_owned(), ..file(1) }, "x").is_err(),
                "{wrong:?}"
            );
        }
        let (before, after) = parts(&file(1), "x").unwrap();
        assert!(before.starts_with(
            "--x\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\niso\r\n--x\r\n"
        ));
        assert!(
            before
                .ends_with("filename=\"a.iso\"\r\nContent-Type: application/octet-stream\r\n\r\n")
        );
        assert_eq!(after, "\r\n--x--\r\n");
    }
}
