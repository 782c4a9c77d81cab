//! Pictures to look at: what a file is by its first bytes, and how large it is drawn, before a webview decodes it.
//!
//! Their bytes go over the stream socket, as those of sessions do. Deliberately absent: decoding.

use super::{Files, problem};
use crate::{Authorized, CoreError, sessions::SessionHandle, sync};
use bytes::Bytes;
use patchbay_model::{Attachment, FileKind, FilePicture, FilePlace, PictureFormat, SessionId};
use patchbay_session::Output;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::sync::mpsc;

/// Bytes of a picture.
const LARGEST: usize = 32 * 1024 * 1024;
/// Of one that is drawn by numbers: a small file can take a browser very long.
const LARGEST_SVG: usize = 4 * 1024 * 1024;
/// Width times height.
const MOST_PIXELS: u64 = 50_000_000;
/// Pictures that were not fetched yet.
const MOST_WAITING: usize = 4;

/// Pictures that wait to be fetched, oldest first.
#[derive(Default)]
pub(crate) struct Pictures(Mutex<VecDeque<(SessionId, Arc<Output>)>>);

/// What the first bytes of a file say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Picture {
    /// What it is.
    pub format: PictureFormat,
    /// Pixels; 0 where it has no size of its own.
    pub width: u32,
    /// Pixels; 0 where it has no size of its own.
    pub height: u32,
}

impl Files<'_> {
    /// Reads a picture; its bytes are fetched with what is given.
    pub async fn picture(
        &self,
        place: &Authorized<FilePlace>,
        path: &str,
    ) -> Result<FilePicture, CoreError> {
        let disk = self.disk(*place.get())?;
        let path = super::named(path)?;
        let called = problem::short(&path);
        let node = disk.look(&path).await?;
        let refused = |what: &str| {
            let next = "Copy it to this computer to open it with a program of its kind.";
            CoreError::invalid("path", format!("{called} {what}."), next)
        };
        if node.kind != FileKind::File {
            return Err(refused("is no file"));
        }
        if node.size > LARGEST as u64 {
            return Err(refused("is larger than 32 MiB, so it is not shown"));
        }
        let mut source = disk.read(&path, 0, node.size).await?;
        let mut bytes = Vec::with_capacity(usize::try_from(node.size).unwrap_or_default());
        while let Some(piece) = source.next().await? {
            // It may have grown since.
            if bytes.len() + piece.len() > LARGEST {
                return Err(refused("is larger than 32 MiB, so it is not shown"));
            }
            bytes.extend_from_slice(&piece);
        }
        let Some(picture) = measure(&bytes) else {
            return Err(refused("is no picture that can be shown, or it is damaged"));
        };
        if u64::from(picture.width) * u64::from(picture.height) > MOST_PIXELS {
            let size = format!("{} × {}", picture.width, picture.height);
            return Err(refused(&format!("has {size} pixels, which is more than 50 million")));
        }
        if picture.format == PictureFormat::Svg && bytes.len() > LARGEST_SVG {
            return Err(refused("is a drawing of more than 4 MiB, so it is not shown"));
        }
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let attachment = self.lend_bytes(bytes).await?;
        let Picture { format, width, height } = picture;
        Ok(FilePicture { attachment, format, width, height, size })
    }

    /// Bytes that are fetched once with what is given.
    pub(crate) async fn lend_bytes(&self, bytes: Vec<u8>) -> Result<Attachment, CoreError> {
        let id = SessionId::new();
        let attachment = self.0.sessions().ticket(id)?;
        // It holds all of it, so nothing is waited for and nothing is forgotten.
        let output = Output::new(bytes.len());
        output.push(Bytes::from(bytes)).await;
        output.close();
        let mut waiting = sync::lock(&self.0.files.pictures.0);
        if waiting.len() >= MOST_WAITING {
            waiting.pop_front();
        }
        waiting.push_back((id, output));
        Ok(attachment)
    }

    /// The bytes of a picture, once.
    pub(crate) fn picture_bytes(&self, id: SessionId) -> Option<SessionHandle> {
        let mut waiting = sync::lock(&self.0.files.pictures.0);
        let at = waiting.iter().position(|(waiting, _)| *waiting == id)?;
        let (_, output) = waiting.remove(at)?;
        // Nobody listens to what is typed into a picture.
        let (input, _) = mpsc::channel(1);
        Some(SessionHandle { id, output, input, desktop: None, files: None, tunnels: None })
    }
}

/// What a picture is and how large, by its header alone. Nothing if it is none, or its header makes no sense.
#[must_use]
pub fn measure(bytes: &[u8]) -> Option<Picture> {
    let found = |format, (width, height): (u32, u32)| {
        (width > 0 && height > 0).then_some(Picture { format, width, height })
    };
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        found(PictureFormat::Png, png(bytes)?)
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        found(PictureFormat::Jpeg, jpeg(bytes)?)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        found(PictureFormat::Gif, (le16(bytes, 6)?, le16(bytes, 8)?))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        found(PictureFormat::Webp, webp(bytes)?)
    } else if bytes.starts_with(b"BM") {
        found(PictureFormat::Bmp, bmp(bytes)?)
    } else if bytes.starts_with(b"\0\0\x01\0") {
        found(PictureFormat::Ico, ico(bytes)?)
    } else {
        is_svg(bytes).then_some(Picture { format: PictureFormat::Svg, width: 0, height: 0 })
    }
}

/// ISO/IEC 15948, 11.2.1: the header comes first.
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((be32(bytes, 16)?, be32(bytes, 20)?))
}

