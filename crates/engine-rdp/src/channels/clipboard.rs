//! What is copied, both ways (MS-RDPECLIP): text, pictures as bitmaps or PNG, and files, whose forms are in `files`.
//!
//! What was copied there is fetched at once, since whoever looks is told what it is, not that it is. Deliberately absent:
//! rich text and HTML.

use super::{Outbox, Wish, files};
use crate::dib::Picture;
use ironrdp_cliprdr::{
    CliprdrClient,
    backend::CliprdrBackend,
    pdu,
    pdu::{
        ClipboardFormat, ClipboardFormatId, ClipboardFormatName, ClipboardGeneralCapabilityFlags,
        FormatDataRequest, FormatDataResponse, OwnedFormatDataResponse,
    },
};
use ironrdp_core::impl_as_any;
use patchbay_session::desktop::{Clipboard, DesktopEvent, MOST_CLIPBOARD, MOST_FILE_PIECE, Piece};
use std::collections::VecDeque;

/// The name under which programs of Windows exchange PNG, and our number for it.
const PNG: &str = "PNG";
const PNG_ID: ClipboardFormatId = ClipboardFormatId(0xc0de);

/// The channel.
pub(crate) fn channel(outbox: &Outbox) -> CliprdrClient {
    CliprdrClient::new(Box::new(Board {
        outbox: outbox.clone(),
        ready: false,
        early: None,
        fetching: VecDeque::new(),
    }))
}

/// In which forms this can be had.
pub(crate) fn formats(copied: Option<&Clipboard>) -> Vec<ClipboardFormat> {
    match copied {
        None => Vec::new(),
        Some(Clipboard::Text(_)) => vec![ClipboardFormat::new(ClipboardFormatId::CF_UNICODETEXT)],
        Some(Clipboard::Png(_)) => vec![
            ClipboardFormat::new(ClipboardFormatId::CF_DIB),
            ClipboardFormat::new(PNG_ID).with_name(ClipboardFormatName::new_static(PNG)),
        ],
    }
}

/// It in this form.
pub(crate) fn answer(
    copied: Option<&Clipboard>,
    format: ClipboardFormatId,
) -> OwnedFormatDataResponse {
    match (copied, format) {
        (Some(Clipboard::Text(text)), ClipboardFormatId::CF_UNICODETEXT) => {
            FormatDataResponse::new_data(to_wide(text))
        }
        (Some(Clipboard::Png(png)), PNG_ID) => FormatDataResponse::new_data(png.to_vec()),
        (Some(Clipboard::Png(png)), ClipboardFormatId::CF_DIB) => Picture::from_png(png)
            .map_or_else(FormatDataResponse::new_error, |picture| {
                let mut dib = picture.to_dib();
                // xrdp 0.9 loses as many bytes of the end as its header of a file has; nobody else reads them.
                dib.extend([0; 14]);
                FormatDataResponse::new_data(dib)
            }),
        _ => FormatDataResponse::new_error(),
    }
}

/// What is being fetched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Text,
    Bitmap,
    Png,
    Files,
}

#[derive(Debug)]
struct Board {
    outbox: Outbox,
    ready: bool,
    /// Copied there before it could be fetched.
    early: Option<(Kind, ClipboardFormatId)>,
    /// In the order in which the answers come.
    fetching: VecDeque<Kind>,
}

impl_as_any!(Board);

impl Board {
    fn fetch(&mut self, kind: Kind, format: ClipboardFormatId) {
        // One that does not answer is not asked more and more.
        if self.fetching.len() < 8 {
            self.fetching.push_back(kind);
            self.outbox.put(Wish::Fetch(format));
        }
    }
}

