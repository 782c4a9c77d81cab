//! MobaXterm's bookmarks: `.mxtsessions`, or the same sections in `MobaXterm.ini`.
//!
//! A section `[Bookmarks…]` is a folder (`SubRep`), a line a session: name, icon, type, and values between per cent
//! signs. Passwords are kept elsewhere, encrypted for one Windows account, and are not in the file.

use crate::{
    ExchangeError, File, Found, JumpTo, Machine, Protocol,
    found::{filled, port},
    ini, text,
};
use patchbay_model::{EntryDraft, Settings};

// Places of the values of an SSH session; host, port and user are the same for others.
const HOST: usize = 1;
const PORT: usize = 2;
const USER: usize = 3;
const COMPRESSION: usize = 6;
const COMMAND: usize = 7;
const GATEWAY_HOSTS: usize = 8;
const GATEWAY_PORTS: usize = 9;
const GATEWAY_USERS: usize = 10;
const KEY_FILE: usize = 14;

pub(crate) fn read(file: &File, found: &mut Found) -> Result<(), ExchangeError> {
    let text = text::decode(&file.bytes);
    let mut folder = None;
    let mut inside = false;
    let mut any = false;
    for (number, line) in ini::lines(&text) {
        match line {
            ini::Line::Section(name) => {
                inside = name == "Bookmarks" || name.starts_with("Bookmarks_");
                any |= inside;
                folder = None;
            }
            ini::Line::Value(..) if !inside => {}
            ini::Line::Value("SubRep", path) => {
                let names: Vec<String> = path.split('\\').map(unescaped).collect();
                folder = found.folder(names.iter().map(String::as_str));
            }
            ini::Line::Value("ImgNum", _) => {}
            ini::Line::Value(name, value) => {
                session(&file.name, number, folder, &unescaped(name), value, found);
            }
        }
    }
    if any {
        return Ok(());
    }
    Err(ExchangeError::Unreadable {
        format: "a session file of MobaXterm",
        reason: "there is no section [Bookmarks].".into(),
    })
}

fn session(
    file: &str,
    line: u32,
    folder: Option<usize>,
    name: &str,
    value: &str,
    found: &mut Found,
) {
    // `comment#icon#type%value%value…#terminal settings#…`
    let mut parts = value.splitn(4, '#');
    let (_, icon, record) = (parts.next(), parts.next(), parts.next());
    let (Some(_), Some(record)) = (icon, record) else {
        found.skip(file, line, name, "The session is not understood.");
        return;
    };
    let values: Vec<String> = record.split('%').map(unescaped).collect();
    let at = |place: usize| values.get(place).map(|value| value.trim()).unwrap_or_default();
    let protocol = protocol(at(0));
    let ssh = protocol == Protocol::Ssh;
    let usual = protocol.usual_port();
    let Some(address) = filled(at(HOST)) else {
        // A line can also be a local shell.
        let reason = match crate::supported(&protocol) {
            Err(reason) => reason,
            Ok(_) => "The session names no host.".to_owned(),
        };
        found.skip(file, line, name, &reason);
        return;
    };
    let user = filled(at(USER)).filter(|user| user != "<default>");
    let key = filled(at(KEY_FILE)).filter(|_| ssh).map(|path| found.key_file(&home(&path), None));
    let jump = if ssh { gateway(file, line, name, &values, found) } else { None };
    found.add(Machine {
        folder,
        protocol,
        draft: EntryDraft {
            name: name.to_owned(),
            address,
            settings: Settings {
                port: port(at(PORT), usual),
                user,
                compression: (ssh && at(COMPRESSION) == "-1").then_some(true),
                start_command: if ssh { filled(at(COMMAND)) } else { None },
                ..Settings::default()
            },
            ..EntryDraft::default()
        },
        sign_ins: key.map(|key| vec![key]),
        jump,
        place: (0, line),
    });
}

/// The last gateway of a list; one before it is left out, and said so.
fn gateway(
    file: &str,
    line: u32,
    name: &str,
    values: &[String],
    found: &mut Found,
) -> Option<JumpTo> {
    let list = |place: usize| -> Vec<&str> {
        values.get(place).map(|value| value.split('|').collect()).unwrap_or_default()
    };
    let (hosts, ports, users) = (list(GATEWAY_HOSTS), list(GATEWAY_PORTS), list(GATEWAY_USERS));
    let used: Vec<usize> = (0..hosts.len())
        .filter(|at| hosts.get(*at).is_some_and(|host| !host.trim().is_empty()))
        .collect();
    let last = *used.last()?;
    if used.len() > 1 {
        found.skip(file, line, name, "Only the last of its SSH gateways is taken over.");
    }
    Some(JumpTo::Named {
        host: filled(hosts.get(last)?)?,
        port: ports.get(last).and_then(|port| port.trim().parse().ok()),
        user: users.get(last).and_then(|user| filled(user)),
    })
}

