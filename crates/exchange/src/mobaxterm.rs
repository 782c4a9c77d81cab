//! MobaXterm's bookmarks: `.mxtsessions`, or the same sections in `MobaXterm.ini`.
//!
//! A section `[Bookmarks…]` is a folder (`SubRep`), a line a session: name, icon, type, and values between per cent
//! signs. Passwords are kept elsewhere, encrypted for one Windows account, and are not in the file. A user in brackets is
//! a stored credential, whose user name `MobaXterm.ini` has in `[Credentials]` and an export has not.

use crate::{
    ExchangeError, File, Found, JumpTo, Machine, Protocol,
    found::{filled, port, usual_port},
    ini, text,
};
use patchbay_model::{EntryDraft, Settings};
use std::collections::{BTreeMap, HashMap};

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

/// Parts of a session's line: comment, icon, values, terminal, a number, and what a person wrote about it.
const NOTES: usize = 5;

/// Whether a file's name is one of MobaXterm's.
pub(crate) fn is_named_so(name: &str) -> bool {
    let ini = std::path::Path::new(name).extension().is_some_and(|end| end == "ini");
    name.ends_with(".mxtsessions") || ini && name.starts_with("mobaxterm")
}

/// What sessions refer to.
struct Reader<'a> {
    file: &'a str,
    /// The users of stored credentials.
    users: HashMap<String, String>,
    /// Credentials that are not in the file, and how many sessions use them.
    absent: BTreeMap<String, usize>,
    found: &'a mut Found,
}

pub(crate) fn read(file: &File, found: &mut Found) -> Result<(), ExchangeError> {
    let text = text::decode(&file.bytes);
    let users = credentials(&text);
    let mut reader = Reader { file: &file.name, users, absent: BTreeMap::new(), found };
    let any = reader.sections(&text);
    for (credential, sessions) in std::mem::take(&mut reader.absent) {
        let reason = format!(
            "The user of {sessions} session{} is a credential stored in MobaXterm, which is not in the file. It is left empty.",
            if sessions == 1 { "" } else { "s" }
        );
        reader.found.skip(&file.name, 0, &credential, &reason);
    }
    if any {
        return Ok(());
    }
    Err(ExchangeError::Unreadable {
        format: "a session file of MobaXterm",
        reason: "there is no section [Bookmarks].".into(),
    })
}

/// The users of stored credentials: `name=user:password`, the password encrypted.
fn credentials(text: &str) -> HashMap<String, String> {
    let mut inside = false;
    let mut users = HashMap::new();
    for (_, line) in ini::lines(text) {
        match line {
            ini::Line::Section(name) => inside = name == "Credentials",
            ini::Line::Value(name, value) if inside => {
                let user = value.split(':').next().unwrap_or_default();
                users.insert(unescaped(name), unescaped(user));
            }
            ini::Line::Value(..) => {}
        }
    }
    users
}

