//! Writing hosts as ssh_config(5).
//!
//! Only what the format can say: names become aliases without spaces and wildcards, and what is left out is listed.

use crate::Skipped;
use std::{collections::HashSet, fmt::Write as _};

/// A host to write.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// The machine's name.
    pub name: String,
    /// Its address.
    pub address: String,
    /// Its port.
    pub port: u16,
    /// Its user.
    pub user: Option<String>,
    /// The host of the same list it is reached through.
    pub jump: Option<usize>,
    /// Seconds until a connection attempt is given up.
    pub connect_timeout: Option<u32>,
    /// Seconds between keep-alive messages.
    pub keep_alive: Option<u32>,
    /// Whether to compress.
    pub compression: Option<bool>,
    /// What it has that the format has no words for, as sentences.
    pub left_out: Vec<String>,
}

/// The text, and what is not in it.
#[must_use]
pub fn write(hosts: &[Host]) -> (String, Vec<Skipped>) {
    let mut taken = HashSet::new();
    let aliases: Vec<String> = hosts.iter().map(|host| alias(&host.name, &mut taken)).collect();
    let mut text = String::new();
    let mut skipped = Vec::new();
    for (host, alias) in hosts.iter().zip(&aliases) {
        if !text.is_empty() {
            text.push('\n');
        }
        let mut line = |key: &str, value: &str| {
            // Writing to a string cannot fail.
            let _done = writeln!(text, "{key} {}", quoted(value));
        };
        line("Host", alias);
        line("    HostName", &host.address.replace('%', "%%"));
        if host.port != 22 {
            line("    Port", &host.port.to_string());
        }
        let mut reasons = host.left_out.clone();
        match &host.user {
            Some(user) if user.contains('"') => {
                reasons.push("Its user name has a quote in it, which ssh cannot read.".into());
            }
            Some(user) => line("    User", user),
            None => {}
        }
        if let Some(jump) = host.jump.and_then(|jump| aliases.get(jump)) {
            line("    ProxyJump", jump);
        }
        if let Some(seconds) = host.connect_timeout {
            line("    ConnectTimeout", &seconds.to_string());
        }
        if let Some(seconds) = host.keep_alive {
            line("    ServerAliveInterval", &seconds.to_string());
        }
        if let Some(on) = host.compression {
            line("    Compression", if on { "yes" } else { "no" });
        }
        if *alias != host.name {
            reasons.push(format!("It is called {alias} there."));
        }
        skipped.extend(reasons.into_iter().map(|reason| Skipped {
            file: String::new(),
            line: 0,
            what: host.name.clone(),
            reason,
        }));
    }
    (text, skipped)
}

fn quoted(value: &str) -> String {
    let plain = value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'#\\".contains(&byte));
    if plain && !value.is_empty() { value.to_owned() } else { format!("\"{value}\"") }
}

/// A name that ssh takes as an alias, and no other host has.
fn alias(name: &str, taken: &mut HashSet<String>) -> String {
    let fits = |c: char| c.is_alphanumeric() || "-_.+".contains(c);
    let tidy: String = name.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    let tidy = tidy.trim_matches('-');
    let base = if tidy.is_empty() { "host" } else { tidy };
    let numbered = (2_u32..).map(|number| format!("{base}-{number}"));
    let mut candidates = std::iter::once(base.to_owned()).chain(numbered);
    // ssh compares aliases as they are typed, but files on some systems do not.
    let free = candidates.find(|alias| taken.insert(alias.to_lowercase()));
    free.unwrap_or_else(|| base.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_jumps_and_what_is_left_out() {
        let hosts = [
            Host {
                name: "Gate 1".into(),
                address: "192.0.2.1".into(),
                port: 2222,
                ..Host::default()
            },
            Host {
                name: "web".into(),
                address: "web.example.net".into(),
                port: 22,
                user: Some("LAB\\ops".into()),
                jump: Some(0),
                left_out: vec!["x.".into()],
                ..Host::default()
            },
            Host {
                name: "WEB".into(),
                address: "fe80::1%eth0".into(),
                port: 22,
                ..Host::default()
            },
        ];
        let (text, skipped) = write(&hosts);
        assert_eq!(
            text,
            "Host Gate-1\n    HostName 192.0.2.1\n    Port 2222\n\n\
             Host web\n    HostName web.example.net\n    User \"LAB\\ops\"\n    ProxyJump Gate-1\n\n\
             Host WEB-2\n    HostName fe80::1%%eth0\n"
        );
        let reasons: Vec<_> = skipped.iter().map(|one| one.reason.as_str()).collect();
        assert_eq!(reasons, ["It is called Gate-1 there.", "x.", "It is called WEB-2 there."]);
    }
}
