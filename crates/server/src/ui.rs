//! What browsers load: the files of the UI, in memory, so that no path of a request is ever a path of this computer.

use crate::http::{Door, Failure};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

include!(concat!(env!("OUT_DIR"), "/ui.rs"));

/// What pages may load and do. Styles are set by scripts all over the UI; scripts are in files alone.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/// All files together are never more.
const MOST: u64 = 64 * 1024 * 1024;
const INDEX: &str = "index.html";

#[derive(Debug)]
struct File {
    plain: Bytes,
    /// Where it saves something.
    packed: Option<Bytes>,
    kind: &'static str,
    tag: HeaderValue,
    /// Its name says what is in it.
    lasting: bool,
}

/// The files of the UI by their paths.
#[derive(Default, Debug)]
pub struct Files(HashMap<String, File>);

impl Files {
    /// Those that were built into the program; none if it was built without.
    #[must_use]
    pub fn embedded() -> Self {
        Self(
            EMBEDDED
                .iter()
                .map(|(path, bytes)| {
                    ((*path).to_owned(), File::new(path, Bytes::from_static(bytes)))
                })
                .collect(),
        )
    }

    /// Those of a folder.
    ///
    /// # Errors
    /// If they cannot be read, there is no `index.html`, or they are more than a UI has.
    pub fn folder(folder: &Path) -> io::Result<Self> {
        let mut files = HashMap::new();
        let mut left = MOST;
        let mut folders = vec![PathBuf::new()];
        while let Some(within) = folders.pop() {
            for item in fs::read_dir(folder.join(&within))? {
                let item = item?;
                let path = within.join(item.file_name());
                let kind = item.file_type()?;
                if kind.is_dir() {
                    folders.push(path);
                } else if let (true, Some(name)) = (kind.is_file(), path.to_str()) {
                    left = left
                        .checked_sub(item.metadata()?.len())
                        .ok_or_else(|| io::Error::other("the files are more than 64 MiB"))?;
                    let bytes = fs::read(item.path())?;
                    files.insert(name.replace('\\', "/"), File::new(name, bytes.into()));
                }
            }
        }
        if files.contains_key(INDEX) {
            Ok(Self(files))
        } else {
            Err(io::Error::other("there is no index.html in it"))
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is at a path. A page has no dot in its address and is the index.
    fn find(&self, path: &str) -> Option<&File> {
        let path = path.trim_start_matches('/');
        if let Some(file) = self.0.get(path) {
            return Some(file);
        }
        let is_page = !path.contains(['.', '\\', '%']) && !path.starts_with("assets/");
        is_page.then(|| self.0.get(INDEX)).flatten()
    }
}

impl File {
    fn new(path: &str, plain: Bytes) -> Self {
        let (kind, packs) = kind(path);
        let digest = Sha256::digest(&plain);
        let tag = format!("\"{}\"", BASE64URL_NOPAD.encode(digest.get(..16).unwrap_or_default()));
        let tag = HeaderValue::try_from(tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        let packed = packs.then(|| pack(&plain)).flatten();
        Self { packed, plain, kind, tag, lasting: path.starts_with("assets/") }
    }
}

fn pack(plain: &[u8]) -> Option<Bytes> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::new(6));
    let packed = packer.write_all(plain).and_then(|()| packer.finish()).ok()?;
    (packed.len() < plain.len() - plain.len() / 8).then(|| packed.into())
}

/// The media type of a file, and whether it gets smaller by packing.
fn kind(path: &str) -> (&'static str, bool) {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "svg" => ("image/svg+xml", true),
        "json" | "map" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "wasm" => ("application/wasm", true),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "ico" => ("image/x-icon", false),
        "woff2" => ("font/woff2", false),
        "woff" => ("font/woff", false),
        _ => ("application/octet-stream", false),
    }
}

pub(crate) async fn serve(
    State(door): State<Arc<Door>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let file = door.files.find(uri.path()).ok_or_else(Failure::not_found)?;
    let caching = if file.lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    let common = [
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::ETAG, file.tag.clone()),
        (header::VARY, HeaderValue::from_static("Accept-Encoding")),
    ];
    if is_known(&headers, &file.tag) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    match &file.packed {
        Some(packed) if takes_gzip(&headers) => {
            let gzip = (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Ok((common, [kind, gzip], packed.clone()).into_response())
        }
        _ => Ok((common, [kind], file.plain.clone()).into_response()),
    }
}

/// Whether the client has it already (RFC 9110 section 13.1.2).
fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    values(headers, header::IF_NONE_MATCH)
        .any(|known| known == "*" || known.trim_start_matches("W/").as_bytes() == tag.as_bytes())
}

/// Whether the client takes gzip (RFC 9110 section 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    values(headers, header::ACCEPT_ENCODING).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused = parts.any(|weight| {
            let weight = weight.strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
            weight.is_some_and(|weight| weight <= 0.0)
        });
        is_gzip && !refused
    })
}

fn values(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_is_what_is_in_it_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("assets")).unwrap();
        assert!(Files::folder(folder.path()).is_err());
        fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
        fs::write(folder.path().join("assets/a-1b2c.js"), "let a = 1;".repeat(100)).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("assets/link.txt")).unwrap();
        let files = Files::folder(folder.path()).unwrap();
        let script = files.find("/assets/a-1b2c.js").unwrap();
        assert!(script.lasting && script.packed.as_ref().unwrap().len() < 100);
        for page in ["/", "", "/setup", "/machines/web"] {
            assert!(!files.find(page).unwrap().lasting, "{page}");
        }
        for nothing in [
            "/assets/link.txt",
            "/assets/gone",
            "/favicon.ico",
            "/../etc/passwd",
            "/%2e%2e/etc/passwd",
            "/assets/../index.html",
            "/..\\index.html",
            "/.",
        ] {
            assert!(files.find(nothing).is_none(), "{nothing}");
        }
    }
}
