//! Remmina's folder: a `.remmina` file for each machine, and `remmina.pref` with the secret its passwords are
//! encrypted under (3DES in CBC mode; key and start value are the secret).
//!
//! Where Remmina keeps passwords in the system keyring, the file has a dot in its place, and they stay there.

use crate::{
    ExchangeError, File, Found, JumpTo, Machine, Protocol,
    found::{filled, host_and_port, port, tags, usual_port},
    ini, text,
};
use cbc::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding};
use data_encoding::BASE64;
use patchbay_model::{EntryDraft, Secret, Settings};
use std::{borrow::Cow, collections::HashMap};
use zeroize::Zeroizing;

/// What signing in is by: `ssh_auth`.
const AUTH_KEY_FILE: &str = "1";

type Values<'a> = HashMap<&'a str, Cow<'a, str>>;

pub(crate) fn read(files: &[File], found: &mut Found) -> Result<(), ExchangeError> {
    let secret = files.iter().find(|file| is_preferences(file)).and_then(|file| {
        let text = text::decode(&file.bytes);
        let values = values(&text, "remmina_pref")?;
        BASE64.decode(values.get("secret")?.as_bytes()).ok().map(Zeroizing::new)
    });
    let mut any = false;
    for (at, file) in files.iter().enumerate().filter(|(_, file)| !is_preferences(file)) {
        let text = text::decode(&file.bytes);
        let Some(values) = values(&text, "remmina") else {
            if file.name.ends_with(".remmina") {
                found.skip(&file.name, 0, &file.name, "There is no section [remmina] in it.");
            }
            continue;
        };
        any = true;
        profile(file, at, &values, secret.as_ref().map(|secret| secret.as_slice()), found);
    }
    if any {
        return Ok(());
    }
    Err(ExchangeError::Unreadable {
        format: "a folder of Remmina",
        reason: "there is no .remmina file in it.".into(),
    })
}

fn is_preferences(file: &File) -> bool {
    file.name.rsplit(['/', '\\']).next() == Some("remmina.pref")
}

/// The values of a section, if it is there.
fn values<'a>(text: &'a str, wanted: &str) -> Option<Values<'a>> {
    let (mut inside, mut values) = (false, None);
    for (_, line) in ini::lines(text) {
        match line {
            ini::Line::Section(name) => inside = name == wanted,
            ini::Line::Value(key, value) if inside => {
                values.get_or_insert_with(Values::new).insert(key, unescaped(value));
            }
            ini::Line::Value(..) => {}
        }
    }
    values
}

/// What GLib puts before characters that it would not find again: `GKeyFile`.
fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some(mark @ ('s' | 'n' | 't' | 'r' | '\\'))) => {
                chars.next();
                out.push(match mark {
                    's' => ' ',
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    _ => '\\',
                });
            }
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn profile(file: &File, at: usize, values: &Values<'_>, secret: Option<&[u8]>, found: &mut Found) {
    let get = |key: &str| values.get(key).map(AsRef::as_ref).unwrap_or_default();
    let protocol = match get("protocol") {
        "SSH" => Protocol::Ssh,
        "SFTP" => Protocol::Sftp,
        "RDP" => Protocol::Rdp,
        "VNC" | "VNCI" | "GVNC" => Protocol::Vnc,
        other => Protocol::Other(other.chars().take(40).collect()),
    };
    let name = filled(get("name")).unwrap_or_else(|| file.name.clone());
    let supported = crate::supported(&protocol).is_ok();
    let (host, own_port) = host_and_port(get("server"));
    if supported && host.is_empty() {
        found.skip(&file.name, 0, &name, "The profile names no server.");
        return;
    }
    // Up to 1.3 SSH had fields of its own.
    let user = filled(get("username")).or_else(|| filled(get("ssh_username")));
    let user = match filled(get("domain")) {
        Some(domain) if protocol == Protocol::Rdp => user.map(|user| format!("{domain}\\{user}")),
        _ => user,
    };
    let sign_ins = if supported {
        left_out(file, &name, values, found);
        sign_ins(file, &name, values, user.as_deref(), secret, found)
    } else {
        Vec::new()
    };
    let jump = (get("ssh_tunnel_enabled") == "1").then(|| {
        // Without a server, the tunnel ends on the machine itself.
        let server = filled(get("ssh_tunnel_server"));
        let (host, port) = server.as_deref().map_or((host, None), host_and_port);
        JumpTo::Named { host: host.to_owned(), port, user: filled(get("ssh_tunnel_username")) }
    });
    // For VNC a small number is that of a display.
    let own_port = match own_port {
        Some(display @ 0..100) if protocol == Protocol::Vnc => Some(5900 + display),
        port => port,
    };
    let usual = usual_port(&protocol);
    // One is run instead of a shell, the other is typed into it.
    let command = filled(get("exec")).or_else(|| filled(get("run_line")));
    let rdp = protocol == Protocol::Rdp;
    let folder = found.folder(get("group").split('/'));
    found.add(Machine {
        folder,
        protocol,
        draft: EntryDraft {
            name,
            address: host.to_owned(),
            tags: tags(get("labels")),
            notes: text::percent_decoded(get("notes_text")).trim().to_owned(),
            settings: Settings {
                port: own_port.and_then(|own| port(&own.to_string(), usual)),
                user,
                domain: filled(get("domain")).filter(|_| rdp),
                compression: (get("ssh_compression") == "1").then_some(true),
                start_command: command.filter(|_| supported),
                ..Settings::default()
            },
            ..EntryDraft::default()
        },
        sign_ins: (!sign_ins.is_empty()).then_some(sign_ins),
        jump,
        place: (at, 0),
    });
}

