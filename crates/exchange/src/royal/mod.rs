//! Royal TS and TSX: their documents (`.rtsz`), and the JSON that scripts write for them. Objects with a type, in folders,
//! with credentials by id or by name.

mod document;

use crate::{
    ExchangeError, File, Found, JumpTo, Machine, Protocol,
    found::{DEEPEST, filled, usual_port},
    text,
};
use patchbay_model::{EntryDraft, Secret, Settings};
use serde::Deserialize;
use std::collections::HashMap;

pub(crate) use document::is_document;

const FORMAT: &str = "a document of Royal TS";

fn unreadable(reason: impl Into<String>) -> ExchangeError {
    ExchangeError::Unreadable { format: FORMAT, reason: reason.into() }
}

/// A machine others are reached through.
const GATEWAY: &str = "SecureGateway";

/// One object, folder or document.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Object {
    #[serde(deserialize_with = "loose")]
    r#type: String,
    #[serde(deserialize_with = "loose")]
    terminal_connection_type: String,
    #[serde(deserialize_with = "loose")]
    name: String,
    #[serde(deserialize_with = "loose")]
    description: String,
    #[serde(deserialize_with = "loose")]
    notes: String,
    #[serde(deserialize_with = "loose")]
    computer_name: String,
    #[serde(deserialize_with = "loose")]
    port: String,
    #[serde(deserialize_with = "loose")]
    username: String,
    password: Option<Secret<String>>,
    #[serde(deserialize_with = "loose")]
    key_file_path: String,
    key_file_password: Option<Secret<String>>,
    #[serde(rename = "ID", deserialize_with = "loose")]
    id: String,
    #[serde(rename = "CredentialID", deserialize_with = "loose")]
    credential_id: String,
    #[serde(deserialize_with = "loose")]
    credential_name: String,
    credentials_from_parent: bool,
    #[serde(rename = "SecureGatewayID", deserialize_with = "loose")]
    gateway_id: String,
    #[serde(rename = "SecureGatewayName", deserialize_with = "loose")]
    gateway_name: String,
    #[serde(rename = "SecureGatewayFromParent")]
    gateway_from_parent: bool,
    #[serde(deserialize_with = "loose")]
    script: String,
    #[serde(deserialize_with = "loose")]
    path: String,
    #[serde(deserialize_with = "loose")]
    mac_address: String,
    objects: Vec<Object>,
}

/// Text, also where scripts write a number, a truth or nothing.
fn loose<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => text,
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::Bool(truth) => truth.to_string(),
        _ => String::new(),
    })
}

/// A user with a password or a key.
#[derive(Clone, Default)]
struct Credential {
    user: Option<String>,
    sign_ins: Vec<usize>,
}

/// What a folder passes down.
#[derive(Clone, Default)]
struct Above {
    folder: Option<usize>,
    credential: Credential,
    gateway: Option<JumpTo>,
    depth: usize,
}

/// Things by id and by name.
struct Named<T> {
    by_id: HashMap<String, T>,
    by_name: HashMap<String, T>,
}

impl<T: Clone> Named<T> {
    fn new() -> Self {
        Self { by_id: HashMap::new(), by_name: HashMap::new() }
    }

    fn add(&mut self, object: &Object, thing: T) {
        self.by_name.entry(object.name.clone()).or_insert_with(|| thing.clone());
        if !object.id.is_empty() {
            self.by_id.entry(object.id.clone()).or_insert(thing);
        }
    }

    /// Nothing if nothing is named, an error if it is not there.
    fn get(&self, id: &str, name: &str) -> Result<Option<T>, ()> {
        let named = [(&self.by_id, id), (&self.by_name, name)];
        match named.into_iter().find(|(_, key)| !key.is_empty()) {
            None => Ok(None),
            Some((all, key)) => all.get(key).cloned().map(Some).ok_or(()),
        }
    }
}

pub(crate) fn read(file: &File, found: &mut Found) -> Result<(), ExchangeError> {
    let text = text::decode(&file.bytes);
    let objects = if text.trim_start().starts_with('<') {
        document::read(&text, &file.name, found)?
    } else {
        // What an error repeats could be a password.
        let root: Object = serde_json::from_str(&text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            unreadable(format!("line {line}, column {column} is not understood."))
        })?;
        if root.objects.is_empty() {
            return Err(unreadable("it has no list “Objects”."));
        }
        root.objects
    };
    let mut reader =
        Reader { file: &file.name, found, credentials: Named::new(), gateways: Named::new() };
    reader.named(&objects);
    reader.objects(&objects, &Above::default());
    Ok(())
}

