//! What names, addresses, tags and settings may look like. Each check gives back the tidied value.

use super::{lines, management, vnc};
use crate::{CoreError, tunnels::check_tunnels};
use patchbay_model::{EntryDraft, FolderDraft, Protocol, Settings};
use std::net::Ipv6Addr;

pub(crate) const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 64;
const LONGEST_NOTES: usize = 64 * 1024;
const LONGEST_COMMAND: usize = 4096;

/// A machine.
pub(crate) fn entry(mut draft: EntryDraft) -> Result<EntryDraft, CoreError> {
    draft.name = name(&draft.name)?;
    draft.address = match draft.protocol {
        Protocol::Serial => lines::port_name(&draft.address)?,
        Protocol::Vnc => vnc::vnc_address(&draft.address)?,
        Protocol::Ssh | Protocol::Telnet | Protocol::Raw | Protocol::Rdp => {
            address(&draft.address)?
        }
    };
    draft.mac = filled(draft.mac).map(|text| mac(&text)).transpose()?;
    draft.tags = tags(draft.tags)?;
    draft.notes = notes(draft.notes)?;
    draft.icon = word("icon", draft.icon)?;
    draft.color = word("color", draft.color)?;
    draft.settings = settings(draft.settings)?;
    draft.tunnels = check_tunnels(draft.tunnels)?;
    draft.management = management::checked(draft.management)?;
    lines::only_what_applies(draft)
}

/// A folder.
pub(crate) fn folder(mut draft: FolderDraft) -> Result<FolderDraft, CoreError> {
    draft.name = name(&draft.name)?;
    draft.tags = tags(draft.tags)?;
    draft.notes = notes(draft.notes)?;
    draft.icon = word("icon", draft.icon)?;
    draft.color = word("color", draft.color)?;
    draft.settings = settings(draft.settings)?;
    Ok(draft)
}

/// The name of a machine, folder or identity.
pub(crate) fn name(text: &str) -> Result<String, CoreError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CoreError::invalid("name", "The name is empty.", "Give it one."));
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(CoreError::invalid(
            "name",
            format!("The name is longer than {LONGEST_NAME} characters."),
            "Shorten it; notes have room for more.",
        ));
    }
    line("name", "The name", text)?;
    Ok(text.to_owned())
}

/// Text of one line that looks like what it is: no control characters, and none that turn the direction of writing
/// round, with which one name can be made to look like another.
pub(crate) fn line(field: &str, what: &str, text: &str) -> Result<(), CoreError> {
    let Some(bad) = text.chars().find(|c| c.is_control() || is_deceptive(*c)) else {
        return Ok(());
    };
    Err(CoreError::invalid(
        field,
        format!("{what} holds a character that cannot be seen (U+{:04X}).", u32::from(bad)),
        "Type it instead of pasting it.",
    ))
}

pub(crate) const fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

