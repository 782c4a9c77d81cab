//! A machine in one line: `user@host:port`.

use super::{check, vnc::vnc_address};
use crate::CoreError;
use patchbay_model::{EntryDraft, FlowControl, Parity, Protocol, SerialFrame, Settings};

/// Understands `host`, `user@host`, `host:port`, `[v6]:port`, a bare IPv6 address, any of them after `ssh://` or
/// `ssh `, and `-p PORT` and `-l USER` as `ssh` takes them; `telnet://`, `telnet host port`, `tcp://`, `vnc://` and `rdp://`;
/// `serial:/dev/ttyUSB0?baud=9600&frame=7E1&flow=rtscts`; for VNC also `ws://host:port/path`, `wss://…`, `vnc:///run/vnc.sock`
/// and `unix:/run/vnc.sock`. The machine is called as its address.
///
/// # Errors
/// [`CoreError::Invalid`] on `text` or on what the line says.
pub fn parse(text: &str) -> Result<EntryDraft, CoreError> {
    if let Some(port) = text.trim().strip_prefix("serial:") {
        return serial(port);
    }
    if let Some(draft) = vnc(text.trim()) {
        return draft;
    }
    let mut words = Words::split(text)?;
    let target = words.target.take().ok_or_else(|| misfit("There is no address.".into()))?;
    let url = SCHEMES.iter().find_map(|(scheme, protocol)| {
        let rest = target.strip_prefix(scheme)?;
        Some((*protocol, rest.split(['/', '?', '#']).next().unwrap_or(rest)))
    });
    let (protocol, target) = url.unwrap_or((words.protocol, target.as_str()));
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
    if protocol == Protocol::Raw && port.is_none() {
        return Err(CoreError::invalid(
            "text",
            "A raw TCP connection has no usual port.",
            "Type it like tcp://host:port.",
        ));
    }
    let draft = EntryDraft {
        name: host.to_owned(),
        protocol,
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

/// What may stand before an address.
const SCHEMES: &[(&str, Protocol)] = &[
    ("ssh://", Protocol::Ssh),
    ("telnet://", Protocol::Telnet),
    ("tcp://", Protocol::Raw),
    ("vnc://", Protocol::Vnc),
    ("rdp://", Protocol::Rdp),
];

/// A VNC server that is no TCP port of a host.
fn vnc(text: &str) -> Option<Result<EntryDraft, CoreError>> {
    let socket = text.strip_prefix("vnc://").filter(|path| path.starts_with('/'));
    let start = text.split_once(':').map(|(start, _)| start.to_ascii_lowercase());
    let address = match start.as_deref() {
        Some("ws" | "wss") if text.contains("://") => text,
        Some("unix") => text,
        _ => socket?,
    };
    let draft = vnc_address(address).and_then(|address| {
        check::entry(EntryDraft {
            // A query may be longer than a name.
            name: address.chars().take(check::LONGEST_NAME).collect(),
            protocol: Protocol::Vnc,
            address,
            ..EntryDraft::default()
        })
    });
    Some(draft.map_err(|error| match error {
        CoreError::Invalid { message, next, .. } => CoreError::invalid("text", message, next),
        other => other,
    }))
}

/// A serial port with options as in the query of a URL.
fn serial(text: &str) -> Result<EntryDraft, CoreError> {
    let misfit = |message: String| {
        CoreError::invalid("text", message, "Type it like serial:/dev/ttyUSB0?baud=9600.")
    };
    // Two slashes more, as they stand in other URLs, are no part of a path.
    let text = if text.starts_with("///") { text.trim_start_matches("//") } else { text };
    let (port, options) = text.split_once('?').unwrap_or((text, ""));
    let mut settings = Settings::default();
    for option in options.split('&').filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let fits = match name {
            "baud" => value.parse().is_ok_and(|baud| settings.baud.replace(baud).is_none()),
            "frame" => frame(value).is_some_and(|frame| settings.frame.replace(frame).is_none()),
            "flow" => flow(value).is_some_and(|flow| settings.flow_control.replace(flow).is_none()),
            _ => false,
        };
        if !fits {
            return Err(misfit(format!("“{}” means nothing here.", check::shown(option))));
        }
    }
    check::entry(EntryDraft {
        name: port.trim_start_matches("/dev/").to_owned(),
        protocol: Protocol::Serial,
        address: port.to_owned(),
        settings,
        ..EntryDraft::default()
    })
    .map_err(|error| misfit(error.to_string()))
}

/// `8N1`, `7e2`.
fn frame(text: &str) -> Option<SerialFrame> {
    let mut letters = text.chars();
    let data_bits = letters.next()?.to_digit(10)?;
    let parity = match letters.next()?.to_ascii_uppercase() {
        'N' => Parity::None,
        'O' => Parity::Odd,
        'E' => Parity::Even,
        _ => return None,
    };
    let stop_bits = letters.next()?.to_digit(10)?;
    let frame = SerialFrame {
        data_bits: data_bits.try_into().ok()?,
        parity,
        stop_bits: stop_bits.try_into().ok()?,
    };
    letters.next().is_none().then_some(frame)
}

fn flow(text: &str) -> Option<FlowControl> {
    Some(match text.to_ascii_lowercase().as_str() {
        "none" => FlowControl::None,
        "rtscts" => FlowControl::RtsCts,
        "xonxoff" => FlowControl::XonXoff,
        _ => return None,
    })
}

/// A command line of `ssh` or `telnet`, as far as it says where to.
#[derive(Default)]
struct Words {
    protocol: Protocol,
    target: Option<String>,
    port: Option<u16>,
    user: Option<String>,
}

impl Words {
    fn split(text: &str) -> Result<Self, CoreError> {
        let mut found = Self::default();
        let mut words = text.split_whitespace().peekable();
        match words.peek() {
            Some(&"telnet") => {
                words.next();
                found.protocol = Protocol::Telnet;
            }
            Some(&"ssh") => {
                words.next();
            }
            _ => {}
        }
        let telnet = found.protocol == Protocol::Telnet;
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
                _ if telnet && found.port.is_none() => found.port = Some(port(word)?),
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
    fn other_protocols() {
        let of = |text: &str| {
            let draft = parse(text).expect(text);
            (draft.protocol, draft.address, draft.settings.port)
        };
        let telnet = |port| (Protocol::Telnet, "sw1".to_owned(), port);
        assert_eq!(of("telnet://sw1"), telnet(None));
        assert_eq!(of("telnet://ops@sw1:2001/"), telnet(Some(2001)));
        assert_eq!(of("telnet sw1 2001"), telnet(Some(2001)));
        assert_eq!(of("telnet -l ops sw1"), telnet(None));
        assert_eq!(of("tcp://[::1]:7"), (Protocol::Raw, "::1".into(), Some(7)));
        assert_eq!(of("vnc://wall:5901"), (Protocol::Vnc, "wall".into(), Some(5901)));
        assert_eq!(of("rdp://ops@win"), (Protocol::Rdp, "win".into(), None));
        let vnc = |address: &str| (Protocol::Vnc, address.to_owned(), None);
        assert_eq!(of("vnc:///run/x.sock"), vnc("/run/x.sock"));
        assert_eq!(of("unix:/run/x.sock"), vnc("/run/x.sock"));
        assert_eq!(of("wss://wall:6080/x?token=a"), vnc("wss://wall:6080/x?token=a"));
        // A machine may be called so.
        assert_eq!(of("ws:22"), (Protocol::Ssh, "ws".into(), Some(22)));
        let console = parse("serial:/dev/ttyUSB0?baud=9600&frame=7e2&flow=rtscts").unwrap();
        assert_eq!(console.protocol, Protocol::Serial);
        assert_eq!((console.name.as_str(), console.address.as_str()), ("ttyUSB0", "/dev/ttyUSB0"));
        assert_eq!(console.settings.baud, Some(9600));
        assert_eq!(console.settings.frame.unwrap().to_string(), "7E2");
        assert_eq!(console.settings.flow_control, Some(FlowControl::RtsCts));
        assert_eq!(parse("serial:COM3").unwrap().address, "COM3");
        assert_eq!(parse("serial:///dev/ttyS0").unwrap().address, "/dev/ttyS0");
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
            "spice://host",
            "a b",
            "-v host",
            "user@",
            "a\u{202E}b",
            "tcp://host",
            "telnet sw1 x",
            "telnet sw1 1 2",
            "ws://",
            "wss://me@wall/",
            "unix:x",
            "vnc:///",
            "serial:",
            "serial:COM3?baud=fast",
            "serial:COM3?baud=0",
            "serial:COM3?frame=9N1",
            "serial:COM3?baud=1&baud=2",
            "serial:COM3?colour=red",
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
