//! Royal's own documents: a list of objects in XML, each with its id and that of the folder it is in.
//!
//! Their passwords are encrypted under a password of Royal's or of the document, and are left out.

use super::{Object, unreadable};
use crate::{
    ExchangeError, Found,
    found::DEEPEST,
    xml::{Event, Reader},
};
use std::collections::{BTreeMap, HashMap};

/// More are not read.
const MOST_OBJECTS: usize = 60_000;
const MOST_FIELDS: usize = 1_000;
/// What dynamic folders are exported as.
const SCRIPTS: &str = "<DynamicFolderExport";

/// Whether a text is one of them. Its first element tells.
pub(crate) fn is_document(text: &str) -> bool {
    let start: String = text.chars().take(400).collect();
    ["<RTSZDocument", "<RoyalDocument", SCRIPTS].iter().any(|name| start.contains(name))
}

/// The objects of a document as a tree.
pub(super) fn read(
    text: &str,
    file: &str,
    found: &mut Found,
) -> Result<Vec<Object>, ExchangeError> {
    let mut reader = Reader::new(super::FORMAT, text);
    match reader.next()? {
        Some((_, Event::Open(name, _))) if name == "RTSZDocument" || name == "RoyalDocument" => {}
        Some((_, Event::Open(name, _))) if SCRIPTS.ends_with(&name) => {
            return Err(unreadable(
                "a script lists the machines of this folder, and Patchbay does not run it.",
            ));
        }
        _ => return Err(unreadable("its first element is another one.")),
    }
    let mut tree = Tree::default();
    let mut encrypted = 0_usize;
    loop {
        match reader.next()? {
            Some((_, Event::Open(kind, _))) => {
                let fields = fields(&mut reader)?;
                encrypted += usize::from(has_password(&fields));
                tree.add(&kind, &fields);
            }
            Some((_, Event::Empty(..))) => {}
            Some((_, Event::Close)) => break,
            None => {
                let reason = "The file ends in the middle.";
                found.skip(file, 0, "The rest of the file", reason);
                break;
            }
        }
        if tree.nodes.len() > MOST_OBJECTS {
            return Err(ExchangeError::TooMuch("more than 60,000 objects"));
        }
    }
    if encrypted > 0 {
        let what = format!("{encrypted} password{}", if encrypted == 1 { "" } else { "s" });
        found.skip(file, 0, &what, "Royal TS has encrypted them, so they are left out.");
    }
    tree.grow(file, found)
}

type Fields = HashMap<String, String>;

fn fields(reader: &mut Reader<'_>) -> Result<Fields, ExchangeError> {
    let mut fields = Fields::new();
    loop {
        match reader.next()? {
            Some((_, Event::Open(name, _))) => {
                let value = reader.leaf()?;
                fields.entry(name).or_insert(value);
            }
            Some((_, Event::Empty(..))) => {}
            Some((_, Event::Close)) => return Ok(fields),
            None => return Err(unreadable("it ends in the middle of an object.")),
        }
        if fields.len() > MOST_FIELDS {
            return Err(ExchangeError::TooMuch("an object with too many values"));
        }
    }
}

fn has_password(fields: &Fields) -> bool {
    ["Password", "CredentialPassword"]
        .iter()
        .any(|name| fields.get(*name).is_some_and(|text| !text.trim().is_empty()))
}

/// Objects that know where they belong.
#[derive(Default)]
struct Tree {
    nodes: Vec<Node>,
}

struct Node {
    id: String,
    parent: String,
    object: Option<Object>,
}

