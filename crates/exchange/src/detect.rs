//! Which format files are, by what is in them; the name decides only where the content does not.

use crate::{File, Format, mobaxterm, mremoteng, putty, rdp, royal, text};
use std::borrow::Cow;

/// As much of a text as is looked at: of one among others, and of one alone, where long lists may come before the part
/// that tells.
const LOOKED_AT: usize = 16 * 1024;
const LOOKED_AT_ALONE: usize = 1 << 20;
/// What our own archives begin with.
const ARCHIVE: &[u8] = b"PATCHBAY ARCHIVE";

/// The format; `None` if nothing is recognized.
#[must_use]
pub fn detect(files: &[File]) -> Option<Format> {
    let base = |file: &File| -> String {
        file.name.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase()
    };
    let any = |fits: &dyn Fn(&File) -> bool| files.iter().any(fits);
    if any(&|file| base(file).ends_with(".remmina")) {
        return Some(Format::Remmina);
    }
    if any(&|file| base(file) == "sshhostkeys" || putty::is_session(&head(file, LOOKED_AT))) {
        return Some(Format::Putty);
    }
    if any(&|file| base(file).ends_with(".rdp") || rdp::is_rdp(&head(file, LOOKED_AT))) {
        return Some(Format::Rdp);
    }
    let [file] = files else { return None };
    single(file, &base(file))
}

fn head(file: &File, most: usize) -> Cow<'_, str> {
    let cut = file.bytes.len().min(most);
    match file.bytes.get(..cut).map(text::decode) {
        // A character may be cut in half, and then all of it is taken for Windows' code page: good enough to recognize.
        Some(text) => text,
        None => Cow::Borrowed(""),
    }
}

fn single(file: &File, name: &str) -> Option<Format> {
    if file.bytes.starts_with(ARCHIVE) {
        return Some(Format::Archive);
    }
    let text = head(file, LOOKED_AT_ALONE);
    let start = text.trim_start();
    if putty::is_export(start) {
        return Some(Format::Putty);
    }
    if royal::is_document(start) {
        return Some(Format::Royal);
    }
    let connections = || ["<Connections", ":Connections"].iter().any(|name| text.contains(name));
    if start.starts_with('<') && connections() || name == "confcons.xml" {
        return Some(Format::MRemoteNg);
    }
    if mobaxterm::is_named_so(name) || text.contains("[Bookmarks") {
        return Some(Format::MobaXterm);
    }
    if start.starts_with(['{', '/']) {
        if text.contains("\"Objects\"") {
            return Some(Format::Royal);
        }
        if text.contains("\"profiles\"") {
            return Some(Format::WindowsTerminal);
        }
    }
    let words = |line: &str| -> Vec<String> {
        line.split_whitespace().take(3).map(str::to_owned).collect()
    };
    let lines =
        || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let is_key = |line: &str| {
        let words = words(line);
        words.len() == 3
            && words
                .get(1)
                .is_some_and(|kind| kind.starts_with("ssh-") || kind.starts_with("ecdsa-"))
    };
    let known_hosts = |line: &str| {
        is_key(line.trim_start_matches("@revoked ").trim_start_matches("@cert-authority "))
    };
    if lines().next().is_some_and(known_hosts) {
        return Some(Format::KnownHosts);
    }
    let keyword = |line: &str| {
        let word = line.split([' ', '\t', '=']).next().unwrap_or_default().to_ascii_lowercase();
        ["host", "match", "include", "hostname", "user", "port", "identityfile"]
            .contains(&word.as_str())
            && !line.contains([',', ';'])
    };
    if name == "config" || lines().next().is_some_and(keyword) {
        return Some(Format::OpenSsh);
    }
    if mremoteng::is_encrypted_file(&text) {
        return Some(Format::MRemoteNg);
    }
    let first = lines().next()?;
    if first.contains("Groups") && first.contains("Hostname/IP") {
        return Some(Format::Termius);
    }
    let table =
        name.ends_with(".csv") || name.ends_with(".tsv") || first.contains([',', ';', '\t', '|']);
    (table && !text.contains('\0')).then_some(Format::Csv)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Option<Format> {
        detect(&[File { name: name.into(), bytes: text.into() }])
    }

    #[test]
    fn by_what_is_in_them() {
        assert_eq!(of("a", "PATCHBAY ARCHIVE\n\u{1}"), Some(Format::Archive));
        assert_eq!(of("x", "Windows Registry Editor Version 5.00\r\n"), Some(Format::Putty));
        assert_eq!(of("web", "HostName=a\nPortNumber=22\n"), Some(Format::Putty));
        assert_eq!(
            of("x", "<?xml version=\"1.0\"?>\n<mrng:Connections Name=\"\">"),
            Some(Format::MRemoteNg)
        );
        assert_eq!(of("x", "[Bookmarks]\nSubRep="), Some(Format::MobaXterm));
        assert_eq!(of("MobaXterm.ini", "[Misc]\n"), Some(Format::MobaXterm));
        let settings = "Key=value\n".repeat(10_000);
        assert_eq!(of("x", &format!("{settings}[Bookmarks]\nSubRep=")), Some(Format::MobaXterm));
        assert_eq!(of("x", "{\"Objects\":[]}"), Some(Format::Royal));
        assert_eq!(
            of("x", "<?xml version=\"1.0\"?>\r\n<RTSZDocument><RoyalSSHConnection>"),
            Some(Format::Royal)
        );
        assert_eq!(of("x", "// c\n{\"profiles\":{}}"), Some(Format::WindowsTerminal));
        assert_eq!(of("x", "full address:s:a\r\n"), Some(Format::Rdp));
        assert_eq!(of("x.remmina", ""), Some(Format::Remmina));
        assert_eq!(of("x", "# c\n|1|a|b ssh-ed25519 AAAA"), Some(Format::KnownHosts));
        assert_eq!(of("x", "# c\nHost web\n Port 22"), Some(Format::OpenSsh));
        assert_eq!(of("x", "Groups,Label,Tags,Hostname/IP\n"), Some(Format::Termius));
        assert_eq!(of("x", "name;host\na;b"), Some(Format::Csv));
        assert_eq!(of("x", &"QUJD".repeat(40)), Some(Format::MRemoteNg));
        assert_eq!(of("x", "hello"), None);
        assert_eq!(of("x", "\u{0}\u{1}, ;"), None);
    }
}