/// ITU-T T.81, B.1.1: segments up to the one that begins a frame.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        (*bytes.get(at)? == 0xff).then_some(())?;
        let marker = *bytes.get(at + 1)?;
        match marker {
            // Fill bytes, and markers without a length.
            0xff => at += 1,
            0x01 | 0xd0..=0xd7 => at += 2,
            // SOF0 to SOF15 without DHT, JPG and DAC.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((be16(bytes, at + 7)?, be16(bytes, at + 5)?));
            }
            // The data begin, or end, before any frame.
            0xd8..=0xda => return None,
            _ => {
                let length = usize::try_from(be16(bytes, at + 2)?).ok()?;
                (length >= 2).then_some(())?;
                at += 2 + length;
            }
        }
    }
}

/// RFC 9649: lossy, lossless or extended.
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => {
            (bytes.get(23..26)? == b"\x9d\x01\x2a").then_some(())?;
            Some((le16(bytes, 26)? & 0x3fff, le16(bytes, 28)? & 0x3fff))
        }
        b"VP8L" => {
            (*bytes.get(20)? == 0x2f).then_some(())?;
            let packed = le32(bytes, 21)?;
            Some(((packed & 0x3fff) + 1, ((packed >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => Some((le24(bytes, 24)? + 1, le24(bytes, 27)? + 1)),
        _ => None,
    }
}

/// The old header has 16-bit sizes; in the others a height below zero means top to bottom.
fn bmp(bytes: &[u8]) -> Option<(u32, u32)> {
    match le32(bytes, 14)? {
        12 => Some((le16(bytes, 18)?, le16(bytes, 20)?)),
        40.. => {
            let size = |at| Some(i32::from_le_bytes(array(bytes, at)?).unsigned_abs());
            Some((size(18)?, size(22)?))
        }
        _ => None,
    }
}

/// The largest of its pictures. One byte says a size up to 256, but a PNG inside may be larger than is said.
fn ico(bytes: &[u8]) -> Option<(u32, u32)> {
    let count = usize::try_from(le16(bytes, 4)?).ok()?;
    let mut largest: Option<(u32, u32)> = None;
    for entry in 0..count {
        let at = 6 + entry * 16;
        let side = |byte: u8| if byte == 0 { 256 } else { u32::from(byte) };
        let told = (side(*bytes.get(at)?), side(*bytes.get(at + 1)?));
        let inside = bytes.get(usize::try_from(le32(bytes, at + 12)?).ok()?..)?;
        let real = match inside.starts_with(b"\x89PNG\r\n\x1a\n") {
            true => png(inside)?,
            false if le32(inside, 0)? >= 40 => {
                // The mask below the picture doubles the height.
                let size = |at| Some(i32::from_le_bytes(array(inside, at)?).unsigned_abs());
                (size(4)?.max(told.0), (size(8)? / 2).max(told.1))
            }
            false => told,
        };
        let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
        if largest.is_none_or(|known| area(known) < area(real)) {
            largest = Some(real);
        }
    }
    largest
}

/// Its root element within the first bytes; before it there is nothing but declarations and comments.
fn is_svg(bytes: &[u8]) -> bool {
    let begin = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let begin = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begin).trim_ascii_start();
    let element = begin.windows(4).position(|four| four == b"<svg");
    begin.starts_with(b"<") && element.is_some() && !begin.contains(&0)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(array(bytes, at)?)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(array(bytes, at)?))
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(array(bytes, at)?)))
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    let [a, b, c] = array(bytes, at)?;
    Some(u32::from_le_bytes([a, b, c, 0]))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(array(bytes, at)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn size(bytes: &[u8]) -> Option<(PictureFormat, u32, u32)> {
        measure(bytes).map(|found| (found.format, found.width, found.height))
    }

    #[test]
    fn headers_tell_what_a_picture_is() {
        use PictureFormat::{Bmp, Gif, Ico, Jpeg, Png, Svg, Webp};
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06";
        assert_eq!(size(png), Some((Png, 640, 480)));
        assert_eq!(size(b"GIF89a\x40\x01\xf0\x00\0\0\0"), Some((Gif, 320, 240)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\x04\x38\x07\x80\x03";
        assert_eq!(size(jpeg), Some((Jpeg, 1920, 1080)));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x20\x03\x58\x02";
        assert_eq!(size(lossy), Some((Webp, 800, 600)));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\xff\xc0\x3f\0";
        assert_eq!(size(lossless), Some((Webp, 256, 256)));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x1f\x03\0\x57\x02\0";
        assert_eq!(size(extended), Some((Webp, 800, 600)));
        let mut bmp = b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\x10\0\0\0".to_vec();
        bmp.extend_from_slice(&(-32_i32).to_le_bytes());
        assert_eq!(size(&bmp), Some((Bmp, 16, 32)));
        assert_eq!(size(b"<?xml version='1.0'?><!-- a --><svg xmlns='x'/>"), Some((Svg, 0, 0)));

        let mut ico = b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\0\0\0\0\x16\0\0\0".to_vec();
        ico.extend_from_slice(png);
        assert_eq!(size(&ico), Some((Ico, 640, 480)), "what is inside counts");
    }

    #[test]
    fn what_makes_no_sense_is_no_picture() {
        for bytes in [
            b"".as_slice(),
            b"\x89PNG\r\n\x1a\n",
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\0\0\0\x01\xe0",
            b"\xff\xd8\xff\xda\0\x04",
            b"\xff\xd8\xff\xe0\0\0",
            b"\0\0\x01\0\xff\xff\x10",
            b"#!/bin/sh\necho '<svg'",
            b"BM tea",
        ] {
            assert_eq!(size(bytes), None, "{bytes:?}");
        }
    }
}