struct Reader<'a> {
    file: &'a str,
    found: &'a mut Found,
    credentials: Named<Credential>,
    gateways: Named<JumpTo>,
}

impl Reader<'_> {
    /// All credentials and gateways first: they may come after those who name them. JSON is nested 128 deep at most.
    fn named(&mut self, objects: &[Object]) {
        for object in objects {
            if object.r#type.ends_with("Credential") {
                let credential = self.own(object);
                self.credentials.add(object, credential);
            }
            if object.r#type == GATEWAY
                && let Some(host) = filled(&object.computer_name)
            {
                let port = object.port.parse().ok().filter(|port| *port != 0);
                let user = filled(&object.username);
                self.gateways.add(object, JumpTo::Named { host, port, user });
            }
            self.named(&object.objects);
        }
    }

    /// What an object itself says.
    fn own(&mut self, object: &Object) -> Credential {
        let user = filled(&object.username);
        let mut sign_ins = Vec::new();
        if let Some(path) = filled(&object.key_file_path) {
            let passphrase = object.key_file_password.clone();
            sign_ins.push(self.found.key_file(&path, passphrase));
        }
        if let Some(password) = &object.password {
            sign_ins.extend(self.found.password(user.as_deref(), password));
        }
        Credential { user, sign_ins }
    }

    fn credential(&mut self, object: &Object, above: &Credential) -> Credential {
        let own = self.own(object);
        if own.user.is_some() {
            return own;
        }
        let named = match self.credentials.get(&object.credential_id, &object.credential_name) {
            Ok(Some(credential)) => credential,
            Ok(None) if object.credentials_from_parent => above.clone(),
            Ok(None) => Credential::default(),
            Err(()) => {
                self.found.skip(self.file, 0, &object.name, "Its credential is not in the file.");
                Credential::default()
            }
        };
        let mut sign_ins = own.sign_ins;
        sign_ins.extend(named.sign_ins);
        Credential { user: named.user, sign_ins }
    }

    /// The machine it is reached through.
    fn gateway(&mut self, object: &Object, above: Option<&JumpTo>) -> Option<JumpTo> {
        if object.gateway_from_parent {
            return above.cloned();
        }
        self.gateways.get(&object.gateway_id, &object.gateway_name).unwrap_or_else(|()| {
            self.found.skip(self.file, 0, &object.name, "Its secure gateway is not in the file.");
            None
        })
    }

    fn objects(&mut self, objects: &[Object], above: &Above) {
        for object in objects {
            match object.r#type.as_str() {
                "DynamicFolder" if object.objects.is_empty() && !object.script.is_empty() => {
                    let reason = "A script lists its machines, and Patchbay does not run it.";
                    self.found.skip(self.file, 0, &object.name, reason);
                }
                "Folder" | "DynamicFolder" | "Document" if above.depth < DEEPEST => {
                    let name = filled(&object.name).unwrap_or_else(|| "Unnamed".into());
                    let inner = Above {
                        folder: self.found.folder_in(above.folder, &name),
                        credential: self.credential(object, &above.credential),
                        gateway: self.gateway(object, above.gateway.as_ref()),
                        depth: above.depth + 1,
                    };
                    self.objects(&object.objects, &inner);
                }
                kind if kind.ends_with("Credential") || kind == GATEWAY => {}
                kind if kind.ends_with("Connection") => self.connection(object, above),
                kind => {
                    let kind: String = kind.chars().take(40).collect();
                    let reason = format!("{kind} is nothing Patchbay has.");
                    self.found.skip(self.file, 0, &object.name, &reason);
                }
            }
        }
    }

    fn connection(&mut self, object: &Object, above: &Above) {
        let protocol = protocol(object);
        let name = filled(&object.name).unwrap_or_else(|| object.computer_name.clone());
        let Some(address) = filled(&object.computer_name) else {
            self.found.skip(self.file, 0, &name, "The connection names no computer.");
            return;
        };
        let credential = self.credential(object, &above.credential);
        let jump = self.gateway(object, above.gateway.as_ref());
        // Dynamic folders may name the folder beside the object.
        let inner = self.found.folder(object.path.split('/'));
        let usual = usual_port(&protocol);
        let notes = [object.description.trim(), object.notes.trim()];
        let notes: Vec<&str> = notes.into_iter().filter(|text| !text.is_empty()).collect();
        self.found.add(Machine {
            folder: above.folder.or(inner),
            protocol,
            draft: EntryDraft {
                name,
                address,
                mac: filled(&object.mac_address),
                notes: notes.join("\n"),
                settings: Settings {
                    port: crate::found::port(&object.port, usual),
                    user: credential.user,
                    ..Settings::default()
                },
                ..EntryDraft::default()
            },
            sign_ins: (!credential.sign_ins.is_empty()).then_some(credential.sign_ins),
            jump,
            place: (0, 0),
        });
    }
}

