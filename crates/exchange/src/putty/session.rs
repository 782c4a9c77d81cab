//! One saved session: names and values, the same in the registry and in files.

use crate::{
    Found, JumpTo, Machine, Protocol,
    found::{filled, port, usual_port},
};
use patchbay_model::{EntryDraft, Settings};
use std::collections::HashMap;

/// The values of a session by name.
pub(super) type Values = HashMap<String, String>;

/// Proxies that are SSH servers: forwarding a connection, running a command, or a subsystem.
const PROXY_SSH: &str = "6";

/// Whether a text is a session as Unix keeps it.
pub(crate) fn is_session(text: &str) -> bool {
    let has = |key: &str| text.lines().take(400).any(|line| line.starts_with(key));
    has("HostName=") && (has("PortNumber=") || has("Protocol="))
}

pub(super) fn add(file: &str, place: (usize, u32), name: &str, values: &Values, found: &mut Found) {
    let get = |key: &str| values.get(key).map(String::as_str).unwrap_or_default().trim();
    let protocol = match get("Protocol") {
        "ssh" | "" => Protocol::Ssh,
        "telnet" => Protocol::Telnet,
        "raw" => Protocol::Raw,
        "serial" => Protocol::Serial,
        "rlogin" => Protocol::Other("Rlogin".into()),
        "supdup" => Protocol::Other("SUPDUP".into()),
        other => Protocol::Other(other.chars().take(40).collect()),
    };
    let serial = protocol == Protocol::Serial;
    let written = if serial { get("SerialLine") } else { get("HostName") };
    if written.is_empty() {
        // What new sessions begin with is no machine.
        if name != "Default Settings" {
            found.skip(file, place.1, name, "The session names no host.");
        }
        return;
    }
    let (inline_user, host) = match written.rsplit_once('@') {
        Some((user, host)) if !serial => (filled(user), host),
        _ => (None, written),
    };
    let user = filled(get("UserName")).or(inline_user);
    let usual = usual_port(&protocol);
    let key = filled(get("PublicKeyFile")).map(|path| found.key_file(&path, None));
    for reason in left_out(values) {
        found.skip(file, place.1, name, reason);
    }
    let folder = filled(get("Folder")).filter(|folder| folder != "Default");
    let folder = folder.and_then(|folder| found.folder(folder.split(['\\', '/'])));
    found.add(Machine {
        folder,
        protocol,
        draft: EntryDraft {
            name: name.to_owned(),
            address: host.to_owned(),
            settings: Settings {
                baud: get("SerialSpeed").parse().ok().filter(|_| serial),
                port: if serial { None } else { port(get("PortNumber"), usual) },
                user,
                compression: (get("Compression") == "1").then_some(true),
                keep_alive: keep_alive(values),
                start_command: filled(get("RemoteCommand")),
                ..Settings::default()
            },
            ..EntryDraft::default()
        },
        sign_ins: key.map(|key| vec![key]),
        jump: jump(values),
        place,
    });
}

fn jump(values: &Values) -> Option<JumpTo> {
    let get = |key: &str| values.get(key).map(String::as_str).unwrap_or_default();
    if get("ProxyMethod") != PROXY_SSH {
        return None;
    }
    // 80 is what the field holds before anybody typed something.
    let port = get("ProxyPort").parse().ok().filter(|port| ![0, 80].contains(port));
    Some(JumpTo::Named {
        host: filled(get("ProxyHost"))?,
        port,
        user: filled(get("ProxyUsername")),
    })
}

fn keep_alive(values: &Values) -> Option<u32> {
    let number = |key: &str| values.get(key).and_then(|value| value.parse::<u32>().ok());
    let minutes = number("PingInterval").unwrap_or_default();
    let seconds = number("PingIntervalSecs").unwrap_or_default();
    Some(minutes.saturating_mul(60).saturating_add(seconds))
        .filter(|all| (1..=86_400).contains(all))
}

fn left_out(values: &Values) -> Vec<&'static str> {
    let get = |key: &str| values.get(key).map(String::as_str).unwrap_or_default();
    let mut reasons = Vec::new();
    match get("ProxyMethod") {
        "" | "0" | PROXY_SSH => {}
        "7" | "8" => reasons.push(
            "Its way goes through a command on an SSH server, which is not taken over: it is reached directly.",
        ),
        _ => reasons.push(
            "Its way goes through a proxy that is no SSH server, which is not taken over: it is reached directly.",
        ),
    }
    if !get("PortForwardings").is_empty() {
        reasons.push("Its port forwardings are not taken over.");
    }
    if get("AgentFwd") == "1" {
        reasons.push("Agent forwarding is not taken over.");
    }
    if get("X11Forward") == "1" {
        reasons.push("X11 forwarding is not taken over.");
    }
    reasons
}
