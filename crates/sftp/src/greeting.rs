//! The first packet of each side (section 4 of the draft), and what to make of something else in its place.
//!
//! Deliberately absent: any version but 3. OpenSSH speaks no other, and a server answers with the lower of both sides'.

use crate::{SftpError, codec::Fields, kind, text};
use bytes::{BufMut, Bytes, BytesMut};
use std::time::Duration;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    time::timeout,
};

const VERSION: u8 = 3;
const HELLO: [u8; 9] = [0, 0, 0, 5, kind::INIT, 0, 0, 0, VERSION];
/// The length field and the type.
const HEAD: usize = 5;
/// The longest greeting; OpenSSH's has 318 bytes.
const LONGEST: usize = 64 * 1024;
/// How much of what is no SFTP is looked at, in bytes, and for how long it is waited for.
const SAID: usize = 400;
const SAYING: Duration = Duration::from_millis(500);

/// What the server can do beyond version 3, in the versions OpenSSH describes in its file PROTOCOL.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Extensions {
    /// `posix-rename@openssh.com`: renaming over an existing file in one step.
    pub posix_rename: bool,
    /// `statvfs@openssh.com`: how full a file system is.
    pub statvfs: bool,
    /// `hardlink@openssh.com`: further names for a file.
    pub hardlink: bool,
    /// `fsync@openssh.com`: waiting until a file is on the disk.
    pub fsync: bool,
    /// `lsetstat@openssh.com`: changing a link itself.
    pub lsetstat: bool,
    /// `limits@openssh.com`: how much goes into one packet.
    pub limits: bool,
    /// `copy-data`: copying from file to file on the server.
    pub copy_data: bool,
    /// `expand-path@openssh.com`: paths with `~`.
    pub expand_path: bool,
    /// `users-groups-by-id@openssh.com`: the names of owners.
    pub users_groups_by_id: bool,
}

impl Extensions {
    fn note(&mut self, name: &[u8], version: &[u8]) {
        match (name, version) {
            (b"posix-rename@openssh.com", b"1") => self.posix_rename = true,
            (b"statvfs@openssh.com", b"2") => self.statvfs = true,
            (b"hardlink@openssh.com", b"1") => self.hardlink = true,
            (b"fsync@openssh.com", b"1") => self.fsync = true,
            (b"lsetstat@openssh.com", b"1") => self.lsetstat = true,
            (b"limits@openssh.com", b"1") => self.limits = true,
            (b"copy-data", b"1") => self.copy_data = true,
            (b"expand-path@openssh.com", b"1") => self.expand_path = true,
            (b"users-groups-by-id@openssh.com", b"1") => self.users_groups_by_id = true,
            _ => {}
        }
    }

    /// From the greeting behind its type.
    fn decode(greeting: Bytes) -> Result<Self, SftpError> {
        let mut fields = Fields::new(greeting);
        let version = fields.u32()?;
        if version != u32::from(VERSION) {
            return Err(SftpError::UnsupportedVersion(version));
        }
        let mut found = Self::default();
        while fields.left() > 0 {
            let (name, version) = (fields.string()?, fields.string()?);
            found.note(&name, &version);
        }
        Ok(found)
    }
}

/// What the bytes so far are.
enum Look {
    /// So many are missing.
    Missing(usize),
    Greeting,
    Text,
}

fn look(seen: &[u8]) -> Look {
    // A greeting is far shorter than 16 MiB, so its first byte is 0, and no text's is.
    if seen.first().is_some_and(|first| *first != 0) {
        return Look::Text;
    }
    let Some(([a, b, c, d, kind], body)) = seen.split_first_chunk::<HEAD>() else {
        return Look::Missing(HEAD - seen.len());
    };
    let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
    if *kind != kind::VERSION || !(HEAD..=LONGEST).contains(&length) {
        return Look::Text;
    }
    match (length - 1).saturating_sub(body.len()) {
        0 => Look::Greeting,
        missing => Look::Missing(missing),
    }
}

/// Greets, and reads what the server can do, within `bears` altogether.
pub(crate) async fn greet<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    reader: &mut BufReader<R>,
    writer: &mut W,
    bears: Duration,
) -> Result<Extensions, SftpError> {
    timeout(bears, exchange(reader, writer)).await.unwrap_or(Err(SftpError::TimedOut))
}

async fn exchange<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    reader: &mut BufReader<R>,
    writer: &mut W,
) -> Result<Extensions, SftpError> {
    // If this fails, the server may have said why before it went away; that is read below.
    if writer.write_all(&HELLO).await.is_ok() {
        let _ = writer.flush().await;
    }
    let mut seen = BytesMut::new();
    loop {
        match look(&seen) {
            Look::Missing(count) => {
                if reader.read_buf(&mut (&mut seen).limit(count)).await? == 0 {
                    return Err(SftpError::Closed);
                }
            }
            Look::Greeting => return Extensions::decode(seen.split_off(HEAD).freeze()),
            Look::Text => {
                let _ = timeout(SAYING, listen(reader, &mut seen)).await;
                return Err(SftpError::NotSftp { said: text::said(&seen) });
            }
        }
    }
}

async fn listen<R: AsyncRead + Unpin>(reader: &mut BufReader<R>, seen: &mut BytesMut) {
    while seen.len() < SAID {
        let missing = SAID - seen.len();
        if !matches!(reader.read_buf(&mut (&mut *seen).limit(missing)).await, Ok(1..)) {
            break;
        }
    }
}
