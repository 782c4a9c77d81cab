//! Lines of `known_hosts` (sshd(8)) as host keys of the vault.
//!
//! A hashed name stays hashed. Authorities, revoked keys and patterns are left out: the vault keeps one key for one name,
//! and Patchbay reads the file itself beside it.

use crate::{File, Found, text};

pub(crate) fn read(file: &File, found: &mut Found) {
    let content = text::decode(&file.bytes);
    for (line, row) in text::lines(&content) {
        let row = row.trim();
        if row.is_empty() || row.starts_with('#') {
            continue;
        }
        if let Err(reason) = read_line(row, line, found) {
            let what = row.split_whitespace().next().unwrap_or_default();
            found.skip(&file.name, line, what, reason);
        }
    }
}

fn read_line(row: &str, line: u32, found: &mut Found) -> Result<(), &'static str> {
    if row.starts_with("@cert-authority") {
        return Err(
            "Authorities are not kept in the vault; Patchbay reads them from the file itself.",
        );
    }
    if row.starts_with("@revoked") {
        return Err(
            "Revoked keys are not kept in the vault; Patchbay reads them from the file itself.",
        );
    }
    if row.starts_with('@') {
        return Err("The marker is unknown.");
    }
    let mut words = row.split_ascii_whitespace();
    let (Some(names), Some(algorithm), Some(key)) = (words.next(), words.next(), words.next())
    else {
        return Err("There is no key on the line.");
    };
    if algorithm.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("Keys of SSH 1 are not accepted any more.");
    }
    let key = format!("{algorithm} {key}");
    if names.starts_with('|') {
        found.host_key(names, &key, line);
        return Ok(());
    }
    // `[host]:port` has brackets of its own.
    let pattern = |name: &str| name.starts_with('!') || name.contains(['*', '?']);
    if names.split(',').any(pattern) {
        return Err(
            "The name is a pattern for many machines; Patchbay reads it from the file itself.",
        );
    }
    for name in names.split(',').filter(|name| !name.is_empty()).take(100) {
        found.host_key(&name.to_lowercase(), &key, line);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use crate::{File, Format, Options, read};

    #[test]
    fn names_hashes_and_what_is_left_out() {
        let text = "# comment\nweb,[web]:2222 ssh-ed25519 AAAA\n|1|c2FsdA==|aGFzaA== ssh-rsa BBBB c\n\
                    *.lab ssh-rsa CCCC\n@revoked x ssh-rsa DDDD\nweb 2048 35 1234\nalone\n";
        let file = File { name: "known_hosts".into(), bytes: text.into() };
        let found = read(Format::KnownHosts, &[file], &Options::default()).unwrap();
        let hosts: Vec<_> = found.host_keys.iter().map(|key| key.host.as_str()).collect();
        assert_eq!(hosts, ["web", "[web]:2222", "|1|c2FsdA==|aGFzaA=="]);
        assert_eq!(found.host_keys[2].key, "ssh-rsa BBBB");
        let lines: Vec<_> = found.skipped.iter().map(|one| one.line).collect();
        assert_eq!(lines, [4, 5, 6, 7]);
    }
}
