//! Royal TS and TSX as JSON: objects with a type, in folders, with credentials by id or by name.

use crate::{
    ExchangeError, File, Found, Machine, Protocol,
    found::{DEEPEST, filled},
    text,
};
use patchbay_model::{EntryDraft, Secret, Settings};
use serde::Deserialize;
use std::collections::HashMap;

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

pub(crate) fn read(file: &File, found: &mut Found) -> Result<(), ExchangeError> {
    let text = text::decode(&file.bytes);
    // What an error repeats could be a password.
    let root: Object = serde_json::from_str(&text).map_err(|error| ExchangeError::Unreadable {
        format: "a document of Royal TS in JSON",
        reason: format!("line {}, column {} is not understood.", error.line(), error.column()),
    })?;
    if root.objects.is_empty() {
        return Err(ExchangeError::Unreadable {
            format: "a document of Royal TS in JSON",
            reason: "it has no list “Objects”.".into(),
        });
    }
    let mut reader =
        Reader { file: &file.name, found, by_id: HashMap::new(), by_name: HashMap::new() };
    reader.credentials(&root.objects);
    reader.objects(&root.objects, None, &Credential::default(), 0);
    Ok(())
}

struct Reader<'a> {
    file: &'a str,
    found: &'a mut Found,
    by_id: HashMap<String, Credential>,
    by_name: HashMap<String, Credential>,
}

impl Reader<'_> {
    /// All credentials first: they may come after those who name them. JSON is nested 128 deep at most.
    fn credentials(&mut self, objects: &[Object]) {
        for object in objects {
            if object.r#type.ends_with("Credential") {
                let credential = self.own(object);
                self.by_name.entry(object.name.clone()).or_insert_with(|| credential.clone());
                if !object.id.is_empty() {
                    self.by_id.entry(object.id.clone()).or_insert(credential);
                }
            }
            self.credentials(&object.objects);
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
        if own.user.is_some() || !own.sign_ins.is_empty() {
            return own;
        }
        let named =
            [(&self.by_id, &object.credential_id), (&self.by_name, &object.credential_name)];
        let named = named.into_iter().find(|(_, key)| !key.is_empty());
        match named {
            Some((all, key)) => match all.get(key) {
                Some(credential) => credential.clone(),
                None => {
                    self.found.skip(
                        self.file,
                        0,
                        &object.name,
                        "Its credential is not in the file.",
                    );
                    Credential::default()
                }
            },
            None if object.credentials_from_parent => above.clone(),
            None => Credential::default(),
        }
    }

    fn objects(
        &mut self,
        objects: &[Object],
        folder: Option<usize>,
        above: &Credential,
        depth: usize,
    ) {
        for object in objects {
            match object.r#type.as_str() {
                "Folder" | "DynamicFolder" | "Document" if depth < DEEPEST => {
                    let name = filled(&object.name).unwrap_or_else(|| "Unnamed".into());
                    let inner = self.found.folder_in(folder, &name);
                    let credential = self.credential(object, above);
                    self.objects(&object.objects, inner, &credential, depth + 1);
                }
                kind if kind.ends_with("Credential") => {}
                kind if kind.ends_with("Connection") => self.connection(object, folder, above),
                kind => {
                    let kind: String = kind.chars().take(40).collect();
                    let reason = format!("{kind} is nothing Patchbay has.");
                    self.found.skip(self.file, 0, &object.name, &reason);
                }
            }
        }
    }

    fn connection(&mut self, object: &Object, folder: Option<usize>, above: &Credential) {
        let protocol = protocol(object);
        let name = filled(&object.name).unwrap_or_else(|| object.computer_name.clone());
        let Some(address) = filled(&object.computer_name) else {
            self.found.skip(self.file, 0, &name, "The connection names no computer.");
            return;
        };
        let credential = self.credential(object, above);
        // Dynamic folders may name the folder beside the object.
        let inner = self.found.folder(object.path.split('/'));
        let usual = protocol.usual_port();
        let notes = [object.description.trim(), object.notes.trim()];
        let notes: Vec<&str> = notes.into_iter().filter(|text| !text.is_empty()).collect();
        self.found.add(Machine {
            folder: folder.or(inner),
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
            jump: None,
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
}