fn protocol(object: &Object) -> Protocol {
    match (object.r#type.as_str(), object.terminal_connection_type.as_str()) {
        ("TerminalConnection", "SSH" | "") => Protocol::Ssh,
        ("TerminalConnection", "Telnet") => Protocol::Telnet,
        ("TerminalConnection", "SerialPort") => Protocol::Serial,
        ("TerminalConnection", "CustomTerminal") => Protocol::Other("A custom terminal".into()),
        ("FileTransferConnection", _) => Protocol::Sftp,
        ("RemoteDesktopConnection", _) => Protocol::Rdp,
        ("VNCConnection" | "RemoteVNCConnection" | "AppleRemoteDesktopConnection", _) => {
            Protocol::Vnc
        }
        (kind, "") => {
            Protocol::Other(kind.trim_end_matches("Connection").chars().take(40).collect())
        }
        (_, kind) => Protocol::Other(kind.chars().take(40).collect()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::{Format, Options, read};

    fn parsed(text: &str) -> Result<Found, ExchangeError> {
        read(
            Format::Royal,
            &[File { name: "a.json".into(), bytes: text.into() }],
            &Options::default(),
        )
    }

    #[test]
    fn folders_and_credentials() {
        let found = parsed(
            r#"{"Objects":[
              {"Type":"Folder","Name":"Lab","CredentialName":"Root","Objects":[
                {"Type":"TerminalConnection","TerminalConnectionType":"SSH","Name":"a","ComputerName":"a.example","Port":2222,"CredentialsFromParent":true},
                {"Type":"RemoteDesktopConnection","Name":"win","ComputerName":"win.example"}]},
              {"Type":"TerminalConnection","TerminalConnectionType":"SSH","Name":"b","ComputerName":"b.example","CredentialID":"1","Description":"B"},
              {"Type":"TerminalConnection","Name":"c","ComputerName":"c.example","CredentialName":"gone"},
              {"Type":"CommandTask","Name":"t"},
              {"Type":"Credential","ID":1,"Name":"Root","Username":"root","Password":"hunter2"}]}"#,
        )
        .unwrap();
        assert_eq!(found.machines.len(), 4);
        let a = &found.machines[0];
        assert_eq!(
            (a.draft.settings.port, a.draft.settings.user.as_deref()),
            (Some(2222), Some("root"))
        );
        assert_eq!((a.folder, a.sign_ins.clone()), (Some(0), Some(vec![0])));
        assert_eq!(found.machines[1].protocol, Protocol::Rdp);
        assert_eq!(found.machines[2].sign_ins, Some(vec![0]));
        let skipped: Vec<_> = found.skipped.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(skipped, ["c", "t"]);
    }

    #[test]
    fn errors_repeat_nothing_of_the_file() {
        let error = parsed(r#"{"Objects":[{"Password":["hunter2"]}]}"#).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
        assert!(parsed("[]").is_err());
        assert!(parsed(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn gateways_are_jumps_and_scripts_are_not_run() {
        let found = parsed(
            r#"{"Objects":[
              {"Type":"Folder","Name":"Lab","SecureGatewayName":"Edge","Objects":[
                {"Type":"TerminalConnection","Name":"a","ComputerName":"a.example","SecureGatewayFromParent":true}]},
              {"Type":"TerminalConnection","Name":"b","ComputerName":"b.example","SecureGatewayID":"9"},
              {"Type":"DynamicFolder","Name":"Cloud","Script":"print('{}')"},
              {"Type":"SecureGateway","Name":"Edge","ComputerName":"edge.example","Port":2200,"Username":"jump"}]}"#,
        )
        .unwrap();
        let edge = JumpTo::Named {
            host: "edge.example".into(),
            port: Some(2200),
            user: Some("jump".into()),
        };
        assert_eq!((found.machines[0].jump.clone(), found.folders.len()), (Some(edge), 1));
        assert_eq!(found.machines[1].jump, None);
        let skipped: Vec<_> = found.skipped.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(skipped, ["b", "Cloud"]);
    }

    #[test]
    fn documents_as_royal_keeps_them() {
        let object = |kind: &str, id: &str, parent: &str, more: &str| {
            format!(
                "<{kind}><ID>{id}</ID><Name>{id} &amp; co</Name><ParentID>{parent}</ParentID>{more}</{kind}>\r\n"
            )
        };
        let all = [
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<RTSZDocument>\r\n".to_owned(),
            "<RoyalDocument><ID>doc</ID><Name>Mine</Name><History /></RoyalDocument>".to_owned(),
            object("RoyalTrash", "trash", "doc", ""),
            object("RoyalSSHConnection", "gone", "trash", "<URI>gone.example</URI>"),
            object("RoyalSSHConnection", "web", "lab", "<URI>web.example</URI><Port>2222</Port><CredentialMode>1</CredentialMode><CredentialFromParent>True</CredentialFromParent><Notes>one&#10;two</Notes>"),
            object("RoyalFolder", "lab", "doc", "<CredentialMode>2</CredentialMode><CredentialUsername>ops</CredentialUsername><CredentialPassword>AQID</CredentialPassword>"),
            object("RoyalSSHConnection", "old", "doc", "<URI>old.example</URI><Port>23</Port><IsTelnetConnection>True</IsTelnetConnection>"),
            object("RoyalSSHConnection", "db", "doc", "<URI>db.example</URI><Port>22</Port><CredentialMode>3</CredentialMode><CredentialId>cred</CredentialId><PrivateKeyPath>~/.ssh/db</PrivateKeyPath>"),
            object("RoyalCredential", "cred", "doc", "<UserName>dba</UserName><Password>AQID</Password>"),
            object("RoyalRDSConnection", "win", "doc", "<URI>win.example</URI><RDPPort>3389</RDPPort>"),
            object("RoyalFolder", "x", "y", ""),
            object("RoyalFolder", "y", "x", ""),
            "</RTSZDocument>".to_owned(),
        ]
        .concat();
        let found = parsed(&all).unwrap();
        let told: Vec<_> = found
            .machines
            .iter()
            .map(|one| {
                let settings = &one.draft.settings;
                (one.draft.address.as_str(), settings.user.as_deref(), settings.port, one.folder)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("web.example", Some("ops"), Some(2222), Some(0)),
                ("old.example", None, None, None),
                ("db.example", Some("dba"), None, None),
                ("win.example", None, None, None),
            ]
        );
        assert_eq!(found.machines[0].draft.name, "web & co");
        assert_eq!(found.machines[0].draft.notes, "one\ntwo");
        assert_eq!(found.machines[1].protocol, Protocol::Telnet);
        let skipped: Vec<_> = found.skipped.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(skipped, ["2 passwords", "trash & co", "Some objects"]);
    }

    #[test]
    fn documents_that_are_broken_or_mean_harm() {
        let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><RTSZDocument><RoyalFolder><Name>&b;</Name></RoyalFolder></RTSZDocument>";
        assert!(parsed(bomb).is_err());
        assert!(
            parsed("<RTSZDocument><RoyalFolder><Name>&b;</Name></RoyalFolder></RTSZDocument>")
                .is_err()
        );
        assert!(parsed("<Other><RoyalFolder/></Other>").is_err());
        let scripts = parsed("<DynamicFolderExport><Name>x</Name></DynamicFolderExport>");
        assert!(scripts.unwrap_err().to_string().contains("script"));
        let deep: String = (1..200)
            .map(|n| {
                format!("<RoyalFolder><ID>{n}</ID><ParentID>{}</ParentID></RoyalFolder>", n - 1)
            })
            .collect();
        assert!(parsed(&format!("<RTSZDocument>{deep}</RTSZDocument>")).is_err());
        let nested = "<a>".repeat(100_000);
        assert!(parsed(&format!("<RTSZDocument><RoyalFolder>{nested}")).is_err());
    }
}