/// What a profile has that a machine has no field for.
fn left_out(file: &File, name: &str, values: &Values<'_>, found: &mut Found) {
    const FIELDS: [(&str, &str); 2] = [
        ("ssh_proxycommand", "The command it connects through is not taken over."),
        ("ssh_certfile", "Its certificate is not taken over: add it to the identity."),
    ];
    for (key, reason) in FIELDS {
        if values.get(key).is_some_and(|value| !value.trim().is_empty()) {
            found.skip(&file.name, 0, name, reason);
        }
    }
}

fn sign_ins(
    file: &File,
    name: &str,
    values: &Values<'_>,
    user: Option<&str>,
    secret: Option<&[u8]>,
    found: &mut Found,
) -> Vec<usize> {
    let get = |key: &str| values.get(key).map(AsRef::as_ref).unwrap_or_default();
    let first = |keys: [&'static str; 2]| keys.into_iter().map(get).find(|text| !text.is_empty());
    let mut all = Vec::new();
    let open = |text: &str, what: &str, found: &mut Found| {
        if text == "." {
            let reason = format!("{what} is in the system keyring and stays there.");
            found.skip(&file.name, 0, name, &reason);
            return None;
        }
        let Some(secret) = secret else {
            let reason = format!("{what} cannot be decrypted without the file remmina.pref.");
            found.skip(&file.name, 0, name, &reason);
            return None;
        };
        let opened = decrypt(text, secret);
        if opened.is_none() {
            let reason = format!("{what} cannot be decrypted with the secret of remmina.pref.");
            found.skip(&file.name, 0, name, &reason);
        }
        opened
    };
    if get("ssh_auth") == AUTH_KEY_FILE
        && let Some(path) = filled(get("ssh_privatekey"))
    {
        let passphrase = first(["ssh_passphrase", "ssh_key_passphrase"]);
        let passphrase = passphrase.and_then(|text| open(text, "Its passphrase", found));
        all.push(found.key_file(&path, passphrase));
    }
    if let Some(text) = first(["password", "ssh_password"])
        && let Some(password) = open(text, "Its password", found)
    {
        all.extend(found.password(user, &password));
    }
    all
}

/// Padded with zeros to whole blocks.
fn decrypt(text: &str, secret: &[u8]) -> Option<Secret<String>> {
    let (key, iv) = secret.split_at_checked(24)?;
    let mut bytes = Zeroizing::new(BASE64.decode(text.as_bytes()).ok()?);
    let cipher = cbc::Decryptor::<des::TdesEde3>::new_from_slices(key, iv.get(..8)?).ok()?;
    let opened = cipher.decrypt_padded::<NoPadding>(bytes.as_mut_slice()).ok()?;
    let end = opened.iter().position(|byte| *byte == 0).unwrap_or(opened.len());
    Some(Secret::new(std::str::from_utf8(opened.get(..end)?).ok()?.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::{Format, Options, SignIn, read};

    fn file(name: &str, text: &str) -> File {
        File { name: name.into(), bytes: text.into() }
    }

    /// The secret is 32 letters; "hunter2" was encrypted with `openssl enc -des-ede3-cbc -nopad`.
    const PREF: &str = "[remmina_pref]\nsecret=YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU=\n";
    const PASSWORD: &str = "ML2sD/3djtk=";

    #[test]
    fn profiles_with_their_passwords() {
        let web = format!(
            "[remmina]\nname=web\nprotocol=SSH\nserver=192.0.2.1:2222\ngroup=Production/Web\nusername=deploy\n\
             password={PASSWORD}\nssh_auth=1\nssh_privatekey=/home/ops/.ssh/id\nlabels=a,b\nnotes_text=one%0Atwo%20%25\n\
             ssh_tunnel_enabled=1\nssh_tunnel_server=[2001:db8::1]:2200\nssh_tunnel_username=jump\n"
        );
        let files = [
            file("web.remmina", &web),
            file("desk.remmina", "[remmina]\nname=desk\nprotocol=RDP\nserver=x\npassword=.\n"),
            file("ring.remmina", "[remmina]\nname=ring\nprotocol=SFTP\nserver=y\nssh_password=.\n"),
            file("x.remmina", "garbage"),
            file("remmina.pref", PREF),
        ];
        let found = read(Format::Remmina, &files, &Options::default()).unwrap();
        let web = &found.machines[0];
        assert_eq!(web.draft.settings.port, Some(2222));
        assert_eq!(web.draft.notes, "one\ntwo %");
        assert_eq!(web.draft.tags, ["a", "b"]);
        assert_eq!(web.sign_ins, Some(vec![0, 1]));
        let SignIn::Draft(draft) = &found.sign_ins[1] else { panic!("a password") };
        assert_eq!(draft.password.as_ref().unwrap().expose_secret(), "hunter2");
        assert_eq!(
            web.jump,
            Some(JumpTo::Named {
                host: "2001:db8::1".into(),
                port: Some(2200),
                user: Some("jump".into())
            })
        );
        assert_eq!(found.machines[1].protocol, Protocol::Rdp);
        let skipped: Vec<_> = found.skipped.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(skipped, ["desk", "ring", "x.remmina"]);

        let without = read(Format::Remmina, &files[..1], &Options::default()).unwrap();
        assert!(without.skipped[0].reason.contains("remmina.pref"));
        assert!(read(Format::Remmina, &files[4..], &Options::default()).is_err());
    }

    #[test]
    fn what_other_kinds_of_profile_write() {
        let files = [
            file(
                "a.remmina",
                "[remmina]\nname=\\sa\\\\b\nprotocol=SSH\nserver=192.0.2.1\nusername=LAB\\\\ops\n\
                run_line=cd /srv\nssh_proxycommand=nc %h %p\nssh_tunnel_enabled=1\nssh_tunnel_server=\n",
            ),
            file("b.remmina", "[remmina]\nname=b\nprotocol=VNC\nserver=192.0.2.2:1\n"),
            file("d.remmina", "[remmina]\nname=d\nprotocol=VNC\nserver=unix:///run/d.sock\n"),
            file(
                "c.remmina",
                "[remmina]\nname=c\nprotocol=RDP\nserver=192.0.2.3:3389\nusername=ops\ndomain=LAB\n",
            ),
        ];
        let found = read(Format::Remmina, &files, &Options::default()).unwrap();
        let [a, b, d, c] = found.machines.as_slice() else { panic!("four machines") };
        assert_eq!(
            (a.draft.name.as_str(), a.draft.settings.user.as_deref()),
            ("a\\b", Some("LAB\\ops"))
        );
        assert_eq!(a.draft.settings.start_command.as_deref(), Some("cd /srv"));
        let same = JumpTo::Named { host: "192.0.2.1".into(), port: None, user: None };
        assert_eq!(a.jump, Some(same));
        assert_eq!(b.draft.settings.port, Some(5901));
        assert_eq!((d.draft.address.as_str(), d.draft.settings.port), ("unix:///run/d.sock", None));
        assert_eq!(
            (c.draft.settings.port, c.draft.settings.user.as_deref()),
            (None, Some("LAB\\ops"))
        );
        assert_eq!(found.skipped.len(), 1);
        assert!(found.skipped[0].reason.contains("command"), "{:?}", found.skipped);
    }
}
