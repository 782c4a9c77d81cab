//! A machine in one line: `user@host:port`.

use super::check;
use crate::CoreError;
use patchbay_model::{EntryDraft, Settings};

/// Understands `host`, `user@host`, `host:port`, `[v6]:port`, a bare IPv6 address, any of them after `ssh://` or
/// `ssh `, and `-p PORT` and `-l USER` as `ssh` takes them. The machine is called as its address.
///
/// # Errors
/// [`CoreError::Invalid`] on `text` or on what the line says.
pub fn parse(text: &str) -> Result<EntryDraft, CoreError> {
    let mut words = Words::split(text)?;
    let target = words.target.take().ok_or_else(|| misfit("There is no address.".into()))?;
    let url = target.strip_prefix("ssh://");
    let target =
        url.map_or(target.as_str(), |rest| rest.split(['/', '?', '#']).next().unwrap_or(rest));
    if let Some((scheme, _)) = target.split_once("://") {
        return Err(misfit(format!(
            "“{}” is not something Patchbay connects to.",
            check::shown(scheme)
        )));
    }
    // The last @ counts: user names may hold one (`me@corp@host`), host names never do.
    let (user, rest) =
        target.rsplit_once('@').map_or((None, target), |(user, rest)| (Some(user), rest));
    // ssh://user;fingerprint=…@host: parameters are not needed. A password does not belong into a URL and is dropped.
    let user = user.map(|user| user.split([';', ':']).next().unwrap_or(user).to_owned());
    let (host, port) = host_and_port(rest)?;
    let port = words.port.or(port);
    let draft = EntryDraft {
        name: host.to_owned(),
        address: host.to_owned(),
        settings: Settings {
            port,
            user: words.user.or(user).filter(|user| !user.is_empty()),
            ..Settings::default()
        },
        ..EntryDraft::default()
    };
    check::entry(draft)
}

/// A command line of `ssh`, as far as it says where to.
#[derive(Default)]
struct Words {
    target: Option<String>,
    port: Option<u16>,
    user: Option<String>,
}

impl Words {
    fn split(text: &str) -> Result<Self, CoreError> {
        let mut found = Self::default();
        let mut words = text.split_whitespace().peekable();
        if words.peek() == Some(&"ssh") {
            words.next();
        }
        while let Some(word) = words.next() {
            match word {
                "-p" => found.port = Some(port(words.next().unwrap_or_default())?),
                "-l" => found.user = words.next().map(str::to_owned),
                _ if word.starts_with('-') => {
                    return Err(misfit(format!(
                        "“{}” is an option that does not fit here.",
                        check::shown(word)
                    )));
                }
                _ if found.target.is_none() => found.target = Some(word.to_owned()),
                _ => {
                    return Err(misfit(format!(
                        "“{}” is more than one address.",
                        check::shown(text)
                    )));
                }
            }
        }
        Ok(found)
    }
}

fn host_and_port(text: &str) -> Result<(&str, Option<u16>), CoreError> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, tail) = rest
            .split_once(']')
            .ok_or_else(|| misfit("The “]” after the address is missing.".into()))?;
        return match tail.strip_prefix(':') {
            Some(number) => Ok((host, Some(port(number)?))),
            None if tail.is_empty() => Ok((host, None)),
            None => {
                Err(misfit(format!("“{}” after the address means nothing.", check::shown(tail))))
            }
        };
    }
    match text.split_once(':') {
        // More than one colon without brackets: a bare IPv6 address.
        Some((_, rest)) if rest.contains(':') => Ok((text, None)),
        Some((host, number)) => Ok((host, Some(port(number)?))),
        None => Ok((text, None)),
    }
}

fn port(text: &str) -> Result<u16, CoreError> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
        CoreError::invalid(
            "text",
            format!("“{}” is not a port.", check::shown(text)),
            "Ports go from 1 to 65535; leave it out for 22.",
        )
    })
}

fn misfit(message: String) -> CoreError {
    CoreError::invalid("text", message, "Type it like user@host:port.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> (String, Option<String>, Option<u16>) {
        let draft = parse(text).expect(text);
        assert_eq!(draft.name, draft.address);
        (draft.address, draft.settings.user, draft.settings.port)
    }

    #[test]
    fn forms() {
        let of =
            |host: &str, user: Option<&str>, port| (host.to_owned(), user.map(str::to_owned), port);
        assert_eq!(parts("host"), of("host", None, None));
        assert_eq!(parts(" root@host:2222 "), of("host", Some("root"), Some(2222)));
        assert_eq!(parts("ssh://root@host:2222"), of("host", Some("root"), Some(2222)));
        assert_eq!(parts("ssh://root:secret@host/path"), of("host", Some("root"), None));
        assert_eq!(parts("[2001:db8::1]:2222"), of("2001:db8::1", None, Some(2222)));
        assert_eq!(parts("me@[::1]"), of("::1", Some("me"), None));
        assert_eq!(parts("2001:db8::1"), of("2001:db8::1", None, None));
        assert_eq!(parts("me@corp@host"), of("host", Some("me@corp"), None));
        assert_eq!(parts("ssh -p 2222 root@host"), of("host", Some("root"), Some(2222)));
        assert_eq!(parts("ssh host -l root"), of("host", Some("root"), None));
        assert_eq!(parts("@host"), of("host", None, None));
    }

    #[test]
    fn misfits() {
        for bad in [
            "",
            "  ",
            "ssh",
            "host:",
            "host:0",
            "host:70000",
            "[::1",
            "[::1]x",
            "rdp://host",
            "a b",
            "-v host",
            "user@",
            "a\u{202E}b",
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,40}") {
            let _either = parse(&text);
        }
    }
}
