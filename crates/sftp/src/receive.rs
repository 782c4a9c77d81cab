//! The task that reads answers from the server.
//!
//! Each packet has memory of its own, so that a piece of data that is kept does not keep others. Deliberately absent:
//! going on after a packet that makes no sense; nothing after it can be trusted to be where it seems.

use crate::{Reply, SftpError, link::Link};
use bytes::{BufMut, Bytes, BytesMut};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, BufReader};

/// For the small answers, many of which come at once; long ones are read past it, but for what came with their length,
/// which is copied twice.
pub(crate) const BUFFER: usize = 4 * 1024;

/// Reads until the link ends.
pub(crate) async fn run<R: AsyncRead + Unpin>(link: Arc<Link>, mut reader: BufReader<R>) {
    let receiving = async {
        loop {
            if let Err(error) = receive(&link, &mut reader).await {
                break error;
            }
        }
    };
    let why = tokio::select! {
        why = receiving => why,
        () = link.closing.cancelled() => return,
    };
    if why != SftpError::Closed {
        tracing::debug!(error = %why, "SFTP ends");
    }
    link.end(why);
}

async fn receive<R: AsyncRead + Unpin>(
    link: &Arc<Link>,
    reader: &mut BufReader<R>,
) -> Result<(), SftpError> {
    let length = reader.read_u32().await? as usize;
    link.patience.heard();
    if length > link.limits().incoming() {
        return Err(SftpError::Broken("a packet longer than any answer"));
    }
    let packet = packet(link, reader, length).await?;
    let (id, reply) = Reply::decode(packet)?;
    link.deliver(id, reply)
}

async fn packet<R: AsyncRead + Unpin>(
    link: &Link,
    reader: &mut BufReader<R>,
    length: usize,
) -> Result<Bytes, SftpError> {
    let mut packet = BytesMut::with_capacity(length);
    while packet.len() < length {
        let missing = length - packet.len();
        if reader.read_buf(&mut (&mut packet).limit(missing)).await? == 0 {
            return Err(SftpError::Closed);
        }
        link.patience.heard();
    }
    Ok(packet.freeze())
}