impl CliprdrBackend for Board {
    fn temporary_directory(&self) -> &'static str {
        ".clipboard"
    }

    fn client_capabilities(&self) -> ClipboardGeneralCapabilityFlags {
        ClipboardGeneralCapabilityFlags::USE_LONG_FORMAT_NAMES
            | ClipboardGeneralCapabilityFlags::STREAM_FILECLIP_ENABLED
            | ClipboardGeneralCapabilityFlags::FILECLIP_NO_FILE_PATHS
            | ClipboardGeneralCapabilityFlags::HUGE_FILE_SUPPORT_ENABLED
    }

    fn on_ready(&mut self) {
        self.ready = true;
        self.outbox.put(Wish::ClipboardReady);
        if let Some((kind, format)) = self.early.take() {
            self.fetch(kind, format);
        }
    }

    fn on_request_format_list(&mut self) {
        self.outbox.put(Wish::Offer);
    }

    fn on_process_negotiated_capabilities(&mut self, agreed: ClipboardGeneralCapabilityFlags) {
        let files = agreed.contains(ClipboardGeneralCapabilityFlags::STREAM_FILECLIP_ENABLED);
        self.outbox.put(Wish::FilesReady(files));
    }

    fn on_remote_copy(&mut self, available: &[ClipboardFormat]) {
        self.outbox.put(Wish::Files(Vec::new()));
        let has = |id| available.iter().any(|format| format.id == id);
        let png = available.iter().find(|format| {
            let name = format.name.as_ref().map(ClipboardFormatName::value);
            matches!(name, Some(PNG | "image/png"))
        });
        let files = available.iter().find(|format| {
            format.name.as_ref().map(ClipboardFormatName::value)
                == Some(ClipboardFormatName::FILE_LIST.value())
        });
        // Their names may be offered as text, too, which comes after them.
        if let (Some(files), true) = (files, self.ready) {
            self.fetch(Kind::Files, files.id);
        }
        let (kind, format) = if has(ClipboardFormatId::CF_UNICODETEXT) {
            (Kind::Text, ClipboardFormatId::CF_UNICODETEXT)
        } else if let Some(png) = png {
            (Kind::Png, png.id)
        // The older one first: xrdp says that it has both, and has that one only.
        } else if has(ClipboardFormatId::CF_DIB) {
            (Kind::Bitmap, ClipboardFormatId::CF_DIB)
        } else if has(ClipboardFormatId::CF_DIBV5) {
            (Kind::Bitmap, ClipboardFormatId::CF_DIBV5)
        } else {
            return;
        };
        if self.ready {
            self.fetch(kind, format);
        } else {
            self.early = Some((kind, format));
        }
    }

    fn on_format_data_request(&mut self, request: FormatDataRequest) {
        self.outbox.put(Wish::Answer(request.format));
    }

    fn on_format_data_response(&mut self, response: FormatDataResponse<'_>) {
        let Some(kind) = self.fetching.pop_front() else { return };
        // What was copied since then is on its way.
        if response.is_error() || !self.fetching.is_empty() {
            return;
        }
        if let Some(copied) = read(kind, response.data()) {
            self.outbox.put(Wish::Copied(copied));
        }
    }

    fn on_remote_file_list(&mut self, list: &[pdu::FileDescriptor], _: Option<u32>) {
        let fetched = self.fetching.pop_front();
        // What was copied since then is on its way.
        if fetched == Some(Kind::Files) && !self.fetching.contains(&Kind::Files) {
            self.outbox.put(Wish::Files(files::copied(list)));
        }
    }

    fn on_file_contents_request(&mut self, request: pdu::FileContentsRequest) {
        self.outbox.put(Wish::Lend(request));
    }

    fn on_file_contents_response(&mut self, response: pdu::FileContentsResponse<'_>) {
        let most = usize::try_from(MOST_FILE_PIECE).unwrap_or(usize::MAX);
        let bytes = (!response.is_error() && response.data().len() <= most)
            .then(|| response.data().to_vec().into());
        let piece = Piece { wish: response.stream_id(), bytes };
        self.outbox.put(Wish::Tell(DesktopEvent::Piece(piece)));
    }

    fn on_lock(&mut self, _: pdu::LockDataId) {}

    fn on_unlock(&mut self, _: pdu::LockDataId) {}
}

fn read(kind: Kind, data: &[u8]) -> Option<Clipboard> {
    match kind {
        // Told of as such.
        Kind::Files => None,
        Kind::Text => Some(Clipboard::Text(from_wide(data)))
            .filter(|text| *text != Clipboard::Text(String::new())),
        Kind::Bitmap => {
            let png = Picture::from_dib(data)?.to_png()?;
            (png.len() <= MOST_CLIPBOARD).then(|| Clipboard::Png(png.into()))
        }
        Kind::Png => {
            // Not handed on unless it is one.
            (data.len() <= MOST_CLIPBOARD && Picture::from_png(data).is_some())
                .then(|| Clipboard::Png(data.to_vec().into()))
        }
    }
}

/// Text of Windows as text: up to its end, with LF line ends, and at most [`MOST_CLIPBOARD`] bytes.
#[must_use]
pub(crate) fn from_wide(data: &[u8]) -> String {
    let units = data.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    let mut text = String::new();
    let mut after_return = false;
    for character in char::decode_utf16(units.take_while(|unit| *unit != 0)) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        if std::mem::replace(&mut after_return, character == '\r') && character != '\n' {
            text.push('\r');
        }
        if text.len() + character.len_utf8() > MOST_CLIPBOARD {
            return text;
        }
        if !after_return {
            text.push(character);
        }
    }
    if after_return {
        text.push('\r');
    }
    text
}

/// Text as Windows has it: UTF-16 with CR LF line ends and a zero at its end.
fn to_wide(text: &str) -> Vec<u8> {
    let mut wide = Vec::with_capacity(text.len() * 2 + 2);
    let mut before = 0;
    for unit in text.encode_utf16().filter(|unit| *unit != 0) {
        if unit == 10 && before != 13 {
            wide.extend(13_u16.to_le_bytes());
        }
        wide.extend(unit.to_le_bytes());
        before = unit;
    }
    wide.extend([0, 0]);
    wide
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_there_and_back() {
        for text in ["", "ä😀", "one\ntwo\n", "tab\t\n\n"] {
            assert_eq!(from_wide(&to_wide(text)), text);
        }
        assert_eq!(to_wide("a\r\nb\n").len(), 2 * (6 + 1));
        assert_eq!(from_wide(b"a\0\0\0b\0"), "a");
        assert_eq!(from_wide(b"a\0\r\0b\0\r\0"), "a\rb\r");
        assert_eq!(from_wide(&[0x3d, 0xd8, 0x41]), "\u{fffd}");
    }

    #[test]
    fn text_is_cut_at_a_character() {
        let text = "€".repeat(MOST_CLIPBOARD / 3 + 10);
        let read = from_wide(&to_wide(&text));
        assert!(read.len() <= MOST_CLIPBOARD && read.len() > MOST_CLIPBOARD - 3);
    }

    #[test]
    fn only_pictures_are_taken_for_pictures() {
        assert_eq!(read(Kind::Png, b"<html>"), None);
        assert_eq!(read(Kind::Bitmap, b"BM"), None);
        let picture = Picture { width: 1, height: 1, rgba: vec![1, 2, 3, 255] };
        let Some(Clipboard::Png(png)) = read(Kind::Bitmap, &picture.to_dib()) else {
            unreachable!()
        };
        assert_eq!(Picture::from_png(&png), Some(picture));
    }
}
