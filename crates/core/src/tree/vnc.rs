//! Addresses of VNC servers: a host, the path of a Unix socket, or the URI of a WebSocket.

use super::check::{address, line, shown};
use crate::CoreError;
use patchbay_model::VncPlace;

/// The address of a VNC server, in the one way it is written.
pub(crate) fn vnc_address(text: &str) -> Result<String, CoreError> {
    match VncPlace::of(text) {
        Some(VncPlace::Tcp) => address(text),
        Some(VncPlace::Socket { path }) => {
            line("address", "The path of the socket", &path)?;
            Ok(path)
        }
        Some(VncPlace::WebSocket(mut place)) => {
            place.host = address(&place.host)?;
            Ok(place.to_string())
        }
        None if text.trim_start().to_ascii_lowercase().starts_with("ws") => {
            Err(CoreError::invalid(
                "address",
                format!("“{}” is not the address of a WebSocket.", shown(text.trim())),
                "It looks like wss://host:port/path.",
            ))
        }
        None => Err(CoreError::invalid(
            "address",
            format!("“{}” is not the path of a socket.", shown(text.trim())),
            "Type the whole path, such as /run/vnc.sock, of up to 103 bytes.",
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::testing::field;
    use crate::tree::check;
    use patchbay_model::{EntryDraft, Protocol, Settings};

    #[test]
    fn each_is_written_in_one_way() {
        for (typed, kept) in [
            (" [::1] ", "::1"),
            ("unix:///run/vnc.sock", "/run/vnc.sock"),
            ("WSS://[2001:db8::1]:443?token=a", "wss://[2001:db8::1]/?token=a"),
        ] {
            assert_eq!(vnc_address(typed).unwrap(), kept);
        }
        for bad in
            ["a/b", "/", "/a\u{202E}b", "ws://", "ws://a b/", "ws://-a/", "ws://a/#x", "http://a"]
        {
            assert_eq!(field(vnc_address(bad)), "address", "{bad:?}");
        }
    }

    #[test]
    fn only_a_host_has_a_port_beside_it_and_only_vnc_has_the_others() {
        let settings = Settings { port: Some(5901), ..Settings::default() };
        let draft = |protocol, address: &str| EntryDraft {
            name: "wall".into(),
            protocol,
            address: address.into(),
            settings: settings.clone(),
            ..EntryDraft::default()
        };
        let port = |address| check::entry(draft(Protocol::Vnc, address)).unwrap().settings.port;
        assert_eq!(port("wall"), Some(5901));
        assert_eq!((port("/run/vnc.sock"), port("ws://wall:6080/")), (None, None));
        for other in [Protocol::Ssh, Protocol::Rdp, Protocol::Telnet] {
            assert_eq!(field(check::entry(draft(other, "/run/vnc.sock"))), "address");
            assert_eq!(field(check::entry(draft(other, "ws://wall/"))), "address");
        }
    }
}
