//! What a file holds, in words all formats share.

use patchbay_model::{
    EntryDraft, FolderDraft, IdentityDraft, IdentityId, IdentityKind, NodeId, Secret, VncPlace,
};
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

/// More machines are not taken from one file.
pub(crate) const MOST_MACHINES: usize = 50_000;
/// Folders inside each other.
pub(crate) const DEEPEST: usize = 32;
const MOST_FOLDERS: usize = 20_000;
const MOST_SKIPPED: usize = 1_000;
const MOST_HOST_KEYS: usize = 50_000;

/// How a machine is reached, also where Patchbay does not speak it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Protocol {
    /// Secure Shell.
    #[default]
    Ssh,
    /// Files over SSH: the same machine.
    Sftp,
    /// Telnet.
    Telnet,
    /// Bytes over TCP.
    Raw,
    /// A serial line.
    Serial,
    /// Remote Desktop.
    Rdp,
    /// Remote framebuffer.
    Vnc,
    /// Any other, by its name.
    Other(String),
}

/// The protocol Patchbay uses for it, or the reason why the machine is left out. The one place that knows.
///
/// # Errors
/// The reason, as a sentence.
pub fn supported(protocol: &Protocol) -> Result<patchbay_model::Protocol, String> {
    let name = match protocol {
        Protocol::Ssh | Protocol::Sftp => return Ok(patchbay_model::Protocol::Ssh),
        Protocol::Telnet => return Ok(patchbay_model::Protocol::Telnet),
        Protocol::Raw => return Ok(patchbay_model::Protocol::Raw),
        Protocol::Serial => return Ok(patchbay_model::Protocol::Serial),
        Protocol::Rdp => return Ok(patchbay_model::Protocol::Rdp),
        Protocol::Vnc => return Ok(patchbay_model::Protocol::Vnc),
        Protocol::Other(name) => name,
    };
    Err(format!("{name} is not supported yet."))
}

/// A machine to go through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JumpTo {
    /// Straight, whatever a folder says.
    Direct,
    /// A machine of the same file.
    Machine(usize),
    /// By the name of a machine, or by its address.
    Named {
        /// Name or address.
        host: String,
        /// Its port, if said.
        port: Option<u16>,
        /// Its user, if said.
        user: Option<String>,
    },
}

/// A way to sign in.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// What is in the file itself. Without a name one is made up.
    Draft(Box<IdentityDraft>),
    /// A key file on this computer.
    KeyFile {
        /// Its path, as written.
        path: String,
        /// What opens it.
        passphrase: Option<Secret<String>>,
    },
}

/// A folder.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// The folder it is in.
    pub parent: Option<usize>,
    /// What it says; identities and jump are beside it.
    pub draft: FolderDraft,
    /// Ways to sign in; `None` is what a folder above says.
    pub sign_ins: Option<Vec<usize>>,
    /// The way.
    pub jump: Option<JumpTo>,
    /// How many machines come before it, which is its place among them.
    pub after: usize,
}

/// A machine.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// The folder it is in.
    pub folder: Option<usize>,
    /// How it is reached.
    pub protocol: Protocol,
    /// What it says; protocol, identities and jump are beside it.
    pub draft: EntryDraft,
    /// Ways to sign in; `None` is what a folder above says.
    pub sign_ins: Option<Vec<usize>>,
    /// The way.
    pub jump: Option<JumpTo>,
    /// Where it stands: the file's number among those that were read, and the line, from 1; 0 where there are none.
    pub place: (usize, u32),
}

/// A host key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundHostKey {
    /// `host`, `[host]:port`, or a hashed name, as in `known_hosts`.
    pub host: String,
    /// `algorithm base64`.
    pub key: String,
    /// The line, from 1.
    pub line: u32,
}

/// Something that is not taken over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skipped {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 if there is none to name.
    pub line: u32,
    /// What it is. Never a secret.
    pub what: String,
    /// Why, as a sentence.
    pub reason: String,
}

/// Everything in the file.
#[derive(Debug, Default)]
pub struct Found {
    /// Folders; each comes after the one it is in.
    pub folders: Vec<Folder>,
    /// Machines, in the order of the file.
    pub machines: Vec<Machine>,
    /// Ways to sign in.
    pub sign_ins: Vec<SignIn>,
    /// Host keys.
    pub host_keys: Vec<FoundHostKey>,
    /// What is left out.
    pub skipped: Vec<Skipped>,
    /// How a table was understood.
    pub table: Option<crate::csv::Table>,
    /// What an archive calls its machines and ways to sign in, in their order: ways to manage machines name them so.
    pub own_ids: (Vec<NodeId>, Vec<IdentityId>),
    paths: HashMap<(Option<usize>, String), usize>,
    passwords: HashMap<u64, Vec<usize>>,
    hasher: RandomState,
}