/// A host name, an IPv4 or an IPv6 address.
pub(crate) fn address(text: &str) -> Result<String, CoreError> {
    let text = text.trim();
    let text = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let problem = |message: String| {
        Err(CoreError::invalid("address", message, "Type a host name or an IP address."))
    };
    if text.is_empty() {
        return problem("The address is empty.".into());
    }
    if text.contains(':') {
        let (bare, zone) =
            text.split_once('%').map_or((text, None), |(bare, zone)| (bare, Some(zone)));
        // The characters of RFC 6874: with others an address could end elsewhere than it seems to.
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        return match bare.parse::<Ipv6Addr>() {
            Ok(_) if zone.is_none_or(|zone| !zone.is_empty() && zone.bytes().all(fits)) => {
                Ok(text.to_owned())
            }
            _ => problem(format!(
                "“{}” is not an IPv6 address, and a host name holds no colon.",
                shown(text)
            )),
        };
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.len() > 253 {
        return problem("The address is longer than 253 characters.".into());
    }
    if !name.is_ascii() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-')) {
        return problem(format!(
            "“{}” has letters that DNS writes differently: use its xn-- form.",
            shown(text)
        ));
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if !name.split('.').all(label) {
        return problem(format!("“{}” is not a host name or an IP address.", shown(text)));
    }
    let numeric = name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if numeric && name.parse::<std::net::Ipv4Addr>().is_err() {
        return problem(format!(
            "“{}” is not an IPv4 address: that is four numbers from 0 to 255.",
            shown(text)
        ));
    }
    Ok(text.to_owned())
}

/// A hardware address as `aa:bb:cc:dd:ee:ff`.
pub(crate) fn mac(text: &str) -> Result<String, CoreError> {
    let digits: Vec<char> = text.chars().filter(|c| !matches!(c, ':' | '-' | '.' | ' ')).collect();
    if digits.len() != 12 || !digits.iter().all(char::is_ascii_hexdigit) {
        return Err(CoreError::invalid(
            "mac",
            format!("“{}” is not a hardware address.", shown(text)),
            "It looks like aa:bb:cc:dd:ee:ff.",
        ));
    }
    let pairs: Vec<String> =
        digits.chunks(2).map(|pair| pair.iter().collect::<String>().to_ascii_lowercase()).collect();
    Ok(pairs.join(":"))
}

/// Tags, each once.
pub(crate) fn tags(tags: Vec<String>) -> Result<Vec<String>, CoreError> {
    let mut tidy: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        let tag = tag.trim().trim_start_matches('#');
        let fits = |c: char| {
            c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '@' | '+' | '=')
        };
        if tag.is_empty() || tag.chars().count() > LONGEST_TAG || !tag.chars().all(fits) {
            return Err(CoreError::invalid(
                "tags",
                format!("“{}” cannot be a tag.", shown(tag)),
                "A tag is one word of letters, digits and - _ . : / @ + =.",
            ));
        }
        if !tidy.iter().any(|other| other == tag) {
            tidy.push(tag.to_owned());
        }
    }
    Ok(tidy)
}

fn notes(text: String) -> Result<String, CoreError> {
    if text.len() > LONGEST_NOTES {
        return Err(CoreError::invalid(
            "notes",
            "The notes are longer than 64 KiB.",
            "Shorten them.",
        ));
    }
    if text.contains('\0') {
        return Err(CoreError::invalid("notes", "The notes hold a NUL character.", "Remove it."));
    }
    Ok(text)
}

fn word(field: &str, text: Option<String>) -> Result<Option<String>, CoreError> {
    let text = filled(text);
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '#');
    match &text {
        Some(text) if text.len() > 64 || !text.chars().all(fits) => Err(CoreError::invalid(
            field,
            format!("“{}” is not the name of one.", shown(text)),
            "Choose one from the list.",
        )),
        _ => Ok(text),
    }
}

/// A user name, of a machine or an identity.
pub(crate) fn user(text: Option<String>) -> Result<Option<String>, CoreError> {
    let text = filled(text);
    if let Some(text) = &text {
        line("user", "The user name", text)?;
        if text.chars().count() > LONGEST_NAME {
            return Err(CoreError::invalid("user", "The user name is too long.", "Shorten it."));
        }
    }
    Ok(text)
}

fn settings(mut own: Settings) -> Result<Settings, CoreError> {
    if own.port == Some(0) {
        return Err(CoreError::invalid(
            "port",
            "0 is not a port.",
            "Ports go from 1 to 65535; SSH is 22.",
        ));
    }
    lines::serial(&own)?;
    lines::desktop(&mut own)?;
    own.user = user(own.user)?;
    within("connectTimeout", "The time-out", own.connect_timeout, 1, 600)?;
    within("keepAlive", "The keep-alive interval", own.keep_alive, 0, 86_400)?;
    own.terminal_type = filled(own.terminal_type);
    if let Some(text) = &own.terminal_type
        && (text.len() > 64 || !text.bytes().all(|b| b.is_ascii_graphic()))
    {
        return Err(CoreError::invalid(
            "terminalType",
            format!("“{}” is not a terminal type.", shown(text)),
            "The usual one is xterm-256color.",
        ));
    }
    own.start_command = filled(own.start_command);
    if let Some(text) = &own.start_command
        && (text.len() > LONGEST_COMMAND || text.contains('\0'))
    {
        return Err(CoreError::invalid(
            "startCommand",
            "The command is longer than 4096 bytes, or holds a NUL character.",
            "Put it into a script on the machine.",
        ));
    }
    if let Some(identities) = &mut own.identities {
        let mut seen = std::collections::HashSet::new();
        identities.retain(|id| seen.insert(*id));
    }
    Ok(own)
}

