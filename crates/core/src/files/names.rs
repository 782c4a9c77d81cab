//! Names as text, without losing any: on Unix, and on the wire of SFTP 3, a name is bytes.

use std::path::{Path, PathBuf};

/// A byte that is no UTF-8 stands as the character this far from it, of the private use area.
const FIRST: u32 = 0xF700;

/// Bytes as text that [`bytes`] takes back to the same bytes.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if stands_for(character).is_some() {
                // A real one of these is written as its bytes, so that it comes back.
                let mut buffer = [0; 4];
                text.extend(character.encode_utf8(&mut buffer).bytes().map(stand_in));
            } else {
                text.push(character);
            }
        }
        text.extend(chunk.invalid().iter().copied().map(stand_in));
    }
    text
}

/// What [`text`] was made of.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match stands_for(character) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// A path of this computer as a `file` URI (RFC 8089), whatever its bytes.
#[must_use]
pub fn file_uri(path: &str) -> String {
    let path = bytes(path);
    // A drive's letter of Windows stands behind the host, which is empty.
    let mut uri = String::from(if path.starts_with(b"/") { "file://" } else { "file:///" });
    for byte in path {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// What a file is called until it is whole: hidden, with the mark of whoever writes it.
pub(super) fn part(name: &[u8], mark: &str) -> Vec<u8> {
    // File systems take 255 bytes.
    let name = name.get(..name.len().min(180)).unwrap_or_default();
    [b".", name, b".part-", mark.as_bytes()].concat()
}

fn stand_in(byte: u8) -> char {
    char::from_u32(FIRST + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn stands_for(character: char) -> Option<u8> {
    u8::try_from(u32::from(character).checked_sub(FIRST)?).ok()
}

/// Whether it names one thing in a folder, here: what a machine calls a name may lead elsewhere.
pub(super) fn is_plain(name: &[u8]) -> bool {
    let forbidden: &[u8] = if cfg!(windows) { b"/\\:*?\"<>|\0" } else { b"/\0" };
    let trimmed = cfg!(windows) && matches!(name.last(), Some(b'.' | b' '));
    !name.is_empty()
        && name != b"."
        && name != b".."
        && !trimmed
        && !name.iter().any(|byte| forbidden.contains(byte))
}

/// The path of bytes on this computer.
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    {
        PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// The bytes of a path on this computer.
pub(super) fn of_path(path: &Path) -> Vec<u8> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        path.as_os_str().as_bytes().to_vec()
    }
    #[cfg(not(unix))]
    {
        path.to_string_lossy().into_owned().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_text_stays_as_it_is() {
        assert_eq!(text("año.txt".as_bytes()), "año.txt");
        assert_eq!(text(b"caf\xe9"), "caf\u{f7e9}");
        assert_eq!(bytes("caf\u{f7e9}"), b"caf\xe9");
    }

    #[test]
    fn names_that_lead_elsewhere_are_not_plain() {
        for name in ["", ".", "..", "a/b", "/etc", "a\0b"] {
            assert!(!is_plain(name.as_bytes()), "{name:?}");
        }
        for name in ["a", "...", ".ssh", "a b", "-rf"] {
            assert!(is_plain(name.as_bytes()), "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn every_name_comes_back(name in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(bytes(&text(&name)), name);
        }

        #[test]
        fn so_do_names_of_stand_ins(name in "[\u{f700}-\u{f7ff}a]{0,16}") {
            prop_assert_eq!(bytes(&text(name.as_bytes())), name.as_bytes());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_is_a_uri_whatever_its_bytes() {
        assert_eq!(file_uri(&text(b"/a b/it's 100%")), "file:///a%20b/it%27s%20100%25");
        assert_eq!(file_uri(&text(b"/caf\xe9\n#?;-._~")), "file:///caf%E9%0A%23%3F%3B-._~");
        assert_eq!(file_uri(&text("/grün".as_bytes())), "file:///gr%C3%BCn");
    }
}