impl Found {
    /// The folder with these names, outermost first; made if it is not there. Empty names do not count.
    pub(crate) fn folder<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) -> Option<usize> {
        let mut at = None;
        let names = names.into_iter().map(str::trim).filter(|name| !name.is_empty());
        for name in names.take(DEEPEST) {
            at = self.folder_in(at, name);
        }
        at
    }

    /// The folder of this name in another one; made if it is not there.
    pub(crate) fn folder_in(&mut self, parent: Option<usize>, name: &str) -> Option<usize> {
        let key = (parent, name.to_owned());
        if let Some(at) = self.paths.get(&key) {
            return Some(*at);
        }
        if self.folders.len() >= MOST_FOLDERS {
            return parent;
        }
        let at = self.folders.len();
        let draft = FolderDraft { name: name.to_owned(), ..FolderDraft::default() };
        let after = self.machines.len();
        self.folders.push(Folder { parent, draft, after, ..Folder::default() });
        self.paths.insert(key, at);
        Some(at)
    }

    /// Adds a machine; false if there are too many.
    pub(crate) fn add(&mut self, machine: Machine) -> bool {
        if self.machines.len() >= MOST_MACHINES {
            let reason = format!("There are more than {MOST_MACHINES} machines.");
            if self.skipped.last().is_none_or(|last| last.reason != reason) {
                self.skip("", machine.place.1, &machine.draft.name, &reason);
            }
            return false;
        }
        self.machines.push(machine);
        true
    }

    /// Notes what is left out.
    pub(crate) fn skip(&mut self, file: &str, line: u32, what: &str, reason: &str) {
        if self.skipped.len() < MOST_SKIPPED {
            self.skipped.push(Skipped {
                file: file.to_owned(),
                line,
                what: what.to_owned(),
                reason: reason.to_owned(),
            });
        }
    }

    /// Notes a host key.
    pub(crate) fn host_key(&mut self, host: &str, key: &str, line: u32) {
        if self.host_keys.len() < MOST_HOST_KEYS {
            self.host_keys.push(FoundHostKey { host: host.to_owned(), key: key.to_owned(), line });
        }
    }

    /// The way to sign in with a password; each user and password once. An empty password is none.
    pub(crate) fn password(
        &mut self,
        user: Option<&str>,
        password: &Secret<String>,
    ) -> Option<usize> {
        if password.expose_secret().is_empty() {
            return None;
        }
        let user = user.map(str::to_owned).filter(|user| !user.is_empty());
        let hash = self.hasher.hash_one((&user, password.expose_secret()));
        let same = |at: &&usize| match self.sign_ins.get(**at) {
            Some(SignIn::Draft(draft)) => {
                draft.kind == IdentityKind::Password
                    && draft.user == user
                    && draft.password.as_ref() == Some(password)
            }
            _ => false,
        };
        if let Some(at) = self.passwords.get(&hash).into_iter().flatten().find(same) {
            return Some(*at);
        }
        let at = self.sign_ins.len();
        self.sign_ins.push(SignIn::Draft(Box::new(IdentityDraft {
            id: None,
            name: String::new(),
            user,
            kind: IdentityKind::Password,
            password: Some(password.clone()),
            private_key: None,
            passphrase: None,
            certificate: None,
            agent_fingerprint: None,
        })));
        self.passwords.entry(hash).or_default().push(at);
        Some(at)
    }

    /// The way to sign in with a key file; each path once.
    pub(crate) fn key_file(&mut self, path: &str, passphrase: Option<Secret<String>>) -> usize {
        let same =
            |one: &SignIn| matches!(one, SignIn::KeyFile { path: other, .. } if other == path);
        if let Some(at) = self.sign_ins.iter().position(same) {
            return at;
        }
        self.sign_ins.push(SignIn::KeyFile { path: path.to_owned(), passphrase });
        self.sign_ins.len() - 1
    }
}

/// Text as a field that may be missing: empty is.
pub(crate) fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The port a protocol has by itself; 0 where it has none.
pub(crate) const fn usual_port(protocol: &Protocol) -> u16 {
    match protocol {
        Protocol::Ssh | Protocol::Sftp => 22,
        Protocol::Telnet => 23,
        Protocol::Rdp => 3389,
        Protocol::Vnc => 5900,
        Protocol::Raw | Protocol::Serial | Protocol::Other(_) => 0,
    }
}

/// A port, unless it is the protocol's own.
pub(crate) fn port(text: &str, usual: u16) -> Option<u16> {
    text.trim().parse().ok().filter(|port| *port != 0 && *port != usual)
}

/// Tags out of text that separates them by commas, semicolons or bars; what cannot stand in a tag becomes a dash.
pub(crate) fn tags(text: &str) -> Vec<String> {
    let fits = |c: char| c.is_alphanumeric() || "-_.:/@+=".contains(c);
    let tidy = |tag: &str| -> String {
        let tag = tag.trim().trim_start_matches('#');
        tag.chars().take(64).map(|c| if fits(c) { c } else { '-' }).collect()
    };
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split([',', ';', '|']).map(tidy).filter(|tag| !tag.is_empty()).take(64) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// `host:port`, `[v6]:port`, or an address alone, also one of VNC that is no host.
pub(crate) fn host_and_port(text: &str) -> (&str, Option<u16>) {
    let text = text.trim();
    if VncPlace::of(text) != Some(VncPlace::Tcp) {
        return (text, None);
    }
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host, rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, port.parse().ok()),
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_ports() {
        assert_eq!(host_and_port("a:22"), ("a", Some(22)));
        assert_eq!(host_and_port("[::1]:2222"), ("::1", Some(2222)));
        assert_eq!(host_and_port("::1"), ("::1", None));
        assert_eq!(host_and_port(" a "), ("a", None));
        for whole in ["unix:///run/x", "/run/x:1", "ws://a/x", "wss://a:6080/x"] {
            assert_eq!(host_and_port(whole), (whole, None));
        }
    }

    #[test]
    fn tags_become_words() {
        assert_eq!(tags("eu west, #prod;prod|"), ["eu-west", "prod"]);
    }

    #[test]
    fn each_password_is_one_way_to_sign_in() {
        let mut found = Found::default();
        let secret = |text: &str| Secret::new(text.to_owned());
        assert_eq!(found.password(Some("root"), &secret("a")), Some(0));
        assert_eq!(found.password(Some("root"), &secret("b")), Some(1));
        assert_eq!(found.password(Some("root"), &secret("a")), Some(0));
        assert_eq!(found.password(None, &secret("a")), Some(2));
        assert_eq!(found.password(None, &secret("")), None);
    }
}
