//! mRemoteNG's `confCons.xml`, plain or encrypted, whole or by the field, versions 1.3 to 2.8 of the format.
//!
//! What a connection inherits from its folders is resolved. A document type is refused, so there are no entities of its
//! own to expand. Not taken over: what belongs to remote desktops alone, and external tools.

mod crypt;

use crate::xml::{Attributes, Event};
use crate::{
    ExchangeError, File, Found, JumpTo, Machine, Options, Protocol,
    found::{DEEPEST, filled, port, usual_port},
    text, xml,
};
use crypt::Crypt;
pub(crate) use crypt::is_encrypted_file;
use patchbay_model::{EntryDraft, Secret, Settings};

const FORMAT: &str = "a connection file of mRemoteNG";

fn unreadable(reason: impl Into<String>) -> ExchangeError {
    ExchangeError::Unreadable { format: FORMAT, reason: reason.into() }
}

/// Reads the file; a password is used only if the default one does not fit.
pub(crate) fn read(file: &File, options: &Options, found: &mut Found) -> Result<(), ExchangeError> {
    let text = text::decode(&file.bytes);
    // Before 2.6, full encryption covered the whole file.
    if is_encrypted_file(&text) {
        let mut crypt = Crypt::old(options);
        let opened = crypt.whole_file(text.trim())?;
        return document(opened.expose_secret(), file, crypt, found);
    }
    let crypt = Crypt::old(options);
    document(&text, file, crypt, found)
}

fn document(
    text: &str,
    file: &File,
    mut crypt: Crypt,
    found: &mut Found,
) -> Result<(), ExchangeError> {
    let mut reader = xml::Reader::new(FORMAT, text);
    let root = loop {
        match reader.next()? {
            Some((_, Event::Open(name, attributes) | Event::Empty(name, attributes))) => {
                if name.rsplit(':').next() != Some("Connections") {
                    return Err(unreadable("its first element is another one."));
                }
                break attributes;
            }
            Some(_) => {}
            None => return Err(unreadable("there is nothing in it.")),
        }
    };
    crypt.configure(&root, file, found)?;
    if root.is("FullFileEncryption") {
        let opened = crypt.open_required(&reader.text()?)?;
        return nodes(
            xml::Reader::new(FORMAT, opened.expose_secret()),
            &file.name,
            &mut crypt,
            found,
        );
    }
    nodes(reader, &file.name, &mut crypt, found)
}

/// What a folder passes down.
#[derive(Clone, Default)]
struct Level {
    folder: Option<usize>,
    username: String,
    password: String,
    port: String,
    protocol: String,
    descr: String,
    mac: String,
    tunnel: String,
    command: String,
    domain: String,
}

fn nodes(
    mut reader: xml::Reader<'_>,
    file: &str,
    crypt: &mut Crypt,
    found: &mut Found,
) -> Result<(), ExchangeError> {
    let mut levels = vec![Level::default()];
    while let Some((line, event)) = reader.next()? {
        let (attributes, open) = match event {
            Event::Open(_, attributes) => (attributes, true),
            Event::Empty(_, attributes) => (attributes, false),
            Event::Close => {
                levels.pop();
                continue;
            }
        };
        if levels.len() > DEEPEST * 2 {
            return Err(ExchangeError::TooMuch("folders are nested too deep"));
        }
        let above = levels.last().cloned().unwrap_or_default();
        let mut level = of(&attributes, &above);
        if attributes.get("Type").eq_ignore_ascii_case("container") {
            level.folder = found.folder_in(above.folder, &named(&attributes));
        } else {
            connection(&attributes, &level, (file, line), crypt, found)?;
        }
        if open {
            levels.push(level);
        }
    }
    if levels.len() > 1 {
        found.skip(file, 0, "The rest of the file", "The file ends in the middle of a folder.");
    }
    Ok(())
}

fn named(attributes: &Attributes) -> String {
    filled(attributes.get("Name")).unwrap_or_else(|| "Unnamed".into())
}

/// The values of a node, those it inherits included.
fn of(attributes: &Attributes, above: &Level) -> Level {
    let value = |inherit: &str, name: &str, from: &str| {
        if attributes.is(inherit) { from.to_owned() } else { attributes.get(name).to_owned() }
    };
    Level {
        folder: above.folder,
        username: value("InheritUsername", "Username", &above.username),
        password: value("InheritPassword", "Password", &above.password),
        port: value("InheritPort", "Port", &above.port),
        protocol: value("InheritProtocol", "Protocol", &above.protocol),
        descr: value("InheritDescription", "Descr", &above.descr),
        mac: value("InheritMacAddress", "MacAddress", &above.mac),
        tunnel: value("InheritSSHTunnelConnectionName", "SSHTunnelConnectionName", &above.tunnel),
        command: value("InheritOpeningCommand", "OpeningCommand", &above.command),
        domain: value("InheritDomain", "Domain", &above.domain),
    }
}

fn protocol(name: &str) -> Protocol {
    match name {
        "SSH1" | "SSH2" => Protocol::Ssh,
        "Telnet" => Protocol::Telnet,
        "RAW" => Protocol::Raw,
        "RDP" | "" => Protocol::Rdp,
        "VNC" | "ARD" => Protocol::Vnc,
        "IntApp" => Protocol::Other("An external application".into()),
        other => Protocol::Other(other.chars().take(40).collect()),
    }
}

fn connection(
    attributes: &Attributes,
    level: &Level,
    (file, line): (&str, u32),
    crypt: &mut Crypt,
    found: &mut Found,
) -> Result<(), ExchangeError> {
    let name = named(attributes);
    let protocol = protocol(&level.protocol);
    let Some(address) = filled(attributes.get("Hostname")) else {
        found.skip(file, line, &name, "The connection names no host.");
        return Ok(());
    };
    let user = filled(&level.username);
    // A machine that is left out needs no password, and deriving its key takes time.
    let password = match crate::supported(&protocol) {
        Ok(_) => crypt.open(&level.password)?,
        Err(_) => Some(Secret::default()),
    };
    let sign_in = match password {
        Some(password) => found.password(user.as_deref(), &password),
        None => {
            found.skip(file, line, &name, "Its password cannot be decrypted and is left out.");
            None
        }
    };
    let usual = usual_port(&protocol);
    let tunnel = filled(&level.tunnel);
    let rdp = protocol == Protocol::Rdp;
    found.add(Machine {
        folder: level.folder,
        protocol,
        draft: EntryDraft {
            name,
            address,
            mac: filled(&level.mac),
            notes: level.descr.trim().to_owned(),
            settings: Settings {
                port: port(&level.port, usual),
                user,
                start_command: filled(&level.command),
                domain: filled(&level.domain).filter(|_| rdp),
                ..Settings::default()
            },
            ..EntryDraft::default()
        },
        sign_ins: sign_in.map(|at| vec![at]),
        jump: tunnel.map(|host| JumpTo::Named { host, port: None, user: None }),
        place: (0, line),
    });
    Ok(())
}

#[cfg(test)]
mod tests;