impl Reader<'_> {
    /// The folders and their sessions; false if there is no folder, not even the outermost.
    fn sections(&mut self, text: &str) -> bool {
        let mut folder = None;
        let mut inside = false;
        let mut any = false;
        for (number, line) in ini::lines(text) {
            match line {
                ini::Line::Section(name) => {
                    inside = name == "Bookmarks" || name.starts_with("Bookmarks_");
                    any |= inside;
                    folder = None;
                }
                ini::Line::Value(..) if !inside => {}
                ini::Line::Value("SubRep", path) => {
                    let names: Vec<String> = path.split('\\').map(unescaped).collect();
                    folder = self.found.folder(names.iter().map(String::as_str));
                }
                ini::Line::Value("ImgNum", _) => {}
                ini::Line::Value(name, value) => {
                    self.session(number, folder, &unescaped(name), value);
                }
            }
        }
        any
    }

    fn session(&mut self, line: u32, folder: Option<usize>, name: &str, value: &str) {
        let parts: Vec<&str> = value.splitn(8, '#').collect();
        let Some(record) = parts.get(2) else {
            self.found.skip(self.file, line, name, "The session is not understood.");
            return;
        };
        let values: Vec<String> = record.split('%').map(unescaped).collect();
        let at = |place: usize| values.get(place).map(|value| value.trim()).unwrap_or_default();
        let protocol = protocol(at(0));
        let ssh = protocol == Protocol::Ssh;
        let Some(address) = filled(at(HOST)) else {
            // A line can also be a local shell.
            let reason = match crate::supported(&protocol) {
                Err(reason) => reason,
                Ok(_) => "The session names no host.".to_owned(),
            };
            self.found.skip(self.file, line, name, &reason);
            return;
        };
        // People write `user@host` where only the host is asked for.
        let (before, address) = match address.rsplit_once('@') {
            Some((user, host)) if !host.is_empty() => (filled(user), host.to_owned()),
            _ => (None, address),
        };
        let has_user = !matches!(protocol, Protocol::Vnc | Protocol::Other(_));
        let user = self.user(at(USER)).filter(|_| has_user).or(before);
        let key = filled(at(KEY_FILE))
            .filter(|_| ssh)
            .map(|path| self.found.key_file(&home(&path), None));
        let jump = if ssh { gateway(self.file, line, name, &values, self.found) } else { None };
        let notes = unescaped(parts.get(NOTES).copied().unwrap_or_default());
        let usual = usual_port(&protocol);
        self.found.add(Machine {
            folder,
            protocol,
            draft: EntryDraft {
                name: name.to_owned(),
                address,
                notes: notes.trim().to_owned(),
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

    /// The user of a session: a name, or in brackets the name of a stored credential.
    fn user(&mut self, written: &str) -> Option<String> {
        let written = filled(written).filter(|user| user != "<default>")?;
        let Some(credential) =
            written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map(str::to_owned)
        else {
            return Some(written);
        };
        let known = self.users.get(&credential).and_then(|user| filled(user));
        if known.is_none() {
            *self.absent.entry(credential).or_default() += 1;
        }
        known
    }
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
    const MARKS: [(&str, &str); 7] = [
        ("__PTVIRG__", ";"),
        ("__DIEZE__", "#"),
        ("__PERCENT__", "%"),
        ("__POURCENT__", "%"),
        ("__EQUAL__", "="),
        ("__PIPE__", "|"),
        ("__DBLQUO__", "\""),
    ];
    MARKS.iter().fold(text.to_owned(), |text, (mark, plain)| text.replace(mark, plain))
}

/// MobaXterm's own names for folders. The drive it runs from is the system's, unless it is carried along on a stick.
fn home(path: &str) -> String {
    path.replace("_ProfileDir_", "~")
        .replace("_MyDocuments_", "~/Documents")
        .replace("_CurrentDrive_", "C")
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
        assert_eq!(found.machines[2].draft.settings.port, None);
        let other = File { name: "x.ini".into(), bytes: b"[Other]\na=b".to_vec() };
        assert!(read(Format::MobaXterm, &[other], &Options::default()).is_err());
    }

    fn parsed(name: &str, text: &str) -> Found {
        let file = File { name: name.into(), bytes: text.into() };
        read(Format::MobaXterm, &[file], &Options::default()).unwrap()
    }

    #[test]
    fn stored_credentials_are_no_user_names() {
        const SESSIONS: &str = "[Bookmarks]\nSubRep=\nImgNum=42\n\
            a ([ops])=#109#0%192.0.2.1%22%[ops]%%-1%-1%%%22%%0%0%0%%%-1#MobaFont%10#0#Rack 4, port 12 #-1\n\
            b=#109#0%192.0.2.2%22%[ops]%%-1%0%df -h __PIPE__ sort -k 5__POURCENT__ X__EQUAL__1%%22%%0%-1%0%_CurrentDrive_:\\keys\\id.ppk%%-1#f#0# #-1\n\
            c=#109#0%root@192.0.2.3%22%%%-1%0#f#0# #-1\nd=#128#5%192.0.2.4%5900%-1%0#f#0# #-1\n";
        let exported = parsed("MobaXterm Sessions.mxtsessions", SESSIONS);
        let users = |found: &Found| -> Vec<Option<String>> {
            found.machines.iter().map(|one| one.draft.settings.user.clone()).collect()
        };
        assert_eq!(users(&exported), [None, None, Some("root".into()), None]);
        assert_eq!(exported.machines[0].draft.notes, "Rack 4, port 12");
        assert_eq!(exported.machines[1].draft.notes, "");
        let command = exported.machines[1].draft.settings.start_command.as_deref();
        assert_eq!(command, Some("df -h | sort -k 5% X=1"));
        let SignIn::KeyFile { path, .. } = &exported.sign_ins[0] else { panic!("a key file") };
        assert_eq!(path, "C:\\keys\\id.ppk");
        assert_eq!(exported.machines[2].draft.address, "192.0.2.3");
        let [absent] = exported.skipped.as_slice() else { panic!("{:?}", exported.skipped) };
        assert_eq!(absent.what, "ops");
        assert!(absent.reason.contains("2 sessions"), "{}", absent.reason);

        // The whole settings have the name that belongs to it, and the password, which is nobody's business.
        let whole = format!("{SESSIONS}\n[Credentials]\nops=deploy:c2VjcmV0\n");
        let whole = parsed("MobaXterm.ini", &whole);
        assert_eq!(users(&whole)[..2], [Some("deploy".into()), Some("deploy".into())]);
        assert_eq!(whole.skipped, []);
    }
}
