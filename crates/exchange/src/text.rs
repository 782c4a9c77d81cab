//! Bytes as text: UTF-8, UTF-16 with its mark, and for what is neither the code page it looks most like. Programs of
//! Windows write the one of the system, which says nothing about itself: Western, Cyrillic, Greek, Chinese, Japanese.

use crate::{ExchangeError, File};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use std::borrow::Cow;

const LARGEST_FILE: usize = 32 << 20;
const LARGEST_ALL: usize = 64 << 20;
const MOST_FILES: usize = 20_000;

pub(crate) fn within_limits(files: &[File]) -> Result<(), ExchangeError> {
    if files.len() > MOST_FILES {
        return Err(ExchangeError::TooMuch("more than 20,000 files"));
    }
    if files.iter().any(|file| file.bytes.len() > LARGEST_FILE) {
        return Err(ExchangeError::TooMuch("a file of more than 32 MiB"));
    }
    if files.iter().map(|file| file.bytes.len()).sum::<usize>() > LARGEST_ALL {
        return Err(ExchangeError::TooMuch("more than 64 MiB"));
    }
    Ok(())
}

/// As much of the lines that are not ASCII as a code page is told by.
const TOLD_BY: usize = 64 * 1024;

/// The text, whatever its encoding.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return Cow::Owned(utf16(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return Cow::Owned(utf16(rest, u16::from_be_bytes));
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => code_page(bytes).decode_without_bom_handling(bytes).0,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    char::decode_utf16(units.iter().map(|two| unit(*two)))
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The code page that the letters beyond ASCII make most sense in.
fn code_page(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut left = TOLD_BY;
    for line in bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
        let line = line.get(..left.min(line.len())).unwrap_or(line);
        detector.feed(line, false);
        left -= line.len();
        if left == 0 {
            break;
        }
    }
    detector.guess(None, Utf8Detection::Deny)
}

/// Lines with their numbers, from 1.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1_u32..).zip(text.lines())
}

/// `%XX` undone, bytes taken as UTF-8 or else as Windows' code page.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let hex = more.split_first_chunk::<2>().filter(|_| *first == b'%');
        let value =
            hex.and_then(|(hex, _)| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (value, hex) {
            (Some(value), Some((_, after))) => {
                bytes.push(value);
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    decode(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        assert_eq!(decode("Größe".as_bytes()), "Größe");
        assert_eq!(decode(b"\xef\xbb\xbfa"), "a");
        assert_eq!(decode(b"Gr\xf6\xdfe \x80"), "Größe €");
        assert_eq!(decode(b"\xff\xfea\0\xd6\0"), "aÖ");
        assert_eq!(decode(b"\xfe\xff\0a"), "a");
    }

    #[test]
    fn code_pages_of_other_systems() {
        let folders = [
            (encoding_rs::WINDOWS_1251, "SubRep=Серверная\\Коммутаторы\r\n"),
            (encoding_rs::GBK, "SubRep=生产环境\\数据库服务器\r\n"),
            (encoding_rs::SHIFT_JIS, "SubRep=開発サーバー\\データベース\r\n"),
            (encoding_rs::WINDOWS_1252, "SubRep=Büro Zürich\\Gerät für Größe\r\n"),
        ];
        for (page, text) in folders {
            let (bytes, ..) = page.encode(text);
            assert_eq!(decode(&bytes), text, "{}", page.name());
        }
        // However much of it there is, it takes no time worth speaking of.
        let (bytes, ..) = encoding_rs::WINDOWS_1251.encode("Сервер базы данных\r\n");
        assert!(decode(&bytes.repeat(1_000_000)).starts_with("Сервер базы данных\r\nСервер"));
    }

    #[test]
    fn percent() {
        assert_eq!(percent_decoded("web%2001%"), "web 01%");
        assert_eq!(percent_decoded("%zz%C3%B6"), "%zzö");
        assert_eq!(percent_decoded("%F6"), "ö");
    }
}
