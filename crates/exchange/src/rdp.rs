//! Remote Desktop files: `name:type:value` lines, in UTF-16 or UTF-8.
//!
//! Only where they lead to is read. What they redirect (drives, printers, the clipboard, ports, cameras) is never taken
//! over, whatever they say.

use crate::{
    File, Found, Machine, Protocol,
    found::{filled, host_and_port},
    text,
};
use patchbay_model::{EntryDraft, Settings};

const USUAL_PORT: u16 = 3389;

/// Whether a text looks like one.
pub(crate) fn is_rdp(text: &str) -> bool {
    text.lines().take(200).any(|line| value(line).is_some_and(|(key, _)| key == "full address"))
}

pub(crate) fn read(files: &[File], found: &mut Found) {
    for (at, file) in files.iter().enumerate() {
        let text = text::decode(&file.bytes);
        one(file, at, &text, found);
    }
}

fn one(file: &File, at: usize, text: &str, found: &mut Found) {
    let base = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = base.strip_suffix(".rdp").or_else(|| base.strip_suffix(".RDP")).unwrap_or(base);
    // What was connected to last is kept under this name, whatever it was.
    let called = filled(name).filter(|name| !name.eq_ignore_ascii_case("default"));
    let get = |wanted: &str| {
        text.lines().filter_map(value).find(|(key, _)| key == wanted).map(|(_, value)| value)
    };
    let Some(address) = get("full address").and_then(|address| filled(&address)) else {
        found.skip(&file.name, 0, name, "The file names no computer.");
        return;
    };
    let (host, port) = host_and_port(&address);
    if get("gatewayhostname").is_some_and(|gateway| filled(&gateway).is_some()) {
        let reason = "The Remote Desktop gateway it goes through is not taken over.";
        found.skip(&file.name, 0, name, reason);
    }
    let port = get("server port").and_then(|port| port.parse().ok()).or(port);
    let domain = get("domain").and_then(|domain| filled(&domain));
    let user = get("username").and_then(|user| filled(&user));
    // A user may be written with a domain, which then counts.
    let domain = domain.filter(|_| user.as_ref().is_none_or(|user| !user.contains(['\\', '@'])));
    found.add(Machine {
        folder: None,
        protocol: Protocol::Rdp,
        draft: EntryDraft {
            name: called.unwrap_or_else(|| host.to_owned()),
            address: host.to_owned(),
            settings: Settings {
                port: port.filter(|port| ![0, USUAL_PORT].contains(port)),
                user,
                domain,
                ..Settings::default()
            },
            ..EntryDraft::default()
        },
        sign_ins: None,
        jump: None,
        place: (at, 0),
    });
}

fn value(line: &str) -> Option<(String, String)> {
    let (key, rest) = line.split_once(':')?;
    let (kind, value) = rest.split_once(':')?;
    (kind.len() == 1).then(|| (key.trim().to_ascii_lowercase(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::{Format, Options};

    #[test]
    fn where_it_leads_and_nothing_else() {
        let text = "screen mode id:i:2\r\nfull address:s:desk.example:3390\r\nusername:s:ops\r\ndomain:s:LAB\r\n\
                    drivestoredirect:s:*\r\nredirectclipboard:i:1\r\n";
        let bytes: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let files = [
            File { name: "Desk.rdp".into(), bytes },
            File { name: "empty.rdp".into(), bytes: b"x:i:1".to_vec() },
            File {
                name: "Default.rdp".into(),
                bytes: b"full address:s:192.0.2.7\r\ngatewayhostname:s:gw.example".to_vec(),
            },
        ];
        let found = crate::read(Format::Rdp, &files, &Options::default()).unwrap();
        let desk = &found.machines[0];
        assert_eq!(
            (desk.draft.name.as_str(), desk.draft.address.as_str()),
            ("Desk", "desk.example")
        );
        assert_eq!(desk.draft.settings.port, Some(3390));
        let own = &desk.draft.settings;
        assert_eq!((own.user.as_deref(), own.domain.as_deref()), (Some("ops"), Some("LAB")));
        assert!(own.share_clipboard.is_none() && own.drive.is_none() && own.audio.is_none());
        assert_eq!(found.machines[1].draft.name, "192.0.2.7");
        let skipped: Vec<_> = found.skipped.iter().map(|one| one.file.as_str()).collect();
        assert_eq!(skipped, ["empty.rdp", "Default.rdp"]);
    }
}