impl Tree {
    fn add(&mut self, kind: &str, fields: &Fields) {
        let get = |name: &str| fields.get(name).map(|text| text.trim()).unwrap_or_default();
        let own = |name: &str| get(name).to_owned();
        let either = |names: [&str; 2]| {
            own(names.into_iter().find(|name| !get(name).is_empty()).unwrap_or(""))
        };
        let is = |name: &str| get(name).eq_ignore_ascii_case("true");
        let telnet = is("IsTelnetConnection");
        let terminal = match (is("IsSerialPortConnection"), telnet) {
            (true, _) => "SerialPort",
            (false, true) => "Telnet",
            (false, false) => "SSH",
        };
        let kind = match kind {
            "RoyalSSHConnection" => "TerminalConnection",
            "RoyalRDSConnection" | "RoyalRDPConnection" => "RemoteDesktopConnection",
            "RoyalVNCConnection" => "VNCConnection",
            "RoyalFTPConnection" => "FileTransferConnection",
            kind => kind.strip_prefix("Royal").unwrap_or(kind),
        };
        // Ways in that are switched off stay in the file.
        let (mode, by_reference) =
            (get("CredentialMode"), |wanted: &str| ["", wanted].contains(&get("CredentialMode")));
        let from_parent = is("CredentialFromParent") || mode == "1";
        let typed = |name: &str| if from_parent { String::new() } else { own(name) };
        let user = if kind == "Credential" { own("UserName") } else { typed("CredentialUsername") };
        self.nodes.push(Node {
            id: own("ID"),
            parent: own("ParentID"),
            object: Some(Object {
                r#type: kind.to_owned(),
                terminal_connection_type: if kind == "TerminalConnection" {
                    terminal.into()
                } else {
                    String::new()
                },
                name: own("Name"),
                description: own("Description"),
                notes: own("Notes"),
                computer_name: own("URI"),
                port: either(if kind == "RemoteDesktopConnection" {
                    ["RDPPort", "Port"]
                } else {
                    ["Port", "VNCPort"]
                }),
                username: user,
                key_file_path: if kind == "Credential" {
                    either(["KeyFilePath", "PrivateKeyPath"])
                } else if from_parent {
                    String::new()
                } else {
                    either(["PrivateKeyPath", "CredentialKeyFile"])
                },
                id: own("ID"),
                credential_id: if by_reference("3") {
                    reference(get("CredentialId"))
                } else {
                    String::new()
                },
                credential_name: if by_reference("4") {
                    own("CredentialName")
                } else {
                    String::new()
                },
                credentials_from_parent: from_parent,
                mac_address: either(["MacAddress", "MAC"]),
                ..Object::default()
            }),
        });
    }

    /// Puts each object into the one it names; what is in the trash, or in a ring of folders, is left out.
    fn grow(mut self, file: &str, found: &mut Found) -> Result<Vec<Object>, ExchangeError> {
        let ids: HashMap<&str, usize> =
            self.nodes.iter().enumerate().map(|(at, node)| (node.id.as_str(), at)).collect();
        let mut inside: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let parent = ids.get(node.parent.as_str()).copied().filter(|parent| *parent != at);
            inside.entry(parent.filter(|_| !node.parent.is_empty())).or_default().push(at);
        }
        let mut tree = Vec::new();
        for at in inside.remove(&None).unwrap_or_default() {
            match self.take(at, &mut inside, 0)? {
                // The document is the file.
                Some(object) if object.r#type == "Document" => tree.extend(object.objects),
                object => tree.extend(object),
            }
        }
        tree.retain(|object| {
            let trash = object.r#type == "Trash";
            if trash && !object.objects.is_empty() {
                found.skip(file, 0, &object.name, "What is in the trash is left out.");
            }
            !trash
        });
        if self.nodes.iter().any(|node| node.object.is_some()) {
            found.skip(file, 0, "Some objects", "They are in folders that are in each other.");
        }
        Ok(tree)
    }

    fn take(
        &mut self,
        at: usize,
        inside: &mut BTreeMap<Option<usize>, Vec<usize>>,
        depth: usize,
    ) -> Result<Option<Object>, ExchangeError> {
        if depth > DEEPEST {
            return Err(ExchangeError::TooMuch("folders are nested too deep"));
        }
        let Some(mut object) = self.nodes.get_mut(at).and_then(|node| node.object.take()) else {
            return Ok(None);
        };
        for inner in inside.remove(&Some(at)).unwrap_or_default() {
            object.objects.extend(self.take(inner, inside, depth + 1)?);
        }
        Ok(Some(object))
    }
}

/// An id, unless it is the one that stands for none.
fn reference(id: &str) -> String {
    let none = id.bytes().all(|byte| byte == b'0' || byte == b'-');
    if none { String::new() } else { id.to_owned() }
}
