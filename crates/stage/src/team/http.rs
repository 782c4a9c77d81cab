//! As little HTTP/1.1 as asks a server over and over: what a client spends is not what is measured.

use crate::Error;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One connection that stays open.
pub(crate) struct Http {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Http {
    pub(crate) async fn connect(port: u16) -> Result<Self, Error> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::new() })
    }

    /// Sends a request and reads its whole answer, which has to be a good one; gives its body.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Vec<u8>, Error> {
        self.stream.write_all(request).await?;
        self.read.clear();
        let head = loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let text = String::from_utf8_lossy(self.read.get(..head).unwrap_or_default());
        let length = length(&text)?;
        let good = text.starts_with("HTTP/1.1 2");
        while self.read.len() < head + length {
            self.more().await?;
        }
        let body = self.read.get(head..).unwrap_or_default().to_vec();
        if good { Ok(body) } else { Err(String::from_utf8_lossy(&self.read).into_owned().into()) }
    }

    async fn more(&mut self) -> Result<(), Error> {
        match self.stream.read_buf(&mut self.read).await? {
            0 => Err("the server hung up".into()),
            _ => Ok(()),
        }
    }
}

fn length(head: &str) -> Result<usize, Error> {
    let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    // Nothing follows a 204.
    lengths.next().map_or(Ok(0), |(_, value)| Ok(value.trim().parse()?))
}

/// A request as bytes. `token`: the bearer's.
pub(crate) fn request(line: &str, token: Option<&str>, body: Option<&Value>) -> Vec<u8> {
    let bearer =
        token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
    let body = body.map_or_else(String::new, Value::to_string);
    let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    format!(
        "{line} HTTP/1.1\r\nHost: localhost\r\n{bearer}{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