fn within(
    field: &str,
    what: &str,
    seconds: Option<u32>,
    least: u32,
    most: u32,
) -> Result<(), CoreError> {
    match seconds {
        Some(seconds) if seconds < least || seconds > most => Err(CoreError::invalid(
            field,
            format!("{what} is {seconds} seconds."),
            format!("Choose from {least} to {most} seconds."),
        )),
        _ => Ok(()),
    }
}

/// An empty field is one that is not set.
fn filled(text: Option<String>) -> Option<String> {
    let text = text?;
    let trimmed = text.trim();
    if trimmed.is_empty() { None } else { Some(trimmed.to_owned()) }
}

/// Bad input as an error message repeats it: short, and nothing in it that acts on a screen.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() || is_deceptive(c) { '\u{FFFD}' } else { c })
        .collect();
    if text.chars().count() > 60 {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn field(error: CoreError) -> String {
        match error {
            CoreError::Invalid { field, .. } => field,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn names() {
        assert_eq!(name("  web-01 ").unwrap(), "web-01");
        assert_eq!(name("Größe 東京 \u{1F600}").unwrap(), "Größe 東京 \u{1F600}");
        for bad in [
            "",
            "   ",
            "a\0b",
            "a\nb",
            "a\u{1b}[31m",
            "a\u{202E}gpj",
            "a\u{2066}b",
            "a\u{200e}b",
            &"x".repeat(256),
        ] {
            assert_eq!(field(name(bad).unwrap_err()), "name", "{bad:?}");
        }
    }

    #[test]
    fn error_messages_hold_nothing_that_acts() {
        let error = address("a\u{1b}[31m\u{202E}b").unwrap_err().to_string();
        assert!(!error.contains('\u{1b}') && !error.contains('\u{202E}'), "{error:?}");
    }

    #[test]
    fn addresses() {
        for good in [
            "a",
            "web-01.example.net",
            "web_01",
            "example.net.",
            "10.0.0.1",
            "::1",
            "fe80::1%eth0",
            "xn--bcher-kva.example",
            "2001:db8::1",
        ] {
            assert_eq!(address(good).unwrap(), good);
        }
        assert_eq!(address(" [::1] ").unwrap(), "::1");
        for bad in [
            "",
            "a b",
            "a..b",
            "-a",
            "a-",
            "300.1.1.1",
            "1.2.3",
            "a:22",
            "http://a",
            "user@host",
            "bücher.example",
            "a/b",
            ".",
            ":::",
            "fe80::1%",
            "fe80::1%eth0]:22",
            "fe80::1%a/b",
            &"a".repeat(64),
            &"a.".repeat(130),
        ] {
            assert_eq!(field(address(bad).unwrap_err()), "address", "{bad:?}");
        }
    }

    #[test]
    fn hardware_addresses() {
        for text in ["AA:BB:CC:DD:EE:0f", "aa-bb-cc-dd-ee-0f", "aabb.ccdd.ee0f", "aabbccddee0f"] {
            assert_eq!(mac(text).unwrap(), "aa:bb:cc:dd:ee:0f");
        }
        for bad in ["aa:bb:cc:dd:ee", "gg:bb:cc:dd:ee:ff", "aa:bb:cc:dd:ee:ff:00"] {
            assert!(mac(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tags_are_words_and_each_is_there_once() {
        let given = vec!["#prod".into(), "prod".into(), " eu ".into()];
        assert_eq!(tags(given).unwrap(), ["prod", "eu"]);
        for bad in ["two words", "", "a,b", "a\0"] {
            assert!(tags(vec![bad.into()]).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn empty_settings_are_not_set() {
        let own = Settings {
            user: Some("  ".into()),
            terminal_type: Some(String::new()),
            ..Default::default()
        };
        assert_eq!(settings(own).unwrap(), Settings::default());
        let zero = Settings { port: Some(0), ..Default::default() };
        assert_eq!(field(settings(zero).unwrap_err()), "port");
        let never = Settings { connect_timeout: Some(0), ..Default::default() };
        assert_eq!(field(settings(never).unwrap_err()), "connectTimeout");
    }
}