fn protocol(kind: &str) -> Protocol {
    let other = |name: &str| Protocol::Other(name.to_owned());
    match kind {
        "0" => Protocol::Ssh,
        "1" => Protocol::Telnet,
        "2" => other("Rsh"),
        "3" => other("XDMCP"),
        "4" => Protocol::Rdp,
        "5" => Protocol::Vnc,
        "6" => other("FTP"),
        "7" => Protocol::Sftp,
        "8" => Protocol::Serial,
        "9" => other("A file"),
        "10" => other("A local shell"),
        "11" => other("A browser"),
        "12" => other("Mosh"),
        "13" => other("Amazon S3"),
        "14" => other("WSL"),
        _ => other("This kind of session"),
    }
}

/// What stands for characters that separate.
fn unescaped(text: &str) -> String {
    const MARKS: [(&str, &str); 5] = [
        ("__PTVIRG__", ";"),
        ("__DIEZE__", "#"),
        ("__PERCENT__", "%"),
        ("__PIPE__", "|"),
        ("__DBLQUO__", "\""),
    ];
    MARKS.iter().fold(text.to_owned(), |text, (mark, plain)| text.replace(mark, plain))
}

/// MobaXterm's own names for folders, of which the home folder is the only one that is known here.
fn home(path: &str) -> String {
    path.replace("_ProfileDir_", "~").replace("_MyDocuments_", "~/Documents")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::{Format, Options, SignIn, read};

    const FILE: &str = "[Bookmarks]\r\nSubRep=\r\nImgNum=42\r\n\
        root=#109#0%root.example.com%22%<default>%%-1%0%%%%%0%0%0%_ProfileDir_\\.ssh\\id%%-1%0#MobaFont%10%0#0# #-1\r\n\
        \r\n[Bookmarks_1]\r\nSubRep=Gr\u{f6}\u{df}e\\Linux\r\nImgNum=41\r\n\
        web__PIPE__1=#109#0%192.0.2.20%2222%deploy%%-1%-1%tail -f x__PTVIRG__ exit%gw1__PIPE__gw2%22__PIPE__2200%a__PIPE__b%0%0%0%%%-1#MobaFont%10#0# #-1\r\n\
        desk=#91#4%192.0.2.9%3389%me%0%-1%-1#MobaFont\r\n\
        shell=#151#10%#x\r\nbroken=nothing\r\n[Other]\r\nx=#109#0%nowhere%22\r\n";

    #[test]
    fn sessions_folders_and_gateways() {
        let bytes: Vec<u8> = FILE.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let file = File { name: "a.mxtsessions".into(), bytes };
        let found = read(Format::MobaXterm, &[file], &Options::default()).unwrap();
        assert_eq!(found.machines.len(), 3);
        let root = &found.machines[0];
        assert_eq!((root.draft.settings.user.as_ref(), root.folder), (None, None));
        let SignIn::KeyFile { path, .. } = &found.sign_ins[0] else { panic!("a key file") };
        assert_eq!(path, "~\\.ssh\\id");
        let web = &found.machines[1];
        assert_eq!(web.draft.name, "web|1");
        assert_eq!(web.draft.settings.start_command.as_deref(), Some("tail -f x; exit"));
        assert_eq!(web.draft.settings.port, Some(2222));
        assert_eq!(web.draft.settings.compression, Some(true));
        assert_eq!(
            web.jump,
            Some(JumpTo::Named { host: "gw2".into(), port: Some(2200), user: Some("b".into()) })
        );
        let folder = &found.folders[web.folder.unwrap()];
        assert_eq!(folder.draft.name, "Linux");
        assert_eq!(found.folders[folder.parent.unwrap()].draft.name, "Größe");
        assert_eq!(found.machines[2].protocol, Protocol::Rdp);
        let skipped: Vec<_> = found.skipped.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(skipped, ["web|1", "shell", "broken"]);
        let other = File { name: "x.ini".into(), bytes: b"[Other]\na=b".to_vec() };
        assert!(read(Format::MobaXterm, &[other], &Options::default()).is_err());
    }
}
