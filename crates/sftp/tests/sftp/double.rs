//! A double of a server that does what no real one does on purpose.

use patchbay_sftp::{Client, Options, SftpError};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};

pub(crate) const STATUS: u8 = 101;
pub(crate) const HANDLE: u8 = 102;
pub(crate) const DATA: u8 = 103;
pub(crate) const NAME: u8 = 104;

pub(crate) struct Double(DuplexStream);

impl Double {
    pub(crate) async fn raw(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// Type, number, and the rest.
    pub(crate) async fn request(&mut self) -> (u8, u32, Vec<u8>) {
        let length = self.0.read_u32().await.unwrap() as usize;
        let kind = self.0.read_u8().await.unwrap();
        let id = self.0.read_u32().await.unwrap();
        let mut body = vec![0; length - 5];
        self.0.read_exact(&mut body).await.unwrap();
        (kind, id, body)
    }

    pub(crate) async fn reply(&mut self, kind: u8, id: u32, body: &[u8]) {
        let length = u32::try_from(body.len() + 5).unwrap();
        let mut packet = length.to_be_bytes().to_vec();
        packet.push(kind);
        packet.extend(id.to_be_bytes());
        packet.extend(body);
        // Whoever has heard enough is gone.
        let _ = self.0.write_all(&packet).await;
    }

    /// Takes the next request and answers it.
    pub(crate) async fn answer(&mut self, kind: u8, body: Vec<u8>) -> (u8, Vec<u8>) {
        let (asked, id, fields) = self.request().await;
        self.reply(kind, id, &body).await;
        (asked, fields)
    }

    pub(crate) async fn status(&mut self, id: u32, code: u32) {
        self.reply(STATUS, id, &[&code.to_be_bytes()[..], &[0; 8]].concat()).await;
    }

    /// Reads all that comes, to the end.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = self.0.read_to_end(&mut bytes).await;
        bytes
    }
}

/// A client that is answered `greeting`, which is followed by the end if `ends`.
pub(crate) async fn greeted_by(
    greeting: &[u8],
    ends: bool,
    options: Options,
) -> Result<Client, SftpError> {
    let (ours, theirs) = duplex(4096);
    let (reader, writer) = split(ours);
    let mut double = Double(theirs);
    double.raw(greeting).await;
    let _kept = (!ends).then_some(double);
    Client::start(reader, writer, options).await
}

/// A client, and a double that has greeted it and offers no extension.
pub(crate) async fn greeted(options: Options) -> (Client, Double) {
    let (ours, theirs) = duplex(1024 * 1024);
    let (reader, writer) = split(ours);
    let mut double = Double(theirs);
    double.raw(b"\0\0\0\x05\x02\0\0\0\x03").await;
    let client = Client::start(reader, writer, options).await.unwrap();
    let mut hello = [0; 9];
    double.0.read_exact(&mut hello).await.unwrap();
    assert_eq!(&hello, b"\0\0\0\x05\x01\0\0\0\x03");
    (client, double)
}

pub(crate) fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap();
    [&length.to_be_bytes()[..], bytes].concat()
}

/// The body of a NAME packet, without attributes.
pub(crate) fn names(names: &[&[u8]]) -> Vec<u8> {
    let mut body = u32::try_from(names.len()).unwrap().to_be_bytes().to_vec();
    for name in names {
        body.extend(string(name));
        body.extend(string(b"long form"));
        body.extend([0; 4]);
    }
    body
}
